"""The examples of docs/estimators.md give what the page says."""

from __future__ import annotations

import doctest

from tests.conftest import ROOT


def test_the_examples_of_the_page_hold() -> None:
    failed, tried = doctest.testfile(
        str(ROOT / "docs" / "estimators.md"), module_relative=False, encoding="utf-8", optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert tried > 20
    assert failed == 0

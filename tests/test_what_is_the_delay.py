"""The page docs/what_is_the_delay.md: its examples hold, and its picture is that of the story it tells."""

from __future__ import annotations

import doctest
import importlib.util
import re
import sys
from types import ModuleType
from typing import Any

import pytest

import leadlag as ll
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "what_is_the_delay.md"
PICTURE = ROOT / "docs" / "images" / "what_is_the_delay.svg"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """The script that draws the picture."""
    spec = importlib.util.spec_from_file_location("make_picture", ROOT / "docs" / "images" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, spec.name, module)  # dataclasses look there
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def told(maker: ModuleType) -> Any:
    """What the script finds today."""
    return maker.story()


def texts(svg: str) -> list[str]:
    """All that is written in a picture."""
    return re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)


def test_the_examples_of_the_page_hold() -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8", optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 25
    assert failed == 0


def test_the_picture_shows_what_is_found_today(maker: ModuleType, told: Any) -> None:
    fresh = ll.plot.to_svg(maker.drawn(told))
    kept = texts(PICTURE.read_text(encoding="utf-8"))
    assert f"delay {told.delay:g} weeks" in kept
    assert texts(fresh) == kept


def test_the_page_tells_the_numbers_of_the_picture(told: Any) -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert f"{told.delay:g} weeks, {told.low:g} to {told.high:g} at 90 %" in page
    assert f"{told.mean:.1f} weeks, {told.mean_low:.1f} to {told.mean_high:.1f} at 90 %" in page
    assert f"a diamond at {told.mean:.1f} with an interval from {told.mean_low:.1f} to {told.mean_high:.1f}" in page
    assert f"{told.actionable:g} weeks, {told.low - 1:g} to {told.high - 1:g} at 90 %" in page

"""The guards of conftest.py: what has to run is not skipped, and what a test leaves behind is seen."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT, skip_unless

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("required", ["", "postgres", "chromium,postgres"])
def test_what_is_not_required_is_skipped_with_its_reason(required: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLAG_REQUIRE", required)
    with pytest.raises(pytest.skip.Exception, match="not here"):
        skip_unless(False, "shared", "the folder is not here")


@pytest.mark.parametrize("required", ["shared", "postgres,shared", "postgres, shared"])
def test_what_is_required_fails_where_it_is_absent(required: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLAG_REQUIRE", required)
    with pytest.raises(pytest.fail.Exception, match="LEADLAG_REQUIRE=shared, but the folder is not here"):
        skip_unless(False, "shared", "the folder is not here")


def test_a_moved_random_state_and_an_open_figure_are_seen(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest("from tests.conftest import global_random_state_untouched, no_figure_left_open")
    pytester.makepyfile(
        """
        import numpy as np
        import matplotlib.pyplot as plt

        def test_moves(): np.random.normal()
        def test_opens(): plt.figure()
        def test_does_neither(): np.random.default_rng(0).normal()
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, errors=2)
    result.stdout.fnmatch_lines(["*moved numpy's global random state*", "*left 1 figure*"])

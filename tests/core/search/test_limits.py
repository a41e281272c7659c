"""A call that would take too much is refused before it begins, with the figure and two ways out."""

from __future__ import annotations

import pytest

from leadlag.core.search.limits import check_limits, in_words
from leadlag.errors import LimitError, UsageError

WAYS = ("name fewer leads", "raise the limit")


def test_at_the_limit_a_call_goes_through() -> None:
    check_limits(n_bytes=100, n_tests=7, ways=WAYS, max_bytes=100, max_tests=7)


@pytest.mark.parametrize(
    ("n_bytes", "n_tests", "figures"),
    [
        (3_000_000_000, 1, ["3 GB of memory", "max_bytes=2,000,000,000 (2 GB)"]),
        (1, 12_000_000, ["12,000,000 tests", "max_tests=10,000,000"]),
        (3_000_000_000, 12_000_000, ["12,000,000 tests", "and 3 GB of memory"]),
    ],
)
def test_above_a_limit_the_message_has_the_figures_and_both_ways_out(n_bytes: int, n_tests: int, figures: list[str]) -> None:
    with pytest.raises(LimitError) as refusal:
        check_limits(n_bytes=n_bytes, n_tests=n_tests, ways=WAYS)
    assert refusal.value.code == "LL404"
    assert isinstance(refusal.value, UsageError), "the command line ends with exit code 2"
    assert [part for part in [*figures, *WAYS] if part not in str(refusal.value)] == []


@pytest.mark.parametrize(("n_bytes", "told"), [(2.54e9, "2.5 GB"), (4e7, "40 MB"), (1.5e12, "1,500 GB")])
def test_memory_is_told_in_words(n_bytes: float, told: str) -> None:
    assert in_words(int(n_bytes)) == told

"""Units of time in words."""

from __future__ import annotations

import pytest

from leadlag.wording.units import season


@pytest.mark.parametrize(
    ("period", "unit", "words"),
    [
        (365.25 / 7, "week", "yearly season (52.18 weeks, 1 harmonic)"),
        (12, "month", "yearly season (12 months, 1 harmonic)"),
        (7, "day", "weekly season (7 days, 1 harmonic)"),
        (9, "period", "season (9 periods, 1 harmonic)"),
    ],
)
def test_a_season_has_its_everyday_word(period: float, unit: str, words: str) -> None:
    assert season(period=period, count=1, unit=unit) == words

"""Which of several readings a column of times has: by its name, by `freq`, or by its numbers; what stays open is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.sample.periods import days_of, months_of
from leadlag.sample.shapes import FormReading
from leadlag.sample.timewords import unit_of
from leadlag.sample.violations import Fix

__all__ = ["Ambiguity", "decide"]

#: So many cells, and such a share of them, that do not fit may be slips: another reading of all is not taken for certain then.
_SLIPS, _SLIP_SHARE = 4, 0.2
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_PLURAL = {"half": "half-years"}


@dataclass(frozen=True, kw_only=True)
class Ambiguity:
    """Times that can be two things.

    Parameters
    ----------
    text : str
        What they can be, as a sentence.
    next_step : str
        What to say.
    fixes : tuple of Fix
        The options that say it.
    """

    text: str
    next_step: str
    fixes: tuple[Fix, ...] = ()


def decide(readings: Sequence[FormReading], *, name: str | None, freq: str | None) -> FormReading | Ambiguity:
    """One reading of a column, or what it can be.

    Parameters
    ----------
    readings : sequence of FormReading
        That of most rows first, as `fitting` gives them; at least one.
    name : str or None
        Name of the column.
    freq : str or None
        Cadence that the caller said.

    Notes
    -----
    `freq` goes before the name of the column, the name before the numbers. A reading of all rows is asked about where another
    one, which the table of forms has first, fits all but a few: the few may be slips.
    """
    n_best = int(readings[0].fits.sum())
    for said in (freq, unit_of(name)):
        meant = [found for found in readings if found.form.unit == said and 2 * int(found.fits.sum()) > n_best]
        if meant:
            return meant[0]
    best = [found for found in readings if int(found.fits.sum()) == n_best]
    open_still = [found for found in best if not found.form.secondary or _all_quarters(found)] or best
    if len(open_still) > 1:
        whole = [found for found in open_still if _without_gaps(found)]
        if len(whole) == 1 and not whole[0].form.secondary:
            open_still = whole
    if len(open_still) > 1:
        return _asked(open_still)
    chosen = open_still[0]
    slips = [found for found in readings if _but_a_few(found, chosen) and found.form.secondary <= chosen.form.secondary]
    return _asked([*slips[:1], chosen]) if slips else chosen


def _all_quarters(reading: FormReading) -> bool:
    """Whether six digits can be quarters: 01 to 04, and the fourth among them."""
    return reading.form.unit == "quarter" and int(reading.part.max()) == _MONTHS["year"] // _MONTHS["quarter"]


def _but_a_few(reading: FormReading, chosen: FormReading) -> bool:
    """Whether a narrower reading of another unit fits all that the chosen one does, but for a few cells."""
    lost = int(chosen.fits.sum()) - int(reading.fits.sum())
    few = 0 < lost <= _SLIPS and lost <= _SLIP_SHARE * int(chosen.fits.sum())
    return few and reading.form.unit != chosen.form.unit and not (reading.fits & ~chosen.fits).any()


def _without_gaps(reading: FormReading) -> bool:
    """Whether every period between the first and the last is there."""
    stamps = np.unique(reading.stamps[reading.fits])
    unit = reading.form.unit
    steps = np.diff(months_of(stamps)) // _MONTHS[unit] if unit in _MONTHS else np.diff(days_of(stamps)) // 7
    return bool((steps == 1).all())


def _asked(readings: Sequence[FormReading]) -> Ambiguity:
    first = readings[-1]
    rows = np.flatnonzero(first.fits)
    units = list(dict.fromkeys(reading.form.unit for reading in readings))
    named = [_PLURAL.get(unit, f"{unit}s") for unit in units]
    text = f"{len(rows)} times of the form {_plain(first)!r} can be {' or '.join(named)}."
    ways = [Fix.of(freq=unit, when=f"if they are {words}") for unit, words in zip(units, named, strict=True) if unit != "half"]
    halves = "rename the column to 'half' if they are half-years, or " if "half" in units else ""  # no word of `freq`
    return Ambiguity(text=text, next_step=f"{halves}say which", fixes=tuple(ways))


def _plain(reading: FormReading) -> str:
    return reading.form.example.partition(" (")[0]

"""Which of several readings a column of times has: by its name, by `freq`, or by its numbers; what stays open is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.sample.forms import Form, Unit
from leadlag.sample.periods import days_of, months_of
from leadlag.sample.shapes import FormReading
from leadlag.sample.timewords import unit_of
from leadlag.sample.violations import Fix

__all__ = ["Ambiguity", "contradiction", "decide", "finer_than", "short_years", "weeks_of_stata"]

#: So many cells, and such a share of them, that do not fit may be slips: another reading of all is not taken for certain then.
_SLIPS, _SLIP_SHARE = 4, 0.2
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_PLURAL = {"half": "half-years"}
#: Units from the shortest to the longest, with the other words for them.
_LENGTHS = {unit: length for length, unit in enumerate(("hour", "day", "week", "month", "quarter", "half", "year"))}
_LENGTHS["business_day"] = _LENGTHS["day"]
#: A jump of so many days among years of two digits is one from 1969 to 2068.
_JUMP = 30 * 365
_LAST_DAY = 31

#: Stata writes its weeks, which begin on 1 January, as 2024w5.
_OF_STATA, _WEEKS_OF_STATA = re.compile(r"\d{4}w\d{1,2}", re.ASCII), 52


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


def finer_than(unit: Unit, written: str, freq: str | None) -> Ambiguity | None:
    """What is to be asked where `freq` says a shorter period than the times do: nearly all of its periods would be empty."""
    if freq is None or _LENGTHS.get(freq, _LENGTHS[unit]) >= _LENGTHS[unit]:
        return None
    text = f"times such as {written!r} are {_plural(unit)}, and freq={freq!r} would leave most of its periods empty."
    return Ambiguity(text=text, next_step=f"leave freq out, or give times that say which {freq.replace('_', ' ')} they are.")


def contradiction(form: Form, written: str, *, name: str | None, freq: str | None) -> Ambiguity | None:
    """What is to be asked where the name of the column says another unit than the texts do, and `freq` does not decide."""
    said = unit_of(name)
    if freq is not None or said is None:
        return None
    wrong = _LENGTHS[said] > _LENGTHS["week"] if form.unit == "week" else _LENGTHS[said] < _LENGTHS[form.unit]
    if not wrong:  # months may be dated by days and quarters by months, and weeks that say so may stand under "day"
        return None
    named = _plural(form.unit)
    text = f"the column is called {name!r}, which says {_plural(said)}, and its times such as {written!r} are {named}."
    step = f"give times that say which {said} they are, or rename the column"
    if form.unit == "half":  # no word of `freq`
        return Ambiguity(text=text, next_step=f"{step} if they are {named}.")
    return Ambiguity(text=text, next_step=f"{step}, or say so", fixes=(Fix.of(freq=form.unit, when=f"if they are {named}"),))


def weeks_of_stata(reading: FormReading, texts: Sequence[str]) -> Ambiguity | None:
    """What is to be asked of weeks that are all written as Stata does, those of one digit without a nought."""
    written = all(_OF_STATA.fullmatch(text) for text in texts) and any(len(text) == len("2024w5") for text in texts)
    if not written or reading.part.max() > _WEEKS_OF_STATA:
        return None
    return Ambiguity(
        text="times such as '2024w5' can be weeks of Stata, the first of which begins on 1 January, or ISO weeks.",
        next_step="say which they are",
        fixes=(Fix.of(date_format="stata_week", when="if Stata wrote them"), Fix.of(date_format="%Gw%V", when="if they are ISO")),
    )


def _plural(unit: str) -> str:
    return _PLURAL.get(unit, f"{unit}s")


def short_years(reading: FormReading, texts: Sequence[str], *, name: str | None) -> Ambiguity | None:
    """What is to be asked of months, weeks or quarters whose years have two digits: days of a month, or a century too late."""
    if "short" not in reading.form.pattern.groupindex:
        return None
    stamps, example = reading.stamps[reading.fits], texts[int(np.flatnonzero(reading.fits)[0])]
    days = days_of(stamps)
    four = "write years with four digits"
    if len(days) > 1 and np.diff(np.unique(days)).max(initial=0) > _JUMP:
        return Ambiguity(
            text=f"years of two digits, as in {example!r}, would go from {stamps.min().astype('datetime64[Y]')} to "
            f"{stamps.max().astype('datetime64[Y]')}, with a gap of decades.",
            next_step=f"{four}.",
        )
    if reading.form.unit != "month" or "name" not in reading.form.pattern.groupindex or unit_of(name) in ("month", "year"):
        return None
    steps, numbers = np.diff(days), stamps.astype("datetime64[Y]").astype(np.int64) + 1970 - 2000
    in_order = bool((steps >= 0).all() or (steps <= 0).all()) and len(np.unique(reading.part[reading.fits])) > 1
    if in_order or not ((numbers >= 1) & (numbers <= _LAST_DAY)).all():
        return None
    return Ambiguity(
        text=f"times such as {example!r} can be months with a year of two digits or days without a year.",
        next_step="write months as 2024-03, or days as 2024-03-15.",
    )


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
    named = [_plural(unit) for unit in units]
    text = f"{len(rows)} times of the form {_plain(first)!r} can be {' or '.join(named)}."
    ways = [Fix.of(freq=unit, when=f"if they are {words}") for unit, words in zip(units, named, strict=True) if unit != "half"]
    halves = "rename the column to 'half' if they are half-years, or " if "half" in units else ""  # no word of `freq`
    return Ambiguity(text=text, next_step=f"{halves}say which", fixes=tuple(ways))


def _plain(reading: FormReading) -> str:
    return reading.form.example.partition(" (")[0]

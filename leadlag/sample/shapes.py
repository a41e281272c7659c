"""Columns of texts against the table of forms: which rows fit which form, and the stamps that they are then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.sample.forms import Form
from leadlag.sample.timewords import MONTHS, plain_text

__all__ = ["FormReading", "fitting", "read_one"]

#: All digits alike, so that texts of one form have one shape, or a few.
_ALIKE = str.maketrans("123456789", "000000000")
#: A column of so many shapes is looked at in so many cells first.
_MANY_SHAPES = 400
#: Two-digit years from here on are of the last century, as in ``strptime``.
_LAST_CENTURY, _CENTURY = 69, 100
_OF_A_YEAR = {"half": (6, 2), "quarter": (3, 4), "month": (1, 12)}


@dataclass(frozen=True, kw_only=True, eq=False)
class FormReading:
    """A column as one form.

    Parameters
    ----------
    form : Form
    stamps : ndarray, shape (n,), datetime64[us]
        First moment of each time, NaT where the text is of another form or no such time.
    part : ndarray of int, shape (n,)
        The number of the week, month, quarter or half in its year, 0 where there is none.
    """

    form: Form
    stamps: np.ndarray
    part: np.ndarray

    @property
    def fits(self) -> np.ndarray:
        """Rows that are of this form."""
        there: np.ndarray = ~np.isnat(self.stamps)
        return there


def fitting(texts: Sequence[str], forms: Sequence[Form]) -> list[FormReading]:
    """Every form that some of the texts have, that of most rows first; of as many rows, as they are in the table.

    Parameters
    ----------
    texts : sequence of str
        Without blanks around them.
    forms : sequence of Form

    Examples
    --------
    >>> from leadlag.sample.forms import FORMS
    >>> [(found.form.example, int(found.fits.sum())) for found in fitting(["KW 5/2024", "KW 53/2024", "tbd"], FORMS)]
    [('KW 5/2024', 1)]
    """
    shapes: dict[str, list[int]] = {}
    plain = [text.lower() if text.isascii() else plain_text(text) for text in texts]
    for row, text in enumerate(plain):
        shapes.setdefault(text.translate(_ALIKE), []).append(row)
    if len(shapes) > _MANY_SHAPES:
        some = list(shapes)[:: max(1, len(shapes) // _MANY_SHAPES)]
        if not any(form.pattern.fullmatch(shape) for shape in some for form in forms):
            return []
    found: dict[int, FormReading] = {}
    for shape, rows in shapes.items():
        for place, form in enumerate(forms):
            parts = _parts(form, shape, [plain[row] for row in rows])
            if parts is not None:
                reading = found.setdefault(place, _nothing(form, len(plain)))
                reading.stamps[rows], reading.part[rows] = _stamps(parts)
    some_rows = [found[place] for place in sorted(found) if found[place].fits.any()]
    return sorted(some_rows, key=lambda reading: -int(reading.fits.sum()))


def read_one(text: str, forms: Sequence[Form]) -> tuple[Form, np.datetime64] | None:
    """One text by itself: the first form in the table that it has, and its first moment."""
    found = [reading for reading in fitting([text], forms) if not reading.form.secondary]
    return (found[0].form, found[0].stamps[0]) if found else None


def _nothing(form: Form, n_rows: int) -> FormReading:
    nat = np.full(n_rows, np.datetime64("NaT", "us"))
    return FormReading(form=form, stamps=nat, part=np.zeros(n_rows, dtype=np.int64))


def _parts(form: Form, shape: str, texts: Sequence[str]) -> Mapping[str, np.ndarray] | None:
    """The numbers in texts of one shape, by the names of the pattern; None if the shape is not of the form."""
    match = form.pattern.fullmatch(shape)
    if match is None:
        return None
    letters = np.array(texts, dtype=f"<U{len(shape)}").view(np.uint32).reshape(len(texts), len(shape))
    parts = {}
    for name, written in match.groupdict().items():
        if written is None:
            continue
        first, end = match.span(name)
        if name == "name":
            if written not in MONTHS:
                return None
            parts["month"] = np.full(len(texts), MONTHS[written])
        else:
            number = np.zeros(len(texts), dtype=np.int64)
            for place in range(first, end):
                number = number * 10 + (letters[:, place] - np.uint32(ord("0")))
            parts[name] = number
    if "short" in parts:
        parts["year"] = parts["short"] + np.where(parts["short"] >= _LAST_CENTURY, 1900, 2000)
    return parts


def _stamps(parts: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """First moments, NaT where there is no such time, and the number in the year."""
    year = parts["year"]
    valid = (year >= 1000) & (year <= 9999)
    if "next" in parts:
        whole = parts["next"] >= _CENTURY
        valid &= parts["next"] == np.where(whole, year + 1, (year + 1) % _CENTURY)
    if "week" in parts:
        stamps, exists = _weeks(year, parts["week"])
        return _kept(stamps, valid & exists), parts["week"]
    part, months = np.zeros(len(year), dtype=np.int64), (year - 1970) * 12
    for name, (length, count) in _OF_A_YEAR.items():
        if name in parts:
            part = parts[name]
            valid = valid & (part >= 1) & (part <= count)
            months = months + (part - 1) * length
    stamps = months.astype("datetime64[M]").astype("datetime64[us]")
    if "day" in parts:
        stamps, exists = _moments(stamps, parts, "")
        valid = valid & exists
    if "last_year" in parts:
        first = ((parts["last_year"] - 1970) * 12 + parts["last_month"] - 1).astype("datetime64[M]").astype("datetime64[us]")
        last, exists = _moments(first, parts, "last_")
        valid = valid & exists & (last >= stamps) & (parts["last_month"] >= 1) & (parts["last_month"] <= 12)
    return _kept(stamps, valid), part


def _kept(stamps: np.ndarray, valid: np.ndarray) -> np.ndarray:
    kept: np.ndarray = np.where(valid, stamps.astype("datetime64[us]"), np.datetime64("NaT", "us"))
    return kept


def _weeks(year: np.ndarray, week: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mondays of ISO weeks, and whether the year has such a week."""

    def first_monday(years: np.ndarray) -> np.ndarray:
        fourth = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64) + 3
        return fourth - (fourth + 3) % 7

    monday = first_monday(year) + 7 * (week - 1)
    exists = (week >= 1) & (monday < first_monday(year + 1))
    return monday.astype("datetime64[D]"), exists


def _moments(month: np.ndarray, parts: Mapping[str, np.ndarray], prefix: str) -> tuple[np.ndarray, np.ndarray]:
    """Days and times of day in their months, and whether there are such."""
    day = parts[f"{prefix}day"]
    hour, minute, second = (parts.get(f"{prefix}{name}", np.zeros(len(day), dtype=np.int64)) for name in
                            ("hour", "minute", "second"))  # fmt: skip
    days = month.astype("datetime64[M]").astype("datetime64[D]") + (day - 1)
    exists = (day >= 1) & (days.astype("datetime64[M]") == month.astype("datetime64[M]"))
    exists &= (hour <= 23) & (minute <= 59) & (second <= 59)
    seconds = (hour * 3600 + minute * 60 + second).astype("timedelta64[s]")
    return days.astype("datetime64[us]") + seconds, exists

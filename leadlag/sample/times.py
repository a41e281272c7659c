"""Time columns as stamps: dates, the forms of the field, whole numbers; nothing is coerced, nothing guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from leadlag.sample.calendars import by_name, in_table
from leadlag.sample.counting import PeriodTable
from leadlag.sample.deciding import Ambiguity, contradiction, decide, finer_than, short_years, weeks_of_stata
from leadlag.sample.formats import (
    fitting_formats,
    format_reads_numbers,
    formatted_numbers,
    formatted_texts,
    names_weeks,
    padded,
    written_numbers,
)
from leadlag.sample.forms import FORMS, Form
from leadlag.sample.iso import HAS_ZONE, ISO_DAY, MONTH_OF_YEAR, OTHER_DATE, as_datetime, from_iso, is_missing, iso_values
from leadlag.sample.naming import named
from leadlag.sample.periods import BUSINESS, DatesAt, business_periods_allowed
from leadlag.sample.proposals import have_no_year, only_counts, proposed_formats
from leadlag.sample.shapes import FormReading, fitting
from leadlag.sample.timewords import MONTHS, tidy
from leadlag.sample.violations import Fix, ViolationList, counted
from leadlag.sample.whole import EXCEL_DAYS, decimal_years, read_whole
from leadlag.sample.years import in_year, of_periods
from leadlag.sample.zones import Stamps, Told, aware, check_zone, moments_of, naive

__all__ = ["Stamps", "check_zone", "plain_row", "read_times"]

_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,15}(?:\.\d*)?", re.ASCII)
_TOO_LARGE = 2**62
_CORRECT = "correct these cells, or drop these rows."
_ISO_STEP = "write dates as 2024-01-31"
_BY_FORMAT = f"{_ISO_STEP}, or say by date_format how they are written, in the signs of strptime."
_COUNTS = f"{_ISO_STEP}, or give the numbers alone if they only count the periods."


#: Months as SAP writes them look like numbers with a decimal point.
_MONTHS = Ambiguity(
    text="times such as '01.2024' can be months with their year or plain numbers.",
    next_step="name another column as the time, or say that they are months",
    fixes=(Fix.of(date_format="%m.%Y"),),
)
#: Weeks from Monday, or from Sunday on, those before the first one of a year being week 0.
_OTHER_WEEKS = tuple(
    form.replace("%W", sign)
    for form in ("%Y-%W", "%Y/%W", "%YW%W", "%Y-W%W", "%Y W%W", "W%W %Y", "W%W/%Y", "KW %W/%Y", "KW%W %Y", "Wk %W %Y")
    for sign in ("%W", "%U")
)


def plain_row(row: int) -> str:
    """How messages name a row of a frame."""
    return f"row {row}"


def read_times(
    column: pd.Series,
    *,
    name: str | None,
    tz: str | None,
    date_format: str | None,
    freq: str | None,
    violations: ViolationList,
    argument: str = "time",
    row: Callable[[int], str] = plain_row,
    hint: str = "",
    otherwise: tuple[Fix, ...] = (),
    dates_at: DatesAt | None = None,
    year_start: int | None = None,
    table: PeriodTable | None = None,
    beside: bool = False,
) -> Stamps | None:
    """Read a time column, or collect why it cannot be read and return None.

    Parameters
    ----------
    column : pandas.Series, shape (n_rows,)
    name : str or None
        Its name for messages, None for the index; ``week`` makes weeks of 202405.
    tz : str or None
        Declared zone.
    date_format : str or None
        ``strptime`` format of text dates, or a word for numbers; None for the forms of the table.
    freq : str or None
        Declared cadence: decides between readings, and ``"period"`` makes a counter of whole numbers whatever they look like.
    violations : ViolationList
        Receives what is wrong.
    argument : str
        The argument that named the column, for messages.
    row : callable
        How messages name a row, by its position.
    hint : str
        What else is to be said of cells that are not like the others.
    otherwise : tuple of Fix
        What to do if the column holds no times, where that is not certain.
    dates_at : {"start", "end"} or None
        Which end of its period a date names; None for what the times or the name of the column say.
    year_start : int or None
        Declared month in which the year of quarters and years begins, 0 = January.
    table, beside : PeriodTable or None, bool
        The declared calendar, and whether other tables may be those that have its periods.
    """
    told = Told(name=name, tz=tz, argument=argument, violations=violations, row=row, hint=hint, otherwise=otherwise)
    cells = column.dtype == object or pd.api.types.is_string_dtype(column.dtype)
    gone = column.isna().to_numpy()
    if cells:
        gone = np.fromiter((is_missing(cell) for cell in column), dtype=bool, count=len(column))
    if gone.any():
        missing, rest = np.flatnonzero(gone), np.flatnonzero(~gone)
        text = f"{counted(len(missing), 'row has', 'rows have')} no time (rows count from 0)."
        told.wrong("LL311", text, [row(at) for at in missing[:5]], "fill in the times, or drop these rows.")
        if len(rest) and cells:  # what else is wrong is listed in the same error
            told = replace(told, row=lambda at: row(int(rest[at])))
            _Reader(told=told, date_format=date_format, freq=freq).read(column.iloc[rest])
        return None
    stamps = by_name(column, table) or _Reader(told=told, date_format=date_format, freq=freq).read(column)
    if stamps is None or stamps.kind == "counter":
        return stamps
    if stamps.table is None:
        stamps = in_table(named(stamps, name, date_format, dates_at), table, told, beside=beside)
    return stamps if stamps is None or stamps.table is not None else in_year(stamps, year_start, told)


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """What every step of reading one time column needs to know."""

    told: Told
    date_format: str | None
    freq: str | None

    def read(self, column: pd.Series) -> Stamps | None:
        """A column without missing cells."""
        dtype = column.dtype
        kind = getattr(dtype, "kind", "O")
        if isinstance(dtype, pd.PeriodDtype):
            with business_periods_allowed():
                starts = column.dt.to_timestamp(how="start").to_numpy().astype("datetime64[us]")
            return self._of_periods(starts, str(dtype.freq.rule_code))
        if isinstance(dtype, pd.DatetimeTZDtype) or (
            isinstance(dtype, pd.ArrowDtype) and getattr(dtype.pyarrow_dtype, "tz", None) is not None
        ):
            return aware(self.told, column)
        if kind == "M":
            return naive(self.told, column.to_numpy(dtype="datetime64[us]"))
        if kind in "iu":
            return self._whole(column.to_numpy(dtype=np.int64))
        if kind == "f":
            return self._floats(column.to_numpy(dtype=np.float64))
        if kind in "bmc":
            step = "name the column that holds the times with time=."
            return self.told.wrong("LL305", f"the values are {dtype}, which are not times.", [], step)
        return self._cells(column.astype(object).tolist())

    def _of_periods(self, starts: np.ndarray, rule: str) -> Stamps | None:
        stamps = naive(self.told, starts)
        return None if stamps is None else of_periods(stamps, rule, MONTHS)

    def _shown(self, rows: Sequence[int] | np.ndarray, cells: Sequence[object]) -> list[str]:
        return [f"{self.told.row(int(row))}: {cells[int(row)]!r}" for row in rows[:5]]

    def _asked(self, question: Ambiguity, cells: Sequence[object]) -> Stamps | None:
        return self.told.wrong(
            "LL305", question.text, self._shown(range(min(len(cells), 5)), cells), question.next_step, question.fixes
        )

    def _other_weeks(self, texts: Sequence[str], found: FormReading) -> tuple[Fix, ...]:
        """Which formats read weeks that are none of ISO 8601, such as the one before the first Monday of a year."""
        fit = [form for form in _OTHER_WEEKS if found.form.unit == "week" and None not in formatted_texts(texts, form)]
        day = {form: "Monday" if "%W" in form else "Sunday" for form in fit}
        return tuple(Fix.of(date_format=form, when=f"if weeks begin on {day[form]} and are none of ISO 8601") for form in fit[:2])

    def _odd(
        self, rows: Sequence[int] | np.ndarray, cells: Sequence[object], like: object, fix: tuple[Fix, ...] = ()
    ) -> Stamps | None:
        """Cells that are not written like most of the column."""
        count = counted(len(rows), "time is", "times are")
        text = f"{count} not written like the others ({like!r}), of {len(cells)}."
        step = f"{_CORRECT}{self.told.hint}"
        return self.told.wrong(
            "LL305", text, self._shown(rows, cells), f"{step.rstrip('.')}, or say how they are written" if fix else step, fix
        )

    def _floats(self, values: np.ndarray) -> Stamps | None:
        """Whole numbers kept as floats, or years with a fraction."""
        if format_reads_numbers(self.date_format):
            return self._by_word([repr(float(value)) for value in values], values.tolist())
        broken = np.flatnonzero(~(np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**53)))
        if not len(broken):
            return self._whole(values.astype(np.int64))
        if self.date_format is not None and np.isfinite(values).all():
            return self._formatted(written_numbers(values.tolist(), self.date_format))
        found = decimal_years(values, name=self.told.name) if np.isfinite(values).all() else None
        if isinstance(found, Ambiguity):
            return self._asked(found, values.tolist())
        if found is not None:
            return naive(self.told, found)
        text = f"{counted(len(broken), 'time is not a whole number', 'times are not whole numbers')}."
        step = "give ISO dates, years or a whole-number counter"
        serial = bool((np.isfinite(values) & (values >= EXCEL_DAYS[0]) & (values <= EXCEL_DAYS[1])).all())
        excel = [Fix.of(date_format="excel", when="if they are days as Excel counts them")] if serial else []
        return self.told.wrong("LL305", text, self._shown(broken, values.tolist()), step, excel)

    def _integers(self, numbers: list[int]) -> Stamps | None:
        """Whole numbers of any size; of more than 18 digits they are no times."""
        large = [row for row, number in enumerate(numbers) if abs(number) >= _TOO_LARGE]
        if not large:
            return self._whole(np.array(numbers, dtype=np.int64))
        text = f"{counted(len(large), 'whole number is', 'whole numbers are')} too large to be a time."
        return self.told.wrong(
            "LL305", text, self._shown(large, numbers), "correct these rows, or name another column with time=."
        )

    def _whole(self, counts: np.ndarray) -> Stamps | None:
        """Years, codes, moments since 1970 or a plain counter; what could be two things is refused."""
        if self.date_format is not None:
            texts = [str(count) for count in counts.tolist()]
            return self._by_word(padded(texts, self.date_format), texts)
        found = read_whole(counts, name=self.told.name, freq=self.freq)
        cells = counts.tolist()
        if isinstance(found, Ambiguity):
            return self._asked(found, cells)
        if found.kind == "counter":
            return Stamps(kind="counter", local=counts, utc=counts)
        if found.kind == "moments":
            return aware(self.told, pd.Series(pd.DatetimeIndex(found.stamps).tz_localize("UTC")))
        broken = np.flatnonzero(np.isnat(found.stamps))
        if len(broken):
            looks = f"the whole numbers look like {found.looks}, but {counted(len(broken), 'is', 'are')} no such date."
            counter = Fix.of(freq="period", when="if this is a plain counter")
            return self.told.wrong("LL305", looks, self._shown(broken, cells), "correct these rows, or say so", counter)
        doubt = finer_than("year" if found.form is None else found.form.unit, str(cells[0]), self.freq)
        if doubt is not None:
            return self._asked(doubt, cells)
        return self._with_form(naive(self.told, found.stamps), found.form, str(cells[0]), years=found.kind == "years")

    def _with_form(self, stamps: Stamps | None, form: Form | None, written: str, *, years: bool = False) -> Stamps | None:
        """Stamps that say how they were written."""
        if stamps is None:
            return None
        years = years or (form is not None and form.unit == "year")
        off = BUSINESS if form is not None and form.business else ""
        first = form is not None and (form.unit not in ("day", "hour") or form.spans)
        return replace(stamps, years=years, form=form, written=written, off=off, first=first)

    def _cells(self, cells: list[object]) -> Stamps | None:
        """Text, date objects, periods and whole numbers in an object column."""
        if all(isinstance(cell, str) for cell in cells):
            return self._texts([tidy(str(cell)) for cell in cells])
        if all(isinstance(cell, (int, np.integer)) and not isinstance(cell, bool) for cell in cells):
            return self._integers([int(cell) for cell in cells])  # type: ignore[call-overload]  # they are
        if all(isinstance(cell, (int, float, np.number)) and not isinstance(cell, bool) for cell in cells):
            return self._floats(np.array(cells, dtype=np.float64))
        if all(isinstance(cell, pd.Period) for cell in cells):
            with business_periods_allowed():
                starts = [cell.start_time.to_datetime64() for cell in cells]  # type: ignore[attr-defined]
            rules = {str(cell.freq.rule_code) for cell in cells}  # type: ignore[attr-defined]
            return self._of_periods(np.array(starts, dtype="datetime64[us]"), rules.pop() if len(rules) == 1 else "")
        if sum(isinstance(cell, dt.date) for cell in cells) * 2 <= len(cells):
            return self._texts([tidy(str(cell)) for cell in cells])
        moments = [as_datetime(cell) for cell in cells]
        broken = [row for row, moment in enumerate(moments) if moment is None]
        if broken:
            text = f"{counted(len(broken), 'value is not a time', 'values are not times')}, of {len(cells)}."
            return self.told.wrong("LL305", text, self._shown(broken, cells), _CORRECT)
        return moments_of(self.told, [moment for moment in moments if moment is not None], [str(cell) for cell in cells])

    def _texts(self, texts: list[str]) -> Stamps | None:
        """Texts in the caller's format, or all in one form."""
        if self.date_format is not None:
            return self._by_word(self._with_noughts(texts), texts)
        whole = np.fromiter((_WHOLE.fullmatch(text) is not None for text in texts), dtype=bool, count=len(texts))
        if 2 * whole.sum() > len(texts):
            odd = np.flatnonzero(~whole)
            if len(odd) == 0:
                return self._integers([int(text) for text in texts])
            if not all(_DECIMAL.fullmatch(texts[row]) for row in odd):
                return self._odd(odd, texts, texts[int(np.flatnonzero(whole)[0])])
        if all(MONTH_OF_YEAR.fullmatch(text) for text in texts):
            return self._asked(_MONTHS, texts)
        if all(_DECIMAL.fullmatch(text) for text in texts):
            return self._floats(np.array([float(text) for text in texts]))
        iso = np.fromiter((ISO_DAY.fullmatch(text) is not None for text in texts), dtype=bool, count=len(texts))
        readings = [] if iso.all() else fitting(texts, FORMS)
        best = readings[0].fits if readings else np.zeros(len(texts), dtype=bool)
        if 2 * best.sum() > len(texts):
            return self._in_form(texts, decide(readings, name=self.told.name, freq=self.freq))
        if 2 * iso.sum() > len(texts):
            return self._iso(texts, iso)
        some = best if best.sum() > iso.sum() else iso
        return self._few(texts, some) if some.any() else self._unread(texts)

    def _in_form(self, texts: list[str], found: FormReading | Ambiguity) -> Stamps | None:
        """Texts of one form of the table, or of two."""
        if isinstance(found, Ambiguity):
            return self._asked(found, texts)
        first = texts[int(np.flatnonzero(found.fits)[0])]
        stata = weeks_of_stata(found, texts)
        if stata is not None:
            return self._asked(stata, texts)
        if not found.fits.all():
            return self._odd(np.flatnonzero(~found.fits), texts, first, self._other_weeks(texts, found))
        doubt = finer_than(found.form.unit, first, self.freq)
        doubt = doubt or contradiction(found.form, first, name=self.told.name, freq=self.freq)
        doubt = doubt or short_years(found, texts, name=self.told.name)
        if doubt is not None:
            return self._asked(doubt, texts)
        return self._with_form(naive(self.told, found.stamps), found.form, first)

    def _iso(self, texts: list[str], iso: np.ndarray) -> Stamps | None:
        """ISO dates, with or without times of day and zones."""
        like = texts[int(np.flatnonzero(iso)[0])]
        if any(HAS_ZONE.fullmatch(text) for text in texts):
            moments = [from_iso(text) for text in texts]
            broken = [row for row, moment in enumerate(moments) if moment is None]
            if not broken:
                return moments_of(self.told, [moment for moment in moments if moment is not None], texts)
            return self._odd(broken, texts, like)
        good, broken = iso_values(texts)
        broken = sorted({*broken, *np.flatnonzero(~iso).tolist()})
        return self._odd(broken, texts, like) if broken else naive(self.told, good)

    def _few(self, texts: list[str], some: np.ndarray) -> Stamps | None:
        """Cells of which fewer than half are times, under the name of a time."""
        rest, first = np.flatnonzero(~some), texts[int(np.flatnonzero(some)[0])]
        text = (
            f"{counted(int(some.sum()), 'cell is a time', 'cells are times')}, as {first!r}, of {len(texts)}; the others are not."
        )
        return self.told.wrong("LL305", text, self._shown(rest, texts), _CORRECT)

    def _unread(self, texts: list[str]) -> Stamps | None:
        """Dates in no form of the table: asked about, with the formats that fit all of them."""
        other = [row for row, text in enumerate(texts) if OTHER_DATE.fullmatch(text)]
        dates = [texts[row] for row in other] if 2 * len(other) > len(texts) else texts
        fit = fitting_formats(texts)
        if not fit and dates is not texts:
            fit = fitting_formats(dates)
        else:
            dates = texts
        odd = [row for row in range(len(texts)) if row not in set(other)] if fit and dates is not texts else []
        if odd:
            self._odd(odd, texts, dates[0])
        if not fit:
            fit = tuple(form for form in proposed_formats(texts) if all(formatted_texts(texts, form)))
        fit = () if have_no_year(dates) else fit
        step = f"{_ISO_STEP}, or say {'which is meant' if len(fit) > 1 else 'how they are written'}"
        if not fit:
            step = f"{_ISO_STEP}, with their year." if have_no_year(dates) else _COUNTS if only_counts(texts) else _BY_FORMAT
        ways = [Fix.of(date_format=form) for form in fit]
        shown = other if odd else range(min(5, len(texts)))
        count = counted(len(texts) - len(odd), "time is not an ISO date", "times are not ISO dates")
        return self.told.wrong("LL305", f"{count}, of {len(texts)}.", self._shown(list(shown), texts), step, ways)

    def _with_noughts(self, texts: list[str]) -> list[str]:
        """Texts such as 2024.1 beside 2024.01, and 3012024 beside 10012024, with the nought that a spreadsheet took away."""
        texts = padded(texts, str(self.date_format))
        after = [text.partition(".")[2] for text in texts]
        if len(set(map(len, after))) < 2 or not all(_DECIMAL.fullmatch(text) for text in texts):
            return texts
        lost = any(part.startswith("0") for part in after) or max(map(len, after)) > 2
        return written_numbers([float(text) for text in texts], str(self.date_format)) if lost else texts

    def _formatted(self, texts: list[str]) -> Stamps | None:
        """Text in the caller's own format."""
        moments = formatted_texts(texts, str(self.date_format))
        broken = [row for row, moment in enumerate(moments) if moment is None]
        if broken:
            return self._misfits(broken, texts)
        stamps = moments_of(self.told, [moment for moment in moments if moment is not None], texts)
        return None if stamps is None else replace(stamps, first=names_weeks(str(self.date_format)))

    def _by_word(self, texts: list[str], cells: Sequence[object]) -> Stamps | None:
        """Texts in the caller's format, or numbers counted as one of the words says."""
        if not format_reads_numbers(self.date_format):
            return self._formatted(texts)
        stamps = formatted_numbers(texts, str(self.date_format))
        broken = np.flatnonzero(np.isnat(stamps)).tolist()
        if broken:
            return self._misfits(broken, cells)
        read = naive(self.told, stamps)
        return None if read is None else replace(read, first=names_weeks(str(self.date_format)))

    def _misfits(self, rows: Sequence[int], cells: Sequence[object]) -> Stamps | None:
        text = f"{counted(len(rows), 'time does', 'times do')} not fit date_format={self.date_format!r}."
        return self.told.wrong("LL305", text, self._shown(rows, cells), "correct these rows or the format.")

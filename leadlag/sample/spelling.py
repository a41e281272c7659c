"""What has to be said of how numbers are written: notes on what was read, questions where it could be two things."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from leadlag.sample.marks import Marks, Style
from leadlag.sample.model import Note
from leadlag.sample.names import first_names
from leadlag.sample.numbers import Reading
from leadlag.sample.texts import TextsRead
from leadlag.sample.violations import Fix, ViolationList
from leadlag.sample.written import PERCENT, as_written

__all__ = ["collect_doubts", "spelling_notes"]

_WORDS = {".": "point", ",": "comma"}
#: How marks were read, and of which columns that is true.
_KINDS: Mapping[str, Callable[[Style], bool]] = {
    "the comma as the decimal mark and the point as that of thousands": lambda style: style.decimal == ",",
    "the comma as the mark of thousands": lambda style: style.decimal == "." and style.grouped,
    "the comma as a decimal mark": lambda style: style.both,
    "the point as the decimal mark": lambda style: style.settled == ".",
}


def collect_doubts(
    readings: Mapping[str, Reading], asked: Mapping[str, str], rows: Sequence[str], violations: ViolationList
) -> None:
    """LL316 for marks and percent signs that can be two things, LL317 for amounts in two currencies.

    Parameters
    ----------
    readings : Mapping from column name to Reading
    asked : Mapping from column name to str
        Argument that named the column.
    rows : sequence of str
        Label of every row.
    violations : ViolationList
    """
    for mark, word in _WORDS.items():
        _doubt(mark, word, {name: reading for name, reading in readings.items() if _doubted(reading) == mark}, rows, violations)
    for name, reading in readings.items():
        if reading.texts is not None and reading.texts.units:
            _units(name, reading, reading.texts, asked.get(name, "data"), rows, violations)


def _doubted(reading: Reading) -> str:
    return "" if reading.texts is None else reading.texts.style.doubt


def _doubt(mark: str, word: str, readings: Mapping[str, Reading], rows: Sequence[str], violations: ViolationList) -> None:
    """Numbers such as 1.034, all columns in one question."""
    if not readings:
        return
    name, reading = next(iter(readings.items()))
    shown = _shown(reading, rows)
    cell = _text(reading, reading.texts.marked[0]) if reading.texts is not None else ""
    digits = cell if (written := as_written(cell)) is None else written.digits
    whole, broken = digits.replace(mark, ""), digits.replace(mark, ".")
    others = f" So it is with {first_names(list(readings)[1:])}." if len(readings) > 1 else ""
    text = (
        f"the {word} in {digits!r} can be one of thousands ({whole}) or of decimals ({broken}), and no cell says which.{others}"
    )
    ways = (Fix.of(thousands=mark, when=f"if it is {whole}"), Fix.of(decimal=mark, when=f"if it is {broken}"))
    step = "say which; columns in which it can be no mark of thousands keep their decimal point"
    violations.add("LL316", text, column=name, examples=shown, next_step=step, fix=ways)


def _units(name: str, reading: Reading, texts: TextsRead, argument: str, rows: Sequence[str], violations: ViolationList) -> None:
    """One column whose cells are not all in one unit."""
    units = dict(texts.units)
    money = [unit for unit in units if unit != PERCENT]
    if len(units) > 1:
        shown = [_at(reading, place, rows) for place in units.values()]
        what = "amounts in two currencies" if len(money) > 1 else "amounts of money and percentages"
        step = "convert them into one, or give each a column of its own."
        violations.add("LL317", f"the column holds {what}.", argument=argument, column=name, examples=shown, next_step=step)
        return
    bare = reading.number or ("" if texts.bare is None else _text(reading, texts.bare))
    if PERCENT in units and bare:
        cell = _text(reading, units[PERCENT])
        text = f"{cell!r} stands beside {bare!r}, which can be {bare} % or, as a share, 100 times as much."
        step = "write all cells of the column with the percent sign, or none."
        shown = [_at(reading, units[PERCENT], rows)]
        shown += [] if texts.bare is None else [_at(reading, texts.bare, rows)]
        violations.add("LL316", text, argument=argument, column=name, examples=shown, next_step=step)


def _text(reading: Reading, place: int) -> str:
    return reading.texts_at[place][1]


def _at(reading: Reading, place: int, rows: Sequence[str]) -> str:
    row, text = reading.texts_at[place]
    return f"{text!r} at {rows[row]}"


def _shown(reading: Reading, rows: Sequence[str]) -> list[str]:
    """Cells with the mark, and one without it."""
    texts = reading.texts
    if texts is None:
        return []
    shown = [_at(reading, place, rows) for place in texts.marked[:2]]
    without = next((place for place in range(len(reading.texts_at)) if texts.style.doubt not in _text(reading, place)), None)
    return shown if without is None else [*shown, _at(reading, without, rows)]


def spelling_notes(readings: Mapping[str, Reading], marks: Marks) -> tuple[Note, ...]:
    """How point and comma were read where that is not plain (LL140), and signs that were read (LL141).

    Parameters
    ----------
    readings : Mapping from column name to Reading
    marks : Marks
    """
    texts = {name: reading.texts for name, reading in readings.items() if reading.texts is not None}
    notes = []
    for words, fits in _KINDS.items():
        here = {name: read for name, read in texts.items() if fits(read.style) and read.marked}
        if not here:
            continue
        name, read = next(iter(here.items()))
        why = "as declared" if marks.declared else f"as {marks.seen or _text(readings[name], read.marked[0])!r} shows"
        kept = [other for other, read in texts.items() if other not in here and read.points] if marks.decimal == "," else []
        rest = f"; {first_names(kept)} {'keeps its' if len(kept) == 1 else 'keep their'} decimal point" if kept else ""
        text = f"numbers were read with {words}, {why}: {first_names(list(here))}{rest}."
        notes.append(Note(code="LL140", column=name if len(here) == 1 else None, text=text))
    return (*notes, *(note for name, reading in readings.items() for note in _sign_notes(name, reading)))


def _sign_notes(name: str, reading: Reading) -> list[Note]:
    """Percent signs, currencies and parentheses of one column."""
    texts = reading.texts
    if texts is None:
        return []
    told = []
    for unit, place in texts.units:
        cell = _text(reading, place)
        value = f"{texts.values[place]:.12g}"
        told.append(f"{cell!r} as {value}" + (" (percent, no share)" if unit == PERCENT else f", in {unit}"))
    if texts.bracketed is not None:
        told.append(f"{_text(reading, texts.bracketed)!r} as {texts.values[texts.bracketed]:.12g}")
    return [Note(code="LL141", column=name, text=f"signs in column {name!r} were read: {'; '.join(told)}.")] if told else []

"""The files that a command reads: the argument, the options that say how, and the tables and names that come of it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadlag._calls import LONG, NO_FLAG, OPENING, Call, Code
from leadlag._calls import READING as READING_OF_TABLES
from leadlag.cli.streams import standard_input
from leadlag.errors import LeadLagError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from leadlag.catalogue import Catalogue
    from leadlag.cli.voice import Voice
    from leadlag.sample import Sample

__all__ = [
    "asked_of",
    "FILE",
    "LONG",
    "OPENING",
    "READING",
    "REPAIR",
    "catalogue_code",
    "catalogue_of",
    "files_argument",
    "horizons_of",
    "missing_option",
    "one_stdin",
    "named_in_call",
    "names",
    "over_data",
    "repairs_of",
    "sample_of",
    "tables",
    "told_as",
    "with_reading",
    "sample_told",
]

#: What FILE is, for the end of a command's help.
FILE = """FILE is a .csv, .xlsx or .parquet table with one row a period, or - for CSV on standard input. Metrics of
different cadence, a quarterly KPI and monthly leads, may come in one file each."""

#: A path is shown up to here.
_LONGEST_PATH = 120

#: The options of `with_reading` that `as_sample` has; besides, those in LONG go to `from_long`, those in OPENING to `read_file`.
READING = tuple(name for name in READING_OF_TABLES if name not in NO_FLAG)

#: Help of `--repair`.
REPAIR = "What is repaired before anything is asked: rows that hit all columns, units that change, values for missing; or none."

_MISSING = "What to do with missing periods; nothing is filled by default."
_INFINITE = "What an infinite value means."
_FREQ = "One period: hour, day, business_day, week, month, quarter, year or period.  [default: by the times]"
_TZ = "Zone in which periods are meant, such as Europe/Berlin."
_DATE_FORMAT = "How dates are written if not as 2024-01-31, such as %d/%m/%Y."
_DECIMAL = "Decimal mark of numbers written as text.  [default: the point, or what the cells show]"
_THOUSANDS = "Mark of thousands: . or , or a space or '; columns that it does not fit keep their decimal point."
_SEGMENT = "Column that tells segments apart, in a table with one row a period and segment."
_METRIC = "Of a long table, one row a period and metric: the column with the names of the metrics."
_VALUE = "Of a long table: the column with the numbers."
_AS_OF = "What was known then: periods that end later are dropped."
_SEP = "Sign between cells.  [default: the one that fits the lines]"
_ENCODING = "Such as cp1252 or utf-16-le.  [default: UTF-8, or by the file's mark]"
_SKIP = "Leave out so many first lines, or the lines of these numbers (2,5 or 2,)."
_CATALOGUE = "TOML or YAML file with what is known of the metrics: label, unit, aggregate, how late each is published."
_SHEET = "Sheet of a workbook, if several are not empty."

_DATES_AT = "Which day of its week, or of another step, a date names: start or end; of several files FILE=end."
_YEAR_START = "Month in which the year of quarters and years begins, such as February.  [default: January]"
_CALENDAR = "Table of the periods of a business calendar: column start, optionally name; its last row is the end of the last."
_HOLIDAYS = "Table with the dates of holidays, or the code of a country: DE, US-CA (needs the extra calendar)."
#: The code of a country, or of a part of it; else it is a file.
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,5})?")


def one_stdin(_: object, __: object, files: tuple[str, ...]) -> tuple[str, ...]:
    """Standard input is there once."""
    if files.count("-") > 1:
        raise click.UsageError("Standard input (-) is named twice, and can be read once: give the other table as a file.")
    return files


files_argument = click.argument("files", nargs=-1, required=True, metavar="FILE...", callback=one_stdin)
missing_option = click.option(
    "--missing", type=click.Choice(["mask", "error", "zero"]), default="mask", show_default=True, help=_MISSING
)


def _skip_rows(context: click.Context, option: click.Parameter, text: str | None) -> int | list[int] | None:
    """A number of first lines, or, with a comma, numbers of lines."""
    del context
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() or not part for part in parts) or not any(parts):
        raise click.BadParameter("give a number of first lines, or line numbers with commas, as 2,5 or 2,", param=option)
    return [int(part) for part in parts if part] if len(parts) > 1 else int(text)


def _by_file(_: object, __: object, given: Sequence[str]) -> str | dict[str, str] | None:
    """One word for all files, or one for each that is named."""
    parts = [text.rpartition("=") for text in given]
    named = {"standard input" if file == "-" else file: word for file, mark, word in parts if mark}
    words = [text for text in given if "=" not in text]
    if len(words) > 1 or (words and named):
        raise click.BadParameter("give one word for all files, or FILE=start and FILE=end for each.")
    return words[0] if words else named or None


def _calendar(_: object, __: object, file: str | None) -> pd.DataFrame | None:
    """The table of periods in a file."""
    return None if file is None else _table(file, {})


def _holidays(_: object, __: object, given: str | None) -> pd.DataFrame | str | None:
    """The dates in a file, or the code of a country, or its name; what has no ending and is no file is no misspelt file."""
    if given is None or _COUNTRY.fullmatch(given):
        return given
    if given == "-" or Path(given).suffix or len(Path(given).parts) > 1 or Path(given).exists():
        return _table(given, {})
    from leadlag.sample.holidays import as_holidays  # noqa: PLC0415

    as_holidays(given)
    return given


def with_reading(command: Callable[..., int]) -> Callable[..., int]:
    """The options that say how a table is read."""
    for option in (
        click.option("--sheet", metavar="NAME", help=_SHEET),
        click.option("--skip-rows", metavar="N|N,M", callback=_skip_rows, help=_SKIP),
        click.option("--encoding", metavar="NAME", help=_ENCODING),
        click.option("--sep", metavar="SIGN", help=_SEP),
        click.option("--value", metavar="COLUMN", help=_VALUE),
        click.option("--metric", metavar="COLUMN", help=_METRIC),
        click.option("--segment", metavar="COLUMN", help=_SEGMENT),
        click.option("--infinite", type=click.Choice(["error", "missing"]), default="error", show_default=True, help=_INFINITE),
        click.option("--tz", metavar="ZONE", help=_TZ),
        click.option("--freq", metavar="WORD", help=_FREQ),
        click.option("--as-of", metavar="DATE", help=_AS_OF),
        click.option("--thousands", metavar="MARK", help=_THOUSANDS),
        click.option("--decimal", metavar="MARK", help=_DECIMAL),
        click.option("--dates-at", multiple=True, metavar="END", callback=_by_file, help=_DATES_AT),
        click.option("--holidays", metavar="FILE|CC", callback=_holidays, help=_HOLIDAYS),
        click.option("--calendar", metavar="FILE", callback=_calendar, help=_CALENDAR),
        click.option("--year-start", metavar="MONTH", help=_YEAR_START),
        click.option("--date-format", metavar="FORMAT", help=_DATE_FORMAT),
        click.option("--catalogue", metavar="FILE", help=_CATALOGUE),
        click.option("--time", help="Column of the time; found by itself if there is one."),
    ):
        command = option(command)
    return command


def catalogue_of(file: str | None, voice: Voice) -> Catalogue | None:
    """What is known of the metrics, from the file that was named."""
    if file is None:
        return None
    from leadlag.catalogue import read_catalogue  # noqa: PLC0415

    voice.step(f"reading {file}")
    return read_catalogue(file)


def catalogue_code(file: str) -> Code:
    """The same as a call that is shown has it."""
    return Code(f"read_catalogue({named_in_call(file)})")


@contextmanager
def told_as(
    function: Callable[..., object],
    options: Mapping[str, object],
    *,
    reading: Mapping[str, object],
    files: Sequence[str],
    opening: Mapping[str, object] | None = None,
) -> Iterator[None]:
    """Errors inside show the call in Python that does what this command does."""
    named = [named_in_call(file) for file in files]
    for option in ("calendar", "holidays"):
        if isinstance(reading.get(option), Sized) and not isinstance(reading[option], str):
            from leadlag.sample.tables import SOURCE  # noqa: PLC0415

            file = getattr(reading[option], "attrs", {}).get(SOURCE, f"{option}.csv")
            reading = {**reading, option: Code(f"read_file({named_in_call(str(file))})")}
    try:
        yield
    except LeadLagError as error:
        error.tell(Call.of(function, options, reading=reading, files=named, opening=opening))
        raise


def named_in_call(file: str) -> str:
    """A file as `read_file` is given it in a call that is shown: as it was typed, but for the folders of the machine."""
    if file == "-":
        return "sys.stdin"
    return repr(Path(file).name if Path(file).is_absolute() else file)


def tables(files: Sequence[str], voice: Voice, opening: Mapping[str, Any]) -> list[pd.DataFrame]:
    """The tables in files, in their order; of several files each is opened with the options that its kind takes."""
    read = []
    for file in files:
        voice.step(f"reading {file}")
        read.append(_table(file, opening if len(files) == 1 else _taken(file, opening)))
    return read


def sample_of(read: Sequence[pd.DataFrame], reading: Mapping[str, Any], *, columns: Any = None, missing: str = "mask") -> Sample:
    """The tables as one Sample; a long one, if `reading` names its columns, by `from_long`."""
    from leadlag.sample import as_sample, from_long  # noqa: PLC0415

    wide = {name: value for name, value in reading.items() if name not in LONG}
    long = {name: reading[name] for name in LONG}
    if long["metric"] is None and long["value"] is None:
        return as_sample(read, columns=columns, missing=missing, **wide)  # type: ignore[arg-type]  # one of the choices
    if None in long.values() or reading["time"] is None or len(read) > 1:
        raise UsageError("A long table is one file, with --time, --metric and --value: name all three columns.")
    return as_sample(from_long(read[0], **wide, **long), columns=columns, missing=missing)  # type: ignore[arg-type]


def _taken(file: str, opening: Mapping[str, Any]) -> dict[str, Any]:
    from leadlag.sample.files import options_of  # noqa: PLC0415

    return {name: value for name, value in opening.items() if name in options_of(Path(file))}


def _table(file: str, opening: Mapping[str, Any]) -> pd.DataFrame:
    """The table in a file or on standard input."""
    path = Path(file)
    if file != "-":
        _refuse_no_file(file)
    from leadlag.sample import read_file  # noqa: PLC0415

    try:
        if file != "-":
            return read_file(path, **opening)
        with standard_input() as stream:
            return read_file(stream, **opening)
    except LeadLagError as error:
        error.tell(replace(Call.of(read_file, opening), data=named_in_call(file)))
        raise


def _refuse_no_file(file: str) -> None:
    """A path that is no file, by what it is; of one that does not exist the nearest name beside it."""
    from leadlag.sample.paths import why_no_file  # noqa: PLC0415

    path = Path(file)
    why = why_no_file(path)
    near = difflib.get_close_matches(path.name, _files_in(path.parent), n=1, cutoff=0.6) if "exist" in why else []
    if why:
        hint = f" Did you mean {str(path.with_name(near[0]))!r}?" if near else ""
        shown = file if len(file) <= _LONGEST_PATH else f"{file[:_LONGEST_PATH]}..."
        raise UsageError(f"file={shown!r} {why}.{hint}")


def _files_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if path.is_file())
    except (OSError, ValueError):
        return []


def horizons_of(_: object, option: click.Parameter, given: str | None) -> tuple[int, ...]:
    """Numbers from ``1,4,12``."""
    parts = [part.strip() for part in (given or "").split(",") if part.strip()]
    if not all(part.isdecimal() and len(part) < 10 and int(part) for part in parts):
        raise click.BadParameter(f"{given!r} is not allowed: give periods ahead such as 1,4,12.", param=option)
    return tuple(int(part) for part in parts)


def by_name(text_of: Callable[[str], object], form: str) -> Callable[..., dict[str, object]]:
    """A callback that reads ``NAME=VALUE``, several with commas or one at a time."""

    def read(_: object, option: click.Parameter, given: Sequence[str]) -> dict[str, object]:
        told: dict[str, object] = {}
        for part in (part for text in given for part in text.split(",") if part.strip()):
            name, mark, value = part.rpartition("=")
            if not mark or not name.strip():
                raise click.BadParameter(f"{part!r} names no candidate: give {form}.", param=option)
            told[name.strip()] = text_of(value.strip())
        return told

    return read


def delay_window(text: str) -> object:
    """A first and a last period from ``2:8``, one number from ``3``; any other text as it is."""
    ends = [int(part) if part.strip().lstrip("-").isdecimal() else None for part in text.split(":")]
    return text if None in ends or len(ends) > 2 else (ends[0], ends[-1])


def asked_of(
    options: Mapping[str, Any], read: Sequence[pd.DataFrame]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]:
    """How tables are read, what is asked of them, and the columns that are named by role, of the options of a command."""
    reading = {name: options[name] for name in (*READING, *LONG)}
    asked = {name: value for name, value in options.items() if name not in reading}
    for name in ("leads", "controls", "log"):
        asked[name] = names(asked[name], read)
    if asked["log"] == ["auto"]:
        asked["log"] = "auto"
    named = {name: asked[name] for name in ("kpi", "controls", "leads")} if asked["leads"] else None
    asked = {name: value for name, value in asked.items() if value not in ([], {}, ())}
    return reading, asked | {"repair": repairs_of(asked["repair"])}, named


def sample_told(read: Sequence[pd.DataFrame], reading: Mapping[str, Any], voice: Voice, *, columns: Any) -> Sample:
    """The tables as one Sample; what reading changed in the numbers is said."""
    from leadlag.wording.notes import changes_of_numbers  # noqa: PLC0415

    sample = sample_of(read, reading, columns=columns)
    for text in changes_of_numbers([(note.code, note.text_by_flags) for note in sample.notes]):
        voice.note(text)
    return sample


def names(given: Sequence[str], read: Sequence[pd.DataFrame]) -> list[str]:
    """Names from options such as ``a,b``; a column whose own name has a comma is taken whole."""
    known = {str(column) for table in read for column in table.columns}
    parts = (part for text in given for part in ([text] if text in known else text.split(",")))
    return [part.strip() for part in parts if part.strip()]


def repairs_of(text: str) -> tuple[str, ...]:
    """The repairs of `--repair`."""
    return () if text == "none" else tuple(text.split(","))


def over_data(path: Path, files: Sequence[str]) -> bool:
    """Whether a file that is to be written is one of those with the data."""
    return path.exists() and any(path.samefile(file) for file in files if file != "-" and Path(file).exists())

"""The files that a command reads: the argument, the options that say how, and the tables and names that come of it."""

from __future__ import annotations

import difflib
import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadlag.errors import LeadLagError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from leadlag.cli.voice import Voice

__all__ = ["FILE", "READING", "files_argument", "missing_option", "names", "tables", "told_as", "with_reading"]

#: What FILE is, for the end of a command's help.
FILE = """FILE is a .csv or .parquet table with one row a period, or - for CSV on standard input. Metrics of
different cadence, a quarterly KPI and monthly leads, may come in one file each."""

#: The options of `with_reading`, under their names in `as_sample`.
READING = ("time", "freq", "tz", "date_format", "dates_at", "infinite")

_MISSING = "What to do with missing periods; nothing is filled by default."
_INFINITE = "What an infinite value means."
_FREQ = "One period: hour, day, business_day, week, month, quarter, year or period.  [default: by the times]"
_TZ = "Zone in which periods are meant, such as Europe/Berlin."
_DATE_FORMAT = "How dates are written if not as 2024-01-31, such as %d/%m/%Y."

_DATES_AT = "Which day of its week, or of another step, a date names: start or end; of several files FILE=end."

files_argument = click.argument("files", nargs=-1, required=True, metavar="FILE...")
missing_option = click.option(
    "--missing", type=click.Choice(["mask", "error", "zero"]), default="mask", show_default=True, help=_MISSING
)


def _by_file(_: object, __: object, given: Sequence[str]) -> str | dict[str, str] | None:
    """One word for all files, or one for each that is named."""
    parts = [text.rpartition("=") for text in given]
    named = {"standard input" if file == "-" else file: word for file, mark, word in parts if mark}
    words = [text for text in given if "=" not in text]
    if len(words) > 1 or (words and named):
        raise click.BadParameter("give one word for all files, or FILE=start and FILE=end for each.")
    return words[0] if words else named or None


def with_reading(command: Callable[..., int]) -> Callable[..., int]:
    """The options that say how a table is read."""
    for option in (
        click.option("--infinite", type=click.Choice(["error", "missing"]), default="error", show_default=True, help=_INFINITE),
        click.option("--tz", metavar="ZONE", help=_TZ),
        click.option("--freq", metavar="WORD", help=_FREQ),
        click.option("--dates-at", multiple=True, metavar="END", callback=_by_file, help=_DATES_AT),
        click.option("--date-format", metavar="FORMAT", help=_DATE_FORMAT),
        click.option("--time", help="Column of the time; found by itself if there is one."),
    ):
        command = option(command)
    return command


@contextmanager
def told_as(
    function: Callable[..., object], options: Mapping[str, object], *, reading: Mapping[str, object], files: Sequence[str]
) -> Iterator[None]:
    """Errors inside show the call in Python that does what this command does."""
    from leadlag._calls import Call  # noqa: PLC0415

    read = [f"read_file({Path(file).name!r})" if file != "-" else "read_file(sys.stdin)" for file in files]
    data = read[0] if len(read) == 1 else f"[{', '.join(read)}]"
    try:
        yield
    except LeadLagError as error:
        error.tell(Call.of(function, options, reading=reading, data=data))
        raise


def tables(files: Sequence[str], voice: Voice) -> list[pd.DataFrame]:
    """The tables in files, in their order."""
    read = []
    for file in files:
        voice.step(f"reading {file}")
        read.append(_table(file))
    return read


def _table(file: str) -> pd.DataFrame:
    """The table in a file or on standard input."""
    path = Path(file)
    if file != "-" and not path.exists():
        near = difflib.get_close_matches(path.name, _files_in(path.parent), n=1, cutoff=0.6)
        hint = f" Did you mean {str(path.with_name(near[0]))!r}?" if near else ""
        raise UsageError(f"file={file!r} does not exist.{hint} Give the path of a table, or - for CSV on standard input.")
    from leadlag.sample import read_file  # noqa: PLC0415

    if file != "-":
        return read_file(path)
    try:
        return read_file(io.StringIO(sys.stdin.buffer.read().decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise UsageError("Standard input is not UTF-8 text: save the table as UTF-8 CSV.") from None


def _files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def names(given: Sequence[str], read: Sequence[pd.DataFrame]) -> list[str]:
    """Names from options such as ``a,b``; a column whose own name has a comma is taken whole."""
    known = {str(column) for table in read for column in table.columns}
    parts = (part for text in given for part in ([text] if text in known else text.split(",")))
    return [part.strip() for part in parts if part.strip()]

"""The command line: the only room that prints, and the only exit code.

Standard output is for data only. Progress, warnings and errors go to standard error. Whatever takes long to load
is loaded inside the command that needs it, so that ``leadlag --help`` answers at once.
"""

from __future__ import annotations

import difflib
import io
import json
import os
import re
import sys
import time as clock
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadlag._version import __version__
from leadlag.errors import DataContractError, LeadLagError, LeadLagWarning, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from leadlag.sample import Violation

__all__ = ["main"]

OK, USAGE, CONTRACT, INTERRUPTED = 0, 2, 3, 130

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_MISSING = "What to do with missing periods; nothing is filled by default."
_INFINITE = "What an infinite value means."
_FREQ = "One period: hour, day, business_day, week, month, quarter, year or period.  [default: by the times]"
_TZ = "Zone in which periods are meant, such as Europe/Berlin."
_DATE_FORMAT = "How dates are written if not as 2024-01-31, such as %d/%m/%Y."
_READING = ("time", "freq", "tz", "date_format", "infinite")
_FILE = """FILE is a .csv or .parquet table with one row a period, or - for CSV on standard input. Metrics of
different cadence, a quarterly KPI and monthly leads, may come in one file each."""


@dataclass(frozen=True, kw_only=True)
class Voice:
    """How much is said on standard error, and whether in colour."""

    quiet: bool = False
    verbose: bool = False
    colour: bool = True

    def step(self, text: str) -> None:
        """Say what is being done: if asked to, or to a person who waits."""
        if self.verbose or (not self.quiet and sys.stderr.isatty()):
            click.echo(text, err=True)

    def warn(self, text: str) -> None:
        """Say what deserves a look."""
        if not self.quiet:
            click.echo(f"{self._mark('warning', 'yellow')} {_clean(text)}", err=True)

    def fail(self, text: str) -> None:
        """Say why there is no answer."""
        click.echo(f"{self._mark('error', 'red')} {_clean(text)}", err=True)

    def _mark(self, word: str, colour: str) -> str:
        return click.style(f"{word}:", fg=colour, bold=True) if self.colour else f"{word}:"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line; those of the process if None.

    Returns
    -------
    int
        0 ok, 2 usage, 3 the data break their contract, 130 interrupted. A bug raises, and so ends with 1.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    voice = Voice(colour=_wants_colour("--no-color" not in words))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is no reason to stop
    try:
        answer = leadlag.main(args=words, prog_name="leadlag", standalone_mode=False)
    except click.exceptions.Abort:
        voice.fail("interrupted")
        return INTERRUPTED
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "leadlag"
        voice.fail(f"{error.format_message()} Next: {command} --help shows what is allowed.")
        return USAGE
    except DataContractError as error:
        voice.fail(_as_options(str(error)))
        return CONTRACT
    except LeadLagError as error:
        voice.fail(_as_options(str(error)))
        return USAGE
    return answer if isinstance(answer, int) else OK


def _wants_colour(asked: bool) -> bool:
    """Colour unless it is switched off here or, as no-color.org asks, for all programs."""
    return asked and not os.environ.get("NO_COLOR")


def _clean(text: str) -> str:
    """Text for a terminal: line breaks stay, what else would steer it is written out."""
    from leadlag.wording.shown import shown  # noqa: PLC0415

    return "\n".join(shown(line) for line in text.split("\n"))


def _as_options(text: str) -> str:
    """A next step that names an option of the door, as the option of the command line that it is here."""
    from leadlag.sample.violations import AT_THE_DOOR  # noqa: PLC0415

    def flag(found: re.Match[str]) -> str:
        value = found[2].strip("'")
        return f"--{found[1].replace('_', '-')} {value if value.isalpha() else found[2]}"

    return re.sub(rf"\b({'|'.join(_READING)})=('[^']*'){AT_THE_DOOR}", flag, text)


def _data(text: str) -> None:
    """Print data; whoever reads them may stop reading."""
    try:
        click.echo(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _with_reading(command: Callable[..., int]) -> Callable[..., int]:
    """The options that say how a table is read; `_READING` lists them under their names in `as_sample`."""
    for option in (
        click.option("--infinite", type=click.Choice(["error", "missing"]), default="error", show_default=True, help=_INFINITE),
        click.option("--tz", metavar="ZONE", help=_TZ),
        click.option("--freq", metavar="WORD", help=_FREQ),
        click.option("--date-format", metavar="FORMAT", help=_DATE_FORMAT),
        click.option("--time", help="Column of the time; found by itself if there is one."),
    ):
        command = option(command)
    return command


def _with_voice(command: Callable[..., int]) -> Callable[..., int]:
    """The options that every command has, handed on as `voice`."""

    def run(*, quiet: bool, verbose: bool, no_color: bool, **options: Any) -> int:
        return command(voice=Voice(quiet=quiet, verbose=verbose, colour=_wants_colour(not no_color)), **options)

    run.__doc__, run.__name__ = command.__doc__, command.__name__
    run = click.option("--no-color", is_flag=True, help="No colour in messages; so does the variable NO_COLOR.")(run)
    run = click.option("-v", "--verbose", is_flag=True, help="Say every step on standard error.")(run)
    return click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors on standard error.")(run)


@click.group(
    context_settings=_CONTEXT,
    epilog="""Examples:

\b
  leadlag demo
  leadlag check sales.csv --kpi revenue
  leadlag rank sales.csv --kpi revenue --max-lag 12 --out report/

Exit codes: 0 ok, 1 bug, 2 wrong call, 3 wrong data, 130 interrupted.""",
    invoke_without_command=True,
)
@click.version_option(__version__, "-V", "--version", message="leadlag %(version)s")
@click.pass_context
def leadlag(context: click.Context) -> int:
    """Find the metrics that lead a KPI: by how long, how much, and how sure that is."""
    if context.invoked_subcommand is None:
        _data(context.get_help())
    return OK


@leadlag.command(
    short_help="Rank the metrics in a file.",
    epilog=f"""{_FILE}

Examples:

\b
  leadlag rank sales.csv --kpi revenue
  leadlag rank sales.csv --kpi revenue --leads visits,demos --time week --out report/
  leadlag rank gdp.csv monthly.csv --kpi gdp
  leadlag rank umsatz.csv --kpi umsatz --time datum --date-format %d.%m.%Y
  cat sales.csv | leadlag rank - --kpi revenue --json > ranking.json""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--kpi", required=True, help="Column of the outcome.")
@_with_reading
@click.option("--leads", multiple=True, metavar="A,B", help="Candidates; every other column of numbers if not given.")
@click.option("--controls", multiple=True, metavar="A,B", help="Columns that enter every model and are not ranked.")
@click.option("--log", multiple=True, metavar="A,B", help="Columns to analyse in logs; with the KPI, effects are in percent.")
@click.option("--missing", type=click.Choice(["mask", "error", "zero"]), default="mask", show_default=True, help=_MISSING)
@click.option("--max-lag", type=int, help="Longest lag tried, in periods.  [default: by the cadence]")
@click.option(
    "--undo", type=click.Choice(["rolling", "ytd"]), help="Undo the average, or the sum to date, that the KPI is reported as."
)
@click.option("--nonlinear", is_flag=True, help="Also search for effects of squares and of what lies above or below the mean.")
@click.option(
    "--evidence/--no-evidence", default=True, help="Grade, gain, stability and what else no verdict rests on; without is faster."
)
@click.option("--fdr", type=float, default=0.10, show_default=True, help="Share of false leads accepted among those named.")
@click.option("--rng", type=int, default=0, show_default=True, help="Seed; the same seed gives the same ranking.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="Also write a page, a CSV and a JSON file here."
)
@click.option("--raw-csv", is_flag=True, help="Leave texts in the CSV that a spreadsheet would take for a formula.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@_with_voice
def rank(*, files: tuple[str, ...], out: Path | None, raw_csv: bool, as_json: bool, voice: Voice, **options: Any) -> int:
    """Rank the metrics in FILE by whether, when and how much they lead the KPI; several files may differ in cadence."""
    tables = _tables(files, voice)
    from leadlag.ranking.rank import rank_leads  # noqa: PLC0415
    from leadlag.sample import as_sample  # noqa: PLC0415

    reading = {name: options.pop(name) for name in _READING}
    for name in ("leads", "controls", "log"):
        options[name] = _names(options[name], tables)
    named = {name: options[name] for name in ("kpi", "controls", "leads")} if options["leads"] else None
    voice.step("ranking")
    start = clock.perf_counter()
    with _warnings_said(voice):
        sample = as_sample(tables, columns=named, **reading)
        if as_json and sample.calendar.in_order:
            voice.warn("rows in their order, without times [LL137]")
        ranking = rank_leads(sample, **options | {"leads": options["leads"] or None})
    voice.step(f"ranked {len(ranking)} candidates in {clock.perf_counter() - start:.1f} s")
    if out is not None:
        from leadlag.report import report_html, write_files  # noqa: PLC0415

        first, *more = [None if file == "-" else Path(file) for file in files]
        beside = [path for path in more if path is not None]
        for path in write_files(ranking, out, first, html=report_html(ranking), raw_csv=raw_csv, beside=beside):
            voice.step(f"wrote {path}")
    _data(ranking.to_json() if as_json else ranking.summary())
    return OK


@leadlag.command(
    short_help="List all that is wrong with a file.",
    epilog=f"""{_FILE}

Examples:

\b
  leadlag check sales.csv
  leadlag check sales.csv --kpi revenue --time week
  cat sales.csv | leadlag check - --json

Exit codes: 0 no violations, 3 violations.""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--kpi", help="Column of the outcome: also check that it and the others can be analysed.")
@_with_reading
@click.option("--missing", type=click.Choice(["mask", "error", "zero"]), default="mask", show_default=True, help=_MISSING)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@_with_voice
def check(*, files: tuple[str, ...], kpi: str | None, as_json: bool, voice: Voice, **options: Any) -> int:
    """List everything that is wrong with the tables in FILE, all at once."""
    from leadlag.cli.checking import check_tables, violations_of  # noqa: PLC0415
    from leadlag.cli.words import violation_table  # noqa: PLC0415

    found: list[Violation] = []
    tables: list[pd.DataFrame] = []
    for file in files:
        try:
            tables += _tables((file,), voice)
        except DataContractError as error:
            found += [item if len(files) == 1 else replace(item, argument=file) for item in violations_of(error)]
    told = ""
    if not found:
        with _warnings_said(voice):
            found, told = check_tables(tables, kpi=kpi, **options)
    found = [replace(item, next_step=_as_options(item.next_step)) for item in found]
    if as_json:
        from leadlag.results import plain  # noqa: PLC0415

        _data(json.dumps({"schema": "leadlag-check-1", "violations": plain(found)}, indent=2, ensure_ascii=False))
    else:
        _data(violation_table(found) if found else told)
    return CONTRACT if found else OK


@leadlag.command(short_help="Rank a built-in real sample, write the report.")
@_with_voice
def demo(*, voice: Voice) -> int:
    """Rank the leads of housing starts in a built-in real sample and write the report.

    The page is written to leadlag-report/us_housing.html under the current folder; its path is printed last.
    """
    from leadlag.datasets import load_sample  # noqa: PLC0415
    from leadlag.ranking.rank import rank_leads  # noqa: PLC0415
    from leadlag.report import make_folder, write_report  # noqa: PLC0415

    voice.step("ranking what leads US housing starts, monthly, 1959 to 2024")
    with _warnings_said(voice):
        ranking = rank_leads(load_sample("us_housing"), kpi="housing_starts", max_lag=12)
    _data(ranking.summary())
    voice.step("writing the report")
    path = write_report(ranking, make_folder(Path("leadlag-report")) / "us_housing.html")
    _data(f"\n{path}")
    return OK


def _tables(files: Sequence[str], voice: Voice) -> list[pd.DataFrame]:
    """The tables in files, in their order."""
    tables = []
    for file in files:
        voice.step(f"reading {file}")
        tables.append(_read(file))
    return tables


def _read(file: str) -> pd.DataFrame:
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


def _names(given: Sequence[str], tables: Sequence[pd.DataFrame]) -> list[str]:
    """Names from options such as ``a,b``; a column whose own name has a comma is taken whole."""
    known = {str(column) for table in tables for column in table.columns}
    parts = (part for text in given for part in ([text] if text in known else text.split(",")))
    return [part.strip() for part in parts if part.strip()]


@contextmanager
def _warnings_said(voice: Voice) -> Iterator[None]:
    """The library's warnings as one line each; warnings of other packages only to those who want every step."""

    def say(message: Warning | str, *_: Any, **__: Any) -> None:
        if isinstance(message, LeadLagWarning) or voice.verbose:
            voice.warn(" ".join(str(message).split()))

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.simplefilter("always", LeadLagWarning)
        warnings.showwarning = say
        yield

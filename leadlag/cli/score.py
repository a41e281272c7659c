"""``leadlag score``: forecasts from new rows by a model that ``leadlag fit`` wrote; nothing is fitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadlag._calls import OPENING, READING, Call, Fix
from leadlag._files import write_whole
from leadlag.cli.files import FILE, files_argument, named_in_call, over_data, tables
from leadlag.cli.once import OneEach, folder_named
from leadlag.cli.voice import OK, Voice, json_option, print_data, warnings_said, with_voice
from leadlag.errors import DataContractError, LeadLagError, UsageError

if TYPE_CHECKING:
    from leadlag.forecast.result import Forecast

__all__ = ["score"]

_AS_OF = "Forecast as on that day: periods that end later are left out.  [default: the last row]"
_STALE = "Use the model though its last period lies further back than its longest horizon and 12 periods."


@click.command(
    cls=OneEach,
    short_help="Forecast from new rows by a model.",
    epilog=f"""{FILE}
It is read as that of the fit was, and holds at least the columns that the model uses.

Examples:

\b
  leadlag score revenue.json new.csv
  leadlag score revenue.json new.csv --as-of 2026-11-30 --json > forecast.json
  leadlag score revenue.json new.csv --out forecasts/

Exit codes: 0 ok, 2 the call or the model file is wrong, 3 the data are.""",
)
@click.argument("model", metavar="MODEL.json")
@files_argument
@click.option("--as-of", metavar="DATE", help=_AS_OF)
@click.option("--stale-ok", is_flag=True, help=_STALE)
@click.option("-o", "--out", callback=folder_named, metavar="DIR", help="Also write MODELSTEM.score.json and .csv here.")
@json_option
@with_voice
def score(
    *, model: str, files: tuple[str, ...], as_of: str | None, stale_ok: bool, out: Path | None, as_json: bool, voice: Voice
) -> int:
    """Forecast the KPI from the rows in FILE by the model in MODEL.json, which leadlag fit wrote."""
    from leadlag.forecast.modelfile import load_model  # noqa: PLC0415
    from leadlag.wording.notes import changes_of_numbers  # noqa: PLC0415

    voice.step(f"reading {model}")
    kept = load_model(model)
    opening = {name: value for name, value in kept.reading if name in OPENING}
    with warnings_said(voice), _told_as(model, files, {"as_of": as_of, "stale_ok": stale_ok}, opening):
        read = tables(files, voice, opening)
        voice.step("scoring")
        forecast = kept.score(read if len(read) > 1 else read[0], as_of=as_of, stale_ok=stale_ok)
    for text in changes_of_numbers(forecast.provenance.warnings):
        voice.note(text)
    if out is not None:
        _write(forecast, out, model, files, voice)
    print_data(forecast.to_json() if as_json else forecast.summary())
    return OK


@contextmanager
def _told_as(model: str, files: Sequence[str], given: dict[str, object], opening: dict[str, Any]) -> Iterator[None]:
    """Errors inside show the call in Python that does what this command does, and options of another command as such."""
    from leadlag.forecast.model import ForecastModel  # noqa: PLC0415

    try:
        yield
    except LeadLagError as error:
        if isinstance(error, DataContractError):
            error.violations = tuple(replace(item, fixes=_of_fit(item.fixes)) for item in error.violations)
        error.fixes = _of_fit(error.fixes)
        call = Call.of(ForecastModel.score, given, files=[named_in_call(one) for one in files], opening=opening)
        function = f"load_model({named_in_call(model)}).score"
        error.tell(replace(call, function=function, takes=("data", *given)))
        raise


def _of_fit(fixes: Sequence[Fix]) -> tuple[Fix, ...]:
    """Ways out that this command has no option for: the model keeps how tables are read."""
    beside = "in leadlag fit, as the model keeps how tables are read"
    return tuple(
        replace(fix, when=f"{fix.when} {beside}".strip()) if any(name in READING for name, _ in fix.options) else fix
        for fix in fixes
    )


def _write(forecast: Forecast, out: Path, model: str, files: Sequence[str], voice: Voice) -> None:
    """JSON and table into a folder, over none of the files that were read."""
    from leadlag.report.export import csv_text, make_folder  # noqa: PLC0415

    frame = forecast.to_frame()
    frame["leads"] = frame["leads"].map(";".join)
    texts = {"json": forecast.to_json() + "\n", "csv": csv_text(frame)}
    paths = {kind: make_folder(out) / f"{Path(model).stem}.score.{kind}" for kind in texts}
    for path in paths.values():
        if over_data(path, [model, *files]):
            raise UsageError(f"out={str(out)!r} is not allowed: {str(path)!r} was read, give another folder.", argument="out")
    for kind, path in paths.items():
        voice.step(f"wrote {write_whole(path, texts[kind])}")

"""``leadlag fit``: a forecast model of the KPI in files, written to a file that ``leadlag score`` reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadlag.cli.files import (
    FILE,
    OPENING,
    REPAIR,
    asked_of,
    catalogue_code,
    catalogue_of,
    files_argument,
    horizons_of,
    missing_option,
    over_data,
    sample_told,
    tables,
    told_as,
    with_reading,
)
from leadlag.cli.once import OneEach
from leadlag.cli.voice import OK, Voice, print_data, warnings_said, with_voice
from leadlag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadlag.forecast.result import Forecast

__all__ = ["fit"]

_LOG = "Columns to take in logs. auto: a KPI that grows is forecast in levels or in logs, as fits better."
_HORIZONS = "Periods ahead.  [default: 1,2,4,8,12]"


@click.command(
    cls=OneEach,
    short_help="Fit a forecast model, write it to a file.",
    epilog=f"""{FILE}

Examples:

\b
  leadlag fit sales.csv --kpi revenue --out revenue.json
  leadlag fit sales.csv --kpi revenue --leads visits,demos --horizons 1,4,12 --out revenue.json
  leadlag fit regions.csv --kpi deals --segment region --out deals.json
  leadlag fit gdp.csv monthly.csv --kpi gdp --note "agreed in May" --out gdp.json
  leadlag score revenue.json new.csv""",
)
@files_argument
@click.option("--kpi", required=True, help="Column of the outcome.")
@with_reading
@click.option("--leads", multiple=True, metavar="A,B", help="Candidates; every other column of numbers if not given.")
@click.option("--controls", multiple=True, metavar="A,B", help="Columns that enter every model and are not candidates.")
@click.option("--log", multiple=True, metavar="A,B|auto", help=_LOG)
@missing_option
@click.option("--repair", default="rows,scales,sentinels", show_default=True, metavar="A,B", help=REPAIR)
@click.option("--max-lag", type=int, help="Longest lag tried, in periods.  [default: by the cadence]")
@click.option("--horizons", metavar="N,N", callback=horizons_of, help=_HORIZONS)
@click.option("--note", default="", metavar="TEXT", help="Kept with the model.")
@click.option("-o", "--out", required=True, metavar="MODEL.json", help="The file to write.")
@with_voice
def fit(*, files: tuple[str, ...], out: str, voice: Voice, **options: Any) -> int:
    """Fit a model that forecasts the KPI in FILE, one for each segment if there are any, and write it to MODEL.json."""
    target = _writable(out, files)
    opening = {name: options.pop(name) for name in OPENING}
    listed: str | None = options.pop("catalogue")
    catalogue, read = catalogue_of(listed, voice), tables(files, voice, opening)
    from leadlag.forecast.modelfile import save_model, sha256_of  # noqa: PLC0415
    from leadlag.forecast.question import forecast_kpi  # noqa: PLC0415
    from leadlag.forecast.readings import reading_of  # noqa: PLC0415

    reading, options, named = asked_of(options, read)
    told = options if listed is None else {**options, "catalogue": catalogue_code(listed)}
    voice.step("fitting")
    with warnings_said(voice), told_as(forecast_kpi, told, reading=reading, files=files, opening=opening):
        sample = sample_told(read, {**reading, "catalogue": catalogue}, voice, columns=named)
        forecast = forecast_kpi(sample, catalogue=catalogue, **options)
    kept = dict(forecast.model.reading) | dict(reading_of({**reading, **opening}))
    model = replace(forecast.model, reading=tuple(kept.items()))
    path = save_model(model, target)
    print_data(f"{forecast.summary()}\n{_fitted(forecast)}")
    voice.step(f"wrote {path}, sha256 {sha256_of(model)}")
    return OK


def _writable(out: str, files: Sequence[str]) -> Path:
    """The file to write, refused before anything is fitted if it cannot be written or holds the data."""
    path = Path(out)
    if not out.strip() or path.is_dir() or not path.parent.is_dir():
        why = "is empty" if not out.strip() else "is a folder" if path.is_dir() else "lies in a folder that does not exist"
        raise UsageError(f"out={out[:80]!r} {why}: give the name of a file to write, such as model.json.", argument="out")
    if over_data(path, files):
        raise UsageError(f"out={out[:80]!r} is not allowed: it holds the data, give another file.", argument="out")
    return path


def _fitted(forecast: Forecast) -> str:
    """On which rows each segment was fitted; which could not be stands in the summary."""
    from leadlag.wording.layout import labelled  # noqa: PLC0415
    from leadlag.wording.shown import periods  # noqa: PLC0415

    model = forecast.model
    spans = Counter(f"{periods(one.n_periods, model.unit)}, {one.first_period} to {one.last_period}" for one in model.segments)
    several = len(model.segments) + len(model.unmodelled) > 1
    told = [f"{span} ({periods(count, 'segment')})" if several else span for span, count in spans.items()]
    return "\n".join(labelled([("Fitted on", text) for text in told]))

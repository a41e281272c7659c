"""``leadlag rank``: the ranking of the metrics in files, as text, JSON or a folder of files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadlag.cli.files import (
    FILE,
    OPENING,
    REPAIR,
    asked_of,
    by_name,
    catalogue_code,
    catalogue_of,
    delay_window,
    files_argument,
    horizons_of,
    missing_option,
    sample_told,
    tables,
    told_as,
    with_reading,
)
from leadlag.cli.once import OneEach, folder_named
from leadlag.cli.voice import CONTRACT, OK, Voice, json_option, print_data, warnings_said, with_voice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from leadlag.ranking.many import LeadRankings
    from leadlag.ranking.result import LeadRanking

__all__ = ["rank"]

_KPI = "Column of the outcome; given several times, each has a ranking of its own."
_HORIZONS = "Periods ahead that are forecast on the page that --out writes."
_LOG = "Columns to analyse in logs; with the KPI, effects are in percent. auto: a KPI that grows is asked in levels and in logs."
_EXPECTED = "Sign that the effect of a candidate has, as demos=+; an effect of the other sign does not count."
_DELAYS = "Periods after which a candidate acts, as demos=2:8; other lags are not searched."


@click.command(
    cls=OneEach,
    short_help="Rank the metrics in a file.",
    epilog=f"""{FILE}

Examples:

\b
  leadlag rank sales.csv --kpi revenue
  leadlag rank sales.csv --kpi revenue --leads visits,demos --time week --out report/
  leadlag rank gdp.csv monthly.csv --kpi gdp
  leadlag rank sales.csv --kpi revenue --expected demos=+ --delays demos=2:8
  leadlag rank sales.csv --kpi revenue --catalogue metrics.toml
  leadlag rank regions.csv --kpi deals --segment region
  leadlag rank sales.csv --kpi revenue --kpi churn --leads visits,demos --out report/
  leadlag rank umsatz.csv --kpi umsatz --time datum --date-format %d.%m.%Y
  cat sales.csv | leadlag rank - --kpi revenue --json > ranking.json""",
)
@files_argument
@click.option("--kpi", required=True, multiple=True, metavar="COLUMN", help=_KPI)
@with_reading
@click.option("--leads", multiple=True, metavar="A,B", help="Candidates; every other column of numbers if not given.")
@click.option("--controls", multiple=True, metavar="A,B", help="Columns that enter every model and are not ranked.")
@click.option("--log", multiple=True, metavar="A,B|auto", help=_LOG)
@missing_option
@click.option("--repair", default="rows,scales,sentinels", show_default=True, metavar="A,B", help=REPAIR)
@click.option("--max-lag", type=int, help="Longest lag tried, in periods.  [default: by the cadence]")
@click.option(
    "--undo", type=click.Choice(["rolling", "ytd"]), help="Undo the average, or the sum to date, that the KPI is reported as."
)
@click.option("--expected", multiple=True, metavar="NAME=SIGN", callback=by_name(str, "demos=+ or demos=-"), help=_EXPECTED)
@click.option("--delays", multiple=True, metavar="NAME=FROM:TO", callback=by_name(delay_window, "demos=2:8"), help=_DELAYS)
@click.option("--nonlinear", is_flag=True, help="Also search for effects of squares and of what lies above or below the mean.")
@click.option(
    "--evidence/--no-evidence", default=True, help="Grade, gain, stability and what else no verdict rests on; without is faster."
)
@click.option("--fdr", type=float, default=0.10, show_default=True, help="Share of false leads accepted among those named.")
@click.option("--rng", type=int, default=0, show_default=True, help="Seed; the same seed gives the same ranking.")
@click.option("-o", "--out", callback=folder_named, metavar="DIR", help="Also write FILE.KPI.ranking.html, .csv and .json here.")
@click.option("--horizons", metavar="N,N", callback=horizons_of, help=_HORIZONS)
@click.option("--raw-csv", is_flag=True, help="Leave texts in the CSV that a spreadsheet would take for a formula.")
@json_option
@with_voice
def rank(
    *,
    files: tuple[str, ...],
    out: Path | None,
    horizons: tuple[int, ...],
    raw_csv: bool,
    as_json: bool,
    voice: Voice,
    **options: Any,
) -> int:
    """Rank the metrics in FILE by whether, when and how much they lead the KPI; several files may differ in cadence."""
    if horizons and out is None:
        raise click.UsageError("--horizons puts a forecast on the page: name a folder with --out, or ask leadlag fit.")
    opening = {name: options.pop(name) for name in OPENING}
    listed: str | None = options.pop("catalogue")
    catalogue, read = catalogue_of(listed, voice), tables(files, voice, opening)
    from leadlag.ranking.kpis import rank_kpis  # noqa: PLC0415
    from leadlag.ranking.rank import rank_leads  # noqa: PLC0415

    reading, options, named = asked_of(options, read)
    voice.step("ranking")
    start = time.perf_counter()
    several = reading["segment"] is not None or len(options["kpi"]) > 1
    ranks: Callable[..., LeadRanking | LeadRankings] = rank_kpis if several else rank_leads
    options = _asked_of_each(options) if several else options | {"kpi": options["kpi"][0]}
    told = options if listed is None else {**options, "catalogue": catalogue_code(listed)}
    with warnings_said(voice), told_as(ranks, told, reading=reading, files=files, opening=opening):
        sample = sample_told(read, {**reading, "catalogue": catalogue}, voice, columns=named)
        ranking = ranks(sample, catalogue=catalogue, **options)
    voice.step(f"ranked {len(ranking)} {'KPIs and segments' if several else 'candidates'} in {time.perf_counter() - start:.1f} s")
    if out is not None:
        _write(ranking, out, files, horizons=horizons, raw_csv=raw_csv, voice=voice)
    print_data(ranking.to_json() if as_json else ranking.summary())
    return CONTRACT if len(ranking) == 0 and several else OK


def _asked_of_each(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of one KPI as those of several."""
    kpis = options["kpi"]
    return {"kpis": kpis if len(kpis) > 1 else kpis[0], **{name: value for name, value in options.items() if name != "kpi"}}


def _write(
    ranking: LeadRanking | LeadRankings,
    out: Path,
    files: Sequence[str],
    *,
    horizons: tuple[int, ...],
    raw_csv: bool,
    voice: Voice,
) -> None:
    """Page, table and JSON into a folder, over none of the files with the data."""
    from leadlag.ranking.result import LeadRanking  # noqa: PLC0415
    from leadlag.report import report_html, write_files, write_table  # noqa: PLC0415

    first, *more = [None if file == "-" else Path(file) for file in files]
    beside = [path for path in more if path is not None]
    parts = [("", ranking)] if isinstance(ranking, LeadRanking) else [(item.segment, item.ranking) for item in ranking]
    for segment, part in parts:
        if horizons:
            voice.step("forecasting")
        page = report_html(part, forecast=part.forecast(horizons=horizons) if horizons else None)
        for path in write_files(part, out, first, html=page, raw_csv=raw_csv, beside=beside, segment=segment):
            voice.step(f"wrote {path}")
    if not isinstance(ranking, LeadRanking):
        voice.step(f"wrote {write_table(ranking, out, first, raw_csv=raw_csv, beside=beside)}")

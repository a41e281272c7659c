"""Results to read: one HTML file that needs nothing else, and the small table that a notebook shows."""

from __future__ import annotations

import base64
from os import PathLike
from pathlib import Path
from typing import Any

from leadlag import plot
from leadlag._files import write_whole
from leadlag._validation import known_arguments
from leadlag.errors import UsageError
from leadlag.forecast.result import Forecast
from leadlag.ranking.result import LeadRanking, RankedLead
from leadlag.report.content import forecast_content, ranking_content, snippet_content
from leadlag.report.export import make_folder, write_files, write_table
from leadlag.report.render import render
from leadlag.results import Result

__all__ = ["make_folder", "notebook_html", "report_html", "write_files", "write_report", "write_table", "write_whole"]


@known_arguments
def write_report(result: Result, path: str | PathLike[str], *, forecast: Forecast | None = None) -> Path:
    """Write a ranking as one HTML file that runs no script and asks nothing from anywhere.

    Parameters
    ----------
    result : LeadRanking
    path : str or path
        File to write, its name ending in .html; replaced whole if it is there. Its folder has to exist.
    forecast : Forecast, optional
        Of the same KPI, shown after the ranking: ``ranking.forecast()``.

    Returns
    -------
    Path
        The file written. The same ranking gives the same bytes.

    Raises
    ------
    UsageError
        If there is no report for such a result, or `path` cannot be written.
    """
    page = report_html(result, forecast=forecast)
    if Path(path).suffix.casefold() not in (".html", ".htm"):
        raise UsageError(f"path={str(path)!r} is not allowed: the report is one HTML file, give a name that ends in .html.")
    return write_whole(path, page)


def report_html(result: Result, *, forecast: Forecast | None = None) -> str:
    """The report as text."""
    if not isinstance(result, LeadRanking):
        raise UsageError(f"There is no report for a {type(result).__name__}: give the ranking that rank_leads returned.")
    if forecast is not None and forecast.kpi != result.context.kpi:
        raise UsageError(f"forecast is of {forecast.kpi!r}, the ranking of {result.context.kpi!r}: give ranking.forecast().")
    content = ranking_content(result) | ({} if forecast is None else {"forecast": forecast_content(forecast)})
    charts = _charts(result, content) | ({} if forecast is None else {"forecast": _address(plot.svg_of(forecast))})
    return render("report.html", content | {"charts": charts})


def _charts(result: LeadRanking, content: dict[str, Any]) -> dict[str, str]:
    """Every picture of the page as an address that holds the picture itself."""
    charts = {"ranking": _address(plot.svg_of(result, kind="ranking"))}
    if content["heatmap"]["rows"]:
        charts["heatmap"] = _address(plot.svg_of(result, kind="heatmap"))
    leads = {lead.decision.rank: lead for lead in result}
    return charts | {card["id"]: _address(plot.svg_of(leads[card["rank"]])) for card in content["cards"] if card["profile"]}


def _address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def notebook_html(result: Result) -> str:
    """What a notebook shows of a result: small, without script, in the colours of the notebook."""
    if isinstance(result, LeadRanking | RankedLead):
        return render("snippet.html", snippet_content(result))
    return render("text.html", {"text": result.summary()})

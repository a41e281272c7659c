"""Forecasts in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leadlag.wording.layout import labelled, lines_of, page
from leadlag.wording.searched import searched_facts
from leadlag.wording.shown import Prose, cut, interval, joined, periods, shown, wrap
from leadlag.wording.table import Column, remainder, table

if TYPE_CHECKING:
    from leadlag.forecast.numbers.scales import ScaleKind
    from leadlag.forecast.result import AheadRow, Forecast, SegmentForecast

__all__ = [
    "CAVEAT", "FEW_ORIGINS", "NO_KPI", "NO_ROWS", "STALE", "TOO_LARGE", "explain", "few_scores", "new_segments", "no_segment",
    "on_scale", "own_history", "refused", "row_cells", "summary", "too_short",
]  # fmt: skip

NO_KPI = "the KPI has no value"
NO_ROWS = "the data have no rows of it"
TOO_LARGE = "the numbers are too large to be written"
STALE = "the model is older than its longest horizon and 12 periods"
#: Past forecasts below which intervals are the model's own.
FEW_ORIGINS = 20
_MOST_ROWS = 60
_MOST_NAMES = 6
_NAME = 24
CAVEAT = "Forecast from what leads and KPI were up to the origin; it does not say what moving a lead would do."
_SCALES = {
    "level": "", "log": "in logs, so that no interval goes below zero",
    "logit": "as log odds, so that no interval leaves the share's ends",
    "sqrt": "as a count, on the scale of its square root",
}  # fmt: skip


def refused(kpi: str, why: str) -> str:
    """That no forecast can be made of the KPI, and what to do."""
    return f"kpi={kpi!r} cannot be forecast: {why}; give more periods, or ask for shorter horizons."


def no_segment(parts: Sequence[tuple[str, str]]) -> str:
    """That no segment can be forecast."""
    told = [f"{cut(shown(name), _NAME)}: {why}" for name, why in parts[:_MOST_NAMES]]
    return f"none of {len(parts)} segments can be forecast. " + " ".join(told)


def own_history(leads: Sequence[str]) -> str:
    """Why a forecast is that of own history alone."""
    return "own history: no lead is known so early" if leads else "own history: no lead was found"


def too_short(steps: int) -> str:
    """That no model can be fitted."""
    return f"there are too few periods for a model that forecasts {steps} ahead"


def few_scores(count: int) -> str:
    """That the intervals rest on the model alone."""
    return f"only {periods(count, 'past forecast')} can be judged: the intervals rest mostly on the model's own spread"


def new_segments(names: Sequence[str]) -> str:
    """That the data have segments that the model does not."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    told = ", ".join(cut(shown(name), _NAME) for name in names[:_MOST_NAMES])
    return f"no forecast of segments that the model does not have: {told}{more}"


def on_scale(kind: ScaleKind) -> str:
    """On which scale the KPI was forecast; empty for its level."""
    return _SCALES[kind]


def summary(result: Forecast) -> Prose:
    """The forecasts as text, at most 80 columns wide."""
    unit = f" ({shown(result.kpi_unit)})" if result.kpi_unit else ""
    head = wrap(f"Where {cut(shown(result.kpi), _NAME)}{unit} will be, from what was known at {result.origin}")
    several = any(part.segment for part in result.segments)
    first = [Column("segment", 13, "left", most=12)] if several else []
    heads = [
        Column("period", 12, "left"),
        Column("ahead", 6),
        Column("forecast", 11 if several else 12),
        *(Column(_level(one), 19 if several else 20) for one in result.level),
    ]
    rows = [_cells(part, row, several=several, n_levels=len(result.level)) for part in result.segments for row in part.rows]
    lines = [
        *table([*first, *heads], rows[:_MOST_ROWS]),
        *remainder(len(rows) - _MOST_ROWS, f"{periods(len(rows) - _MOST_ROWS, 'row')} more"),
    ]
    return page(head, lines, labelled(_facts(result)), wrap(CAVEAT))


def _level(level: float) -> str:
    return f"{100 * level:g} %"


def row_cells(row: AheadRow) -> tuple[str, ...]:
    """The forecast and its intervals as cells; nothing where there is none."""
    if not row.low:
        return ()
    ends = [interval(row.point, low, high, digits=3) for low, high in zip(row.low, row.high, strict=True)]
    return ends[0][0], *(f"{low} to {high}" for _, low, high in ends)


def _cells(part: SegmentForecast, row: AheadRow, *, several: bool, n_levels: int) -> tuple[str, ...]:
    first = (shown(part.segment),) if several else ()
    return (*first, row.period, str(row.horizon), *(row_cells(row) or ("none", *[""] * n_levels)))


def _facts(result: Forecast) -> Iterator[tuple[str, str]]:
    parts = list(zip(result.segments, result.model.segments, strict=False))  # segments without a model come last
    made = [(part, model) for part, model in parts if any(row.low for row in part.rows)]
    for part, model in made[:_MOST_NAMES]:
        name = f"{cut(shown(part.segment), _NAME)}: " if part.segment else ""
        used = list(dict.fromkeys(lead for row in part.rows for lead in row.leads))
        spans = [
            f"{cut(shown(lead), _NAME)} up to {max(row.horizon for row in part.rows if lead in row.leads)} ahead" for lead in used
        ]
        yield "Leads", f"{name}{joined(spans) if spans else own_history(model.leads)}"
        if text := on_scale(model.scale.kind):
            yield "Scale", f"{name}forecast {text}"
    if len(made) > _MOST_NAMES:
        yield "", f"and {len(made) - _MOST_NAMES} more segments"
    counts = [one.calibration.n_scores for one in result.model.segments]
    yield from searched_facts(result.provenance)
    yield "Intervals", f"the model's own spread, sized by how far off {periods(max(counts), 'past forecast')} were"
    yield from _none(result)
    if capped := sorted({row.horizon for part in result.segments for row in part.rows if row.capped}):
        yield "Bounded", f"past errors called for intervals beyond the bounds at {joined([str(one) for one in capped])} ahead"
    if result.stale:
        yield "Stale", STALE


def _none(result: Forecast) -> Iterator[tuple[str, str]]:
    """Segments, or periods, without a forecast, each with the reason."""
    whole = [(part, row) for part in result.segments for row in part.rows[:1] if not any(row.low for row in part.rows)]
    single = [(part, row) for part in result.segments for row in part.rows if not row.low and any(row.low for row in part.rows)]
    for part, row in (whole + single)[:_MOST_NAMES]:
        of = f"{cut(shown(part.segment), _NAME)}: " if part.segment else ""
        yield "None", f"{of}{'' if (part, row) in whole else f'{row.period}, '}{shown(row.reason)}"
    if len(whole + single) > _MOST_NAMES:
        yield "", f"and {len(whole + single) - _MOST_NAMES} more: to_frame() has them all"


def explain(result: Forecast) -> Prose:
    """What the forecasts say, in plain sentences."""
    told = []
    for part in result.segments:
        of = f" of {shown(part.segment)}" if part.segment else ""
        for row in part.rows:
            if not row.low:
                told.append(f"{row.period}{of} has no forecast: {row.reason}.")
                continue
            point, low, high = interval(row.point, row.low[0], row.high[0])
            by = (
                f"by {joined([shown(lead) for lead in row.leads])} and its own history"
                if row.leads
                else "by its own history alone"
            )
            level = f"{100 * result.level[0]:g} %"
            told.append(
                f"In {row.period}, {periods(row.horizon, result.unit)} after {result.origin}, {shown(result.kpi)}{of} is "
                f"forecast at {point}, and with a chance of {level} between {low} and {high}, {by}."
            )
    told.append("These are forecasts from what was known, not what would come of moving a lead.")
    return lines_of(told)

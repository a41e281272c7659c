"""What moved the KPI since a date, and what moved the forecast of a period since an earlier one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from leadlag._blas import one_thread
from leadlag._validation import as_name
from leadlag.core.arrays import Floats
from leadlag.errors import DataContractError, UsageError
from leadlag.forecast import target_words as words
from leadlag.forecast.numbers.chances import LEVEL
from leadlag.forecast.numbers.parts import ColumnGroup, Part, change_parts, forecast_parts
from leadlag.forecast.numbers.scales import KpiScale
from leadlag.forecast.result import Forecast, SegmentForecast
from leadlag.forecast.spans import row_of
from leadlag.forecast.state import ForecastState
from leadlag.forecast.targets import part_of

__all__ = ["compared", "contributions"]

_COLUMNS = ["part", "kind", "value", "low", "high"]


def contributions(forecast: Forecast, *, since: Any, segment: str | None) -> pd.DataFrame:
    """Parts of the KPI's change from one period to its last; see `Forecast.contributions`."""
    part = part_of(forecast, segment)
    state = _state(forecast, part)
    last = state.n_known - 1
    begin = max(last - max(forecast.model.horizons), 0) if since is None else row_of(state, since, "since")
    known = np.flatnonzero(np.isfinite(state.now.y))
    if since is None:
        begin = int(known[np.searchsorted(known, begin)])
    if not int(known[0]) <= begin < last:
        allowed = f"from {state.labels(int(known[0]), int(known[0]))[0]} on and before {part.kpi_last}"
        raise UsageError(f"since={since!r} is not allowed: give a period {allowed}, the KPI's last one.", argument="since")
    if begin not in known:
        raise DataContractError(words.missing_periods(forecast.kpi, [state.labels(begin, begin)[0]]), code="LL313")
    model = state.one.model
    with one_thread():
        columns = state.columns(0)
        y = (state.now.y[: last + 1] - model.center) / model.size
        found = change_parts(model.joint, y, columns, _groups(forecast, state, columns), since=begin, clip=model.clip)
    ends = state.one.scale.back(state.now.y[[begin, last]])
    factor = _per_unit(state.one.scale, state.now.y[begin], state.now.y[last]) * model.size
    return _table(found, factor, total=float(ends[1] - ends[0]), df=model.joint.df)


def compared(later: Forecast, earlier: Forecast, *, period: str | None, segment: str | None) -> pd.DataFrame:
    """Parts of the change of one period's forecast; see `Forecast.compare`."""
    if not isinstance(earlier, Forecast):
        raise UsageError(f"earlier={type(earlier).__name__} is not allowed: give an earlier Forecast.", argument="earlier")
    parts = [part_of(one, segment) for one in (later, earlier)]
    states = [_state(one, part) for one, part in zip((later, earlier), parts, strict=True)]
    if (later.kpi, later.unit) != (earlier.kpi, earlier.unit) or _kind(states[0]) != _kind(states[1]):
        raise UsageError(
            f"earlier forecasts {earlier.kpi!r} by {earlier.unit} on its {_kind(states[1])} scale, this one {later.kpi!r} by "
            f"{later.unit} on its {_kind(states[0])} scale: compare forecasts of the same.", argument="earlier",
        )  # fmt: skip
    known = [{row.period: row for row in part.rows if row.low} for part in parts]
    both = [name for name in known[0] if name in known[1]]
    if not both:
        raise UsageError(
            f"no period is forecast by both: this one has {', '.join(known[0])}, earlier has {', '.join(known[1])}. Ask both for "
            "horizons that meet.", argument="earlier",
        )  # fmt: skip
    asked = both[-1] if period is None else as_name(period, "period", both, owner="period of both forecasts")
    with one_thread():
        found = [_forecast(one, state, asked) for one, state in zip((later, earlier), states, strict=True)]
    scale, same = states[0].one.scale, states[0].one is states[1].one or _same(states)
    on_scale = [float(sum(each.value for each in one)) for one in found]
    factor = _per_unit(scale, on_scale[1], on_scale[0])
    ends = scale.back(np.array(on_scale))
    df = min(state.one.model.joint.df for state in states)
    return _table(_differences(found[0], found[1], same=same), factor, total=float(ends[0] - ends[1]), df=df)


def _state(forecast: Forecast, part: SegmentForecast) -> ForecastState:
    if part.state is None:
        raise DataContractError(words.no_forecast(forecast.kpi), code="LL313")
    return part.state


def _kind(state: ForecastState) -> str:
    return state.one.scale.kind


def _same(states: Sequence[ForecastState]) -> bool:
    """Whether two forecasts come from one model."""
    return states[0].one.fingerprint == states[1].one.fingerprint and states[0].one.leads == states[1].one.leads


def _groups(forecast: Forecast, state: ForecastState, columns: Floats) -> list[ColumnGroup]:
    """Which columns of the mean are one part: constant, trend, calendar and level shift together."""
    controls, leads = forecast.model.controls, state.one.leads
    n_fixed = columns.shape[1] - len(controls) - len(leads)
    return [
        *(ColumnGroup(name=str(one), kind="lead", columns=(n_fixed + len(controls) + place,)) for place, one in enumerate(leads)),
        *(ColumnGroup(name=str(one), kind="control", columns=(n_fixed + place,)) for place, one in enumerate(controls)),
        ColumnGroup(name="season", kind="season", columns=tuple(range(n_fixed))),
    ]


def _forecast(forecast: Forecast, state: ForecastState, period: str) -> list[Part]:
    """Parts of the forecast of a period on the KPI's scale, by the model that made it."""
    model = state.one.model
    row = state.labels(0, state.n - 1 + max(forecast.model.horizons)).index(period)
    step = row - state.n_known
    columns = state.columns(step + 1)
    groups = _groups(forecast, state, columns)
    made = model.joint
    if not state.seen(step + 1).used[step].any():
        columns = columns[:, : columns.shape[1] - len(state.one.leads)]
        made, groups = model.own, [group for group in groups if group.kind != "lead"]
    y = (state.now.y[: state.n_known] - model.center) / model.size
    found = forecast_parts(made, y, columns, groups, step=step, clip=model.clip)
    level = {"season": model.center}
    return [
        Part(name=one.name, kind=one.kind, value=level.get(one.kind, 0.0) + model.size * one.value, doubt=model.size * one.doubt)
        for one in found
    ]


def _differences(later: Sequence[Part], earlier: Sequence[Part], *, same: bool) -> list[Part]:
    """What each part adds more; errors of two models count as independent, which makes intervals wide rather than narrow."""
    first, second = ({(one.kind, one.name): one for one in parts} for parts in (later, earlier))
    sizes = [len(parts[0].doubt) for parts in (later, earlier)]
    same = same and sizes[0] == sizes[1]
    found = []
    for key in dict.fromkeys([*first, *second]):
        doubts = [
            one.doubt if (one := parts.get(key)) else np.zeros(size) for parts, size in zip((first, second), sizes, strict=True)
        ]
        value = (first[key].value if key in first else 0.0) - (second[key].value if key in second else 0.0)
        doubt = doubts[0] - doubts[1] if same else np.concatenate([doubts[0], -doubts[1]])
        found.append(Part(name=key[1], kind=key[0], value=value, doubt=doubt))
    order = {"lead": 0, "control": 1, "season": 2, "momentum": 3}
    found.sort(key=lambda one: order[one.kind])
    return [*found, Part(name="rest", kind="rest", value=0.0, doubt=np.zeros(len(found[0].doubt)))]


def _per_unit(scale: KpiScale, first: float, last: float) -> float:
    """Change of the KPI for one of its scale, between two values on it: the same for every part."""
    if scale.kind == "level":
        return scale.unit
    step = last - first
    if abs(step) < 1e-6:
        first, step = (first + last) / 2.0 - 5e-7, 1e-6
    ends = scale.back(np.array([first, first + step]))
    return float(ends[1] - ends[0]) / step


def _table(parts: Sequence[Part], factor: float, *, total: float, df: int) -> pd.DataFrame:
    """Parts in the KPI's units; the rest takes what rounding leaves, so that they add up."""
    wide = float(special.stdtrit(df, (1.0 + LEVEL) / 2.0))
    values = [factor * part.value for part in parts]
    values[-1] = total - math.fsum(values[:-1])
    halves = [abs(factor) * wide * float(np.sqrt(np.square(part.doubt).sum())) for part in parts]
    return pd.DataFrame(
        [
            (part.name, part.kind, value, value - half, value + half)
            for part, value, half in zip(parts, values, halves, strict=True)
        ],
        columns=_COLUMNS,
    )

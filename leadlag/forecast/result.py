"""What comes out of a forecast: one row a segment and horizon, and the model behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from leadlag.core.arrays import Floats
from leadlag.forecast import words
from leadlag.forecast.fitting import Outlook
from leadlag.forecast.model import ForecastModel
from leadlag.results import Provenance, Result, plain

__all__ = ["COLUMNS", "AheadRow", "Forecast", "SegmentForecast"]

#: Columns of the table, whatever the levels.
COLUMNS = (
    "segment", "kpi_last", "horizon", "period", "point", "low_80", "high_80", "low_95", "high_95", "own_history", "leads",
    "capped", "reason",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AheadRow:
    """The forecast of one period.

    Parameters
    ----------
    horizon : int
        Periods after the origin.
    period : str
    point : float
        The median, in the KPI's units.
    own_history : float
        The forecast from the KPI's own history alone.
    low, high : tuple of float
        Ends of the interval of each level.
    leads : tuple of str
        Those whose known values say something at this horizon; empty where it is own history alone.
    capped : bool
        Whether past errors called for intervals so wide, or so narrow, that they were bounded.
    reason : str
        Why there is no number, or only own history.
    """

    horizon: int
    period: str
    point: float = math.nan
    own_history: float = math.nan
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    leads: tuple[str, ...] = ()
    capped: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class SegmentForecast:
    """The forecasts of one segment.

    Parameters
    ----------
    segment : str
        Empty without segments.
    kpi_last : str
        The last period whose KPI is known.
    rows : tuple of AheadRow
    outlook : Outlook or None
        What the model says of every step; None where there is no model.
    periods : tuple of str
        Labels of all rows of the data and of those ahead, the first being `first`.
    actual : ndarray, shape (n,)
        The KPI as it was read.
    """

    segment: str
    kpi_last: str
    rows: tuple[AheadRow, ...]
    outlook: Outlook | None
    periods: tuple[str, ...]
    actual: Floats


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Forecast(Result):
    """Where the KPI will be: answer of `forecast_kpi`, `LeadRanking.forecast` and `ForecastModel.score`.

    Parameters
    ----------
    kpi : str
    unit : str
        One period of the KPI in words.
    kpi_unit : str
        What it is measured in; empty if nothing says it.
    as_of : str or None
        The day on which it was made, if one was given.
    origin : str
        The last period that had ended.
    level : tuple of float
        Of the intervals.
    segments : tuple of SegmentForecast
    model : ForecastModel
    stale : bool
        Whether the model is older than it should be, and was used all the same.
    provenance : Provenance
    """

    _pictures: ClassVar[str] = "leadlag.forecast.picture:PICTURES"

    kpi: str
    unit: str
    kpi_unit: str
    as_of: str | None
    origin: str
    level: tuple[float, ...]
    segments: tuple[SegmentForecast, ...]
    model: ForecastModel
    stale: bool
    provenance: Provenance

    def to_frame(self) -> pd.DataFrame:
        """One row a segment and horizon; `leads` is a tuple of names."""
        records = [self._record(part, row) for part in self.segments for row in part.rows]
        return pd.DataFrame.from_records(records, columns=list(self._columns))

    @property
    def _columns(self) -> tuple[str, ...]:
        asked = [f"{end}_{_in_percent(one)}" for one in self.level for end in ("low", "high")]
        place = COLUMNS.index("low_80")
        return (*COLUMNS[:place], *asked, *COLUMNS[place + 4 :])

    def _record(self, part: SegmentForecast, row: AheadRow) -> dict[str, Any]:
        ends = {
            f"{end}_{_in_percent(one)}": values[place] if values else math.nan
            for place, one in enumerate(self.level)
            for end, values in (("low", row.low), ("high", row.high))
        }
        return {
            "segment": part.segment, "kpi_last": part.kpi_last, "horizon": row.horizon, "period": row.period, "point": row.point,
            **ends, "own_history": row.own_history, "leads": row.leads, "capped": row.capped, "reason": row.reason,
        }  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """The forecasts as `leadlag score --json` prints them: schema ``leadlag-score-1``."""
        from leadlag.forecast.modelfile import sha256_of  # noqa: PLC0415  the file of a model stands above its results

        notes = [{"code": code, "text": text} for code, text in self.provenance.warnings]
        content: dict[str, Any] = plain({
            "schema": "leadlag-score-1", "kpi": str(self.kpi), "unit": self.unit, "kpi_unit": self.kpi_unit, "as_of": self.as_of,
            "origin": self.origin, "model_sha256": sha256_of(self.model), "stale": self.stale, "notes": notes,
            "forecasts": [self._record(part, row) for part in self.segments for row in part.rows],
        })  # fmt: skip
        return content

    def summary(self) -> str:
        """The forecasts as text, at most 80 columns wide."""
        return words.summary(self)

    def explain(self) -> str:
        """What the forecasts say, in plain sentences."""
        return words.explain(self)


def _in_percent(level: float) -> str:
    """A level as names have it: 80, 95, 97.5."""
    return f"{100.0 * level:g}"

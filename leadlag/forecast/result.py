"""What comes out of a forecast: one row a segment and horizon, and the model behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from leadlag.catalogue.ratios import Aggregate
from leadlag.core.arrays import Floats
from leadlag.forecast import words
from leadlag.forecast.fitting import Outlook, PastForecasts
from leadlag.forecast.model import ForecastModel
from leadlag.forecast.state import ForecastState
from leadlag.results import Provenance, Result, plain

if TYPE_CHECKING:
    from leadlag.forecast.target_result import TargetForecast

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
    state : ForecastState or None
        What the forecasts were made from; None where there is no model.
    past : PastForecasts or None
        Forecasts from past origins, of a forecast that was made with its model.
    aggregate : str, Ratio or None
        How several periods of the KPI become one, if something says it.
    parts : mapping from str to ndarray
        Numerator and denominator of a rate.
    """

    segment: str
    kpi_last: str
    rows: tuple[AheadRow, ...]
    outlook: Outlook | None
    periods: tuple[str, ...]
    actual: Floats
    state: ForecastState | None = None
    past: PastForecasts | None = None
    aggregate: Aggregate | None = None
    parts: Mapping[str, Floats] = field(default_factory=dict)


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

    def target(
        self,
        tiers: Mapping[str, float] | float,
        *,
        by: Any,
        kind: str = "at",
        since: Any = None,
        baseline: float | None = None,
        wanted: str = "up",
        given: Mapping[str, float] | None = None,
        segment: str | None = None,
    ) -> TargetForecast:
        """The chance that the KPI reaches its goals.

        Parameters
        ----------
        tiers : mapping from str to float, or float
            Goals by name, or one goal. Names committed, stretch and moonshot mean a chance of .7 to 1, .3 to .7 and 0 to .3.
        by : str, date or int
            The last period: its label, or a date in it.
        kind : {"at", "by", "sum"}
            The KPI in the period that holds `by`; in some period from `since` to it; the sum of the periods from `since` to it,
            known ones as they are, the first and the last one by their days. A rate is summed as its parts are: sum over sum.
        since : str, date or int, optional
            The first period; the origin if None, of a sum the period after it.
        baseline : float, optional
            Where progress begins; the KPI's last value before the start if None.
        wanted : {"up", "down"}
            Whether a goal is reached from below or from above.
        given : mapping from str to float, optional
            Values at which leads of the forecast are taken to be from the origin on.
        segment : str, optional
            Which one, of several.

        Returns
        -------
        TargetForecast

        Raises
        ------
        UsageError
            If an argument is outside what is allowed.
        UnknownNameError
            If `given` names a lead that the forecast does not use.
        DataContractError
            If a period that counts is over and has no value.

        Notes
        -----
        See ``docs/targets.md``: paths by the model, each period's values by its calibrated law.
        """
        from leadlag.forecast.targets import target  # noqa: PLC0415  the question stands above its results

        return target(self, tiers, by=by, kind=kind, since=since, baseline=baseline, wanted=wanted, given=given, segment=segment)

    def contributions(self, since: Any = None, *, segment: str | None = None) -> pd.DataFrame:
        """What moved the KPI from one period to its last one.

        Parameters
        ----------
        since : str, date or int, optional
            Label of a period, or a date in it; as many periods back as the longest horizon if None.
        segment : str, optional
            Which one, of several.

        Returns
        -------
        DataFrame
            part, kind ("lead", "control", "season", "momentum", "rest"), value, low, high: parts of the change in the KPI's
            units, which add up to it, with their 80 % intervals. Season is trend and calendar too; momentum what the KPI's own
            past foretold at `since`; rest what came since then and nothing explains.

        Notes
        -----
        The model is a sum on the KPI's scale, so that no order of parts is needed. Where the scale is not the level, the parts
        are those of the change on it, each times the change of the KPI for one of the scale: their shares of the change are the
        same on both. See ``docs/targets.md``.
        """
        from leadlag.forecast.contributions import contributions  # noqa: PLC0415  the question stands above its results

        return contributions(self, since=since, segment=segment)

    def compare(self, earlier: Forecast, *, period: str | None = None, segment: str | None = None) -> pd.DataFrame:
        """What moved the forecast of a period since an earlier forecast of it.

        Parameters
        ----------
        earlier : Forecast
            Of the same KPI.
        period : str, optional
            A period that both forecast; the last one if None.
        segment : str, optional
            Which one, of several.

        Returns
        -------
        DataFrame
            part, kind, value, low, high as in `contributions`: they add up to this forecast of the period less the earlier one.
            A lead moves it by what became known of it, momentum by what the KPI did since; of two models also by what was
            estimated anew.
        """
        from leadlag.forecast.contributions import compared  # noqa: PLC0415  the question stands above its results

        return compared(self, earlier, period=period, segment=segment)

    def to_dict(self) -> dict[str, Any]:
        """The forecasts as `leadlag score --json` prints them: schema ``leadlag-score-1``."""
        from leadlag.forecast.modelfile import sha256_of  # noqa: PLC0415  the file of a model stands above its results

        notes = [{"code": code, "text": text} for code, text in self.provenance.warnings]
        content: dict[str, Any] = plain({
            "schema": "leadlag-score-1", "kpi": str(self.kpi), "unit": self.unit, "kpi_unit": self.kpi_unit, "as_of": self.as_of,
            "origin": self.origin, "model_sha256": sha256_of(self.model), "stale": self.stale, "notes": notes,
            "forecasts": [dict.fromkeys(COLUMNS) | self._record(part, row) for part in self.segments for row in part.rows],
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

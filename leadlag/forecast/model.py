"""A fitted forecast model: what makes the same forecasts from the same rows, in any process, and from new rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from leadlag._calls import Call
from leadlag._validation import as_bool
from leadlag.core.arrays import Floats
from leadlag.errors import LeadLagError
from leadlag.forecast.fitting import KpiModel
from leadlag.forecast.numbers.intervals import Calibration
from leadlag.forecast.numbers.scales import KpiScale
from leadlag.prepare.origins.learned import KnownValues, UnrevisedData
from leadlag.results import Provenance
from leadlag.sample.periods import Cadence

if TYPE_CHECKING:
    from leadlag.forecast.result import Forecast

__all__ = ["MOST_AHEAD", "ForecastModel", "SeenColumn", "SegmentModel"]

#: Periods ahead that can be asked for.
MOST_AHEAD = 1_000


@dataclass(frozen=True, kw_only=True)
class SeenColumn:
    """What the values of one column were like in the fit, beside which new ones are held.

    Parameters
    ----------
    low, high : float
        Smallest and largest value.
    smallest, largest : float
        Smallest and largest median of four absolute values, one after the other.
    gap : int
        Rows at the end without a value.
    """

    low: float
    high: float
    smallest: float
    largest: float
    gap: int


@dataclass(frozen=True, kw_only=True, eq=False)
class SegmentModel:
    """The model of one segment, or of all where there are none.

    Parameters
    ----------
    segment : str
        Empty without segments.
    leads : tuple of str
        Those that the model uses, in the order of `KpiModel.leads`: `LeadTerm.place` counts them.
    model : KpiModel
    late : tuple of int
        Periods after its own at which the KPI, each of the leads and each control is published, as the catalogue says.
    scale : KpiScale
    calibration : Calibration
        Of each step after the KPI's last value.
    first : int
        Number of the model's first period, as its cadence counts.
    n_periods : int
        Rows of the fit.
    first_period, last_period : str
        Their labels.
    seen : tuple of SeenColumn
        The KPI, each of the leads and each control, in the fit.
    fingerprint : str
        sha256 of the values of the KPI and of the leads of the fit.
    """

    segment: str
    leads: tuple[str, ...]
    model: KpiModel
    late: tuple[int, ...]
    scale: KpiScale
    calibration: Calibration
    first: int
    n_periods: int
    first_period: str
    last_period: str
    seen: tuple[SeenColumn, ...]
    fingerprint: str

    def known(self, y: Floats, X: Floats, Z: Floats) -> KnownValues:
        """What of the KPI (n,), the leads and the controls (n, m) is published when the last of n rows has ended."""
        late, n_leads = np.array(self.late, dtype=np.intp), len(self.leads)
        leads, controls = late[1 : 1 + n_leads], late[1 + n_leads :]
        data = UnrevisedData(y=y, X=X, Z=Z, kpi_delay=int(late[0]), lead_delays=leads, control_delays=controls)
        return data.at(len(y) - 1)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ForecastModel:
    """What `Forecast.model` holds: fitted once, it scores new rows and fits nothing.

    Parameters
    ----------
    kpi : str
    controls : tuple of str
    beside : tuple of str
        Candidates that the model does not use. Repairs look at those of them that new rows have, as those of the fit did.
    log : tuple of str
        Leads and controls that are taken in logs.
    horizons : tuple of int
    level : tuple of float
        Of the intervals.
    max_lag : int
    cadence : Cadence
        How the KPI's periods are counted.
    unit, kpi_unit : str
        One period, and what the KPI is measured in; the second empty if nothing says it.
    reading : tuple of (str, object)
        How new tables are read: names and values of reading options, and of `missing` and `repair`.
    holidays : tuple of int
        Declared holidays of the fit, in days since 1 January 1970, for rows that declare none.
    segments : tuple of SegmentModel
    unmodelled : tuple of (str, str)
        Segments of which no model could be made, each with why.
    note : str
        What the caller wanted to be kept with it.
    provenance : Provenance
    """

    kpi: str
    controls: tuple[str, ...]
    beside: tuple[str, ...]
    log: tuple[str, ...]
    horizons: tuple[int, ...]
    level: tuple[float, ...]
    max_lag: int
    cadence: Cadence
    unit: str
    kpi_unit: str
    reading: tuple[tuple[str, Any], ...]
    holidays: tuple[int, ...]
    segments: tuple[SegmentModel, ...]
    unmodelled: tuple[tuple[str, str], ...]
    note: str
    provenance: Provenance

    def __repr__(self) -> str:
        spans = sorted({f"{one.first_period} to {one.last_period}" for one in self.segments})
        several = f", {len(self.segments)} segments" if len(self.segments) > 1 else ""
        return f"ForecastModel(kpi={self.kpi!r}, fitted on {spans[0]}{several})"

    @cached_property
    def leads(self) -> tuple[str, ...]:
        """All leads that some segment uses, each once."""
        return tuple(dict.fromkeys(name for one in self.segments for name in one.leads))

    @property
    def last(self) -> int:
        """Number of the last period of the fit, as the cadence counts."""
        return max(one.first + one.n_periods - 1 for one in self.segments)

    def score(self, data: Any, as_of: Any = None, *, stale_ok: bool = False) -> Forecast:
        """Forecast from new rows; nothing is fitted.

        Parameters
        ----------
        data : Sample or data frame
            The columns of the fit, at least those that the model uses, on the same kind of periods. Rows may begin later than
            those of the fit and go on after them. A frame is read as that of the fit was.
        as_of : str or date, optional
            Day on which the forecast is made: what lies after the last period that had ended then is left out. The last row if
            None.
        stale_ok : bool
            Whether a model may be older than its longest horizon and 12 periods.

        Returns
        -------
        Forecast
            Of every segment of the model; one whose rows cannot be scored keeps its rows, with the reason.

        Raises
        ------
        UsageError
            If an argument is outside what is allowed.
        DataContractError
            If the data are wrong, or not those that the model was made for: another cadence (LL319), a gap at the end of all
            columns (LL320), rows long after those of the fit (LL321), another unit (LL322), a column that is missing (LL323).
        """
        from leadlag.forecast.scoring import scored  # noqa: PLC0415  scoring makes results, which hold their model

        given = {"as_of": as_of, "stale_ok": stale_ok}
        try:
            return scored(self, data, as_of=as_of, stale_ok=as_bool(stale_ok, "stale_ok"))
        except LeadLagError as error:
            error.tell(replace(Call.of(ForecastModel.score, given), function="model.score", data="data", takes=("data", *given)))
            raise

"""A fitted forecast model: what makes the same forecasts from the same rows, in any process, and from new rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leadlag.forecast.fitting import KpiModel
from leadlag.forecast.numbers.intervals import Calibration
from leadlag.forecast.numbers.scales import KpiScale
from leadlag.results import Provenance
from leadlag.sample.periods import Cadence

if TYPE_CHECKING:
    from leadlag.forecast.result import Forecast

__all__ = ["ForecastModel", "SegmentModel"]


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
    sizes : tuple of float
        Smallest and largest median of four absolute values of the KPI, one after the other, in the fit.
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
    sizes: tuple[float, float]
    fingerprint: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ForecastModel:
    """What `Forecast.model` holds: fitted once, it scores new rows and fits nothing.

    Parameters
    ----------
    kpi : str
    controls : tuple of str
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
    segments : tuple of SegmentModel
    note : str
        What the caller wanted to be kept with it.
    provenance : Provenance
    """

    kpi: str
    controls: tuple[str, ...]
    log: tuple[str, ...]
    horizons: tuple[int, ...]
    level: tuple[float, ...]
    max_lag: int
    cadence: Cadence
    unit: str
    kpi_unit: str
    reading: tuple[tuple[str, Any], ...]
    segments: tuple[SegmentModel, ...]
    note: str
    provenance: Provenance

    def __repr__(self) -> str:
        spans = sorted({f"{one.first_period} to {one.last_period}" for one in self.segments})
        several = f", {len(self.segments)} segments" if len(self.segments) > 1 else ""
        return f"ForecastModel(kpi={self.kpi!r}, fitted on {spans[0]}{several})"

    @property
    def leads(self) -> tuple[str, ...]:
        """All leads that some segment uses, each once."""
        return tuple(dict.fromkeys(name for one in self.segments for name in one.leads))

    def score(self, data: Any, as_of: Any = None) -> Forecast:
        """Forecast from new rows; nothing is fitted.

        Parameters
        ----------
        data : Sample or data frame
            The columns of the fit, at least those that the model uses, on the same kind of periods. Rows may begin later than
            those of the fit and go on after them.
        as_of : str or date, optional
            Day on which the forecast is made: what lies after the last period that had ended then is left out. The last row if
            None.

        Returns
        -------
        Forecast

        Raises
        ------
        UsageError
            If an argument is outside what is allowed.
        DataContractError
            If the data are wrong, or not those that the model was made for.
        """
        from leadlag.forecast.scoring import scored  # noqa: PLC0415  scoring makes results, which hold their model

        return scored(self, data, as_of=as_of)

"""What one simulated case is: its cell, its table, and the truth about every column.

A case is simulated with `HISTORY` more rows before its first one. `rank_leads` never sees them; the ceiling does, so
that lags before the sample cost it nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from leadlag.simulate import PlantedSeries, PlantedTruth, simulate_leads
from leadlag.simulate.profile import direct_weights

__all__ = ["HISTORY", "Case", "Cell", "Mechanism", "Role", "Truth", "base_of", "frequency", "planted_case", "season_length"]

HISTORY = 60
Floats = np.ndarray
Role = Literal["lead", "proxy", "earlier link", "follower", "coincident", "noise"]
_FREQUENCIES = {52: "week", 26: "week", 13: "week", 12: "month", 7: "day", 4: "quarter"}  # 26, 13: other dates come later
_DAYS = {52: 7, 26: 14, 13: 28}  # of one row, where a year has no whole number of them
_ROLES: Mapping[str, Role] = {"upstream": "earlier link"}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One setting of a family.

    Parameters
    ----------
    name : str
        "base", or what differs from the base.
    n, n_candidates : int
        Rows and candidates.
    strength : float
        Multiplies the effects of the family.
    momentum : float
        AR(1) coefficient of the KPI's noise.
    persistence : float
        Largest AR(1) coefficient of the candidates; each draws its own from 0 to this.
    period : int
        Calendar: 52 weeks, 26 fortnights, 13 times 28 days, 12 months, 7 days or 4 quarters, which is also the season of
        the families that have one.
    max_lag : int
        Lags 1..max_lag are searched. Effects peak at lag 1..`longest_delay`.
    known_calendar : bool
        Whether the shared campaign calendar is handed over as a control, where there is one.
    """

    name: str = "base"
    n: int = 156
    n_candidates: int = 20
    strength: float = 1.0
    momentum: float = 0.5
    persistence: float = 0.8
    period: int = 52
    max_lag: int = 12
    known_calendar: bool = False

    @property
    def longest_delay(self) -> int:
        """The same for max_lag 12 and 26, so that the two can be compared."""
        return min(9, self.max_lag - 1)


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of one candidate.

    Parameters
    ----------
    name : str
    role : str
        "lead" acts on the KPI directly; "earlier link" through other columns; "proxy" moves with a lead or an earlier link
        and has no effect; "follower" the KPI moves it later; "coincident" moves with the KPI in the same period;
        "noise" is unrelated.
    peak, first : int or None
        Lag of the largest weight, and the first with at least 5 % of it.
    mean : float or None
        Weighted mean lag.
    effect : float
        Change of the KPI's level after a lasting rise of this column by ONE UNIT of the data, summed over all lags, with
        the KPI's own momentum and no feedback. `rank_leads` gives it for a rise of `lead_sd`: compare with
        its effect / lead_sd. NaN where the response is not linear.
    sign : int
        Of the relation; 0 for noise and for a quadratic response.
    weights : tuple of float
        Change of the KPI at lags 0, 1, 2, ... for one unit.
    """

    name: str
    role: Role
    peak: int | None = None
    first: int | None = None
    mean: float | None = None
    effect: float = 0.0
    sign: int = 0
    weights: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """How the KPI came about, for the ceiling and for the check of the truth by brute force.

    Parameters
    ----------
    kpi : array, HISTORY + n
        The KPI before season, trend, spikes and gaps are laid over it.
    candidates : array, (HISTORY + n) x m
        The candidates likewise.
    kpi_hidden, hidden : array of bool, HISTORY + n and (HISTORY + n) x m
        Values that the case does not show.
    planted : tuple of PlantedSeries, m
    momentum : tuple of float
        AR coefficients.
    in_outcome : bool
        Whether the momentum carries the effects on too.
    template : PlantedSeries
        Shape and response that the leads of the case share.
    deterministic : array, (HISTORY + n) x q
        Intercept, and the trend and season laid over the KPI.
    heavy_tails : bool
        Innovations are Student's t with 5 degrees of freedom.
    spread : array, HISTORY + n, optional
        Sd of the innovations by row; 1 in all if it is not given.
    profile : tuple of float, optional
        Weights from the delay on, before they are scaled by the effect, where they are not those of the planted shape.
    """

    kpi: Floats
    candidates: Floats
    kpi_hidden: np.ndarray
    hidden: np.ndarray
    planted: tuple[PlantedSeries, ...]
    momentum: tuple[float, ...]
    in_outcome: bool
    template: PlantedSeries
    deterministic: Floats
    heavy_tails: bool = False
    spread: Floats | None = None
    profile: tuple[float, ...] | None = None

    def weights(self, one: PlantedSeries) -> Floats:
        """Weights of lags 0, 1, 2, ... by which the KPI answers to a lead directly."""
        if self.profile is None or not one.effect:
            return direct_weights(one)
        return one.effect * np.r_[np.zeros(one.delay), self.profile]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One table with known truth.

    Parameters
    ----------
    data : DataFrame, n rows
        KPI, candidates and controls; its index is the time.
    kpi : str
    truth : tuple of Truth
        One a candidate, in the order of the columns.
    max_lag : int
    controls : tuple of str
    holidays : tuple of str
        Dates that are told as holidays.
    nonlinear : bool
        Whether `rank_leads` is called with ``nonlinear=True``.
    mechanism : Mechanism or None
        None in families without leads.
    """

    data: pd.DataFrame
    kpi: str
    truth: tuple[Truth, ...]
    max_lag: int
    controls: tuple[str, ...] = ()
    holidays: tuple[str, ...] = ()
    nonlinear: bool = False
    mechanism: Mechanism | None = field(default=None, repr=False)

    def __getitem__(self, name: str) -> Truth:
        return next(item for item in self.truth if item.name == name)

    def named(self, role: Role) -> tuple[str, ...]:
        """Candidates of one role."""
        return tuple(item.name for item in self.truth if item.role == role)


def frequency(period: int) -> str:
    """Word for the cadence whose season has that many periods."""
    return _FREQUENCIES[period]


def season_length(period: int) -> float:
    """Length of the season in periods; a year of weeks is not 52, nor one of fortnights 26."""
    return 365.25 / _DAYS[period] if period in _DAYS else float(period)


def planted_case(
    rng: np.random.Generator,
    cell: Cell,
    series: Sequence[PlantedSeries] = (),
    *,
    momentum: Sequence[float] | None = None,
    in_outcome: bool = False,
    noise: Literal["normal", "t", "garch"] = "normal",
    integration: Literal["none", "integrated", "cointegrated"] = "none",
    noise_persistence: tuple[float, float] | None = None,
    nonlinear: bool = False,
) -> Case:
    """Simulate the planted series of a family, fill up with unrelated ones to `cell.n_candidates`, and tell the truth.

    Series whose name begins with "_" are not shown. The candidates are shuffled: their order may not help.
    """
    phi = ((cell.momentum,) if cell.momentum else ()) if momentum is None else tuple(momentum)
    simulation = simulate_leads(
        n_periods=HISTORY + cell.n,
        series=series,
        n_noise=cell.n_candidates - sum(not one.name.startswith("_") for one in series),
        noise_persistence=(0.0, cell.persistence) if noise_persistence is None else noise_persistence,
        kpi_momentum=phi,
        momentum_in="outcome" if in_outcome else "noise",
        noise=noise,
        integration=integration,
        freq=frequency(cell.period),
        start="2019-01-01",
        rng=rng,
    )
    shown = [name for name in simulation.data.columns[1:] if not name.startswith("_")]
    order = [shown[place] for place in rng.permutation(len(shown))]
    table = simulation.data[["kpi", *order, *(name for name in simulation.data.columns[1:] if name.startswith("_"))]]
    leads = [one for one in series if one.effect]
    mechanism = None
    if leads:
        by_name = {one.name: one for one in series}
        unrelated = PlantedSeries(name="unrelated")
        core = table.diff().fillna(0.0) if integration == "integrated" else table
        mechanism = Mechanism(
            kpi=core["kpi"].to_numpy(), candidates=core[order].to_numpy(),
            kpi_hidden=np.zeros(len(core), dtype=bool), hidden=np.zeros((len(core), len(order)), dtype=bool),
            planted=tuple(by_name.get(name, unrelated) for name in order), momentum=phi, in_outcome=in_outcome,
            template=leads[0], deterministic=np.ones((len(table), 1)), heavy_tails=noise == "t",
        )  # fmt: skip
    return Case(
        data=table.iloc[HISTORY:],
        kpi="kpi",
        truth=tuple(_truth(simulation[name]) for name in order),
        max_lag=cell.max_lag,
        nonlinear=nonlinear,
        mechanism=mechanism,
    )


def _truth(planted: PlantedTruth) -> Truth:
    """The truth of one column, the effect for one unit of the data (own paths have unit sd)."""
    return Truth(
        name=planted.name,
        role=_ROLES.get(planted.role, planted.role),
        peak=planted.peak,
        first=planted.first,
        mean=planted.mean,
        effect=planted.effect / planted.lead_sd,
        sign=planted.sign,
        weights=planted.weights,
    )


def base_of(n_rows: int, *, period: int | None, trend: bool, n_harmonics: int) -> Floats:
    """Intercept, straight line and harmonics, n_rows x q."""
    place = np.arange(n_rows)
    columns = [np.ones(n_rows)]
    if trend:
        columns.append(place / n_rows)
    if period is not None:
        angle = 2 * np.pi * place / season_length(period)
        for cycle in range(1, n_harmonics + 1):
            columns.append(np.cos(cycle * angle))
            if 2 * cycle < period or period in _DAYS:
                columns.append(np.sin(cycle * angle))
    return np.column_stack(columns)

"""`simulate_leads`: put the parts together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from leadlag._validation import as_generator, as_int, as_name, as_option, known_arguments
from leadlag.core.arrays import Floats
from leadlag.errors import UsageError
from leadlag.simulate.overlay import calendar, overlay
from leadlag.simulate.paths import System, innovations, own_path, settle
from leadlag.simulate.profile import direct_weights
from leadlag.simulate.specs import Integration, MomentumIn, Noise, PlantedSeries, Season, Trend
from leadlag.simulate.truth import Simulation, truth_of

__all__ = ["simulate_leads"]

_THREE_LEADS = (
    PlantedSeries(name="lead_a", effect=0.8, delay=2),
    PlantedSeries(name="lead_b", effect=-0.7, delay=5),
    PlantedSeries(name="lead_c", effect=0.7, delay=8, shape="geometric"),
)
_FLAT = Trend()


@known_arguments
def simulate_leads(
    *,
    n_periods: int = 156,
    series: Sequence[PlantedSeries] = _THREE_LEADS,
    n_noise: int = 9,
    noise_persistence: tuple[float, float] = (0.0, 0.8),
    kpi: str = "kpi",
    kpi_momentum: Sequence[float] = (0.5,),
    momentum_in: MomentumIn = "noise",
    noise: Noise = "normal",
    seasons: Sequence[Season] = (),
    trend: Trend = _FLAT,
    integration: Integration = "none",
    freq: str = "week",
    start: str = "2020-01-01",
    burn_in: int = 200,
    rng: int | np.random.Generator = 0,
) -> Simulation:
    """Make a table whose leads, delays and traps are known, to try a method or a plan of analysis on.

    Parameters
    ----------
    n_periods : int
        Rows.
    series : sequence of PlantedSeries
        Leads, links of chains, proxies, followers and coincident series; by default three leads at delays 2, 5 and 8.
    n_noise : int
        Unrelated candidates "noise_01", ... beside them.
    noise_persistence : (float, float)
        Their AR(1) coefficients are drawn evenly from this range; within -1 and 1.
    kpi : str
        Name of the KPI.
    kpi_momentum : sequence of float
        AR coefficients of the KPI; they must be stationary. Empty: none.
    momentum_in : {"noise", "outcome"}
        Whether the momentum carries the noise only, or the effects of the leads too.
    noise : {"normal", "t", "garch"}
        Innovations of every series, unit variance: normal, Student's t with 5 degrees of freedom, or GARCH(1,1) on such t.
    seasons : sequence of Season
        Patterns laid over all series.
    trend : Trend
        Straight lines laid over all series.
    integration : {"none", "integrated", "cointegrated"}
        Stationary series; random walks whose changes follow each other; or random walks whose levels do.
    freq : str
        "hour", "day", "business_day", "week" (Mondays), "month", "quarter", "year", or "period" for undated rows.
    start : str
        ISO date; the first row is the first period that begins on it or later.
    burn_in : int
        Periods simulated and thrown away before the first row, at least as many as the longest lag.
    rng : int or Generator
        Source of all draws. Each column has a stream of its own: more noise columns leave the others unchanged.

    Returns
    -------
    Simulation
        The data and the truth.

    Raises
    ------
    UsageError
        An argument is outside what is allowed, names repeat, drivers form a circle, or the feedback explodes.
    UnknownNameError
        A driver that is neither the KPI nor a planted series.

    Notes
    -----
    In the core, with own paths a of unit sd, driver shares s, driver lags g and innovations e of unit variance::

        x_j,t = s_j x_driver,t-g + sqrt(1 - s_j^2) a_j,t
        y_t   = sum_j sum_k w_jk x_j,t-k + u_t,    phi(B) u_t = e_t      (momentum in the noise)
        phi(B) y_t = sum_j sum_k w_jk x_j,t-k + e_t                      (momentum in the outcome)

    with the weight of lag 0 from `at_once`, of the others from `effect`.

    A KPI as driver counts in sd of its core without feedback. "integrated" sums all cores up; "cointegrated" does the same
    with the KPI's noise differenced first, so that its level is a sum of the leads' levels plus stationary noise.

    Examples
    --------
    >>> simulation = simulate_leads(series=[PlantedSeries(name="visits", effect=0.8, delay=3)], n_noise=1, rng=1)
    >>> simulation.data.shape, simulation.leads, simulation["visits"].peak
    ((156, 3), ('visits',), 3)
    """
    _check_options(momentum_in, noise, integration)
    n_periods, burn_in, n_noise = as_int(n_periods, "n_periods", low=1), as_int(burn_in, "burn_in"), as_int(n_noise, "n_noise")
    phi = _momentum_filter(kpi_momentum)
    streams = as_generator(rng).spawn(1 + len(series) + n_noise)
    planted = (*series, *_unrelated(noise_persistence, streams[1 + len(series) :]))
    _check_links(planted, kpi, burn_in)

    surprises = innovations(streams[0], burn_in + n_periods, noise)
    own = [own_path(one, surprises, stream, noise) for one, stream in zip(planted, streams[1:], strict=True)]
    disturbance = lfilter([1.0], phi, surprises) if momentum_in == "noise" else surprises
    if integration == "cointegrated":
        disturbance = np.diff(disturbance, prepend=0.0)
    outcome = np.ones(1) if momentum_in == "noise" else phi
    own_paths = np.reshape(own, (len(planted), len(surprises))).T
    system = System(kpi=kpi, planted=planted, own=own_paths, disturbance=disturbance, outcome=outcome, burn_in=burn_in)
    core = settle(system)[burn_in:]

    index = calendar(n_periods, freq, start)
    level = core if integration == "none" else np.cumsum(core, axis=0)
    level = level + overlay(index, [stream.spawn(1)[0] for stream in streams], seasons, trend)
    data = pd.DataFrame(level, index=index, columns=[kpi, *(one.name for one in planted)])
    for place, one in enumerate(planted, start=1):
        data.iloc[: one.starts, place] = np.nan
    return Simulation(data=data, kpi=kpi, truth=tuple(truth_of(one, planted, kpi, outcome) for one in planted))


def _check_options(momentum_in: str, noise: str, integration: str) -> None:
    as_option(momentum_in, "momentum_in", ("noise", "outcome"))
    as_option(noise, "noise", ("normal", "t", "garch"))
    as_option(integration, "integration", ("none", "integrated", "cointegrated"))


def _momentum_filter(kpi_momentum: Sequence[float]) -> Floats:
    """phi(B) as filter coefficients, refused unless stationary."""
    phi = np.concatenate([[1.0], -np.asarray(kpi_momentum, dtype=np.float64)])
    if not np.all(np.isfinite(phi)) or np.any(np.abs(np.roots(phi)) >= 1.0):
        raise UsageError(
            f"kpi_momentum={list(kpi_momentum)!r} is not stationary: give AR coefficients whose roots lie inside the unit "
            "circle, and integration='integrated' for a random walk."
        )
    return phi


def _unrelated(persistence: tuple[float, float], streams: Sequence[np.random.Generator]) -> list[PlantedSeries]:
    """Series that nothing drives and that drive nothing, one for each stream."""
    digits = len(str(max(len(streams), 10)))
    return [
        PlantedSeries(name=f"noise_{number:0{digits}d}", persistence=float(stream.uniform(*persistence)))
        for number, stream in enumerate(streams, start=1)
    ]


def _check_links(planted: Sequence[PlantedSeries], kpi: str, burn_in: int) -> None:
    """Refuse repeated names, unknown drivers, drivers in a circle, and lags that reach before the burn-in."""
    names = [kpi, *(one.name for one in planted)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise UsageError(f"series: {', '.join(map(repr, repeated))} occurs more than once: give each series a name of its own.")
    for one in planted:
        _check_drivers(one, {other.name: other.driver for other in planted}, kpi)
    longest = max((max(len(direct_weights(one)), one.driver_lag) for one in planted), default=0)
    if burn_in < longest:
        raise UsageError(f"burn_in={burn_in} is not allowed: give at least {longest}, the longest lag.")


def _check_drivers(one: PlantedSeries, drivers: Mapping[str, str | None], kpi: str) -> None:
    walk, seen = one.driver, {one.name}
    while walk is not None and walk != kpi:
        as_name(walk, "driver", [kpi, *drivers])
        if walk in seen:
            raise UsageError(f"series: {one.name!r} drives itself through {walk!r}: drivers may not form a circle.")
        seen.add(walk)
        walk = drivers[walk]

"""Two tests of forecasts where the lead is nothing: how often does each call it useful?

Direct forecasts from expanding windows, refitted at every origin: the KPI's own two lags, and these with the one of
twelve lags of the lead that fits best, searched anew each time. The first origin has 52 rows.

python benchmarks/forecast_tests.py                 # 2,000 draws, one process
python benchmarks/forecast_tests.py --draws 200
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from leadlag.core.linear.covariance import bartlett_weights
from leadlag.methods.gain.numbers.comparison import clark_west, diebold_mariano

Floats = NDArray[np.float64]

HORIZONS = (1, 2, 4, 8, 12)
ORIGINS = (20, 40, 78, 150)
FIRST, MAX_LAG, LEVEL = 52, 12, 0.05
TESTS = ("Clark-West", "Diebold-Mariano", "CW, textbook")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A KPI and a lead that know nothing of each other."""

    name: str
    kpi: float
    lead: float
    integrated: bool = False


CASES = (
    Case(name="KPI AR .5, lead AR .5", kpi=0.5, lead=0.5),
    Case(name="KPI AR .9, lead AR .9", kpi=0.9, lead=0.9),
    Case(name="KPI integrated, lead AR .5", kpi=0.3, lead=0.5, integrated=True),
    Case(name="KPI integrated, lead AR .95", kpi=0.3, lead=0.95, integrated=True),
)


def autoregression(phi: float, n: int, rng: np.random.Generator) -> Floats:
    """A stationary series."""
    shocks = rng.standard_normal(n)
    values = np.empty(n)
    values[0] = shocks[0] / math.sqrt(1.0 - phi * phi)
    for row in range(1, n):
        values[row] = phi * values[row - 1] + shocks[row]
    return values


def forecasts(y: Floats, x: Floats, *, horizon: int, integrated: bool) -> tuple[Floats, Floats, Floats]:
    """Outcomes and both forecasts at the last origins, from cumulated cross-products: shape (most origins,) each."""
    rows = np.arange(MAX_LAG, len(y) - horizon)
    moved = np.diff(y, prepend=0.0) if integrated else y
    own = np.column_stack([np.ones(len(rows)), moved[rows], moved[rows - 1]])
    lags = np.column_stack([x[rows - lag] for lag in range(MAX_LAG)])
    outcome = y[rows + horizon] - y[rows] if integrated else y[rows + horizon]
    table = np.column_stack([own, lags, outcome])
    origin = np.arange(len(rows) - max(ORIGINS), len(rows))
    gram = np.cumsum(table[:, :, None] * table[:, None, :], axis=0)[origin - horizon]  # outcomes known at the origin only
    inverse = np.linalg.inv(gram[:, :3, :3])
    restricted = np.einsum("ni,nij,nj->n", own[origin], inverse, gram[:, :3, -1])
    onto = gram[:, 3:-1, :3] @ inverse
    left = np.einsum("nii->ni", gram[:, 3:-1, 3:-1]) - np.einsum("nik,nik->ni", onto, gram[:, 3:-1, :3])
    with_outcome = gram[:, 3:-1, -1] - np.einsum("nik,nk->ni", onto, gram[:, :3, -1])
    best, each = np.argmax(with_outcome**2 / left, axis=1), np.arange(len(origin))
    column = lags[origin, best] - np.einsum("ni,ni->n", onto[each, best], own[origin])
    return outcome[origin], restricted, restricted + with_outcome[each, best] / left[each, best] * column


def textbook(actual: Floats, restricted: Floats, full: Floats, *, horizon: int) -> float:
    """Clark & West with Bartlett weights on the lags below the horizon and the normal distribution, for comparison."""
    values = 2.0 * (actual - restricted) * (full - restricted)
    centred, n = values - values.mean(), len(values)
    products = [centred[lag:] @ centred[: n - lag] for lag in range(horizon)]
    variance = (2.0 * bartlett_weights(horizon - 1) @ products - products[0]) / n
    return float(stats.norm.sf(values.mean() / math.sqrt(variance / n)))


def pvalues(series: list[Floats], *, horizon: int, rng: np.random.Generator) -> tuple[float, ...]:
    """One p a test, in the order of `TESTS`."""
    return (
        clark_west(*series, horizon=horizon, rng=rng, n_draws=199).pvalue,
        diebold_mariano(*series, horizon=horizon).pvalue,
        textbook(*series, horizon=horizon),
    )


def rejected(case: Case, n_draws: int, rng: np.random.Generator) -> Floats:
    """Share of the draws at or below `LEVEL`, shape (tests, horizons, origins)."""
    below = np.zeros((len(TESTS), len(HORIZONS), len(ORIGINS)))
    for _ in range(n_draws):
        n = FIRST + max(ORIGINS) + MAX_LAG + 2 * max(HORIZONS)
        y, x = autoregression(case.kpi, n, rng), autoregression(case.lead, n, rng)
        y = np.cumsum(y) if case.integrated else y
        for h, horizon in enumerate(HORIZONS):
            series = forecasts(y, x, horizon=horizon, integrated=case.integrated)
            for o, count in enumerate(ORIGINS):
                first = [each[:count] for each in series]
                below[:, h, o] += np.array(pvalues(first, horizon=horizon, rng=rng)) <= LEVEL
    return below / n_draws


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000)
    n_draws = parser.parse_args().draws
    error = math.sqrt(LEVEL * (1.0 - LEVEL) / n_draws)
    print(f"Rejected at {LEVEL:.0%} without a lead, {n_draws} draws, standard error {error:.4f}; origins {ORIGINS}")
    print(f"{'':46s}" + "".join(f"{f'h = {horizon}':^25s}" for horizon in HORIZONS))
    rng = np.random.default_rng(2007)
    for case in CASES:
        shares = rejected(case, n_draws, rng)
        for name, by_horizon in zip(TESTS, shares, strict=True):
            cells = " | ".join(" ".join(f"{share:5.3f}" for share in row) for row in by_horizon)
            print(f"{case.name:28s}{name:16s}  {cells}", flush=True)


if __name__ == "__main__":
    main()

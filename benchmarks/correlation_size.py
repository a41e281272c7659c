"""How often the bands of a cross-correlation are exceeded by series that have nothing to do with each other.

python benchmarks/correlation_size.py               # about ten minutes
python benchmarks/correlation_size.py --draws 200

"One lag" is the share of all correlations outside the 5 % band for one lag, "any lag" the share of pairs with one outside
the 5 % band for all lags, "1/sqrt(n)" the share outside the textbook band. Lags -12..12.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.signal import lfilter
from threadpoolctl import threadpool_limits

from leadlag.core.linear.bands import critical_all
from leadlag.methods.correlation.numbers.crosscorr import Plan, block, lag_correlation, without

MAX_LAG, CRITICAL, BEFORE = 12, 1.96, 200
#: An average of the last four surprises.
AVERAGE = (1.0, 1.0, 1.0, 1.0)
#: Lead, KPI (AR coefficient, or weights of the surprises), and kind of their surprises.
CASES = {
    "AR .5, AR .5": (0.5, 0.5, "normal"),
    "AR .9, AR .9": (0.9, 0.9, "normal"),
    "lead AR .9, KPI AR .5": (0.9, 0.5, "normal"),
    "lead AR .5, KPI AR .9": (0.5, 0.9, "normal"),
    "AR -.7, AR -.7": (-0.7, -0.7, "normal"),
    "lead AR .7, KPI AR -.7": (0.7, -0.7, "normal"),
    "lead AR -.7, KPI AR .7": (-0.7, 0.7, "normal"),
    "lead AR .8, KPI AR -.5": (0.8, -0.5, "normal"),
    "AR .7, AR -.7, t(3)": (0.7, -0.7, "heavy"),
    "AR .7, AR -.7, GARCH shared": (0.7, -0.7, "shared"),
    "MA(4) averages": (AVERAGE, AVERAGE, "normal"),
    "AR .5, Student t(3)": (0.5, 0.5, "heavy"),
    "AR .5, GARCH each its own": (0.5, 0.5, "garch"),
    "AR .5, GARCH shared": (0.5, 0.5, "shared"),
    "random walks": (1.0, 1.0, "normal"),
    "AR .4, a season in each": (0.4, 0.4, "season"),
}
Process = float | tuple[float, ...]


def shocks(rng: np.random.Generator, n: int, kind: str) -> np.ndarray:
    """Surprises of two series that are independent but for their variances, shape (n, 2)."""
    if kind == "heavy":
        return rng.standard_t(3, (n, 2))
    found = rng.standard_normal((n, 2))
    if kind in ("garch", "shared"):
        variance = np.ones(2)
        for t in range(n):
            found[t] *= np.sqrt(variance)
            square = found[t] ** 2 if kind == "garch" else np.full(2, np.mean(found[t] ** 2))
            variance = 0.05 + 0.2 * square + 0.75 * variance
    return found


def series_of(process: Process, surprises: np.ndarray) -> np.ndarray:
    """An average of surprises by its weights, or an AR(1) by its coefficient."""
    return lfilter(process, [1.0], surprises) if isinstance(process, tuple) else lfilter([1.0], [1.0, -process], surprises)


def pair(rng: np.random.Generator, n: int, lead: Process, kpi: Process, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """KPI and lead of n periods; of a season of 12 periods each has a peak at a month of its own."""
    before = 0 if lead == 1.0 else BEFORE
    surprises = shocks(rng, n + before, kind)
    y, x = (series_of(process, surprises[:, place])[before:] for place, process in enumerate((kpi, lead)))
    if kind == "season":
        y, x = (series + 2.0 * np.cos(2.0 * np.pi * (np.arange(n) / 12 + rng.random())) for series in (y, x))
    return y, x


def shares(n: int, case: tuple[Process, Process, str], *, prewhiten: bool, draws: int) -> tuple[float, float, float, float]:
    """Outside the band for one lag, its Monte-Carlo error, any outside the band for all lags, and outside 1/sqrt(n)."""
    rng = np.random.default_rng(1)
    one, every, naive = [], [], []
    for _ in range(draws):
        y, x = (without(series[:, None], None) for series in pair(rng, n, *case))
        found = block(y, x, Plan(max_lag=MAX_LAG, prewhiten=prewhiten))
        r, bse = found.correlation[:, 0, 0], found.bse[:, 0, 0]
        size = np.abs(r) / bse
        between = lag_correlation(y[:, 0], x[:, 0], found.filters[0], MAX_LAG)
        one.append(np.mean(size > CRITICAL))
        every.append(np.any(size > critical_all(between, n_draws=1_000)))
        naive.append(np.mean(np.abs(r) > CRITICAL / np.sqrt(found.nobs[0])))
    return float(np.mean(one)), float(np.std(one) / np.sqrt(draws)), float(np.mean(every)), float(np.mean(naive))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--only", default="", help="rows whose name holds this")
    asked = parser.parse_args()
    draws, chosen = asked.draws, {name: case for name, case in CASES.items() if asked.only in name}
    print(f"{'unrelated series':<28}{'n':>5}{'prewhitened:':>15}{'':>27}{'raw:':>12}")
    print(f"{'':<33}" + f"{'one lag':>15}{'any lag':>10}{'1/sqrt(n)':>11}" * 2)
    with threadpool_limits(1):
        for name, case in chosen.items():
            for n in (60, 156, 260):
                cells = []
                for prewhiten in (True, False):
                    one, error, every, naive = shares(n, case, prewhiten=prewhiten, draws=draws)
                    cells.append(f"{one:>8.3f} ±{error:.3f}{every:>10.3f}{naive:>11.3f}")
                print(f"{name:<28}{n:>5}" + "".join(cells), flush=True)
    any_lag = np.sqrt(0.05 * 0.95 / draws)
    print(f"{draws:,} pairs a row; ± is the Monte-Carlo standard error, that of 'any lag' is {any_lag:.3f} at 0.05.")


if __name__ == "__main__":
    main()

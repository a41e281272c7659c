"""How often the limits of a long-run effect hold the truth, for autocorrelated leads, noise and own lags.

    python benchmarks/longrun_coverage.py                       # every cell, 2,000 draws of the data, 399 of the bootstrap
    python benchmarks/longrun_coverage.py --draws 200 --jobs 2 --only own

One lead with 12 free lags. "own": own lag 1 of the KPI, independent errors. "noise": no own lags, AR(1) errors, whose
AR order and coefficients are estimated by restricted likelihood, as for the bands. "uneven": the errors' variance moves with
the square of the lead. "+-" is one Monte-Carlo standard error; "!" = the 95 % interval of the figure excludes the target.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from scipy.signal import lfilter
from threadpoolctl import threadpool_limits

from leadlag.core.noise.reml import reml_autoregression
from leadlag.core.time.lags import lag_matrix
from leadlag.methods.regression.numbers.longrun import LongRun, long_run

LAGS, BURN = 12, 200
TARGET = (0.92, 0.97)
SUM = 0.6
ROWS = (80, 156, 260)
#: kind, AR(1) of the lead, own lag or AR(1) of the errors, whether their variance moves
SETTINGS = (
    ("own", 0.5, 0.3, False),
    ("own", 0.7, 0.5, False),
    ("own", 0.9, 0.8, False),
    ("own", 0.5, 0.8, False),
    ("own", 0.7, 0.5, True),
    ("noise", 0.5, 0.3, False),
    ("noise", 0.7, 0.5, False),
    ("noise", 0.9, 0.8, False),
    ("noise", 0.5, 0.8, False),
    ("noise", 0.7, 0.5, True),
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One setting: `memory` is the own lag or the AR(1) coefficient of the errors."""

    kind: str
    lead: float
    memory: float
    uneven: bool
    n: int

    @property
    def truth(self) -> float:
        return SUM / (1.0 - self.memory) if self.kind == "own" else SUM

    @property
    def seed(self) -> tuple[int, ...]:
        """Cells draw apart from one another."""
        return self.n, round(100 * self.lead), round(100 * self.memory), int(self.uneven), int(self.kind == "own")


def profile() -> np.ndarray:
    """Lag profile with its peak at lag 4, shape (LAGS,)."""
    bell = np.exp(-0.5 * ((np.arange(1, LAGS + 1) - 4) / 2.0) ** 2)
    return SUM * bell / bell.sum()


def table(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """KPI (n,) and its design (n, k): intercept, lags of the lead, own lag if there is one."""
    total = cell.n + LAGS + BURN
    x = lfilter([np.sqrt(1.0 - cell.lead**2)], [1.0, -cell.lead], rng.standard_normal(total))
    errors = rng.standard_normal(total)
    if cell.uneven:
        errors *= np.sqrt(0.3 + 0.7 * x**2)
    lags = lag_matrix(x, range(1, LAGS + 1), fill=0.0)
    passed = lfilter([1.0], [1.0, -cell.memory], errors + (lags @ profile() if cell.kind == "own" else 0.0))
    y = passed if cell.kind == "own" else lags @ profile() + passed
    columns = [np.ones(total), lags] + ([lag_matrix(y, [1], fill=0.0)] if cell.kind == "own" else [])
    return y[-cell.n :], np.column_stack(columns)[-cell.n :]


def fitted(cell: Cell, y: np.ndarray, X: np.ndarray, *, seed: int, n_draws: int) -> LongRun:
    weights = np.r_[0.0, np.ones(LAGS), np.zeros(X.shape[1] - LAGS - 1)]
    if cell.kind == "own":
        return long_run(y, X, weights=weights, own=[(LAGS + 1, 1)], rng=seed, n_draws=n_draws)
    return long_run(y, X, weights=weights, phi=reml_autoregression(y, X, min_order=1).phi, rng=seed, n_draws=n_draws)


def one(cell: Cell, draws: range, n_draws: int) -> list[tuple[bool, bool, float, float, float]]:
    """Whether the limits of each draw hold the truth (delta, bootstrap), their widths, and the estimate."""
    found = []
    with threadpool_limits(limits=1, user_api="blas"):
        for draw in draws:
            y, X = table(cell, np.random.default_rng([*cell.seed, draw]))
            run = fitted(cell, y, X, seed=draw, n_draws=n_draws)
            delta, boot = run.low <= cell.truth <= run.high, run.boot_low <= cell.truth <= run.boot_high
            found.append(
                (bool(delta), bool(boot), float(run.high - run.low), float(run.boot_high - run.boot_low), float(run.estimate))
            )
    return found


def line(cell: Cell, found: np.ndarray) -> str:
    """One row of the table."""
    shares, draws = found[:, :2].mean(axis=0), len(found)
    said = []
    for share in shares:
        error = np.sqrt(share * (1.0 - share) / draws)
        missed = share + 1.96 * error < TARGET[0] or share - 1.96 * error > TARGET[1]
        said.append(f"{share:.3f} +-{error:.3f}{'!' if missed else ' '}")
    widths, middle = np.nanmedian(found[:, 2:4], axis=0), np.nanmedian(found[:, 4])
    return (
        f"{cell.kind:6}{cell.n:5}{cell.lead:6}{cell.memory:8}{'yes' if cell.uneven else 'no':>8}   {said[0]}   {said[1]}"
        f"{widths[0]:9.2f}{widths[1]:9.2f}{middle:9.2f}{cell.truth:7.2f}"
    )


def speed() -> str:
    """Median time of 1,000 draws of one profile: 260 rows, 12 lags, 2 own lags."""
    cell = Cell(kind="own", lead=0.7, memory=0.5, uneven=False, n=261)
    y, X = table(cell, np.random.default_rng(0))
    design = np.column_stack([X[1:], X[:-1, -1]])
    weights = np.r_[0.0, np.ones(LAGS), 0.0, 0.0]
    seconds = []
    with threadpool_limits(limits=1, user_api="blas"):
        for _ in range(7):
            start = time.perf_counter()
            long_run(y[1:], design, weights=weights, own=[(LAGS + 1, 1), (LAGS + 2, 2)], n_draws=1000)
            seconds.append(time.perf_counter() - start)
    return f"1,000 refits of one profile (and 1,000 more for the bias): {statistics.median(seconds):.3f} s (target below 0.5 s)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000, help="draws of the data")
    parser.add_argument("--bootstrap", type=int, default=399, help="draws of the bootstrap")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", choices=["own", "noise"])
    chosen = parser.parse_args()
    print(speed(), flush=True)
    print(f"coverage of 95 % limits, {chosen.draws} draws of the data, {chosen.bootstrap} of the bootstrap; target {TARGET}")
    print("kind     n  lead  memory  uneven   delta           bootstrap         width    width estimate  truth", flush=True)
    parts = np.array_split(np.arange(chosen.draws), 4 * chosen.jobs)
    for kind, lead, memory, uneven in SETTINGS:
        for n in ROWS if chosen.only in (None, kind) else ():
            cell = Cell(kind=kind, lead=lead, memory=memory, uneven=uneven, n=n)
            jobs = (delayed(one)(cell, part, chosen.bootstrap) for part in parts)
            print(line(cell, np.array([row for rows in Parallel(n_jobs=chosen.jobs)(jobs) for row in rows])), flush=True)


if __name__ == "__main__":
    main()

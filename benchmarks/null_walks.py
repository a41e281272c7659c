"""Unrelated random walks: how often is any of them called a lead, and are the p-values honest?

python benchmarks/null_walks.py                 # 400 draws, two processes
python benchmarks/null_walks.py --draws 40
"""

from __future__ import annotations

import argparse
import math
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed, parallel_config

import leadlag
from leadlag.errors import LeadLagWarning
from leadlag.simulate import simulate_leads

LEVELS = (0.1, 0.05, 0.01)
FDR = 0.10
MAX_LAG = 12


@dataclass(frozen=True, kw_only=True)
class Draw:
    """One table of walks: how many were called leads, and the p-values of those that could be tested."""

    n_false: int
    pvalues: tuple[float, ...]


def one_draw(number: int, *, n_leads: int, n_periods: int) -> Draw:
    """Rank walks that have nothing to do with each other."""
    rng = np.random.default_rng([20, 156, number])  # a stream of its own for each draw, whatever process it runs in
    walks = simulate_leads(
        n_periods=n_periods,
        series=(),
        n_noise=n_leads,
        noise_persistence=(0.0, 0.0),
        kpi_momentum=(),
        integration="integrated",
        rng=rng,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeadLagWarning)
        table = leadlag.rank_leads(walks.data, kpi=walks.kpi, max_lag=MAX_LAG, fdr=FDR, rng=number, evidence=False).to_frame()
    pvalues = table["pvalue"].to_numpy(dtype=float)
    return Draw(n_false=int(table["verdict"].isin(["lead", "indirect"]).sum()), pvalues=tuple(pvalues[np.isfinite(pvalues)]))


def report(draws: Sequence[Draw]) -> str:
    """The table that is printed."""
    any_false = np.array([draw.n_false > 0 for draw in draws])
    share = any_false.mean()
    error = math.sqrt(share * (1 - share) / len(draws))
    lines = [f"any false lead at FDR {FDR:.2f}: {share:.4f} (standard error {error:.4f}, {len(draws)} draws)"]
    for level in LEVELS:
        # walks of one draw share their KPI, so the error is taken over draws
        shares = np.array([np.mean(np.asarray(draw.pvalues) < level) for draw in draws]) / level
        spread = shares.std(ddof=1) / math.sqrt(len(draws)) if len(draws) > 1 else math.nan
        lines.append(f"P(p < {level:<4}) / {level:<4} = {shares.mean():.3f} (standard error {spread:.3f})")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--leads", type=int, default=20)
    parser.add_argument("--periods", type=int, default=156)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    with parallel_config(backend="loky", n_jobs=options.processes, inner_max_num_threads=1):
        draws = Parallel()(
            delayed(one_draw)(number, n_leads=options.leads, n_periods=options.periods) for number in range(options.draws)
        )
    print(f"{options.leads} random walks x {options.periods} weeks x {MAX_LAG} lags, {time.perf_counter() - began:.0f} s")
    print(report(draws))


if __name__ == "__main__":
    main()

"""Quantiles of the DF-GLS statistic under a unit root: the numbers of `leadlag.core.series.unitpvalues.DFGLS_SURFACE`.

python benchmarks/dfgls_surface.py                  # a few minutes
python benchmarks/dfgls_surface.py --draws 20000

Walks with normal steps, no lagged changes. At each probability a curve ``b0 + b1/n + b2/n^2 + b3/n^3`` in the number of rows
goes through the quantiles at the lengths below, by least squares. The stored numbers are those of 200,000 draws.
"""

from __future__ import annotations

import argparse

import numpy as np
from threadpoolctl import threadpool_limits

from leadlag.core.series.unitpvalues import PROBABILITIES
from leadlag.core.series.unitroot import dfgls_statistics

LENGTHS, TOGETHER = (25, 30, 40, 50, 65, 80, 100, 150, 250, 500, 1000), 2000


def quantiles(n: int, *, deterministic: str, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Quantiles of the statistic at the stored probabilities."""
    parts = []
    for _ in range(-(-draws // TOGETHER)):
        walks = np.cumsum(rng.standard_normal((n, TOGETHER)), axis=0)
        parts.append(dfgls_statistics(walks, lags=0, deterministic=deterministic))
    return np.quantile(np.concatenate(parts), PROBABILITIES)


def main() -> None:
    """Print the surface of both cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=100_000)
    draws = parser.parse_args().draws
    lengths = np.array(LENGTHS, dtype=float)
    design = np.column_stack([np.ones(len(lengths)), 1.0 / lengths, 1.0 / lengths**2, 1.0 / lengths**3])
    with threadpool_limits(1):
        for deterministic in ("c", "ct"):
            rng = np.random.default_rng(0)
            found = np.array([quantiles(n, deterministic=deterministic, draws=draws, rng=rng) for n in LENGTHS])
            surface, *_ = np.linalg.lstsq(design, found, rcond=None)
            print(f'    "{deterministic}": (')
            for row in surface.T:
                print("        (" + ", ".join(f"{value:.4f}" for value in row) + "),")
            print(f"    ),  # largest residual {np.abs(found - design @ surface).max():.3f}")


if __name__ == "__main__":
    main()

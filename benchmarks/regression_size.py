"""How often does a lagged regression reject a lead that does nothing?

python benchmarks/regression_size.py                 # a few minutes
python benchmarks/regression_size.py --draws 200

Lead and errors are AR(1) with the same coefficient and have nothing to do with each other. Shares of draws with p < .05: one
lag alone by the errors of `cov_type` (HAC, those of statsmodels) and of the bands, then all lags of the lead together by both.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd
from scipy.signal import lfilter

import leadlag as ll

#: Rows, AR coefficient, last lag.
CELLS = ((80, 0.7, 1), (80, 0.7, 4), (80, 0.7, 12), (80, 0.3, 4), (156, 0.7, 1), (156, 0.7, 4), (156, 0.7, 12))
BEFORE = 100


def rejections(rng: np.random.Generator, n: int, phi: float, max_lag: int) -> list[bool]:
    """Whether each of the four p of one draw is below .05."""
    noise = lfilter([1.0], [1.0, -phi], rng.standard_normal((n + BEFORE, 2)), axis=0)[BEFORE:]
    found = ll.lagged_regression(pd.DataFrame(noise, columns=["kpi", "lead"]), kpi="kpi", leads="lead", max_lag=max_lag)
    term = f"lead.L{max_lag}"
    alone = [found.pvalues[term], found.band_pvalues[term]]
    together = [found.joint_test("lead", errors=errors).pvalue for errors in ("fit", "bands")]
    return [bool(p < 0.05) for p in (*alone, *together)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    print("| rows | AR | last lag | alone, HAC | alone, bands | together, HAC | together, bands |\n|---|---|---|---|---|---|---|")
    for n, phi, max_lag in CELLS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            draws = [
                rejections(np.random.default_rng((options.first + draw, n, max_lag)), n, phi, max_lag)
                for draw in range(options.draws)
            ]
        shares = np.mean(draws, axis=0)
        print(f"| {n} | {phi} | {max_lag} | " + " | ".join(f"{share:.3f}" for share in shares) + " |", flush=True)


if __name__ == "__main__":
    main()

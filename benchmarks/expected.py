"""What it brings to say of leads which sign their effect has and when they act: size without leads, found and false share with.

    python benchmarks/expected.py [draws]

120 rows, twelve AR(.5) candidates, an AR(.5) KPI; three of the candidates act after 3, 5 and 7 rows with an effect of .3, so that
about a third is found. The same is told of all twelve: nothing, effects above zero only, lags 2 to 8 of 12 only, and both.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from leadlag import rank_leads

ROWS, BURN_IN, CANDIDATES, N_DRAWS = 120, 100, 12, 499
PLANTED = ((0, 3, 0.3), (1, 5, 0.3), (2, 7, 0.3))
NAMES = [f"x{place}" for place in range(CANDIDATES)]
LEVELS = (0.01, 0.05, 0.1, 0.3)
SIGN, LAGS = dict.fromkeys(NAMES, "+"), dict.fromkeys(NAMES, (2, 8))
TOLD = {"nothing": {}, "sign": {"expected": SIGN}, "lags": {"delays": LAGS}, "both": {"expected": SIGN, "delays": LAGS}}


def tables(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One table without leads, and the same with three."""
    noise = np.random.default_rng(seed).normal(size=(ROWS + BURN_IN, CANDIDATES + 1))
    series = lfilter([1.0], [1.0, -0.5], noise, axis=0)[BURN_IN:]
    without = pd.DataFrame(series[:, :-1], columns=NAMES).assign(kpi=series[:, -1])
    kpi = without["kpi"].to_numpy().copy()
    for place, lag, effect in PLANTED:
        kpi[lag:] += effect * series[:-lag, place]
    return without, without.assign(kpi=kpi)


def main(draws: int) -> None:
    """Print a line for each of what may be told."""
    true = {NAMES[place] for place, _, _ in PLANTED}
    for name, told in TOLD.items():
        pvalue, found, false = [], [], []
        for seed in range(draws):
            without, with_leads = tables(7_000 + seed)
            options = {"kpi": "kpi", "n_draws": N_DRAWS, "evidence": False, **told}
            pvalue += rank_leads(without, **options).to_frame()["pvalue"].tolist()  # type: ignore[arg-type]
            leads = set(rank_leads(with_leads, **options).leads)  # type: ignore[arg-type]
            found.append(len(leads & true) / len(true))
            false.append(len(leads - true) / max(len(leads), 1))
        size = "  ".join(f"{np.mean(np.array(pvalue) <= level) / level:.2f}" for level in LEVELS)
        print(f"{name:8}  P(p < a) / a at {LEVELS}: {size}   found {np.mean(found):.3f}   false share {np.mean(false):.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)

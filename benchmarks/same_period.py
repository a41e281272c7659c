"""A promotion that lifts its own rows and lowers the next two: what is told of its rows, of those after them, and of both.

    python benchmarks/same_period.py [draws]

200 rows, a promotion in 12 % of them with effects of 60, -35 and -15, an AR(.4) KPI with surprises of 15. Prints
the medians of the three effects an event and of the effect in the table, and how often the 90 % intervals hold the truth.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from leadlag import rank_leads

ROWS, BURN_IN = 200, 50
EFFECTS = (60.0, -35.0, -15.0)
TRUTH = {"now": EFFECTS[0], "later": sum(EFFECTS[1:]), "total": sum(EFFECTS)}


def table(seed: int) -> pd.DataFrame:
    """One table."""
    rng = np.random.default_rng(seed)
    promo = (rng.random(ROWS) < 0.12).astype(float)
    kpi = lfilter([1.0], [1.0, -0.4], 15.0 * rng.normal(size=ROWS + BURN_IN))[BURN_IN:] + 200.0
    for lag, effect in enumerate(EFFECTS):
        kpi[lag:] += effect * promo[: ROWS - lag]
    noise = {f"z{place}": rng.normal(size=ROWS) for place in range(4)}
    return pd.DataFrame({"promo": promo, "kpi": kpi, **noise})


def main(draws: int) -> None:
    """Print a line for each effect."""
    told: dict[str, list[tuple[float, float, float]]] = {name: [] for name in TRUTH}
    in_table, unsummed = [], 0
    for seed in range(draws):
        evidence = rank_leads(table(seed), kpi="kpi", max_lag=8, n_draws=299, evidence=False)["promo"].decision.evidence
        if evidence.same_period is None or evidence.effect is None:
            continue
        in_table.append(evidence.effect.value / evidence.effect.lead_sd)
        unsummed += bool(evidence.same_period.not_added)
        for name, numbers in told.items():
            numbers.append(getattr(evidence.same_period, name))
    print(f"found {len(in_table)} of {draws}, not added up {unsummed}, effect in the table {np.median(in_table):.1f}")
    for name, true in TRUTH.items():
        value, low, high = np.array([numbers for numbers in told[name] if np.isfinite(numbers).all()]).T
        held = np.mean((low <= true) & (true <= high))
        print(f"{name:6} true {true:6.1f}   median {np.median(value):6.1f}   held {held:.2f} of {len(value)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)

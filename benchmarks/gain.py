"""How often does a lead that is none save something, how often a clear lead, and how long do forecasts from all origins take?

python benchmarks/gain.py                    # 100 draws a family, and the time of 1,000 leads x 100 origins
python benchmarks/gain.py --draws 20 --only power
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from grades import CLEAR, LEADS, NULL, cases, partial_t, share
from joblib import Parallel, delayed, parallel_config

from leadlag._blas import one_thread
from leadlag.methods.gain.question import HORIZONS, lead_gains
from leadlag.sample import from_wide

#: p up to which a gain counts for the grade "strong".
LEVEL = 0.10
#: Candidates that the KPI does not follow.
NOTHING = ("noise", "coincident", "follower")


@dataclass(frozen=True, kw_only=True)
class Said:
    """The gain of one candidate of one draw at every horizon, and what is true of it."""

    role: str
    size: float
    rmse: tuple[float, ...]
    pvalue: tuple[float, ...]

    def saves(self, place: int) -> bool:
        """Whether it saves something that is more than chance."""
        return self.rmse[place] > 0 and self.pvalue[place] <= LEVEL


def said(family: str, draw: int) -> list[Said]:
    """The gains of all candidates of one draw."""
    case = cases(family, draw)
    names = [item.name for item in case.truth]
    sample = from_wide(case.data)
    with one_thread():
        found = lead_gains(
            sample, kpi=case.kpi, leads=names, controls=list(case.controls), max_lag=case.max_lag, log=(), undo=None, metrics={}
        )
    sizes = partial_t(case)
    return [
        Said(role=item.role, size=abs(sizes.get(item.name, 0.0)), rmse=found[item.name].rmse, pvalue=found[item.name].pvalue)
        for item in case.truth
    ]


def table(families: Sequence[str], draws: int, jobs: int, *, heads: Sequence[str]) -> None:
    """One line a family."""
    print(f"{'family':18s}" + "".join(f"{head:>24s}" for head in heads))
    for family in families:
        with parallel_config(n_jobs=jobs):
            everyone = [one for part in Parallel()(delayed(said)(family, draw) for draw in range(draws)) for one in part]
        print(f"{family:18s}" + "".join(f"{cell:>24s}" for cell in cells(everyone, heads)), flush=True)


def cells(everyone: Sequence[Said], heads: Sequence[str]) -> list[str]:
    """Shares of the unrelated candidates, or of the leads."""
    noise, clear = [one for one in everyone if one.role in NOTHING], [one for one in everyone if one.size > CLEAR]
    near = [one for one in everyone if one.role == "lead" and one.size <= CLEAR]
    known = {
        **{f"saves, h={horizon}": share([one.saves(place) for one in noise]) for place, horizon in enumerate(HORIZONS)},
        **{
            f"p<=.10, h={horizon}": share([one.pvalue[place] <= LEVEL for one in noise]) for place, horizon in enumerate(HORIZONS)
        },
        "median RMSE saved": middle([one.rmse[0] for one in noise]),
        "t > 5: saves": share([one.saves(0) for one in clear]),
        "t > 5: p<=.10": share([one.pvalue[0] <= LEVEL for one in clear]),
        "t <= 5: saves": share([one.saves(0) for one in near]),
        "saved, t > 5": middle([one.rmse[0] for one in clear]),
    }
    return [known[head] for head in heads]


def middle(values: Sequence[float]) -> str:
    """The median of those that there are."""
    known = [value for value in values if math.isfinite(value)]
    return f"{np.median(known):.3f}" if known else "-"


def speed(m: int, n: int) -> None:
    """Seconds for m leads from two thirds of n origins."""
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.normal(size=(n, m + 1)), columns=["kpi", *(f"lead_{place}" for place in range(m))])
    data["kpi"] = data["kpi"].rolling(3, min_periods=1).sum()
    sample = from_wide(data.set_index(pd.date_range("2020-01-06", periods=n, freq="W-MON")))
    with one_thread():
        began = time.perf_counter(), time.process_time()
        lead_gains(sample, kpi="kpi", leads=list(data.columns[1:]), controls=(), max_lag=12, log=(), undo=None, metrics={})
        wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    print(f"{m:5d} leads, {n} rows: {wall:.1f} s ({cpu:.1f} s of one core)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--only", choices=("size", "power", "speed"))
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    if given.only in (None, "size"):
        heads = [*(f"saves, h={horizon}" for horizon in HORIZONS), "p<=.10, h=1", "median RMSE saved"]
        table(NULL, given.draws, given.jobs, heads=heads)
    if given.only in (None, "power"):
        table(LEADS, given.draws, given.jobs, heads=["t > 5: saves", "t > 5: p<=.10", "t <= 5: saves", "saved, t > 5"])
    if given.only in (None, "speed"):
        for m in (3, 20, 1000):
            speed(m, 156)


if __name__ == "__main__":
    main()

"""What repairs find, and what they touch where there is nothing: the figures of docs/repairs.md.

python benchmarks/repairs.py                   # about three minutes
python benchmarks/repairs.py --draws 1000 --seed 1

First the share of tables without a partial row, a change of unit or a value for missing that are touched, by kind of table; then
how often those that are there are found; then how many of 200 unrelated metrics are called coincident because of a last week of
three days, with repairs and without.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd

import leadlag as ll
from leadlag.core.series.outages import hit_rows
from leadlag.core.series.rescaling import rescalings
from leadlag.core.series.sentinels import sentinels

LENGTHS, WIDTHS, YEAR = (60, 104, 156, 260), (4, 6, 12, 30), 52
Draw = Callable[[np.random.Generator, int, int], np.ndarray]


def ar(rng: np.random.Generator, n: int, m: int, phi: float = 0.8) -> np.ndarray:
    """AR(1) about 100."""
    x = rng.normal(size=(n + 100, m))
    for t in range(1, len(x)):
        x[t] += phi * x[t - 1]
    return 100 + 5 * x[100:]


def season(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """Positive columns, each with a yearly wave of its own."""
    wave = np.cos(2 * np.pi * np.arange(n)[:, None] / YEAR + rng.uniform(0, 6.28, m))
    return np.exp(5 + rng.uniform(0, 0.5, m) * wave + 0.1 * rng.normal(size=(n, m)))


def christmas(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """The same, with two weeks of every year at two fifths."""
    week = (np.arange(n) + rng.integers(YEAR)) % YEAR
    return season(rng, n, m) * np.where((week == YEAR - 1) | (week == 0), 0.4, 1.0)[:, None]


def campaigns(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """Measures beside campaigns, most of which run in the same weeks."""
    run = np.where(rng.random((n, 1)) < 0.03, rng.uniform(100, 900, (n, m)), 0.0)
    return np.where(np.arange(m) <= m // 2, run, rng.normal(100, 10, (n, m)))


def factor(rng: np.random.Generator, n: int, m: int, df: float = np.inf) -> np.ndarray:
    """One factor in all columns, with normal or heavy tails."""
    shocks = rng.normal(size=n) if np.isinf(df) else rng.standard_t(df, size=n)
    return 100 + 9 * shocks[:, None] + 4 * rng.normal(size=(n, m))


def factor_walk(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """Walks in logs that share half of their steps, with heavy tails."""
    common = rng.standard_t(4, size=n).cumsum()[:, None]
    return np.exp(5 + 0.02 * (common + 0.5 * rng.normal(size=(n, m)).cumsum(axis=0)))


def moved(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """All levels fall by two fifths in the middle."""
    return ar(rng, n, m) - 40.0 * (np.arange(n)[:, None] >= n // 2)


PLAIN: dict[str, Draw] = {
    "walks": lambda rng, n, m: 100 + rng.normal(size=(n, m)).cumsum(axis=0),
    "walks in logs": lambda rng, n, m: np.exp(5 + 0.03 * rng.normal(size=(n, m)).cumsum(axis=0)),
    "walks, t(2.5)": lambda rng, n, m: np.exp(5 + 0.03 * rng.standard_t(2.5, size=(n, m)).cumsum(axis=0)),
    "AR(.8)": ar,
    "t(3)": lambda rng, n, m: 100 + 5 * rng.standard_t(3, size=(n, m)),
    "season": season,
    "Christmas": christmas,
    "counts": lambda rng, n, m: rng.poisson(rng.uniform(1, 40, m), size=(n, m)).astype(float),
    "campaigns": campaigns,
    "campaigns of one size": lambda rng, n, m: np.where(rng.random((n, m)) < 0.05, 5000.0, rng.normal(100, 5, (n, m))),
    "one factor": factor,
    "one factor, t(3)": lambda rng, n, m: factor(rng, n, m, 3.0),
    "walks of one factor, t(4)": factor_walk,
    "levels moved": moved,
    "log-normal": lambda rng, n, m: np.exp(rng.normal(0, 1.5, (n, m))),
    "growth by 50": lambda rng, n, m: np.exp(np.linspace(0, 4, n)[:, None] + 0.1 * rng.normal(size=(n, m))),
}


def touched(seed: int, draws: int) -> pd.DataFrame:
    """Share of tables touched, one row a kind."""
    rows = {}
    for name, draw in PLAIN.items():
        rng, counts = np.random.default_rng(seed), np.zeros(4)
        for _ in range(draws):
            X = draw(rng, int(rng.choice(LENGTHS)), int(rng.choice(WIDTHS)))
            changes = rescalings(X)
            counts += [
                bool(hit_rows(X, year=YEAR)), any(not item.alone for item in changes), any(item.alone for item in changes),
                any(sentinels(column) for column in X.T),
            ]  # fmt: skip
        rows[name] = counts / draws
    table = pd.DataFrame(rows, index=["rows", "unit of several", "unit of one (named)", "sentinels"]).T
    return pd.concat([table, table.mean().rename("mean of the kinds").to_frame().T])


def found(seed: int, draws: int) -> pd.DataFrame:
    """Share of what is there that is found, by noise."""
    rows = {}
    for noise in (0.05, 0.1, 0.2):
        rng, counts = np.random.default_rng(seed), np.zeros(5)
        for _ in range(draws):
            n = int(rng.choice(LENGTHS))
            clean = 100 * np.exp(noise * rng.normal(size=(n, 6)))
            first, last, outage, unit = (clean.copy() for _ in range(4))
            first[0] *= 3 / 7
            last[-1] *= 3 / 7
            at = int(rng.integers(12, n - 12))
            outage[at] *= 0.2
            unit[at:, :3] /= 1000.0
            alone = clean.copy()
            alone[at:, 0] *= 100.0
            several, one = rescalings(unit), rescalings(alone)
            counts += [
                any(hit.row == 0 for hit in hit_rows(first, year=YEAR)),
                any(hit.row == n - 1 for hit in hit_rows(last, year=YEAR)),
                any(hit.row == at for hit in hit_rows(outage, year=YEAR)),
                [(item.row, item.factor, len(item.columns)) for item in several] == [(at, 0.001, 3)],
                [(item.row, item.factor, item.columns.tolist()) for item in one] == [(at, 100.0, [0])],
            ]  # fmt: skip
        rows[f"noise of {noise:.0%}"] = counts / draws
    names = ["first 3/7", "last 3/7", "outage at 1/5", "3 of 6 columns / 1,000", "one x 100"]
    return pd.DataFrame(rows, index=names).T


def coincident(seed: int) -> pd.Series:
    """Of 200 unrelated metrics, those called coincident with a last week of three days."""
    rng = np.random.default_rng(seed)
    X = 100 * np.exp(0.1 * rng.normal(size=(104, 201)))
    X[-1] *= 3 / 7
    frame = pd.DataFrame(
        X, columns=["kpi", *(f"m{j}" for j in range(200))], index=pd.date_range("2022-01-03", periods=104, freq="7D")
    )
    told = {}
    for name, options in {"with repairs": {}, "repair=()": {"repair": ()}}.items():
        verdict = ll.rank_leads(frame, kpi="kpi", evidence=False, **options).to_frame()["verdict"]
        told[name] = int((verdict == "coincident").sum())
    return pd.Series(told, name="coincident of 200")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}, {chosen.draws} draws a kind\n")
    print(touched(chosen.seed, chosen.draws).to_string(float_format="{:.3f}".format), end="\n\n")
    print(found(chosen.seed, chosen.draws).to_string(float_format="{:.2f}".format), end="\n\n")
    print(coincident(chosen.seed).to_string())


if __name__ == "__main__":
    main()

"""Do attempts to refute spare true leads and unmask the others, do decoys pass as rarely as they should, do places hold?

python benchmarks/refutation.py                    # 100 draws a cell
python benchmarks/refutation.py --part places --draws 200
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from leadlag._blas import one_thread
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import Scan, scan, with_columns
from leadlag.core.search.shapes import STANDARD
from leadlag.decision import Policy
from leadlag.methods.refutation.question import decoys_tried, refute
from leadlag.prepare import Prepared, prepare
from leadlag.ranking.places import places_of
from leadlag.sample import from_wide
from leadlag.simulate import PlantedSeries, Season, simulate_leads

FOUND = 0.02  # p of a lead alone that about the best of five candidates needs at FDR 0.10
LEVEL = Policy().placebo_level
LONGEST = 12

Make = Callable[[np.random.Generator, int], pd.DataFrame]


def lead(**given: object) -> Make:
    """A table with one lead "x" at a random delay of 1 to 6."""
    planted = {name: value for name, value in given.items() if name in PlantedSeries.__dataclass_fields__}
    others = {name: value for name, value in given.items() if name not in planted}

    def make(rng: np.random.Generator, n: int) -> pd.DataFrame:
        series = PlantedSeries(name="x", **({"delay": int(rng.integers(1, 7))} | planted))  # type: ignore[arg-type]
        return simulate_leads(n_periods=n, series=[series], n_noise=0, rng=rng, **others).data  # type: ignore[arg-type]

    return make


def stranger(**given: object) -> Make:
    """A table whose "x" has nothing to do with the KPI."""

    def make(rng: np.random.Generator, n: int) -> pd.DataFrame:
        made = simulate_leads(n_periods=n, series=[], n_noise=1, rng=rng, **given)  # type: ignore[arg-type]
        return made.data.rename(columns={"noise_01": "x"})

    return make


def feedback(share: float) -> Make:
    """A lead that the KPI moves in turn, one period later."""

    def make(rng: np.random.Generator, n: int) -> pd.DataFrame:
        e, v = rng.normal(size=(2, n + 100))
        x, u, y = np.zeros((3, n + 100))
        for t in range(3, n + 100):
            u[t] = 0.5 * u[t - 1] + e[t]
            x[t] = 0.3 * x[t - 1] + share * y[t - 1] + v[t]
            y[t] = 0.5 * x[t - 2] + u[t]
        return pd.DataFrame({"kpi": y[100:], "x": x[100:]})

    return make


def two_lags(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """A persistent lead that acts at two lags with opposite signs."""
    x, u = lfilter([1.0], [1.0, -0.9], rng.normal(size=n + 100)), lfilter([1.0], [1.0, -0.5], rng.normal(size=n + 100))
    y = 0.4 * np.roll(x, 1) - 0.4 * np.roll(x, 8) + u
    return pd.DataFrame({"kpi": y[100:], "x": x[100:]})


def undated_season(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Two series with a season of 12 rows, and no date that tells of it: what is found is false."""
    wave = np.sin(2.0 * np.pi * np.arange(n) / 12.0)
    return pd.DataFrame({"kpi": wave + lfilter([1.0], [1.0, -0.5], rng.normal(size=n)), "x": wave + rng.normal(size=n)})


LEADS: dict[str, Make] = {
    "single lag": lead(effect=0.5, persistence=0.0),
    "lead AR .5": lead(effect=0.5),
    "lead AR .9": lead(effect=0.9, persistence=0.9),
    "lead AR .97": lead(effect=1.5, persistence=0.97),
    "decay .8": lead(effect=1.0, persistence=0.7, shape="geometric", decay=0.8),
    "hump": lead(effect=1.0, persistence=0.7, shape="delayed", decay=0.85),
    "KPI AR .9": lead(effect=0.5, kpi_momentum=(0.9,)),
    "carried on": lead(effect=0.5, momentum_in="outcome"),
    "two lags": two_lags,
    "coincides too": lead(effect=0.7, surprise=0.5),
    "integrated": lead(effect=0.6, persistence=0.3, integration="integrated"),
    "cointegrated": lead(effect=0.6, persistence=0.3, integration="cointegrated"),
    "heavy tails": lead(effect=0.6, noise="t"),
    "campaigns": lead(effect=0.7, path="campaign"),
    "season": lead(effect=0.6, seasons=[Season(period=12.0, kpi=2.0, leads=2.0)], freq="month"),
    "feedback .2": feedback(0.2),
    "feedback .4": feedback(0.4),
    "unknown cycle": lead(effect=0.6, seasons=[Season(period=52.0, kpi=2.0, leads=2.0)], freq="month"),
}
OTHERS: dict[str, Make] = {
    "follower .8": lead(driver="kpi", driver_share=0.8),
    "follower .5": lead(driver="kpi", driver_share=0.5),
    "follower, walks": lead(driver="kpi", driver_share=0.8, integration="integrated"),
    "coincident .8": lead(surprise=0.8),
    "coincident AR .9": lead(surprise=0.9, persistence=0.9),
    "at once": lead(at_once=0.8),
    "stranger AR": stranger(),
    "stranger AR .97": stranger(noise_persistence=(0.97, 0.97)),
    "stranger, walks": stranger(integration="integrated"),
    "undated season": undated_season,
}
NULLS: dict[str, dict[str, object]] = {
    "AR": {},
    "persistent": {"noise_persistence": (0.9, 0.98), "kpi_momentum": (0.9,)},
    "walks": {"integration": "integrated"},
    "season": {"seasons": [Season(period=12.0, kpi=2.0, leads=2.0)], "freq": "month"},
    "unknown cycle": {"seasons": [Season(period=52.0, kpi=2.0, leads=2.0)], "freq": "month"},
}
STRENGTHS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "even from .3 to 1.1": lambda rng: rng.uniform(0.3, 1.1, size=5),
    "1, .85, .7, .55, .4": lambda _: np.array([1.0, 0.85, 0.7, 0.55, 0.4]),
    ".74, .72, .7, .68, .66": lambda _: np.array([0.74, 0.72, 0.7, 0.68, 0.66]),
}


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A lead given the others."""

    problem: Problem
    column: int
    scan: Scan
    strength: float


def prepared_of(data: pd.DataFrame, names: list[str] | None = None) -> Prepared:
    """The data of one draw, prepared; lags 1 to 12."""
    sample = from_wide(data)
    leads = names or [name for name in sample.names if name != "kpi"]
    return prepare(sample, kpi="kpi", leads=leads, max_lag=min(LONGEST, sample.n_periods // 6))


def share(hits: list[bool] | np.ndarray) -> str:
    """A share with its standard error."""
    values = np.asarray(hits, dtype=float)
    if not len(values):
        return "-"
    mean = values.mean()
    return f"{mean:.3f} ({math.sqrt(max(mean * (1 - mean), 0.5 / len(values)) / len(values)):.3f})"


def attempts(name: str, make: Make, *, n: int, draws: int, number: int) -> Iterator[str]:
    """One line for all draws of a kind, and one for those that are found."""
    rows = []
    for draw in range(draws):
        prepared = prepared_of(make(np.random.default_rng([number, n, draw]), n))
        if not prepared.leads:
            continue
        problem = prepared.problem
        pvalue = scan(problem, rng=np.random.default_rng(draw), n_draws=499).pvalue[0]
        if not np.isfinite(pvalue):
            continue
        tried = refute(problem, 0, seed=draw)
        future, beyond = tried.follows(LEVEL), tried.future > tried.past
        copies = [not math.isnan(p) and p > LEVEL for p in (tried.placebo, tried.permuted)]
        rows.append((pvalue <= FOUND, future, beyond, *copies, future or any(copies)))
    table = np.array(rows, dtype=bool).reshape(-1, 6)
    found = table[:, 0]
    for label, some in (("all", table), ("found", table[found])):
        cells = " | ".join(share(some[:, column]) for column in range(1, 6))
        yield f"| {name} | {n} | {label} | {len(some)} | {cells} |"


def attempted(kinds: dict[str, Make], *, sizes: tuple[int, ...], draws: int, first: int, only: str) -> None:
    """The tables of attempts."""
    print("| series | n | which | draws | future (p <= .05) | future > past | shifted | other order | any |")
    print("|---|---:|---|---:|---:|---:|---:|---:|---:|")
    for number, (name, make) in enumerate(kinds.items(), start=first):
        for n in sizes if only in ("", name) else ():
            for line in attempts(name, make, n=n, draws=draws, number=number):
                print(line, flush=True)


def decoys(*, sizes: tuple[int, ...], draws: int, only: str) -> None:
    """Decoys that pass beside twenty candidates that lead nothing, and beside three leads."""
    print("| candidates | n | draws | a decoy passes in | decoys passed | expected |")
    print("|---|---:|---:|---:|---:|---:|")
    leads = [PlantedSeries(name=f"lead_{k}", effect=0.8, delay=2 * k + 1) for k in range(3)]
    for number, (name, given) in enumerate(NULLS.items()):
        for n in sizes if only in ("", name) else ():
            for planted in ([], leads):
                tried = []
                for draw in range(draws):
                    rng = np.random.default_rng([50 + number, n, draw])
                    made = simulate_leads(n_periods=n, series=planted, n_noise=20 - len(planted), rng=rng, **given)  # type: ignore[arg-type]
                    prepared = prepared_of(made.data)
                    chosen = {prepared.leads.index(one.name): one.delay - 1 for one in planted}
                    first = scan(prepared.problem, rng=np.random.default_rng(draw), n_draws=499)
                    tried.append(decoys_tried(prepared, first, chosen, fdr=0.10, seed=draw))
                passed = sum(one.n_passed for one in tried)
                label = f"{name}{', three leads' if planted else ''}"
                mean = f"{passed} of {sum(one.n for one in tried)}"
                expected = f"{sum(one.expected for one in tried):.1f}"
                print(
                    f"| {label} | {n} | {draws} | {share([one.n_passed > 0 for one in tried])} | {mean} | {expected} |",
                    flush=True,
                )


def placed(strengths: np.ndarray, *, n: int, rng: np.random.Generator) -> list[Placed]:
    """The leads of one draw that are found given the others, best first."""
    signs, delays = rng.choice([-1.0, 1.0], size=len(strengths)), rng.integers(1, 9, size=len(strengths))
    series = [
        PlantedSeries(name=f"x{k}", effect=float(strengths[k] * signs[k]), delay=int(delays[k])) for k in range(len(strengths))
    ]
    problem = prepared_of(
        simulate_leads(n_periods=n, series=series, n_noise=0, rng=rng).data, [one.name for one in series]
    ).problem
    columns = {k: int(delay) - 1 for k, delay in enumerate(delays)}
    found = []
    for k in columns:
        alone = with_columns(problem, {other: at for other, at in columns.items() if other != k}, STANDARD).of([k])
        scanned = scan(alone, rng=np.random.default_rng(0), n_draws=499)
        if scanned.pvalue[0] <= FOUND:
            found.append(Placed(problem=alone, column=0, scan=scanned, strength=float(strengths[k])))
    return sorted(found, key=lambda one: float(one.scan.log_pvalue[0]))


def places(*, sizes: tuple[int, ...], draws: int) -> None:
    """How often places hold, and whether what is first in most resamples is the strongest."""
    head = ("effects", "n", "draws", "places hold the true one", "mean width", "one is first in 90 %", "it is the strongest")
    print(f"| {' | '.join((*head, 'pairs tied', 'order of other pairs right'))} |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for number, (name, strengths) in enumerate(STRENGTHS.items()):
        for n in sizes:
            held: list[bool] = []
            width: list[int] = []
            sure: list[bool] = []
            right: list[bool] = []
            tied: list[bool] = []
            ordered: list[bool] = []
            for draw in range(draws):
                rng = np.random.default_rng([80 + number, n, draw])
                leads = placed(strengths(rng), n=n, rng=rng)
                if len(leads) < 2:
                    continue
                truth = np.array([one.strength for one in leads])
                true_place = 1 + (-truth).argsort().argsort()
                names = [str(k) for k in range(len(leads))]
                found = places_of(leads, names=names, seed=draw)
                held += [one.low <= place <= one.high for one, place in zip(found, true_place, strict=True)]
                width += [one.high - one.low + 1 for one in found]
                first = max(range(len(found)), key=lambda k: found[k].first[0][1])
                sure.append(found[first].first[0][1] >= 0.9)
                if sure[-1]:
                    right.append(bool(true_place[first] == 1))
                for one in range(len(leads)):
                    for other in range(one + 1, len(leads)):
                        tied.append(names[other] in found[one].tied_with)
                        if not tied[-1]:
                            ordered.append(bool(truth[one] > truth[other]))
            cells = f"{share(held)} | {np.mean(width):.2f} | {share(sure)} | {share(right)} | {share(tied)} | {share(ordered)}"
            print(f"| {name} | {n} | {len(sure)} | {cells} |", flush=True)


def main() -> None:
    """Print the tables that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("leads", "others", "decoys", "places", "all"), default="all")
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--n", type=int, nargs="+", default=[60, 156])
    parser.add_argument("--only", default="", help="one kind of series, for example season")
    asked = parser.parse_args()
    sizes = tuple(asked.n)
    with one_thread():
        if asked.part in ("leads", "all"):
            attempted(LEADS, sizes=sizes, draws=asked.draws, first=0, only=asked.only)
        if asked.part in ("others", "all"):
            attempted(OTHERS, sizes=sizes, draws=asked.draws, first=len(LEADS) - 1, only=asked.only)
        if asked.part in ("decoys", "all"):
            decoys(sizes=sizes, draws=asked.draws, only=asked.only)
        if asked.part in ("places", "all"):
            places(sizes=sizes, draws=asked.draws)


if __name__ == "__main__":
    main()

"""Are chances of targets right, and does the level that a lead would have to be at hold the true one?

python benchmarks/targets.py                          # 100 series a family: calibration of chances at, by and of a sum
python benchmarks/targets.py --only inverse           # coverage of the level at which a chance is even
python benchmarks/targets.py --only size              # how well past errors set the size of errors
python benchmarks/targets.py --only doubt             # and what the covariance says of the estimates
python benchmarks/targets.py --draws 20 --family lead # a look

Goals are quantiles of what the KPI did before, so that they know nothing of what comes. Each series is fitted once and scored at
origins spaced by the horizon; standard errors are by series. "true" is the same table for chances by the simulator's own law.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import signal
from sklearn.isotonic import IsotonicRegression

import leadlag as ll
from leadlag.core.arrays import Floats
from leadlag.forecast.fitting import PastForecasts, Walker
from leadlag.forecast.numbers.chances import Event
from leadlag.forecast.numbers.intervals import calibrated
from leadlag.forecast.targets import law_of

KINDS = ("at", "by", "sum")
N_FIT, ORIGINS, MAX_LAG = 156, 6, 6
_TRUE_PATHS = 4000


@dataclass(frozen=True, kw_only=True)
class Family:
    """A KPI with one lead: y_t = effect x_{t-delay} + u_t."""

    effect: float
    delay: int
    momentum: float
    walk: bool = False
    tails: bool = False
    log: bool = False


FAMILIES = {
    "lead": Family(effect=0.8, delay=4, momentum=0.5),
    "alone": Family(effect=0.0, delay=4, momentum=0.8),
    "walk": Family(effect=0.6, delay=4, momentum=0.3, walk=True),
    "tails": Family(effect=0.8, delay=4, momentum=0.5, tails=True),
    "log": Family(effect=0.8, delay=4, momentum=0.5, log=True),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One series, and what goes on from any of its rows."""

    family: Family
    x: Floats
    y: Floats
    noise: Floats

    def levels(self, values: Floats) -> Floats:
        return np.exp(0.3 * values) if self.family.log else values

    def paths(self, rng: np.random.Generator, n: int, steps: int, hold: float | None = None) -> Floats:
        """Paths of the KPI's `steps` rows after its first n, by the simulator's own law."""
        family = self.family
        x = np.full((_TRUE_PATHS, steps), np.nan)
        last = np.full(_TRUE_PATHS, self.x[n - 1])
        for step in range(steps):
            last = 0.5 * last + math.sqrt(0.75) * _innovations(rng, family, _TRUE_PATHS)
            x[:, step] = last if hold is None else hold
        lead = np.column_stack([np.tile(self.x[n - family.delay : n], (_TRUE_PATHS, 1)), x])[:, :steps]
        u = np.empty((_TRUE_PATHS, steps))
        moved, level = np.full(_TRUE_PATHS, self.noise[n - 1]), np.full(_TRUE_PATHS, self.noise[n - 1])
        change = np.full(_TRUE_PATHS, self.noise[n - 1] - self.noise[n - 2])
        for step in range(steps):
            shock = _innovations(rng, family, _TRUE_PATHS)
            if family.walk:
                change = family.momentum * change + shock
                level = level + change
            else:
                moved = family.momentum * moved + shock
            u[:, step] = level if family.walk else moved
        return self.levels(family.effect * lead + u)


def _innovations(rng: np.random.Generator, family: Family, size: int) -> Floats:
    return rng.standard_t(5, size) * math.sqrt(0.6) if family.tails else rng.standard_normal(size)


def case_of(family: Family, draw: int, n: int) -> Case:
    rng = np.random.default_rng([draw, n, *map(ord, repr(family)[:60])])
    burn = 100
    x = signal.lfilter([math.sqrt(0.75)], [1.0, -0.5], _innovations(rng, family, n + burn))
    u = signal.lfilter([1.0], [1.0, -family.momentum], _innovations(rng, family, n + burn))
    u = np.cumsum(u) if family.walk else u
    y = family.effect * np.r_[np.zeros(family.delay), x[: -family.delay]] + u
    return Case(family=family, x=x[burn:], y=y[burn:], noise=u[burn:])


def table_of(case: Case, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(n + int(1e6 * abs(case.x[0])))
    other = signal.lfilter([1.0], [1.0, -0.5], rng.standard_normal(len(case.x)))
    whole = pd.DataFrame({"kpi": case.levels(case.y), "visits": case.x, "other": other})
    return whole.iloc[:n]


def fitted(case: Case, n: int, horizon: int, **options: object) -> ll.Forecast:
    log = ("kpi",) if case.family.log else ()
    return ll.forecast_kpi(table_of(case, n), kpi="kpi", max_lag=MAX_LAG, horizons=[horizon], n_draws=199, log=log, **options)


def event(kind: str, values: Floats) -> Floats:
    return {"at": values[..., -1], "by": values.max(axis=-1), "sum": values.sum(axis=-1)}[kind]


def outcomes(family: str, draw: int, horizon: int) -> Iterator[dict[str, object]]:
    """Chances of one series at origins spaced by the horizon, what came, and what was true."""
    spec = FAMILIES[family]
    case = case_of(spec, draw, N_FIT + ORIGINS * horizon)
    first = fitted(case, N_FIT, horizon)
    own = fitted(case, N_FIT, horizon, leads=["other"]) if spec.effect else first
    rng = np.random.default_rng(draw)
    level = case.levels(case.y)
    for place in range(ORIGINS):
        n = N_FIT + place * horizon
        rows = table_of(case, n)
        forecast, alone = (one if place == 0 else one.model.score(rows, stale_ok=True) for one in (first, own))
        truth = case.paths(rng, n, horizon)
        windows = np.lib.stride_tricks.sliding_window_view(level[:n], horizon)
        for kind in KINDS:
            goal = float(np.quantile(event(kind, windows), rng.uniform(0.05, 0.95)))
            since = None if kind == "at" else n
            found, other = (one.target(goal, by=n + horizon - 1, kind=kind, since=since).tiers[0] for one in (forecast, alone))
            yield {
                "draw": draw, "family": family, "kind": kind, "chance": found.chance, "low": found.chance_low,
                "high": found.chance_high, "own": other.chance, "true": float((event(kind, truth) >= goal).mean()),
                "came": float(event(kind, level[n : n + horizon]) >= goal),
            }  # fmt: skip


def calibration(rows: pd.DataFrame, column: str, against: str = "came") -> str:
    """Slope of what came on the chance, with its error by series, and each fifth's difference in points."""
    p, y = rows[column].to_numpy(), rows[against].to_numpy()
    centred = p - p.mean()
    slope = float(centred @ y / (centred @ centred))
    left = centred * (y - y.mean() - slope * centred)
    error = math.sqrt(float(np.square(pd.Series(left).groupby(rows["series"].to_numpy()).sum()).sum())) / float(centred @ centred)
    fifth = np.minimum((5 * p).astype(int), 4)
    parts = []
    for one in range(5):
        some = fifth == one
        by_series = pd.Series((y - p)[some]).groupby(rows["series"].to_numpy()[some]).sum()
        spread = math.sqrt(float(np.square(by_series).sum())) / max(int(some.sum()), 1)
        parts.append(f"{100 * float((y - p)[some].mean()) if some.any() else math.nan:+5.1f} ({100 * spread:3.1f})")
    return f"slope {slope:5.2f} ({error:4.2f})  " + "  ".join(parts)


def decomposed(chance: Floats, came: Floats) -> str:
    """The parts of the Brier score by CORP (Dimitriadis, Gneiting & Jordan 2021, PNAS 118:8)."""
    recalibrated = IsotonicRegression().fit(chance, came).predict(chance)
    score, best, base = (float(np.mean((one - came) ** 2)) for one in (chance, recalibrated, came.mean()))
    return f"miscalibration {score - best:.4f}, discrimination {base - best:.4f}, uncertainty {base:.4f}"


def show(rows: pd.DataFrame) -> None:
    for kind in KINDS:
        some = rows[rows["kind"] == kind]
        brier = {name: float(np.mean((some[name] - some["came"]) ** 2)) for name in ("chance", "own", "true")}
        print(f"  {kind:4s} chance {calibration(some, 'chance')}")
        print(f"       true   {calibration(some, 'true')}")
        print(f"       chance {calibration(some, 'chance', 'true')}, true chances in place of what came")
        inside = (some["low"] <= some["true"] + 1e-9) & (some["true"] <= some["high"] + 1e-9)
        skill = 1.0 - brier["chance"] / brier["own"]
        print(
            f"       n {len(some)}, Brier {brier['chance']:.4f}, own history {brier['own']:.4f} (skill {skill:+.3f}), true "
            f"{brier['true']:.4f}; 80 % interval of the chance holds the true one in {inside.mean():.3f}, "
            f"width {float((some['high'] - some['low']).mean()):.3f}"
        )
        for name in ("chance", "true"):
            print(f"       {name}, CORP: {decomposed(some[name].to_numpy(), some['came'].to_numpy())}")


def chances(args: argparse.Namespace) -> None:
    every = []
    for family in [args.family] if args.family else FAMILIES:
        for horizon in args.horizons:
            start = time.process_time()
            rows = pd.DataFrame([row for draw in range(args.draws) for row in outcomes(family, draw, horizon)])
            rows["series"] = [f"{family}-{horizon}-{draw}" for draw in rows["draw"]]
            every.append(rows)
            print(f"{family}, {horizon} ahead, {args.draws} series, {time.process_time() - start:.0f} s", flush=True)
            show(rows)
    if len(every) > 1:
        print("all")
        show(pd.concat(every, ignore_index=True))


def size(args: argparse.Namespace) -> None:
    """How widely the size of errors that n normal scores set spreads about the true one, in logs, beside what is taken for it."""
    rng = np.random.default_rng(0)
    for n in (30, 50, 100, 200):
        found = []
        for _ in range(args.draws):
            z = rng.standard_normal(n + 4)
            scores = np.column_stack([z[:n], *(0.6 * z[ahead : n + ahead] + 0.8 * z[:n] for ahead in (1, 2, 3))])
            found.append(np.log(calibrated(scores).at(0).quantiles([0.6, 0.8, 0.9, 0.975])))
        spread = np.std(found, axis=0)
        print(f"{n} scores: {'  '.join(f'{one:.3f}' for one in spread)}  taken {1.35 / math.sqrt(n + 20):.3f}")


def doubt(args: argparse.Namespace) -> None:
    """How large errors of the forecast's mean are beside what the law takes for them: one if it is right."""
    Walker.past = _no_past  # type: ignore[method-assign]
    steps = np.arange(4)
    asked = Event(kind="at", steps=steps, weights=np.ones(4), known=math.nan, up=True)
    for name in ("lead", "alone", "walk"):
        family = FAMILIES[name]
        for n in (104, 156):
            found = []
            for draw in range(args.draws):
                case = case_of(family, draw, n + 4)
                state = fitted(case, n, 4).segments[0].state
                law = law_of(state, state.seen(4), asked)
                u, change = case.noise[n - 1], case.noise[n - 1] - case.noise[n - 2]
                moved = family.momentum ** (steps + 1.0)
                ahead = u + change * np.cumsum(moved) if family.walk else u * moved
                true = family.effect * case.x[n - family.delay : n + 4 - family.delay] + ahead
                found.append((true - law.point) / np.sqrt(np.square(law.estimates).sum(axis=1)))
            each = np.array(found)
            root, inside = np.sqrt(np.mean(each**2, axis=0)), (np.abs(each) <= 1.2816).mean()
            print(
                f"{name}, {n} rows: root mean square by step {'  '.join(f'{one:.2f}' for one in root)}, 80 % holds {inside:.3f}",
                flush=True,
            )


def _no_past(walker: Walker, _: Floats, *, first: int) -> PastForecasts:
    """No forecasts from past origins: they set the size of errors, on which no level of a lead depends."""
    none = np.full((1, walker.steps), np.nan)
    return PastForecasts(origins=np.array([first]), point=none, own=none, sd=none, actual=none)


def inverse(args: argparse.Namespace) -> None:
    """One lead: how often the set holds the level at which the simulator's own chance is even."""
    Walker.past = _no_past  # type: ignore[method-assign]
    for n in (104, 156):
        for effect in (0.3, 0.5, 0.8):
            family = Family(effect=effect, delay=2, momentum=0.5)
            held, finite, seen, named = 0, 0, 0, 0
            for draw in range(args.draws):
                case = case_of(family, draw, n)
                forecast = ll.forecast_kpi(
                    table_of(case, n)[["kpi", "visits"]], kpi="kpi", max_lag=MAX_LAG, horizons=[4], n_draws=199
                )
                if not forecast.model.leads:
                    continue
                named += 1
                goal = float(np.quantile(case.y, np.random.default_rng(draw).uniform(0.5, 0.95)))
                row = forecast.target(goal, by=n + 3).needed().iloc[0]
                true = (goal - float(case.noise[-1]) * 0.5**4) / effect
                finite += row["answer"] == "finite"
                seen += row["answer"] != "not identified"
                held += row["answer"] == "finite" and row["low"] <= true <= row["high"]
            share = held / max(finite, 1)
            error = math.sqrt(0.8 * 0.2 / max(finite, 1))
            print(
                f"{n} rows, effect {effect:.1f}: lead named {named}/{args.draws}, finite {finite / args.draws:.2f}, bounded "
                f"{seen / args.draws:.2f}, the true level in {share:.3f} of the finite ({error:.3f})",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--horizons", type=int, nargs="+", default=[4])
    parser.add_argument("--only", choices=("chances", "doubt", "inverse", "size"))
    parser.add_argument("--family", choices=tuple(FAMILIES))
    args = parser.parse_args()
    if args.only in (None, "size"):
        size(args)
    if args.only in (None, "chances"):
        chances(args)
    if args.only in (None, "doubt"):
        doubt(args)
    if args.only in (None, "inverse"):
        inverse(args)


if __name__ == "__main__":
    main()

"""Does the test of a changing effect keep its size, what does it find, and what does choosing a target do to it?

python benchmarks/stability_size.py size --draws 1000              # stable effects: share called changed at 5 %
python benchmarks/stability_size.py power --draws 300              # effects that stop
python benchmarks/stability_size.py chosen --draws 1000            # the best of ten becomes the target
"""

from __future__ import annotations

import argparse
import math
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from leadlag.catalogue import Metric
from leadlag.core.noise.momentum import fit_momentum
from leadlag.core.search.conditional import best_column
from leadlag.core.search.problem import Problem
from leadlag.core.search.shapes import STANDARD
from leadlag.decision.backing import Stability, Weakening
from leadlag.methods.stability.question import lead_stability
from leadlag.prepare import Prepared, Treatment
from leadlag.prepare.kpi import WorkingKpi
from leadlag.prepare.regressors import Beside
from leadlag.sample.periods import Calendar

SIZES = (60, 156, 260)
BURN, DELAY, DRAWS = 60, 3, 399


@dataclass(frozen=True, kw_only=True)
class Design:
    """AR(1) coefficients of lead and KPI noise, and what changes half way or over time beside the effect."""

    lead: float = 0.5
    kpi: float = 0.5
    noise: str = "normal"
    lead_jump: float = 1.0
    kpi_jump: float = 1.0

    def draw(self, rng: np.random.Generator, n: int, *, effect: float, until: float = 1.0) -> pd.DataFrame:
        """A table: the effect of one sd of the lead, in sd of the KPI's innovations, up to the share `until` of the rows."""
        rows = n + BURN
        late = np.arange(rows) >= BURN + n // 2
        x = ar1(rng.normal(size=rows) * np.where(late, self.lead_jump, 1.0), self.lead) * math.sqrt(1.0 - self.lead**2)
        noise = ar1(innovations(rng, rows, self.noise) * np.where(late, self.kpi_jump, 1.0), self.kpi)
        size = np.where(np.arange(rows) < BURN + until * n, effect, 0.0)
        return pd.DataFrame({"kpi": noise + size * np.roll(x, DELAY), "x": x})[BURN:].reset_index(drop=True)


DESIGNS = {
    "white lead and KPI": Design(lead=0.0, kpi=0.0),
    "AR .5 lead and KPI": Design(),
    "AR .9 lead, AR .8 KPI": Design(lead=0.9, kpi=0.8),
    "GARCH": Design(noise="garch"),
    "heavy tails": Design(noise="t4"),
    "lead three times as wide": Design(lead_jump=3.0),
    "KPI three times as wide": Design(kpi_jump=3.0),
}


def ar1(shocks: np.ndarray, phi: float) -> np.ndarray:
    """A first-order autoregression."""
    out = shocks.copy()
    for row in range(1, len(out)):
        out[row] += phi * out[row - 1]
    return out


def innovations(rng: np.random.Generator, rows: int, kind: str) -> np.ndarray:
    """Innovations with variance one."""
    if kind == "t4":
        return rng.standard_t(4, size=rows) / math.sqrt(2.0)
    found = rng.normal(size=rows)
    if kind == "garch":
        variance = 1.0
        for row in range(1, rows):
            variance = 0.05 + 0.15 * found[row - 1] ** 2 + 0.80 * variance
            found[row] *= math.sqrt(variance)
    return found


def asked(data: pd.DataFrame, metric: Metric | None = None, seed: int = 0, lag: int | None = None) -> Stability:
    """Stability of x at one lag, or in the column that fits best; the series need no preparation but that of their scale."""
    n = len(data)
    y, x = ((data[name] - data[name].mean()).to_numpy() / data[name].std(ddof=0) for name in ("kpi", "x"))
    base = np.column_stack([np.ones(n), np.arange(n) / n])
    longest = min(12, n // 6)
    momentum, scale = fit_momentum(y, base, max_order=4), float(data["kpi"].std(ddof=0))
    problem = Problem(
        y=y, X=x[:, None], base=base, momentum=momentum, lags=tuple(range(1, longest + 1)), y_scale=scale,
        x_scale=np.array([data["x"].std(ddof=0)]),
    )  # fmt: skip
    prepared = Prepared(
        problem=problem, leads=("x",), treatments=(Treatment(),), kpi=Treatment(), beside=Beside(), untestable=(), reported="",
        working=WorkingKpi(unclipped=y, y=y, scale=scale, base=base, momentum=momentum, n_clipped=0, state="stationary"),
        groups=np.array([-1]),
    )  # fmt: skip
    best = best_column(problem, 0, STANDARD)[0] if lag is None else lag - 1
    calendar = Calendar(freq="period", index=pd.RangeIndex(n))
    return lead_stability(
        prepared, problem, 0, best=best, shapes=STANDARD, seed=seed, n_draws=DRAWS, calendar=calendar, metric=metric
    )


def share(hits: list[bool]) -> str:
    """A share with its standard error; "-" of nothing."""
    if not hits:
        return "-"
    p = float(np.mean(hits))
    return f"{p:.3f} ({math.sqrt(p * (1 - p) / len(hits)):.3f})"


def size(draws: int, only: str = "") -> Iterator[str]:
    """Stable effects of 0.6 sd: share called changed at 5 %."""
    yield "| design | n | unknown date | known date at .6: weaker | either way |"
    for name, n in product([name for name in DESIGNS if only in name], SIZES):
        found = []
        for draw in range(draws):
            data = DESIGNS[name].draw(np.random.default_rng([n, draw]), n, effect=0.6)
            found.append(asked(data, metric=Metric("x", targeted_since=int(0.6 * n)), seed=draw))
        known = [item.weakening for item in found if item.weakening is not None and not item.weakening.missing]
        cells = (
            [item.pvalue <= 0.05 for item in found],
            [w.pvalue <= 0.05 for w in known],
            [w.changed_pvalue <= 0.05 for w in known],
        )
        yield f"| {name} | {n} | {' | '.join(map(share, cells))} |"


def power(draws: int) -> Iterator[str]:
    """Effects that stop: share called changed at 5 %, the date unknown and known."""
    yield "| n | effect | stops at | unknown date | known date |"
    for n, effect, until in product(SIZES, (0.3, 0.6, 1.0), (0.3, 0.6, 0.8)):
        found = []
        for draw in range(draws):
            data = Design().draw(np.random.default_rng([n, draw]), n, effect=effect, until=until)
            found.append(asked(data, metric=Metric("x", targeted_since=int(until * n) - DELAY), seed=draw))
        known = [w.pvalue <= 0.05 for item in found if (w := item.weakening) is not None and not w.missing]
        yield f"| {n} | {effect} | {until} | {share([item.pvalue <= 0.05 for item in found])} | {share(known)} |"


def chosen(draws: int, n: int = 156) -> Iterator[str]:
    """Ten leads of the same effect, the best in the first 60 % becomes the target: share said to have weakened at 5 %."""
    since, half = int(0.6 * n), int(0.3 * n)
    yield "| effect | asked at | nothing said | chosen on half, left out | on all before, corrected | before | corrected |"
    for effect, lag in product((0.0, 0.1, 0.3), (DELAY, None)):
        rows = [
            _best_of_ten(np.random.default_rng([n, draw, int(100 * effect)]), n, effect, ends=(half, since), lag=lag)
            for draw in range(draws)
        ]
        cells = [[row[place][0].pvalue <= 0.05 for row in rows] for place in (0, 1, 2)]
        means = [float(np.mean([item.before * sign for item, sign in (row[place] for row in rows)])) for place in (0, 2)]
        where = "the lag on which it was chosen" if lag else "the best column of all periods"
        yield f"| {effect} | {where} | {' | '.join(map(share, cells))} | {means[0]:.3f} | {means[1]:.3f} |"


def _best_of_ten(
    rng: np.random.Generator, n: int, effect: float, *, ends: tuple[int, int], lag: int | None
) -> list[tuple[Weakening, float]]:
    """What is said of the best of ten with nothing told of its choice, its rows left out, and corrected; with its sign."""
    half, since = ends
    x = rng.normal(size=(n, 10))
    kpi = rng.normal(size=n) + effect * np.r_[np.zeros((DELAY, 10)), x[:-DELAY]].sum(axis=1)
    answers = []
    for last, told in ((since, False), (half, True), (since, True)):
        moved = [np.corrcoef(kpi[DELAY:last], x[: last - DELAY, j])[0, 1] for j in range(10)]
        best = int(np.argmax(np.abs(moved)))
        metric = Metric("x", targeted_since=since, selected_on=(0, last - 1) if told else None)
        found = asked(pd.DataFrame({"kpi": kpi, "x": x[:, best]}), metric=metric, lag=lag)
        answers.append((found.weakening or Weakening(since=""), math.copysign(1.0, moved[best])))
    return answers


def main() -> None:
    """Print one table, line by line as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("size", "power", "chosen"))
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--only", default="", help="of the designs, those with this in their name (size)")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    lines = {"size": lambda draws: size(draws, options.only), "power": power, "chosen": chosen}[options.what](options.draws)
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()

"""Do delay sets hold the true peak, and intervals of the mean delay the true mean, as often as they say? And how wide are they?

python benchmarks/delay_coverage.py                          # single lags, 400 draws a cell
python benchmarks/delay_coverage.py --draws 100 --n 80
python benchmarks/delay_coverage.py --spread                 # effects over several lags
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, parallel_config

from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import scan
from leadlag.decision import Delay, Policy
from leadlag.methods.delay.question import estimate_delay
from leadlag.prepare import prepare
from leadlag.sample import as_sample
from leadlag.simulate import PlantedSeries, simulate_leads

SIZES = (80, 156, 260)
LEADS = (0.0, 0.5, 0.9, 0.98)
KPIS = (0.0, 0.5, 0.8)
#: In sd of the KPI's innovations for one sd of the lead's innovations: these tell one lag from the next.
EFFECTS = (0.2, 0.4, 0.8)
#: Effects over several lags, in sd of the KPI's innovations for one sd of the lead, summed over the lags.
SPREAD: dict[str, dict[str, Any]] = {
    "decay .4": {"shape": "geometric", "decay": 0.4}, "decay .6": {"shape": "geometric", "decay": 0.6},
    "decay .8": {"shape": "geometric", "decay": 0.8}, "hump": {"shape": "delayed", "decay": 0.6},
    "wide hump": {"shape": "delayed", "decay": 0.85}, "three lags": {"shape": "window", "width": 3},
    "carried": {"shape": "point"}, "single lag": {"shape": "point"},
}  # fmt: skip
LONGEST = 12
LATEST = 8
FOUND = 0.01  # the p that the best of ten candidates needs at FDR 0.10
LEVEL = Policy().delay_level


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One setting: rows, AR of the lead and of the KPI's noise, size and shape of the effect."""

    n: int
    lead: float
    kpi: float
    effect: float
    shape: str = "single lag"

    def draw(self, number: int) -> tuple[pd.DataFrame, set[int], float]:
        """A table with its true peak (all lags of the largest weight, if several have it) and mean delay."""
        rng = np.random.default_rng([self.n, int(100 * self.lead), int(100 * self.kpi), int(100 * self.effect), number])
        kind = SPREAD[self.shape]
        size = self.effect / (math.sqrt(1.0 - self.lead**2) if self.shape == "single lag" else 1.0)
        planted = PlantedSeries(name="x", effect=size, persistence=self.lead, delay=int(rng.integers(1, LATEST + 1)), **kind)
        made = simulate_leads(
            n_periods=self.n, series=[planted], n_noise=0, kpi_momentum=[self.kpi] if self.kpi else [], freq="period", rng=rng,
            momentum_in="outcome" if self.shape == "carried" else "noise",
        )  # fmt: skip
        truth = made["x"]
        weights = np.array(truth.weights)
        return made.data, set(np.flatnonzero(weights >= weights.max() * (1.0 - 1e-9)).tolist()), float(truth.mean or 0.0)


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What was found in one table."""

    found: bool
    exact: bool
    held: bool
    width: int
    identified: bool
    mean_held: float
    mean_width: float


def one_draw(cell: Cell, number: int) -> Draw:
    """One table, its delay set and the interval of its mean delay."""
    data, peaks, mean = cell.draw(number)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        prepared = prepare(as_sample(data), kpi="kpi", leads=["x"], max_lag=LONGEST)
    p = float(scan(prepared.problem, rng=np.random.default_rng(number), n_draws=199).pvalue[0])
    delay: Delay = estimate_delay(
        prepared, prepared.problem, 0, lead=0, signs=SharedSigns(seed=number, n_draws=499), level=LEVEL, pvalue=p
    ).delay
    held = bool(peaks & set(delay.lags))
    inside = delay.mean_low - 1e-9 <= mean <= delay.mean_high + 1e-9
    return Draw(
        found=p <= FOUND, exact=delay.peak in peaks, held=held, width=len(delay.lags), identified=delay.identified,
        mean_held=math.nan if math.isnan(delay.mean) else float(inside), mean_width=delay.mean_high - delay.mean_low,
    )  # fmt: skip


def row(cell: Cell, draws: Sequence[Draw]) -> str:
    """One line of the table; the columns behind a bar are those of the draws in which the lead was found."""
    found = [draw for draw in draws if draw.found]
    head = f"{cell.n:4d} {cell.lead:5.2f} {cell.kpi:5.2f} {cell.effect:6.2f} {cell.shape:>10s} {len(draws):6d}"
    return f"{head} {_numbers(draws)}  | {len(found) / len(draws):5.2f} {_numbers(found)}"


HEAD = " exact  held  error width: mean median one not_id  mean: held width"


def _numbers(draws: Sequence[Draw]) -> str:
    if not draws:
        return "-"
    table = pd.DataFrame(draws)
    held, width = table["held"].mean(), table["width"]
    error = math.sqrt(max(held * (1.0 - held), 0.01) / len(draws))
    told = f"{table['exact'].mean():5.2f} {held:6.3f} ({error:.3f}) {width.mean():5.2f} {width.median():4.1f}"
    told += f" {(width == 1).mean():5.2f} {1.0 - table['identified'].mean():5.2f}"
    return f"{told}  {table['mean_held'].mean():6.3f} {table['mean_width'].median():5.2f}"


def cells(options: argparse.Namespace) -> Iterator[Cell]:
    """The settings asked for."""
    if options.spread:
        for n, shape, lead, effect in product(options.n, SPREAD, (0.0, 0.5, 0.9), (0.5, 1.0)):
            yield Cell(n=n, lead=lead, kpi=0.5, effect=effect, shape=shape)
        return
    for n, lead, kpi, effect in product(options.n, LEADS, KPIS, EFFECTS):
        yield Cell(n=n, lead=lead, kpi=kpi, effect=effect)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--n", type=int, nargs="+", default=SIZES)
    parser.add_argument("--spread", action="store_true")
    options = parser.parse_args()
    print(f"   n  lead   kpi effect      shape  draws {HEAD}  | found, and of these{HEAD}")
    with parallel_config("loky", n_jobs=options.jobs, inner_max_num_threads=1):
        for cell in cells(options):
            numbers = range(options.first, options.first + options.draws)
            print(row(cell, Parallel()(delayed(one_draw)(cell, number) for number in numbers)), flush=True)


if __name__ == "__main__":
    main()

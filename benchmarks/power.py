"""Is an effect that should be found half of the time, or in 80 % of the time, found so often by `rank_leads`?

python benchmarks/power.py                     # 100 draws a cell
python benchmarks/power.py --draws 40 --n 60 104
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from leadlag import rank_leads
from leadlag.methods.power.question import detectable_effect
from leadlag.prepare import prepare
from leadlag.sample import as_sample
from leadlag.simulate import PlantedSeries, Season, simulate_leads

SIZES = (60, 104, 156)
LEADS = (0.0, 0.5, 0.9)
LONGEST, N_DRAWS = 12, 499
SEASON = Season(period=52.0, kpi=1.0, leads=1.0)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Rows, AR of the lead, candidates, and whether there is a yearly season."""

    n: int
    lead: float
    candidates: int = 12
    season: bool = False
    momentum: float = 0.5

    def table(self, number: int) -> tuple[pd.DataFrame, pd.Series]:
        """A table in which nothing leads, and its lead moved by one to twelve periods, to be added to the KPI."""
        rng = np.random.default_rng([self.n, int(100 * self.lead), self.candidates, self.season, number])
        lag = int(rng.integers(1, LONGEST + 1))
        planted = PlantedSeries(name="x", persistence=self.lead)
        freq, seasons = ("week", [SEASON]) if self.season else ("period", [])
        made = simulate_leads(
            n_periods=self.n + LONGEST + 1, series=[planted], n_noise=self.candidates - 1, kpi_momentum=[self.momentum],
            freq=freq, seasons=seasons, rng=rng,
        )  # fmt: skip
        return made.data.iloc[LONGEST + 1 :], made.data["x"].shift(lag)

    def draw(self, number: int) -> Draw:
        """What should be found in one table, and whether it is."""
        data, moved = self.table(number)
        seen = detectable_effect(data, kpi="kpi", max_lag=LONGEST, n_draws=N_DRAWS)["x"]
        of = seen.detectable
        if of is None:
            return Draw(half_sd=math.nan, most_sd=math.nan, half=False, most=False)
        prepared = prepare(as_sample(data), kpi="kpi", leads=("x",), max_lag=LONGEST)
        if prepared.treatments[0].differenced:  # then the size is that of a change
            moved = moved.diff()
        named = []
        for size in (of.half, of.most):
            planted = data.assign(kpi=data["kpi"] + size / seen.lead_sd * moved.loc[data.index])
            ranking = rank_leads(planted, kpi="kpi", max_lag=LONGEST, n_draws=N_DRAWS, evidence=False)
            named.append(ranking["x"].verdict in ("lead", "indirect"))
        return Draw(half_sd=of.half_sd, most_sd=of.most_sd, half=named[0], most=named[1])


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Sizes that should be found half of the time and in 80 %, in sd of the KPI, and whether each was."""

    half_sd: float
    most_sd: float
    half: bool
    most: bool


def cells(sizes: Sequence[int]) -> list[Cell]:
    """Every number of rows and lead, and for one of them more candidates, a season and no momentum."""
    plain = [Cell(n=n, lead=lead) for n, lead in product(sizes, LEADS)]
    beside = [cell for n in sizes for cell in (Cell(n=n, lead=0.5, candidates=20), Cell(n=n, lead=0.5, season=True))]
    return plain + [cell for cell in beside if not cell.season or cell.n >= 2 * SEASON.period]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--n", type=int, nargs="*", default=list(SIZES))
    asked = parser.parse_args()
    print("| n | lead AR | candidates | season | half, in sd | 80 %, in sd | found at half | found at 80 % |")
    print("|---:|---:|---:|:---:|---:|---:|---:|---:|")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for cell in cells(asked.n):
            found = [cell.draw(number) for number in range(asked.draws)]
            found = [draw for draw in found if math.isfinite(draw.half_sd)]
            shares = [np.mean([draw.half for draw in found]), np.mean([draw.most for draw in found])]
            told = [f"{share:.2f} ({math.sqrt(max(share * (1 - share), 0.01) / len(found)):.2f})" for share in shares]
            sizes = [np.mean([draw.half_sd for draw in found]), np.mean([draw.most_sd for draw in found])]
            head = f"| {cell.n} | {cell.lead:g} | {cell.candidates} | {'yes' if cell.season else 'no'} "
            print(f"{head}| {sizes[0]:.2f} | {sizes[1]:.2f} | {told[0]} | {told[1]} |", flush=True)


if __name__ == "__main__":
    main()

"""What is lost when a faster lead is averaged to the KPI's periods first, and what is kept when it goes in as it is?

python benchmarks/mixed_cadence.py                 # 300 draws a row, two processes
python benchmarks/mixed_cadence.py --draws 40
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, parallel_config
from scipy import signal

import leadlag
from leadlag.sample import as_sample

#: Candidates, those of them that lead, and own periods drawn before the KPI's first one.
CANDIDATES, LEADS, BEFORE = 8, 2, 60
#: The KPI's noise, and the leads' persistence per own period.
NOISE = 0.5


@dataclass(frozen=True, kw_only=True)
class Family:
    """How two leads act on a KPI of another cadence.

    Parameters
    ----------
    fast, slow : {"week", "month", "quarter"}
        Cadence of the leads and of the KPI.
    act : {"point", "flow", "none", "same"}
        A single own period; the own periods of one of the KPI's, some own periods earlier; nothing; or the KPI's own period.
    n : int
        Periods of the KPI.
    persistence : float
        AR(1) coefficient of every candidate, per own period.
    effect : float
        Standard deviations of the KPI's noise that one of the leads moves it by.
    """

    fast: Literal["week", "month"]
    slow: Literal["month", "quarter"]
    act: Literal["point", "flow", "none", "same"]
    n: int = 80
    persistence: float = 0.6
    effect: float = 0.6

    @property
    def label(self) -> str:
        """The family in words."""
        return f"{self.fast}s, {self.slow}ly KPI, n={self.n}, AR {self.persistence:g}, {self.act}"


FAMILIES = (
    *(Family(fast="month", slow="quarter", act=act) for act in ("none", "same", "point", "flow")),
    Family(fast="month", slow="quarter", act="point", persistence=0.0),
    Family(fast="month", slow="quarter", act="flow", persistence=0.9),
    Family(fast="month", slow="quarter", act="none", persistence=1.0),
    Family(fast="month", slow="quarter", act="same", persistence=0.97),
    *(Family(fast="week", slow="month", act=act) for act in ("none", "same", "point", "flow")),
    Family(fast="week", slow="quarter", act="none"),
    Family(fast="week", slow="quarter", act="point"),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Two tables and which candidates lead, by how many of the KPI's periods."""

    kpi: pd.DataFrame
    fast: pd.DataFrame
    delays: dict[str, float]


def draw(family: Family, rng: np.random.Generator) -> Case:
    """One pair of tables."""
    letters = {"week": "W-SUN", "month": "M", "quarter": "Q"}
    slow = pd.period_range("2004-01-01", periods=family.n, freq=letters[family.slow])
    first = slow[0].start_time - pd.Timedelta(days={"week": 7, "month": 30}[family.fast] * BEFORE)
    fast = pd.period_range(first, slow[-1].end_time, freq=letters[family.fast])
    innovations = rng.standard_normal((len(fast), CANDIDATES))
    X = signal.lfilter([1.0], [1.0, -family.persistence], innovations, axis=0)
    names = [f"x{j}" for j in range(CANDIDATES)]
    table = pd.DataFrame(X, columns=names).assign(date=fast.start_time)
    noise = signal.lfilter([1.0], [1.0, -NOISE], rng.standard_normal(family.n + 100))[100:]
    kpi = pd.DataFrame({"date": slow.start_time, "kpi": np.zeros(family.n)})
    sample = as_sample([kpi, table]).around("kpi")
    y, delays = noise, {}
    for name in names[:LEADS] if family.act != "none" else []:
        moved, delay = _moved(family, sample, kpi, table, name, rng)
        y = y + family.effect * moved / moved.std()
        delays[name] = delay
    return Case(kpi=kpi.assign(kpi=y), fast=table, delays=delays if family.act in ("point", "flow") else {})


def _moved(
    family: Family,
    sample: leadlag.sample.Sample,
    kpi: pd.DataFrame,
    table: pd.DataFrame,
    name: str,
    rng: np.random.Generator,
) -> tuple[np.ndarray, float]:
    """What of a lead the KPI answers, one value a period of the KPI, and its delay in the KPI's periods."""
    finer = sample.finer(name)
    if finer is None:
        raise ValueError(f"{name} is not seen more often than the KPI")
    if family.act == "same":
        return sample.column(name), 0.0
    clock, reach = finer.clock, math.ceil(3 * finer.clock.ratio)
    if family.act == "point":
        lag = clock.per + int(rng.integers(0, reach))
        return clock.lagged(finer.values, [lag])[:, 0], clock.delay(lag)
    # an answer in the lead's own periods, summed up over those of the KPI: a week that straddles two months is split by days
    steps = math.ceil(clock.ratio) + int(rng.integers(0, reach))
    answer = table[["date"]].assign(answer=np.r_[np.full(steps, np.nan), table[name].to_numpy()[:-steps]])
    return as_sample([kpi, answer]).around("kpi").column("answer"), steps / clock.ratio


@dataclass(frozen=True, kw_only=True)
class Score:
    """Leads found, false ones named, and errors of the delay of the found, in periods of the KPI."""

    found: int
    false: int
    errors: tuple[float, ...]
    held: int


def one_draw(family: Family, number: int) -> tuple[Score, Score]:
    """Scores of the tables as they are, and of the faster one averaged to the KPI's periods first."""
    case = draw(family, np.random.default_rng([FAMILIES.index(family), number]))
    both = [case.kpi, case.fast]
    averaged = as_sample(both).around("kpi").to_frame()
    names = [name for name in case.fast if name != "date"]
    return _score(both, names, case), _score(averaged, names, case)


def _score(data: object, names: list[str], case: Case) -> Score:
    ranking = leadlag.rank_leads(data, kpi="kpi", leads=names, evidence=False, n_draws=999)
    named = [name for name in ranking.leads if name in case.delays]
    delays = [ranking[name].delay for name in named]
    errors = tuple(abs(one.peak - case.delays[name]) for one, name in zip(delays, named, strict=True) if one is not None)
    held = sum(
        one.low - 1e-9 <= case.delays[name] <= one.high + 1e-9 for one, name in zip(delays, named, strict=True) if one is not None
    )
    return Score(found=len(named), false=len(ranking.leads) - len(named), errors=errors, held=held)


def row(family: Family, scores: Sequence[Score]) -> str:
    """Found share, any false lead, false share, mean error of the delay, and how often its set holds it."""
    n, planted = len(scores), LEADS if family.act in ("point", "flow") else 0
    found, false = sum(one.found for one in scores), sum(one.false for one in scores)
    anything = sum(one.false > 0 for one in scores) / n
    cells = [f"{found / (n * planted):5.2f}" if planted else "    -", f"{anything:5.2f}", f"{false / max(found + false, 1):5.2f}"]
    errors = [error for one in scores for error in one.errors]
    cells += [f"{np.mean(errors):5.2f}" if errors else "    -"]
    cells += [f"{sum(one.held for one in scores) / len(errors):5.2f}" if errors else "    -"]
    return "  ".join(cells)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one row a family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=str, default="")
    asked = parser.parse_args(arguments)
    print(
        f"{asked.draws} draws a row, {CANDIDATES} candidates, {LEADS} leads; standard errors at most {0.5 / asked.draws**0.5:.3f}"
    )
    print(f"{'':48}as they are: found  any false  false share  delay error  in set | averaged first: the same")
    for family in FAMILIES:
        if asked.only and asked.only not in family.label:
            continue
        with parallel_config("loky", n_jobs=asked.jobs, inner_max_num_threads=1):
            scores = Parallel()(delayed(one_draw)(family, number) for number in range(asked.draws))
        kept, averaged = zip(*scores, strict=True)
        print(f"{family.label:48}{row(family, kept)} | {row(family, averaged)}", flush=True)


if __name__ == "__main__":
    main()

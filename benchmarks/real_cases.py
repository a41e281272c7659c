"""Real series with known answers: what `rank_leads` says of each column, right or wrong.

    python benchmarks/real_cases.py                        # every case
    python benchmarks/real_cases.py --cases bjsales chick_egg
    python benchmarks/real_cases.py --seeds 0-4            # each case with five seeds: what hangs on the draws
    python benchmarks/real_cases.py --log auto             # levels and logs, where the KPI grows

Data go in as they are; candidates are the columns that the answer names. `max_lag` stays at its default, except where
the answer's range goes beyond it. Cases that need segments are left out.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import leadlag
from leadlag.errors import LeadLagWarning

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LEFT_OUT = ("grunfeld_panel",)
NOT_SCORED = ("uncertain", "feedback")
GRACE = 1  # periods beside the accepted range
SELECTED = ("lead", "indirect")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is known of one column: its verdict in the answer file, and the accepted lags (NaN where there are none)."""

    column: str
    verdict: str
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, kw_only=True)
class Case:
    """One or more tables with the KPI and what is known of its candidates; the first file holds the KPI."""

    name: str
    files: tuple[str, ...]
    kpi: str
    time: str
    answers: tuple[Answer, ...]

    @property
    def max_lag(self) -> int:
        """Longest accepted lag."""
        return int(max((answer.high for answer in self.answers if not math.isnan(answer.high)), default=0))


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the ranking says of one column."""

    verdict: str
    delay: float = math.nan
    delay_low: float = math.nan
    delay_high: float = math.nan
    qvalue: float = math.nan
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Scored columns by kind, and how many of them are right."""

    leads: int
    leads_right: int
    others: int
    others_right: int

    @property
    def recall(self) -> float:
        """Share of the documented leads that are right."""
        return self.leads_right / self.leads if self.leads else math.nan

    @property
    def specificity(self) -> float:
        """Share of the nulls, followers and coincident series that are right."""
        return self.others_right / self.others if self.others else math.nan

    @property
    def balanced_accuracy(self) -> float:
        """Mean of the two; 0.50 for saying nothing."""
        return (self.recall + self.specificity) / 2


def is_right(answer: Answer, said: Said) -> bool | None:
    """Whether what is said of a column agrees with its answer; None where the answer is not scored."""
    if answer.verdict in NOT_SCORED:
        return None
    selected = said.verdict in SELECTED
    if answer.verdict == "leads":
        in_time = answer.low - GRACE <= said.delay <= answer.high + GRACE
        return (selected and in_time) or (said.verdict == "coincident" and answer.low == 0)
    if answer.verdict == "coincident" and selected:
        return answer.high >= 1 and answer.low <= said.delay <= answer.high
    return not selected


def tally(scored: Sequence[tuple[Answer, Said]]) -> Tally:
    """Count right and wrong among the scored columns."""
    leads = [is_right(answer, said) for answer, said in scored if answer.verdict == "leads"]
    others = [is_right(answer, said) for answer, said in scored if answer.verdict not in ("leads", *NOT_SCORED)]
    return Tally(leads=len(leads), leads_right=leads.count(True), others=len(others), others_right=others.count(True))


def read_cases(folder: Path = DATA) -> tuple[Case, ...]:
    """Cases of the answer file that tables with one row a period can hold."""
    content = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    return tuple(_case(entry, folder) for entry in content["cases"] if entry["id"] not in LEFT_OUT)


def _case(entry: Mapping[str, Any], folder: Path) -> Case:
    header = pd.read_csv(folder / entry["files"][0], nrows=0).columns
    kpi = entry["kpi"].partition(" (")[0]  # with several files it says in which one
    answers = tuple(map(_answer, entry["leads"]))
    return Case(name=entry["id"], files=tuple(entry["files"]), kpi=kpi, time=header[0], answers=answers)


def _answer(entry: Mapping[str, Any]) -> Answer:
    lag = entry.get("lag", {})
    return Answer(
        column=entry["column"], verdict=entry["verdict"], low=float(lag.get("lo", math.nan)), high=float(lag.get("hi", math.nan))
    )


def run(case: Case, folder: Path = DATA, *, seed: int = 0, log: str | tuple[str, ...] = ()) -> dict[str, Said]:
    """Rank the candidates of one case."""
    frames = [pd.read_csv(folder / file) for file in case.files]
    leads = [answer.column for answer in case.answers]
    sample = leadlag.from_wide(frames[0], time=case.time)
    default = sample.calendar.default_max_lag(sample.n_periods)
    max_lag = case.max_lag if case.max_lag > default else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeadLagWarning)
        ranking = leadlag.rank_leads(
            frames, kpi=case.kpi, leads=leads, time=case.time, max_lag=max_lag, evidence=False, rng=seed, log=log
        )  # fmt: skip
        table = ranking.to_frame()
    return {row["lead"]: _said(row) for row in table.to_dict("records")}


def _said(row: Mapping[str, Any]) -> Said:
    numbers = {name: float(row[name]) for name in ("delay", "delay_low", "delay_high", "qvalue")}
    return Said(verdict=row["verdict"], reason="" if row["reason"] is None else str(row["reason"]), **numbers)


def lines(case: Case, said: Mapping[str, Said]) -> Iterator[str]:
    """One line a column."""
    for answer in case.answers:
        found = said[answer.column]
        mark = {True: "right", False: "WRONG", None: "-"}[is_right(answer, found)]
        known = answer.verdict if math.isnan(answer.low) else f"{answer.verdict} {answer.low:g}..{answer.high:g}"
        delay = "" if math.isnan(found.delay) else f"{found.delay:g} [{found.delay_low:g}, {found.delay_high:g}]"
        yield f"  {mark:<6}{answer.column:<26}{known:<18}{found.verdict:<12}{delay:<12}{found.qvalue:<11.3g}{found.reason[:40]}"


def seeds_of(text: str) -> tuple[int, ...]:
    """ "0-4" or "0,3,7" as numbers."""
    parts = [part.partition("-") for part in text.split(",")]
    return tuple(seed for low, _, high in parts for seed in range(int(low), int(high or low) + 1))


def unsettled(scored: Mapping[int, Sequence[tuple[str, Answer, Said]]]) -> Iterator[str]:
    """Columns that are right with some seeds and wrong with others, and with which of them."""
    for name, answer, _ in scored[min(scored)]:
        right = {seed: is_right(*_of(rows, name, answer.column)) for seed, rows in scored.items()}
        if len(set(right.values())) > 1:
            wrong = ", ".join(str(seed) for seed, one in right.items() if not one)
            yield f"  {name} {answer.column}: wrong with seed {wrong}"


def _of(rows: Sequence[tuple[str, Answer, Said]], name: str, column: str) -> tuple[Answer, Said]:
    return next((answer, said) for case, answer, said in rows if (case, answer.column) == (name, column))


def told(total: Tally) -> str:
    """The totals in one line."""
    return (
        f"documented leads right {total.leads_right}/{total.leads} ({total.recall:.2f}); "
        f"nulls, followers and coincident series right {total.others_right}/{total.others} ({total.specificity:.2f}); "
        f"balanced accuracy {total.balanced_accuracy:.3f}"
    )


def scored_with(seed: int, cases: Sequence[Case], *, log: str | tuple[str, ...] = ()) -> Iterator[tuple[str, Answer, Said]]:
    """Every column of every case with one seed, printed case by case."""
    for case in cases:
        began = time.perf_counter()
        said = run(case, seed=seed, log=log)
        pairs = [(answer, said[answer.column]) for answer in case.answers]
        wrong = sum(is_right(*pair) is False for pair in pairs)
        verdict = (
            "not scored" if all(is_right(*pair) is None for pair in pairs) else "right" if not wrong else f"WRONG in {wrong}"
        )
        print(
            f"{case.name} ({case.kpi}): {verdict}   {time.perf_counter() - began:.1f} s", *lines(case, said), sep="\n", flush=True
        )
        yield from ((case.name, *pair) for pair in pairs)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", help="names of cases; by default all")
    parser.add_argument("--seeds", type=seeds_of, default=(0,), metavar="0-4", help="seeds of the ranking, each on every case")
    parser.add_argument("--log", choices=("auto",), default=(), help="ask both scales where the KPI grows")
    asked = parser.parse_args(arguments)
    if not DATA.is_dir():
        print("../shared/data is not beside this checkout: no case can be run")
        return
    cases = [case for case in read_cases() if not asked.cases or case.name in asked.cases]
    scored: dict[int, list[tuple[str, Answer, Said]]] = {}
    for seed in asked.seeds:
        print(f"\nseed {seed}\n        {'column':<26}{'answer':<18}{'verdict':<12}{'delay':<12}{'q':<11}reason")
        scored[seed] = list(scored_with(seed, cases, log=asked.log))
    print()
    for seed, rows in scored.items():
        print(f"seed {seed}: {told(tally([(answer, said) for _, answer, said in rows]))}")
    if len(scored) > 1:
        print("\nnot the same with every seed:", *(list(unsettled(scored)) or ["  none"]), sep="\n")


if __name__ == "__main__":
    main()

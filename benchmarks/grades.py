"""How often is a lead graded strong, how often an unrelated candidate, and how often is a relation that broke flagged?

python benchmarks/grades.py                 # 100 draws a family, two processes
python benchmarks/grades.py --draws 20 --only broken
python benchmarks/grades.py --draws 20 --families point,null_season_walk --first 100000

A second table is about what is named: false are candidates that are unrelated, follow the KPI or are coincident; true are
direct leads. A named proxy or earlier link is neither, but counts among all that are strong.
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from cases import HISTORY, Case, Cell, planted_case
from ceiling import contribution, whitened
from families import FAMILIES, case_of
from joblib import Parallel, delayed, parallel_config
from scoring import FALSE_ROLES, SELECTED, Metric, Part, estimate

import leadlag
from leadlag.errors import LeadLagWarning
from leadlag.simulate import PlantedSeries

#: Families without leads, families with leads, and the relations of one lead that stop or do not.
NULL = ("null_ar", "null_walks", "null_season", "null_followers", "null_stambaugh", "null_coincident")
LEADS = ("point", "momentum_adl", "spread_geometric", "integrated", "season")
BREAKS = ("broken", "stable")
#: Share of the rows after which a relation stops, its size in sd of the KPI's innovations, and its seed stream.
STOPS, EFFECT, STREAM = 0.6, 0.6, 9100
#: A lead with a larger partial t, its shape and the KPI's momentum known, should be graded strong.
CLEAR = 5.0
#: Checks of which it is told how often a found lead does not pass them.
CHECKS = ("gain", "stable", "delay_set", "future", "placebo", "permuted")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was said of one candidate, and what is true of it."""

    role: str
    clear: bool
    verdict: str
    grade: str
    failed: tuple[str, ...]


def cases(family: str, draw: int) -> Case:
    """One draw of a family."""
    if family not in BREAKS:
        alike = family in (*NULL, *LEADS)  # these are compared with each other: 156 rows, momentum .5 in all
        return case_of(family, Cell() if alike else FAMILIES[family].base, draw)
    rng, cell = np.random.default_rng(np.random.SeedSequence([STREAM, draw])), Cell(n_candidates=10)
    lead = PlantedSeries(
        name="lead", effect=EFFECT * float(rng.choice([-1.0, 1.0])), delay=int(rng.integers(1, 10)),
        persistence=float(rng.uniform(0.0, cell.persistence)),
        stops=HISTORY + round(STOPS * cell.n) if family == "broken" else None,
    )  # fmt: skip
    return planted_case(rng, cell, [lead])


def partial_t(case: Case) -> dict[str, float]:
    """t of each lead's true contribution beside those of the others, in the KPI less its momentum."""
    how = case.mechanism
    if how is None:
        return {}
    leads = [place for place, one in enumerate(how.planted) if one.effect]
    columns = np.column_stack([*(contribution(how, place) for place in leads), whitened(how.deterministic, how)])[HISTORY:]
    y = whitened(how.kpi, how)[HISTORY:]
    known = np.isfinite(y) & np.isfinite(columns).all(axis=1)
    fitted, _, rank, _ = np.linalg.lstsq(columns[known], y[known], rcond=None)
    left = y[known] - columns[known] @ fitted
    variance = left @ left / (known.sum() - rank) * np.diag(np.linalg.pinv(columns[known].T @ columns[known]))
    return {how.planted[place].name: float(fitted[row] / math.sqrt(variance[row])) for row, place in enumerate(leads)}


def said(family: str, draw: int) -> list[Said]:
    """What a ranking says of every candidate of one draw."""
    case = cases(family, draw)
    sizes = partial_t(case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeadLagWarning)
        ranking = leadlag.rank_leads(
            case.data, kpi=case.kpi, leads=[item.name for item in case.truth], max_lag=case.max_lag, rng=draw,
            controls=list(case.controls) or None,
        )  # fmt: skip
    return [
        Said(
            role=item.role, clear=abs(sizes.get(item.name, 0.0)) > CLEAR, verdict=ranking[item.name].verdict,
            grade=ranking[item.name].decision.grade or "",
            failed=tuple(one.code for one in ranking[item.name].decision.checks if one.status in ("fail", "review")),
        )
        for item in case.truth
    ]  # fmt: skip


def share(hits: Sequence[bool]) -> str:
    """A share with its standard error and what it is a share of."""
    if not hits:
        return "        -        "
    mean = float(np.mean(hits))
    return f"{mean:.3f} ({math.sqrt(mean * (1 - mean) / len(hits)):.3f}, {len(hits)})"


def line(family: str, everyone: Sequence[Said]) -> str:
    """One line of the table."""
    leads, others = [one for one in everyone if one.role == "lead"], [one for one in everyone if one.role == "noise"]
    found = [one for one in leads if one.verdict in ("lead", "indirect")]
    clear = [one for one in leads if one.clear]
    cells = [
        share([one.grade == "strong" for one in others]),
        share([bool(one.grade) for one in others]),
        share([one.grade == "strong" for one in clear]),
        share([one.verdict == "lead" for one in clear]),
        share([one.grade == "strong" for one in found]),
        *(
            share([code in one.failed for one in found])
            for code in ("gain", "stable", "delay_set", "future", "placebo", "permuted")
        ),
    ]
    return f"{family:22s}" + "  ".join(f"{cell:>20s}" for cell in cells)


def strong_parts(everyone: Sequence[Said]) -> dict[str, Part]:
    """One draw's share in the figures about grades of what is named."""
    named = [one for one in everyone if one.verdict in SELECTED]
    strong = [one for one in named if one.grade == "strong"]
    false, true = (lambda one: one.role in FALSE_ROLES), (lambda one: one.role == "lead")
    return {
        "false among strong": Part(total=sum(map(false, strong)), count=len(strong)),
        "false named: strong": Part(total=sum(map(false, strong)), count=sum(map(false, named))),
        "true named: strong": Part(total=sum(map(true, strong)), count=sum(map(true, named))),
    }


def strong_line(label: str, draws: Sequence[Sequence[Said]]) -> str:
    """One line of the table about what is named; errors take the draws as independent."""
    parts = [strong_parts(everyone) for everyone in draws]
    found = [estimate([each[name] for each in parts], Metric(name=name, title=name)) for name in strong_parts(())]
    cells = [f"{one.value:.3f} ({one.error:.3f}, {one.count:.0f})" if one.count else "-" for one in found]
    return f"{label:22s}" + "  ".join(f"{cell:>22s}" for cell in cells)


def strong_table(told: Mapping[str, Sequence[Sequence[Said]]]) -> Iterator[str]:
    """What is named, by family and over all of them."""
    yield f"\n{'share (se, of)':22s}" + "  ".join(f"{name:>22s}" for name in strong_parts(()))
    yield from (strong_line(family, draws) for family, draws in told.items())
    yield strong_line("all", [everyone for draws in told.values() for everyone in draws])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--only", choices=("null", "leads", "broken"))
    parser.add_argument("--families", "--family", help="names with commas between, of families.py; instead of the groups")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    groups = {"null": NULL, "leads": LEADS, "broken": BREAKS}
    families = [name for group, names in groups.items() if given.only in (None, group) for name in names]
    families = given.families.split(",") if given.families else families
    unknown = [name for name in families if name not in (*FAMILIES, *BREAKS)]
    if unknown:
        parser.error(f"unknown families: {', '.join(unknown)}; `accuracy.py --list` names them")
    heads = ("unrelated strong", "unrelated graded", "t > 5: strong", "t > 5: lead", "found: strong",
             *(f"not passed: {code}" for code in CHECKS))  # fmt: skip
    print(f"{'share (se, of)':22s}" + "  ".join(f"{head:>20s}" for head in heads))
    told: dict[str, list[list[Said]]] = {}
    for family in families:
        draws = range(given.first, given.first + given.draws)
        with parallel_config(backend="loky", n_jobs=given.jobs, inner_max_num_threads=1):
            told[family] = Parallel()(delayed(said)(family, draw) for draw in draws)
        print(line(family, [one for each in told[family] for one in each]), flush=True)
    print("\n".join(strong_table(told)))


if __name__ == "__main__":
    main()

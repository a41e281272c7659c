"""How right `rank_leads` is on simulated cases with known truth, against its targets and its ceiling.

    python benchmarks/accuracy.py --draws 50                            # every family, base cells
    python benchmarks/accuracy.py --families point,null_ar --cells all --draws 20
    python benchmarks/accuracy.py --families point --draws 300 --ceiling --json point.json
    python benchmarks/accuracy.py --families point --draws 100 --against ../before   # another checkout on the same draws

One row a family and cell. Figures have their Monte-Carlo standard error over draws; "!" = the 95 % interval excludes the
target, "?" = only the point does. What each figure is: scoring.py; what each family is: families.py.
The alternatives on the same draws: rivals.py.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import against
from cases import Case, Cell
from ceiling import found_by_oracle
from families import FAMILIES, NONLINEAR, case_of, cells_of
from joblib import Parallel, delayed
from ranked import Answer, Question, rows_of
from scoring import METRICS, Estimate, Metric, Part, Said, Target, collected, estimate, is_missed, score
from threadpoolctl import threadpool_limits

from leadlag.errors import LeadLagError

FDR = 0.10
_NO_LEAD = (
    "any_false", "p<0.1", "p<0.05", "p<0.01", "p<0.005", "p<0.0005", "follower_called_reverse", "untestable", "refused",
    "seconds",
)  # fmt: skip
_FINDING = ("false_share", "found", "ceiling", "beyond", "average_precision", "first_true", "untestable", "refused", "seconds")
_AMONG = (
    "delay_exact", "delay_within_one", "set_covers", "set_size", "closed_short", "sign_right", "effect_ratio", "effect_covers",
    "direct_called_direct", "upstream_called_direct", "follower_called_reverse",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is run on every draw."""

    ceiling: bool = False
    engine: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Row:
    """Figures of one family, cell and method."""

    family: str
    cell: Cell
    method: str
    draws: int
    figures: Mapping[str, Estimate]
    targets: Mapping[str, Target]


def question_of(case: Case, *, draw: int, options: Mapping[str, Any]) -> Question:
    """The case as it is asked."""
    asked = {"evidence": False, **({"nonlinear": True} if case.nonlinear else {}), **options}
    return Question(
        data=case.data, kpi=case.kpi, leads=tuple(item.name for item in case.truth), max_lag=case.max_lag, fdr=FDR, seed=draw,
        controls=case.controls, holidays=case.holidays, options=tuple(asked.items()),
    )  # fmt: skip


def ranked(case: Case, *, draw: int, options: Mapping[str, Any]) -> list[Said]:
    """What `rank_leads` says of every candidate; options that this version does not have are left out."""
    return list(map(said_of, rows_of(question_of(case, draw=draw, options=options))))


def said_of(row: Mapping[str, Any]) -> Said:
    """One row of the ranking."""
    scale = float(row["lead_sd"]) or math.nan
    numbers = {name: float(row[name]) / scale for name in ("effect", "effect_low", "effect_high")}
    return Said(
        name=row["lead"], verdict=row["verdict"], rank=float(row["rank"]), delay=float(row["delay"]), delays=row["delays"],
        pvalue=float(row["pvalue"]), is_open=row["open"], **numbers,
    )  # fmt: skip


def one_draw(family: str, cell: Cell, draw: int, plan: Plan) -> dict[str, dict[str, Part]]:
    """Parts of every figure, by method."""
    with threadpool_limits(1):
        case = case_of(family, cell, draw)
        scored: dict[str, dict[str, Part]] = {}
        if plan.engine:
            scored["rank_leads"] = _timed(case, lambda: ranked(case, draw=draw, options=plan.options))
        if plan.ceiling and case.mechanism is not None:
            found = set(found_by_oracle(case, fdr=FDR)) & set(case.named("lead"))
            parts = scored.setdefault("rank_leads", {})
            parts["ceiling"] = Part(total=len(found), count=len(case.named("lead")))
            if "found" in parts:  # paired: both on the same draws
                parts["beyond"] = replace(parts["found"], total=parts["found"].total - 0.95 * len(found))
    return scored


def _timed(case: Case, answer: Callable[[], list[Said]]) -> dict[str, Part]:
    """Score of one method; a case that it refuses as a whole has nothing selected."""
    began, refused = time.perf_counter(), False
    try:
        answers = answer()
    except LeadLagError:
        refused, answers = True, [Said(name=item.name, verdict="untestable") for item in case.truth]
    spent = time.perf_counter() - began
    return score(case.truth, answers, max_lag=case.max_lag) | {
        "seconds": Part(total=spent, count=1),
        "refused": Part(total=float(refused), count=1),
    }


def figures_of(family: str, cell: Cell, draws: Sequence[Mapping[str, Mapping[str, Part]]]) -> list[Row]:
    """One row a method."""
    methods = list(dict.fromkeys(method for draw in draws for method in draw))
    rows = []
    for method in methods:
        own = [draw[method] for draw in draws if method in draw]
        figures = {metric.name: estimate(collected(own, metric.name), metric) for metric in METRICS}
        figures = {name: value for name, value in figures.items() if value.count}
        targets = targets_of(family, figures) if method == "rank_leads" else {}
        rows.append(Row(family=family, cell=cell, method=method, draws=len(own), figures=figures, targets=targets))
    return rows


def targets_of(family: str, figures: Mapping[str, Estimate]) -> dict[str, Target]:
    """The targets that hold for a family, given its other figures."""
    kind = FAMILIES[family]
    targets = {metric.name: metric.target for metric in METRICS if metric.target is not None}
    if kind.has_leads:
        targets = {name: target for name, target in targets.items() if name != "any_false" and not name.startswith("p<")}
    else:
        targets.pop("false_share")
    if not kind.honest:
        targets = {name: target for name, target in targets.items() if not name.startswith("p<")}
    if not kind.point:
        targets.pop("delay_exact", None)
    if not ("delay_exact" in figures and figures["delay_exact"].value >= 0.95):
        targets.pop("set_size", None)
    if family in NONLINEAR:
        targets["found"] = Target(low=0.80)
        targets.pop("beyond")
    return {name: target for name, target in targets.items() if name in figures}


def shown(row: Row, name: str) -> str:
    """One figure with its error and its mark."""
    if name not in row.figures:
        return ""
    figure = row.figures[name]
    if name == "seconds":
        return f"{figure.value:.2f}"
    mark = {True: "!", None: "?", False: ""}[is_missed(figure, row.targets.get(name))]
    error = "" if math.isnan(figure.error) else f"±{figure.error:.2f}".replace("0.", ".", 1)
    return f"{figure.value:.2f}{error}{mark}"


def table(title: str, rows: Sequence[Row], names: Sequence[str], *, by_method: bool = False) -> Iterator[str]:
    """Lines of one table, the targets under the titles."""
    metrics: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}
    label = max((len(_label(row, by_method=by_method)) for row in rows), default=0) + 1
    yield f"\n{title}"
    yield " " * label + "draws " + "".join(f"{metrics[name].title:>14}" for name in names)
    if not by_method:
        yield f"{'target':<{label}}      " + "".join(f"{_target(rows, name):>14}" for name in names)
    for row in rows:
        yield f"{_label(row, by_method=by_method):<{label}}{row.draws:>5} " + "".join(f"{shown(row, name):>14}" for name in names)


def _target(rows: Sequence[Row], name: str) -> str:
    """The target of a column, in brackets where it does not hold for every row."""
    known = [str(row.targets[name]) if name in row.targets else "" for row in rows if name in row.figures]
    return f"({max(known)})" if len(set(known)) > 1 else "".join(set(known))


def _label(row: Row, *, by_method: bool) -> str:
    cell = "" if row.cell.name == "base" else f" {row.cell.name}"
    return f"{row.family}{cell}" + (f" {row.method}" if by_method else "")


def report(rows: Sequence[Row]) -> Iterator[str]:
    """All tables."""
    own = [row for row in rows if row.method == "rank_leads"]
    without = [row for row in own if not FAMILIES[row.family].has_leads]
    with_leads = [row for row in own if FAMILIES[row.family].has_leads]
    if without:
        yield from table(f"families without leads, FDR {FDR:.2f}", without, _NO_LEAD)
    if with_leads:
        yield from table(f"families with leads, FDR {FDR:.2f}", with_leads, _FINDING)
        yield from table("among the found", with_leads, _AMONG)
    missed = [f"{_label(row, by_method=False)}: {name}" for row in own for name in _missed(row)]
    yield "\ntargets missed beyond the Monte-Carlo error: " + ("; ".join(missed) or "none")


def as_json(rows: Sequence[Row]) -> str:
    """The same figures for a machine."""
    return json.dumps([_entry(row) for row in rows], indent=1)


def _entry(row: Row) -> dict[str, Any]:
    figures = {
        name: {key: number if math.isfinite(number) else None for key, number in asdict(value).items()}
        for name, value in row.figures.items()
    }
    return {
        "family": row.family,
        "cell": asdict(row.cell),
        "method": row.method,
        "draws": row.draws,
        "figures": figures,
        "targets": {name: str(target) for name, target in row.targets.items()},
        "missed": list(_missed(row)),
    }


def _missed(row: Row) -> Iterator[str]:
    """Names of the figures that miss their target beyond their error."""
    return (name for name, target in row.targets.items() if is_missed(row.figures[name], target))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", "--family", default="all", help="names with commas between, or all, null, leads")
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--cells", choices=("base", "all"), default="base")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--ceiling", action="store_true", help="also the search-aware ceiling")
    parser.add_argument("--no-engine", action="store_true", help="not rank_leads: only what else is asked for")
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="for rank_leads, where it has it")
    parser.add_argument("--against", type=Path, metavar="PATH", help="only the differences to leadlag in another checkout")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--list", action="store_true", help="print families and cells")
    return parser.parse_args(arguments)


def _chosen(families: str) -> list[str]:
    groups = {
        "all": list(FAMILIES),
        "null": [name for name, family in FAMILIES.items() if not family.has_leads],
        "leads": [name for name, family in FAMILIES.items() if family.has_leads],
    }
    names = groups.get(families, families.split(","))
    unknown = [name for name in names if name not in FAMILIES]
    if unknown:
        sys.exit(f"unknown families: {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    return names


def _value(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def _compare(asked: argparse.Namespace, names: Sequence[str], plan: Plan) -> None:
    """The differences to another checkout; the file gets the figures of both, that one's as "before"."""
    rows: list[Row] = []
    print("\n".join(against.heading()))
    with against.Pair(Path(__file__).resolve().parents[1], asked.against.resolve()) as pair:
        for name in names:
            for cell in cells_of(name, asked.cells):
                drawn = [(number, case_of(name, cell, number)) for number in range(asked.first, asked.first + asked.draws)]
                both = [_both(pair, case, number, plan) for number, case in drawn]
                print(against.line(name if cell.name == "base" else f"{name} {cell.name}", both), flush=True)
                rows += figures_of(name, cell, [{"rank_leads": now, "before": before} for now, before in both])
                if asked.json:
                    asked.json.write_text(as_json(rows), encoding="utf-8")


def _both(pair: against.Pair, case: Case, draw: int, plan: Plan) -> against.Both:
    """The figures of one draw, here and there."""
    now, before = pair.ask(question_of(case, draw=draw, options=plan.options))
    return parts_of(case, now), parts_of(case, before)


def parts_of(case: Case, answer: Answer) -> dict[str, Part]:
    """One draw's share in every figure, of an answer from another process."""
    untestable = [Said(name=item.name, verdict="untestable") for item in case.truth]
    said = untestable if answer.rows is None else list(map(said_of, answer.rows))
    refused = Part(total=float(answer.rows is None), count=1)
    return score(case.truth, said, max_lag=case.max_lag) | {"seconds": Part(total=answer.seconds, count=1), "refused": refused}


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _arguments(arguments)
    names = _chosen(asked.families)
    if asked.list:
        print("\n".join(f"{name:<26}{', '.join(cell.name for cell in cells_of(name, 'all'))}" for name in names))
        return
    plan = Plan(ceiling=asked.ceiling, engine=not asked.no_engine, options=dict(map(_value, asked.option)))
    if asked.against is not None:
        _compare(asked, names, plan)
        return
    rows: list[Row] = []
    with Parallel(n_jobs=asked.jobs) as pool:
        for name in names:
            for cell in cells_of(name, asked.cells):
                began = time.perf_counter()
                numbers = range(asked.first, asked.first + asked.draws)
                rows += figures_of(name, cell, pool(delayed(one_draw)(name, cell, number, plan) for number in numbers))
                print(f"{name} {cell.name}: {asked.draws} draws, {time.perf_counter() - began:.0f} s", file=sys.stderr)
                if asked.json:
                    asked.json.write_text(as_json(rows), encoding="utf-8")
    print("\n".join(report(rows)))


if __name__ == "__main__":
    main()

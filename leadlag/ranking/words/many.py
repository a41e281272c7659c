"""Many rankings in words: one line each, and what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leadlag.ranking.words.sentences import headline, in_order
from leadlag.wording.delays import or_more
from leadlag.wording.layout import CAVEAT, lines_of, page
from leadlag.wording.searched import searched_lines
from leadlag.wording.shown import WIDTH, Prose, cut, lag_number, percent, periods, shown, wrap
from leadlag.wording.table import fitted, remainder, table

if TYPE_CHECKING:
    from leadlag.decision import Delay
    from leadlag.ranking.many import Failure, KpiRanking
    from leadlag.ranking.result import LeadRanking
    from leadlag.results import Provenance

__all__ = ["explain_many", "summary_of_many"]

_NAME = 22
_GAP = "  "
_MOST_ROWS, _MOST_FAILURES, _MOST_TOLD = 40, 10, 20


def summary_of_many(rankings: Sequence[KpiRanking], failures: Sequence[Failure], provenance: Provenance) -> Prose:
    """Rankings as text of at most 80 columns: what was done, the leads of each, and what failed."""
    blocks = [wrap(_count(rankings, failures)), _table(rankings), list(_failed(failures)), searched_lines(provenance)]
    blocks.append(_wrapped(_shared(rankings)))
    return page(*blocks, [CAVEAT])


def explain_many(rankings: Sequence[KpiRanking], failures: Sequence[Failure]) -> Prose:
    """The answer of each ranking in a sentence, then what failed."""
    told = [_count(rankings, failures)]
    told += [f"{_where(item)}: {headline(item.ranking)}" for item in rankings[:_MOST_TOLD]]
    if len(rankings) > _MOST_TOLD:
        told.append(f"And {len(rankings) - _MOST_TOLD:,} more: to_frame() has them all.")
    told += _failures(failures)
    return lines_of([*told, *_shared(rankings), CAVEAT])


def _count(rankings: Sequence[KpiRanking], failures: Sequence[Failure]) -> str:
    """How many KPIs, segments and rankings, and how many of these name a lead."""
    every: list[KpiRanking | Failure] = [*rankings, *failures]
    jobs = [(item.kpi, item.segment) for item in every]
    segments = {segment for _, segment in jobs if segment}
    where = f" in {periods(len(segments), 'segment')}" if segments else ""
    with_leads = sum(any(each.verdict == "lead" for each in item.ranking.decisions) for item in rankings)
    failed = f" {len(failures):,} of {periods(len(jobs), 'ranking')} failed." if failures else ""
    done = f"{periods(len(rankings), 'ranking')} of {periods(len({kpi for kpi, _ in jobs}), 'KPI')}{where}"
    rows = in_order(rankings[0].ranking.provenance) if rankings else ""
    return f"{rows}{done}; {with_leads:,} with at least one lead.{failed}"


def _table(rankings: Sequence[KpiRanking]) -> list[str]:
    """One line a ranking: its leads, each with its delay, as many as fit."""
    if not rankings:
        return []
    with_segment = any(item.segment for item in rankings)
    heads = ("KPI", *(("Segment",) if with_segment else ()), "Tested", "Leads (delay)")
    rows: list[tuple[str, ...]] = []
    for item in rankings[:_MOST_ROWS]:
        named = (shown(item.kpi), *((shown(item.segment),) if with_segment else ()))
        rows.append((*(cut(name, _NAME) for name in named), f"{item.ranking.family.n_tested:,}", _leads(item.ranking)))
    *names, leads = fitted(heads, rows, ["left"] * len(heads))
    room = WIDTH - sum(column.width + len(_GAP) for column in names)
    return [*table([*names, leads.narrow(room)], rows, gap=_GAP, rule=True), *remainder(len(rankings) - _MOST_ROWS)]


def _leads(ranking: LeadRanking) -> str:
    found = [item.evidence for item in ranking.decisions if item.verdict == "lead"]
    return ", ".join(f"{shown(item.lead)} ({_peak(item.delay)})" for item in found) or "none"


def _peak(ahead: Delay | None) -> str:
    return "-" if ahead is None else f"{lag_number(ahead.peak)}{'+' if or_more(ahead) else ''}"


def _failed(failures: Sequence[Failure]) -> Iterator[str]:
    for text in _failures(failures):
        yield from wrap(text, indent="  ")


def _failures(failures: Sequence[Failure]) -> list[str]:
    """Each failure with its code, the rest counted."""
    told = [f"Failed: {_where(item)}: {shown(item.message)} [{item.code}]" for item in failures[:_MOST_FAILURES]]
    more = len(failures) - _MOST_FAILURES
    return [*told, f"And {more:,} more in failures."] if more > 0 else told


def _where(item: KpiRanking | Failure) -> str:
    return f"{shown(item.kpi)} in {shown(item.segment)}" if item.segment else shown(item.kpi)


def _wrapped(texts: Sequence[str]) -> list[str]:
    return [line for text in texts for line in wrap(text)]


def _shared(rankings: Sequence[KpiRanking]) -> list[str]:
    """What the false discovery rate is held for."""
    if len(rankings) < 2:
        return []
    rate = percent(rankings[0].ranking.context.policy.fdr)
    return [f"The false discovery rate of {rate} holds within each ranking, not over all of them."]

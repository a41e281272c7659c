"""What stands behind the table of a ranking, each fact with its label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from leadlag.ranking.words import grades, sentences
from leadlag.ranking.words.same_period import same_period_facts
from leadlag.wording.notes import by_kind
from leadlag.wording.shown import cut, joined, percent, shown

if TYPE_CHECKING:
    from leadlag.decision import Decision
    from leadlag.ranking.result import LeadRanking

__all__ = ["fact_list", "published_late"]

_MOST_FACTS = 10
#: What the intervals given selection hold where the truth is known; the figures are in `docs/decisions.md`.
HELD = "held in 81 to 97 % of simulated leads, by the kind of effect"


def fact_list(ranking: LeadRanking, *, not_computed: Sequence[str] = (), most: int = 200) -> list[tuple[str, str]]:
    """What stands behind the table, each fact with its label; names cut to `most` columns."""
    context = ranking.context
    kpi, policy = cut(shown(context.kpi), most), context.policy
    bounds = f"with its {percent(policy.effect_level)} interval given that it was found, which {HELD}"
    facts = [
        ("Delay", f"in {context.unit}s, with the ends of the {percent(policy.delay_level)} set"),
        *_unidentified_delays(ranking.decisions, most),
        *_open_delays(ranking.decisions, most),
        ("Effect", f"of leads and indirect ones: {_effect_words(ranking, kpi)}, {bounds}"),
        *_pvalue_fact(ranking.decisions),
        *same_period_facts(ranking.decisions, context, most),
        *_left_fact(ranking),
        *_explained_fact(ranking.decisions, most),
        *_doubt_facts(ranking.decisions, most),
        *_follower_fact(ranking, most),
        *_response_facts(ranking.decisions, most),
        *_group_facts(ranking.decisions, most),
        *_grade_facts(ranking.decisions),
        *(("Closest", told) for told in sentences.nothing_found(ranking)),
        ("Searched", sentences.family(ranking.family, context)),
        *_cut_facts("Known", sentences.asked(ranking, most)),
        *([] if ranking.decoys is None else [("Decoys", sentences.decoys(ranking.decoys))]),
        ("KPI", f"{kpi}: {context.treatment or 'as given'}"),
        *_controls_fact(ranking, most),
        ("Sample", f"{sentences.sample(context)}; {_rows_used(ranking.decisions)}"),
    ]
    out = [f"{cut(shown(name), most)} ({shown(why)})" for name, why in ranking.left_out]
    if out:
        told = [*out[:_MOST_FACTS], f"{len(out) - _MOST_FACTS} more"] if len(out) > _MOST_FACTS else out
        facts.append(("Left out", ", ".join(told)))
    lost = ((item.evidence.lead, item.reason) for item in ranking.decisions if item.verdict == "untestable")
    facts += _cut_facts("Untestable", [f"{cut(shown(name), most)}: {sentences.reason(why)}" for name, why in lost if why])
    facts += _cut_facts("Note", by_kind(ranking.provenance.warnings))
    if not_computed:
        facts.append(("Columns", f"not computed, with evidence=True they are: {', '.join(not_computed)}"))
    return facts


def _cut_facts(label: str, texts: list[str]) -> list[tuple[str, str]]:
    """One fact a text, the rest counted."""
    told = [(label, text) for text in texts[:_MOST_FACTS]]
    return [*told, (label, f"and {len(texts) - _MOST_FACTS} more")] if len(texts) > _MOST_FACTS else told


def _controls_fact(ranking: LeadRanking, most: int) -> list[tuple[str, str]]:
    names = [cut(name, most) for name in sentences.controls(ranking.provenance)]
    return [("Controls", f"{joined(names)}, in every model")] if names else []


def _open_delays(decisions: Sequence[Decision], most: int) -> list[tuple[str, str]]:
    """Leads that may act later than the last lag that was searched."""
    found = [(item.evidence.lead, item.evidence.delay) for item in decisions if item.evidence.delay is not None]
    later = [(cut(shown(name), most), delay.longer) for name, delay in found if delay.is_open]
    if not later:
        return []
    longest = max(longer for _, longer in later)
    return [
        ("Delay", f"+: may act later than was searched, ask again with max_lag={longest}: {joined([name for name, _ in later])}")
    ]


def _unidentified_delays(decisions: Sequence[Decision], most: int) -> list[tuple[str, str]]:
    """Leads of which the set does not say when they act."""
    wide = [item for item in decisions if item.evidence.delay is not None and not item.evidence.delay.identified]
    told = f"not identified, do not plan with it: {joined([cut(shown(item.evidence.lead), most) for item in wide])}"
    return [("Delay", told)] if wide else []


def _left_fact(ranking: LeadRanking) -> list[tuple[str, str]]:
    told = f"{ranking.context.unit}s left to act when the value is published: delay less available_after"
    return [("Left", told)] if published_late(ranking.decisions) else []


def _explained_fact(decisions: Sequence[Decision], most: int) -> list[tuple[str, str]]:
    """Which lead stands behind each indirect one."""
    behind: dict[str, list[str]] = {}
    for item in decisions:
        if item.verdict == "indirect" and item.evidence.explained_by:
            behind.setdefault(cut(shown(item.evidence.explained_by), most), []).append(cut(shown(item.evidence.lead), most))
    told = [
        f"{joined(names)}: nothing to add once {by} is known; perhaps a common driver and no more" for by, names in behind.items()
    ]
    return _cut_facts("Indirect", told)


def _pvalue_fact(decisions: Sequence[Decision]) -> list[tuple[str, str]]:
    """What p and q are, where the chosen leads have another p than the rest."""
    if all(math.isnan(item.evidence.conditional_pvalue) for item in decisions):
        return []
    return [("p, q", "of a lead given the other leads, q adjusted among the leads; of the others alone, q adjusted over all")]


def _doubt_facts(decisions: Sequence[Decision], most: int) -> list[tuple[str, str]]:
    """Candidates that are no leads for another reason than a large p."""
    doubted: dict[str, list[str]] = {}
    for item in decisions:
        if item.reason is not None and sentences.brief_reason(item):
            doubted.setdefault(sentences.reason(item.reason), []).append(cut(shown(item.evidence.lead), most))
    return _cut_facts("No lead", [f"{joined(names)}: {why}" for why, names in doubted.items()])


def _follower_fact(ranking: LeadRanking, most: int) -> list[tuple[str, str]]:
    """By how long each candidate comes after the KPI instead."""
    late: dict[str, list[str]] = {}
    for item in sorted(ranking.decisions, key=lambda item: item.evidence.follows_by):
        if by := sentences.follows_by(item, ranking.context):
            late.setdefault(by, []).append(cut(shown(item.evidence.lead), most))
    told = ", ".join(f"{joined(names)} by {by}" for by, names in late.items())
    return [("Reverse", f"after {cut(shown(ranking.context.kpi), most)} come: {told}")] if told else []


def _response_facts(decisions: Sequence[Decision], most: int) -> list[tuple[str, str]]:
    """What acts of the leads whose effect is not linear."""
    acting: dict[str, list[str]] = {}
    for item in decisions:
        if item.verdict in ("lead", "indirect") and item.evidence.response in sentences.ACTING:
            acting.setdefault(item.evidence.response, []).append(cut(shown(item.evidence.lead), most))
    return _cut_facts("Nonlinear", [f"{joined(names)}: {sentences.ACTING[response]}" for response, names in acting.items()])


def _group_facts(decisions: Sequence[Decision], most: int) -> list[tuple[str, str]]:
    """Candidates that say the same."""
    groups: dict[int, list[str]] = {}
    for item in decisions:
        if item.evidence.group is not None:
            groups.setdefault(item.evidence.group, []).append(cut(shown(item.evidence.lead), most))
    return _cut_facts("Duplicates", [f"{joined(names)} (group {number})" for number, names in groups.items()])


def _grade_facts(decisions: Sequence[Decision]) -> list[tuple[str, str]]:
    """What the grades that are given mean."""
    given = dict.fromkeys(item.grade for item in decisions if item.grade)
    return [("Grade", f"{grade} ({grades.PLUSES[grade]}): {grades.GRADE[grade]}") for grade in grades.GRADE if grade in given]


def _effect_words(ranking: LeadRanking, kpi: str) -> str:
    """What one number in the effect column means."""
    unit = sentences.effect_head((item.effect for item in ranking.decisions), ranking.context)
    told = " in percent" if unit == "%" else f" in {unit}" if unit else ""
    return f"change of {kpi}{told} after a lasting rise of the lead by lead_sd"


def _rows_used(decisions: Sequence[Decision]) -> str:
    """How many rows the tests used, over the candidates that were tested."""
    tested = [item.evidence for item in decisions if item.verdict != "untestable"]
    if not tested:
        return "no candidate could be tested"
    used, lost = [item.nobs for item in tested], [item.n_dropped for item in tested]
    return f"nobs {_span(used)}, n_dropped {_span(lost)}"


def _span(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def published_late(decisions: Sequence[Decision]) -> bool:
    """Whether the value of any candidate is known later, or sooner, than at the end of its own period."""
    return any(item.evidence.available_after != 0 for item in decisions)

"""A ranking as a plain dict of texts, ready for any renderer. Nothing is computed here, and words choose the digits."""

from __future__ import annotations

from typing import Any

from leadlag.decision import Decision
from leadlag.forecast.result import Forecast
from leadlag.forecast.words import CAVEAT as OF_FORECASTS
from leadlag.forecast.words import row_cells
from leadlag.ranking.result import Context, LeadRanking, RankedLead
from leadlag.ranking.words.checks import STATUS, check, label, question_of
from leadlag.ranking.words.facts import fact_list, published_late
from leadlag.ranking.words.prose import lead_paragraphs
from leadlag.ranking.words.sentences import LIMITS, VERDICT, brief_reason, effect_head, follows_by, headline, length, reason
from leadlag.ranking.words.tables import delay_cell, direction_cell, effect_cell, left_cell, sd_cell, t_cell
from leadlag.wording.layout import CAVEAT
from leadlag.wording.searched import counted
from leadlag.wording.shown import cut, interval, lag_number, percent, periods, pvalue, shown

__all__ = ["forecast_content", "lead_content", "ranking_content", "snippet_content"]

#: Leads shown in detail, and rows of the table: what keeps the page under its size of 1.5 MB.
_MOST_CARDS = 20
_MOST_ROWS = 1000
_MOST_HEATMAP = 30
_NAME = 200
_GRADE_MARK = {"strong": "●●●", "moderate": "●●○", "weak": "●○○"}
_CHECK_MARK = {"pass": "✓", "review": "?", "fail": "✗", "not applicable": "–"}
_MARK = {"lead": "●", "indirect": "◆", "reverse": "◀", "coincident": "■", "none": "○", "untestable": "×"}


def ranking_content(ranking: LeadRanking) -> dict[str, Any]:
    """All texts of the report, in the order of reading."""
    context = ranking.context
    told = [item for item in ranking.decisions if item.verdict == "lead"][:_MOST_CARDS]
    return {
        "kpi": _name(context.kpi),
        "unit": context.unit,
        "effect_unit": _effect_unit(ranking),
        "with_left": published_late(ranking.decisions),
        "answer": headline(ranking),
        "caveat": CAVEAT,
        "limits": list(LIMITS),
        "glance": _glance(ranking),
        "rows": [_row(item, context, has_card=item in told) for item in ranking.decisions[:_MOST_ROWS]],
        "n_more_rows": max(len(ranking.decisions) - _MOST_ROWS, 0),
        "verdicts": [
            (word, _MARK[word], VERDICT[word]) for word in VERDICT if any(item.verdict == word for item in ranking.decisions)
        ],
        "cards": [lead_content(item, ranking) for item in told],
        "n_more_cards": max(len(ranking.leads) - _MOST_CARDS, 0),
        "levels": {"delay": percent(context.policy.delay_level), "effect": percent(context.policy.effect_level)},
        "heatmap": _heatmap(ranking),
        "forecast": None,
        "facts": fact_list(ranking, not_computed=ranking.not_computed, most=_NAME),
        "versions": [f"{package} {number}" for package, number in ranking.provenance.versions],
        "call": _call(ranking),
    }


def forecast_content(forecast: Forecast) -> dict[str, Any]:
    """All texts of a forecast: one row a horizon, each with its interval and what it rests on."""
    return {
        "origin": shown(forecast.origin),
        "levels": [percent(level) for level in forecast.level],
        "rows": [
            {
                "period": shown(row.period), "ahead": periods(row.horizon, forecast.unit), "cells": row_cells(row),
                "by": ", ".join(_name(name) for name in row.leads) or "own history", "reason": row.reason,
            }
            for part in forecast.segments
            for row in part.rows
        ],
        "caveat": OF_FORECASTS,
    }  # fmt: skip


def _name(name: str) -> str:
    return cut(shown(name), _NAME)


def _glance(ranking: LeadRanking) -> list[tuple[str, str]]:
    """The few numbers that say how much was looked at."""
    context, tests = ranking.context, ranking.family
    return [
        ("Sample", f"{shown(context.first)} to {shown(context.last)}"),
        ("Length", length(context)),
        ("Tested", f"{tests.n_tested:,} of {periods(tests.n_candidates, 'candidate')}"),
        ("Searched", counted(tests.search)),
        ("False discovery rate", percent(context.policy.fdr)),
    ]


def _effect_unit(ranking: LeadRanking) -> str:
    return cut(effect_head((item.effect for item in ranking.decisions), ranking.context), 40)


def _row(item: Decision, context: Context, *, has_card: bool) -> dict[str, Any]:
    """One row of the ranked table."""
    evidence = item.evidence
    return {
        "rank": item.rank,
        "lead": _name(evidence.lead),
        **_verdict(item),
        "card": f"lead-{item.rank}" if has_card else "",
        "by": _beside_verdict(item, context),
        "delay": delay_cell(evidence.delay),
        "left": left_cell(item),
        "direction": direction_cell(item.effect),
        "effect": effect_cell(item.effect),
        "lead_sd": sd_cell(item.effect, evidence.lead, context),
        "p": pvalue(evidence.deciding_pvalue),
        "q": pvalue(evidence.qvalue),
        "nobs": f"{evidence.nobs:,}" if item.verdict != "untestable" else "-",
        "why": cut(reason(item.reason), _NAME) if item.reason and item.verdict == "untestable" else "",
    }


def _beside_verdict(item: Decision, context: Context) -> str:
    """What explains an indirect one, by how long one follows, or why a candidate that passes something is no lead."""
    if by := follows_by(item, context):
        return f"follows by {by}"
    if item.verdict == "indirect" and item.evidence.explained_by:
        return f"explained by {_name(item.evidence.explained_by)}"
    return brief_reason(item)


def _verdict(item: Decision) -> dict[str, str]:
    """Verdict and grade, each with its mark."""
    graded = {"grade": item.grade, "grade_mark": _GRADE_MARK[item.grade]} if item.grade else {"grade": "", "grade_mark": ""}
    return {"verdict": item.verdict, "mark": _MARK[item.verdict], **graded}


def lead_content(item: Decision, result: LeadRanking | RankedLead) -> dict[str, Any]:
    """One lead in detail: its sentences and its lag profile."""
    (_, answer), *rest = lead_paragraphs(item, result.context, result.provenance)
    in_table = {label(each.code) for each in item.checks}
    return {
        "id": f"lead-{item.rank}",
        "rank": item.rank,
        "lead": _name(item.evidence.lead),
        **_verdict(item),
        "answer": answer,
        "checks": _checks(item, result.context),
        "paragraphs": [told for told in rest if told[0] not in in_table],
        "profile": _profile(item),
    }


def _checks(item: Decision, context: Context) -> list[dict[str, str]]:
    """Each check with its mark, its question and its answer; what the data passed in one row."""
    sound = [each for each in item.checks if each.code.startswith("data_") and each.status == "pass"]
    rows = [
        _check_row(question_of(each.code), each.status, check(each, item, context)) for each in item.checks if each not in sound
    ]
    told = " ".join(check(each, item, context) for each in sound)
    return [_check_row("Data, before the fit", "pass", told), *rows] if sound else rows


def _check_row(question: str, status: str, said: str) -> dict[str, str]:
    return {"mark": _CHECK_MARK[status], "status": STATUS[status], "asked": question, "said": said}


def _profile(item: Decision) -> list[dict[str, str]]:
    """Rows of the data table behind the chart of a lead."""
    found, delay = item.evidence.profile, item.evidence.delay
    if found is None:
        return []
    rows = []
    for lag, *effect, t in zip(found.lags, found.effect, found.low, found.high, found.tvalue, strict=True):
        value, low, high = interval(*effect)
        in_set = "yes" if delay is not None and lag in delay.lags else "no"
        rows.append({"lag": lag_number(lag), "effect": value, "low": low, "high": high, "t": t_cell(t), "in_set": in_set})
    return rows


def _heatmap(ranking: LeadRanking) -> dict[str, Any]:
    """The data table behind the heat map: t by lead and lag."""
    profiled = [item for item in ranking.decisions if item.evidence.profile is not None][:_MOST_HEATMAP]
    lags = sorted({lag for item in profiled if item.evidence.profile for lag in item.evidence.profile.lags})
    rows = []
    for item in profiled:
        found = item.evidence.profile
        by_lag = dict(zip(found.lags, found.tvalue, strict=True)) if found else {}
        values = [t_cell(by_lag[lag], digits=1) if lag in by_lag else "-" for lag in lags]
        rows.append({"lead": _name(item.evidence.lead), "values": values})
    return {"lags": [lag_number(lag) for lag in lags], "rows": rows}


def _call(ranking: LeadRanking) -> str:
    """The call that repeats the ranking."""
    settings = [(name, value) for name, value in ranking.provenance.settings if value not in (None, (), "a Generator")]
    arguments = [_argument(name, value) for name, value in settings]
    return "\n".join(["import leadlag as ll", "", "ranking = ll.rank_leads(", "    data,", *arguments, ")"])


def _argument(name: str, value: object, most: int = 100) -> str:
    """One argument on a line; a long list of names over several."""
    line = f"    {name}={shown(repr(list(value) if isinstance(value, tuple) else value))},"
    if len(line) <= most or not isinstance(value, tuple):
        return line
    return "\n".join([f"    {name}=[", *(f"        {shown(repr(item))}," for item in value), "    ],"])


def snippet_content(result: LeadRanking | RankedLead, *, most: int = 50) -> dict[str, Any]:
    """What a notebook shows of a ranking or of one of its leads."""
    if isinstance(result, RankedLead):
        return {"lead": lead_content(result.decision, result)}
    hidden = len(result.decisions) - most
    rows = [_row(item, result.context, has_card=False) for item in result.decisions[:most]]
    for row in rows:
        row |= {"lead": cut(row["lead"], 48), "why": cut(row["why"], 120), "by": cut(row["by"], 60)}
    return {
        "answer": headline(result, most=48),
        "unit": result.context.unit,
        "effect_unit": _effect_unit(result),
        "with_left": published_late(result.decisions),
        "rows": rows,
        "n_more_rows": max(hidden, 0),
        "facts": [(label, cut(text, 240)) for label, text in fact_list(result, not_computed=result.not_computed, most=48)],
        "caveat": CAVEAT,
    }

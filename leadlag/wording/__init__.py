"""Codes and numbers to sentences: the only room with prose.

It stands below the rooms that decide and rank, so it imports neither: what it reads of a ranking is said in `seen`.
"""

from __future__ import annotations

from leadlag.wording.checks import GRADE, STATUS, asked, check, label
from leadlag.wording.prose import explain_lead, explain_ranking, lead_paragraphs, why_not
from leadlag.wording.sentences import (
    CAVEAT,
    LIMITS,
    VERDICT,
    coded_reason,
    direction,
    effect_head,
    effect_of,
    headline,
    next_step,
    reason,
)
from leadlag.wording.shown import Prose, among, cut, interval, lag_number, number, percent, periods, pvalue, shown
from leadlag.wording.tables import (
    delay_cell,
    effect_cell,
    fact_list,
    left_cell,
    markdown_table,
    published_late,
    sd_cell,
    summary,
    summary_of_lead,
    verdict_cell,
)

__all__ = [
    "CAVEAT", "GRADE", "LIMITS", "STATUS", "VERDICT", "Prose", "among", "asked", "check", "coded_reason", "cut", "delay_cell",
    "direction", "effect_cell", "effect_head", "effect_of", "explain_lead", "explain_ranking", "fact_list", "headline",
    "interval", "label", "lag_number", "lead_paragraphs", "left_cell", "markdown_table", "next_step", "number", "percent",
    "periods", "published_late", "pvalue", "reason", "sd_cell", "shown", "summary", "summary_of_lead", "verdict_cell", "why_not",
]  # fmt: skip

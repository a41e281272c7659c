"""Why a lead could not be tested, in words."""

from __future__ import annotations

from leadlag.errors import CODES
from leadlag.wording.shown import shown

__all__ = ["nothing_left", "refused", "untestable"]


def untestable(code: str, detail: str) -> str:
    """The reason as a part of a sentence.

    Examples
    --------
    >>> untestable("LL203", "all its values are the same")
    'the lead is constant or nearly so (all its values are the same)'
    """
    return f"{CODES.get(code, code)}{f' ({shown(detail)})' if detail else ''}"


def refused(kpi: str, lead: str, *, code: str, detail: str) -> str:
    """That a call which asks of this lead cannot be answered, and what to do."""
    return f"kpi={kpi!r}, lead={lead!r}: {untestable(code, detail)}. Leave it out, or look at its values."


def nothing_left(kpi: str, lead: str) -> str:
    """That nothing of the lead is left beside the other columns, and what to do."""
    what = "the other columns leave nothing of the lead, or its gaps too few periods"
    return f"kpi={kpi!r}, lead={lead!r}: {what}. Give fewer of them, or more periods."

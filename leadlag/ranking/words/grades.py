"""The grade of a lead in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadlag.ranking.words.checks import SURE, question_of
from leadlag.wording.shown import joined

if TYPE_CHECKING:
    from leadlag.decision import Decision

__all__ = ["GRADE", "PLUSES", "graded"]

#: What each grade says, in a few words.
GRADE = {
    "strong": f"a q of {SURE} or less, saved forecast error over its delay, a stable relation, a sharp delay, time to act",
    "moderate": f"one is missing of a q of {SURE} or less, saved forecast error, a stable relation, a sharp delay, time to act",
    "weak": "more than one is missing of a small q, saved forecast error, a stable relation, a sharp delay, time to act; or the "
    "data fail a check",
}

#: Each grade as one to three signs.
PLUSES = {"strong": "+++", "moderate": "++", "weak": "+"}

#: What stands against a better grade.
_MISSED = {
    "sure": f"its q is above {SURE}, so that chance may have made it",
    "time_to_act": "it leaves no time to act",
    "up_to_date": "it ended too long ago to be used now",
    "gain": "it does not clearly save forecast error out of sample over its delay",
    "stable": "its effect is not surely the same over time",
    "targeted": "it weakened since it became a target",
    "delay_set": "its delay is not sharp",
}


def graded(decision: Decision) -> str:
    """The grade of a lead and what it rests on, as a sentence; empty without one."""
    if not decision.grade:
        return ""
    missed = [_MISSED.get(code) or f"its data fail a check ({question_of(code).lower()})" for code in decision.missed]
    return f"Graded {decision.grade}: {joined(missed) if missed else GRADE['strong']}."

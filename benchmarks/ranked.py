"""`rank_leads` on one simulated table, as plain values; `serve` does so for the tables that come on standard input.

Of leadlag nothing but `rank_leads` is used, so that `accuracy.py --against PATH` can ask another state of it about the very
same tables: tables and answers go through pipes, pickled.
"""

from __future__ import annotations

import contextlib
import inspect
import pickle  # between accuracy.py and the processes it starts
import sys
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

__all__ = ["Answer", "Question", "rows_of", "serve"]

_COLUMNS = ("lead", "verdict", "rank", "delay", "pvalue", "effect", "effect_low", "effect_high", "lead_sd")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A table and how it is asked."""

    data: pd.DataFrame
    kpi: str
    leads: tuple[str, ...]
    max_lag: int
    fdr: float
    seed: int
    controls: tuple[str, ...] = ()
    holidays: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The rows of the ranking with the delay set of each, None if it was refused; processor time in seconds."""

    rows: tuple[dict[str, Any], ...] | None
    seconds: float


def rows_of(question: Question) -> tuple[dict[str, Any], ...]:
    """What `rank_leads` says of every candidate; options that the version does not have are left out."""
    import leadlag  # noqa: PLC0415 - whichever is first on the path
    from leadlag.errors import LeadLagWarning  # noqa: PLC0415

    known = inspect.signature(leadlag.rank_leads).parameters
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeadLagWarning)
        told = question.holidays and "holidays" in inspect.signature(leadlag.from_wide).parameters
        ranking = leadlag.rank_leads(
            leadlag.from_wide(question.data, holidays=list(question.holidays)) if told else question.data,
            kpi=question.kpi,
            leads=list(question.leads),
            max_lag=question.max_lag,
            fdr=question.fdr,
            rng=question.seed,
            controls=list(question.controls) or None,
            **{name: value for name, value in question.options if name in known},
        )
    sets = {item.evidence.lead: item.evidence.delay for item in ranking.decisions if item.evidence.delay is not None}
    table = ranking.to_frame()[list(_COLUMNS)].to_dict("records")
    return tuple({**row, **_delays(sets.get(row["lead"]))} for row in table)


def _delays(delay: Any) -> Mapping[str, Any]:
    """The set, and whether it is open at its upper end, which older versions do not know."""
    return {"delays": tuple(delay.lags) if delay is not None else (), "open": bool(getattr(delay, "is_open", False))}


def answered(question: Question) -> Answer:
    """The rows with the processor time they took; None where the table is refused."""
    from leadlag.errors import LeadLagError  # noqa: PLC0415

    began = time.process_time()
    rows: tuple[dict[str, Any], ...] | None = None
    with contextlib.suppress(LeadLagError):
        rows = rows_of(question)
    return Answer(rows=rows, seconds=time.process_time() - began)


def serve() -> None:
    """Answer every question of standard input; before the first answer, say where leadlag was found."""
    import leadlag  # noqa: PLC0415

    answers = sys.stdout.buffer
    sys.stdout = sys.stderr
    pickle.dump(leadlag.__file__, answers)
    answers.flush()
    with contextlib.suppress(EOFError):
        while True:
            pickle.dump(answered(pickle.load(sys.stdin.buffer)), answers)  # noqa: S301 - of the process that started this one
            answers.flush()

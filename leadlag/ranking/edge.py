"""The edge of a job: the one place that catches everything, so that one of many costs the others nothing."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from leadlag.errors import LeadLagError

__all__ = ["Fault", "at_the_edge"]

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why a job has no answer.

    Parameters
    ----------
    code, message : str
        Of the error; LL501 of one that nobody foresaw, with its type and where it arose.
    trace : str
        All lines of an error that nobody foresaw; empty for one of leadlag.
    """

    code: str
    message: str
    trace: str = ""


def at_the_edge(job: Callable[[], Answer]) -> Answer | Fault:
    """What a job answers, or why it does not."""
    try:
        return job()
    except LeadLagError as error:
        return Fault(code=error.code, message=str(error.args[0]))
    except Exception as error:  # noqa: BLE001 (hours of other jobs must not be lost to a fault of ours in this one)
        return Fault(code="LL501", message=_place(error), trace="".join(traceback.format_exception(error)))


def _place(error: Exception) -> str:
    """A fault of leadlag itself, with its type and where it arose."""
    package = Path(__file__).parents[1]
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if package in Path(frame.filename).parents]
    place = f"{Path(ours[-1].filename).relative_to(package).as_posix()}, line {ours[-1].lineno}"
    return (
        f"leadlag failed: {type(error).__name__} in {place}: {error}. Please report this with numbers that fail in the same way."
    )

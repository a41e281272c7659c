"""Linear algebra on one core, where jobs are what runs in parallel."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController

__all__ = ["one_thread"]


def one_thread() -> AbstractContextManager[object]:
    """A context in which the linear algebra of this process uses one thread; its numbers then do not depend on the cores."""
    limited: AbstractContextManager[object] = _pools().limit(limits=1, user_api="blas")
    return limited


@cache  # looking for the libraries takes longer than a screen of one KPI
def _pools() -> ThreadpoolController:
    """The linear algebra libraries of this process."""
    return ThreadpoolController()

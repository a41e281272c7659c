"""What a search over leads tries: lag shapes and slots of lags, and what that would take."""

from __future__ import annotations

from collections.abc import Sequence

from leadlag.core.search.limits import check_limits
from leadlag.core.search.scan import CHUNK
from leadlag.core.search.shapes import BLOCK, STANDARD, Shape
from leadlag.sample import Sample

__all__ = ["refuse_beyond_limits", "searched_shapes"]


def searched_shapes(sample: Sample, leads: Sequence[str]) -> tuple[Shape, ...]:
    """The standard shapes, and blocks of own periods where a lead is seen more often than the KPI."""
    return (*STANDARD, BLOCK) if any(sample.finer(name) for name in leads) else STANDARD


def refuse_beyond_limits(
    sample: Sample, leads: Sequence[str], *, max_lag: int, n_shapes: int, n_draws: int, n_held: int = 4
) -> int:
    """Memory and tests of a search, planned before they are taken: draws and leads at once, columns by chunk.

    Parameters
    ----------
    sample : Sample
        Around the KPI.
    leads : sequence of str
    max_lag : int
        In periods of the KPI.
    n_shapes, n_draws : int
    n_held : int
        Arrays as long as the sample with all columns of a chunk that are held at a time.

    Returns
    -------
    int
        Slots of lags of each lead, those of the one seen most often.

    Raises
    ------
    LimitError
        If it would take more memory or tests than is allowed (LL404).
    """
    finer = [found for found in map(sample.finer, leads) if found is not None]
    n_slots = max([max_lag, *(len(found.clock.own_lags((1, max_lag))) for found in finer)])
    n_leads, n_periods, n_columns = len(leads), sample.n_periods, n_shapes * n_slots
    chunk = min(n_leads, CHUNK) * n_columns
    n_bytes = 8 * (n_draws * (n_periods + n_leads + chunk) + n_held * n_periods * chunk + n_periods * n_leads * 8)
    check_limits(n_bytes=n_bytes, n_tests=n_leads * n_columns, ways=("name fewer leads", "take a smaller max_lag or n_draws"))
    return n_slots

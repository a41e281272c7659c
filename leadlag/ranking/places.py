"""The question: how sure is the place of a lead in the ranking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from leadlag.core.arrays import Flags, Floats
from leadlag.core.search.resample import Tail, fit_tail
from leadlag.core.search.shapes import STANDARD, Shape
from leadlag.decision.backing import Places
from leadlag.ranking.numbers import block_counts, block_length, ranks_over_draws, resampled_log_pvalues

if TYPE_CHECKING:
    from leadlag.ranking.search import FoundLead

__all__ = ["places_of"]

#: Counted as first: the best, the best three, the best five.
_FIRST = (1, 3, 5)
#: Share of the resamples that the places hold, and the share in which either of two leads comes first if their order is open.
_HELD, _OPEN = 0.90, 0.10


def places_of(
    found: Sequence[FoundLead],
    *,
    names: Sequence[str],
    seed: int,
    shapes: Sequence[Shape] = STANDARD,
    n_draws: int = 499,
    before: int = 0,
) -> tuple[Places, ...]:
    """Places of the leads of one verdict over resamples of blocks of rows.

    Parameters
    ----------
    found : sequence of FoundLead
        Leads with the same verdict, best first: chosen ones given each other, others alone.
    names : sequence of str
        Of the same leads.
    seed : int
    shapes : sequence of Shape
        Those that were searched.
    n_draws : int
        Resamples.
    before : int
        Candidates with a better verdict, which come first in every resample.

    Returns
    -------
    tuple of Places
        One a lead, in the same order.

    Notes
    -----
    Resampled are the rows, by the circular block bootstrap, the same rows for all leads, so that what they share moves together;
    each lead's lag and shape are searched again, and leads are put in the order of their p, with one tail of the null
    distribution for all (Hall & Miller 2009, Annals of Statistics 37:3929). Not resampled are the verdicts, which leads were
    chosen and at which columns they stand in each other's models, the KPI's momentum, and preparation.
    """
    if not found:
        return ()
    n = len(found[0].problem.y)
    counts = block_counts(np.random.default_rng([seed, 3]), n=n, length=block_length(n), n_draws=n_draws)
    tails = _pooled(found)
    drawn = [
        resampled_log_pvalues(one.problem, one.column, tail=tails.of([place]), counts=counts, shapes=shapes)
        for place, one in enumerate(found)
    ]
    place, sooner = ranks_over_draws(np.array(drawn))
    return tuple(
        Places(
            first=tuple((before + k, float((rows <= k).mean())) for k in _FIRST if k == 1 or k < len(found)),
            low=before + int(np.floor(np.quantile(rows, (1.0 - _HELD) / 2.0))),
            high=before + int(np.ceil(np.quantile(rows, (1.0 + _HELD) / 2.0))),
            tied_with=tuple(np.array(names, dtype=object)[_tied(sooner, lead)].tolist()),
        )
        for lead, rows in enumerate(place)
    )


def _pooled(found: Sequence[FoundLead]) -> Tail:
    """Null distributions of the leads, a row each, with one tail for all.

    With a tail of its own, of few draws, each lead would be put before or behind others by the error of that tail: of a lead with
    |t| 10.4 p came out at e-16, of one with 8.8 at e-28.
    """
    # a scan has the draws of those of its leads that were tested
    draws = [one.scan.tail.draws[int(np.isfinite(one.scan.statistic[: one.column]).sum())] for one in found]
    return fit_tail(np.array(draws), df_most=float(max(3, *(one.scan.df for one in found))))


def _tied(sooner: Floats, lead: int) -> Flags:
    """Leads of which either comes first in more than a tenth of the resamples."""
    tied = (sooner[lead] > _OPEN) & (sooner[:, lead] > _OPEN)
    tied[lead] = False
    return tied

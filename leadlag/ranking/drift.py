"""The question: does a candidate that no single delay makes a lead lead with a delay that moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.multiplicity import fdr_adjust
from leadlag.core.search.drifting import FEWEST_ROWS, Drift, aligned, drifting_columns, drifts_in, may_drift
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import Scan, scan_with, with_columns
from leadlag.core.search.shapes import Shape
from leadlag.ranking.events import resting_on_few
from leadlag.ranking.selection import Selection
from leadlag.ranking.several import with_several_lags

__all__ = ["with_drifting"]

#: Share of the false discovery rate at which a delay that moves makes a lead, so that any false stays what it is. Delays that
#: move by three periods: found .18 without, .54, .58, .61, .64 at .02, .05, .1, .2; any false (no leads, four families) and false
#: share as before at .02 and .05, one draw of 40 more in two families at .1 (40 draws each, 499 signs).
_SHARE = 0.05


def with_drifting(
    selection: Selection,
    problem: Problem,
    *,
    coincident: Flags,
    reverse: Floats,
    groups: Ints,
    fdr: float,
    signs: SharedSigns,
    shapes: Sequence[Shape],
    few_events: Sequence[float],
) -> tuple[Selection, dict[int, Drift]]:
    """The selection with leads whose delay moves, asked last and at a small share of the false discovery rate.

    Parameters
    ----------
    selection : Selection
    problem : Problem
        Of all candidates.
    signs : SharedSigns
        Of the scans.
    coincident, reverse, groups, fdr, shapes, few_events
        As `leadlag.ranking.selection.select_leads` takes them; candidates that move with the KPI or follow it are not asked.

    Returns
    -------
    Selection
        The problem of such a lead has its values moved in time, so that its delay is that of the second third of the rows.
    dict from int to Drift
    """
    if len(problem.y) < FEWEST_ROWS:
        return selection, {}
    barred = coincident | (fdr_adjust(reverse) <= fdr)
    n_tested = int(np.isfinite(selection.first.statistic).sum())
    model = with_columns(problem, {lead: int(one.best[0]) for lead, one in _chosen(selection)}, shapes)
    for one in selection.several:
        model = with_several_lags(model, [one.lead], n_lags=int(one.lags[-1]))
    left = _left(selection, problem, barred=barred, groups=groups)
    found: dict[int, Drift] = {}
    while left:
        rate = n_tested / (len(selection.selected) + len(selection.several) + 1)
        asked = drifts_in(model, left, signs=signs, level=_SHARE * fdr / rate)
        lead = min(asked, key=lambda each: asked[each].log_pvalue, default=-1)
        if lead < 0 or np.exp(asked[lead].log_pvalue) * rate > _SHARE * fdr:
            break
        left = [other for other in left if other != lead and not (groups[lead] >= 0 and groups[other] == groups[lead])]
        own = aligned(model, lead, asked[lead]).of([lead])
        told = _told(scan_with(own, signs, shapes), asked[lead])
        if resting_on_few([lead], [own], [told], shares=few_events, rate=fdr / max(n_tested, 1), shapes=shapes):
            continue
        found[lead] = asked[lead]
        selection = _with_lead(selection, lead, own, told, qvalue=min(float(told.pvalue[0]) * rate / _SHARE, fdr))
        path = drifting_columns(problem, lead, [(found[lead].lag, found[lead].step)])
        model = refitted(model, base=np.column_stack([model.base, np.nan_to_num(path)]))
    return selection, found


def _chosen(selection: Selection) -> list[tuple[int, Scan]]:
    return list(zip(selection.selected, selection.scans, strict=True))


def _left(selection: Selection, problem: Problem, *, barred: Flags, groups: Ints) -> list[int]:
    """Candidates that were tested, and are neither chosen, nor explained, nor dropped, nor duplicates of a chosen one."""
    tested = np.isfinite(selection.first.statistic) & (selection.explained_by < 0) & ~barred
    chosen = [*selection.selected, *(one.lead for one in selection.several)]
    tested[[*chosen, *selection.few_events]] = False
    stood_for = groups[chosen]
    tested &= ~np.isin(groups, stood_for[stood_for >= 0])
    return [lead for lead in np.flatnonzero(tested).tolist() if may_drift(problem, lead)]


def _with_lead(selection: Selection, lead: int, own: Problem, told: Scan, *, qvalue: float) -> Selection:
    """The selection with one more lead, the last."""
    here = np.arange(len(selection.qvalue)) == lead
    return replace(
        selection,
        selected=(*selection.selected, lead),
        conditional=(*selection.conditional, own),
        scans=(*selection.scans, told),
        qvalue=np.where(here, qvalue, selection.qvalue),
        unconfirmed=selection.unconfirmed & ~here,
    )


def _told(found: Scan, drift: Drift) -> Scan:
    """The scan of a lead that was moved in time, with the p that covers the search for how."""
    log_pvalue = np.array([drift.log_pvalue])
    return replace(found, log_pvalue=log_pvalue, pvalue=np.exp(log_pvalue), unshifted=log_pvalue)

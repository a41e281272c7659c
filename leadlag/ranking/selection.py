"""The question: which leads are direct, given the others.

Forward, the best lead enters the base in its best shape, the KPI's momentum is fitted again, and the rest is asked again,
as long as the false discovery rate allows. Leads that hide each other may enter together. Then each chosen lead is asked
given all the other chosen ones, and the worst is dropped until all hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.multiplicity import fdr_adjust
from leadlag.core.search.influence import Events
from leadlag.core.search.otherscale import OtherScale
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.rescan import Rescan, rescan
from leadlag.core.search.scan import Scan, fit_base, regressors, scan_with, shared_signs, with_columns
from leadlag.core.search.shapes import STANDARD, Shape
from leadlag.ranking.events import resting_on_few
from leadlag.ranking.models import Models
from leadlag.ranking.several import AskedTogether, SeveralLags, leads_by_several_lags

__all__ = ["Selection", "select_leads"]


#: Later steps scan at most this many of the candidates again, the best of the first scan.
_AGAIN = 200
#: A chosen lead explains another if their best columns correlate beyond this many standard errors.
_EXPLAINS = 4.0
#: One chosen lead needs this many rows.
_ROWS_A_LEAD = 8
#: Leads that may be taken in on trial together, and the share of the false discovery rate at which they hold: there are many
#: pairs. No lead, season: any false .12 without this, .13 at a half, .15 at the whole (300 draws); found with a delayed peak .54,
#: .57, .61, with 96 months of season .50, .54, .58 (100 draws).
_ON_TRIAL, _SHARE = 4, 0.5


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Direct leads among m candidates.

    Parameters
    ----------
    first : Scan
        Of all candidates, each alone; one that is coincident, or follows the KPI, has the largest p of the models in which it has
        to hold.
    selected : tuple of int
        Columns of the problem, in the order of their conditional p.
    conditional : tuple of Problem
        For each chosen lead the problem with that one lead, all the others in its base.
    scans : tuple of Scan
        For each chosen lead its scan in that problem.
    qvalue : ndarray, shape (m,)
        Of a chosen lead its own p given the others, adjusted among the chosen; else that of the first scan.
    explained_by : ndarray of int, shape (m,)
        For a lead that passes alone but was not chosen the chosen one that explains it; else -1.
    unconfirmed : ndarray of bool, shape (m,)
        The lead passes alone, but not given the chosen ones, and none of them explains it.
    one_event : ndarray of bool, shape (m,)
        The lead passes only while the KPI's largest level shift is left out of the model.
    few_events : Mapping from int to Events
        Leads that were chosen, and are not, because they rest on few stretches of rows.
    several : tuple of SeveralLags
        Leads beside those selected that several lags together made one, asked of what the selection had left.
    """

    first: Scan
    selected: tuple[int, ...]
    conditional: tuple[Problem, ...]
    scans: tuple[Scan, ...]
    qvalue: Floats
    explained_by: Ints
    unconfirmed: Flags
    one_event: Flags
    few_events: Mapping[int, Events] = field(default_factory=dict)
    several: tuple[SeveralLags, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Selector:
    """What stays the same over the steps of one search."""

    problem: Problem
    first: Scan
    fdr: float
    signs: SharedSigns
    shapes: Sequence[Shape]
    models: Models
    groups: Ints
    other: OtherScale | None = None

    @property
    def n_tested(self) -> int:
        return int(np.isfinite(self.first.statistic).sum())

    @property
    def max_selected(self) -> int:
        """Leads that the rows allow."""
        return len(self.problem.y) // _ROWS_A_LEAD

    @cached_property
    def row_of(self) -> Ints:
        """Place of each candidate among those that were tested."""
        return np.cumsum(np.isfinite(self.first.statistic)) - 1

    @cached_property
    def rescan_candidates(self) -> Ints:
        """The candidates that later steps ask again, in the order of their columns."""
        log_p = np.where(np.isfinite(self.first.log_pvalue), self.first.log_pvalue, np.inf)
        return np.sort(np.argsort(log_p, kind="stable")[: min(int(np.isfinite(log_p).sum()), _AGAIN)])

    @cached_property
    def search_df(self) -> float:
        """What the best of all candidates takes from the noise if none of them leads, beyond one degree of freedom."""
        return float(np.median(self.first.tail.threshold(0.5 / max(self.n_tested, 1)) ** 2)) - 1.0

    def scan(self, problem: Problem, lead: int) -> Scan:
        """A scan of one lead with the same draws at every step."""
        return scan_with(problem, self.signs, self.shapes, other=self.other and self.other.of([lead]))


def select_leads(
    problem: Problem,
    first: Scan,
    *,
    coincident: Flags,
    fdr: float,
    seed: int,
    n_draws: int,
    reverse: Floats | None = None,
    groups: Ints | None = None,
    shapes: Sequence[Shape] = STANDARD,
    few_events: Sequence[float] = (),
    n_together: int = 0,
    other: OtherScale | None = None,
) -> Selection:
    """Choose the direct leads of a problem.

    Parameters
    ----------
    problem : Problem
    first : Scan
        Of all candidates, each alone.
    coincident : ndarray of bool, shape (m,)
        Candidates that move with the KPI in the same period: they have to lead it beside that too.
    fdr : float
        False discovery rate.
    seed : int
        Seed of the draws, the same at every step.
    n_draws : int
    reverse : ndarray, shape (m,), optional
        p that the KPI does not lead each candidate: one that follows it has to lead it beside the KPI's own lags too.
    groups : ndarray of int, shape (m,), optional
        Duplicates share a number, -1 for none: one of them stands for all.
    shapes : sequence of Shape
    few_events : sequence of float
        A chosen lead of whose t less than the first share is left without two stretches of rows, or less than the next without
        three, is dropped, and the others are asked again.
    n_together : int
        What is left is asked for lags 1 to this one together; not at all if 0.
    other : OtherScale, optional
        The scale beside which that of the problem was chosen: every p covers the choice, as those of `first` do.

    Returns
    -------
    Selection

    Notes
    -----
    At a step with k leads chosen, the candidates left are tested by the step-up rule at ``(k + i) / N``, N the number of
    candidates tested at first (Benjamini & Hochberg 1995, with those already chosen counted as rejections). A chosen
    lead holds if its p given the others is at most ``fdr * k / N``. Where no candidate passes, up to four are taken in on trial,
    one after the other, and enter together once each has a p of at most half of ``fdr (k + i) / N`` beside the others
    (`_joint_entry`). An explained lead is noise removed from the others, which is where the power comes from.
    """
    follows = np.zeros(len(coincident), dtype=bool) if reverse is None else fdr_adjust(reverse) <= fdr
    search = _Selector(
        problem=problem,
        first=first,
        fdr=fdr,
        signs=shared_signs(np.random.default_rng(seed), n_draws=n_draws, length=0 if other is None else other.length),
        shapes=shapes,
        models=Models(problem=problem, coincident=coincident, follows=follows, fdr=fdr),
        groups=np.full(len(first.statistic), -1) if groups is None else groups,
        other=other,
    )
    every = np.arange(len(first.statistic))
    first = _scan_in_every_model(search, problem, first, every, columns=every)
    alone = fdr_adjust(first.pvalue)
    search = replace(search, first=first)
    best = _forward(search)
    best, problems, scans = _backward(search, best, alone)
    resting: dict[int, Events] = {}
    while few := resting_on_few(best, problems, scans, shares=few_events, rate=fdr / max(search.n_tested, 1), shapes=shapes):
        resting |= few
        best, problems, scans = _backward(search, {lead: best[lead] for lead in best if lead not in few}, alone)
    selected = list(best)
    qvalue = alone.copy()
    own = fdr_adjust(np.array([float(one.pvalue[0]) for one in scans]), n_tests=search.n_tested)
    # one chosen lead alone may be held by the rule of the first scan, which counts those that it explains
    qvalue[selected] = np.minimum(np.minimum(own, alone[selected]) if len(selected) == 1 else own, fdr)
    passed = (alone <= fdr) & ~np.isin(every, [*selected, *resting])
    explained = _closest(search, np.flatnonzero(passed), best)
    several, more_resting = _by_several_lags(
        search, best, barred=[*resting, *np.flatnonzero(explained >= 0)], few_events=few_events, n_lags=n_together
    )
    resting |= more_resting
    order = sorted(range(len(selected)), key=lambda place: (scans[place].log_pvalue[0], selected[place]))
    return Selection(
        first=first,
        selected=tuple(selected[place] for place in order),
        conditional=tuple(problems[place] for place in order),
        scans=tuple(scans[place] for place in order),
        qvalue=qvalue,
        unconfirmed=passed & (explained < 0),
        explained_by=explained,
        one_event=(fdr_adjust(np.exp(first.unshifted)) <= fdr) & ~(qvalue <= fdr),
        few_events=resting,
        several=several,
    )


def _by_several_lags(
    search: _Selector, best: Mapping[int, int], *, barred: Sequence[int], few_events: Sequence[float], n_lags: int
) -> tuple[tuple[SeveralLags, ...], dict[int, Events]]:
    """Of what is left those that lead by several lags together, and those that would but rest on few events."""
    again, stood_for = search.rescan_candidates, search.groups[list(best)]
    left = again[~np.isin(again, [*best, *barred]) & ~np.isin(search.groups[again], stood_for[stood_for >= 0])]
    if n_lags < 2 or not len(left):
        return (), {}
    asked = AskedTogether(
        problem=with_columns(search.problem, best, search.shapes), models=search.models, n_lags=n_lags,
        signs=search.signs, n_chosen=len(best), n_tested=search.n_tested,
        fdr=search.fdr if search.other is None else search.fdr / 2.0, room=search.max_selected - len(best), groups=search.groups,
        scan=search.scan, few_events=few_events,
    )  # fmt: skip
    return leads_by_several_lags(asked, left)


def _forward(search: _Selector) -> dict[int, int]:
    """Chosen leads with their best column."""
    best: dict[int, int] = {}
    step = _least_pvalue(search, search.first.log_pvalue, search.first.best, np.arange(len(search.first.best)), k=0)
    while step is not None and len(best) < search.max_selected:
        entered = {step.lead: step.column} if step.adjusted <= search.fdr else _joint_entry(search, best, step)
        if not entered:
            break
        best |= entered
        step = _next_step(search, best)
    return best


@dataclass(frozen=True, kw_only=True)
class _Step:
    """The candidate with the least p at a step, its best column and log p, and the FDR-adjusted p of the step."""

    lead: int
    column: int
    log_pvalue: float
    adjusted: float


def _least_pvalue(search: _Selector, log_pvalue: Floats, column: Ints, leads: Ints, *, k: int) -> _Step | None:
    """The step that some leads' p-values lead to, with k leads chosen already."""
    log_p = np.where(np.isfinite(log_pvalue), log_pvalue, np.inf)
    if not np.isfinite(log_p).any():
        return None
    adjusted = np.exp(np.sort(log_p)) * search.n_tested / (k + 1.0 + np.arange(len(log_p)))
    place = int(np.argmin(log_p))
    return _Step(
        lead=int(leads[place]), column=int(column[place]), log_pvalue=float(log_p[place]), adjusted=float(adjusted.min())
    )


def _next_step(search: _Selector, best: Mapping[int, int], *, search_df: float = 0.0) -> _Step | None:
    """The step beside some leads that are in the model."""
    stood_for = search.groups[list(best)]
    again = search.rescan_candidates
    rest = again[~np.isin(again, list(best)) & ~np.isin(search.groups[again], stood_for[stood_for >= 0])]
    if not len(rest):
        return None
    found = _rescan(search, best, rest, search_df=search_df)
    return _least_pvalue(search, found.log_pvalue, found.best, rest, k=len(best))


def _joint_entry(search: _Selector, best: Mapping[int, int], step: _Step) -> dict[int, int]:
    """Leads none of which passes alone, but each beside the others; empty where there are none.

    Strong leads hide each other: what one does is noise to the other. So the best candidate is taken in on trial, and the best
    beside it, up to a few. What is on trial may be nothing but the best of all columns, which takes more from the noise than its
    one degree of freedom: that much is set apart while others are asked beside it.
    """
    trial = {step.lead: step.column}
    while len(trial) < min(_ON_TRIAL, search.max_selected - len(best)):
        following = _next_step(search, {**best, **trial}, search_df=search.search_df * len(trial))
        if following is None:
            break
        before = tuple(trial)
        trial[following.lead] = following.column
        rate = search.n_tested / (len(best) + len(trial))
        if np.exp(following.log_pvalue) * rate > _SHARE * search.fdr:
            continue  # the one just taken in does not hold beside the others, so there is no need to ask them
        search_df = search.search_df * len(before)
        models = [{**best, **_others(trial, lead)} for lead in before]
        held = [_rescan(search, model, np.array([lead]), search_df=search_df) for lead, model in zip(before, models, strict=True)]
        adjusted = float(np.exp(max(following.log_pvalue, *(found.log_pvalue[0] for found in held)))) * rate
        if adjusted <= _SHARE * search.fdr:
            return trial
    return {}


def _rescan(search: _Selector, best: Mapping[int, int], leads: Ints, *, search_df: float) -> Rescan:
    """Some leads asked again beside those in the model."""
    problem = with_columns(search.problem, best, search.shapes)
    tail = search.first.tail.of(search.row_of[leads])
    found = rescan(problem.of(leads), tail=tail, shapes=search.shapes, search_df=search_df)

    def beside(wider: Problem, place: int) -> Rescan:
        return rescan(wider, tail=tail.of([place]), shapes=search.shapes, search_df=search_df)

    log_pvalue, unshifted = search.models.largest(problem, found, leads, columns=leads, ask=beside)
    return replace(found, log_pvalue=log_pvalue, unshifted=unshifted)


def _scan_in_every_model(search: _Selector, problem: Problem, found: Scan, leads: Ints, *, columns: Ints) -> Scan:
    """The same with draws of its own for every lead asked."""
    log_p, bare = search.models.largest(
        problem, found, leads, columns=columns, ask=lambda wider, at: search.scan(wider, int(leads[at]))
    )
    return replace(found, log_pvalue=log_p, pvalue=np.exp(log_p), unshifted=bare)


def _backward(search: _Selector, best: Mapping[int, int], alone: Floats) -> tuple[dict[int, int], list[Problem], list[Scan]]:
    """Chosen leads that hold given all the others, their columns, with the problem and the scan that say so."""
    best = _conditional_columns(search, best)
    while best:
        problems = [with_columns(search.problem, _others(best, lead), search.shapes).of([lead]) for lead in best]
        scans = [
            _scan_in_every_model(search, item, search.scan(item, lead), np.array([lead]), columns=np.zeros(1, dtype=np.intp))
            for lead, item in zip(best, problems, strict=True)
        ]
        log_p = [item.log_pvalue[0] for item in scans]
        # a lead that passed the step-up rule alone is not dropped for the company that left
        held = len(best) == 1 and alone[next(iter(best))] <= search.fdr
        if held or np.exp(max(log_p)) <= search.fdr * len(best) / search.n_tested:
            return best, problems, scans
        best = _others(best, list(best)[int(np.argmax(log_p))])
    return {}, [], []


def _others(best: Mapping[int, int], lead: int) -> dict[int, int]:
    """All of some leads but one."""
    return {other: column for other, column in best.items() if other != lead}


def _conditional_columns(search: _Selector, best: Mapping[int, int]) -> dict[int, int]:
    """The best column of each chosen lead beside those of the others: the first were picked before the last were known."""
    columns = dict(best)
    for lead in best:
        columns[lead] = int(_rescan(search, _others(columns, lead), np.array([lead]), search_df=0.0).best[0])
    return columns


def _closest(search: _Selector, leads: Ints, selected: Mapping[int, int]) -> Ints:
    """For each of some leads the chosen one whose column in the model correlates most with its best; -1 where none does clearly.

    A candidate that passes alone, was not chosen, and has nothing to do with any chosen one has passed by chance.
    """
    closest = np.full(len(search.first.statistic), -1, dtype=np.intp)
    if not len(leads) or not selected:
        return closest
    problem, both = search.problem, [*leads.tolist(), *selected]
    columns = regressors(problem, fit_base(problem), both, search.shapes)
    best = np.array([*search.first.best[leads].tolist(), *selected.values()])
    own = columns.values[:, np.arange(len(both)), best] / np.maximum(columns.norm[np.arange(len(both)), best], 1e-300)
    overlap = np.abs(own[:, : len(leads)].T @ own[:, len(leads) :])
    clear = overlap.max(axis=1) * np.sqrt(len(own)) > _EXPLAINS
    closest[leads[clear]] = np.array(list(selected))[overlap.argmax(axis=1)][clear]
    return closest

"""The question: which candidates lead by several of their lags together, and no shape of the search tells.

It is asked last, of what the selection has left, beside the chosen leads: none of them is lost, placed or
sized in another way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.multiplicity import fdr_adjust
from leadlag.core.search.effect import EffectSize
from leadlag.core.search.influence import Events, events_of
from leadlag.core.search.joint import JointTest, joint_test, lag_columns, together
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import Scan, fit_base, regressors
from leadlag.core.search.shapes import Shape
from leadlag.decision import Delay, Policy, is_identified
from leadlag.ranking.events import few_of
from leadlag.ranking.models import Models

__all__ = ["AskedTogether", "SeveralLags", "lags_asked_together", "leads_by_several_lags", "with_several_lags"]

#: Lags that are asked together, by the KPI's cadence: never all, which would cost leads that act at a single lag.
_LAGS: Mapping[str, int] = {"day": 7, "business_day": 5, "quarter": 4, "year": 4}
_MOST_LAGS = 6
#: Share of the false discovery rate at which a lead is named that only several lags together tell.
_SHARE = 0.10
#: Least share of a row that the columns leave free, for the leverage in the covariance.
_LEAST_FREE = 0.05


def lags_asked_together(freq: str) -> int:
    """Lags 1 to this one are asked together; `freq` is the word for the KPI's cadence.

    Examples
    --------
    >>> lags_asked_together("week"), lags_asked_together("quarter")
    (6, 4)
    """
    return _LAGS.get(freq, _MOST_LAGS)


@dataclass(frozen=True, kw_only=True)
class SeveralLags:
    """A lead that several of its lags together made one.

    Parameters
    ----------
    lead : int
        Among all candidates.
    problem : Problem
        With that one lead, all the other leads in its base.
    scan : Scan
        Of that problem: each column alone.
    log_pvalue : float
        Log p given the others, counted as often as its share of the false discovery rate asks (`leads_by_several_lags`).
    lags : ndarray, shape (k,)
    coefficient : ndarray, shape (k,)
        Of each lag beside the others, in KPI units for one `x_scale` of the lead.
    covariance : ndarray, shape (k, k)
        HC3.
    df : int
        Residual degrees of freedom.
    qvalue : float
        The p adjusted among all leads.
    """

    lead: int
    problem: Problem
    scan: Scan
    log_pvalue: float
    lags: Floats
    coefficient: Floats
    covariance: Floats
    df: int
    qvalue: float = math.nan

    @property
    def label(self) -> str:
        """The shape in words."""
        return f"several lags ({self.lags[0]:g} to {self.lags[-1]:g})"

    @property
    def peak(self) -> int:
        """Place of the lag with the largest coefficient."""
        return int(np.argmax(np.abs(self.coefficient)))

    def total(self, level: float) -> EffectSize:
        """Sum of the coefficients with its interval: what a lasting rise comes to.

        The lead was chosen by all of them together, not by their sum, so nothing is taken off for the choice.
        """
        value, error = float(self.coefficient.sum()), float(np.sqrt(self.covariance.sum()))
        reach = float(stats.t.isf((1.0 - level) / 2.0, self.df)) * error
        return EffectSize(value=value, low=value - reach, high=value + reach)

    def delay(self, *, ahead: float, policy: Policy) -> Delay:
        """The lag with the largest coefficient, and those of which it is not clear that theirs is smaller.

        Parameters
        ----------
        ahead : float
            Periods that the lead is known ahead.
        policy : Policy
            Each other lag is asked at its share of 1 less the level of the set (Bonferroni).
        """
        size, sign, level = np.abs(self.coefficient), np.sign(self.coefficient), policy.delay_level
        peak, k = self.peak, len(self.lags)
        spread = self.covariance * np.outer(sign, sign)
        error = np.sqrt(np.maximum(spread[peak, peak] + np.diag(spread) - 2.0 * spread[peak], 0.0))
        kept = size[peak] - size <= float(stats.t.isf((1.0 - level) / max(k - 1, 1), self.df)) * error
        identified = is_identified(int(kept.sum()), k, pvalue=float(np.exp(self.log_pvalue)), level=level, policy=policy)
        return Delay(
            peak=float(self.lags[peak]) - ahead, lags=tuple(float(lag) - ahead for lag in self.lags[kept]), level=level,
            identified=identified, mean_missing="several",
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AskedTogether:
    """How several lags are asked beside the chosen leads.

    Parameters
    ----------
    problem : Problem
        Of all candidates, the chosen leads in its base.
    models : Models
    signs : SharedSigns
    n_lags : int
        Lags 1 to this one.
    n_chosen, n_tested : int
        Leads that are chosen already, and candidates that were tested.
    fdr : float
    room : int
        Columns that the rows allow beside those of the chosen leads.
    groups : ndarray of int
        Duplicates share a number, -1 for none.
    scan : function Problem -> Scan
        The scan of the selection.
    few_events : sequence of float
        As in the selection.
    """

    problem: Problem
    models: Models
    signs: SharedSigns
    n_lags: int
    n_chosen: int
    n_tested: int
    fdr: float
    room: int
    groups: Ints
    scan: Callable[[Problem, int], Scan]
    few_events: Sequence[float] = ()

    def rate(self, k: int) -> float:
        """The p at which k leads by several lags just hold, before it is counted for its share."""
        return self.fdr * (self.n_chosen + k) / self.n_tested

    def beside(self, leads: Sequence[int]) -> Problem:
        """The problem with the lags of some leads in its base too."""
        return with_several_lags(self.problem, leads, n_lags=self.n_lags)

    def log_pvalues(self, problem: Problem, leads: Ints) -> Floats:
        """Log p of some leads, the largest of all models in which each has to hold, counted for its share; 0 without one."""
        found = joint_test(problem.of(leads), n_lags=self.n_lags, signs=self.signs)

        def ask(wider: Problem, _: int) -> JointTest:
            return joint_test(wider, n_lags=self.n_lags, signs=self.signs)

        log_p, _ = self.models.largest(problem, found, leads, columns=leads, ask=ask)
        return np.where(np.isfinite(log_p), np.minimum(log_p - np.log(_SHARE), 0.0), 0.0)


def with_several_lags(problem: Problem, leads: Sequence[int], *, n_lags: int) -> Problem:
    """The problem with several lags of some leads in its base, and the KPI's momentum fitted again."""
    if not len(leads):
        return problem
    columns = [lag_columns(problem, lead, n_lags=n_lags) for lead in leads]
    return refitted(problem, base=np.column_stack([problem.base, *columns]))


def leads_by_several_lags(asked: AskedTogether, candidates: Ints) -> tuple[tuple[SeveralLags, ...], dict[int, Events]]:
    """Candidates that lead by several lags together, and those that would but rest on few events.

    Parameters
    ----------
    asked : AskedTogether
    candidates : ndarray of int
        Neither chosen nor explained by a chosen lead.

    Notes
    -----
    The lags have a tenth of the false discovery rate, so p counts ten times and goes through the rule of the selection:
    the best candidate enters with its lags, the rest is asked again; then each has to hold beside all the others.
    """
    found, resting = _backward(asked, _forward(asked, candidates)), dict[int, Events]()
    while True:
        described = [_described(asked, lead, beside=_others(found, lead), log_pvalue=found[lead]) for lead in found]
        few = {one.lead: events for one in described if (events := _few_events(asked, one)) is not None}
        if not few:
            return _with_qvalues(asked, described), resting
        resting |= few
        found = _backward(asked, [lead for lead in found if lead not in few])


def _forward(asked: AskedTogether, candidates: Ints) -> list[int]:
    """Leads in the order in which they enter."""
    found: list[int] = []
    while (len(found) + 1) * asked.n_lags <= asked.room:
        stood_for = asked.groups[found]
        rest = candidates[~np.isin(candidates, found) & ~np.isin(asked.groups[candidates], stood_for[stood_for >= 0])]
        if not len(rest):
            break
        log_p = asked.log_pvalues(asked.beside(found), rest)
        rates = np.array([asked.rate(len(found) + 1 + place) for place in range(len(rest))])
        if (np.exp(np.sort(log_p)) > rates).all():
            break
        found.append(int(rest[np.argmin(log_p)]))
    return found


def _backward(asked: AskedTogether, leads: Sequence[int]) -> dict[int, float]:
    """Leads that hold beside all the others, with their log p."""
    left = list(leads)
    while left:
        log_p = {lead: float(asked.log_pvalues(asked.beside(_others(left, lead)), np.array([lead]))[0]) for lead in left}
        worst = max(left, key=lambda lead: log_p[lead])
        if np.exp(log_p[worst]) <= asked.rate(len(left)):
            return log_p
        left.remove(worst)
    return {}


def _others(leads: Iterable[int], lead: int) -> list[int]:
    """All of some leads but one."""
    return [other for other in leads if other != lead]


def _described(asked: AskedTogether, lead: int, *, beside: Sequence[int], log_pvalue: float) -> SeveralLags:
    """The regression on all the lags of one lead, in the KPI's filter, the other leads in the base."""
    problem = asked.beside(beside).of([lead])
    base_fit, few = fit_base(problem), together(problem, asked.n_lags)
    columns = regressors(few, base_fit, [0], [Shape("point")])
    usable = np.flatnonzero(columns.norm[0] > 0)
    values = columns.values[:, 0, usable]
    q, r = np.linalg.qr(values)
    solved = np.linalg.pinv(r) @ q.T
    coefficient = solved @ base_fit.residual
    left = base_fit.residual - values @ coefficient
    free = np.maximum(1.0 - np.square(q).sum(axis=1) - base_fit.basis.leverage(), _LEAST_FREE)
    df = max(base_fit.df + 1 - len(usable), 1)
    weighted = solved * (left / free) * np.sqrt(len(left) / df)  # as in a scan
    return SeveralLags(
        lead=lead, problem=problem, scan=asked.scan(problem, lead), log_pvalue=log_pvalue,
        lags=np.array(few.lags, dtype=np.float64)[usable], coefficient=coefficient * problem.y_scale,
        covariance=(weighted @ weighted.T) * problem.y_scale**2, df=df,
    )  # fmt: skip


def _few_events(asked: AskedTogether, found: SeveralLags) -> Events | None:
    """The events on which a lead rests, if they are few: of the sum of its lags, each with its coefficient."""
    if not asked.few_events:
        return None
    base_fit = fit_base(found.problem)
    columns = regressors(together(found.problem, asked.n_lags), base_fit, [0], [Shape("point")])
    usable = columns.norm[0] > 0
    values = columns.values[:, 0, usable] @ found.coefficient
    events = events_of(base_fit, values, nobs=int(columns.nobs[0, usable].min()), count=len(asked.few_events) + 1)
    return few_of(events, asked.few_events)


def _with_qvalues(asked: AskedTogether, found: Sequence[SeveralLags]) -> tuple[SeveralLags, ...]:
    """The leads, best first, with their p adjusted as those of leads that come after all chosen ones."""
    log_p = np.array([one.log_pvalue for one in found])
    own = fdr_adjust(np.exp(np.r_[np.full(asked.n_chosen, -np.inf), log_p]), n_tests=asked.n_tested)[asked.n_chosen :]
    named = [replace(one, qvalue=min(float(q), asked.fdr)) for one, q in zip(found, own, strict=True)]
    return tuple(sorted(named, key=lambda one: (one.log_pvalue, one.lead)))

"""Attempts to refute a lead: its future in place of its past, the lead shifted away, and its blocks in random order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.noise.momentum import largest_root
from leadlag.core.search.conditional import best_column
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.rescan import largest_statistic
from leadlag.core.search.scan import column_of, scan
from leadlag.core.search.shapes import STANDARD, Shape, first_autocorrelation
from leadlag.core.time.lags import difference
from leadlag.methods.refutation.numbers.surrogates import shifts_apart

__all__ = [
    "FEWEST_COPIES",
    "Attempts",
    "FutureLead",
    "PlaceboCopies",
    "attempts",
    "decoys_as_good",
    "decoys_passing",
    "future_lead",
    "momentum_reach",
    "random_walks",
    "reordered_copies",
    "shifted_copies",
    "with_copies",
]  # fmt: skip


#: A momentum has faded where this share of it is left.
_FADED = 0.05
#: Fewest blocks of a lead: with fewer there are too few orders, and a block stays in its place too often.
_FEWEST_BLOCKS = 5
#: With fewer copies no lead could be among the best 5 %.
FEWEST_COPIES = 19
#: Draws behind the p of the future.
_FUTURE_DRAWS = 199


@dataclass(frozen=True, kw_only=True)
class FutureLead:
    """What the past and the future of a lead explain, each beside the other and the lead's value of the same period.

    Parameters
    ----------
    past, future : float
        Share of the KPI's surprises that the best column explains.
    pvalue : float
        p that the future explains nothing beside the past.
    """

    past: float
    future: float
    pvalue: float


def future_lead(problem: Problem, *, seed: int, n_draws: int, shapes: Sequence[Shape] = STANDARD) -> FutureLead:
    """The scan of one lead with its future values in place of its past ones.

    Parameters
    ----------
    problem : Problem
        With that one lead.
    seed : int
    n_draws : int
    shapes : sequence of Shape

    Returns
    -------
    FutureLead

    Notes
    -----
    If the KPI does not drive the lead, the lead's future tells nothing of the KPI beside its present and its past (Sims 1972,
    American Economic Review 62:540). With time reversed the future is a past, AR noise is the same AR noise, and the scan is the
    scan: same lags, same shapes, its own draws. The lead's value of the same period and its best past column stand in that model,
    since the future of a persistent lead repeats its past: without them it would pass for a part of what the past explains. The
    share of the past is taken the same way, beside the best future column. A lead seen more often than the KPI is asked by what
    it comes to in the KPI's periods.
    """
    now = np.nan_to_num(problem.X[:, 0])
    present = refitted(problem, base=np.column_stack([problem.base, now]))
    past = column_of(present, 0, best_column(present, 0, shapes).column, shapes)
    beside_past = _reversed(present, past)
    found = scan(beside_past, rng=np.random.default_rng(seed), n_draws=n_draws, shapes=shapes)
    future = best_column(beside_past, 0, shapes)
    ahead = column_of(beside_past, 0, future.column, shapes)[::-1]
    beside_future = refitted(present, base=np.column_stack([present.base, ahead]))
    pvalue = float(found.pvalue[0])
    return FutureLead(
        past=best_column(beside_future, 0, shapes).share, future=future.share, pvalue=pvalue if np.isfinite(pvalue) else 1.0
    )


def _reversed(problem: Problem, column: Floats) -> Problem:
    """The problem with one more column in its base and time running backwards, the KPI's momentum fitted again."""
    shift = None if problem.shift is None else problem.shift[::-1]
    base = np.column_stack([problem.base, column])[::-1]
    return refitted(problem, y=problem.y[::-1], X=problem.X[::-1], base=base, shift=shift, finer=())


@dataclass(frozen=True, kw_only=True)
class PlaceboCopies:
    """A lead beside altered copies of itself.

    Parameters
    ----------
    found : float
        Statistic of the lead.
    tried : ndarray, shape (k,)
        Statistic of each copy.
    """

    found: float
    tried: Floats

    @property
    def pvalue(self) -> float:
        """Share of the copies, the lead itself counted, that explain as much; NaN where one copy in 20 is more than there are."""
        if len(self.tried) < FEWEST_COPIES:
            return float("nan")
        return float((1.0 + (self.tried >= self.found).sum()) / (1.0 + len(self.tried)))


def shifted_copies(
    problem: Problem, *, n_tries: int, rng: np.random.Generator, shapes: Sequence[Shape] = STANDARD
) -> PlaceboCopies:
    """A lead beside itself shifted, its end put before its beginning, so far that none of its past can matter.

    Parameters
    ----------
    problem : Problem
        With that one lead.
    n_tries : int
        Shifts tried; all there are if fewer.
    rng : Generator
    shapes : sequence of Shape

    Returns
    -------
    PlaceboCopies

    Notes
    -----
    A shift is at least the longest lag and the reach of the KPI's momentum, the lag at which 5 % of it is left, and all its lags
    are as far from the lead's future (its longest lag alone, where the rows are few; at most a third of them). A copy keeps all
    that the lead is, but when. Of an integrated KPI's leads the changes are shifted and summed again.
    """
    series, ratio = _own_series(problem)
    known = np.flatnonzero(np.isfinite(series))
    span = int(known[-1] - known[0] + 1)
    lag, reach = int(np.ceil(max(problem.lags) * ratio)), int(np.ceil(momentum_reach(problem) * ratio))
    possible = shifts_apart(span, nearest=lag + reach, lag=lag, fewest=FEWEST_COPIES)
    steps = np.sort(rng.choice(possible, size=min(n_tries, len(possible)), replace=False))
    places = [np.roll(np.arange(span), step) for step in steps]
    return _compared(problem, series, known[0], places, shapes)


def reordered_copies(
    problem: Problem, *, n_tries: int, rng: np.random.Generator, shapes: Sequence[Shape] = STANDARD
) -> PlaceboCopies:
    """A lead beside itself with its blocks in random order.

    Parameters
    ----------
    problem : Problem
        With that one lead.
    n_tries : int
    rng : Generator
    shapes : sequence of Shape

    Returns
    -------
    PlaceboCopies

    Notes
    -----
    Blocks are as long as the square root of the rows, longer for a persistent lead (``2 / (1 - rho)``), and at least five. A copy
    keeps what the lead is within a block. Of an integrated KPI's leads the changes are put in another order and summed again.
    """
    series, _ = _own_series(problem)
    known = np.flatnonzero(np.isfinite(series))
    span = int(known[-1] - known[0] + 1)
    moved = difference(series) if problem.momentum.unit_root else series
    rho = float(first_autocorrelation(moved[:, None])[0])
    length = max(2, min(span // _FEWEST_BLOCKS, max(int(np.ceil(span**0.5)), int(np.ceil(2.0 / max(1.0 - rho, 1e-3))))))
    blocks = np.split(np.arange(span), range(length, span - length // 2, length))
    places = [np.concatenate([blocks[block] for block in rng.permutation(len(blocks))]) for _ in range(n_tries)]
    return _compared(problem, series, known[0], places, shapes)


def _own_series(problem: Problem) -> tuple[Floats, float]:
    """The series of the first lead on its own calendar, and its periods to one of the KPI's."""
    finer = problem.finer_of(0)
    return (problem.X[:, 0], 1.0) if finer is None else (finer.values, finer.clock.ratio)


def momentum_reach(problem: Problem) -> float:
    """Periods after which the KPI's momentum has faded."""
    root = largest_root(problem.momentum.phi)
    return float(np.log(_FADED) / np.log(root)) if root > 0 else 0.0


def _compared(problem: Problem, series: Floats, first: np.intp, places: Sequence[Ints], shapes: Sequence[Shape]) -> PlaceboCopies:
    """Statistic of a lead and of its copies, each of which takes the lead's rows from `first` on in another order."""
    rows = np.arange(first, first + len(places[0])) if places else np.empty(0, dtype=np.intp)
    summed = problem.momentum.unit_root
    moved = difference(series) if summed else series
    copies = np.full((len(series), len(places)), np.nan)
    for copy, order in enumerate(places):
        values = moved[rows][order]
        copies[rows, copy] = np.where(np.isfinite(series[rows]), np.nancumsum(values), np.nan) if summed else values
    statistic, _ = largest_statistic(with_copies(problem, copies), shapes)
    found, _ = largest_statistic(problem, shapes)
    return PlaceboCopies(found=float(found[0]), tried=statistic[np.isfinite(statistic)])


def with_copies(problem: Problem, copies: Floats) -> Problem:
    """The problem with some series in place of its one lead.

    Parameters
    ----------
    problem : Problem
    copies : ndarray, shape (n_own, k)
        On the lead's own calendar.
    """
    k, finer = copies.shape[1], problem.finer_of(0)
    scale, asked = np.repeat(problem.x_scale, k), problem.asked * k
    if finer is None:
        return replace(problem, X=copies, x_scale=scale, finer=(), asked=asked)
    own = tuple(replace(finer, values=column) for column in copies.T)
    return replace(problem, X=np.repeat(problem.X, k, axis=1), x_scale=scale, finer=own, asked=asked)


def random_walks(rng: np.random.Generator, *, n: int, count: int) -> Floats:
    """Random walks without drift, shape (n, count)."""
    return np.cumsum(rng.normal(size=(n, count)), axis=0)


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """The future, the shifts and the orders of one lead."""

    future: FutureLead
    placebo: PlaceboCopies
    permuted: PlaceboCopies


def attempts(problem: Problem, *, seed: int, n_tries: int, shapes: Sequence[Shape] = STANDARD) -> Attempts:
    """Make all attempts on the one lead of a problem, each with draws of its own.

    Parameters
    ----------
    problem : Problem
        With that one lead.
    seed : int
    n_tries : int
        Shifts and orders tried, at most.
    shapes : sequence of Shape
    """
    draws = [np.random.default_rng([seed, attempt]) for attempt in range(2)]
    return Attempts(
        future=future_lead(problem, seed=seed, n_draws=_FUTURE_DRAWS, shapes=shapes),
        placebo=shifted_copies(problem, n_tries=n_tries, rng=draws[0], shapes=shapes),
        permuted=reordered_copies(problem, n_tries=n_tries, rng=draws[1], shapes=shapes),
    )


def decoys_as_good(pvalue: float, decoys: Sequence[float]) -> float:
    """Share of the decoys, the lead itself counted, with a p as small as its own; NaN with too few decoys."""
    return PlaceboCopies(found=-pvalue, tried=-np.array(decoys)).pvalue


def decoys_passing(pvalue: Floats, *, n_selected: int, n_tested: int, fdr: float) -> tuple[int, float]:
    """Decoys each of which would have been called a lead as one candidate more, and how many would be if every p is right.

    Parameters
    ----------
    pvalue : ndarray, shape (d,)
        Of the decoys that could be tested.
    n_selected, n_tested : int
        Leads chosen, and candidates tested.
    fdr : float
        False discovery rate of the ranking.

    Examples
    --------
    >>> decoys_passing(np.array([0.5, 0.001, 0.9]), n_selected=0, n_tested=5, fdr=0.12)
    (1, 0.06)
    """
    allowed = fdr * (n_selected + 1) / (n_tested + 1)
    return int((pvalue <= allowed).sum()), len(pvalue) * allowed

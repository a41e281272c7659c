"""In which scale a ranking is made, and what the choice costs: levels, or logs of what grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.search.otherscale import OtherScale, other_scale
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.rescan import largest_statistic
from leadlag.core.search.scan import scan_with, shared_signs
from leadlag.core.search.shapes import Shape
from leadlag.errors import DataContractError
from leadlag.prepare import Prepared

__all__ = ["Scaled", "in_scale"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scaled:
    """A problem in the scale in which it is ranked.

    Parameters
    ----------
    prepared : Prepared
    log : tuple of str
        Columns that are in logs in it.
    tried : tuple of str
        Columns that were to be asked in logs as well as in levels; none where one scale was asked.
    other : OtherScale or None
        The scale that was not taken; None where one scale was asked, or could be.
    """

    prepared: Prepared
    log: tuple[str, ...]
    tried: tuple[str, ...] = ()
    other: OtherScale | None = None


def in_scale(
    prepared_in: Callable[[tuple[str, ...]], Prepared],
    log: tuple[str, ...],
    shapes: Sequence[Shape],
    *,
    choose: bool,
    seed: int,
    n_draws: int,
) -> Scaled:
    """The problem with some columns in logs, or in levels or these logs, whichever shows a lead more clearly.

    Parameters
    ----------
    prepared_in : callable
        Makes the problem with these columns in logs.
    log : tuple of str
        Columns in logs.
    shapes : sequence of Shape
    choose : bool
        Whether levels are asked too.
    seed : int
        Of the signs of all scans.
    n_draws : int

    Returns
    -------
    Scaled
        In levels where the KPI's logs cannot be analysed.

    Notes
    -----
    All leads are asked of one KPI together, so a ranking has one scale: that of the largest |t| of any lead, and so the least p.
    Every p is then that of the smaller of both scales' (`leadlag.core.search.otherscale`), so that they hold whichever scale was
    taken, and by whatever rule.
    """
    if not (choose and log):
        return Scaled(prepared=prepared_in(log), log=log)
    levels = prepared_in(())
    try:
        logs = prepared_in(log)
    except DataContractError:  # trend, season and controls tell the KPI's logs exactly
        return Scaled(prepared=levels, log=(), tried=log)
    in_logs = _clearest(logs.problem, shapes) > _clearest(levels.problem, shapes)
    taken, left = (logs, levels) if in_logs else (levels, logs)
    other = _other(left, taken, shapes, seed=seed, n_draws=n_draws)
    return Scaled(prepared=taken, log=log if in_logs else (), tried=log, other=other)


def _other(left: Prepared, taken: Prepared, shapes: Sequence[Shape], *, seed: int, n_draws: int) -> OtherScale:
    """The scale that was not taken, of the leads of the one that was."""
    length = len(left.problem.y)
    scanned = scan_with(left.problem, shared_signs(np.random.default_rng(seed), n_draws=n_draws, length=length), shapes)
    tested = np.isfinite(scanned.statistic)
    row_of = {name: int(row) for name, row, held in zip(left.leads, np.cumsum(tested) - 1, tested, strict=True) if held}
    return other_scale(scanned.tail, [row_of.get(name, -1) for name in taken.leads], length=length)


def _clearest(problem: Problem, shapes: Sequence[Shape]) -> float:
    """Largest |t| of any lead, the smaller one with the KPI's level shift in the model and without it."""
    statistic: Floats = largest_statistic(problem, shapes)[0]
    if problem.shift is not None:
        statistic = np.fmin(statistic, largest_statistic(refitted(problem, shift=None), shapes)[0])
    return float(np.nanmax(statistic, initial=0.0))

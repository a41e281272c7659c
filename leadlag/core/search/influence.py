"""What is left of a lead without the rows that speak for it most: a few events are a few observations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import BaseFit, fit_base, regressors
from leadlag.core.search.shapes import Shape

__all__ = ["Events", "block_effects", "events_behind", "events_of"]

#: Rows of a block, as a share of those in which the column has a value, and the fewest. A share of all rows cost 5 of 36 leads
#: that begin late.
_BLOCK, _FEWEST = 0.05, 3
#: Keeps the cross products of what is left solvable where a column lives in the rows that are left out.
_RIDGE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Events:
    """The stretches of rows that speak most for a lead, one after the other.

    Parameters
    ----------
    spans : tuple of (int, int)
        First and last row of each, in the order of their weight.
    left : tuple of float
        Share of the lead's t that is left without the first one, without the first two, and so on.
    """

    spans: tuple[tuple[int, int], ...]
    left: tuple[float, ...]


def events_behind(problem: Problem, column: int, *, shapes: Sequence[Shape], count: int) -> Events:
    """The blocks of rows on which the t of one column rests most.

    Parameters
    ----------
    problem : Problem
        With one lead, the other chosen ones in its base.
    column : int
        The lead's best column.
    shapes : sequence of Shape
    count : int
        Blocks left out, one after the other.

    Returns
    -------
    Events

    Notes
    -----
    Blocks of 5 % of the lead's rows begin anywhere. Without a block, the base and the column are fitted to the rows that are
    left; the one without which t is smallest goes, and the next one is looked for in what is left. A t that turns its sign counts
    below zero.
    """
    base_fit = fit_base(problem)
    columns = regressors(problem, base_fit, [0], shapes)
    return events_of(base_fit, columns.values[:, 0, column], nobs=int(columns.nobs[0, column]), count=count)


def events_of(base_fit: BaseFit, values: Floats, *, nobs: int, count: int) -> Events:
    """The same of a filtered column less the base, with `nobs` rows that are not masked."""
    size = float(np.sqrt(values @ values))
    y, rows = base_fit.residual, base_fit.filter_.rows
    if not size or not y @ y:
        return Events(spans=(), left=())
    design = np.column_stack([base_fit.basis.q, values / size])
    length = max(_FEWEST, int(np.ceil(_BLOCK * nobs)))
    kept, spans, left = np.ones(len(y), dtype=bool), [], []
    start = float(block_effects(design, y, kept, np.zeros((1, 0), dtype=np.intp))[0])
    for _ in range(count):
        blocks = np.arange(len(y) - length + 1)[:, None] + np.arange(length)
        without = block_effects(design, y, kept, blocks) * np.sign(start)
        at = int(np.argmin(without))
        kept[blocks[at]] = False
        spans.append((int(rows[at]), int(rows[at + length - 1])))
        left.append(float(without[at] / abs(start)) if start else np.nan)
    return Events(spans=tuple(spans), left=tuple(left))


def block_effects(design: Floats, y: Floats, kept: np.ndarray, blocks: Ints) -> Floats:
    """t of the last column of a design without each of some blocks of rows, among the rows that are kept.

    Parameters
    ----------
    design : ndarray, shape (n, k)
    y : ndarray, shape (n,)
    kept : ndarray of bool, shape (n,)
    blocks : ndarray of int, shape (b, length)

    Returns
    -------
    ndarray, shape (b,)
    """
    held, rows = kept.astype(np.float64), kept[blocks].astype(np.float64)
    out = design[blocks] * rows[:, :, None]
    gram = (design * held[:, None]).T @ design - np.einsum("bli,blj->bij", out, out)
    gram += _RIDGE * np.eye(design.shape[1])
    cross = (design * held[:, None]).T @ y - np.einsum("bli,bl->bi", out, y[blocks])
    total = held @ (y * y) - (rows * y[blocks] ** 2).sum(axis=1)
    inverse = np.linalg.inv(gram)
    coefficient = np.einsum("bij,bj->bi", inverse, cross)
    spread = np.maximum(total - (coefficient * cross).sum(axis=1), np.finfo(float).tiny)
    df = np.maximum(held.sum() - rows.sum(axis=1) - design.shape[1], 1.0)
    return np.asarray(coefficient[:, -1] / np.sqrt(spread / df * inverse[:, -1, -1]))

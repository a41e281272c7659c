"""The largest of many products with each draw: most of the arithmetic of a scan."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from leadlag.core.arrays import Flags, Floats, Ints

__all__ = ["largest_scores"]


#: Draws taken together: what their products with one lead make stays in the cache of a core.
_AT_ONCE = 500
#: Draws from which looking for fewer columns pays.
_MANY_DRAWS = 500
#: A direction of which less than this share of a column is left is rounding, and so is what a sum may miss of one.
_RANK, _EXACT = 1e-9, 1e-10


def largest_scores(values: Floats, scale: Floats, draws: Floats, *, whole: Flags, signs: Ints | None = None) -> Floats:
    """Largest product of any column of each lead, times its scale, with each draw: of either sign, or of the one asked for.

    Parameters
    ----------
    values : ndarray, shape (n, m, s)
        Columns of m leads.
    scale : ndarray, shape (m, s)
    draws : ndarray, shape (n, d)
    whole : ndarray of bool, shape (m,)
        Leads without a masked row.
    signs : ndarray of int, shape (m,), optional
        Sign that counts, of each lead; 0 for either. Where no product has it, the largest is 0.

    Returns
    -------
    ndarray, shape (m, d)

    Notes
    -----
    The columns of a lead are many ways to sum the same few values: a decay from lag k is the value at k and the rate times the
    decay from k + 1. So a third of them or fewer span all, with weights that are the same for every lead. Places and weights
    are read off one lead by a pivoted QR. Where they give every column of a lead to 1e-10, only the few are multiplied with the
    draws, and the rest is summed up from their products; a lead with masked rows keeps all its columns.
    """
    found = _few_columns(values, whole) if draws.shape[1] >= _MANY_DRAWS else None
    spanned = np.zeros(len(scale), dtype=bool) if found is None else _spanned(values, *found)
    largest = np.empty((len(scale), draws.shape[1]))
    asked = np.zeros(len(scale), dtype=np.intp) if signs is None else signs
    scale = np.where(asked == 0, 1, asked)[:, None] * scale
    few, every = np.flatnonzero(spanned), np.flatnonzero(~spanned)
    for begin in range(0, draws.shape[1], _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        if found is not None and len(few):
            places, weights = found
            # one product for all leads: the draws are read once
            sums = np.ascontiguousarray(values[:, few[:, None], places]).reshape(len(values), -1).T @ draws[:, some]
            parts = sums.reshape(len(few), len(places), -1)
            for lead, part in zip(few, parts, strict=True):
                _largest((weights * scale[lead]).T @ part, out=largest[lead, some], one_sided=bool(asked[lead]))
        for lead in every:
            products = (values[:, lead] * scale[lead]).T @ draws[:, some]
            _largest(products, out=largest[lead, some], one_sided=bool(asked[lead]))
    return largest


def _largest(products: Floats, *, out: Floats, one_sided: bool) -> None:
    """Largest absolute value of each column, or the largest above zero, written to `out`."""
    if not one_sided:
        np.abs(products, out=products)
    products.max(axis=0, out=out, initial=0.0)


def _few_columns(values: Floats, whole: Flags) -> tuple[Ints, Floats] | None:
    """Places (k,) of columns that span all s of a lead, and the weights (k, s) that do so; None if that saves little."""
    norm = np.sqrt(np.einsum("tms,tms->ms", values, values))
    candidates = np.flatnonzero(whole & (norm > 0).all(axis=1))
    if not len(candidates):
        return None
    lead = candidates[0]
    r, order = linalg.qr(values[:, lead] / norm[lead], mode="r", pivoting=True)
    pivots = np.abs(np.diag(r))
    rank = int((pivots > _RANK * pivots[0]).sum())
    if 2 * rank > len(order):
        return None
    weights = np.empty((rank, len(order)))
    weights[:, order] = linalg.solve_triangular(r[:rank, :rank], r[:rank])
    places = order[:rank]
    return places, weights * norm[lead] / norm[lead, places][:, None]


def _spanned(values: Floats, places: Ints, weights: Floats) -> Flags:
    """Leads of which the few columns give every one."""
    return np.array([_gives_all(values[:, lead], places, weights) for lead in range(values.shape[1])], dtype=bool)


def _gives_all(columns: Floats, places: Ints, weights: Floats) -> bool:
    """Whether sums of a few of some columns (n, s) are all of them."""
    rest = columns - columns[:, places] @ weights
    length, missed = (np.einsum("ts,ts->s", part, part) for part in (columns, rest))
    return bool((missed <= _EXACT**2 * length).all())

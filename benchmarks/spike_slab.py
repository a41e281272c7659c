"""Which candidates act, and through which column: spike and slab over a dictionary, by Gibbs sampling. Arrays only.

The model, after a whitening W_g of the grid g::

    W_g y = W_g B beta + sum_j a_j W_g d_j,z(j) + sigma e

Each candidate j acts through one column z(j) of its dictionary with probability `share`, else not at all; or as many act as are
known to. Shapes have uniform Dirichlet weights, which the candidates of a table share; columns of a shape (its lags) are equally
likely. beta has a flat prior and is integrated out, a_j has a normal slab of variance sigma^2 tau^2, the grids of momentum and of
tau are uniform. Given the other candidates, z(j) is drawn with a_j integrated out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Prior", "Question", "Whitening", "ar_whitening", "inclusion", "named", "polynomial_whitening"]

Floats = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Whitening:
    """n x n matrix (rows without a past may be zero) and the log of its determinant on the rows it keeps."""

    matrix: Floats
    log_det: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is taken to be known before.

    Parameters
    ----------
    tau : sequence of float
        Sizes of the slab, in sigma for a unit of a column; one is known, several are a uniform grid.
    share : float, optional
        Probability that a candidate acts; if it is not given, Beta(1, 4).
    number : int, optional
        How many act; if it is given, `share` is not used.
    sigma : float, optional
        Sd of the innovations; if it is not given, Jeffreys' prior.
    """

    tau: Sequence[float]
    share: float | None = None
    number: int | None = None
    sigma: float | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """y (n,), base (n, q), columns (m, K, n), shape of each column (K,), and the whitenings among which momentum is searched."""

    y: Floats
    base: Floats
    columns: Floats
    shapes: np.ndarray
    whitenings: Sequence[Whitening]
    prior: Prior


@dataclass
class _Grid:
    """What follows from each whitening: filter less base, weight, filtered KPI, and columns made when first asked for."""

    question: Question
    filters: Floats = field(init=False)
    weights: Floats = field(init=False)
    kept: int = field(init=False)
    made: dict[int, tuple[Floats, Floats]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        filters, weights, ranks = [], [], []
        for one in self.question.whitenings:
            u, size, _ = np.linalg.svd(one.matrix @ self.question.base, full_matrices=False)
            known = size > 1e-8 * max(size[0], 1e-300)
            u = u[:, known]
            filters.append(one.matrix - u @ (u.T @ one.matrix))
            weights.append(one.log_det - np.log(size[known]).sum())
            ranks.append(int(known.sum()))
        self.filters, self.weights = np.stack(filters), np.array(weights)
        alive = np.abs(self.question.whitenings[0].matrix).sum(axis=1) > 0
        self.kept = int(alive.sum()) - max(ranks)

    def columns(self, g: int) -> tuple[Floats, Floats]:
        """Filtered columns (m, K, n) and their squared lengths (m, K)."""
        if g not in self.made:
            filtered = self.question.columns @ self.filters[g].T
            self.made[g] = filtered, (filtered**2).sum(axis=2)
        return self.made[g]

    def squares(self, left: Floats) -> Floats:
        """Sum of squares of a residual under every whitening."""
        return ((self.filters @ left) ** 2).sum(axis=1)


@dataclass
class _State:
    """Column of each candidate (0: none), its size, and the rest."""

    column: np.ndarray
    size: Floats
    g: int
    tau: float
    sigma: float
    share: float
    log_weights: Floats  # of the columns


def inclusion(question: Question, rng: np.random.Generator, *, sweeps: int = 400, burn_in: int = 100) -> Floats:
    """Probability of each candidate to act, shape (m,): the mean of its probability at each sweep."""
    grid, m = _Grid(question), question.columns.shape[0]
    prior = question.prior
    sigma = prior.sigma or _first_sigma(grid)
    state = _State(
        column=np.zeros(m, dtype=int), size=np.zeros(m), g=int(rng.integers(len(question.whitenings))), tau=prior.tau[0],
        sigma=sigma, share=prior.share or 0.2, log_weights=_log_weights(question, np.ones(_n_shapes(question))),
    )  # fmt: skip
    if prior.number is not None:
        state.column[rng.choice(m, prior.number, replace=False)] = 1  # of size 0 until they are drawn
    draw = _candidates if prior.number is None else _known_number
    total = np.zeros(m)
    for sweep in range(burn_in + sweeps):
        acting = draw(grid, state, rng)
        total += acting if sweep >= burn_in else 0.0
        _rest(grid, state, rng)
    return total / sweeps


def _n_shapes(question: Question) -> int:
    return int(question.shapes.max()) + 1


def _log_weights(question: Question, of_shapes: Floats) -> Floats:
    """Log of each column's weight, given those of the shapes."""
    return np.log((of_shapes / of_shapes.sum() / np.bincount(question.shapes))[question.shapes])


def _first_sigma(grid: _Grid) -> float:
    return float(np.sqrt(grid.squares(grid.question.y).min() / max(grid.kept, 1)))


def _candidates(grid: _Grid, state: _State, rng: np.random.Generator) -> Floats:
    """Draw column and size of every candidate in turn; their probabilities to act."""
    columns, lengths = grid.columns(state.g)
    left = grid.filters[state.g] @ grid.question.y - _acting(columns, state)
    acting = np.zeros(len(columns))
    for j in rng.permutation(len(columns)):
        if state.column[j]:
            left += state.size[j] * columns[j, state.column[j] - 1]
        log_odds, mean, spread = _odds(columns[j], lengths[j], left, state)
        chances = _chances(np.r_[np.log1p(-state.share), np.log(state.share) + log_odds])
        acting[j] = 1 - chances[0]
        state.column[j], state.size[j] = _drawn(chances, rng), 0.0
        if state.column[j]:
            k = state.column[j] - 1
            state.size[j] = mean[k] + spread[k] * rng.standard_normal()
            left -= state.size[j] * columns[j, k]
    return acting


def _known_number(grid: _Grid, state: _State, rng: np.random.Generator) -> Floats:
    """Each of those that act in turn gives its place to any that does not, or keeps it; their probabilities to act."""
    columns, lengths = grid.columns(state.g)
    left = grid.filters[state.g] @ grid.question.y - _acting(columns, state)
    acting, places = np.zeros(len(columns)), rng.permutation(np.flatnonzero(state.column))
    for j in places:
        left += state.size[j] * columns[j, state.column[j] - 1]
        state.column[j], state.size[j] = 0, 0.0
        acting[state.column > 0] += 1
        free = np.flatnonzero(state.column == 0)
        log_odds, mean, spread = _odds(columns[free], lengths[free], left, state)
        chances = _chances(log_odds.ravel())
        acting[free] += chances.reshape(log_odds.shape).sum(axis=1)
        chosen = np.unravel_index(_drawn(chances, rng), log_odds.shape)
        to, k = free[chosen[0]], chosen[1]
        state.column[to], state.size[to] = k + 1, mean[chosen] + spread[chosen] * rng.standard_normal()
        left -= state.size[to] * columns[to, k]
    return acting / len(places)


def _odds(columns: Floats, lengths: Floats, left: Floats, state: _State) -> tuple[Floats, Floats, Floats]:
    """Log odds of each column to act rather than none, its weight included; mean and sd of its size if it does."""
    inner, shrunk = columns @ left, state.tau**2 / (1 + state.tau**2 * lengths)
    odds = 0.5 * (inner**2 * shrunk / state.sigma**2 - np.log1p(state.tau**2 * lengths))
    return state.log_weights + odds, shrunk * inner, state.sigma * np.sqrt(shrunk)


def _acting(columns: Floats, state: _State) -> Floats:
    """What the chosen columns add up to."""
    on = np.flatnonzero(state.column)
    return state.size[on] @ columns[on, state.column[on] - 1] if len(on) else np.zeros(columns.shape[2])


def _rest(grid: _Grid, state: _State, rng: np.random.Generator) -> None:
    """Draw momentum, sd, slab and share given the columns and sizes."""
    prior, on = grid.question.prior, np.flatnonzero(state.column)
    squares = grid.squares(grid.question.y - _acting(grid.question.columns, state))
    state.g = _drawn(_chances(grid.weights - 0.5 * squares / state.sigma**2), rng)
    sizes = float((state.size[on] ** 2).sum())
    if prior.sigma is None:
        spent = squares[state.g] + sizes / state.tau**2
        state.sigma = float(np.sqrt(0.5 * spent / rng.gamma(0.5 * (grid.kept + len(on)))))
    tau = np.asarray(prior.tau, dtype=float)
    state.tau = float(tau[_drawn(_chances(-len(on) * np.log(tau) - 0.5 * sizes / (tau * state.sigma) ** 2), rng)])
    counts = np.bincount(grid.question.shapes[state.column[on] - 1], minlength=_n_shapes(grid.question))
    state.log_weights = _log_weights(grid.question, np.maximum(rng.dirichlet(1.0 + counts), 1e-12))
    if prior.share is None:
        state.share = float(rng.beta(1 + len(on), 4 + len(state.column) - len(on)))


def _chances(log_weights: Floats) -> Floats:
    chances = np.exp(log_weights - log_weights.max())
    return chances / chances.sum()


def _drawn(chances: Floats, rng: np.random.Generator) -> int:
    return min(int(np.searchsorted(np.cumsum(chances), rng.random())), len(chances) - 1)


def named(probabilities: Floats, *, fdr: float) -> np.ndarray:
    """As many of the most probable as keep the mean of 1 - probability at most `fdr`, shape (m,) of bool."""
    order = np.argsort(-probabilities, kind="stable")
    expected = np.cumsum(1 - probabilities[order]) / np.arange(1, len(order) + 1)
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order[: int((expected <= fdr).sum())]] = True  # the mean only grows
    return chosen


def ar_whitening(n: int, coefficient: float, *, seasonal: float = 0.0, period: int = 1) -> Whitening:
    """Exact for AR(1); with a seasonal factor 1 - seasonal B^period, exact for each of the two in turn."""
    first, log_det = _factor(n, coefficient, 1)
    if not seasonal:
        return Whitening(matrix=first, log_det=log_det)
    second, log_det_2 = _factor(n, seasonal, period)
    return Whitening(matrix=first @ second, log_det=log_det + log_det_2)


def _factor(n: int, coefficient: float, lag: int) -> tuple[Floats, float]:
    """1 - c B^lag, the rows without a past divided by their sd, and the log of its determinant."""
    matrix, scale = np.eye(n) - coefficient * np.eye(n, k=-lag), np.sqrt(1 - coefficient**2)
    matrix[:lag] *= scale
    return matrix, float(min(lag, n) * np.log(scale))


def polynomial_whitening(n: int, coefficients: Sequence[float]) -> Whitening:
    """phi(B) on the rows that have a past; the rows before are left out."""
    matrix = np.eye(n) - sum((c * np.eye(n, k=-lag) for lag, c in enumerate(coefficients, start=1)), np.zeros((n, n)))
    matrix[: len(coefficients)] = 0.0
    return Whitening(matrix=matrix)

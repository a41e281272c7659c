"""What a search could have seen: the chance that a lead with an effect of a given size is found.

The statistic of a lead is the largest |t| over lags and shapes. With a true effect at a single lag, the column of that lag has a
noncentral t, and the columns that go together with it are moved too: by their correlation with it, in the filtered regression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.scan import BaseFit, Columns, column_of, fit_base, lead_chunks, regressors
from leadlag.core.search.shapes import STANDARD, Shape, first_autocorrelation, search_weights

__all__ = ["PowerCurves", "power_curves"]


#: Draws of normal noise behind what the other columns add to the chance that the true one alone has, and lags that are averaged.
_DRAWS, _LAGS = 160, 3
#: Columns of a lead that are followed one by one: those that go together most with the true one.
_CLOSE = 12
#: Sizes at which the chance is computed, in standard errors about the threshold.
_BELOW, _BEYOND, _SIZES = 4.0, 4.0, 33
#: Leads of which an effect is planted, to see what the KPI's momentum takes up of it; least share that it leaves; and how far
#: apart leads are that stand for each other, in their first autocorrelation.
_PLANTED, _LEAST_LEFT, _ALIKE = 8, 0.5, 0.15
#: They are planted at a size between those found half and most of the time, larger by about what the momentum takes up.
_SIZE_PLANTED = 1.1
#: Residual variance is at least this share of the KPI's: an exact fit has no noise to hide in.
_LEAST = 1e-12


@dataclass(frozen=True, kw_only=True)
class PowerCurves:
    """Chance to find each of m leads, by the size of a true effect at a single lag.

    Parameters
    ----------
    effect : ndarray, shape (m, g)
        Sizes, in working units: change of `Problem.y` for a rise of `Problem.X` by one; NaN for a lead that cannot be tested.
    found : ndarray, shape (m, g)
        Chance that the largest |t| of the lead passes its threshold, averaged over the lags.
    error : ndarray, shape (m,)
        Standard error of an effect at a single lag, in working units.
    estimated : ndarray, shape (m,)
        Absolute effect at the single lag that fits best, in working units.
    threshold : ndarray, shape (m,)
        Least |t| with which each lead is found.
    left : ndarray, shape (m,)
        Share of an effect's t that is left by a momentum that is fitted before the effect is known.
    df : int
        Residual degrees of freedom.
    n_rows : int
        Rows that have the KPI and all of the base.
    """

    effect: Floats
    found: Floats
    error: Floats
    estimated: Floats
    threshold: Floats
    left: Floats
    df: int
    n_rows: int

    @property
    def rising(self) -> Floats:
        """The chance made to grow with the size, which its draws may keep it from, shape (m, g)."""
        return np.asarray(np.maximum.accumulate(self.found, axis=1))

    def at(self, power: float) -> Floats:
        """Least effect that is found in this share of samples, shape (m,)."""
        rising = self.rising
        known = np.isfinite(self.effect).all(axis=1)
        sizes = np.full(len(self.effect), np.nan)
        for lead in np.flatnonzero(known):
            sizes[lead] = np.interp(power, rising[lead], self.effect[lead])
        return sizes


def power_curves(
    problem: Problem,
    *,
    threshold: Floats,
    usual: Floats,
    seed: int = 0,
    shapes: Sequence[Shape] = STANDARD,
) -> PowerCurves:
    """Chance to find each lead of a problem, by the size of a true effect at a single lag.

    Parameters
    ----------
    problem : Problem
    threshold : ndarray, shape (m,)
        Least |t| with which each lead is found; NaN for one that cannot be tested.
    usual : ndarray, shape (m,)
        Largest |t| that each lead hardly passes if it has no effect.
    seed : int
        Of the draws of noise.
    shapes : sequence of Shape
        Those that are searched.

    Returns
    -------
    PowerCurves

    Notes
    -----
    Let u_c be the filtered columns of a lead less the base, of unit length, r_c their correlations with that of the true lag, and
    e the noise. At a noncentrality d the score of column c is ``u_c'e + d r_c``, the sum of squares ``e'e + 2 d u'e + d^2``, and
    the lead is found where one column explains enough: ``w_c^2 (u_c'e + d r_c)^2 >= s (e'e + 2 d u'e + d^2)`` with
    ``s = c^2 / (df + c^2)``, c the threshold and w the weights of the search. In a draw of e each column that goes together with
    the true one passes from a root of a quadratic in d on; the least of the roots is the size from which the lead is found. The
    chance of the true column alone is known without draws (noncentral t; Johnson, Kotz & Balakrishnan 1995, ch. 31), so draws are
    needed only for what the others add to it. Noise is taken as normal; changing variance is in the threshold. One d is the
    standard error of an effect: the residual sd, less what the lead's best column explains beyond the usual, over the length of
    the column. An effect has to be larger by what the KPI's momentum, fitted before it is known, takes up of it
    (`PowerCurves.left`).
    """
    base_fit = fit_base(problem)
    noise = np.random.default_rng(seed).standard_normal((len(base_fit.residual), _DRAWS))
    total = np.square(noise).sum(axis=0) - np.square(base_fit.basis.q.T @ noise).sum(axis=0)
    m, steps = problem.X.shape[1], np.linspace(-_BELOW, _BEYOND, _SIZES)
    sizes = np.maximum(threshold[:, None] + steps, 0.0)
    found, error, estimated = np.full((m, _SIZES), np.nan), np.full(m, np.nan), np.full(m, np.nan)
    for leads in lead_chunks(problem, n_shapes=len(shapes)):
        columns = regressors(problem, base_fit, leads.tolist(), shapes)
        search = _SearchUnderEffect.of(
            problem, base_fit, columns, shapes=shapes, signs=problem.signs[leads], noise=noise, total=total
        )
        error[leads], estimated[leads] = search.sizes(usual[leads])
        found[leads] = search.found(sizes[leads], threshold[leads])
    left = _left(problem, _SIZE_PLANTED * (threshold + 0.5) * error, shapes=shapes)
    return PowerCurves(
        effect=np.where(np.isfinite(found), sizes * (error / left)[:, None], np.nan), found=found, error=error, left=left,
        estimated=estimated, threshold=threshold, df=base_fit.df, n_rows=int(problem.observed.sum()),
    )  # fmt: skip


def _left(problem: Problem, sizes: Floats, *, shapes: Sequence[Shape]) -> Floats:
    """Share of the t of an effect that is left once the KPI's momentum has been fitted without knowing of it, shape (m,).

    The momentum is that of the KPI with the effect in it, so that it takes some of the effect for the KPI's own, and filters the
    noise less well. It takes more of a lead that is as persistent as itself, so leads alike in that stand for each other.
    """
    rho = first_autocorrelation(problem.X)
    usable = np.flatnonzero(np.isfinite(sizes) & (sizes > 0))
    if not len(usable):
        return np.ones(len(sizes))
    ordered = usable[np.argsort(rho[usable], kind="stable")]
    some = ordered[np.unique(np.linspace(0, len(ordered) - 1, min(_PLANTED, len(ordered))).astype(int))]
    place = next(place for place, shape in enumerate(shapes) if shape.kind == "point" and shape.response == "linear")
    planted = [
        _planted(problem.of([lead]), sizes[lead], share=(turn + 0.5) / len(some), place=place, shape=shapes[place])
        for turn, lead in enumerate(some.tolist())
    ]
    as_it_is, as_fitted = np.array(planted).T
    weight = np.exp(-0.5 * np.square((rho[:, None] - rho[some]) / _ALIKE))
    with np.errstate(invalid="ignore", divide="ignore"):
        left = (weight @ as_fitted) / (weight @ as_it_is)
    return np.where(np.isfinite(left), np.clip(left, _LEAST_LEFT, 1.0), 1.0)


def _planted(problem: Problem, size: float, *, share: float, place: int, shape: Shape) -> tuple[float, float]:
    """t of an effect of a problem's only lead, beside the momentum as it is and as it comes out with the effect in the KPI.

    The effect is added with either sign: half the difference of the two has no noise in it.
    """
    slots = np.flatnonzero(np.isfinite(problem.delays(0)))
    slot = int(slots[int(share * len(slots))])
    column = size * column_of(problem, 0, place * problem.n_slots + slot, [shape] * (place + 1))
    pairs = [(sign, replace(problem, y=problem.y + sign * column)) for sign in (1.0, -1.0)]
    return (
        sum(sign * _t(each, slot, shape) for sign, each in pairs),
        sum(sign * _t(refitted(each), slot, shape) for sign, each in pairs),
    )


def _t(problem: Problem, slot: int, shape: Shape) -> float:
    """t of a problem's only lead at one lag."""
    base_fit = fit_base(problem)
    columns = regressors(problem, base_fit, [0], [shape])
    score = float(columns.values[:, 0, slot] @ base_fit.residual) / max(float(columns.norm[0, slot]), np.finfo(float).tiny)
    beside = float(base_fit.residual @ base_fit.residual) - score**2
    return score * float(np.sqrt(base_fit.df / beside)) if beside > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class _SearchUnderEffect:
    """Some leads in the filtered regression, beside draws of noise.

    `unit` (n, m, s) are the columns at unit length, `norm` (m, s) their lengths, `weights` (s,) those of the search, `points` the
    columns of single lags, `scores` (m, s, draws) what each column takes of the noise, as the search weighs it, and `total`
    (draws,) its sum of squares. `signs` (m,) are those asked for, 0 for either.
    """

    base_fit: BaseFit
    unit: Floats
    norm: Floats
    weights: Floats
    points: Ints
    scores: Floats
    total: Floats
    signs: Ints

    @classmethod
    def of(
        cls,
        problem: Problem,
        base_fit: BaseFit,
        columns: Columns,
        *,
        shapes: Sequence[Shape],
        signs: Ints,
        noise: Floats,
        total: Floats,
    ) -> _SearchUnderEffect:
        """The columns at unit length with their scores."""
        n, m, s = columns.values.shape
        unit = columns.values / np.where(columns.norm > 0, columns.norm, 1.0)
        single = [place for place, shape in enumerate(shapes) if shape.kind == "point" and shape.response == "linear"]
        weights = search_weights(shapes, n_lags=problem.n_slots)
        scores = (unit.reshape(n, -1).T @ noise).reshape(m, s, -1)
        scores *= weights[:, None]
        return cls(
            base_fit=base_fit, unit=unit, norm=columns.norm, weights=weights, scores=scores, total=total, signs=signs,
            points=single[0] * problem.n_slots + np.arange(problem.n_slots),
        )  # fmt: skip

    def sizes(self, usual: Floats) -> tuple[Floats, Floats]:
        """Standard error of an effect at a single lag, and the effect at the one that fits best; both (m,)."""
        residual, df = self.base_fit.residual, max(self.base_fit.df, 1)
        score, sign = np.tensordot(residual, self.unit, axes=1), self.signs[:, None]
        score = np.where(sign == 0, np.abs(score), np.maximum(sign * score, 0.0))
        total, gain = float(residual @ residual), np.square(score).max(axis=1, initial=0.0)
        beside = np.maximum(total - gain, _LEAST * total) / df
        # what the best of many columns takes from noise is noise; only what goes beyond it is the lead's
        variance = (total - np.maximum(gain - usual**2 * beside, 0.0)) / (df + 1.0)
        norm, score = self.norm[:, self.points], score[:, self.points]
        usable = norm > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            length = np.where(usable, norm, 0.0).sum(axis=1) / usable.sum(axis=1)
            best = score.argmax(axis=1)
            rows = np.arange(len(norm))
            estimated = score[rows, best] / norm[rows, best]
            return np.sqrt(variance) / length, np.where(usable.any(axis=1), estimated, np.nan)

    def found(self, sizes: Floats, threshold: Floats) -> Floats:
        """Chance to find each lead at its sizes, in standard errors, (m, g), averaged over some of the lags."""
        norm = self.norm[:, self.points]
        usable = np.flatnonzero((norm > 0).any(axis=0))
        if not len(usable):
            return np.full(sizes.shape, np.nan)
        lags = usable[np.unique(((np.arange(_LAGS) + 0.5) / _LAGS * len(usable)).astype(int))]
        with np.errstate(invalid="ignore", divide="ignore"):
            relative = norm / (np.where(norm > 0, norm, 0.0).sum(axis=1) / (norm > 0).sum(axis=1))[:, None]
        chance = [
            np.where(norm[:, [lag]] > 0, self._at_lag(int(self.points[lag]), sizes * relative[:, [lag]], threshold), np.nan)
            for lag in lags
        ]
        known = np.isfinite(chance)
        return np.asarray(np.where(known, chance, 0.0).sum(axis=0) / np.where(known.any(axis=0), known.sum(axis=0), np.nan))

    def _at_lag(self, lag: int, sizes: Floats, threshold: Floats) -> Floats:
        """Chance to find each lead whose effect comes at one lag, (m, g)."""
        share = (threshold**2 / (self.base_fit.df + threshold**2))[:, None]
        moved, one_sided = self.weights * np.einsum("nm,nms->ms", self.unit[:, :, lag], self.unit), self.signs != 0
        moved = np.where(one_sided[:, None], np.maximum(moved, 0.0), moved)  # what the effect moves the other way does not pass
        own = self.scores[:, lag]
        square = moved**2 - share
        near = np.argsort(-square, axis=1, kind="stable")[:, :_CLOSE]
        close = np.take_along_axis(self.scores, near[:, :, None], axis=1)
        from_ = _passed_from(
            np.take_along_axis(square, near, axis=1)[:, :, None],
            np.take_along_axis(moved, near, axis=1)[:, :, None] * close - (share * own)[:, None],
            close**2 - (share * self.total)[:, None],
        )
        far = np.ones(moved.shape)
        np.put_along_axis(far, near, 0.0, axis=1)
        # what hardly moves with the true column passes by chance, and less often as the effect adds to the sum of squares
        others = self.scores * far[:, :, None]
        beside = np.square(np.where(one_sided[:, None, None], others, np.abs(others)).max(axis=1, initial=0.0))
        alone = _passed_from(1.0 - share[:, :, None], ((1.0 - share) * own)[:, None], (own**2 - share * self.total)[:, None])
        drawn = np.empty(sizes.shape)
        for place, size in enumerate(sizes.T[:, :, None]):
            by_chance = beside >= share * (self.total + 2.0 * size * own + size**2)
            drawn[:, place] = ((size >= from_) | by_chance).mean(axis=1) - (size >= alone).mean(axis=1)
        # the test takes degrees of freedom off for what was estimated before; the sum of squares in the draws has them
        left = self.unit.shape[0] - self.base_fit.basis.rank - 1.0
        return np.clip(_beyond(sizes, threshold * np.sqrt(left / self.base_fit.df), left) + drawn, 0.0, 1.0)


def _passed_from(square: Floats, half: Floats, constant: Floats) -> Floats:
    """Least size from which ``square d^2 + 2 half d + constant >= 0`` for one of the columns of axis 1, (m, draws)."""
    inside = half**2 - square * constant
    with np.errstate(invalid="ignore", divide="ignore"):
        root = (np.sqrt(np.maximum(inside, 0.0)) - half) / square
    return np.asarray(np.where(square > 0, np.where(inside > 0, root, -np.inf), np.inf).min(axis=1))


def _beyond(size: Floats, threshold: Floats, df: float) -> Floats:
    """Chance that a noncentral t passes a threshold on the side of its effect.

    Notes
    -----
    ``P(T > c) = Phi((d - c (1 - 1/4f)) / sqrt(1 + c^2/2f))`` (Johnson, Kotz & Balakrishnan 1995, eq. 31.26): within .002 of the
    truth from 20 degrees of freedom on.
    """
    at = threshold[:, None]
    return np.asarray(special.ndtr((size - at * (1.0 - 0.25 / df)) / np.sqrt(1.0 + 0.5 * at**2 / df)))

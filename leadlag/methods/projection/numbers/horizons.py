"""The responses at the horizons that were asked for, and their sums, with bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.bands import Bands, bands
from leadlag.core.series.unitroot import integration
from leadlag.methods.projection.numbers.projection import ProjectionNumbers

__all__ = ["Responses", "at_horizons", "looks_integrated"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Responses:
    """Responses at h horizons.

    Parameters
    ----------
    bands, cumulative : Bands, arrays of shape (h,)
        Response at each horizon, and sum of all responses from horizon 0 up to it.
    uncorrected : ndarray, shape (h,)
        By least squares, without the correction of its bias.
    cov : ndarray, shape (h, h)
    df, df_cumulative : float
        Degrees of freedom of the bands.
    nobs : ndarray of int, shape (h,)
        Rows used.
    exact : tuple of int
        Horizons at which the fit has no error.
    """

    bands: Bands
    cumulative: Bands
    uncorrected: Floats
    cov: Floats
    df: float
    df_cumulative: float
    nobs: Ints
    exact: tuple[int, ...]


def at_horizons(found: ProjectionNumbers, horizons: Sequence[int], *, level: float, rng: np.random.Generator) -> Responses:
    """Some of the horizons of a projection, with bands.

    Parameters
    ----------
    found : ProjectionNumbers
    horizons : sequence of int
        In increasing order.
    level : float
        Share of samples in which a band holds.
    rng : Generator
        Of the draws behind the simultaneous bands.

    Notes
    -----
    The degrees of freedom of the responses are the harmonic mean of those of the horizons; of sums, whose errors hang together
    longest, the fewest of all horizons that enter.
    """
    at = np.array(horizons)
    cov = found.cov[np.ix_(at, at)]
    df = 1.0 / float(np.mean(1.0 / found.df[at]))
    df_cumulative = float(found.df[: at[-1] + 1].min())
    up_to = (np.arange(found.response.size) <= at[:, None]).astype(np.float64)
    return Responses(
        bands=bands(found.response[at], cov, level=level, df=df, rng=rng),
        cumulative=bands(up_to @ found.response, up_to @ found.cov @ up_to.T, level=level, df=df_cumulative, rng=rng),
        uncorrected=found.uncorrected[at],
        cov=cov,
        df=df,
        df_cumulative=df_cumulative,
        nobs=found.nobs[at],
        exact=tuple(sorted({*found.exact} & {*horizons})),
    )


def looks_integrated(values: Floats, *, trend: str) -> bool:
    """Whether a series looks integrated beside what is fitted of its trend, "none" or "linear"."""
    return integration(values, deterministic="ct" if trend == "linear" else "c").state == "integrated"

"""What is asked of one lead, where more is known of it than of others: the sign of its effect, and when it acts.

Draws and data are asked the same: what a lead cannot be named for counts in neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints

__all__ = ["Asked", "best_columns", "gains"]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of one lead.

    Parameters
    ----------
    sign : {-1, 0, 1}
        Sign of the effect that is looked for; 0 for either.
    first, last : float
        Lags at which it is looked for, in periods of the KPI, both among them.
    """

    sign: Literal[-1, 0, 1] = 0
    first: float = -np.inf
    last: float = np.inf

    def holds(self, delays: Floats) -> Flags:
        """Which of some lags are asked; one between two periods counts to the nearer."""
        return np.asarray((delays >= self.first - 0.5) & (delays < self.last + 0.5))


def gains(score: Floats, signs: Ints) -> Floats:
    """Fall of the sum of squares by each column of unit length, none where its effect has not the sign that is asked for.

    Parameters
    ----------
    score : ndarray, shape (m, s)
        Product of each column with the residual.
    signs : ndarray of int, shape (m,)
        Of each lead; 0 for either.
    """
    if not signs.any():
        return score * score
    return np.where(signs[:, None] * score < 0.0, 0.0, score * score)


def best_columns(gain: Floats, score: Floats) -> Ints:
    """The column of each lead with the largest gain, or, if none has the sign that is asked for, with the largest score.

    Parameters
    ----------
    gain : ndarray, shape (m, s)
        -1 where a column cannot be used.
    score : ndarray, shape (m, s)
    """
    size = np.where(gain >= 0.0, np.abs(score), -1.0)
    return np.where(gain.max(axis=1) > 0.0, gain.argmax(axis=1), size.argmax(axis=1))

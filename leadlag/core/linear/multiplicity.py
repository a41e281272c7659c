"""Many tests at once: the false discovery rate."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Floats

__all__ = ["fdr_adjust"]


def fdr_adjust(pvalues: Floats, *, n_tests: int | None = None) -> Floats:
    """FDR-adjusted p-values of one family, shape (m,); NaN stays NaN and is not counted.

    `n_tests` is the size of the family where the rest of it is not given, since none of that was chosen.

    Notes
    -----
    Step-up procedure of Benjamini & Hochberg (1995): ``q_(i) = min_{j >= i} p_(j) m / j``. It holds the rate under
    independence and under the positive dependence of tests that share one KPI (Benjamini & Yekutieli 2001).

    Examples
    --------
    >>> fdr_adjust(np.array([0.01, 0.04, 0.03, np.nan])).round(2)
    array([0.03, 0.04, 0.04,  nan])
    >>> fdr_adjust(np.array([0.001, 0.004]), n_tests=20).round(2)
    array([0.02, 0.04])
    """
    adjusted = np.full(pvalues.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(pvalues))
    order = tested[np.argsort(pvalues[tested], kind="stable")]
    scaled = pvalues[order] * (n_tests or len(order)) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1.0)
    return adjusted

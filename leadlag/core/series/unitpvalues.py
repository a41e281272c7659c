"""p-values of ADF, DF-GLS and KPSS.

ADF by MacKinnon's curves, as everybody has them; KPSS between the four published points; DF-GLS from own quantiles, which depend
on the number of rows: at 60 rows the limit would reject too often.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from leadlag.core.arrays import Floats, Ints
from leadlag.core.series.unitroot import Deterministic

__all__ = ["DFGLS_SURFACE", "KPSS_POINTS", "PROBABILITIES", "adf_pvalues", "dfgls_pvalues", "kpss_critical", "kpss_pvalues"]


#: Curves ``p = Phi(b0 + b1 t + b2 t^2 (+ b3 t^3))`` left and right of a knot, and the range beyond which p is 0 or 1
#: (MacKinnon 1994, J. Business & Economic Statistics 12:167, tables 3 and 4).
_MACKINNON: dict[str, tuple[float, float, float, tuple[float, ...], tuple[float, ...]]] = {
    "c": (-18.83, -1.61, 2.74, (2.1659, 1.4412, 0.038269), (1.7339, 0.93202, -0.12745, -0.010368)),
    "ct": (-16.18, -2.89, 0.7, (3.2512, 1.6047, 0.049588), (2.5261, 0.61654, -0.37956, -0.060285)),
}
#: p and upper critical values of KPSS (Kwiatkowski et al. 1992, table 1).
KPSS_POINTS = {
    "c": ((0.10, 0.05, 0.025, 0.01), (0.347, 0.463, 0.574, 0.739)),
    "ct": ((0.10, 0.05, 0.025, 0.01), (0.119, 0.146, 0.176, 0.216)),
}
#: Probabilities of which the quantiles of DF-GLS are known.
PROBABILITIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
#: Quantiles ``b0 + b1/n + b2/n^2 + b3/n^3`` of DF-GLS under a unit root (`benchmarks/dfgls_surface.py`).
DFGLS_SURFACE: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "c": (
        (-3.2506, -28.6182, 652.0919, -12145.3290),
        (-3.0053, -21.9397, 262.4572, -4605.0371),
        (-2.7978, -19.5754, 151.7196, -1814.5679),
        (-2.5690, -18.5733, 132.7976, -1315.4391),
        (-2.2261, -20.4776, 256.7801, -2825.7812),
        (-1.9417, -21.1640, 279.1443, -2619.3348),
        (-1.7573, -22.2417, 322.3406, -3092.0601),
        (-1.6169, -23.3265, 358.3678, -3499.6661),
        (-1.4012, -25.1131, 408.0303, -3971.5546),
        (-1.2344, -26.2473, 419.5296, -3901.1833),
        (-0.9654, -29.0982, 468.1956, -4090.3011),
        (-0.7326, -32.2852, 511.7583, -4026.9383),
        (-0.5026, -36.6529, 583.5910, -4079.9381),
        (-0.2414, -43.0781, 730.6844, -5085.9887),
        (0.0541, -46.9710, 741.5899, -4322.3521),
        (0.4076, -49.8767, 714.6546, -3195.7037),
        (0.8982, -52.0280, 623.7143, -1351.0956),
        (1.2931, -51.4890, 435.4787, 1628.9668),
        (2.0340, -52.2822, 248.1205, 3954.1112),
    ),
    "ct": (
        (-4.0654, -25.2366, 118.4147, -5723.7993),
        (-3.8216, -22.3030, 20.3304, -2825.8787),
        (-3.6311, -18.3334, -124.2109, 283.9953),
        (-3.4158, -19.3391, 19.2704, -1271.1566),
        (-3.1055, -18.7666, 79.7145, -1621.0784),
        (-2.8494, -18.1668, 91.5883, -1157.3360),
        (-2.6857, -17.4564, 54.8714, -113.0995),
        (-2.5609, -17.7381, 88.8786, -466.1395),
        (-2.3691, -18.6736, 157.6875, -1244.0899),
        (-2.2220, -19.0338, 181.3309, -1347.3390),
        (-1.9877, -19.8143, 215.1832, -1409.7887),
        (-1.7945, -20.6473, 230.6340, -1111.2559),
        (-1.6193, -21.8178, 275.3604, -1455.6245),
        (-1.4490, -23.3931, 338.6308, -2066.8831),
        (-1.2721, -25.0272, 385.6975, -2203.4607),
        (-1.0707, -26.9336, 444.8008, -2503.4864),
        (-0.7919, -29.9341, 563.3786, -3694.1510),
        (-0.5568, -31.5155, 619.9652, -4272.6806),
        (-0.1191, -33.5641, 672.0304, -4826.1831),
    ),
}


def adf_pvalues(statistic: Floats, *, deterministic: Deterministic) -> Floats:
    """p of ADF statistics: the chance of one so low or lower under a unit root; NaN stays NaN."""
    lowest, knot, highest, left, right = _MACKINNON[deterministic]
    t = np.asarray(statistic, dtype=np.float64)
    inside = special.ndtr(np.where(t <= knot, np.polyval(left[::-1], t), np.polyval(right[::-1], t)))
    return np.asarray(np.where(t < lowest, 0.0, np.where(t > highest, 1.0, inside)))


def kpss_pvalues(statistic: Floats, *, deterministic: Deterministic) -> Floats:
    """p of KPSS statistics between 0.01 and 0.10: 0.01 stands for all below, 0.10 for all above."""
    probabilities, critical = KPSS_POINTS[deterministic]
    return np.asarray(np.interp(statistic, critical, probabilities))


def kpss_critical(alpha: float, *, deterministic: Deterministic) -> float:
    """The KPSS statistic whose p is `alpha`, which lies between 0.01 and 0.10."""
    probabilities, critical = KPSS_POINTS[deterministic]
    return float(np.interp(alpha, probabilities[::-1], critical[::-1]))


def dfgls_pvalues(statistic: Floats, n: Ints, *, deterministic: Deterministic) -> Floats:
    """p of DF-GLS statistics of series with n values each: the chance of one so low or lower under a unit root.

    Notes
    -----
    Between stored quantiles, and beyond them, the normal quantile of p is linear in the statistic.
    """
    surface, normal = np.array(DFGLS_SURFACE[deterministic]), special.ndtri(PROBABILITIES)
    t, rows = np.asarray(statistic, dtype=np.float64), np.maximum(np.asarray(n, dtype=np.float64), 20.0)
    quantiles = rows[..., None] ** -np.arange(4.0) @ surface.T
    place = np.clip((quantiles < t[..., None]).sum(axis=-1) - 1, 0, len(normal) - 2)
    low, high = (np.take_along_axis(quantiles, (place + step)[..., None], axis=-1)[..., 0] for step in (0, 1))
    slope = (normal[place + 1] - normal[place]) / (high - low)
    return np.asarray(special.ndtr(normal[place] + slope * (t - low)))

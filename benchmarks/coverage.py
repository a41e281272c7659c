"""Do the bands of a regression on lags hold the truth as often as they say?

python benchmarks/coverage.py                                   # every shape and size, 2,000 draws a row, two processes
python benchmarks/coverage.py --draws 300 --shape free --n 80 --errors 1

Nothing is asserted. A row is one shape, sample size, AR coefficient of lead and of errors; "uneven" errors have innovations whose
size follows the lead. Columns: pointwise bands (mean, worst lag), simultaneous band, effects added up (pointwise mean, all
at once), total effect and the width of its interval in totals; then the set of peaks: how often it holds the peak, and its mean
number of lags; how often the first lag is right, and how often it is too early.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed, parallel_config
from scipy import signal

from leadlag.core.noise.arma import NoiseOrder
from leadlag.core.time.clock import Clock
from leadlag.methods.regression.numbers.effects import lead_effects
from leadlag.methods.regression.numbers.fit import band_covariance, fit_lags
from leadlag.methods.regression.numbers.model import lag_model
from leadlag.methods.regression.numbers.profiles import ProfileFamily

SIZES = (80, 156, 260)
LAGS = tuple(range(1, 13))
LONG = 400
#: AR coefficient of lead and errors, and whether the size of the innovations follows the lead.
ERRORS = ((0.5, 0.3, False), (0.7, 0.6, False), (0.9, 0.8, False), (0.7, 0.6, True))
ARBITRARY = (0.0, 0.0, 0.5, 1.0, 0.6, 0.5, 0.1, -0.2, 0.0, 0.0, 0.1, 0.0)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A true profile and the model that is fitted to it.

    Parameters
    ----------
    name : str
    family : ProfileFamily
    weights : ndarray, shape (LONG,)
        True effect at lag 0, 1, ...
    own : float
        Coefficient of the KPI's own first lag; own lags are in the model where it is not zero.
    noise : bool
        Whether AR(1) noise is fitted together with the regression.
    per : int
        Periods of the lead to one of the KPI, with lags counted in them.
    """

    name: str
    family: ProfileFamily
    weights: np.ndarray
    own: float = 0.0
    noise: bool = False
    per: int = 1

    @property
    def lags(self) -> np.ndarray:
        """Twelve lags, the first that lead."""
        return np.arange(self.per, self.per + 12)

    def clock(self, n: int) -> Clock | None:
        """How n periods of the KPI and those of the lead line up."""
        ended = np.arange(n) * self.per
        return None if self.per == 1 else Clock(ended=ended, begun=ended, per=self.per, ratio=float(self.per))

    @property
    def responses(self) -> np.ndarray:
        """True effects, also those through the KPI's own past, shape (LONG,)."""
        own = np.r_[1.0, np.zeros(self.per - 1), -self.own]
        return np.asarray(signal.lfilter([1.0], own, self.weights))

    @property
    def first_lag(self) -> int:
        return int(np.flatnonzero(self.weights)[0])


def _hump(lag: np.ndarray, peak: float) -> np.ndarray:
    return np.asarray(np.exp(-((lag - peak) ** 2) / 8.0))


def _shapes() -> dict[str, Shape]:
    lag = np.arange(LONG)
    inside = (lag >= 1) & (lag <= 12)
    arbitrary = np.zeros(LONG)
    arbitrary[1:13] = ARBITRARY
    free, place = ProfileFamily(kind="free", lags=LAGS), (lag - 6.5) / 5.5
    cubic = np.where(inside, 0.6 - 0.7 * place - 0.3 * place**2 + 0.5 * place**3, 0.0)
    geometric, months = ProfileFamily(kind="geometric", lags=LAGS), tuple(range(3, 15))
    late = np.where(inside, 0.8 ** (lag - 4.0) ** 2, 0.0)
    shapes = [
        Shape(name="free", family=free, weights=arbitrary),
        Shape(name="almon", family=ProfileFamily(kind="almon", lags=LAGS, degree=3), weights=cubic),
        Shape(name="geometric", family=geometric, weights=np.where(lag >= 1, 0.7 ** (lag - 1.0), 0.0)),
        Shape(name="geometric3", family=geometric, weights=np.where(lag >= 3, 0.7 ** np.maximum(lag - 3.0, 0), 0.0)),
        Shape(name="delayed", family=ProfileFamily(kind="delayed", lags=LAGS), weights=late),
        Shape(
            name="exp_almon", family=ProfileFamily(kind="exp_almon", lags=LAGS), weights=np.where(inside, _hump(lag, 4.0), 0.0)
        ),
        Shape(
            name="months",  # of quarters
            family=ProfileFamily(kind="exp_almon", lags=months),
            weights=np.where((lag >= 3) & (lag <= 14), _hump(lag, 5.0), 0.0),
            per=3,
        ),
        Shape(
            name="months_fading",
            family=ProfileFamily(kind="exp_almon", lags=months),
            weights=np.where((lag >= 3) & (lag <= 14), 0.7**lag, 0.0),
            per=3,
        ),
        Shape(name="own", family=free, weights=arbitrary, own=0.5),
        Shape(
            name="own_short",
            family=ProfileFamily(kind="free", lags=(1, 2, 3, 4)),
            weights=np.concatenate([[0.0, 1.0, 0.5, 0.3], np.zeros(LONG - 4)]),
            own=0.5,
        ),
        Shape(name="noise", family=free, weights=arbitrary, noise=True),
        Shape(
            name="noise_geometric", family=geometric, weights=np.where(lag >= 3, 0.7 ** np.maximum(lag - 3.0, 0), 0.0), noise=True
        ),
    ]
    return {shape.name: shape for shape in shapes}


SHAPES = _shapes()


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What one sample's bands held."""

    alone: np.ndarray
    together: bool
    summed: np.ndarray
    summed_together: bool
    total: bool
    peak: bool
    n_peaks: int
    first: bool
    early: bool
    width: float


def sample(shape: Shape, n: int, kind: tuple[float, float, bool], strength: float, rng: np.random.Generator) -> tuple:
    """KPI and lead of n periods, and the size of the true effects: the lead's part has `strength` times the errors' sd."""
    rho, phi, uneven = kind
    v, e = rng.standard_normal(shape.per * (LONG + n)), rng.standard_normal(LONG + n)
    x = signal.lfilter([1.0], [1.0, -rho], v) * math.sqrt(1 - rho**2)
    if uneven:
        e = e * np.exp(0.5 * x[:: shape.per]) / math.exp(0.25)
    phi = 0.0 if shape.own else phi
    u = signal.lfilter([1.0], [1.0, -phi], e) * math.sqrt(1 - phi**2)
    reach = signal.lfilter([1.0], [1.0, -rho], shape.weights) * math.sqrt(1 - rho**2)
    unit = strength / math.sqrt(float(reach @ reach))
    # own lag 0 is the last own period within a period of the KPI
    led = signal.lfilter(shape.weights, [1.0], x)[shape.per - 1 :: shape.per]
    y = signal.lfilter([1.0], [1.0, -shape.own], unit * led + u)
    return y[LONG:], x[shape.per * LONG :], unit


def one_draw(shape: Shape, n: int, kind: tuple[float, float, bool], strength: float, number: int) -> Draw:
    """One sample and its bands."""
    rng = np.random.default_rng([11, n, number])  # a stream of its own for each draw, whatever process it runs in
    y, x, unit = sample(shape, n, kind, strength, rng)
    model = lag_model(y, [x], [shape.family], clocks=[shape.clock(n)], own_lags=(1,) if shape.own else ())
    order = NoiseOrder(ar=1) if shape.noise else None
    fitted = fit_lags(model, noise_order=order, cov_type="HAC")
    band = band_covariance(fitted)
    found = lead_effects(fitted, 0, cov=band.matrix, band=band, horizon=shape.lags[-1], rng=number)
    truth = unit * shape.responses[shape.lags]
    peak = shape.per + int(np.argmax(np.abs(truth)))
    total = unit * float(shape.weights.sum() / (1.0 - shape.own))
    held = []
    for bands, true in ((found.profile, truth), (found.cumulative, np.cumsum(truth))):
        # a profile that is known to be zero before its start has no band there: rounding counts as inside
        near = 1e-9 * np.abs(true).max()
        held.append((bands.low - near <= true) & (true <= bands.high + near))
        held.append(bool(((bands.low_all - near <= true) & (true <= bands.high_all + near)).all()))
    return Draw(
        alone=held[0], together=held[1], summed=held[2], summed_together=held[3],
        total=found.total.low <= total <= found.total.high,
        peak=peak in found.peaks, n_peaks=len(found.peaks), first=found.first_lag == shape.first_lag,
        early=found.first_lag is not None and found.first_lag < shape.first_lag,
        width=(found.total.high - found.total.low) / abs(total),
    )  # fmt: skip


def row(name: str, n: int, kind: tuple[float, float, bool], draws: list[Draw]) -> str:
    """One line of the table."""

    def share(part: str) -> float:
        return float(np.mean([getattr(draw, part) for draw in draws]))

    worst = np.mean([draw.alone for draw in draws], axis=0).min()
    width = np.median([draw.width for draw in draws])
    return (
        f"{name:<16}{n:>4}  {kind[0]:.1f} {kind[1]:.1f} {'uneven' if kind[2] else '':<7}"
        f"{share('alone'):>6.3f}{worst:>7.3f}{share('together'):>7.3f} |{share('summed'):>7.3f}{share('summed_together'):>7.3f} |"
        f"{share('total'):>7.3f}{width:>6.2f} |"
        f"{share('peak'):>7.3f}{share('n_peaks'):>6.1f}{share('first'):>7.3f}{share('early'):>7.3f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--n", type=int, nargs="*", default=SIZES, help="rows of a sample")
    parser.add_argument("--shape", nargs="*", choices=list(SHAPES), default=list(SHAPES))
    parser.add_argument("--errors", type=int, nargs="*", default=range(len(ERRORS)), help="places in ERRORS")
    parser.add_argument("--strength", type=float, default=1.0, help="sd of the lead's part relative to that of the errors")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print(f"{options.draws} draws: Monte-Carlo error of a share of .95 is {math.sqrt(0.95 * 0.05 / options.draws):.3f}")
    heads = ("shape", "n", "AR", "alone", "worst", "all", "added", "all", "total", "width", "peak", "lags", "first", "early")
    print("{:<16}{:>4}  {:<15}{:>6}{:>7}{:>7} |{:>7}{:>7} |{:>7}{:>6} |{:>7}{:>6}{:>7}{:>7}".format(*heads))
    with parallel_config("loky", n_jobs=options.jobs, inner_max_num_threads=1):
        for name in options.shape:
            for kind in (ERRORS[place] for place in options.errors):
                for n in options.n:
                    tasks = (delayed(one_draw)(SHAPES[name], n, kind, options.strength, i) for i in range(options.draws))
                    print(row(name, n, kind, Parallel(batch_size=25)(tasks)), flush=True)


if __name__ == "__main__":
    main()

"""Other forecasts of the same rows: each gives the next H values and how far they are off, from what lies before them."""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from statsmodels.tsa.api import ARDL, VAR

from leadlag.core.arrays import Floats

__all__ = ["RIVALS", "Forecasts", "Known", "elsewhere"]

#: Share of the rows that direct regressions keep back to see how far they are off.
HELD_BACK = 0.25
#: Candidates in VAR and ARDL, those with the largest correlation of changes at any lag: all have more columns than rows.
FEW, MOST = 3, 4


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known at one origin: the KPI on its scale (n,), candidates (n, m), longest lag, season (0: none) and steps."""

    y: Floats
    X: Floats
    max_lag: int
    season: int
    steps: int


#: Point and spread of each step.
Forecasts = tuple[Floats, Floats]


def naive(known: Known) -> Forecasts:
    """The last value."""
    steps = np.arange(1, known.steps + 1)
    return np.full(known.steps, known.y[-1]), np.std(np.diff(known.y)) * np.sqrt(steps)


def seasonal_naive(known: Known) -> Forecasts:
    """The value of a season before; the last value where there is no season, or less than two of them."""
    season = known.season
    if not season or len(known.y) < 2 * season:
        return naive(known)
    last = np.resize(known.y[-season:], known.steps)
    return last, np.full(known.steps, np.std(known.y[season:] - known.y[:-season]))


def vector_autoregression(known: Known) -> Forecasts:
    """VAR of the KPI and the few candidates, order by BIC."""
    series = np.column_stack([known.y, known.X[:, _few(known)]])
    fitted = VAR(series).fit(maxlags=MOST, ic="bic", trend="c")
    order = fitted.k_ar
    if not order:
        return np.full(known.steps, known.y.mean()), np.full(known.steps, np.std(known.y))
    return fitted.forecast(series[-order:], known.steps)[:, 0], np.sqrt(fitted.forecast_cov(known.steps)[:, 0, 0])


def autoregressive_distributed_lags(known: Known) -> Forecasts:
    """A direct ARDL at each step: own lags and those of the few candidates from the step on."""
    point, spread = np.empty(known.steps), np.empty(known.steps)
    X = known.X[:, _few(known)]
    for step in range(1, known.steps + 1):
        lags = list(range(step, step + MOST))
        order = {place: list(range(step, max(step + MOST, min(known.max_lag, step + 2 * MOST) + 1))) for place in range(FEW)}
        fitted = ARDL(known.y, lags, X[:, : len(order)], order).fit()
        point[step - 1] = fitted.forecast(step, exog=np.zeros((step, X.shape[1])))[-1]
        spread[step - 1] = np.std(fitted.resid)
    return point, spread


def ridge(known: Known) -> Forecasts:
    """Ridge regression on all lags of all candidates and of the KPI, direct at each step."""
    return _direct(known, lambda: RidgeCV(alphas=np.logspace(0, 5, 11)), standard=True)


def boosting(known: Known) -> Forecasts:
    """Gradient boosting on the same."""
    return _direct(known, lambda: HistGradientBoostingRegressor(max_iter=60, max_depth=3, min_samples_leaf=10, random_state=0))


RIVALS: dict[str, Callable[[Known], Forecasts]] = {
    "naive": naive, "seasonal naive": seasonal_naive, "VAR": vector_autoregression, "ARDL": autoregressive_distributed_lags,
    "ridge": ridge, "boosting": boosting,
}  # fmt: skip


def _few(known: Known) -> np.ndarray:
    """The candidates whose changes go most with later changes of the KPI."""
    dy, dX = np.diff(known.y), np.diff(known.X, axis=0)
    best = np.zeros(known.X.shape[1])
    for lag in range(1, known.max_lag + 1):
        a, b = dy[lag:] - dy[lag:].mean(), dX[:-lag] - dX[:-lag].mean(axis=0)
        best = np.maximum(best, np.abs(a @ b) / np.sqrt((a @ a) * np.square(b).sum(axis=0) + 1e-300))
    return np.argsort(-best)[:FEW]


def _direct(known: Known, make: Callable[[], RidgeCV | HistGradientBoostingRegressor], *, standard: bool = False) -> Forecasts:
    series = np.column_stack([known.y, known.X])
    n, longest = len(series), known.max_lag
    rows = np.arange(longest - 1, n)
    features = np.column_stack([series[rows - lag] for lag in range(longest)])
    if standard:
        features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-12)
    point, spread = np.empty(known.steps), np.empty(known.steps)
    for step in range(1, known.steps + 1):
        past, target = features[:-step], known.y[rows[:-step] + step]
        cut = int(len(past) * (1.0 - HELD_BACK))
        held = make().fit(past[: cut - step], target[: cut - step]).predict(past[cut:])
        spread[step - 1] = np.sqrt(np.mean(np.square(target[cut:] - held)))
        point[step - 1] = make().fit(past, target).predict(features[-1:])[0]
    return point, spread


def elsewhere(python: Path, asked: Sequence[Known]) -> dict[str, list[Forecasts]] | str:
    """AutoETS and AutoARIMA of statsforecast, and skforecast's direct model, by another Python; why not, where that fails."""
    text = json.dumps([{"y": one.y.tolist(), "season": one.season, "steps": one.steps, "X": one.X.tolist()} for one in asked])
    script = Path(__file__).with_name("forecast_elsewhere.py")
    try:
        done = subprocess.run([str(python), str(script)], input=text, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"{python}: {getattr(error, 'stderr', '') or error}".strip().splitlines()[-1]
    found = json.loads(done.stdout)
    return {name: [(np.array(point), np.array(spread)) for point, spread in rows] for name, rows in found.items()}


def quietly(rival: Callable[[Known], Forecasts], known: Known) -> Forecasts:
    """A rival's forecast without its warnings; the last value where it fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return rival(known)
        except (ValueError, np.linalg.LinAlgError):
            return naive(known)

"""A forecast with a lead is the regression on base, own history and one column of it, found by trying every column."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from leadlag.core.forecasts.direct import lead_forecasts, lead_shapes, own_history_model, shape_lags
from leadlag.core.noise.momentum import Momentum
from leadlag.core.search.shapes import HUMP, STANDARD

Floats = NDArray[np.float64]
N, MAX_LAG, PHI = 70, 7, 0.5


def kpi_and_leads(seed: int, *, walk: bool) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    X, e = rng.normal(size=(N, 2)), rng.normal(size=N)
    X[:, 1] = np.cumsum(X[:, 1]) / 3 if walk else X[:, 1]
    u = np.zeros(N)
    for t in range(1, N):
        u[t] = PHI * u[t - 1] + e[t]
    y = 0.8 * np.r_[np.zeros(4), X[:-4, 0]] + (np.cumsum(e) if walk else u)
    return y, X - X.mean(axis=0)


def tried_by_hand(first: int) -> list[tuple[list[float], int, float]]:
    """Every column as its weights, the lag of the first of them, and what its share counts in the search."""
    found = []
    for shape in STANDARD:
        weights = {
            "point": [1.0],
            "hump": [HUMP[away] for away in sorted(HUMP)],
            "momentum": [PHI**j for j in range(110)],
            "decay": [shape.rate**j for j in range(110)],
        }[shape.kind]
        last = MAX_LAG - 2 if shape.kind == "hump" else MAX_LAG  # the peak of a hump comes two lags after its first
        counts = 1.0 if shape.kind == "point" else 0.95**2
        found += [(weights, lag, counts * (lag <= last)) for lag in range(first, MAX_LAG + 1)]
    return found + [([HUMP[away] for away in range(-peak, 3)], first, 0.95**2) for peak in range(2)]


def fitted(target: Floats, design: Floats) -> tuple[Floats, float]:
    params = np.linalg.lstsq(design, target, rcond=None)[0]
    return params, float(np.sum((target - design @ params) ** 2))


@pytest.mark.parametrize("walk", [False, True])
@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("gap", [False, True])
def test_the_forecast_with_a_lead_is_that_of_the_best_of_all_columns_tried_by_hand(walk: bool, steps: int, gap: bool) -> None:
    y, X = kpi_and_leads(3 + steps, walk=walk)
    known = np.ones(N, dtype=bool)
    known[[31, 32]] = not gap
    base = np.column_stack([np.ones(N + steps), np.sin(np.arange(N + steps) / 6)])
    own = own_history_model(y, known, base, steps=steps, unit_root=walk, max_order=2)
    assert own is not None

    moved, order, goal = np.r_[np.nan, np.diff(y)] if walk else y, own.basis.kept.size - base.shape[1], N - 1 + steps
    rows = [r for r in range(steps + 2 + walk, N) if known[r]]
    W = {r: [*base[r], *(moved[r - steps - j] for j in range(order))] for r in (*rows, goal)}
    target = np.array([y[r] - (y[r - steps] if walk else 0.0) for r in rows])
    last = y[-1] if walk else 0.0
    alone = sm.OLS(target, np.array([W[r] for r in rows])).fit()
    assert own.forecast == pytest.approx(float(alone.predict([W[goal]])[0]) + last)
    psi = alone.params[base.shape[1] :]

    rho, lags = np.array([0.3, 0.9]), range(steps, MAX_LAG + 1)
    forms = lead_shapes(X, Momentum(phi=np.array([PHI]), unit_root=walk, variance=1.0), rho, reach=MAX_LAG)
    found = lead_forecasts(own, forms, lags=lags, max_lag=MAX_LAG)
    for lead in range(2):
        past = X[0, lead] * rho[lead] ** np.arange(200, 0, -1)
        x = np.r_[past, X[:, lead]]
        tried = []
        for weights, lag, counts in tried_by_hand(steps):
            z = dict(zip(range(lag - 200, N + lag), np.convolve(x, weights), strict=False))
            column = {}
            for r in W:
                history = sum(p * z[r - steps - j] for j, p in enumerate(psi))
                if walk:
                    history = z[r - steps] + sum(p * (z[r - steps - j] - z[r - steps - j - 1]) for j, p in enumerate(psi))
                column[r] = z[r] - history
            params, ssr = fitted(target, np.array([[*W[r], column[r]] for r in rows]))
            share = 1.0 - ssr / alone.ssr
            tried.append((share * counts, share, float(params @ [*W[goal], column[goal]]) + last))
        best = int(np.argmax([score for score, _, _ in tried]))
        assert found.column[lead] == best
        assert found.share[lead] == pytest.approx(tried[best][1], abs=1e-6)
        square = (len(rows) - len(W[goal]) - 1) * tried[best][1] / (1 - tried[best][1])  # t^2 of the best column
        kept = max(0.0, 1 - (1 + 2 * np.log(len(lags))) / square)
        assert found.added[lead] == pytest.approx(kept * (tried[best][2] - own.forecast), abs=1e-6)


def test_a_hump_takes_nothing_that_is_not_known_yet() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 1))
    forms = lead_shapes(X, Momentum(phi=np.zeros(0), unit_root=False, variance=1.0), np.zeros(1), reach=3)
    for peak in range(2):
        weights = [HUMP[away] for away in range(-peak, 3)]
        by_hand = [sum(w * X[t - j, 0] for j, w in enumerate(weights)) for t in range(5, 60)]
        np.testing.assert_allclose(forms.cut[3 + 5 :, 0, peak], by_hand)
    peaks = {peak for shape, peak in shape_lags(range(4, 8)) if STANDARD[shape].kind == "hump"}
    assert peaks == {4, 5, 6, 7, 8, 9}


def test_too_few_rows_give_no_model() -> None:
    y = np.random.default_rng(0).normal(size=16)
    assert own_history_model(y, np.ones(16, dtype=bool), np.ones((17, 1)), steps=1, unit_root=False, max_order=4) is None
    base = np.ones((61, 1))
    base[-1] = np.nan
    y = np.random.default_rng(0).normal(size=60)
    assert own_history_model(y, np.ones(60, dtype=bool), base, steps=1, unit_root=False, max_order=4) is None


def test_a_lead_that_is_in_the_base_adds_nothing() -> None:
    y, X = kpi_and_leads(1, walk=False)
    base = np.column_stack([np.ones(N + 1), np.r_[np.zeros(2), X[:, 0]][: N + 1], np.r_[0.0, X[:, 0]]])
    own = own_history_model(y, np.ones(N, dtype=bool), base, steps=1, unit_root=False, max_order=0)
    assert own is not None
    nothing = lead_shapes(np.zeros((N, 1)), Momentum(phi=np.zeros(0), unit_root=False, variance=1.0), np.zeros(1), reach=2)
    assert lead_forecasts(own, nothing, lags=(1, 2), max_lag=2).column.tolist() == [-1]
    again = lead_shapes(X[:, :1], Momentum(phi=np.zeros(0), unit_root=False, variance=1.0), np.zeros(1), reach=2)
    found = lead_forecasts(own, again, lags=(1,), max_lag=1)
    assert STANDARD[shape_lags((1,))[found.column[0]][0]].kind != "point"

"""Long-run effects: the estimate, its error, its limits and the bootstrap behind them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg, signal

from leadlag.core.linear.covariance import covariance
from leadlag.core.linear.leastsquares import fit
from leadlag.core.search.resample import rademacher_signs
from leadlag.core.time.lags import lag_matrix
from leadlag.errors import UsageError
from leadlag.methods.regression.numbers.longrun import long_run

OWN = ((5, 1), (6, 2))
WEIGHTS = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0])


def case(n: int = 90, *, seed: int = 0, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """KPI, and intercept, a control, three lags of a lead and two own lags."""
    rng = np.random.default_rng(seed)
    x, control, e = rng.standard_normal((3, n + 60))
    u, y = np.zeros(n + 60), np.zeros(n + 60)
    for t in range(3, n + 60):
        u[t] = noise * u[t - 1] + e[t] * (0.5 + abs(x[t - 1]))
        y[t] = 2.0 + 0.4 * y[t - 1] + 0.2 * y[t - 2] + 0.3 * control[t] + x[t - 1] + 0.5 * x[t - 2] + u[t]
    X = np.column_stack([np.ones(n + 60), control, lag_matrix(x, [1, 2, 3]), lag_matrix(y, [1, 2])])
    return y[60:], X[60:]


def hc3_scaled(y: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients by lstsq, and residuals over one minus leverage."""
    params = np.linalg.lstsq(X, y, rcond=None)[0]
    return params, (y - X @ params) / (1.0 - np.einsum("ij,ji->i", X, np.linalg.pinv(X)))


def slow_t(y: np.ndarray, X: np.ndarray, truth: float) -> tuple[float, float]:
    """Effect and |t| against `truth` by the delta method, own lags in columns 5 and 6."""
    params, scaled = hc3_scaled(y, X)
    room = 1.0 - params[5:].sum()
    effect = params[2:5].sum() / room
    gradient = np.r_[WEIGHTS[:5], effect, effect] / room
    return effect, abs(effect - truth) / np.sqrt(((X @ np.linalg.inv(X.T @ X) @ gradient) ** 2 * scaled**2).sum())


def test_the_error_is_the_delta_methods_on_the_robust_covariance() -> None:
    y, X = case()
    found = long_run(y, X, weights=WEIGHTS, own=OWN, n_draws=99)
    regression = fit(y, X)

    def effect(params: np.ndarray) -> float:
        return float(params @ WEIGHTS / (1.0 - params[5:].sum()))

    steps = 1e-5 * np.eye(7)
    gradient = np.array([(effect(regression.params + s) - effect(regression.params - s)) / 2e-5 for s in steps])
    assert found.estimate == pytest.approx(effect(regression.params), rel=1e-10)
    assert found.bse == pytest.approx(np.sqrt(gradient @ covariance(regression, cov_type="HC3").matrix @ gradient), rel=1e-7)
    assert found.own_sum == pytest.approx(regression.params[5:].sum(), rel=1e-10)
    assert found.df == 90 - 7


def test_every_draw_with_own_lags_is_what_a_slow_loop_makes_of_the_same_signs() -> None:
    y, X = case()
    periods = np.r_[0:30, 31:60, 64:95]  # after a gap the KPI starts again from what was observed
    n_draws, rng = 99, np.random.default_rng(7)
    breaks = {0, 30, 59}

    def rebuilt(own: np.ndarray, fixed: np.ndarray, shocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        path, design, begun = np.zeros(90), X.copy(), 0
        for t in range(90):
            begun = t if t in breaks else begun
            for column, lag in OWN:
                if t - lag >= begun:
                    design[t, column] = path[t - lag]
            path[t] = fixed[t] + design[t, 5:] @ own + shocks[t]
        return path, design

    params, scaled = hc3_scaled(y, X)
    signs = rademacher_signs(rng, n=90, n_draws=n_draws)
    first = [rebuilt(params[5:], X[:, :5] @ params[:5], scaled * flip) for flip in signs.T]
    bias = np.mean([hc3_scaled(*draw)[0][5:] for draw in first], axis=0) - params[5:]
    own = params[5:] - bias
    others, scaled = hc3_scaled(y - X[:, 5:] @ own, X[:, :5])
    truth = others[2:].sum() / (1.0 - own.sum())
    signs = rademacher_signs(rng, n=90, n_draws=n_draws)
    size = [slow_t(*rebuilt(own, X[:, :5] @ others, scaled * flip), truth)[1] for flip in signs.T]
    found = long_run(y, X, weights=WEIGHTS, own=OWN, periods=periods, rng=7, n_draws=n_draws)
    assert found.boot_high - found.estimate == pytest.approx(np.quantile(size, 0.95) * found.bse, rel=1e-8)
    assert found.estimate - found.boot_low == pytest.approx(np.quantile(size, 0.95) * found.bse, rel=1e-8)


def test_without_own_lags_draws_are_refits_with_the_same_signs() -> None:
    y, X = case(noise=0.0)
    X = X[:, :5]
    params, scaled = hc3_scaled(y, X)
    influence = X @ np.linalg.inv(X.T @ X) @ WEIGHTS[:5]
    size = []
    for flip in rademacher_signs(np.random.default_rng(3), n=90, n_draws=199).T:
        again, rescaled = hc3_scaled(X @ params + scaled * flip, X)
        size.append(abs((again - params) @ WEIGHTS[:5]) / np.sqrt(influence**2 @ rescaled**2))
    found = long_run(y, X, weights=WEIGHTS[:5], rng=3, n_draws=199)
    expected = covariance(fit(y, X), cov_type="HC3").matrix
    assert found.estimate == pytest.approx(params @ WEIGHTS[:5], rel=1e-10)
    assert found.bse == pytest.approx(np.sqrt(WEIGHTS[:5] @ expected @ WEIGHTS[:5]), rel=1e-10)
    assert found.boot_high - found.estimate == pytest.approx(np.quantile(size, 0.95) * found.bse, rel=1e-10)


@pytest.mark.parametrize("phi", [(0.6,), (0.5, 0.2)])
@pytest.mark.parametrize("gap", [(), (40, 41, 60)])
def test_under_ar_noise_draws_are_refits_with_the_same_signs(phi: tuple[float, ...], gap: tuple[int, ...]) -> None:
    y, X = case(noise=0.6)
    span, order, weights = 90 + len(gap), len(phi), WEIGHTS[:5]
    X, periods = X[:, :5], np.setdiff1d(np.arange(span), gap)
    psi = signal.lfilter([1.0], np.r_[1.0, -np.array(phi)], np.r_[1.0, np.zeros(500)])
    gamma = linalg.toeplitz([psi[lag:] @ psi[: len(psi) - lag] for lag in range(span)])
    F = np.linalg.inv(np.linalg.cholesky(gamma[np.ix_(periods, periods)]))
    params = np.linalg.lstsq(X, y, rcond=None)[0]
    leverage = np.einsum("ij,ji->i", F @ X, np.linalg.pinv(F @ X))
    scaled = F @ (y - X @ params) / (1.0 - leverage)
    influence = X @ np.linalg.inv(X.T @ X) @ weights

    def error(resid: np.ndarray) -> float:
        grid, moved = np.zeros((2, span))
        grid[periods], moved[periods] = resid, influence
        for t in gap:  # what is not seen is what the rows say of it
            grid[t] = gamma[t, periods] @ np.linalg.solve(gamma[np.ix_(periods, periods)], resid)
        c = np.array([grid[lag:] @ grid[: span - lag] for lag in range(order + 1)])
        estimated = np.linalg.solve(c[np.abs(np.subtract.outer(range(order), range(order)))], c[1:])
        steps = np.eye(span) - sum(a * np.eye(span, k=-lag) for lag, a in enumerate(estimated, start=1))
        square = np.zeros(span)
        square[periods] = ((F @ resid if gap else steps @ grid) / (1.0 - leverage)) ** 2
        square[list(gap)] = square[periods].mean()
        return float(np.sqrt(np.linalg.solve(steps.T, moved) ** 2 @ square))

    size = []
    for flip in rademacher_signs(np.random.default_rng(3), n=90, n_draws=99).T:
        version = X @ params + np.linalg.solve(F, scaled * flip)
        again = np.linalg.lstsq(X, version, rcond=None)[0]
        size.append(abs((again - params) @ weights) / error(version - X @ again))
    found = long_run(y, X, weights=weights, phi=phi, periods=periods, rng=3, n_draws=99)
    assert found.bse == pytest.approx(np.sqrt(np.linalg.solve(F.T, influence) ** 2 @ scaled**2), rel=1e-10)
    half = np.quantile(size, 0.95) * error(y - X @ params)
    assert found.boot_high - found.estimate == pytest.approx(half, rel=1e-9)


def test_several_leads_at_once_are_each_lead_alone() -> None:
    y, X = case()
    table = np.array([WEIGHTS, [0, 0, 2.0, 0, 0, 0, 0], [0, 1.0, 0, 0, 0, 0, 0]])
    for options in ({"own": OWN}, {"phi": (0.4,)}):
        design, weights = (X, table) if "own" in options else (X[:, :5], table[:, :5])
        together = long_run(y, design, weights=weights, n_draws=99, **options)
        alone = [long_run(y, design, weights=row, n_draws=99, **options) for row in weights]
        for name in ("estimate", "bse", "low", "high", "boot_low", "boot_high"):
            assert np.allclose(getattr(together, name), [getattr(one, name) for one in alone], rtol=1e-10)
        assert together.estimate.shape == (3,)
        assert alone[0].estimate.shape == ()


@pytest.mark.parametrize("options", [{"own": OWN}, {"phi": (0.4,)}])
def test_units_and_a_level_far_from_zero_change_nothing_but_the_unit(options: dict) -> None:
    y, X = case()
    y2, X2 = 1e6 + 1e3 * y, X * np.array([1.0, 1.0, 50.0, 50.0, 50.0, 1e3, 1e3]) + np.r_[np.zeros(5), 1e6, 1e6]
    k = 7 if "own" in options else 5
    one = long_run(y, X[:, :k], weights=WEIGHTS[:k], n_draws=99, **options)
    other = long_run(y2, X2[:, :k], weights=WEIGHTS[:k], n_draws=99, **options)
    for name in ("estimate", "bse", "low", "high", "boot_low", "boot_high"):
        assert getattr(other, name) * 50.0 / 1e3 == pytest.approx(getattr(one, name), rel=1e-7)


def test_what_is_not_identified_is_not_a_number_and_the_rest_stays() -> None:
    y, X = case()
    X = np.column_stack([X, X[:, 2] + X[:, 3]])
    table = np.array([np.r_[WEIGHTS, 0.0], np.r_[np.zeros(7), 1.0]])
    found = long_run(y, X, weights=table, own=OWN, n_draws=99)
    assert np.isfinite(found.boot_high[0])
    assert np.isnan([found.estimate[1], found.bse[1], found.low[1], found.boot_low[1]]).all()


def test_own_lags_that_never_settle_have_no_long_run() -> None:
    rng = np.random.default_rng(0)
    y, x = np.zeros(60), rng.standard_normal(60)
    for t in range(1, 60):
        y[t] = 1.05 * y[t - 1] + x[t] + 0.1 * rng.standard_normal()
    found = long_run(y[1:], np.column_stack([np.ones(59), x[1:], y[:-1]]), weights=[0, 1, 0], own=[(2, 1)], n_draws=99)
    assert found.own_sum > 1.0
    assert np.isnan([found.estimate, found.low, found.boot_high]).all()


def test_a_persistent_kpi_says_in_how_many_draws_there_is_no_long_run() -> None:
    rng = np.random.default_rng(4)
    y, x = np.zeros(60), rng.standard_normal(60)
    for t in range(1, 60):
        y[t] = 0.97 * y[t - 1] + 0.3 * x[t] + rng.standard_normal()
    found = long_run(y[1:], np.column_stack([np.ones(59), x[1:], y[:-1]]), weights=[0, 1, 0], own=[(2, 1)], n_draws=199)
    assert 0.0 < found.share_unit_root < 0.5
    assert long_run(*case(), weights=WEIGHTS, own=OWN, n_draws=99).share_unit_root < 0.05


def test_a_perfect_fit_has_no_width() -> None:
    x = np.random.default_rng(5).standard_normal(50)
    found = long_run(3.0 * x, np.column_stack([np.ones(50), x]), weights=[0, 1], n_draws=99)
    assert found.estimate == pytest.approx(3.0)
    assert found.boot_high - found.boot_low < 1e-10


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"phi": (0.5,)}, "own or phi, not both"),
        ({"own": (), "phi": (1.2,), "weights": WEIGHTS}, "not stable"),
        ({"own": ((5, 0),)}, "lag of at least 1"),
        ({"own": ((5, 1), (5, 2))}, "each column once"),
        ({"weights": np.ones(7)}, "belong to the denominator"),
        ({"weights": np.ones(3)}, "one number for each column"),
        ({"periods": np.zeros(90, dtype=int)}, "whole numbers that increase"),
        ({"level": 95}, "level=95"),
        ({"n_draws": 10}, "n_draws=10"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict, message: str) -> None:
    y, X = case()
    with pytest.raises(UsageError, match=message):
        long_run(y, X, **{"weights": WEIGHTS, "own": OWN, **changes})


def test_too_few_rows_are_refused_with_their_code() -> None:
    y, X = case()
    with pytest.raises(UsageError, match="give more rows") as caught:
        long_run(y[:7], X[:7], weights=WEIGHTS, own=OWN)
    assert caught.value.code == "LL204"


@pytest.mark.parametrize("kind", ["own", "noise"])
def test_limits_hold_the_truth_about_as_often_as_they_say(kind: str) -> None:
    held = []
    for seed in range(200):
        y, X = case(80, seed=seed, noise=0.0 if kind == "own" else 0.6)
        if kind == "own":
            found, truth = long_run(y, X, weights=WEIGHTS, own=OWN, n_draws=199), 1.5 / 0.4
        else:  # the KPI without its own past, so that the noise is what is autocorrelated
            y = y - X[:, 5:] @ [0.4, 0.2]
            found, truth = long_run(y, X[:, :5], weights=WEIGHTS[:5], phi=(0.6,), n_draws=199), 1.5
        held.append([found.low <= truth <= found.high, found.boot_low <= truth <= found.boot_high])
    # 95 % of 200, give or take three standard errors
    assert (np.abs(np.mean(held, axis=0) - 0.95) < 3.0 * np.sqrt(0.95 * 0.05 / 200)).all()

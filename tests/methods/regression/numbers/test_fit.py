"""Regressions on lags of leads: identities, published series, and R's transfer functions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from leadlag.core.linear.covariance import covariance
from leadlag.core.noise.arma import NoiseOrder
from leadlag.core.noise.filtered import filtered_covariance
from leadlag.errors import UsageError
from leadlag.methods.regression.numbers.effects import lead_effects
from leadlag.methods.regression.numbers.fit import LagFit, band_covariance, fit_lags, innovation_slopes
from leadlag.methods.regression.numbers.model import lag_model
from leadlag.methods.regression.numbers.profiles import ProfileFamily
from tests.reference import columns, needs_reference, numbers, table

LAGS = tuple(range(1, 7))
FREE = ProfileFamily(kind="free", lags=LAGS)
GEOMETRIC = ProfileFamily(kind="geometric", lags=LAGS)
DELAYED = ProfileFamily(kind="delayed", lags=LAGS)


def sample(n: int = 120, seed: int = 3, *, noise: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """A KPI on geometric lags of the first of two leads, from lag 2 on with rate 0.6."""
    rng = np.random.default_rng(seed)
    X = signal.lfilter([1.0], [1.0, -0.5], rng.standard_normal((n + 50, 2)), axis=0)
    u = signal.lfilter([1.0], [1.0, -0.5], rng.standard_normal(n + 50))
    y = signal.lfilter([0.0, 0.0, 1.0], [1.0, -0.6], X[:, 0]) + noise * u
    return y[50:], X[50:]


def profile_of(fitted: LagFit, lead: int, lags: tuple[int, ...] = LAGS) -> np.ndarray:
    family, model = fitted.model.families[lead], fitted.model
    weights = family.weights(fitted.hidden[model.hidden_of(lead)], lags) @ fitted.params[model.columns_of(lead)]
    return model.scale[0] / model.scale[model.base.shape[1] + 1 + lead] * weights


def test_an_almon_polynomial_of_full_degree_is_the_free_fit() -> None:
    y, X = sample()
    free = fit_lags(lag_model(y, X, [FREE] * 2), cov_type="HAC")
    almon = fit_lags(lag_model(y, X, [ProfileFamily(kind="almon", lags=LAGS, degree=5)] * 2), cov_type="HAC")
    np.testing.assert_allclose(profile_of(almon, 0), profile_of(free, 0), rtol=1e-9)
    assert almon.llf == pytest.approx(free.llf, rel=1e-12)
    (one, other) = (lead_effects(each, 0, cov=each.cov.matrix, horizon=6) for each in (almon, free))
    np.testing.assert_allclose(one.profile.bse, other.profile.bse, rtol=1e-9)


def test_hac_at_bandwidth_zero_is_hc0() -> None:
    y, X = sample()
    for family in (FREE, GEOMETRIC, DELAYED):
        model = lag_model(y, X[:, :1], [family])
        at_zero, hc0 = (fit_lags(model, **kind).cov.matrix for kind in ({"cov_type": "HAC", "bandwidth": 0}, {"cov_type": "HC0"}))
        np.testing.assert_allclose(at_zero, hc0, rtol=1e-10)


@pytest.mark.parametrize("family", [GEOMETRIC, replace(GEOMETRIC, n_free=2), DELAYED], ids=["geometric", "two free", "delayed"])
def test_no_point_nearby_or_on_a_grid_fits_better(family: ProfileFamily) -> None:
    y, X = sample()
    fitted = fit_lags(lag_model(y, X, [family, FREE]))
    best = fitted.regression.ssr
    for start in (1, 2, 3, 4):
        placed = replace(family, start=start) if family.kind == "geometric" else family
        model = lag_model(y, X, [placed, FREE], hold_back=6)
        for rate in np.linspace(0.0, 0.95, 20):
            for peak in (1.0, 2.0, 2.5, 3.0)[: 1 + 3 * (family.n_hidden == 2)]:
                design = model.design(np.array([rate, peak])[: family.n_hidden])[model.rows]
                left = model.y[model.rows] - design @ np.linalg.lstsq(design, model.y[model.rows], rcond=None)[0]
                assert best <= left @ left * (1 + 1e-9)


def test_two_decays_are_found_beside_each_other() -> None:
    _, X = sample(noise=0.0)
    rng = np.random.default_rng(0)
    y = signal.lfilter([0.0, 1.0], [1.0, -0.8], X[:, 0]) - signal.lfilter([0.0] * 4 + [2.0], [1.0, -0.3], X[:, 1])
    fitted = fit_lags(lag_model(y + 0.1 * rng.standard_normal(120), X, [replace(GEOMETRIC, presample="zero")] * 2))
    assert [family.start for family in fitted.model.families] == [1, 4]
    np.testing.assert_allclose(fitted.hidden, [0.8, 0.3], atol=0.02)
    assert [family.start for family in fitted.search_families] == [None, None]


def test_an_exact_fit_is_told_and_its_profile_is_the_truth() -> None:
    _, X = sample()
    y = 2.0 * np.r_[np.zeros(3), X[:-3, 0]]
    for family in (FREE, GEOMETRIC):
        fitted = fit_lags(lag_model(y, X, [replace(family, presample="zero"), FREE]))
        assert fitted.exact
        assert fitted.llf == np.inf
        np.testing.assert_allclose(profile_of(fitted, 0), [0, 0, 2, 0, 0, 0], atol=1e-7)


@settings(max_examples=12, deadline=None)
@given(
    st.floats(1e-6, 1e6),
    st.floats(1e-6, 1e6),
    st.floats(-1e3, 1e3),
    st.sampled_from(["free", "almon", "geometric", "delayed"]),
)
def test_units_offsets_and_the_order_of_leads_do_not_matter(unit: float, other: float, offset: float, kind: str) -> None:
    y, X = sample()
    families = [ProfileFamily(kind=kind, lags=LAGS), FREE]
    plain = fit_lags(lag_model(y, X, families), cov_type="HAC")
    moved = fit_lags(lag_model(unit * (y + offset), (other * (X - offset))[:, ::-1], families[::-1]), cov_type="HAC")
    # a decay is searched: its rate is found to about the root of rounding
    close = 1e-7 if kind in ("free", "almon") else 1e-4
    np.testing.assert_allclose(profile_of(moved, 1) * other / unit, profile_of(plain, 0), atol=close)
    assert moved.llf == pytest.approx(plain.llf - plain.nobs * np.log(unit), rel=1e-7)
    bands = [band_covariance(each) for each in (plain, moved)]
    first, last = (
        lead_effects(each, j, cov=b.matrix, horizon=6) for each, b, j in zip((plain, moved), bands, (0, 1), strict=True)
    )
    assert last.total.bse * other / unit == pytest.approx(first.total.bse, rel=1e-3)


def test_the_covariance_of_the_bands_is_the_one_asked_for_unless_it_is_hac() -> None:
    y, X = sample()
    model = lag_model(y, X, [FREE] * 2)
    for cov_type in ("nonrobust", "HC1", "HC3"):
        fitted = fit_lags(model, cov_type=cov_type)
        np.testing.assert_array_equal(band_covariance(fitted).matrix, fitted.cov.matrix)
    found, plain = band_covariance(fit_lags(model, cov_type="HAC")), fit_lags(model).regression
    assert len(found.phi) >= 1
    np.testing.assert_allclose(found.matrix, filtered_covariance(plain, found.phi, rows=np.flatnonzero(model.rows)))
    with_own = fit_lags(lag_model(y, X, [FREE] * 2, own_lags=(1,)), cov_type="HAC")
    np.testing.assert_allclose(band_covariance(with_own).matrix, covariance(with_own.regression, cov_type="HC3").matrix)


def test_slopes_of_the_innovations_are_the_whitened_columns_and_the_lags_of_the_noise() -> None:
    y, X = sample()
    order = NoiseOrder(ar=1)
    fitted = fit_lags(lag_model(y, X, [FREE] * 2), noise_order=order)
    slopes = innovation_slopes(fitted)
    assert slopes.shape == (fitted.nobs, fitted.regression.rank + 1)
    model = fitted.model
    left = (model.y - model.design(fitted.hidden) @ fitted.params)[fitted.used]
    np.testing.assert_allclose(slopes[1:, -1], -left[:-1], rtol=1e-5, atol=1e-8)
    assert fitted.df_resid == fitted.nobs - 13 - 1


def test_too_few_rows_are_refused_with_what_to_do() -> None:
    y, X = sample()
    with pytest.raises(UsageError, match=r"14 complete rows for 14 coefficients.*lower max_lag") as caught:
        fit_lags(lag_model(y[:20], X[:20], [FREE, replace(DELAYED, kind="almon", degree=5)], own_lags=(1,)))
    assert caught.value.code == "LL204"


TRANSFER = {
    "diet_advertising": ("sales", "advertising", 1, NoiseOrder(ar=1), 0),
    "gas_furnace": ("co2", "gas_rate", 3, NoiseOrder(ar=2), 3),
    "bjsales": ("sales", "lead_indicator", 1, NoiseOrder(ma=1), 3),
}


@needs_reference
@pytest.mark.parametrize("case", list(TRANSFER))
def test_transfer_functions_are_those_of_r(case: str) -> None:
    kpi, lead, n_free, order, start = TRANSFER[case]
    y, x = columns(table(case), kpi, lead)
    if case == "bjsales":
        y, x = np.diff(y), np.diff(x)
    expected = numbers(f"{case}/transfer_function")
    family = ProfileFamily(kind="geometric", lags=(start,), n_free=n_free, start=start, presample="zero")
    fitted = fit_lags(lag_model(y, x[:, None], [family]), noise_order=order)
    assert fitted.nobs == expected["n"]
    # R's recursions begin at the first complete row, ours at the first value: with three free weights two values more
    close = 1e-3 if n_free == 1 else 3e-2
    assert fitted.llf == pytest.approx(expected["loglik"], abs=close)
    assert fitted.hidden[0] == pytest.approx(expected["delta"], abs=close)
    values, _ = fitted.model.to_original(fitted.hidden, fitted.params)
    names = ["intercept", *(f"w{i}" for i in range(n_free))]
    np.testing.assert_allclose(values[: 1 + n_free], [expected["coef"][name] for name in names], rtol=close, atol=close)
    ends = [expected["coef"][name] for name in expected["coef"] if name.startswith(("ar", "ma"))]
    np.testing.assert_allclose([*fitted.noise.ar, *fitted.noise.ma], ends, atol=close)


def test_an_estimated_noise_leaves_fewer_degrees_of_freedom_where_the_errors_rest_on_it() -> None:
    y, X = sample()
    fitted = fit_lags(lag_model(y, X[:, :1], [FREE]), cov_type="HAC")
    band, k = band_covariance(fitted), len(fitted.params)
    moved = filtered_covariance(fitted.regression, band.phi * 1.001, rows=fitted.used)
    alone, together = np.eye(k)[:, 1:], np.ones((k, 1)) * (np.arange(k)[:, None] > 0)
    assert len(band.phi) == 1
    # one standard error of an AR(1) coefficient
    error = np.sqrt((1 - band.phi[0] ** 2) / fitted.df_resid)
    np.testing.assert_allclose(band.slopes[0], (moved - band.matrix) / (0.001 * band.phi[0]) * error, rtol=0.02, atol=1e-5)
    assert band.df(together)[0] < np.median(band.df(alone)) < fitted.df_resid
    plain = band_covariance(fit_lags(lag_model(y, X[:, :1], [FREE]), cov_type="HC1"))
    np.testing.assert_allclose(plain.df(alone), fitted.df_resid)


def test_a_delayed_peak_between_two_lags_that_narrows_without_end_is_still_the_fit_that_is_reported() -> None:
    """Two lags at two to one: the peak nears their middle as the rate nears zero, and no point is the best."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(80)
    y = 2.0 * np.r_[np.zeros(3), x[:-3]] + np.r_[np.zeros(4), x[:-4]] + 0.3 * rng.standard_normal(80)
    fitted = fit_lags(lag_model(y, x[:, None], [DELAYED]))
    model = fitted.model
    left = (model.y - model.design(fitted.hidden) @ fitted.params)[fitted.used]
    assert fitted.hidden[0] < 1e-3
    assert fitted.regression.ssr == pytest.approx(left @ left, rel=1e-9)
    band = band_covariance(fitted)
    effects = lead_effects(fitted, 0, cov=band.matrix, band=band, horizon=6)
    assert effects.profile.low[2] < 2.0 < effects.profile.high[2]

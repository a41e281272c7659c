"""Standard errors equal statsmodels' and R sandwich's, and hand-worked sums."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from leadlag.core.linear.covariance import automatic_bandwidth, bartlett_weights, covariance, leverage_scores, meat, scores
from leadlag.core.linear.leastsquares import LeastSquares, fit
from leadlag.core.noise.filtered import filtered_covariance
from leadlag.errors import UsageError
from tests.reference import Regression, needs_reference, regressions

#: Against statsmodels 0.14 and 0.15: pseudo-inverse against QR on well-conditioned designs.
SAME = 1e-9
#: Against R 4.2 with sandwich 3.0: worst seen 1e-11, on collinear lags.
AS_R = 1e-9


def noisy(seed: int = 0, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), rng.normal(size=(n, 2)), rng.exponential(size=n)])
    return X @ [1.0, 0.5, 0.0, -1.0] + rng.normal(size=n) * (1 + X[:, 3]), X


def model(seed: int = 0) -> LeastSquares:
    return fit(*noisy(seed))


@pytest.mark.parametrize(
    ("cov_type", "options", "theirs"),
    [
        ("nonrobust", {}, {"cov_type": "nonrobust"}),
        ("HC0", {}, {"cov_type": "HC0"}),
        ("HC1", {}, {"cov_type": "HC1"}),
        ("HC3", {}, {"cov_type": "HC3"}),
        ("HAC", {"bandwidth": 4}, {"cov_type": "HAC", "cov_kwds": {"maxlags": 4}}),
        ("HAC", {"bandwidth": 4, "correction": "df"}, {"cov_type": "HAC", "cov_kwds": {"maxlags": 4, "use_correction": True}}),
    ],
)
def test_covariance_equals_statsmodels(cov_type: str, options: dict, theirs: dict) -> None:
    y, X = noisy()
    ours = covariance(fit(y, X), cov_type=cov_type, **options).matrix
    np.testing.assert_allclose(ours, sm.OLS(y, X).fit(**theirs).cov_params(), rtol=SAME)


@needs_reference
@pytest.mark.parametrize("case", regressions(), ids=lambda case: case.name)
def test_coefficients_and_standard_errors_equal_r(case: Regression) -> None:
    ours = fit(case.y, case.X)
    assert ours.nobs == case.expected["n"]
    np.testing.assert_allclose(ours.params, list(case.expected["coef"].values()), rtol=AS_R)
    assert ours.rsquared == pytest.approx(case.expected["r2"], rel=AS_R)
    for name, bse in case.expected["se"].items():
        bandwidth = int(name.removeprefix("nw")) if name.startswith("nw") else None
        cov_type = {"ols": "nonrobust", "hc1": "HC1", "hc3": "HC3"}.get(name, "HAC")
        found = covariance(ours, cov_type=cov_type, bandwidth=bandwidth).bse
        np.testing.assert_allclose(found, list(bse.values()), rtol=AS_R, err_msg=name)


def test_hac_of_three_scores_by_hand() -> None:
    values = np.array([[1.0], [2.0], [-1.0]])
    assert meat(values, bartlett_weights(1)) == pytest.approx(1 + 4 + 1 + 2 * 0.5 * (2 - 2))
    assert meat(values, bartlett_weights(2)) == pytest.approx(6 + 2 * (2 / 3) * 0 + 2 * (1 / 3) * -1)


def test_rows_on_either_side_of_a_gap_are_as_far_apart_as_their_periods() -> None:
    values = np.array([[1.0], [2.0], [-1.0]])
    assert meat(values, bartlett_weights(1), periods=np.array([4, 5, 7])) == pytest.approx(6 + 2 * 0.5 * 2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_hac_at_bandwidth_zero_is_hc0_and_never_negative_at_any(seed: int) -> None:
    ours = model(seed)
    at_zero = covariance(ours, cov_type="HAC", bandwidth=0).matrix
    np.testing.assert_allclose(at_zero, covariance(ours, cov_type="HC0").matrix, rtol=1e-10)
    assert np.linalg.eigvalsh(covariance(ours, cov_type="HAC", bandwidth=40).meat).min() > -1e-9


def test_scores_sum_to_zero_and_hc3_inflates_rows_of_high_leverage() -> None:
    ours = model()
    np.testing.assert_allclose(scores(ours).sum(axis=0), 0, atol=1e-10)
    ratio = np.abs(leverage_scores(ours)[:, 0] / scores(ours)[:, 0])
    np.testing.assert_allclose(ratio, 1 / (1 - ours.leverage()))


def test_a_row_with_a_coefficient_of_its_own_leaves_the_other_errors_alone() -> None:
    y, X = noisy()
    event = (np.arange(60) == 7).astype(float)
    with_dummy = covariance(fit(y, np.column_stack([X, event])), cov_type="HC3").bse[:4]
    without_row = fit(np.delete(y, 7), np.delete(X, 7, axis=0))
    np.testing.assert_allclose(with_dummy, covariance(without_row, cov_type="HC3").bse, rtol=SAME)


def test_a_column_set_aside_has_no_standard_error() -> None:
    y, X = noisy()
    bse = covariance(fit(y, np.column_stack([X, X[:, 1]])), cov_type="HC1").bse
    np.testing.assert_allclose(bse[:4], covariance(fit(y, X), cov_type="HC1").bse, rtol=SAME)
    assert np.isnan(bse[4])


def test_the_automatic_bandwidth_grows_slowly_and_stays_below_the_rows() -> None:
    assert [automatic_bandwidth(n) for n in (1, 3, 100, 156, 500, 5000)] == [0, 1, 4, 4, 5, 9]
    assert covariance(model(), cov_type="HAC").bandwidth == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cov_type": "robust"}, "cov_type='robust'"),
        ({"cov_type": "HC1", "bandwidth": 3}, "bandwidth=3 goes with cov_type='HAC' only"),
        ({"cov_type": "HC3", "correction": "df"}, "correction='df' goes with cov_type='HAC' only"),
        ({"cov_type": "HAC", "correction": "yes"}, "correction='yes'"),
        ({"cov_type": "HAC", "bandwidth": 60}, "bandwidth=60 is not allowed: give a whole number from 0 to 59"),
        ({"cov_type": "HAC", "bandwidth": -1}, "bandwidth=-1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        covariance(model(), **options)


def test_no_degrees_of_freedom_no_errors() -> None:
    with pytest.raises(UsageError, match="3 rows for 3 coefficients") as caught:
        covariance(fit([1.0, 2.0, 4.0], np.vander([1.0, 2.0, 3.0])))
    assert caught.value.code == "LL204"


def filter_matrix(phi: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Inverse Cholesky factor of AR noise by its autocovariances; over a gap the noise goes on."""
    ar = np.zeros(400)
    ar[0] = 1.0
    psi = signal.lfilter([1.0], np.r_[1.0, -phi], ar)
    gamma = np.array([psi[: 400 - k] @ psi[k:] for k in range(200)])
    return np.linalg.inv(np.linalg.cholesky(gamma[np.abs(rows[:, None] - rows)]))


@pytest.mark.parametrize("gaps", [[], [7, 20, 21, 40]])
def test_the_filtered_covariance_is_the_dense_product(gaps: list[int]) -> None:
    y, X = noisy()
    rows, phi = np.setdiff1d(np.arange(60), gaps), np.array([0.6, -0.2])
    y, X = y[rows], X[rows]
    F, A = filter_matrix(phi, rows), np.linalg.pinv(X)
    filtered = F @ X
    hat = filtered @ np.linalg.pinv(filtered)
    size = (F @ y - hat @ F @ y) / (1 - np.diag(hat))
    spread = A @ np.linalg.inv(F) * size
    np.testing.assert_allclose(filtered_covariance(fit(y, X), phi, rows=rows), spread @ spread.T, rtol=1e-8)


def test_without_memory_the_filtered_covariance_is_hc3() -> None:
    ours = model()
    hc3 = covariance(ours, cov_type="HC3").matrix
    np.testing.assert_allclose(filtered_covariance(ours, np.zeros(0), rows=np.arange(60)), hc3, rtol=1e-10)

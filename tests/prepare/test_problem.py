"""What is done before anything is tested: reasons, seasons, differences, outliers; and the caller's data stay as they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import signal

from leadlag.errors import DataContractError, UsageError
from leadlag.prepare import Prepared, extra_leads, prepare
from leadlag.sample import Sample, from_wide
from leadlag.simulate import simulate_leads

N = 120


def noise(seed: int, n: int = N, phi: float = 0.3) -> np.ndarray:
    return signal.lfilter([1.0], [1.0, -phi], np.random.default_rng(seed).normal(size=n + 100))[100:]


def sample(freq: str = "MS", **series: np.ndarray) -> Sample:
    """Monthly table with a KPI of AR noise unless another is given."""
    columns = {"sales": 50 + noise(0)} | series
    time = pd.date_range("2012-01-02" if freq == "7D" else "2012-01-01", periods=len(columns["sales"]), freq=freq)
    return from_wide(pd.DataFrame({"date": time, **columns}), time="date")


def prepared(given: Sample, *, max_lag: int = 6, controls: tuple[str, ...] = (), log: tuple[str, ...] = ()) -> Prepared:
    leads = tuple(name for name in given.names if name not in ("sales", *controls))
    return prepare(given, kpi="sales", leads=leads, controls=controls, max_lag=max_lag, log=log)


def holed(values: np.ndarray, every: int) -> np.ndarray:
    return np.where(np.arange(len(values)) % every == 0, np.nan, values)


KPI = 50 + noise(0)
UNTESTABLE = {
    "LL201": [np.full(N, np.nan)],
    "LL203": [np.full(N, 7.0), np.full(N, 1e9) + 1e-6 * (np.arange(N) == 5), (np.arange(N) == 40) * 3.0],
    "LL204": [np.where(np.arange(N) < N - 12, np.nan, noise(1))],
    "LL205": [KPI, 2 * KPI + 1, 1e6 - 0.01 * KPI, holed(KPI, 9)],
}


@pytest.mark.parametrize(("code", "series"), [(code, series) for code, many in UNTESTABLE.items() for series in many])
def test_a_candidate_without_information_is_named_with_its_reason(code: str, series: np.ndarray) -> None:
    found = prepared(sample(visits=series, ads=noise(2)))
    assert [(item.lead, item.code) for item in found.untestable] == [("visits", code)]
    assert found.leads == ("ads",)
    assert found.problem.X.shape == (N, 1)


@pytest.mark.parametrize(
    ("sales", "words"),
    [
        (np.full(N, 3.0), "constant"),
        (KPI[:18], "18 values, and at least 22"),
        (holed(KPI, 1), "0 values"),
        (5.0 + 0.25 * np.arange(N), "exactly its trend"),
        (np.arange(N) + 3 * np.sin(2 * np.pi * np.arange(N) / 12), "exactly its trend"),
    ],
)
def test_a_kpi_with_nothing_to_explain_is_refused(sales: np.ndarray, words: str) -> None:
    with pytest.raises(DataContractError, match=words) as error:
        prepared(sample(sales=sales, visits=noise(1, len(sales))))
    assert error.value.code == "LL313"
    assert "'sales'" in str(error.value)


@pytest.mark.parametrize("values", [np.full(N, np.nan), np.where(np.arange(N) < N - 20, np.nan, noise(3))])
def test_controls_that_leave_too_few_periods_are_refused(values: np.ndarray) -> None:
    with pytest.raises(DataContractError, match=r"at least 25 are needed where all controls have one") as error:
        prepared(sample(visits=noise(1), price=values), controls=("price",))
    assert error.value.code == "LL313"


def test_lags_beyond_the_sample_are_refused() -> None:
    with pytest.raises(UsageError, match=r"max_lag=120 .* at most 98"):
        prepared(sample(visits=noise(1)), max_lag=120)


def test_what_is_exactly_trend_and_season_is_zero_and_not_rounding() -> None:
    season = np.sin(2 * np.pi * np.arange(N) / 12)
    found = prepared(sample(sales=KPI + 4 * season, line=1e8 + 0.01 * np.arange(N), wave=3 + season, visits=noise(3)))
    assert [(item.lead, item.code) for item in found.untestable] == [("line", "LL207")]
    assert (found.problem.X[:, 0] == 0.0).all()
    assert (found.problem.X[:, 1] != 0.0).any()


def test_the_callers_numbers_are_not_changed() -> None:
    spiked = noise(1)
    spiked[60] += 90.0
    sales = KPI.copy()
    sales[80] += 90.0
    given = sample(sales=sales, visits=spiked, walk=np.cumsum(noise(2)))
    before = given.values.copy()
    found = prepared(given)
    np.testing.assert_array_equal(given.values, before)
    assert found.kpi.n_clipped > 0
    assert found.treatments[0].n_clipped == 1
    assert not np.shares_memory(found.problem.X, given.values)


def test_the_working_series_do_not_depend_on_units_or_offset() -> None:
    series = {"visits": noise(1), "walk": np.cumsum(noise(2)), "holes": holed(noise(3), 11)}
    ours = prepared(sample(**series))
    moved = prepared(sample(sales=KPI * 1e12, **{name: 1e8 + values * 1e3 for name, values in series.items()}))
    np.testing.assert_allclose(moved.problem.y, ours.problem.y, atol=1e-9)
    np.testing.assert_allclose(moved.problem.X, ours.problem.X, atol=1e-5)
    np.testing.assert_allclose(moved.problem.x_scale, ours.problem.x_scale * 1e3, rtol=1e-6)
    np.testing.assert_allclose(moved.problem.momentum.phi, ours.problem.momentum.phi, atol=1e-9)


def test_a_lead_is_measured_in_its_own_sd() -> None:
    rng = np.random.default_rng(4)
    found = prepared(sample(sales=KPI + 0.0, visits=200 + 10 * rng.normal(size=N)))
    assert found.problem.x_scale[0] == pytest.approx(10.0, rel=0.2)
    assert np.std(found.problem.X[:, 0]) == pytest.approx(1.0, rel=0.05)


def test_controls_are_in_the_base_and_nowhere_else() -> None:
    found = prepared(sample(visits=noise(1), price=noise(2)), controls=("price",))
    assert found.leads == ("visits",)
    base = found.problem.base
    price = noise(2) - noise(2).mean()
    fitted = base @ np.linalg.lstsq(base, price, rcond=None)[0]
    np.testing.assert_allclose(fitted, price, atol=1e-9)


def test_a_missing_control_costs_its_row() -> None:
    found = prepared(sample(visits=noise(1), price=holed(noise(2), 50)), controls=("price",))
    assert np.flatnonzero(~found.problem.observed).tolist() == [0, 50, 100]


def test_logs_are_taken_where_asked() -> None:
    given = sample(sales=np.exp(0.1 * noise(0)), visits=np.exp(noise(1)), ads=np.exp(noise(2)))
    found = prepared(given, log=("sales", "ads"))
    assert found.kpi.log
    assert [item.log for item in found.treatments] == [False, True]
    straight = prepared(sample(sales=0.1 * noise(0), visits=np.exp(noise(1)), ads=noise(2)))
    np.testing.assert_allclose(found.problem.X, straight.problem.X, atol=1e-9)
    np.testing.assert_allclose(found.problem.y, straight.problem.y, atol=1e-9)


def test_a_season_enters_if_any_candidate_has_it() -> None:
    season = 4 * np.cos(2 * np.pi * np.arange(N) / 12 + 1)
    assert prepared(sample(visits=noise(1))).seasons == ()
    for series in ({"sales": KPI + season}, {"visits": noise(1) + season}):
        found = prepared(sample(**({"visits": noise(1)} | series)))
        assert [(item.period, item.count, item.n_seasons) for item in found.seasons] == [(12.0, 6, 10.0)]
        assert found.problem.base.shape == (N, 2 + 11)


def test_a_year_of_weeks_is_not_quite_52() -> None:
    season = 4 * np.cos(2 * np.pi * np.arange(300) * 7 / 365.25)
    found = prepared(sample("7D", sales=noise(0, 300) + season, visits=noise(1, 300)))
    assert found.seasons[0].period == pytest.approx(52.18, abs=0.01)


@pytest.mark.parametrize(("freq", "year"), [("14D", 26.09), ("28D", 13.04), ("10D", 36.52)])
def test_steps_of_days_have_a_year(freq: str, year: float) -> None:
    days = int(freq[:-1]) * np.arange(200)
    found = prepared(sample(freq, sales=noise(0, 200) + 4 * np.cos(2 * np.pi * days / 365.25), visits=noise(1, 200)))
    assert [item.period for item in found.seasons] == [pytest.approx(year, abs=0.01)]


def test_a_walk_is_differenced_with_its_leads_and_a_stationary_kpi_is_not() -> None:
    states = [prepared(sample(sales=np.cumsum(noise(seed)), visits=noise(seed + 50))) for seed in range(10)]
    assert sum(found.problem.momentum.unit_root for found in states) >= 6
    for found in states:
        assert found.problem.momentum.unit_root == found.kpi.differenced == (found.kpi.state == "integrated")
    calm = [prepared(sample(sales=noise(seed), visits=np.cumsum(noise(seed + 50, phi=0.0)))) for seed in range(10)]
    assert not any(found.problem.momentum.unit_root for found in calm)
    assert sum(found.treatments[0].differenced for found in calm) >= 4


def test_a_campaign_keeps_its_bursts() -> None:
    rng = np.random.default_rng(5)
    campaign = np.where(rng.random(N) < 0.08, rng.exponential(100.0, size=N), 0.0)
    found = prepared(sample(campaign=campaign))
    assert found.treatments[0].n_clipped == 0
    assert np.corrcoef(found.problem.X[:, 0], campaign)[0, 1] > 0.95


def test_a_clear_level_shift_of_the_kpi_enters_every_model() -> None:
    after = (np.arange(N) >= 70).astype(float)
    found = prepared(sample(sales=KPI + 4 * after, visits=noise(1)))
    assert found.problem.shift is not None
    assert abs(int(found.problem.shift.argmax()) - 70) <= 1
    np.testing.assert_array_equal(found.problem.mean[:, -1], found.problem.shift)
    assert found.problem.momentum.phi.sum() < 0.6
    assert prepared(sample(visits=noise(1))).problem.shift is None


def test_the_large_step_of_an_integrated_kpi_is_one_change_in_every_model() -> None:
    after = (np.arange(N) >= 70).astype(float)
    for seed in range(5):
        walk = prepared(sample(sales=np.cumsum(noise(seed, phi=0.0)) + 12 * after, visits=noise(1)))
        assert walk.problem.shift is not None
        assert abs(int(walk.problem.shift.argmax()) - 70) <= 1


def test_most_walks_without_a_large_step_have_no_change_taken_out() -> None:
    walks = [prepared(sample(sales=np.cumsum(noise(seed, phi=0.0)), visits=noise(1))).problem for seed in range(20)]
    integrated = [walk for walk in walks if walk.momentum.unit_root]
    assert len(integrated) > 10
    assert np.mean([walk.shift is not None for walk in integrated]) < 0.5


@pytest.mark.parametrize("integration", ["none", "integrated"])
def test_other_series_are_prepared_as_the_leads_themselves(integration: str) -> None:
    given = from_wide(simulate_leads(rng=0, integration=integration, noise_persistence=(0.0, 0.99)).data)
    leads = [name for name in given.names if name != "kpi"]
    found = prepare(given, kpi="kpi", leads=leads, max_lag=12)
    again = extra_leads(found, np.column_stack([given.column(name) for name in leads]))
    np.testing.assert_array_equal(again.X, found.problem.X)
    np.testing.assert_array_equal(again.x_scale, found.problem.x_scale)

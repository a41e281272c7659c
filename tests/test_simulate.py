"""What is planted is there, and the truth says so."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from leadlag.errors import UnknownNameError, UsageError
from leadlag.simulate import PlantedSeries, Season, Simulation, Trend, simulate_leads

LONG = 6000


def regressed(simulation: Simulation, names: list[str], lags: range) -> np.ndarray:
    """Coefficients of the KPI on the lags of the columns, names x lags, with quasi-differences that undo an AR(.5)."""
    data = simulation.data.to_numpy() - 0.5 * np.vstack([np.zeros(simulation.data.shape[1]), simulation.data.to_numpy()[:-1]])
    table = pd.DataFrame(data, columns=simulation.data.columns)
    design = pd.concat([table[name].shift(lag) for name in names for lag in lags], axis=1).iloc[lags[-1] + 1 :]
    found = np.linalg.lstsq(design.to_numpy(), table[simulation.kpi].to_numpy()[lags[-1] + 1 :], rcond=None)[0]
    return found.reshape(len(names), len(lags))


@pytest.mark.parametrize("shape", ["point", "window", "geometric", "delayed"])
def test_the_kpi_answers_with_the_weights_of_the_truth(shape: str) -> None:
    lead = PlantedSeries(name="x", effect=2.0, delay=3, shape=shape, persistence=0.0)
    simulation = simulate_leads(n_periods=LONG, series=[lead], n_noise=0, rng=1)
    weights = np.zeros(16)
    known = simulation["x"].weights[:16]
    weights[: len(known)] = known
    assert np.abs(regressed(simulation, ["x"], range(16))[0] - weights).max() < 0.06
    assert sum(simulation["x"].weights) == pytest.approx(2.0) == pytest.approx(simulation["x"].effect)


@pytest.mark.parametrize(
    ("shape", "peak", "first", "mean"),
    [("point", 4, 4, 4.0), ("window", 4, 4, 5.0), ("geometric", 4, 4, 5.0), ("delayed", 4, 2, 4.0)],
)
def test_peak_first_and_mean_lag_are_told_apart(shape: str, peak: int, first: int, mean: float) -> None:
    lead = PlantedSeries(name="x", effect=-1.0, delay=4, shape=shape, decay=0.5)
    truth = simulate_leads(series=[lead], n_noise=0)["x"]
    assert (truth.peak, truth.first, truth.sign) == (peak, first, -1)
    assert truth.mean == pytest.approx(mean, abs=0.02)


def test_momentum_in_the_outcome_spreads_the_effect_and_enlarges_it() -> None:
    lead = PlantedSeries(name="x", effect=1.0, delay=3)
    truth = simulate_leads(series=[lead], n_noise=0, momentum_in="outcome", kpi_momentum=[0.6])["x"]
    assert truth.peak == 3
    assert truth.effect == pytest.approx(1 / (1 - 0.6), rel=0.01)
    assert truth.mean == pytest.approx(3 + 0.6 / 0.4, rel=0.01)


def test_own_paths_have_unit_sd_and_the_stated_persistence() -> None:
    series = [PlantedSeries(name="x", persistence=0.7), PlantedSeries(name="bursts", path="campaign")]
    data = simulate_leads(n_periods=LONG, series=series, n_noise=0, rng=2).data
    assert data[["x", "bursts"]].std().to_numpy() == pytest.approx([1.0, 1.0], abs=0.06)
    assert data["x"].autocorr(1) == pytest.approx(0.7, abs=0.03)
    assert (data["bursts"] == 0).mean() > 0.8


def test_every_role_is_told_from_the_links() -> None:
    series = [
        PlantedSeries(name="resource"),
        PlantedSeries(name="activity", driver="resource", driver_lag=3, driver_share=0.9),
        PlantedSeries(name="output", driver="activity", driver_lag=2, driver_share=-0.5, effect=1.0, delay=4),
        PlantedSeries(name="proxy", driver="output", driver_lag=1),
        PlantedSeries(name="follower", driver="kpi", driver_lag=2),
        PlantedSeries(name="coincident", driver="kpi", driver_lag=0),
        PlantedSeries(name="surprise", surprise=-0.9, persistence=0.98),
        PlantedSeries(name="alone"),
        PlantedSeries(name="of_alone", driver="alone"),
    ]
    simulation = simulate_leads(series=series, n_noise=1)
    truth = {name: (simulation[name].role, simulation[name].peak, simulation[name].sign) for name in simulation.data.columns[1:]}
    assert truth == {
        "resource": ("upstream", 9, -1),
        "activity": ("upstream", 6, -1),
        "output": ("lead", 4, 1),
        "proxy": ("proxy", 3, 1),
        "follower": ("follower", -2, 1),
        "coincident": ("coincident", 0, 1),
        "surprise": ("coincident", 0, -1),
        "alone": ("noise", None, 0),
        "of_alone": ("noise", None, 0),
        "noise_01": ("noise", None, 0),
    }
    assert simulation.leads == ("output",)
    assert simulation["resource"].effect == pytest.approx(0.9 * -0.5 * 1.0)


@pytest.mark.parametrize(("name", "away"), [("up", 5), ("proxy", 2), ("follower", -2), ("coincident", 0)])
def test_traps_move_with_the_kpi_at_the_lag_of_the_truth(name: str, away: int) -> None:
    series = [
        PlantedSeries(name="up", persistence=0.0),
        PlantedSeries(name="lead", driver="up", driver_lag=2, effect=3.0, delay=3, persistence=0.0),
        PlantedSeries(name="proxy", driver="lead", driver_lag=1, persistence=0.0),
        PlantedSeries(name="follower", driver="kpi", driver_lag=2, persistence=0.0),
        PlantedSeries(name="coincident", driver="kpi", driver_lag=0, persistence=0.0),
    ]
    simulation = simulate_leads(n_periods=LONG, series=series, n_noise=0, kpi_momentum=[], rng=3)
    correlations = {lag: abs(simulation.data[name].shift(lag).corr(simulation.data["kpi"])) for lag in range(-8, 9)}
    assert max(correlations, key=correlations.__getitem__) == away == simulation[name].peak


def test_a_series_that_moves_the_kpi_at_once_is_coincident_and_so_is_what_it_drives_at_once() -> None:
    series = [
        PlantedSeries(name="price", at_once=-0.7, persistence=0.3),
        PlantedSeries(name="reading", driver="price", driver_lag=0),
        PlantedSeries(name="later", driver="price", driver_lag=2),
    ]
    simulation = simulate_leads(n_periods=LONG, series=series, n_noise=0, rng=5)
    told = {name: (simulation[name].role, simulation[name].peak, simulation[name].sign) for name in ("price", "reading", "later")}
    assert told == {"price": ("coincident", 0, -1), "reading": ("coincident", 0, -1), "later": ("follower", -2, -1)}
    assert regressed(simulation, ["price"], range(4))[0] == pytest.approx([-0.7, 0.0, 0.0, 0.0], abs=0.06)
    assert simulation["price"].effect == 0.0


def test_feedback_runs_both_ways_and_is_told() -> None:
    series = [PlantedSeries(name="x", effect=0.8, delay=2, driver="kpi", driver_lag=1, driver_share=0.4)]
    simulation = simulate_leads(n_periods=LONG, series=series, n_noise=0, kpi_momentum=[], rng=4)
    assert simulation["x"].role == "lead"
    assert simulation["x"].feedback
    data = simulation.data
    assert data["kpi"].shift(1).corr(data["x"]) > 0.3
    assert data["x"].shift(2).corr(data["kpi"]) > 0.3


def test_random_walks_follow_in_changes_or_in_levels() -> None:
    series = [PlantedSeries(name="x", effect=1.0, delay=2, persistence=0.0)]
    walk = simulate_leads(n_periods=LONG, series=series, n_noise=0, kpi_momentum=[], integration="integrated", rng=5).data
    level = simulate_leads(n_periods=LONG, series=series, n_noise=0, kpi_momentum=[], integration="cointegrated", rng=5).data
    changes = walk.diff().dropna()
    assert changes["x"].shift(2).corr(changes["kpi"]) == pytest.approx(math.sqrt(0.5), abs=0.03)
    gap = (level["kpi"] - level["x"].shift(2)).dropna()
    assert gap.std() == pytest.approx(1.0, abs=0.05)
    assert abs(gap.autocorr(1)) < 0.05
    assert walk["x"].autocorr(1) > 0.99


@pytest.mark.parametrize(("noise", "kurtosis"), [("normal", (-0.2, 0.3)), ("t", (1.0, 60.0)), ("garch", (1.0, 500.0))])
def test_innovations_have_unit_variance_and_the_stated_tails(noise: str, kurtosis: tuple[float, float]) -> None:
    kpi = simulate_leads(n_periods=20_000, series=[], n_noise=0, kpi_momentum=[], noise=noise, rng=6).data["kpi"]
    assert kpi.var() == pytest.approx(1.0, abs=0.12)
    assert kurtosis[0] < kpi.kurt() < kurtosis[1]
    assert ((kpi**2).autocorr(1) > 0.1) == (noise == "garch")


def test_season_and_trend_lie_over_every_series() -> None:
    seasons = [Season(period=12, kpi=50.0, leads=20.0)]
    data = simulate_leads(n_periods=240, seasons=seasons, trend=Trend(kpi=900.0, leads=-300.0), freq="month", rng=7).data
    yearly = data.diff(12).dropna().mean()
    assert yearly["kpi"] == pytest.approx(900 * 12 / 239, abs=1.0)
    assert yearly["noise_01"] == pytest.approx(-300 * 12 / 239, abs=1.0)
    assert data.diff(12).std()["kpi"] < 0.2 * data["kpi"].diff(6).std()


def test_a_shared_season_has_its_peaks_in_the_same_periods() -> None:
    def correlation(phases: str) -> float:
        season = Season(period=12, kpi=50.0, leads=50.0, phases=phases)
        return float(simulate_leads(seasons=[season], n_noise=1, rng=3).data[["kpi", "noise_01"]].corr().iloc[0, 1])

    assert correlation("shared") > 0.99 > correlation("own")


def test_month_end_spikes_stand_in_the_last_week_of_each_month() -> None:
    data = simulate_leads(n_periods=104, series=[], n_noise=0, seasons=[Season(shape="month_end", kpi=100.0)], rng=8).data
    high = data.index[data["kpi"] > 50]
    assert len(high) == 24
    assert all((day + pd.Timedelta(days=7)).month != day.month for day in high)


@pytest.mark.parametrize(
    ("freq", "first", "second"),
    [("week", "2020-01-06", "2020-01-13"), ("month", "2020-01-01", "2020-02-01"), ("quarter", "2020-01-01", "2020-04-01"),
     ("year", "2020-01-01", "2021-01-01"), ("day", "2020-01-01", "2020-01-02"), ("hour", "2020-01-01 00:00", "2020-01-01 01:00")],
)  # fmt: skip
def test_the_index_follows_the_cadence(freq: str, first: str, second: str) -> None:
    index = simulate_leads(n_periods=5, freq=freq).data.index
    assert (index.name, *index[:2]) == ("date", pd.Timestamp(first), pd.Timestamp(second))
    assert index.freq is None


def test_undated_rows_have_a_counter() -> None:
    assert list(simulate_leads(n_periods=3, freq="period").data.index) == [1, 2, 3]


def test_the_same_seed_gives_the_same_table_and_more_noise_changes_nothing_else() -> None:
    once, again = simulate_leads(rng=9), simulate_leads(rng=9)
    pd.testing.assert_frame_equal(once.data, again.data)
    wider = simulate_leads(rng=9, n_noise=30).data
    pd.testing.assert_frame_equal(wider[once.data.columns], once.data)
    assert not simulate_leads(rng=10).data.equals(once.data)


def test_a_generator_moves_on_between_calls() -> None:
    rng = np.random.default_rng(1)
    assert not simulate_leads(rng=rng).data.equals(simulate_leads(rng=rng).data)


def test_a_lead_that_begins_late_is_missing_before() -> None:
    data = simulate_leads(series=[PlantedSeries(name="x", effect=1.0, starts=40)]).data
    assert data["x"].isna().sum() == 40
    assert data["x"].first_valid_index() == data.index[40]
    assert data["kpi"].notna().all()


def test_a_lead_that_broke_acts_as_long_as_it_did_and_then_no_longer() -> None:
    whole = simulate_leads(series=[PlantedSeries(name="x", effect=2.0, delay=3)], n_periods=90, rng=4).data
    broken = simulate_leads(series=[PlantedSeries(name="x", effect=2.0, delay=3, stops=60)], n_periods=90, rng=4).data
    silent = simulate_leads(series=[PlantedSeries(name="x", effect=2.0, delay=3, stops=0)], n_periods=90, rng=4).data
    pd.testing.assert_series_equal(broken["kpi"][:60], whole["kpi"][:60])
    np.testing.assert_allclose(whole["kpi"][60:] - broken["kpi"][60:], 2.0 * whole["x"].shift(3)[60:], atol=1e-9)
    pd.testing.assert_series_equal(broken["kpi"][60:], silent["kpi"][60:])


@pytest.mark.parametrize("response", ["quadratic", "threshold"])
def test_a_bent_response_has_no_linear_effect(response: str) -> None:
    truth = simulate_leads(series=[PlantedSeries(name="x", effect=-1.0, response=response)])["x"]
    assert math.isnan(truth.effect)
    assert truth.sign == (0 if response == "quadratic" else -1)


def test_the_truth_is_a_table_too() -> None:
    table = simulate_leads().to_frame()
    assert list(table["name"][:4]) == ["lead_a", "lead_b", "lead_c", "noise_01"]
    assert list(table["role"][:4]) == ["lead", "lead", "lead", "noise"]


def test_what_cannot_be_planted_is_refused_with_the_argument_named() -> None:
    def plant(*series: PlantedSeries) -> Simulation:
        return simulate_leads(series=series)

    with pytest.raises(UsageError, match=r"delay=0 .* at least 1"):
        PlantedSeries(name="x", effect=1.0, delay=0)
    with pytest.raises(UsageError, match=r"effect=1 and at_once=2.* one of the two"):
        PlantedSeries(name="x", effect=1.0, at_once=2.0)
    with pytest.raises(UsageError, match=r"shape='pont' .* Did you mean 'point'"):
        PlantedSeries(name="x", shape="pont")
    with pytest.raises(UnknownNameError, match=r"driver='kpu'.*Did you mean 'kpi'"):
        plant(PlantedSeries(name="x", driver="kpu"))
    with pytest.raises(UsageError, match="drives itself"):
        plant(PlantedSeries(name="x", driver="y"), PlantedSeries(name="y", driver="x"))
    with pytest.raises(UsageError, match="'kpi' occurs more than once"):
        plant(PlantedSeries(name="kpi"))
    with pytest.raises(UsageError, match=r"feedback .* explodes"):
        plant(PlantedSeries(name="x", effect=9.0, driver="kpi", driver_share=0.9))
    with pytest.raises(UsageError, match=r"kpi_momentum=\[1\.0\] is not stationary"):
        simulate_leads(kpi_momentum=[1.0])
    with pytest.raises(UsageError, match=r"burn_in=3 .* at least"):
        simulate_leads(burn_in=3)
    with pytest.raises(UsageError, match="month_end"):
        simulate_leads(freq="month", seasons=[Season(shape="month_end")])

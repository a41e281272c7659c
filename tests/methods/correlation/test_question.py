"""Cross-correlations equal R and statsmodels, mirror when roles are exchanged, never close up a gap, and say what they show."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter
from statsmodels.tsa import stattools

from leadlag.errors import LimitError, StatisticsWarning, UnknownNameError, UsageError
from leadlag.methods.correlation.question import cross_correlation, cross_correlations
from leadlag.methods.correlation.result import CrossCorrelation
from tests.conftest import skip_unless
from tests.reference import Shifted, needs_reference, reference, shifted_pairs, table

#: Against R 4.2: stats::ccf and stats::ar.ols. Worst seen 1.5e-12.
SAME = 1e-8


def pair(seed: int = 0, n: int = 120, delay: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """A lead with momentum, and a KPI that follows it."""
    rng = np.random.default_rng(seed)
    x = lfilter([1.0], [1.0, -0.7], rng.normal(size=n + delay))
    return 0.8 * x[:n] + rng.normal(size=n), x[delay:]


def frame(seed: int = 0, n: int = 120) -> pd.DataFrame:
    sales, visits = pair(seed, n)
    price = np.random.default_rng(seed + 1).normal(size=n)
    weeks = pd.date_range("2020-01-06", periods=n, freq="7D").strftime("%Y-%m-%d")
    return pd.DataFrame({"week": weeks, "sales": sales, "visits": visits, "price": price})


def of_arrays(y: np.ndarray, x: np.ndarray, **options: object) -> CrossCorrelation:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StatisticsWarning)
        return cross_correlation(pd.DataFrame({"kpi": y, "lead": x}), kpi="kpi", lead="lead", **options)


def _paths(path: str, entry: object) -> Iterator[str]:
    """Where R's cross-correlations stand: what has the numbers by lag, or is them."""
    for key, value in entry.items() if isinstance(entry, dict) else ():
        if isinstance(value, dict) and "0" in value:
            yield path if key == "ccf" else f"{path}/{key}".lstrip("/")
        else:
            yield from _paths(f"{path}/{key}".lstrip("/"), value)


class TestAgainstOthers:
    @needs_reference
    @pytest.mark.parametrize("case", shifted_pairs(), ids=lambda case: case.name)
    def test_r(self, case: Shifted) -> None:
        expected = {int(lag): value for lag, value in case.expected["ccf"].items()}
        options = {"prewhiten": False} if case.order is None else {"order": case.order}
        found = of_arrays(case.kpi, case.lead, max_lag=max(expected), **options)
        assert dict(zip(found.lags.tolist(), found.correlation, strict=True)) == pytest.approx(expected, abs=SAME)
        if case.order is not None:
            assert (found.nobs, found.peak_lag) == (case.expected["n"], case.expected["peak_lag"])
        if "ar" in case.expected:
            assert found.ar == pytest.approx(np.atleast_1d(case.expected["ar"]), abs=SAME)

    @needs_reference
    def test_every_number_of_r_is_compared(self) -> None:
        assert {case.name for case in shifted_pairs()} == set(_paths("", reference()))

    def test_statsmodels_ccf(self) -> None:
        y, x = pair()
        found = of_arrays(y, x, prewhiten=False, max_lag=10)
        assert found.correlation[10:] == pytest.approx(stattools.ccf(y, x, adjusted=False, nlags=11), abs=1e-12)
        assert found.correlation[10::-1] == pytest.approx(stattools.ccf(x, y, adjusted=False, nlags=11), abs=1e-12)

    def test_statsmodels_partial_ccf_at_lag_1_is_a_correlation_of_neighbours(self) -> None:
        skip_unless(hasattr(stattools, "pccf"), "statsmodels-0.15", "statsmodels has pccf from version 0.15 on")
        y, x = pair(n=1500, delay=1)
        found = of_arrays(y, x, prewhiten=False, max_lag=1)
        assert stattools.pccf(x, y, nlags=1, method="ols")[0] == pytest.approx(found.at(1), abs=3e-3)

    @needs_reference
    def test_the_gas_furnace_answers_after_3_periods_and_most_after_5(self) -> None:
        data = table("gas_furnace")
        for order in (3, None):
            found = cross_correlation(data[["co2", "gas_rate"]], kpi="co2", lead="gas_rate", order=order)
            assert (found.first_lag, found.peak_lag, found.peak_lag_ahead) == (3, 5, 5)
            assert all(lag > 0 for lag in found.significant_lags_all)


class TestSameAnswer:
    @given(unit=st.sampled_from([1e-9, 3.0, -2.0, 1e12]), offset=st.sampled_from([0.0, -7.0, 1e6]), prewhiten=st.booleans())
    @settings(max_examples=12)
    def test_in_other_units_and_after_an_offset(self, unit: float, offset: float, prewhiten: bool) -> None:
        y, x = pair(3)
        plain = of_arrays(y, x, prewhiten=prewhiten, max_lag=5)
        moved = of_arrays(unit * (y + offset), x + offset, prewhiten=prewhiten, max_lag=5)
        assert moved.correlation * np.sign(unit) == pytest.approx(plain.correlation, abs=1e-8)
        assert moved.high == pytest.approx(plain.high, abs=1e-6)
        assert moved.ar_order == plain.ar_order

    @given(seed=st.integers(0, 1000))
    @settings(max_examples=8)
    def test_exchanged_roles_mirror_the_raw_correlations(self, seed: int) -> None:
        y, x = pair(seed, n=60)
        there, back = of_arrays(y, x, prewhiten=False, max_lag=5), of_arrays(x, y, prewhiten=False, max_lag=5)
        assert back.correlation == pytest.approx(there.correlation[::-1], abs=1e-12)
        assert back.high == pytest.approx(there.high[::-1], abs=1e-12)

    @given(seed=st.integers(0, 1000))
    @settings(max_examples=5)
    def test_with_shuffled_rows_and_columns(self, seed: int) -> None:
        data = frame()
        mixed = data.sample(frac=1.0, random_state=seed)[["visits", "week", "price", "sales"]]
        ways = [cross_correlation(each, kpi="sales", lead="visits", time="week", controls="price") for each in (data, mixed)]
        assert np.array_equal(ways[0].correlation, ways[1].correlation)
        assert np.array_equal(ways[0].high_all, ways[1].high_all)

    def test_differences_taken_inside_are_those_taken_before(self) -> None:
        y, x = np.cumsum(pair(5), axis=1)
        inside, before = of_arrays(y, x, difference=1, max_lag=6), of_arrays(np.diff(y), np.diff(x), max_lag=6)
        assert inside.correlation == pytest.approx(before.correlation, abs=1e-12)
        assert (inside.nobs, inside.n_dropped) == (before.nobs, before.n_dropped + 1)

    def test_controls_are_taken_out_of_both(self) -> None:
        data = frame()
        data["sales"] += 5 * data["price"]
        data["visits"] -= 3 * data["price"]
        found = cross_correlation(data, kpi="sales", lead="visits", controls="price", time="week", prewhiten=False)
        base = np.column_stack([np.ones(len(data)), data["price"]])
        y, x = (v - base @ np.linalg.lstsq(base, v, rcond=None)[0] for v in (data["sales"], data["visits"]))
        assert found.correlation == pytest.approx(of_arrays(y, x, prewhiten=False, max_lag=12).correlation, abs=1e-10)


class TestJoining:
    def test_only_periods_that_both_have_count(self) -> None:
        data = frame(n=150)
        data.loc[:19, "visits"] = np.nan
        data.loc[140:, "sales"] = np.nan
        data.loc[[60, 61], "price"] = np.nan
        data.loc[0, "sales"] = data.loc[145, "visits"] = 1e9  # outside what both have
        found = cross_correlation(data, kpi="sales", lead="visits", time="week", max_lag=8, prewhiten=False)
        inner = cross_correlation(data.iloc[20:140], kpi="sales", lead="visits", time="week", max_lag=8, prewhiten=False)
        assert found.correlation == pytest.approx(inner.correlation, abs=1e-12)
        assert (found.nobs, found.n_dropped) == (120, 30)

    def test_a_gap_is_not_closed_up(self) -> None:
        """Closing it up would turn lag 2 into lags 2 and 5."""
        data = frame(n=400)
        data.loc[data.index % 6 == 5, "sales"] = np.nan
        gaps = cross_correlation(data, kpi="sales", lead="visits", time="week", max_lag=6)
        closed = cross_correlation(
            data.dropna()[["sales", "visits"]].reset_index(drop=True), kpi="sales", lead="visits", max_lag=6
        )
        assert gaps.peak_lag == 2
        assert gaps.at(2) > closed.at(2) + 0.1

    def test_a_lag_without_any_product_has_no_number(self) -> None:
        data = frame(n=200)
        data.loc[data.index % 2 == 1, "sales"] = np.nan
        found = cross_correlation(data, kpi="sales", lead="visits", time="week", max_lag=4)
        assert np.isnan(found.correlation[found.lags % 2 == 1]).all()
        assert found.peak_lag == 2
        assert "nan" not in found.summary() + found.explain()

    def test_missing_weeks_are_gaps_too(self) -> None:
        data = frame()
        data.loc[[40, 70], ["sales", "visits"]] = np.nan
        absent = cross_correlation(data.drop(index=[40, 70]), kpi="sales", lead="visits", time="week")
        empty = cross_correlation(data, kpi="sales", lead="visits", time="week")
        assert absent.correlation == pytest.approx(empty.correlation, abs=1e-12)


class TestDirection:
    def test_a_lead_shows_at_positive_lags_and_a_follower_at_negative_ones(self) -> None:
        data = frame()
        assert cross_correlation(data, kpi="sales", lead="visits", time="week").peak_lag == 2
        back = cross_correlation(data, kpi="visits", lead="sales", time="week")
        assert back.peak_lag == -2
        assert "visits moves first, by 2 weeks" in " ".join(back.explain().split())

    def test_prewhitening_narrows_a_smeared_peak(self) -> None:
        y, x = pair(2, n=300, delay=3)
        raw, white = (of_arrays(y, x, prewhiten=each, max_lag=8) for each in (False, True))
        assert white.significant_lags_all == (3,)
        assert len(raw.significant_lags_all) > 3

    def test_levels_that_wander_are_said_to(self) -> None:
        y, x = np.random.default_rng(4).normal(size=(2, 150)).cumsum(axis=1)
        data = pd.DataFrame({"sales": y, "visits": x})
        with pytest.warns(StatisticsWarning, match="look integrated.*give difference=1") as caught:
            found = cross_correlation(data, kpi="sales", lead="visits", prewhiten=False)
        assert (caught[0].message.code, caught[0].filename) == ("LL122", __file__)
        assert found.provenance.warnings[-1][0] == "LL122"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert cross_correlation(data, kpi="sales", lead="visits", difference=1).integrated == ()


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"max_lag": 61}, "max_lag=61 is not allowed: give at most 60, half of the 120 periods"),
            ({"max_lag": 0}, "max_lag=0"),
            ({"prewhiten": "yes"}, "prewhiten='yes'"),
            ({"prewhiten": False, "order": 2}, "order=2 goes with prewhiten=True only"),
            ({"order": -1}, "order=-1"),
            ({"order": 50}, "at least 160 .*lower max_lag, order"),
            ({"alpha": 1.5}, "alpha=1.5"),
            ({"difference": -1}, "difference=-1"),
            ({"controls": "visits"}, "name a column twice"),
        ],
    )
    def test_arguments_outside_what_is_allowed(self, options: dict, message: str) -> None:
        with pytest.raises(UsageError, match=message):
            cross_correlation(frame(), kpi="sales", lead="visits", time="week", **options)

    @pytest.mark.parametrize(
        ("lead", "code"),
        [
            (lambda d: np.full(len(d), 3.0), "LL203"),
            (lambda d: np.full(len(d), np.nan), "LL201"),
            (lambda d: np.where(d.index < 112, np.nan, d["visits"]), "LL204"),
            (lambda d: 32 + 1.8 * d["sales"], "LL205"),
            (lambda d: 7 - 2 * d["price"], "LL207"),
        ],
    )
    def test_leads_that_cannot_be_judged(self, lead: object, code: str) -> None:
        data = frame()
        data["visits"] = lead(data)
        with pytest.raises(UsageError, match="lead='visits'") as caught:
            cross_correlation(data, kpi="sales", lead="visits", controls="price", time="week")
        assert caught.value.code == code

    def test_a_wrong_name_gets_the_nearest(self) -> None:
        with pytest.raises(UnknownNameError, match="Did you mean 'visits'"):
            cross_correlation(frame(), kpi="sales", lead="visit", time="week")


class TestResult:
    @pytest.fixture
    def result(self) -> CrossCorrelation:
        return cross_correlation(frame(), kpi="sales", lead="visits", controls="price", time="week")

    def test_the_frame_is_one_row_a_lag(self, result: CrossCorrelation) -> None:
        found = result.to_frame()
        assert list(found) == ["lag", "correlation", "low", "high", "low_all", "high_all", "pvalue"]
        assert found["lag"].tolist() == list(range(-12, 13))
        assert (found["low_all"] < found["low"]).all()
        assert found.loc[found["lag"] == 2, "correlation"].item() == result.at(2)
        outside = found["correlation"].abs() > found["high"]
        assert np.array_equal(outside, found["pvalue"] < 0.05)

    @pytest.mark.parametrize("options", [{}, {"prewhiten": False, "max_lag": 40}, {"order": 9, "difference": 1}])
    def test_the_summary_fits_80_columns_and_says_which_side_is_which(self, options: dict) -> None:
        y, x = pair(1)
        kpi, lead = "K" * 90, "先行指標" * 20
        text = cross_correlation(pd.DataFrame({kpi: y, lead: x}), kpi=kpi, lead=lead, **options).summary()
        assert max(map(len, text.splitlines())) <= 80
        assert "at positive lags" in text
        assert "0.0000" not in text

    def test_explain_tells_filter_peak_and_side_and_never_causes(self, result: CrossCorrelation) -> None:
        text = " ".join(result.explain().split())
        assert "the same filter went over sales" in text
        assert "at lag 2" in text
        assert "visits moves first, by 2 weeks" in text
        assert "no clear sign that sales moves first" in text
        assert "would not show that moving visits moves sales" in text
        assert "cause" not in text

    def test_explain_of_series_as_they_are_names_what_the_bands_leave_out(self) -> None:
        y, x = np.random.default_rng(9).normal(size=(2, 60))
        text = " ".join(of_arrays(y, x, max_lag=3, prewhiten=False).explain().split())
        assert "do not allow for a season" in text

    def test_nothing_is_read_into_a_peak_inside_its_band(self) -> None:
        y, x = np.random.default_rng(8).normal(size=(2, 40))
        text = of_arrays(y, x, max_lag=3, alpha=0.001).explain()
        assert "its place says nothing" in " ".join(text.split())

    def test_it_is_frozen_and_goes_to_json_and_html(self, result: CrossCorrelation) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            result.nobs = 1
        assert ["difference", 0] in result.to_dict()["provenance"]["settings"]
        assert '"ar_order"' in result.to_json()
        assert "visits" in result._repr_html_()


class TestManyPairs:
    def test_a_pair_without_numbers_says_why(self) -> None:
        found = cross_correlations(
            pd.DataFrame({"y": np.random.default_rng(0).normal(size=40), "flat": 5.0}), kpis="y", leads="flat"
        )
        for text in (found.summary(), found.explain()):
            assert "Without numbers: 1 of 1 pairs: the lead does not vary" in " ".join(text.split())
            assert "nan" not in text

    @pytest.mark.parametrize("options", [{}, {"prewhiten": False}, {"order": 2, "controls": "c", "difference": 1}])
    def test_each_pair_is_that_of_the_function_for_one(self, options: dict) -> None:
        rng = np.random.default_rng(0)
        values = lfilter([1.0], [1.0, -0.5], rng.normal(size=(110, 6)), axis=0)
        data = pd.DataFrame(values, columns=list("abcdef"))
        data.loc[:20, "b"] = np.nan  # begins late
        data.loc[[50, 51], "d"] = np.nan  # a gap
        many = cross_correlations(data, kpis=["a", "b"], leads=["d", "e", "b"], max_lag=5, **options)
        for i, kpi in enumerate(many.kpis):
            for j, lead in enumerate(many.leads):
                if kpi == lead:
                    assert many.reason[i, j] == "LL205"
                    continue
                one = cross_correlation(data, kpi=kpi, lead=lead, max_lag=5, **options)
                assert many.correlation[i, j] == pytest.approx(one.correlation, abs=1e-10)
                assert many.high[i, j] == pytest.approx(one.high, abs=1e-10)
                assert (many.nobs[i, j], many.ar_order[i, j]) == (one.nobs, one.ar_order)

    def test_the_frame_is_tidy_and_the_peaks_are_sorted(self) -> None:
        many = cross_correlations(frame(), kpis="sales", leads=["price", "visits"], max_lag=4, time="week")
        found = many.to_frame()
        assert list(found) == ["kpi", "lead", "lag", "correlation", "low", "high", "pvalue"]
        assert len(found) == 2 * 9
        row = found[(found["lead"] == "visits") & (found["lag"] == 2)].iloc[0]
        assert row["correlation"] == many.correlation[0, 1, 6]
        assert many.peaks().iloc[0][["lead", "lag"]].tolist() == ["visits", 2]
        assert max(map(len, many.summary().splitlines())) <= 80
        assert "by chance" in many.explain()

    def test_a_plan_above_the_limit_is_refused_before_it_begins(self) -> None:
        with pytest.raises(LimitError, match="name fewer KPIs or leads"):
            cross_correlations(frame(), kpis="sales", leads=["price", "visits"], time="week", max_tests=10)

    def test_why_a_pair_has_no_numbers(self) -> None:
        data = frame().assign(flat=1.0)
        many = cross_correlations(data, kpis="sales", leads=["visits", "flat", "sales"], time="week")
        assert set(many.reasons()) == {"LL203", "LL205"}
        assert "1 of 3 pairs" in many.reasons()["LL203"]

    @pytest.mark.parametrize(
        ("kpis", "leads", "message"),
        [([], "visits", "kpis is empty"), ("price", "visits", "kpis and controls both name 'price'")],
    )
    def test_roles_that_do_not_go_together(self, kpis: object, leads: object, message: str) -> None:
        with pytest.raises(UsageError, match=message):
            cross_correlations(frame(), kpis=kpis, leads=leads, time="week", controls="price")

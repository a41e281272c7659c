"""The local projection names what it is about, says which view it shows, and refuses what it cannot judge."""

from __future__ import annotations

import json
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leadlag as ll
from leadlag.errors import StatisticsWarning, UnknownNameError, UsageError
from leadlag.methods.projection.numbers.projection import projection
from leadlag.methods.projection.question import local_projection
from leadlag.methods.projection.result import LocalProjection
from tests.conftest import ROOT, skip_unless
from tests.methods.projection.numbers.test_projection import pair

GAS = ROOT.parent / "shared" / "data" / "gas_furnace.csv"


def frame(seed: int = 0, n: int = 120) -> pd.DataFrame:
    sales, visits = pair(seed, n)
    price = np.random.default_rng(seed + 1).normal(size=n)
    return pd.DataFrame(
        {"month": pd.period_range("2012-01", periods=n, freq="M").astype(str), "sales": sales, "visits": visits, "price": price}
    )


def projected(data: pd.DataFrame | None = None, **options) -> LocalProjection:
    return local_projection(
        frame() if data is None else data, kpi="sales", lead="visits", **{"horizons": 8, "time": "month"} | options
    )


class TestResult:
    def test_it_has_the_numbers_of_the_array_function(self) -> None:
        data, found = frame(), projected(controls="price", trend="linear", order=2)
        numbers = projection(
            data["sales"], data["visits"], longest=8, lags=[1, 2], controls=data[["price"]].to_numpy(), trend="linear"
        )
        np.testing.assert_array_equal(found.response, numbers.response)
        np.testing.assert_array_equal(found.cov, numbers.cov)
        assert found.nobs == tuple(numbers.nobs)
        assert found.n_dropped == tuple(120 - numbers.nobs)
        assert (found.horizons, found.order, found.own_order) == (tuple(range(9)), (1, 2), (1, 2))
        assert (found.controls, found.unit, found.order_chosen) == (("price",), "month", False)

    def test_a_list_of_horizons_gives_these_and_sums_from_the_start(self) -> None:
        some, all_of_them = projected(horizons=[6, 2]), projected(horizons=6)
        assert some.horizons == (2, 6)
        np.testing.assert_array_equal(some.response, all_of_them.response[[2, 6]])
        np.testing.assert_allclose(some.cumulative.estimate, np.cumsum(all_of_them.response)[[2, 6]], rtol=1e-12)
        np.testing.assert_allclose(some.cumulative.bse, all_of_them.cumulative.bse[[2, 6]], rtol=1e-12)

    def test_the_error_of_a_sum_holds_how_its_parts_move_together(self) -> None:
        found = projected(horizons=3)
        assert found.cumulative.bse[3] == pytest.approx(np.sqrt(found.cov.sum()), rel=1e-12)

    def test_the_simultaneous_band_holds_the_pointwise_one(self) -> None:
        found = projected()
        assert (found.bands.low_all < found.bands.low).all()
        assert (found.bands.high_all > found.bands.high).all()
        np.testing.assert_allclose(found.conf_int(), np.column_stack([found.bands.low, found.bands.high]), rtol=1e-12)

    def test_p_and_interval_agree(self) -> None:
        found = projected()
        outside = (found.bands.low > 0) | (found.bands.high < 0)
        assert outside.any()
        assert not outside.all()
        np.testing.assert_array_equal(found.pvalues < 0.05, outside)

    def test_the_peak_is_where_the_response_is_largest(self) -> None:
        found = projected(frame(2, 400))
        assert found.peak_horizon == found.horizons[int(np.argmax(np.abs(found.response)))]
        assert 2 <= found.peak_horizon <= 5  # true response: .50 at 2, .65 at 3, .64 at 4, .55 at 5

    def test_the_table_is_tidy_and_the_json_is_json(self) -> None:
        found = projected()
        table = found.to_frame()
        assert list(table.columns[:9]) == ["kpi", "lead", "horizon", "response", "bse", "low", "high", "low_all", "high_all"]
        assert {"cumulative", "cumulative_low", "cumulative_high_all", "nobs", "n_dropped"} < set(table.columns)
        assert len(table) == 9
        assert json.loads(found.to_json())["surprise_sd"] == found.surprise_sd

    def test_what_was_done_is_recorded(self) -> None:
        told = dict(projected(cov_type="HAC", rng=3).provenance.settings)
        assert (told["cov_type"], told["bandwidth"], told["rng"], told["horizons"]) == ("HAC", 8, 3, tuple(range(9)))
        assert told["lags"] == projected().order


class TestInvariance:
    @settings(max_examples=12, deadline=None)
    @given(st.randoms(use_true_random=False))
    def test_neither_row_order_nor_column_order_matters(self, shuffle) -> None:
        data = frame()
        rows, columns = list(range(len(data))), list(data.columns)
        plain = projected(data, controls=["price"], horizons=4)
        shuffle.shuffle(rows)
        shuffle.shuffle(columns)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that rows were sorted is said by the door, and tested there
            moved = projected(data.iloc[rows][columns], controls=["price"], horizons=4)
        np.testing.assert_array_equal(moved.response, plain.response)
        np.testing.assert_array_equal(moved.bands.high_all, plain.bands.high_all)

    def test_the_seed_only_moves_the_simultaneous_band(self) -> None:
        one, other = projected(rng=1), projected(rng=np.random.default_rng(2))
        np.testing.assert_array_equal(one.bands.high, other.bands.high)
        np.testing.assert_allclose(one.bands.critical_all, other.bands.critical_all, rtol=0.03)

    def test_a_missing_row_is_a_gap_and_not_a_step(self) -> None:
        data = frame()
        shorter = projected(data.drop(index=60))
        with_nan = data.assign(**{name: data[name].where(data.index != 60) for name in ("sales", "visits", "price")})
        np.testing.assert_array_equal(shorter.response, projected(with_nan).response)
        assert shorter.nobs[0] < projected(data).nobs[0] - 1


class TestRefusals:
    def test_the_message_names_kpi_and_lead_and_the_longest_horizon(self) -> None:
        with pytest.raises(
            UsageError, match=r"kpi='sales', lead='visits': .* at horizon \d+ .*longest horizon with enough is \d+"
        ):
            projected(horizons=100)

    def test_a_constant_lead_keeps_its_code(self) -> None:
        with pytest.raises(UsageError) as error:
            projected(frame().assign(visits=3.0))
        assert error.value.code == "LL203"

    def test_an_unknown_column_is_named_with_the_nearest(self) -> None:
        with pytest.raises(UnknownNameError, match="visits"):
            local_projection(frame(), kpi="sales", lead="visit", horizons=3, time="month")

    def test_a_column_in_two_roles_is_refused(self) -> None:
        with pytest.raises(UsageError, match="twice"):
            projected(controls="visits")

    @pytest.mark.parametrize(
        "wrong",
        [{"horizons": -1}, {"horizons": []}, {"order": 0}, {"level": 1.0}, {"rng": None}, {"augment": -1}],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_arguments_outside_what_is_allowed_are_named(self, wrong: dict) -> None:
        with pytest.raises(UsageError, match=next(iter(wrong))):
            projected(**wrong)

    def test_an_exact_fit_is_said(self) -> None:
        data = frame()
        data["sales"] = np.concatenate([[0.0, 0.0, 0.0], data["visits"][:-3]])
        with pytest.warns(StatisticsWarning, match=r"horizons 0 to 3 sales is fitted exactly") as caught:
            found = projected(data[3:], horizons=4, order=4)
        assert found.exact == (0, 1, 2, 3)  # the lags of the lead fit the KPI of the periods before
        assert found.response[3] == pytest.approx(1.0)
        assert [warning.message.code for warning in caught] == ["LL118"]
        assert "exactly" in found.summary()


class TestWords:
    def test_every_text_says_which_of_the_two_views_it_is(self) -> None:
        found = projected()
        view = "response to a surprise in the lead (local projection)"
        for text in (found.summary(), found.explain()):
            assert view in text.lower().replace("\n", " ")
            assert "lag profile of a distributed lag" in " ".join(text.lower().split())

    def test_the_summary_has_at_most_80_columns_also_with_long_names_and_units(self) -> None:
        data = frame().rename(columns={"sales": "s" * 90, "visits": "v" * 90, "price": "p" * 90})
        unit = "euros per thousand visits and day"
        found = local_projection(
            data.assign(**{"s" * 90: data["s" * 90] * 1e9}), kpi="s" * 90, lead="v" * 90, horizons=12, controls="p" * 90,
            time="month", catalogue=[ll.Metric("s" * 90, unit=unit), ll.Metric("v" * 90, unit=unit)],
        )  # fmt: skip
        assert max(map(len, found.summary().splitlines())) <= 80

    def test_units_of_the_catalogue_are_told(self) -> None:
        told = projected(catalogue=[ll.Metric("sales", unit="EUR"), ll.Metric("visits", unit="k")]).explain()
        assert re.search(r"After a surprise of 1 k in visits, sales stands [\d.]+ EUR higher \(95 % interval", told)

    def test_it_says_how_much_of_the_lead_is_known_beforehand(self) -> None:
        flat = " ".join(projected().explain().split())
        assert re.search(r"the past predicts \d+ % of the variation of visits: a surprise is followed by more moves", flat)
        white = frame().assign(visits=np.random.default_rng(8).normal(size=120))
        assert "nearly alike" in " ".join(projected(white, horizons=2, order=1).explain().split())

    def test_nothing_to_be_seen_is_said_as_that(self) -> None:
        noise = frame().assign(visits=np.random.default_rng(9).normal(size=120))
        assert "holds zero everywhere" in " ".join(projected(noise, horizons=4).explain().split())

    def test_series_that_wander_are_named_with_the_way_out(self) -> None:
        data = frame(1, 300)
        walks = data.assign(sales=data["sales"].cumsum(), visits=data["visits"].cumsum())
        found = projected(walks, horizons=4)
        assert found.integrated == ("sales", "visits")
        for text in (found.summary(), found.explain()):
            assert "sales and visits look integrated" in " ".join(text.split())
            assert "give the changes of both and read the sum" in " ".join(text.split())
        assert projected().integrated == ()

    def test_it_says_leads_and_never_causes(self) -> None:
        assert not re.search(r"\b(?:causes|caused|drives)\b", projected().explain() + projected().summary())


def test_the_gas_furnace_answers_from_lag_3_on_and_its_response_peaks_after_its_lag_profile() -> None:
    skip_unless(GAS.exists(), "gas furnace", "shared data are not here")
    found = local_projection(pd.read_csv(GAS), kpi="co2", lead="gas_rate", horizons=14, time="t")
    outside = [h for h, low, high in zip(found.horizons, found.bands.low, found.bands.high, strict=True) if low > 0 or high < 0]
    assert outside[0] == 3
    assert found.peak_horizon > 5  # the lag profile's
    assert found.response[found.peak_horizon] < 0

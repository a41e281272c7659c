"""The screen's table: its rows, what it says beside them, what it refuses, and the same rows from any number of workers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import joblib
import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.errors import DataContractError, LimitError, UnknownNameError, UsageError
from leadlag.methods.screen import question as module

COLUMNS = ["kpi", "lead", "order", "nobs", "statistic", "df_num", "df_den", "pvalue", "log_pvalue"]


def metrics(n: int = 100, n_leads: int = 3) -> pd.DataFrame:
    """Two KPIs and some leads by week; the first lead moves the first KPI two weeks later."""
    values = np.random.default_rng(0).normal(size=(n, n_leads + 2))
    values[2:, 0] += values[:-2, 2]
    names = ["sales", "churn", *(f"lead_{number}" for number in range(n_leads))]
    return pd.DataFrame(values, columns=names, index=pd.date_range("2024-01-01", periods=n, freq="7D"))


LEADS = ["lead_0", "lead_1", "lead_2"]


def screened(data: object, **options: object) -> pd.DataFrame:
    return ll.granger_screen(data, kpis=["sales", "churn"], leads=LEADS, **{"max_order": 4, **options})


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 8)


class TestTable:
    def test_one_row_a_test_by_kpi_lead_and_order_as_given(self) -> None:
        table = screened(metrics())
        assert list(table.columns) == COLUMNS
        expected = [(kpi, lead, order) for kpi in ("sales", "churn") for lead in LEADS for order in range(1, 5)]
        assert list(zip(table["kpi"], table["lead"], table["order"], strict=True)) == expected
        assert {str(table[name].dtype) for name in ("order", "nobs", "df_num", "df_den")} == {"int64"}
        assert table.nsmallest(3, "pvalue")[["kpi", "lead"]].drop_duplicates().to_numpy().tolist() == [["sales", "lead_0"]]

    @pytest.mark.parametrize(("hold_back", "nobs"), [("max_order", [96] * 4), (10, [90] * 4), (None, [99, 98, 97, 96])])
    def test_each_row_is_the_granger_test_of_that_order_on_those_rows(self, hold_back: object, nobs: list[int]) -> None:
        data = metrics()
        table = screened(data, hold_back=hold_back)
        for row in table.itertuples():
            held = {"max_order": 4, 10: 10, None: None}[hold_back]
            test = ll.granger_test(data, kpi=row.kpi, lead=row.lead, order=row.order, hold_back=held)
            assert (row.nobs, row.df_num, row.df_den) == (test.nobs, *test.df)
            assert row.statistic == pytest.approx(test.statistic, rel=1e-10)
            assert row.log_pvalue == pytest.approx(test.log_pvalue, rel=1e-10)
            assert row.pvalue == pytest.approx(test.pvalue, rel=1e-10)
        assert table["nobs"].tolist() == nobs * 6

    def test_controls_and_catalogue_reach_the_test(self) -> None:
        data = metrics()
        data.loc[data.index[5], "lead_1"] = np.nan
        found = ll.granger_screen(
            data, kpis="sales", leads="lead_1", max_order=2, controls="churn", missing="zero", hold_back=None
        )
        test = ll.granger_test(data, kpi="sales", lead="lead_1", order=2, controls="churn", missing="zero")
        assert found["log_pvalue"].iloc[1] == pytest.approx(test.log_pvalue, rel=1e-10)
        assert found["nobs"].tolist() == [99, 98]

    def test_a_sample_is_read_once_and_gives_the_same(self) -> None:
        data = metrics()
        pd.testing.assert_frame_equal(screened(ll.from_wide(data)), screened(data))

    def test_the_callers_labels_and_data_are_kept(self) -> None:
        data = metrics()
        data.columns = pd.Index([2024, "churn", *LEADS], dtype=object)
        before = data.copy(deep=True)
        table = ll.granger_screen(ll.from_wide(data), kpis=[2024], leads=LEADS, max_order=1)
        assert table["kpi"].unique().tolist() == ["2024"]
        pd.testing.assert_frame_equal(data, before)

    def test_real_series(self) -> None:
        sample = ll.load_sample("us_housing")
        kpi = "housing_starts"
        leads = [name for name in sample.columns if name != kpi]
        table = ll.granger_screen(sample, kpis=kpi, leads=leads, max_order=6, hold_back=None)
        for row in table.itertuples():
            test = ll.granger_test(sample, kpi=kpi, lead=row.lead, order=row.order)
            assert row.log_pvalue == pytest.approx(test.log_pvalue, rel=1e-9)
        assert table.loc[table["lead"] == "building_permits", "pvalue"].max() < 1e-6


class TestWhatIsTold:
    def test_counts_reasons_and_settings_stand_beside_the_rows_and_can_be_stored(self) -> None:
        data = metrics()
        data["lead_1"] = 7.0
        data["lead_2"] = np.sin(np.arange(100) / 9.0) + 1e-4 * data["lead_2"]
        told = screened(data).attrs
        assert (told["method"], told["n_qr"], told["n_gaps"]) == ("granger_screen", 2, 0)
        assert told["reasons"] == {"LL203": "8 tests: the lead does not vary."}
        assert told["settings"]["hold_back"] == 4
        assert "leadlag" in told["versions"]
        assert json.loads(json.dumps(told)) == told

    def test_pairs_with_gaps_are_counted(self) -> None:
        data = metrics()
        data.iloc[50, 3] = np.nan
        assert screened(data).attrs["n_gaps"] == 2


class TestBadInput:
    def test_what_cannot_be_tested_keeps_its_row(self) -> None:
        data = metrics(n_leads=6)
        data["lead_1"] = np.nan
        data["lead_2"] = 3.0
        data["lead_3"] = 5.0 - 2.0 * data["sales"]
        data["lead_4"] = data["sales"].shift(-1)
        table = ll.granger_screen(data, kpis=["sales"], leads=[f"lead_{number}" for number in range(6)], max_order=2)
        first = table[table["order"] == 2].set_index("lead")["statistic"]
        assert first[["lead_1", "lead_2", "lead_3"]].isna().all()
        assert math.isinf(first["lead_4"])
        assert np.isfinite(first[["lead_0", "lead_5"]]).all()
        assert sorted(table.attrs["reasons"]) == ["LL118", "LL201", "LL203", "LL205"]
        assert table.attrs["reasons"]["LL118"] == "2 tests: the full model fits without error, so the statistic is infinite."

    def test_a_column_that_is_kpi_and_lead_has_no_number_against_itself(self) -> None:
        table = ll.granger_screen(metrics(), kpis=["sales", "churn"], leads=["sales", "churn"], max_order=1)
        assert table["statistic"].isna().tolist() == [True, False, False, True]
        assert list(table.attrs["reasons"]) == ["LL205"]

    def test_thousand_leads_with_thirty_rows_and_lags_longer_than_the_series(self) -> None:
        data = metrics(30, 1_000)
        leads = [name for name in data.columns if name.startswith("lead")]
        table = ll.granger_screen(data, kpis="sales", leads=leads, max_order=12)
        assert len(table) == 12_000
        assert table["statistic"].isna().all()
        assert table.attrs["reasons"]["LL204"].startswith("12,000 tests: fewer rows than 3 for each coefficient and 10")
        assert ll.granger_screen(data, kpis="sales", leads=leads[:2], max_order=50)["nobs"].eq(0).all()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"max_order": 0}, "max_order=0"),
            ({"max_order": 2.5}, "max_order=2.5"),
            ({"hold_back": 3}, "hold_back=3"),
            ({"hold_back": "all"}, "hold_back='all'"),
            ({"controls": "lead_1"}, "leads and controls both name 'lead_1'"),
            ({"controls": ["sales"]}, "kpis and controls both name 'sales'"),
        ],
    )
    def test_a_wrong_argument_is_named(self, change: dict[str, object], message: str) -> None:
        for data in (metrics(), ll.from_wide(metrics())):
            with pytest.raises(UsageError) as refusal:
                screened(data, **change)
            assert message in str(refusal.value)

    @pytest.mark.parametrize("read", [lambda data: data, ll.from_wide], ids=["frame", "sample"])
    def test_a_wrong_name_is_named(self, read: object) -> None:
        data = read(metrics())  # type: ignore[operator]
        with pytest.raises(UnknownNameError, match=r"'lead_O'\. Did you mean"):
            ll.granger_screen(data, kpis="sales", leads=["lead_O"], max_order=2)
        with pytest.raises(UsageError, match="leads is empty"):
            ll.granger_screen(data, kpis="sales", leads=[], max_order=2)
        with pytest.raises(UsageError, match="more than once"):
            ll.granger_screen(data, kpis="sales", leads=["lead_0", "lead_0"], max_order=2)

    def test_infinite_values_are_refused(self) -> None:
        data = metrics()
        data.iloc[3, 2] = np.inf
        with pytest.raises(DataContractError):
            screened(data)


class TestLimits:
    def test_above_the_number_of_tests_the_call_is_refused_with_the_figure_and_two_ways_out(self) -> None:
        with pytest.raises(LimitError) as refusal:
            screened(metrics(), max_tests=23)
        message = str(refusal.value)
        assert "24 tests where max_tests=23" in message
        assert "take granger_screen_blocks" in message
        assert "or raise the limit" in message
        assert len(screened(metrics(), max_tests=24)) == 24

    def test_memory_is_planned_and_blocks_need_less(self, small_blocks: None) -> None:
        with pytest.raises(LimitError, match="of memory where max_bytes=30,000"):
            screened(metrics(), max_bytes=30_000)
        blocks = ll.granger_screen_blocks(metrics(), kpis=["sales", "churn"], leads=LEADS, max_order=4, max_bytes=30_000)
        assert sum(len(block) for block in blocks) == 24

    def test_blocks_are_refused_before_the_first(self) -> None:
        with pytest.raises(LimitError, match="name fewer KPIs"):
            ll.granger_screen_blocks(metrics(), kpis="sales", leads=LEADS, max_order=4, max_tests=11)


class TestBlocks:
    @pytest.mark.parametrize("size", [4, 8, 12, 1000])
    def test_blocks_are_the_table_cut_into_pieces(self, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = screened(metrics())
        monkeypatch.setattr(module, "_BLOCK", size)
        blocks = list(ll.granger_screen_blocks(metrics(), kpis=["sales", "churn"], leads=LEADS, max_order=4))
        assert max(len(block) for block in blocks) <= size
        pd.testing.assert_frame_equal(pd.concat(blocks, ignore_index=True), whole, rtol=1e-12)
        pd.testing.assert_frame_equal(screened(metrics()), whole, rtol=1e-12)
        assert {block.attrs["method"] for block in blocks} == {"granger_screen_blocks"}

    def test_threads_give_the_same_table(self, small_blocks: None) -> None:
        alone = screened(metrics())
        with joblib.parallel_config(backend="threading", n_jobs=2):
            pd.testing.assert_frame_equal(screened(metrics()), alone)


@pytest.fixture
def dask_cluster() -> Iterator[object]:
    """A Dask cluster of two processes on this machine, closed again."""
    distributed = pytest.importorskip("distributed", reason="distributed is not installed (the extra `dask`)")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        yield client


def test_two_dask_processes_give_the_same_table(dask_cluster: object, small_blocks: None) -> None:
    alone = screened(metrics())
    with joblib.parallel_config(backend="dask"):
        assert module._at_once() == 2
        blocks = list(ll.granger_screen_blocks(metrics(), kpis=["sales", "churn"], leads=LEADS, max_order=4))
    assert len(blocks) == 4
    pd.testing.assert_frame_equal(pd.concat(blocks, ignore_index=True), alone)

"""Every function alike at the edges: a lead that is a line, labels that are no text, sizes near the ends of floats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.errors import DataContractError, UsageError

N = 90
GAINS = ["rmse_saved", "clark_west", "skill_naive"]
SHORT: dict[str, Any] = {"max_lag": 3, "n_draws": 99}
#: What each function says of columns `kpi`, `a` and `b` in numbers without a unit.
CALLS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "rank_leads": lambda data, kpi, a, b: ranked(ll.rank_leads(data, kpi=kpi, leads=[a], controls=[b], **SHORT).to_frame()),
        "rank_kpis": lambda data, kpi, a, b: ranked(
            ll.rank_kpis(data, kpis=[kpi], leads=[a], controls=[b], evidence=False, **SHORT).to_frame()
        ),
        "cross_correlation": lambda data, kpi, a, b: (
            ll.cross_correlation(data, kpi=kpi, lead=a, controls=[b], max_lag=3).correlation
        ),
        "delay_set": lambda data, kpi, a, b: ll.delay_set(data, kpi=kpi, lead=a, given=[b], **SHORT).pvalues,
        "forecast_gain": lambda data, kpi, a, b: ll.forecast_gain(
            data, kpi=kpi, leads=[a], controls=[b], max_lag=3, horizons=[1]
        ).to_frame()[GAINS],
        "granger_test": lambda data, kpi, a, b: ll.granger_test(data, kpi=kpi, lead=a, controls=[b], order=2).pvalue,
        "granger_screen": lambda data, kpi, a, b: ll.granger_screen(data, kpis=[kpi], leads=[a], controls=[b], max_order=2)[
            ["statistic", "pvalue"]
        ],
        "detectable_effect": lambda data, kpi, a, b: (
            ll.detectable_effect(data, kpi=kpi, leads=[a], controls=[b], **SHORT).leads[0].pvalue
        ),
        "local_projection": lambda data, kpi, a, b: (
            (found := ll.local_projection(data, kpi=kpi, lead=a, controls=[b], horizons=2)).response / found.bse
        ),
        "refutation_test": lambda data, kpi, a, b: ll.refutation_test(data, kpi=kpi, lead=a, given=[b], **SHORT).placebo,
        "lagged_regression": lambda data, kpi, a, b: (
            ll.lagged_regression(data, kpi=kpi, leads=[a], controls=[b], max_lag=2, season="auto").tvalues
        ),
        "stability_test": lambda data, kpi, a, b: ll.stability_test(data, kpi=kpi, lead=a, given=[b], **SHORT).statistics,
        "check_stationarity": lambda data, kpi, a, b: ll.check_stationarity(data, metrics=[kpi, a, b]).to_frame()[
            ["dfgls", "adf", "kpss"]
        ],
    }
)


def ranked(found: pd.DataFrame) -> pd.DataFrame:
    """The numbers of a ranking that have no unit."""
    if "LL207" in str(found["reason"].iloc[0]):
        raise UsageError("untestable", code="LL207")
    return found[["pvalue", "qvalue", "granger_pvalue", "gain", "delay"]].assign(side=found["effect"] / found["effect_low"])


@cache
def told(name: str) -> Any:
    """What a function says of the data as they are."""
    return CALLS[name](table(), "kpi", "a", "b")


@pytest.fixture
def data() -> pd.DataFrame:
    return table()


def table() -> pd.DataFrame:
    """A KPI after `a` by two weeks, and `b`, which has nothing to do with it."""
    rng = np.random.default_rng(7)
    noise, a, b = rng.normal(size=(3, N))
    kpi = 12.0 + np.r_[0.0, 0.0, a[:-2]] + 0.5 * noise
    return pd.DataFrame({"kpi": kpi, "a": a, "b": 5.0 + b}, index=pd.date_range("2022-01-03", periods=N, freq="7D"))


@pytest.mark.parametrize("name", [name for name in CALLS if name != "check_stationarity"])
def test_a_lead_that_is_a_line_over_time_is_untestable(data: pd.DataFrame, name: str) -> None:
    line = data.assign(a=np.round(2021 + np.arange(N) / 52.18, 6))
    if name == "granger_screen":
        assert CALLS[name](line, "kpi", "a", "b").isna().all(axis=None)
        return
    with pytest.raises(UsageError, match=r"combination|straight line|LL207"):
        CALLS[name](line, "kpi", "a", "b")


LABELS = {
    "tuples": [("sales", "kpi"), ("web", "a"), ("web", "b")],
    "numbers": [0, 1, 2],
    "none": ["kpi", None, "b"],
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS.keys())
def test_a_label_may_be_anything_that_pandas_allows(data: pd.DataFrame, name: str, labels: list[Any]) -> None:
    other = data.set_axis(
        pd.Index(labels, tupleize_cols=True) if labels[1] is not None else pd.Index(labels, dtype=object), axis=1
    )
    np.testing.assert_array_equal(CALLS[name](other, *labels), told(name))


def test_labels_that_cannot_be_compared_are_names_too(data: pd.DataFrame) -> None:
    sample = ll.from_wide(data.set_axis(pd.Index(["kpi", pd.NA, pd.NaT], dtype=object), axis=1))
    assert sample.names[0] == "kpi"
    assert len(set(sample.names)) == 3


@pytest.mark.parametrize("data", [pd.DataFrame, ll.Sample])
def test_a_class_of_tables_is_no_table(data: Any) -> None:
    with pytest.raises(UsageError, match="data"):
        ll.granger_test(data, kpi=0, lead=("web", "visits"), order=1)
    with pytest.raises(UsageError, match="data"):
        ll.granger_screen_blocks(data, kpis=["kpi", "a"], leads=("a", "b"), max_order=1)


def test_a_column_without_a_label_goes_by_its_place(data: pd.DataFrame) -> None:
    assert ll.from_wide(data.set_axis(pd.Index(["kpi", None, "b"], dtype=object), axis=1)).names == ("kpi", "column 2", "b")


@pytest.mark.parametrize("scales", [(1e-80, 1.0), (1e-290, 1e290), (1e290, 1.0)], ids=str)
@pytest.mark.parametrize("name", CALLS)
def test_the_scale_of_the_data_moves_no_number(data: pd.DataFrame, name: str, scales: tuple[float, float]) -> None:
    kpi, lead = (2.0 ** round(np.log2(scale)) for scale in scales)
    other = data * [kpi, lead, lead]
    # what tells coefficients of a unit with their variances is refused where no number holds them
    if name in ("granger_test", "local_projection", "lagged_regression") and scales[0] != 1e-80:
        with pytest.raises(UsageError, match=r"give (it|one of them) in another unit"):
            CALLS[name](other, "kpi", "a", "b")
        return
    np.testing.assert_allclose(CALLS[name](other, "kpi", "a", "b"), told(name), rtol=1e-9)


@pytest.mark.parametrize("name", CALLS)
def test_periods_before_and_after_all_that_is_known_move_no_number(data: pd.DataFrame, name: str) -> None:
    longer = data.reindex(pd.date_range(data.index[0] - pd.Timedelta(weeks=30), periods=N + 50, freq="7D"))
    np.testing.assert_array_equal(CALLS[name](longer, "kpi", "a", "b"), told(name))


T = np.arange(N)


@pytest.mark.parametrize(
    "kpi", [1.2**T, T**2.0, np.sin(2 * np.pi * T / 12) + np.sin(2 * np.pi * T / 7.3)], ids=["power", "square", "waves"]
)
@pytest.mark.parametrize("name", ["rank_leads", "forecast_gain", "lagged_regression", "stability_test"])
def test_a_kpi_that_follows_from_its_own_past_is_refused_as_that(data: pd.DataFrame, name: str, kpi: np.ndarray) -> None:
    with pytest.raises((UsageError, DataContractError), match="exactly") as caught:
        CALLS[name](data.assign(kpi=kpi), "kpi", "a", "b")
    assert caught.value.code == "LL313"

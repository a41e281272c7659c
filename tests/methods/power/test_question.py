"""What could have been seen: the numbers of a lead, the words of a negative answer, and what is refused."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from leadlag.core.search.scan import scan
from leadlag.errors import DataContractError, UnknownNameError, UsageError
from leadlag.methods.power.numbers.sizes import needed_pvalue
from leadlag.methods.power.question import detectable, detectable_by_lead, detectable_effect
from leadlag.methods.power.result import DetectableEffects
from leadlag.prepare import Prepared, prepare
from leadlag.sample import as_sample
from leadlag.wording.power import closest

N = 104


def weeks(seed: int = 0, *, effect: float = 0.0, n: int = N, n_leads: int = 4) -> pd.DataFrame:
    """Sales with momentum; lead_0 leads them by 3 weeks if there is an effect."""
    rng = np.random.default_rng(seed)
    leads, sales = rng.normal(size=(n, n_leads)), rng.normal(size=n)
    for t in range(1, n):
        sales[t] += 0.5 * sales[t - 1]
    sales += effect * np.r_[np.zeros(3), leads[:-3, 0]]
    index = pd.date_range("2020-01-06", periods=n, freq="W-MON")
    return pd.DataFrame(np.column_stack([sales, leads]), columns=["sales", *(f"lead_{j}" for j in range(n_leads))], index=index)


@pytest.fixture(scope="module")
def nothing() -> DetectableEffects:
    return detectable_effect(weeks(), kpi="sales", max_lag=8, n_draws=499)


def test_sizes_are_in_units_of_the_kpi_and_in_its_sd(nothing: DetectableEffects) -> None:
    for item in nothing.leads:
        size = item.detectable
        assert size is not None
        assert 0.0 < size.half < size.most
        assert size.half / nothing.kpi_sd == pytest.approx(size.half_sd)
        assert size.estimated / nothing.kpi_sd == pytest.approx(size.estimated_sd)
    assert nothing.pvalue == pytest.approx(0.10 / 4)
    assert nothing.n_passed == 0
    assert nothing.to_frame()["pvalue"].is_monotonic_increasing


def test_units_of_the_data_change_sizes_in_units_only(nothing: DetectableEffects) -> None:
    data = weeks()
    again = detectable_effect(data.assign(sales=1000.0 * data["sales"] + 5.0), kpi="sales", max_lag=8, n_draws=499)
    for item in nothing.leads:
        size, larger = item.detectable, again[item.lead].detectable
        assert size is not None
        assert larger is not None
        assert larger.half == pytest.approx(1000.0 * size.half, rel=1e-6)
        assert larger.half_sd == pytest.approx(size.half_sd, rel=1e-6)
        assert larger.nobs_needed == pytest.approx(size.nobs_needed, rel=1e-6)


def test_an_effect_of_the_stated_size_is_found_about_as_often_as_stated() -> None:
    found = {"half": 0, "most": 0}
    for seed in range(24):
        data = weeks(seed, n_leads=2)
        seen = detectable_effect(data, kpi="sales", max_lag=4, n_draws=199)
        for which in found:
            effect = getattr(seen["lead_0"].detectable, which) / seen["lead_0"].lead_sd
            planted = detectable_effect(
                weeks(seed, n_leads=2, effect=effect), kpi="sales", leads="lead_0", max_lag=4, n_draws=199
            )
            found[which] += planted["lead_0"].pvalue <= seen.pvalue
    assert 0.25 < found["half"] / 24 < 0.75  # two and a half standard errors
    assert 0.58 < found["most"] / 24 < 0.99


def test_a_lead_that_is_found_needs_fewer_periods_than_there_are() -> None:
    strong = detectable_effect(weeks(effect=1.0), kpi="sales", max_lag=8, n_draws=499)
    size = strong["lead_0"].detectable
    assert size is not None
    assert size.nobs_needed < N
    assert size.estimated_sd > size.most_sd
    assert strong["lead_0"].qvalue < 0.01
    assert "No lead passes" not in strong.explain()


def prepared_weeks(n_leads: int = 4) -> tuple[Prepared, tuple[str, ...]]:
    data = weeks(n_leads=n_leads, n=260 if n_leads > 20 else N)
    names = tuple(name for name in data.columns if name != "sales")
    return prepare(as_sample(data), kpi="sales", leads=names, max_lag=8), names


def test_a_ranking_has_the_same_numbers_for_all_leads_at_once_and_for_one() -> None:
    prepared, _ = prepared_weeks()
    found = scan(prepared.problem, rng=np.random.default_rng(0), n_draws=199)
    threshold = needed_pvalue(found.pvalue, fdr=0.10)
    every = detectable_by_lead(prepared, prepared.problem, found, threshold=threshold)
    alone = detectable(prepared, prepared.problem, 2, found=found, threshold=threshold)
    assert alone is not None
    assert every[2] is not None
    assert alone.half == pytest.approx(every[2].half, rel=0.08)  # what the momentum takes up is read off other leads too
    assert alone.pvalue == every[2].pvalue == threshold


def test_two_hundred_leads_take_less_than_a_second_or_two() -> None:
    prepared, _ = prepared_weeks(n_leads=200)
    found = scan(prepared.problem, rng=np.random.default_rng(0), n_draws=99)
    begun = time.process_time()
    detectable_by_lead(prepared, prepared.problem, found, threshold=0.001)
    assert time.process_time() - begun < 2.0


def test_a_negative_answer_names_the_closest_and_what_they_would_need(nothing: DetectableEffects) -> None:
    told = closest(nothing.leads, kpi="sales", unit="week")
    assert len(told) == 4
    first = nothing.leads[0]
    assert told[0].startswith(first.lead)
    assert "would take" in told[0]
    assert "too large on average" in told[-1]
    assert closest([], kpi="sales", unit="week") == ()
    said = " ".join(nothing.explain().split())
    assert "With 104 weeks an effect of" in said
    assert "No lead passes. The closest:" in said


def test_the_summary_fits_and_says_which_sd(nothing: DetectableEffects) -> None:
    text = nothing.summary()
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "less its trend and its season" in " ".join(text.split())
    assert nothing._repr_html_()
    assert len(nothing.to_dict()["leads"]) == 4


def test_the_picture_has_a_curve_for_every_lead(nothing: DetectableEffects) -> None:
    ax = Figure().add_subplot()
    assert nothing.plot(ax=ax) is ax
    curves = [line for line in ax.lines if len(line.get_xdata()) == len(nothing.leads[0].sizes)]
    assert len(curves) >= 4


def test_a_lead_that_cannot_be_tested_keeps_its_row() -> None:
    found = detectable_effect(weeks().assign(flat=1.0), kpi="sales", max_lag=8, n_draws=99)
    assert found["flat"].detectable is None
    assert "constant" in found["flat"].reason
    assert "constant" in found.summary()


def test_effects_on_a_kpi_in_logs_are_in_percent() -> None:
    data = weeks()
    logged = detectable_effect(data.assign(sales=np.exp(0.1 * data["sales"])), kpi="sales", log="sales", max_lag=8, n_draws=199)
    size = logged.leads[0].detectable
    assert size is not None
    assert size.half == pytest.approx(100.0 * np.expm1(size.half_sd * logged.kpi_sd))
    assert "percent" in logged.summary()


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"leads": ["lead_9"]}, UnknownNameError, "lead_"),
        ({"leads": ["sales"]}, UsageError, "leads names the KPI 'sales'"),
        ({"leads": []}, UsageError, "leads"),
        ({"power": 0.99}, UsageError, "power"),
        ({"fdr": 1.5}, UsageError, "fdr"),
        ({"max_lag": 0}, UsageError, "max_lag"),
        ({"n_draws": 10}, UsageError, "n_draws"),
        ({"kpi": "flat"}, DataContractError, "constant"),
        ({"leads": ["flat"]}, UsageError, "LL134"),
    ],
)
def test_what_is_wrong_is_refused_by_name(options: dict[str, object], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        detectable_effect(weeks().assign(flat=1.0), **{"kpi": "sales"} | options)

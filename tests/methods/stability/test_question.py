"""A relation that stops is called changed and dated; since it is a target it weakened; a stable one is left alone."""

from __future__ import annotations

import datetime as dt
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from leadlag import Metric, StabilityTest, stability_test
from leadlag.core.search.shapes import STANDARD
from leadlag.errors import DataContractError, UnknownNameError, UsageError
from leadlag.methods.stability.question import lead_stability
from leadlag.prepare import prepare
from leadlag.sample import as_sample
from leadlag.sample.dates import row_of

N, STOP = 156, 94
WEEKS = pd.date_range("2021-01-04", periods=N, freq="W-MON")
SINCE = WEEKS[STOP].date().isoformat()


def weeks(seed: int = 1, *, after: float = 0.0, n: int = N) -> pd.DataFrame:
    """Visits lead sales by 3 weeks with an effect of 0.8, that of week 94 and later `after`; demos lead by 5 all the time."""
    rng = np.random.default_rng(seed)
    visits, demos, ads = rng.normal(size=(3, n))
    size = np.where(np.arange(n) < STOP, 0.8, after)
    sales = np.r_[np.zeros(3), (size * visits)[:-3]] + 0.8 * np.r_[np.zeros(5), demos[:-5]] + rng.normal(size=n)
    return pd.DataFrame({"sales": sales, "visits": visits, "demos": demos, "ads": ads}, index=WEEKS[:n])


@pytest.fixture(scope="module")
def found() -> StabilityTest:
    return stability_test(
        weeks(), kpi="sales", lead="visits", given="demos", max_lag=8, targeted_since=SINCE, selected_on=("2021-01", "2021-09")
    )


def test_a_relation_that_stops_is_called_changed_and_dated(found: StabilityTest) -> None:
    assert found.pvalue <= 0.01
    assert abs(WEEKS.get_loc(found.date) - STOP) <= 15
    assert found.delay == 3
    assert found.stability.before == pytest.approx(0.8, abs=0.25)
    assert found.stability.after == pytest.approx(0.0, abs=0.25)
    assert found.before_low < found.stability.before < found.before_high
    assert found.after_low < found.stability.after < found.after_high
    assert found.statistic == max(found.statistics) > found.threshold
    assert found.asymptotic_pvalue < 0.01
    assert found.whole_pvalue <= 0.05


def test_one_that_holds_is_left_alone_and_the_others_beside_it_do_not_matter() -> None:
    stable = stability_test(weeks(), kpi="sales", lead="demos", given="visits", max_lag=8)
    assert stable.pvalue > 0.05
    assert stable.weakening is None
    assert "no sign" in stable.explain()
    assert stability_test(weeks(7, after=0.8), kpi="sales", lead="visits", max_lag=8).pvalue > 0.05


def test_since_it_is_a_target_the_relation_weakened(found: StabilityTest) -> None:
    since = found.weakening
    assert since is not None
    assert (since.since, since.selected) == (SINCE, "left out")
    assert since.pvalue <= 0.01
    assert since.changed_pvalue <= 0.01
    assert since.before_low < 0.8 < since.before_high
    assert since.after_low < 0.0 < since.after_high
    # a week counts as since once the value three weeks before it does
    assert since.n_after == N - STOP - 3
    assert since.n_before == STOP + 3 - row_of(as_sample(weeks()).calendar, "2021-09", "", last=True) - 1
    told = " ".join(found.explain().split())
    assert f"became a target in {SINCE}" in told
    assert "It weakened" in told
    assert "left out" in told


def test_where_little_is_left_of_the_time_before_the_choice_is_corrected_for() -> None:
    window = ("2021-01-01", WEEKS[STOP - 1].date())
    some = stability_test(weeks(), kpi="sales", lead="visits", max_lag=8, targeted_since=SINCE, selected_on=window).weakening
    plain = stability_test(weeks(), kpi="sales", lead="visits", max_lag=8, targeted_since=SINCE).weakening
    assert some is not None
    assert plain is not None
    assert (some.selected, plain.selected) == ("corrected", "")
    assert some.before <= plain.before * 1.05
    assert some.pvalue <= 0.05


def test_what_is_known_of_a_metric_is_used() -> None:
    known = [Metric("visits", targeted_since=dt.date(2022, 10, 24), selected_on=("2021-01", "2021-09"))]
    by_catalogue = stability_test(weeks(), kpi="sales", lead="visits", max_lag=8, catalogue=known)
    by_hand = stability_test(
        weeks(), kpi="sales", lead="visits", max_lag=8, targeted_since="2022-10-24", selected_on=("2021-01", "2021-09")
    )
    assert by_catalogue.weakening == by_hand.weakening
    assert by_catalogue.provenance.settings == by_hand.provenance.settings


def test_units_and_offsets_do_not_matter_and_the_seed_decides(found: StabilityTest) -> None:
    other = stability_test(
        weeks() * [1e3, 1e-2, 5.0, 1.0] + [1e4, 7.0, 0.0, 0.0], kpi="sales", lead="visits", given="demos", max_lag=8,
        targeted_since=SINCE, selected_on=("2021-01", "2021-09"),
    )  # fmt: skip
    assert other.pvalue == found.pvalue
    assert other.statistic == pytest.approx(found.statistic, rel=1e-6)
    assert other.stability.before == pytest.approx(1e3 * found.stability.before, rel=1e-6)
    assert other.weakening is not None
    assert found.weakening is not None
    assert other.weakening.pvalue == found.weakening.pvalue


def test_tables_have_one_row_a_period_and_one_a_window_and_lag(found: StabilityTest) -> None:
    table = found.to_frame()
    assert table["period"].tolist() == list(found.periods)
    assert table["statistic"].max() == found.statistic
    assert table["statistic"].notna().sum() == len(found.dates)
    assert table["effect"].notna().sum() == len(found.window_ends) == found.nobs - found.window + 1
    profiles = found.profiles()
    assert len(profiles) == 8 * len(found.window_ends)
    first = profiles[profiles["window_end"] == found.window_ends[0]]
    assert first.loc[first["effect"].idxmax(), "lag"] == 3
    assert (profiles["effect_low"] <= profiles["effect_high"]).all()


def test_text_is_narrow_and_complete(found: StabilityTest) -> None:
    assert all(len(line) <= 80 for line in found.summary().splitlines())
    assert "No: it changed" in " ".join(found.summary().split())
    assert "demos" in found.explain()
    assert found.to_dict()["stability"]["weakening"]["selected"] == "left out"
    assert found.to_json()
    assert found._repr_html_()


@pytest.mark.parametrize("kind", ["over_time", "changes"])
def test_pictures_mark_the_change_and_the_target(found: StabilityTest, kind: str) -> None:
    ax = Figure().add_subplot()
    assert found.plot(ax=ax, kind=kind) is ax
    named = {text.get_text() for text in ax.get_legend().get_texts()}
    assert {"likeliest change", "became a target"} <= named
    upright = [line.get_xdata()[0] for line in ax.lines if len(set(line.get_xdata())) == 1]
    assert found.periods.index(SINCE) - 0.5 in upright


def test_a_kpi_in_logs_has_effects_in_percent() -> None:
    data = weeks().assign(sales=lambda frame: np.exp(0.02 * frame["sales"] + 3.0))
    logged = stability_test(data, kpi="sales", lead="visits", max_lag=8, log="sales")
    assert logged.in_percent
    assert logged.stability.before == pytest.approx(100 * np.expm1(0.02 * 0.8), rel=0.4)
    assert " %" in logged.explain()


def test_gaps_and_leads_seen_more_often_are_no_hindrance() -> None:
    gaps = weeks()
    gaps.iloc[40:44, 0] = np.nan
    gaps.iloc[60, 1] = np.nan
    assert stability_test(gaps, kpi="sales", lead="visits", max_lag=8).pvalue <= 0.05
    rng = np.random.default_rng(2)
    months = pd.DataFrame({"orders": rng.normal(size=300)}, index=pd.date_range("1995-01-31", periods=300, freq="ME"))
    place = 3 * np.arange(100) - 2
    gdp = np.where(place >= 0, months["orders"].to_numpy()[np.maximum(place, 0)], 0.0) * (np.arange(100) < 60)
    quarters = pd.DataFrame({"gdp": gdp + 0.5 * rng.normal(size=100)}, index=pd.date_range("1995-03-31", periods=100, freq="QE"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mixed = stability_test([quarters, months], kpi="gdp", lead="orders", max_lag=4, targeted_since="2010")
    assert mixed.pvalue <= 0.01
    assert mixed.delay == pytest.approx(4 / 3)
    assert mixed.weakening is not None
    assert mixed.weakening.since == "2010Q1"
    assert mixed.weakening.pvalue <= 0.01


def test_a_step_of_the_kpis_level_is_no_reason_to_refuse() -> None:
    data = weeks()
    data.iloc[N // 2 :, 0] += 8.0
    found = stability_test(data, kpi="sales", lead="visits", max_lag=6, n_draws=199)
    assert math.isfinite(found.pvalue)
    assert math.isnan(found.whole_statistic)  # a step cannot change on one side of itself
    assert "all coefficients" not in found.summary()


def test_a_lead_that_stops_moving_can_still_be_asked_before() -> None:
    data = weeks()
    data.loc[data.index[STOP:], "visits"] = 0.0
    asked = stability_test(data, kpi="sales", lead="visits", max_lag=8)
    assert WEEKS.get_loc(asked.date) <= STOP + 10


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"lead": "visit"}, UnknownNameError, "visits"),
        ({"lead": "sales"}, UsageError, "twice"),
        ({"lead": "flat"}, UsageError, "constant"),
        ({"kpi": "flat", "lead": "visits"}, DataContractError, "constant"),
        ({"level": 1.0}, UsageError, "level"),
        ({"window": 5}, UsageError, "window"),
        ({"window": 400}, UsageError, "window"),
        ({"n_draws": 10}, UsageError, "n_draws"),
        ({"targeted_since": "soon"}, UsageError, "targeted_since='soon' is no date"),
        ({"targeted_since": "2019-01-01"}, UsageError, "not after the first period, 2021-01-04"),
        ({"targeted_since": "2031-01-01"}, UsageError, "after the last period"),
        ({"targeted_since": "2023-12-11"}, UsageError, "too few to compare"),
        ({"targeted_since": 3.5}, UsageError, "targeted_since=3.5"),
        ({"selected_on": ("2021", "2022")}, UsageError, "give targeted_since too"),
        ({"targeted_since": SINCE, "selected_from": 5}, UsageError, "give selected_on too"),
        ({"targeted_since": SINCE, "selected_on": "2021"}, UsageError, "first and its last period"),
        ({"targeted_since": SINCE, "selected_on": ("2021", "2023")}, UsageError, "had been a target since"),
    ],
)
def test_what_is_wrong_is_refused_by_name(options: dict[str, object], error: type[Exception], said: str) -> None:
    data = weeks().assign(flat=1.0)
    with pytest.raises(error, match=said):
        stability_test(data, **{"kpi": "sales", "lead": "visits", "max_lag": 8} | options)


def test_a_ranking_gets_a_reason_in_place_of_an_error() -> None:
    sample = as_sample(weeks())
    prepared = prepare(sample, kpi="sales", leads=("visits",), max_lag=8)

    def asked(metric: Metric | None) -> object:
        return lead_stability(
            prepared, prepared.problem, 0, best=2, shapes=STANDARD, seed=0, n_draws=199, calendar=sample.calendar, metric=metric
        )

    plain = asked(None)
    assert plain.weakening is None  # type: ignore[attr-defined]
    assert plain.pvalue <= 0.05  # type: ignore[attr-defined]
    for since, said in (("2031", "after the last period"), ("2023-12-11", "too few to compare"), (12, "the periods are dated")):
        late = asked(Metric("visits", targeted_since=since))
        assert said in late.weakening.missing  # type: ignore[attr-defined]
        assert np.isnan(late.weakening.pvalue)  # type: ignore[attr-defined]
        assert late.pvalue == plain.pvalue  # type: ignore[attr-defined]
    short = as_sample(weeks(n=23))
    few = prepare(short, kpi="sales", leads=("visits",), max_lag=2)
    nothing = lead_stability(few, few.problem, 0, best=1, shapes=STANDARD, seed=0, calendar=short.calendar)
    assert "too few" in nothing.missing
    assert np.isnan(nothing.pvalue)

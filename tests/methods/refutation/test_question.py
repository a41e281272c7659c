"""A true lead survives attempts to refute it, a follower does not, and decoys pass as rarely as the ranking says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from leadlag.core.search.scan import scan
from leadlag.decision import Decoys
from leadlag.errors import UsageError
from leadlag.methods.refutation.question import decoys_tried, refutation_test, refute
from leadlag.methods.refutation.result import RefutationTest
from leadlag.prepare import Prepared, prepare
from leadlag.sample import from_wide
from leadlag.simulate import PlantedSeries, simulate_leads

N = 120
DEMOS = PlantedSeries(name="demos", effect=0.7, delay=3)
TICKETS = PlantedSeries(name="tickets", driver="kpi", driver_lag=2, driver_share=0.8)


def weeks(seed: int, *, integration: str = "none", n_noise: int = 3) -> pd.DataFrame:
    """Demos lead the KPI by 3 weeks, tickets follow it."""
    return simulate_leads(n_periods=N, series=[DEMOS, TICKETS], n_noise=n_noise, integration=integration, rng=seed).data


def prepared(data: pd.DataFrame) -> Prepared:
    given = from_wide(data)
    return prepare(given, kpi="kpi", leads=[name for name in given.names if name != "kpi"], max_lag=8)


@pytest.mark.parametrize("integration", ["none", "integrated"])
def test_a_lead_stands_and_a_follower_does_not(integration: str) -> None:
    found = prepared(weeks(0, integration=integration))
    lead = refute(found.problem, found.leads.index("demos"), seed=0)
    assert lead.past > lead.future
    assert max(lead.placebo, lead.permuted) <= 0.05
    assert (lead.n_permuted, lead.n_placebo > 50) == (99, True)
    follower = refute(found.problem, found.leads.index("tickets"), seed=0)
    assert follower.future > 2 * follower.past
    assert follower.future_pvalue < 0.01
    assert follower.permuted > 0.05


def test_the_same_seed_gives_the_same_numbers() -> None:
    problem = prepared(weeks(1)).problem
    assert refute(problem, 0, seed=3) == refute(problem, 0, seed=3) != refute(problem, 0, seed=4)


def decoys(found: Prepared, selected: dict[int, int], *, seed: int = 0) -> Decoys:
    first = scan(found.problem, rng=np.random.default_rng(seed), n_draws=499)
    return decoys_tried(found, first, selected, fdr=0.10, seed=seed)


@pytest.mark.parametrize("integration", ["none", "integrated"])
def test_stand_ins_pass_as_rarely_as_the_threshold_says(integration: str) -> None:
    tried = [decoys(prepared(weeks(seed, integration=integration)), {}, seed=seed) for seed in range(8)]
    assert {one.n for one in tried} == {200}
    # without a lead each passes as one candidate more beside five: .1 / 6
    assert min(one.expected for one in tried) == pytest.approx(200 * 0.10 / 6)
    assert 8 <= sum(one.n_passed for one in tried) <= 48  # of 27
    assert not any(one.too_many for one in tried)


def test_a_lead_in_the_model_raises_what_is_allowed() -> None:
    found = prepared(weeks(0))
    assert decoys(found, {found.leads.index("demos"): 2}).expected == pytest.approx(200 * 0.10 * 2 / 6)


def test_stand_ins_of_seasons_that_move_unmask_a_ranking_that_does_not_know_them() -> None:
    """On rows without dates no season is in the model, and the KPI's momentum does not reach back to it."""
    rng = np.random.default_rng(0)
    moving = {name: rng.normal(size=N) for name in ("kpi", "a", "b", "c")}
    for series in moving.values():
        for row in range(8, N):
            series[row] += 0.97 * series[row - 8]
    found = decoys(prepared(pd.DataFrame(moving)), {})
    assert found.too_many
    assert found.n_passed > 10 * found.expected


@pytest.fixture(scope="module")
def tested() -> dict[str, RefutationTest]:
    data = weeks(0)
    return {
        lead: refutation_test(data, kpi="kpi", lead=lead, max_lag=8, n_tries=99, n_decoys=39, n_draws=499)
        for lead in ("demos", "tickets", "noise_01")
    }


def test_the_table_says_what_was_found_and_whether_the_lead_stands(tested: dict[str, RefutationTest]) -> None:
    assert {lead: found.stands for lead, found in tested.items()} == {"demos": True, "tickets": False, "noise_01": False}
    table = tested["demos"].to_frame()
    assert table["attempt"].tolist() == ["future", "placebo", "permuted", "decoys"]
    assert table["stands"].all()
    assert table["tried"].tolist() == [1, len(tested["demos"].placebo), 99, 39]
    assert table.loc[1, "lead"] == table.loc[2, "lead"] == tested["demos"].statistic > table.loc[1:2, "other"].max()
    follower = tested["tickets"].to_frame().set_index("attempt")
    assert not follower.loc["future", "stands"]
    assert follower.loc["future", "other"] > follower.loc["future", "lead"]


def test_words_agree_with_the_table(tested: dict[str, RefutationTest]) -> None:
    for lead, found in tested.items():
        summary = found.summary()
        assert max(map(len, summary.splitlines())) <= 80
        assert ("stands against every attempt" in summary) == found.stands
        assert summary.count("  yes\n") + summary.count("  no\n") == 4
        assert ("follows kpi more than it leads it" in " ".join(found.explain().split())) == (lead == "tickets")
        assert lead in found.explain()
        assert "cause" not in found.explain()


def test_a_leads_numbers_given_another_are_those_of_the_ranking() -> None:
    data = weeks(2)
    found = refutation_test(data, kpi="kpi", lead="demos", given="noise_01", max_lag=8, n_decoys=19, n_draws=199)
    assert found.given == ("noise_01",)
    assert found.refutation.past > 3 * found.refutation.future
    assert found == refutation_test(data, kpi="kpi", lead="demos", given="noise_01", max_lag=8, n_decoys=19, n_draws=199)


def test_few_rows_leave_the_shifts_out_and_say_so() -> None:
    rng = np.random.default_rng(0)
    visits = rng.normal(size=36)
    data = pd.DataFrame({"visits": visits, "sales": np.r_[0.0, visits[:-1]] + 0.3 * rng.normal(size=36)})
    found = refutation_test(data, kpi="sales", lead="visits", max_lag=10, n_decoys=19, n_draws=199)
    assert np.isnan(found.refutation.placebo)
    assert found.to_frame().loc[1, "stands"]
    assert [code for code, _ in found.provenance.warnings][-1] == "LL133"
    assert "too few to judge" in found.explain()
    assert "sales" in found.summary()


def test_a_lead_of_months_beside_a_kpi_of_quarters() -> None:
    rng = np.random.default_rng(1)
    months = pd.date_range("1990-01-01", periods=240, freq="MS")
    visits = pd.Series(rng.normal(size=240), index=months)
    own = visits.shift(4).iloc[::3].fillna(0.0)
    sales = pd.DataFrame({"sales": own.to_numpy() + 0.7 * rng.normal(size=80)}, index=own.index)
    found = refutation_test([sales, visits.to_frame("visits")], kpi="sales", lead="visits", n_tries=39, n_decoys=19, n_draws=199)
    assert found.stands


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"n_tries": 5}, "n_tries=5"),
        ({"n_decoys": 3}, "n_decoys=3"),
        ({"given": "demos"}, "demos"),
        ({"max_lag": 0}, "max_lag=0"),
    ],
)
def test_what_is_outside_is_named(settings: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        refutation_test(weeks(0), kpi="kpi", lead="demos", **settings)  # type: ignore[arg-type]


def test_a_lead_without_numbers_is_refused_with_its_code() -> None:
    data = weeks(0).assign(flat=1.0)
    with pytest.raises(UsageError) as told:
        refutation_test(data, kpi="kpi", lead="flat")
    assert told.value.code == "LL203"


def test_the_picture_has_a_dot_a_copy_and_a_line_for_the_lead(tested: dict[str, RefutationTest]) -> None:
    found = tested["demos"]
    ax = found.plot(ax=Figure().add_subplot())
    drawn = sorted(len(np.atleast_1d(line.get_xdata())) for line in ax.get_lines())
    assert drawn == sorted([len(found.placebo), len(found.permuted), 2])
    assert "demos" in ax.get_title(loc="left")
    assert "demos" in found._repr_html_()
    assert found.to_dict()["refutation"]["n_permuted"] == 99

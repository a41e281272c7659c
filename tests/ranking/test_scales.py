"""A ranking that asks both scales: what it takes, what it says, and what must not change it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from leadlag.catalogue import Metric
from leadlag.errors import UsageError
from leadlag.methods.stability.question import stability_test
from leadlag.ranking.kpis import rank_kpis
from leadlag.ranking.rank import rank_leads
from leadlag.ranking.result import LeadRanking

N = 110


def grown(seed: int = 0, *, effect: float = 0.10, factor: float = 6.0) -> pd.DataFrame:
    """Weeks of sales that visits move by per cent three weeks later, beside candidates that grow and do nothing."""
    rng = np.random.default_rng(seed)
    trend, visits = np.linspace(0.0, np.log(factor), N), rng.standard_normal(N + 3)
    noise = np.convolve(rng.standard_normal(N + 30), 0.5 ** np.arange(30), mode="valid")[:N]
    data = {"sales": np.exp(3.0 + trend + effect * visits[:N] + 0.1 * noise), "visits": np.exp(2.0 + trend + 0.3 * visits[3:])}
    data |= {f"other{j}": np.exp(trend + 0.3 * rng.standard_normal(N)) for j in range(3)}
    data["flat"] = rng.standard_normal(N)
    return pd.DataFrame(data, index=pd.date_range("2022-01-03", periods=N, freq="W-MON"))


def ranked(data: pd.DataFrame, **options: Any) -> LeadRanking:
    return rank_leads(data, **{"kpi": "sales", "max_lag": 6, "n_draws": 299, "evidence": False} | options)


def log_of(ranking: LeadRanking) -> tuple[str, ...]:
    return dict(ranking.provenance.settings)["log"]


def told(ranking: LeadRanking, code: str = "LL168") -> list[str]:
    return [text for found, text in ranking.provenance.warnings if found == code]


def same_numbers(one: LeadRanking, other: LeadRanking, *, rtol: float = 1e-6) -> None:
    ours, theirs = (each.to_frame().set_index("lead") for each in (one, other))
    names = ["pvalue", "qvalue", "delay"]
    pd.testing.assert_frame_equal(theirs.loc[ours.index, names], ours[names], rtol=rtol, check_dtype=False)
    assert theirs.loc[ours.index, "verdict"].tolist() == ours["verdict"].tolist()


@pytest.fixture(scope="module")
def both() -> LeadRanking:
    return ranked(grown(), log="auto", evidence=True)


def test_what_acts_by_per_cent_is_found_in_logs_and_its_effect_is_in_percent(both: LeadRanking) -> None:
    assert both.leads == ("visits",)
    assert both["visits"].effect.in_percent
    assert set(log_of(both)) == {"sales", "visits", "other0", "other1", "other2"}


def test_the_note_names_the_call_that_asks_the_same_scale_alone(both: LeadRanking) -> None:
    (text,) = told(both)
    assert "logs show a lead more clearly" in text
    assert f"log={list(log_of(both))!r}" in text


def test_every_p_covers_the_choice(both: LeadRanking) -> None:
    alone = ranked(grown(), log=log_of(both)).to_frame().set_index("lead")["pvalue"]
    chosen = both.to_frame().set_index("lead")["pvalue"].loc[alone.index]
    assert (chosen >= alone * (1.0 - 1e-9)).all()
    assert (chosen <= 2.5 * alone).all()  # twice, and what the draws leave open
    assert both.family.search.n_transforms == 2


def test_what_backs_a_lead_is_asked_in_the_scale_of_the_ranking(both: LeadRanking) -> None:
    named = ranked(grown(), log=log_of(both), evidence=True)
    ours, theirs = (one.decisions[0].evidence for one in (both, named))
    assert ours.lead == theirs.lead == "visits"
    assert ours.gain == theirs.gain
    assert ours.stability == theirs.stability
    assert ours.delay == theirs.delay


def test_units_order_and_names_change_nothing(both: LeadRanking) -> None:
    data = grown() * [1e-6, 40.0, 3.0, 1e5, 0.2, -7.0]
    same_numbers(both, ranked(data[["other1", "flat", "visits", "sales", "other0", "other2"]], log="auto"))
    renamed = ranked(grown().rename(columns={"visits": "a", "sales": "z"}), kpi="z", log="auto").to_frame()
    assert renamed["lead"].tolist()[0] == "a"


def test_a_kpi_that_does_not_grow_is_ranked_as_without_auto() -> None:
    data = grown(factor=1.0)
    found = ranked(data, log="auto")
    same_numbers(ranked(data), found, rtol=0.0)
    assert log_of(found) == ()
    assert "does not grow" in told(found)[0]
    assert told(ranked(data)) == []


@pytest.mark.parametrize("offset", [0.0, 5000.0, -5000.0])
@pytest.mark.parametrize("unit", [1.0, -1e-4])
def test_without_logs_offset_sign_and_unit_change_nothing(offset: float, unit: float) -> None:
    data = grown()
    moved = data.assign(sales=unit * (data["sales"] + offset), visits=unit * (data["visits"] - offset))
    same_numbers(ranked(data), ranked(moved))


def test_a_kpi_that_grows_is_told_which_call_asks_logs_and_one_in_logs_is_not() -> None:
    assert "log='auto'" in told(ranked(grown()))[0]
    assert told(ranked(grown(), log=["sales"])) == []
    assert told(ranked(grown(), catalogue=[Metric("sales", unit="%")])) == []


def test_a_kpi_whose_logs_a_control_tells_exactly_is_ranked_in_levels() -> None:
    data = grown()
    found = ranked(data.assign(control=np.log(data["sales"])), controls=["control"], log="auto")
    assert log_of(found) == ()
    assert "tell its logs exactly" in told(found)[0]


def test_each_kpi_of_many_has_its_own_scale() -> None:
    many = rank_kpis(grown(), kpis=["sales", "flat"], log="auto", max_lag=6, n_draws=199, evidence=False)
    assert log_of(many["sales"])[0] == "sales"
    assert log_of(many["flat"]) == ()
    assert dict(many.provenance.settings)["log"] == "auto"


def test_other_questions_say_who_knows_auto() -> None:
    with pytest.raises(UsageError, match="rank_leads and rank_kpis"):
        stability_test(grown(), kpi="sales", lead="visits", log="auto")

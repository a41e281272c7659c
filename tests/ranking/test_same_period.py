"""What a lead does in the KPI's own period is told beside what it does later, and added up only where that is its own doing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

from leadlag.decision import SamePeriod, decide
from leadlag.ranking.rank import rank_leads
from leadlag.ranking.result import LeadRanking, RankedLead
from leadlag.sample import from_wide, read_file

N = 240


def ranked(data: pd.DataFrame) -> LeadRanking:
    return rank_leads(data, kpi="kpi", max_lag=8, n_draws=299, evidence=False)


def noise(rng: np.random.Generator) -> np.ndarray:
    """Momentum of a half, about 200."""
    return lfilter([1.0], [1.0, -0.5], 15.0 * rng.normal(size=N + 50))[50:] + 200.0


def promoted(seed: int = 1, *, one: float = 1.0) -> pd.DataFrame:
    """Days of a promotion lift the KPI by 60, the two days after them lower it by 35 and 15."""
    rng = np.random.default_rng(seed)
    promo = (rng.random(N) < 0.12).astype(float)
    kpi = noise(rng)
    for lag, effect in enumerate((60.0, -35.0, -15.0)):
        kpi[lag:] += effect * promo[: N - lag]
    days = pd.date_range("2024-01-01", periods=N, name="day")
    return pd.DataFrame({"promo": one * promo, "other": rng.normal(size=N), "kpi": kpi}, index=days)


@pytest.fixture(scope="module")
def promo() -> RankedLead:
    return ranked(promoted())["promo"]


def size_of(lead: RankedLead) -> SamePeriod:
    size = lead.decision.evidence.same_period
    assert size is not None
    return size


def test_a_promotion_lifts_its_days_and_lowers_those_after_them(promo: RankedLead) -> None:
    size = size_of(promo)
    assert (promo.verdict, size.event, size.rise, size.not_added) == ("lead", True, 1.0, "")
    for (value, low, high), true in ((size.now, 60.0), (size.later, -50.0), (size.total, 10.0)):
        assert low <= value <= high
        assert abs(value - true) < high - low
    assert size.now[1] > 0 > size.later[2]
    assert size.total[0] == pytest.approx(size.now[0] + size.later[0])


def test_both_are_said_in_every_view(promo: RankedLead) -> None:
    told = " ".join(promo.explain().split())
    assert "Each day of promo goes with kpi" in told
    assert "on its days, and" in told
    assert "after them, over all lags; together" in told
    assert "from 1 on, the same day not counted" in told
    assert "Same day   promo, each day of it:" in ranked(promoted()).summary()


def test_per_event_is_the_same_whatever_the_unit_of_the_kpi(promo: RankedLead) -> None:
    again = size_of(ranked(promoted().assign(kpi=lambda table: 1e3 * table["kpi"]))["promo"])
    for ours, theirs in ((size_of(promo).now, again.now), (size_of(promo).total, again.total)):
        np.testing.assert_allclose(np.array(theirs), 1e3 * np.array(ours), rtol=1e-6)


def test_what_is_no_event_is_told_for_a_rise_and_with_who_may_move_whom() -> None:
    lead = ranked(promoted(one=2.0))["promo"]
    size = size_of(lead)
    assert (size.event, size.rise) == (False, lead.effect.lead_sd)  # type: ignore[union-attr]
    told = " ".join(lead.explain().split())
    assert "In the same day a rise of promo by" in told
    assert "as far as kpi does not move promo within the day" in told


def test_a_lead_that_the_kpi_moves_too_is_not_added_up() -> None:
    rng = np.random.default_rng(3)
    lead, kpi = np.zeros(N), np.zeros(N)
    for t in range(2, N):
        lead[t] = 0.5 * kpi[t - 1] + rng.normal()
        kpi[t] = 0.5 * lead[t - 2] + rng.normal() + 0.6 * lead[t]
    found = ranked(pd.DataFrame({"lead": lead, "other": rng.normal(size=N), "kpi": kpi}))["lead"]
    assert found.verdict == "lead"
    size = size_of(found)
    assert size.not_added == "follows"
    assert all(map(math.isnan, size.total))
    assert "not added up: kpi moves lead too" in " ".join(found.explain().split())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda size: replace(size, not_added="part"), "promo holds a part of kpi"),
        (lambda size: replace(size, in_percent=True), "% higher"),
    ],
)
def test_words_follow_the_numbers(promo: RankedLead, change: Callable[[SamePeriod], SamePeriod], words: str) -> None:
    evidence = replace(promo.decision.evidence, same_period=change(size_of(promo)))
    told = replace(promo, decision=decide(evidence, promo.context.policy)).explain()
    assert words in " ".join(told.split())


def test_the_shop_says_the_days_of_its_promotion_and_those_after_them(shared_cases: object) -> None:
    data = from_wide(read_file(shared_cases / "shop_daily_promo.csv"), date_format="%d/%m/%Y")  # type: ignore[operator]
    ranking = rank_leads(data, kpi="revenue", n_draws=499, evidence=False)
    assert (ranking["wishlist_adds"].delay.peak, ranking["email_sent"].delay.peak) == (4, 1)  # type: ignore[union-attr]
    assert size_of(ranking["promo"]).now[1] > 0 > size_of(ranking["promo"]).later[0]
    assert "higher on its days" in ranking.summary()

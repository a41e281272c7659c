"""What is direct is chosen, what is explained by it is not, and the order of the columns is of no account."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from leadlag.core.linear.multiplicity import fdr_adjust
from leadlag.core.noise.momentum import fit_momentum
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import scan
from leadlag.ranking.selection import Selection, select_leads

N, FDR = 156, 0.10


def noise(rng: np.random.Generator, m: int, phi: float = 0.5) -> np.ndarray:
    """AR noise of unit sd."""
    drawn = signal.lfilter([1.0], [1.0, -phi], rng.normal(size=(N + 100, m)), axis=0)[100:]
    return drawn * np.sqrt(1 - phi**2)


def later(x: np.ndarray, lag: int) -> np.ndarray:
    return np.r_[np.zeros(lag), x[:-lag]]


def problem(y: np.ndarray, X: np.ndarray, *, lags: int = 6) -> Problem:
    base = np.column_stack([np.ones(N), np.arange(N) / N])
    y = (y - y.mean()) / y.std()
    return Problem(
        y=y, X=X - X.mean(axis=0), base=base, momentum=fit_momentum(y, base, max_order=4), lags=tuple(range(1, lags + 1)),
        y_scale=1.0, x_scale=np.ones(X.shape[1]),
    )  # fmt: skip


def selected(given: Problem, *, coincident: tuple[int, ...] = (), n_draws: int = 199, fdr: float = FDR) -> Selection:
    first = scan(given, rng=np.random.default_rng(0), n_draws=n_draws)
    together = np.isin(np.arange(given.X.shape[1]), coincident)
    return select_leads(given, first, coincident=together, fdr=fdr, seed=1, n_draws=n_draws)


def three_among_twelve(seed: int) -> Problem:
    """Columns 2, 5 and 9 act at lags 1, 3 and 5."""
    rng = np.random.default_rng(seed)
    X = noise(rng, 12, 0.3)
    effects = 0.7 * later(X[:, 2], 1) - 0.7 * later(X[:, 5], 3) + 0.7 * later(X[:, 9], 5)
    return problem(effects + noise(rng, 1)[:, 0], X)


def chain(seed: int) -> Problem:
    """Column 0 moves column 1 a period later, which moves the KPI two periods after that; two more are noise."""
    rng = np.random.default_rng(seed)
    X = noise(rng, 4, 0.3)
    X[:, 1] = 0.85 * later(X[:, 0], 1) + 0.55 * X[:, 1]
    return problem(later(X[:, 1], 2) + noise(rng, 1)[:, 0], X)


def test_three_planted_leads_are_found_among_twelve() -> None:
    found = [set(selected(three_among_twelve(seed)).selected) for seed in range(8)]
    assert np.mean([len(chosen & {2, 5, 9}) / 3 for chosen in found]) > 0.9
    assert np.mean([len(chosen - {2, 5, 9}) / max(len(chosen), 1) for chosen in found]) < 0.2


def test_of_a_chain_the_last_link_is_direct_and_the_first_is_explained_by_it() -> None:
    found = [selected(chain(seed)) for seed in range(8)]
    assert sum(1 in each.selected for each in found) == 8
    assert sum(0 in each.selected for each in found) <= 1
    assert all(each.explained_by[0] == 1 for each in found if 0 not in each.selected)
    assert all(each.explained_by[1] == -1 for each in found)


def test_every_chosen_lead_comes_with_its_test_given_all_the_others() -> None:
    given = three_among_twelve(0)
    found = selected(given)
    log_p = [each.log_pvalue[0] for each in found.scans]
    assert log_p == sorted(log_p)
    n_chosen = len(found.selected)
    assert np.exp(max(log_p)) <= FDR * n_chosen / 12
    for lead, others, alone in zip(found.selected, found.conditional, found.scans, strict=True):
        np.testing.assert_array_equal(others.X, given.X[:, [lead]])
        assert others.base.shape == (N, 2 + n_chosen - 1)
        assert given.lags[alone.best[0] % 6] == {2: 1, 5: 3, 9: 5}[lead]


def test_an_explained_lead_is_noise_taken_from_the_others() -> None:
    """Beside the strong lead the weak one has a smaller p than alone."""
    rng = np.random.default_rng(3)
    X = noise(rng, 6, 0.0)
    given = problem(3.0 * later(X[:, 0], 2) + 0.6 * later(X[:, 1], 4) + noise(rng, 1, 0.0)[:, 0], X)
    alone = scan(given, rng=np.random.default_rng(0), n_draws=199)
    found = selected(given)
    assert set(found.selected) == {0, 1}
    assert found.scans[found.selected.index(1)].log_pvalue[0] < alone.log_pvalue[1] - 2
    assert found.qvalue[1] < fdr_adjust(alone.pvalue)[1]


def test_a_weak_lead_does_not_lift_the_q_of_a_strong_one() -> None:
    """q of each chosen lead is Benjamini and Hochberg's among the chosen, by its own p given the others."""
    rng = np.random.default_rng(3)
    X = noise(rng, 10, 0.0)
    moved = 2.0 * later(X[:, 0], 2) + later(X[:, 1], 4) + 0.35 * later(X[:, 2], 3)
    found = selected(problem(moved + noise(rng, 1, 0.0)[:, 0], X))
    assert set(found.selected) == {0, 1, 2}
    pvalue = np.array([np.exp(one.log_pvalue[0]) for one in found.scans])  # in the order of p
    own = found.qvalue[list(found.selected)]
    np.testing.assert_allclose(own, pvalue * 10 / np.array([1, 2, 3]), rtol=1e-9)
    assert own[0] < own[1] < 1e-5 < 1e-4 < own[2] <= 0.10


def test_what_rests_on_two_shocks_is_dropped_and_the_others_are_asked_again() -> None:
    rng = np.random.default_rng(3)
    X = noise(rng, 6, 0.0)
    moved = 0.8 * later(X[:, 1], 4)
    for date, sign in ((40, 1.0), (90, -1.0)):
        moved[date : date + 3] += 5.0 * sign
        X[date - 2 : date + 1, 0] += 5.0 * sign
        X[date - 3 : date, 2] += 5.0 * sign
    given = problem(moved + noise(rng, 1, 0.0)[:, 0], X)
    first = scan(given, rng=np.random.default_rng(0), n_draws=199)
    together = np.zeros(6, dtype=bool)
    plain = select_leads(given, first, coincident=together, fdr=0.1, seed=1, n_draws=199)
    found = select_leads(given, first, coincident=together, fdr=0.1, seed=1, n_draws=199, few_events=(0.55, 0.35))
    (shocked,) = set(plain.selected) - {1}
    assert shocked in (0, 2)
    assert plain.explained_by[2 - shocked] == shocked
    assert plain.few_events == {}
    assert found.selected == (1,)
    assert set(found.few_events) == {shocked}
    assert len(found.few_events[shocked].spans) == 2
    assert found.unconfirmed.tolist() == [each == 2 - shocked for each in range(6)]  # nothing explains the other any more
    assert (found.explained_by == -1).all()


def test_of_two_duplicates_one_is_chosen_and_explains_the_other() -> None:
    rng = np.random.default_rng(4)
    X = noise(rng, 5, 0.3)
    X[:, 3] = X[:, 1] + 0.03 * rng.normal(size=N)
    X[:, 4] = X[:, 1]
    found = selected(problem(later(X[:, 1], 2) + noise(rng, 1)[:, 0], X))
    assert len(found.selected) == 1
    (one,) = found.selected
    assert one in (1, 3, 4)
    assert {each: found.explained_by[each] for each in (1, 3, 4)} == {each: -1 if each == one else one for each in (1, 3, 4)}


@pytest.mark.parametrize("effect", [0.0, 0.25])
def test_something_is_chosen_if_something_passes_alone(effect: float) -> None:
    both = []
    for seed in range(20):
        rng = np.random.default_rng(100 + seed)
        X = noise(rng, 8)
        given = problem(effect * later(X[:, 0], 1) + noise(rng, 1)[:, 0], X)
        first = scan(given, rng=np.random.default_rng(0), n_draws=99)
        found = select_leads(given, first, coincident=np.zeros(8, dtype=bool), fdr=0.3, seed=1, n_draws=99)
        passes = fdr_adjust(first.pvalue) <= 0.3
        both.append((passes.any(), len(found.selected) > 0))
        named = np.isin(np.arange(8), found.selected) | (found.explained_by >= 0)
        np.testing.assert_array_equal(found.unconfirmed, passes & ~named)  # by chance: nothing that was chosen explains it
        assert (found.qvalue[list(found.selected)] <= 0.3).all()
        assert not found.one_event.any()
    assert all(chosen for passes, chosen in both if passes)
    assert sum(chosen and not passes for passes, chosen in both) <= 3  # leads that hold only beside each other
    assert {passes for passes, _ in both} == {True, False}


def test_a_sum_of_two_leads_gives_way_once_both_are_chosen() -> None:
    """It comes first, being closest to the KPI, and stays beside both as seldom as the level of three leads among four allows."""
    level, stays = FDR * 3 / 4, []
    for seed in range(5000, 5016):
        rng = np.random.default_rng(seed)
        X = noise(rng, 4, 0.0)
        X[:, 2] = X[:, 0] + X[:, 1] + 0.7 * X[:, 2]
        found = selected(problem(later(X[:, 0], 1) + later(X[:, 1], 1) + 0.7 * noise(rng, 1)[:, 0], X))
        assert {0, 1} <= set(found.selected)
        stays.append(2 in found.selected)
    assert np.mean(stays) < level + 4 * np.sqrt(level * (1 - level) / len(stays))


def test_what_passes_alone_but_not_beside_the_chosen_lead_is_unconfirmed() -> None:
    """The slow way: the chosen lead's best column enters the model, and the candidate is scanned beside it."""
    beside = []
    for seed in (0, 6, 18, 20, 23, 33):
        rng = np.random.default_rng(100 + seed)
        X = noise(rng, 8)
        given = problem(0.6 * later(X[:, 0], 1) + noise(rng, 1)[:, 0], X)
        found = selected(given, n_draws=999, fdr=0.3)
        if found.selected != (0,) or found.scans[0].best[0] != 0:
            continue
        wider = replace(given, base=np.column_stack([given.base, later(given.X[:, 0], 1)]))
        wider = replace(wider, momentum=fit_momentum(wider.y, wider.mean, max_order=4))
        pvalue = scan(wider, rng=np.random.default_rng(1), n_draws=999).pvalue
        beside += pvalue[found.unconfirmed].tolist()
        assert (found.qvalue[found.unconfirmed] <= 0.3).all()
        assert (found.explained_by[found.unconfirmed] == -1).all()
    assert len(beside) >= 4
    # two rejections among eight candidates, less three standard errors of the draws
    assert min(beside) > 0.3 * 2 / 8 - 0.025


def test_the_order_of_the_columns_does_not_matter() -> None:
    given = three_among_twelve(1)
    order = np.random.default_rng(0).permutation(12)
    ours = selected(given)
    theirs = selected(problem(given.y, given.X[:, order]))
    assert [int(order[lead]) for lead in theirs.selected] == list(ours.selected)
    np.testing.assert_allclose(theirs.qvalue, ours.qvalue[order], rtol=1e-6)
    for one, other in zip(ours.scans, theirs.scans, strict=True):
        np.testing.assert_allclose(other.log_pvalue, one.log_pvalue, rtol=1e-6)


def test_a_part_of_the_kpi_is_no_lead_beside_its_own_period_and_a_lead_that_also_moves_at_once_stays_one() -> None:
    """Past values of a part that does not last help to predict: beside them the KPI's past says more of what lasts."""
    alone, beside, still = [], [], []
    for seed in range(8):
        rng = np.random.default_rng(200 + seed)
        X = noise(rng, 3, 0.0)
        rest = 2.3 * noise(rng, 1, 0.9)[:, 0]
        part = problem(1.5 * X[:, 0] + rest, X)
        alone.append(0 in selected(part).selected)
        found = selected(part, coincident=(0,))
        beside.append(0 in found.selected)
        assert not found.one_event.any()
        still.append(0 in selected(problem(X[:, 0] + later(X[:, 0], 2) + rest, X), coincident=(0,)).selected)
    assert sum(alone) >= 6
    assert sum(beside) <= 2
    assert sum(still) == 8


def followed(seed: int) -> Problem:
    """Column 0 moves the KPI one and four periods later, and the KPI's momentum carries that on; column 1 follows the KPI."""
    rng = np.random.default_rng(300 + seed)
    X, surprise = noise(rng, 4, 0.0), noise(rng, 1, 0.0)[:, 0]
    y = np.zeros(N)
    for t in range(4, N):
        X[t, 1] = 0.5 * X[t, 1] + 0.8 * y[t - 1]
        y[t] = 0.7 * y[t - 1] + X[t - 1, 0] + X[t - 4, 0] + surprise[t]
    return problem(y, X)


def test_a_candidate_that_follows_the_kpi_has_to_lead_it_beside_the_kpis_own_past_too() -> None:
    """Beside the best column of the lead it tells what is left of the KPI's past."""
    named, named_beside = 0, 0
    for seed in range(10):
        given, together = followed(seed), np.zeros(4, dtype=bool)
        first = scan(given, rng=np.random.default_rng(0), n_draws=199)
        plain = select_leads(given, first, coincident=together, fdr=FDR, seed=1, n_draws=199)
        beside = select_leads(
            given, first, coincident=together, fdr=FDR, seed=1, n_draws=199, reverse=np.array([1.0, 1e-9, 1.0, 1.0])
        )
        assert 0 in beside.selected
        assert beside.first.log_pvalue[1] >= first.log_pvalue[1]
        np.testing.assert_array_equal(beside.first.log_pvalue[[0, 2, 3]], first.log_pvalue[[0, 2, 3]])
        named += 1 in plain.selected
        named_beside += 1 in beside.selected
    assert named_beside < named


def test_what_cannot_be_tested_is_neither_chosen_nor_counted() -> None:
    given = chain(0)
    with_nothing = problem(given.y, np.column_stack([given.X, np.zeros((N, 20))]))
    ours, theirs = selected(given), selected(with_nothing)
    assert theirs.selected == ours.selected
    np.testing.assert_allclose(theirs.qvalue[:4], ours.qvalue, rtol=1e-6)
    assert np.isnan(theirs.qvalue[4:]).all()

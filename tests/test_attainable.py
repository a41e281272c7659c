"""The yardstick of the accuracy benchmark: the sampler against exact enumeration, and what it must say where nothing is known."""

from __future__ import annotations

import importlib
import itertools
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter
from scipy.special import gammaln

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
if not (BENCHMARKS / "attainable.py").is_file():
    pytest.skip("benchmarks/attainable.py is not part of this installation", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
spike_slab, attainable, families = map(importlib.import_module, ("spike_slab", "attainable", "families"))
Prior, Question = spike_slab.Prior, spike_slab.Question

TAU, SHARE, SIGMA = 0.4, 0.3, 0.8
SHAPES = np.array([0, 0, 1])


def small_question(rng: np.random.Generator, number: int | None = None) -> object:
    """Twelve rows, three candidates of three columns in two shapes, two momentums that both are likely."""
    n = 12
    columns = rng.standard_normal((3, 3, n))
    base = np.column_stack([np.ones(n), np.arange(n)])
    y = 2.0 * columns[0, 1] - 0.4 * columns[2, 0] + rng.standard_normal(n)
    whitenings = [spike_slab.ar_whitening(n, phi) for phi in (-0.2, 0.6)]
    prior = Prior(tau=(TAU,), share=SHARE, number=number, sigma=SIGMA)
    return Question(y=y, base=base, columns=columns, shapes=SHAPES, whitenings=whitenings, prior=prior)


def prior_of(state: tuple[int, ...], number: int | None) -> float:
    """Log of the prior of a state; the weights of the shapes are integrated out."""
    on = [k - 1 for k in state if k]
    counts = np.bincount(SHAPES[on], minlength=2) if on else np.zeros(2)
    shapes = gammaln(1 + counts).sum() - gammaln(2 + counts.sum())
    within = -sum(np.log((SHAPES[k] == SHAPES).sum()) for k in on)
    if number is not None:
        return shapes + within if len(on) == number else -np.inf
    return shapes + within + len(on) * np.log(SHARE) + (len(state) - len(on)) * np.log1p(-SHARE)


def exact(question: object) -> np.ndarray:
    """Probability of each candidate by adding up all states; the base has a slab so wide that it is flat."""
    m, n_columns, n = question.columns.shape
    total, acting = [], []
    for whitening in question.whitenings:
        covariance = np.linalg.inv(whitening.matrix.T @ whitening.matrix)
        flat = 1e4 * question.base @ question.base.T
        for state in itertools.product(range(n_columns + 1), repeat=m):
            on = np.array([question.columns[j, k - 1] for j, k in enumerate(state) if k]).reshape(-1, n)
            spread = SIGMA**2 * (covariance + TAU**2 * on.T @ on) + flat
            prior = prior_of(state, question.prior.number)
            total.append(prior + stats.multivariate_normal(cov=spread, allow_singular=True).logpdf(question.y))
            acting.append([k > 0 for k in state])
    weights = np.exp(np.array(total) - max(total))
    return weights @ np.array(acting, dtype=float) / weights.sum()


@pytest.mark.parametrize(("seed", "number"), [(1, None), (2, None), (1, 2), (2, 1)])
def test_the_sampler_agrees_with_the_sum_over_all_states(seed: int, number: int | None) -> None:
    question = small_question(np.random.default_rng(seed), number)
    found = spike_slab.inclusion(question, np.random.default_rng(0), sweeps=6000, burn_in=100)
    assert found == pytest.approx(exact(question), abs=0.02)
    assert np.ptp(found) > 0.1  # the data tell candidates apart
    if number is not None:
        assert found.sum() == pytest.approx(number)


def test_columns_of_zeros_leave_the_prior() -> None:
    n = 20
    silent = {
        "y": np.random.default_rng(0).standard_normal(n), "base": np.ones((n, 1)), "columns": np.zeros((5, 3, n)),
        "shapes": np.zeros(3, dtype=int), "whitenings": [spike_slab.ar_whitening(n, 0.3)],
    }  # fmt: skip
    known = Question(prior=Prior(tau=(1.0,), share=0.25), **silent)
    assert spike_slab.inclusion(known, np.random.default_rng(1), sweeps=20) == pytest.approx(np.full(5, 0.25))
    learnt = Question(prior=Prior(tau=(0.5, 1.0)), **silent)
    mean = spike_slab.inclusion(learnt, np.random.default_rng(1), sweeps=8000).mean()
    assert mean == pytest.approx(1 / (1 + 4), abs=0.03)  # the mean of Beta(1, 4)


def test_the_order_of_candidates_changes_nothing_but_the_draws() -> None:
    question = small_question(np.random.default_rng(3))
    turned = Question(**{**vars(question), "columns": question.columns[::-1]})
    one, other = (spike_slab.inclusion(each, np.random.default_rng(0), sweeps=6000) for each in (question, turned))
    assert one == pytest.approx(other[::-1], abs=0.035)


def test_named_are_the_most_probable_while_the_expected_false_share_allows() -> None:
    chances = np.array([0.2, 0.99, 0.95, 0.8, 0.5])
    assert spike_slab.named(chances, fdr=0.10).tolist() == [False, True, True, True, False]  # (.01 + .05 + .2) / 3
    assert not spike_slab.named(np.array([0.89, 0.1]), fdr=0.10).any()
    assert spike_slab.named(np.ones(3), fdr=0.10).all()


@pytest.mark.parametrize("seasonal", [0.0, 0.6])
def test_whitening_turns_an_autoregression_into_white_noise_from_its_first_row_on(seasonal: float) -> None:
    n, period = 40, 4
    whitening = spike_slab.ar_whitening(n, 0.7, seasonal=seasonal, period=period)
    rng = np.random.default_rng(5)
    path = np.array([_path(rng, 0.7, seasonal, period, n) for _ in range(4000)])
    white = path @ whitening.matrix.T
    settled = white[:, period + 1 :] if seasonal else white  # the two factors are exact in turn, not together
    assert np.cov(settled.T) == pytest.approx(np.eye(settled.shape[1]), abs=0.11)
    assert whitening.log_det == pytest.approx(np.linalg.slogdet(whitening.matrix)[1])


def _path(rng: np.random.Generator, phi: float, seasonal: float, period: int, n: int) -> np.ndarray:
    whole = np.convolve([1.0, -phi], np.r_[1.0, np.zeros(period - 1), -seasonal])
    return lfilter([1.0], whole, rng.standard_normal(n + 200))[200:]


@pytest.mark.parametrize("ask", ["generic", "informed"])
def test_strong_leads_are_certain_and_little_else_is(ask: str) -> None:
    cell = replace(families.FAMILIES["point"].base, strength=3.0, n_candidates=8)
    case = families.case_of("point", cell, 1)
    found = attainable.probabilities(getattr(attainable, ask)(case), 1, sweeps=200)
    for item, chance in zip(case.truth, found, strict=True):
        assert chance > 0.95 if item.role == "lead" else chance < 0.8


@pytest.mark.parametrize("name", attainable.LINEAR)
def test_what_is_asked_of_every_family_is_finite_and_has_a_column_for_every_lag(name: str) -> None:
    base = families.FAMILIES[name].base
    case = families.case_of(name, replace(base, n_candidates=min(base.n_candidates, 12)), 0)
    for question in (attainable.generic(case), attainable.informed(case)):
        assert len(question.columns) == len(case.truth)
        assert question.columns.shape[1] >= case.max_lag
        assert all(np.isfinite(part).all() for part in (question.y, question.base, question.columns))


def test_without_a_mechanism_nothing_is_attainable() -> None:
    with pytest.raises(ValueError, match="nothing is attainable"):
        attainable.informed(families.case_of("null_ar", families.FAMILIES["null_ar"].base, 0))

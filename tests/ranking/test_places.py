"""A far stronger lead is first in all resamples; two that are alike are a tie; places follow those of better verdicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import Scan, scan, with_columns
from leadlag.core.search.shapes import STANDARD
from leadlag.decision.backing import Places
from leadlag.prepare import prepare
from leadlag.ranking.places import places_of
from leadlag.sample import from_wide
from leadlag.simulate import PlantedSeries, simulate_leads


@dataclass(frozen=True, kw_only=True)
class Lead:
    """A lead given the others."""

    problem: Problem
    column: int
    scan: Scan


def placed(effects: dict[str, float], *, seed: int = 0, n: int = 156, before: int = 0) -> dict[str, Places]:
    """Places of leads with these effects, best first."""
    series = [PlantedSeries(name=name, effect=effect, delay=2 + 2 * k) for k, (name, effect) in enumerate(effects.items())]
    given = from_wide(simulate_leads(n_periods=n, series=series, n_noise=0, rng=seed).data)
    problem = prepare(given, kpi="kpi", leads=list(effects), max_lag=8).problem
    columns = {lead: 1 + 2 * lead for lead in range(len(effects))}
    leads = []
    for lead in columns:
        alone = with_columns(problem, {other: at for other, at in columns.items() if other != lead}, STANDARD).of([lead])
        leads.append(Lead(problem=alone, column=0, scan=scan(alone, rng=np.random.default_rng(0), n_draws=199)))
    order = sorted(range(len(leads)), key=lambda lead: leads[lead].scan.log_pvalue[0])
    names = [list(effects)[lead] for lead in order]
    return dict(zip(names, places_of([leads[lead] for lead in order], names=names, seed=0, before=before), strict=True))


def test_a_far_stronger_lead_is_first_and_those_alike_are_tied() -> None:
    found = placed({"a": 1.6, "b": 0.6, "c": 0.6, "d": 0.6})
    assert found["a"] == Places(first=((1, 1.0), (3, 1.0)), low=1, high=1)
    assert (found["b"].low, found["b"].high) == (2, 4)
    assert set(found["b"].tied_with) == {"c", "d"}
    assert sum(item.first[0][1] for item in found.values()) == pytest.approx(1.0)
    assert sum(item.first[1][1] for item in found.values()) == pytest.approx(3.0)


def test_a_tail_of_few_draws_decides_no_order() -> None:
    for seed in range(4):
        found = placed({"a": 1.1, "b": 0.6}, seed=seed)
        assert found["a"].first[0][1] > 0.9, seed


def test_ties_are_mutual() -> None:
    found = placed({"a": 0.9, "b": 0.8, "c": 0.6, "d": 0.5}, seed=1)
    assert all(name in found[other].tied_with for name in found for other in found[name].tied_with)


def test_one_lead_has_one_place_after_those_of_better_verdicts() -> None:
    assert placed({"a": 0.8}) == {"a": Places(first=((1, 1.0),), low=1, high=1)}
    assert placed({"a": 0.8}, before=3)["a"] == Places(first=((4, 1.0),), low=4, high=4)
    assert places_of([], names=[], seed=0) == ()


def test_places_hold_the_true_order_about_as_often_as_they_say() -> None:
    order, held = ("a", "b", "c"), []
    for seed in range(15):
        found = placed(dict(zip(order, (0.9, 0.75, 0.6), strict=True)), seed=seed)
        held += [found[name].low <= place <= found[name].high for place, name in enumerate(order, start=1)]
    assert np.mean(held) >= 0.85

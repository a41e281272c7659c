"""The families of simulated cases: what each is, its base cell and its variations.

Every family is a function (rng, cell) -> Case. A draw has its own seed stream: SeedSequence([family number, draw]),
the same in every cell of the family, so that cells can be compared. Effects are in sd of the KPI's innovations for one
sd of the lead.

Two kinds of coincident series need opposite models: a reading of the KPI adds nothing beside the KPI's own past but does
beside its own lag 0 (it is a blurred reading), a part of the KPI adds nothing beside its own lag 0 but does beside the KPI's
past. A lead adds something beside either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import overlays
from cases import Case, Cell, planted_case
from changing import CHANGING
from dated import DATED
from family import MONTHS, OTHER, SEASONS, Family, cells, leads_of, persistence, sign, with_leads, without_leads
from scaled import SCALED

from leadlag.simulate import PlantedSeries

__all__ = ["FAMILIES", "NONLINEAR", "Family", "case_of", "cells_of"]

NONLINEAR = ("quadratic", "threshold")
DROPPED = 60  # history of KPIs that are reported as sums


def case_of(name: str, cell: Cell, draw: int) -> Case:
    """One draw of a family."""
    family = FAMILIES[name]
    return family.make(np.random.default_rng(np.random.SeedSequence([family.number, draw])), cell)


def cells_of(name: str, which: Literal["base", "all"] = "base") -> tuple[Cell, ...]:
    """The base cell of a family, or all of its cells."""
    return cells(FAMILIES[name], which)


# --- no lead ---------------------------------------------------------------------------------------------------------


def null_ar(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell)


def null_walks(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, momentum=(), integration="integrated", noise_persistence=(0.0, 0.4))


def null_walks_drift(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.own_drifts(null_walks(rng, cell), rng, largest=0.3)


def null_season(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.seasonal(planted_case(rng, cell), rng, cell, kpi=2.0, leads=2.0, trend=4.0)


def null_season_weak(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.seasonal(planted_case(rng, cell), rng, cell, kpi=0.4, leads=3.0, trend=0.0)


def null_month_end(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.month_end(planted_case(rng, cell), rng, size=3.0)


def null_garch(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, noise="garch")


def _surprises(cell: Cell, correlation: float) -> list[PlantedSeries]:
    return [
        PlantedSeries(name=f"coincident_{number}", persistence=cell.persistence, surprise=correlation)
        for number in range(cell.n_candidates)
    ]


def null_stambaugh(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, _surprises(cell, 0.9))


def null_stambaugh_negative(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, _surprises(cell, -0.9))


def _parts(rng: np.random.Generator, cell: Cell, count: int, size: float) -> list[PlantedSeries]:
    """Series that move the KPI in the same period and at no other lag (price, weather, traffic of the day)."""
    return [
        PlantedSeries(name=f"part_{number}", at_once=size * sign(rng), persistence=persistence(rng, cell))
        for number in range(count)
    ]


def _readings(rng: np.random.Generator, cell: Cell, count: int) -> list[PlantedSeries]:
    """Other readings of the KPI in the same period: the KPI and something of their own."""
    return [
        PlantedSeries(
            name=f"reading_{number}",
            driver="kpi",
            driver_lag=0,
            driver_share=sign(rng) * 0.7,
            persistence=persistence(rng, cell),
        )
        for number in range(count)
    ]


def null_coincident(rng: np.random.Generator, cell: Cell) -> Case:
    """Readings of the KPI, and series whose surprises come with the KPI's.

    Not together with parts of the KPI: a series that shares surprises with the KPI's noise only would then tell noise from
    parts, and lead the KPI in truth.
    """
    each = max(1, cell.n_candidates // 3)
    shared = [
        PlantedSeries(name=f"surprised_{number}", surprise=0.6 * sign(rng), persistence=persistence(rng, cell))
        for number in range(each)
    ]
    return planted_case(rng, cell, [*_readings(rng, cell, each), *shared])


def null_at_once(rng: np.random.Generator, cell: Cell) -> Case:
    """Parts of the KPI. Beside the KPI's own lags their past helps, with the sign turned, since it tells parts from noise:
    only a model that has them at lag 0, with AR noise, sees that they do not lead."""
    return planted_case(rng, cell, _parts(rng, cell, max(2, cell.n_candidates // 5), size=0.6))


def _followers(rng: np.random.Generator, cell: Cell, count: int) -> list[PlantedSeries]:
    return [
        PlantedSeries(
            name=f"follower_{number}",
            driver="kpi",
            driver_lag=int(rng.integers(1, 5)),
            driver_share=sign(rng) * float(rng.uniform(0.6, 0.9)),
            persistence=persistence(rng, cell),
        )
        for number in range(count)
    ]


def null_followers(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, _followers(rng, cell, cell.n_candidates * 3 // 5))


def null_feedback(rng: np.random.Generator, cell: Cell) -> Case:
    """Persistent series that the KPI moves one period later: x_t = rho x_t-1 + 0.4 y_t-1 + noise."""
    case = planted_case(rng, cell)
    return overlays.fed_back(case, rng, count=cell.n_candidates * 3 // 5, persistence=0.8, gain=0.4)


def null_common_shift(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.shifted(planted_case(rng, cell), rng, size=4.0, before=(1, 9), kpi=True)


def null_own_shifts(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.shifted(planted_case(rng, cell), rng, size=4.0, before=None, kpi=False)


def null_own_shifts_kpi(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.shifted(planted_case(rng, cell), rng, size=4.0, before=None, kpi=True)


def null_average_4(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.averaged(planted_case(rng, replace(cell, n=cell.n + DROPPED)), window=4, drop=DROPPED)


def null_average_12(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.averaged(planted_case(rng, replace(cell, n=cell.n + DROPPED)), window=12, drop=DROPPED)


def null_year_to_date(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.year_to_date(planted_case(rng, replace(cell, n=cell.n + DROPPED)), mean=5.0, drop=DROPPED)


def null_late(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.begun_late(planted_case(rng, cell), rng, share=0.7, latest=0.6)


def null_calendar(rng: np.random.Generator, cell: Cell) -> Case:
    """Campaign weeks move the KPI and the candidates in the same week; the calendar is not among the candidates.

    What the candidates do besides is white noise in the base cell: if it were persistent, yesterday's value would help to
    read today's campaign off a candidate, and would lead the KPI in truth once lag 0 is in the model.
    """
    touched = [
        PlantedSeries(
            name=f"touched_{number}",
            driver="_campaign",
            driver_lag=0,
            driver_share=float(rng.uniform(0.5, 0.9)),
            persistence=persistence(rng, cell),
        )
        for number in range(cell.n_candidates)
    ]
    case = planted_case(rng, cell, [PlantedSeries(name="_campaign", path="campaign", at_once=1.2), *touched])
    if cell.known_calendar:
        return replace(case, data=case.data.rename(columns={"_campaign": "campaign"}), controls=("campaign",))
    return replace(case, data=case.data.drop(columns="_campaign"))


# --- with leads ------------------------------------------------------------------------------------------------------


def point(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, leads_of(rng, cell, 3, 0.30, 0.65))


def short(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, leads_of(rng, cell, 2, 0.43, 0.88))


def momentum_adl(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, leads_of(rng, cell, 3, 0.28, 0.65), in_outcome=True)


def momentum_var(rng: np.random.Generator, cell: Cell) -> Case:
    """The KPI moves its leads in turn, a period or two later."""
    leads = [
        replace(lead, driver="kpi", driver_lag=int(rng.integers(1, 3)), driver_share=0.35)
        for lead in leads_of(rng, cell, 3, 0.28, 0.65)
    ]
    return planted_case(rng, cell, leads, in_outcome=True)


def spread_geometric(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, leads_of(rng, cell, 3, 0.75, 1.60, shape="geometric", decay=float(rng.uniform(0.5, 0.8))))


def spread_delayed(rng: np.random.Generator, cell: Cell) -> Case:
    """A hump with its peak at the delay; not at lag 1, where it would be a decay."""
    leads = leads_of(rng, cell, 3, 0.70, 1.50, shape="delayed", decay=float(rng.uniform(0.6, 0.8)))
    return planted_case(rng, cell, [replace(lead, delay=max(3, lead.delay)) for lead in leads])


def campaigns(rng: np.random.Generator, cell: Cell) -> Case:
    """Leads that are zero in most periods, and half of the other candidates too."""
    quiet = [PlantedSeries(name=f"burst_{number}", path="campaign") for number in range((cell.n_candidates - 3) // 2)]
    return planted_case(rng, cell, [*leads_of(rng, cell, 3, 0.70, 1.20, path="campaign"), *quiet])


def integrated(rng: np.random.Generator, cell: Cell) -> Case:
    leads = leads_of(rng, replace(cell, persistence=0.4), 3, 0.40, 0.90)
    return planted_case(rng, cell, leads, momentum=(0.3,), integration="integrated", noise_persistence=(0.0, 0.4))


def cointegrated(rng: np.random.Generator, cell: Cell) -> Case:
    leads = leads_of(rng, replace(cell, persistence=0.4), 3, 0.40, 0.90)
    return planted_case(rng, cell, leads, integration="cointegrated", noise_persistence=(0.0, 0.4))


def season(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.seasonal(
        planted_case(rng, cell, leads_of(rng, cell, 3, 0.35, 0.80)), rng, cell, kpi=2.0, leads=2.0, trend=4.0
    )


def proxies(rng: np.random.Generator, cell: Cell) -> Case:
    """Two drivers, each with three proxies that move after it and still before the KPI."""
    drivers = [replace(lead, delay=max(3, lead.delay)) for lead in leads_of(rng, cell, 2, 0.40, 0.80)]
    shadows = [
        PlantedSeries(
            name=f"proxy_{lead.name}_{number}",
            driver=lead.name,
            driver_lag=int(rng.integers(0, lead.delay)),
            driver_share=sign(rng) * float(rng.uniform(0.6, 0.9)),
            persistence=persistence(rng, cell),
        )
        for lead in drivers
        for number in range(1, 4)
    ]
    return planted_case(rng, cell, [*drivers, *shadows])


def chain(rng: np.random.Generator, cell: Cell) -> Case:
    """Resource, then activity, then output, then the KPI; and a lead of its own beside them."""
    output, other = leads_of(rng, replace(cell, max_lag=min(cell.max_lag, 5)), 2, 0.40, 0.80)
    links = [
        PlantedSeries(name="resource", persistence=persistence(rng, cell)),
        PlantedSeries(name="activity", driver="resource", driver_lag=int(rng.integers(1, 4)), driver_share=0.8, persistence=0.3),
        replace(output, name="output", driver="activity", driver_lag=int(rng.integers(1, 4)), driver_share=0.8, persistence=0.3),
    ]
    return planted_case(rng, cell, [*links, other])


def traps(rng: np.random.Generator, cell: Cell) -> Case:
    """Followers and coincident series among the leads."""
    series = [*leads_of(rng, cell, 3, 0.30, 0.70), *_followers(rng, cell, 4)]
    series += [*_parts(rng, cell, 1, size=0.6), *_readings(rng, cell, 2)]
    return planted_case(rng, cell, series)


def rough(rng: np.random.Generator, cell: Cell) -> Case:
    """Heavy tails in all innovations, isolated spikes, gaps."""
    case = planted_case(rng, cell, leads_of(rng, cell, 3, 0.30, 0.70), noise="t")
    return overlays.with_gaps(overlays.spiked(case, rng, size=8.0, share=0.02), rng, share=0.02)


def late(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.begun_late(planted_case(rng, cell, leads_of(rng, cell, 3, 0.40, 0.90)), rng, share=0.7, latest=0.6)


def wide(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, leads_of(rng, cell, 5, 0.40, 0.80))


def unequal(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.cut_short(planted_case(rng, cell, leads_of(rng, cell, 3, 0.35, 0.75)), rng, share=0.6)


def quadratic(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, leads_of(rng, cell, 3, 0.35, 0.70, response="quadratic"), nonlinear=True)


def threshold(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, leads_of(rng, cell, 3, 0.35, 0.70, response="threshold"), nonlinear=True)


# --- the list --------------------------------------------------------------------------------------------------------

FAMILIES: Mapping[str, Family] = {
    "null_ar": without_leads(1, null_ar, Cell(), *OTHER[2:], {"n_candidates": 200}),
    "null_short": without_leads(2, null_ar, Cell(n=60, max_lag=10), {"max_lag": 12}, *OTHER[2:]),
    "null_walks": without_leads(3, null_walks),
    "null_walks_drift": without_leads(4, null_walks_drift),
    "null_season": without_leads(5, null_season, Cell(), *SEASONS),
    "null_season_48": without_leads(6, null_season, Cell(period=12, n=48, max_lag=8)),
    "null_season_60": without_leads(7, null_season, Cell(period=12, n=60, max_lag=10)),
    "null_season_weak": without_leads(8, null_season_weak, MONTHS, {"period": 52, "n": 156}, {"period": 7, "n": 182}),
    "null_month_end": without_leads(9, null_month_end, Cell(), {"period": 7, "n": 182, "max_lag": 14}),
    "null_garch": without_leads(10, null_garch),
    "null_stambaugh": without_leads(
        11, null_stambaugh, Cell(momentum=0.0, persistence=0.98, n_candidates=12), {"momentum": 0.7}, {"persistence": 0.9}
    ),
    "null_stambaugh_negative": without_leads(
        12, null_stambaugh_negative, Cell(momentum=0.0, persistence=0.98, n_candidates=12), {"momentum": 0.7}
    ),
    "null_coincident": without_leads(13, null_coincident, Cell(), *OTHER[2:]),
    "null_followers": without_leads(14, null_followers, Cell(), *OTHER[2:]),
    "null_feedback": without_leads(15, null_feedback, Cell(), *OTHER[2:]),
    "null_common_shift": without_leads(16, null_common_shift, honest=False),
    "null_own_shifts": without_leads(17, null_own_shifts, honest=False),
    "null_own_shifts_kpi": without_leads(18, null_own_shifts_kpi, honest=False),
    "null_average_4": without_leads(19, null_average_4),
    "null_average_12": without_leads(20, null_average_12),
    "null_year_to_date": without_leads(21, null_year_to_date, Cell(), {"period": 12, "n": 120}),
    "null_late": without_leads(22, null_late),
    "null_calendar": without_leads(23, null_calendar, Cell(persistence=0.0), {"known_calendar": True, "persistence": 0.8}),
    "null_at_once": without_leads(24, null_at_once, Cell(), *OTHER[2:]),
    "point": with_leads(51, point, Cell(), *OTHER[2:]),
    "short": with_leads(52, short, Cell(n=72, n_candidates=12), {"n": 60, "max_lag": 10}, {"n": 80}),
    "momentum_adl": with_leads(53, momentum_adl, Cell(momentum=0.6), {"momentum": 0.3}, {"momentum": 0.8}, point=False),
    "momentum_var": with_leads(54, momentum_var, Cell(), {"momentum": 0.3}, {"momentum": 0.8}, point=False),
    "spread_geometric": with_leads(55, spread_geometric, point=False),
    "spread_delayed": with_leads(56, spread_delayed, point=False),
    "campaigns": with_leads(57, campaigns),
    "integrated": with_leads(58, integrated),
    "cointegrated": with_leads(59, cointegrated),
    "season": with_leads(60, season, Cell(), *SEASONS),
    "season_96": with_leads(61, season, Cell(period=12, n=96)),
    "proxies": with_leads(62, proxies),
    "chain": with_leads(63, chain),
    "traps": with_leads(64, traps),
    "rough": with_leads(65, rough),
    "late": with_leads(66, late),
    "wide": with_leads(67, wide, Cell(n_candidates=200)),
    "unequal": with_leads(68, unequal),
    "quadratic": with_leads(69, quadratic),
    "threshold": with_leads(70, threshold),
    **DATED,
    **CHANGING,
    **SCALED,
}

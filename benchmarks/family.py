"""What a family of simulated cases is, and what several families share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from cases import Case, Cell

from leadlag.simulate import PlantedSeries

__all__ = [
    "LAGS", "MONTHS", "OTHER", "ROWS", "SEASONS", "STRENGTHS", "Family", "Make", "cells", "leads_of", "persistence", "sign",
    "with_leads", "without_leads",
]  # fmt: skip

Make = Callable[[np.random.Generator, Cell], Case]

ROWS = ({"n": 60, "max_lag": 10}, {"n": 104}, {"n": 260})
OTHER = ({"n_candidates": 10}, {"n_candidates": 60}, {"momentum": 0.0}, {"momentum": 0.8}, {"persistence": 0.95})
LAGS = ({"max_lag": 6}, {"max_lag": 26})
STRENGTHS = ({"strength": 0.7}, {"strength": 1.4})
SEASONS = ({"period": 12, "n": 120}, {"period": 7, "n": 182}, {"period": 4, "n": 80, "max_lag": 8})
MONTHS = Cell(period=12, n=120)


@dataclass(frozen=True, kw_only=True)
class Family:
    """A kind of case.

    Parameters
    ----------
    number : int
        Of its seed stream; never changed, never used again.
    make : function (rng, cell) -> Case
    base : Cell
    has_leads : bool
    point : bool
        Effects fall on one lag, so that the delay can be exact.
    honest : bool
        Unrelated candidates share nothing with the KPI, so that their p-values must be uniform.
    fixed : bool
        The KPI answers to its leads in the same linear way in every row, as the case's `Mechanism` says.
    varied : tuple of dict
        Further cells, as what differs from the base.
    """

    number: int
    make: Make
    base: Cell
    has_leads: bool
    point: bool = False
    honest: bool = True
    fixed: bool = True
    varied: tuple[Mapping[str, float], ...] = ()


def cells(family: Family, which: Literal["base", "all"] = "base") -> tuple[Cell, ...]:
    """The base cell of a family, or all of its cells."""
    if which == "base":
        return (family.base,)
    return (family.base, *(_cell(family.base, change) for change in family.varied))


def _cell(base: Cell, change: Mapping[str, float]) -> Cell:
    label = ",".join(f"{key}={value:g}" for key, value in change.items())
    return replace(base, name=label, **change)


def without_leads(number: int, make: Make, base: Cell = Cell(), *more: Mapping[str, float], honest: bool = True) -> Family:  # noqa: B008
    """A family without leads, with the cells that most have."""
    varied = (*(change for change in ROWS if base.n > 60), *OTHER[:2], *LAGS[: 2 if base.n >= 156 else 1], *more)
    return Family(number=number, make=make, base=base, has_leads=False, honest=honest, varied=varied)


def with_leads(number: int, make: Make, base: Cell = Cell(), *more: Mapping[str, float], point: bool = True) -> Family:  # noqa: B008
    """A family with leads, with the cells that most have."""
    rows = ({"n": 72}, {"n": 104}, {"n": 260}) if base.n == 156 else ()
    varied = (*rows, *OTHER[:2], *STRENGTHS, *LAGS[: 2 if base.n >= 156 else 1], *more)
    return Family(number=number, make=make, base=base, has_leads=True, point=point, varied=varied)


def sign(rng: np.random.Generator) -> float:
    """-1 or 1."""
    return float(rng.choice([-1.0, 1.0]))


def persistence(rng: np.random.Generator, cell: Cell) -> float:
    """An AR(1) coefficient from 0 to the largest of the cell."""
    return float(rng.uniform(0.0, cell.persistence))


def leads_of(
    rng: np.random.Generator, cell: Cell, n_leads: int, low: float, high: float, **options: object
) -> list[PlantedSeries]:
    """Direct leads with effects of either sign, delays and persistence of their own."""
    return [
        PlantedSeries(
            **{  # type: ignore[arg-type]
                "name": f"lead_{number}",
                "effect": sign(rng) * float(rng.uniform(low, high)) * cell.strength,
                "delay": int(rng.integers(1, cell.longest_delay + 1)),
                "persistence": persistence(rng, cell),
                **options,
            }
        )
        for number in range(1, n_leads + 1)
    ]

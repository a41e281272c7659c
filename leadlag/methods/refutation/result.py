"""Attempts to refute a lead: the result and its table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from leadlag.decision.backing import Refutation
from leadlag.methods.refutation import words
from leadlag.methods.refutation.numbers.attempts import decoys_as_good
from leadlag.results import Provenance, Result

__all__ = ["Attempt", "RefutationTest"]


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt to refute a lead.

    Parameters
    ----------
    name : {"future", "placebo", "permuted", "decoys"}
    tried : int
        Comparisons made.
    measure : {"share explained", "largest |t|", "p"}
        In what the lead is compared.
    lead, other : float
        Of the lead, and of the best of what it is compared with.
    pvalue : float
        "future": p that the lead's future explains nothing beside its past. Else the share of the comparisons, the lead itself
        counted, that do as well as it does; NaN with fewer than 19.
    stands : bool
        Whether the lead stands; True where there was too little to try.
    """

    name: str
    tried: int
    measure: str
    lead: float
    other: float
    pvalue: float
    stands: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class RefutationTest(Result):
    """Answer of `refutation_test`: what was tried to refute a lead, and whether it stands.

    Parameters
    ----------
    kpi, lead : str
        Columns of the data.
    given, controls : tuple of str
        Other leads at their best lags, and columns of the same period, that stood in the model.
    unit : str
        One period of the KPI in words.
    max_lag : int
        Lags 1..max_lag were searched, and leads -1..-max_lag.
    pvalue : float
        p that the lead has no effect at any lag, given the others.
    statistic : float
        Largest |t| of the lead over lags and shapes.
    refutation : Refutation
        The future, the shifts and the orders, in numbers.
    placebo, permuted : tuple of float
        Largest |t| of every shifted lead, and of every one with its blocks in another order.
    decoys : tuple of float
        p of every random walk in place of the lead.
    level : float
        A lead fails against what does as well in more than this share of the tries, and by a future with a p of at most this.
    nobs : int
        Periods used.
    provenance : Provenance
        Method, settings, versions and warnings.
    """

    _pictures: ClassVar[str] = "leadlag.methods.refutation.picture:PICTURES"

    kpi: str
    lead: str
    given: tuple[str, ...]
    controls: tuple[str, ...]
    unit: str
    max_lag: int
    pvalue: float
    statistic: float
    refutation: Refutation
    placebo: tuple[float, ...]
    permuted: tuple[float, ...]
    decoys: tuple[float, ...]
    level: float
    nobs: int
    provenance: Provenance

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts with what was found: future, shifts, orders, random walks."""
        return tuple(_attempts(self))

    @property
    def stands(self) -> bool:
        """Whether the lead stands against every attempt."""
        return all(attempt.stands for attempt in self.attempts)

    def to_frame(self) -> pd.DataFrame:
        """One row an attempt: ``attempt, tried, measure, lead, other, pvalue, stands``."""
        rows = [
            {"attempt": each.name, "tried": each.tried, "measure": each.measure, "lead": each.lead, "other": each.other}
            | {"pvalue": each.pvalue, "stands": each.stands}
            for each in self.attempts
        ]
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """The attempts and what was found as text, at most 80 columns wide."""
        return words.summary(self)

    def explain(self) -> str:
        """What was tried and found, in plain sentences."""
        return words.explain(self)


def _attempts(result: RefutationTest) -> Iterator[Attempt]:
    """The rows of the table."""
    tried = result.refutation
    yield Attempt(
        name="future", tried=1, measure="share explained", lead=tried.past, other=tried.future, pvalue=tried.future_pvalue,
        stands=not tried.follows(result.level),
    )  # fmt: skip
    for name, copies, pvalue in (
        ("placebo", result.placebo, tried.placebo),
        ("permuted", result.permuted, tried.permuted),
    ):
        yield Attempt(
            name=name, tried=len(copies), measure="largest |t|", lead=result.statistic, other=max(copies, default=math.nan),
            pvalue=pvalue, stands=not pvalue > result.level,
        )  # fmt: skip
    as_good = decoys_as_good(result.pvalue, result.decoys)
    yield Attempt(
        name="decoys", tried=len(result.decoys), measure="p", lead=result.pvalue, other=min(result.decoys, default=math.nan),
        pvalue=as_good, stands=not as_good > result.level,
    )  # fmt: skip

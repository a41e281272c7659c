"""Rankings of many KPIs and segments, and what failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from leadlag._validation import as_name
from leadlag.errors import UsageError
from leadlag.ranking.result import COLUMNS, LeadRanking
from leadlag.ranking.words.many import explain_many, summary_of_many
from leadlag.results import Provenance, Result, plain

__all__ = ["SCHEMA", "KpiRanking", "Failure", "LeadRankings"]


#: Name and version of the form that `LeadRankings.to_json` gives.
SCHEMA = "leadlag-rankings-1"


@dataclass(frozen=True, kw_only=True)
class KpiRanking:
    """The ranking of one KPI in one segment; `segment` is empty where the data have none."""

    kpi: str
    segment: str
    ranking: LeadRanking


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A KPI that could not be ranked in a segment: the stable code of the reason, and the message."""

    kpi: str
    segment: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True, repr=False)
class LeadRankings(Result):
    """Rankings of many KPIs and segments, in the order in which they were asked for.

    Parameters
    ----------
    rankings : tuple of KpiRanking
    failures : tuple of Failure
        What could not be ranked, and why.
    provenance : Provenance
    """

    rankings: tuple[KpiRanking, ...]
    failures: tuple[Failure, ...]
    provenance: Provenance

    @property
    def kpis(self) -> tuple[str, ...]:
        """KPIs that have a ranking."""
        return tuple(dict.fromkeys(item.kpi for item in self.rankings))

    @property
    def segments(self) -> tuple[str, ...]:
        """Segments that have a ranking; empty where the data have none."""
        return tuple(dict.fromkeys(item.segment for item in self.rankings if item.segment))

    def __repr__(self) -> str:
        counts = {"segment": len(self.segments), "ranking": len(self), "KPI": len(self.kpis), "failure": len(self.failures)}
        told = {word: f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items()}
        where = f" in {told['segment']}" if self.segments else ""
        return f"LeadRankings({told['ranking']} of {told['KPI']}{where}, {told['failure']})"

    def __getitem__(self, key: str | tuple[str, str]) -> LeadRanking:
        """Ranking of a KPI: ``rankings["sales"]``, or with several segments ``rankings["sales", "north"]``."""
        kpi, segment = key if isinstance(key, tuple) else (key, None)
        jobs: tuple[KpiRanking | Failure, ...] = (*self.rankings, *self.failures)
        as_name(kpi, "kpi", tuple(dict.fromkeys(item.kpi for item in jobs)), owner="KPI")
        if segment is not None:
            as_name(segment, "segment", tuple(dict.fromkeys(item.segment for item in jobs)), owner="segment")
        found = [item for item in jobs if item.kpi == kpi and segment in (None, item.segment)]
        if len(found) != 1:
            shown = ", ".join(repr(item.segment) for item in found[:12])
            raise UsageError(
                f"{kpi!r} was ranked in {len(found)} segments: name one too, as in [{kpi!r}, ...]: {shown}.", code="LL403"
            )
        if isinstance(found[0], Failure):
            raise UsageError(f"{key!r} has no ranking: {found[0].message}", code=found[0].code)
        return found[0].ranking

    def __len__(self) -> int:
        return len(self.rankings)

    def __iter__(self) -> Iterator[KpiRanking]:
        return iter(self.rankings)

    def to_frame(self) -> pd.DataFrame:
        """``kpi, segment`` and the columns of `LeadRanking.to_frame`, one row a candidate, numbers at full precision."""
        tables = []
        for item in self.rankings:
            table = item.ranking.to_frame()
            table.insert(0, "kpi", item.kpi)
            table.insert(1, "segment", item.segment)
            tables.append(table)
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["kpi", "segment", *COLUMNS])

    def to_dict(self) -> dict[str, Any]:
        """Every ranking as its own `to_dict` with its segment, the failures, and how all came about."""
        rankings = [{"kpi": item.kpi, "segment": item.segment, "ranking": item.ranking.to_dict()} for item in self.rankings]
        told: dict[str, Any] = plain({"failures": self.failures, "provenance": self.provenance})
        return {"schema": SCHEMA, "rankings": rankings, **told}

    def summary(self) -> str:
        """One line a ranking and what failed, as text of at most 80 columns."""
        return summary_of_many(self.rankings, self.failures, self.provenance)

    def explain(self) -> str:
        """The answer of each ranking in a sentence."""
        return explain_many(self.rankings, self.failures)

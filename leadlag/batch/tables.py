"""The tables of a run: their columns and kinds, fixed by contract, in files and in the index alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from leadlag.ranking.result import COLUMNS

__all__ = ["TABLES", "TableColumn", "Kind"]

Kind = Literal["text", "whole", "number", "flag", "texts"]

#: Columns of a ranking that are no numbers.
_TEXTS = ("lead", "verdict", "grade", "explained_by", "reason")
_WHOLE = ("rank", "nobs", "n_dropped")


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column: its name and what it holds; any value may be missing."""

    name: str
    kind: Kind


def _columns(**kinds: Kind) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name=name, kind=kind) for name, kind in kinds.items())


_RANKED = tuple(
    TableColumn(name=name, kind="text" if name in _TEXTS else "whole" if name in _WHOLE else "number") for name in COLUMNS
)

#: Columns of each table, by its name.
TABLES: Mapping[str, tuple[TableColumn, ...]] = MappingProxyType(
    {
        "jobs": _columns(
            run_id="text", as_of="text", job_id="text", kpi="text", segment="text", status="text", code="text", message="text",
            reused="flag", n_periods="whole", first="text", last="text", n_candidates="whole", n_leads="whole", model_file="text",
        ),
        "results": (
            *_columns(run_id="text", job_id="text", kpi="text", segment="text"), *_RANKED,
            *_columns(qvalue_run="number", verdict_run="text"),
        ),
        "forecasts": _columns(
            run_id="text", job_id="text", kpi="text", segment="text", origin="text", horizon="whole", period="text",
            point="number", low_80="number", high_80="number", low_95="number", high_95="number", own_history="number",
            leads="texts", capped="flag", model_sha256="text", reason="text",
        ),
        "sources": _columns(
            run_id="text", source="text", column="text", n_rows="whole", first="text", last="text", sha256="text",
            n_added="whole", n_revised="whole", n_vanished="whole", compared_with="text",
        ),
        "rankings": _columns(run_id="text", job_id="text", kpi="text", segment="text", ranking="text"),
    }
)  # fmt: skip

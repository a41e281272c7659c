"""How metrics of another cadence were read, in the results of methods that know one calendar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadlag.wording.shown import shown

if TYPE_CHECKING:
    from leadlag.results import Provenance

__all__ = ["cadence_facts"]


def cadence_facts(provenance: Provenance) -> Iterator[tuple[str, str]]:
    """The notes on what was lined up with what, which change what a lag is a lag of."""
    for code, text in provenance.warnings:
        if code in ("LL125", "LL126"):
            yield "Cadence", f"{shown(text).removesuffix('.')} [{code}]"

"""Notes under their codes: what about the data, or about how a result came about, deserves a look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leadlag.wording.shown import shown

if TYPE_CHECKING:
    from leadlag.results import Provenance

__all__ = ["by_kind", "cadence_facts", "changes_of_numbers"]

#: Notes on names, order and columns that are no metrics: without what they say every number would be the same.
_NO_NUMBER = frozenset({"LL102", "LL104", "LL107", "LL111", "LL116", "LL120", "LL136"})


def by_kind(notes: Sequence[tuple[str, str]]) -> list[str]:
    """Notes as sentences, the third and later ones of a code only counted."""
    codes = [code for code, _ in notes]
    told = []
    for code in dict.fromkeys(codes):
        texts = [shown(text) for each, text in notes if each == code]
        kept = texts if len(texts) <= 2 else texts[:1]
        more = f", and {len(texts) - len(kept)} more of this kind" if len(texts) > len(kept) else ""
        told += [f"{text.removesuffix('.')}{more if text == kept[-1] else ''} [{code}]" for text in kept]
    return told


def changes_of_numbers(notes: Sequence[tuple[str, str]]) -> list[str]:
    """The notes on data without which some number would be another, as `by_kind` says them."""
    return by_kind([(code, text) for code, text in notes if code not in _NO_NUMBER])


def cadence_facts(provenance: Provenance) -> Iterator[tuple[str, str]]:
    """That rows have no times, how dates were taken, and metrics of another cadence lined up: all change what a lag is."""
    for code, text in provenance.warnings:
        if code in ("LL125", "LL126", "LL137", "LL139"):
            yield "Rows" if code == "LL137" else "Cadence", f"{shown(text).removesuffix('.')} [{code}]"

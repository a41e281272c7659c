"""Notes under their codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leadlag.wording.shown import shown

if TYPE_CHECKING:
    pass

__all__ = ["by_kind"]


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

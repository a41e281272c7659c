"""Names of metrics: text in one Unicode form, each once, with a way back to the caller's own labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadlag._validation import as_names, names_of, plain_name
from leadlag.errors import UsageError
from leadlag.sample.violations import ViolationList
from leadlag.wording.shown import Labelled

__all__ = ["CleanNames", "clean_names", "first_names", "plain_name", "requested_names"]

#: Unicode categories that no name may hold: control characters, line and paragraph separators, lone surrogates.
_REFUSED = frozenset({"Cc", "Zl", "Zp", "Cs"})


@dataclass(frozen=True, kw_only=True)
class CleanNames:
    """Names after cleaning, in column order.

    Parameters
    ----------
    names : tuple of str
        Text in Unicode form NFC.
    labels : tuple of hashable
        The caller's own label of each name.
    """

    names: tuple[str, ...]
    labels: tuple[Hashable, ...]


def first_names(names: Sequence[str], most: int = 5) -> str:
    """The first names as text, the others counted.

    Examples
    --------
    >>> first_names(["visits", "demos", "price"], most=2)
    "'visits', 'demos' and 1 more"
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(repr(name.label if isinstance(name, Labelled) else name) for name in names[:most]) + more


def clean_names(
    labels: Sequence[Hashable], violations: ViolationList, *, argument: str = "data", what: str = "column"
) -> CleanNames:
    """Clean column labels, and collect duplicates, Unicode twins and control characters."""
    names = names_of(labels)
    _collect_repeated(names, labels, violations, argument, what)
    for name in dict.fromkeys(names):
        if not name.isprintable() and any(unicodedata.category(letter) in _REFUSED for letter in name):
            violations.add(
                "LL308",
                f"the {what} name {name!r} holds a control character or a line break.",
                argument=argument,
                column=name,
                next_step=f"rename the {what} to printable text on one line.",
            )
    return CleanNames(names=names, labels=tuple(labels))


def _collect_repeated(
    names: Sequence[str], labels: Sequence[Hashable], violations: ViolationList, argument: str, what: str
) -> None:
    """LL306 for the same name twice, LL307 for names that become the same by Unicode composition."""
    if len(set(names)) == len(names):
        return
    by_name: dict[str, list[Hashable]] = {}
    for name, label in zip(names, labels, strict=True):
        by_name.setdefault(name, []).append(label)
    for name, same in by_name.items():
        if len(same) < 2:
            continue
        if len(set(same)) < len(same) or not all(isinstance(label, str) for label in same):
            violations.add(
                "LL306",
                f"the {what} name {name!r} occurs {len(same)} times.",
                argument=argument,
                column=name,
                next_step=f"give each {what} its own name, or drop the copies.",
            )
        else:
            violations.add(
                "LL307",
                f"{len(same)} {what}s differ only in how the letters of {name!r} are composed.",
                argument=argument,
                column=name,
                examples=[ascii(label) for label in same],
                next_step="rename one of them; names are compared in Unicode form NFC.",
            )


def requested_names(requested: Any, known: Sequence[str], labels: Mapping[str, Hashable]) -> dict[str, str] | None:
    """Cleaned name -> argument that asked for it, in the order asked; None if nothing was asked for.

    `requested` is None, one name, a sequence of names, or a mapping from argument (``"kpi"``, ``"leads"``) to
    names. A name may be the text, in any Unicode form, or the caller's own label (a number, a tuple).
    """
    if requested is None:
        return None
    groups = requested if isinstance(requested, Mapping) else {"columns": requested}
    by_label = {label: name for name, label in labels.items()}
    asked: dict[str, str] = {}
    for argument, given in groups.items():
        if given is None:
            continue
        single = isinstance(given, (str, tuple)) and (isinstance(given, str) or given in by_label)
        if not single and (isinstance(given, Mapping) or not hasattr(given, "__iter__")) and given not in by_label:
            raise UsageError(f"{argument}={given!r} is not allowed: give a column name or a list of column names.")
        wanted = [given] if single or not hasattr(given, "__iter__") else list(given)
        texts = [_as_text(label, by_label) for label in wanted]
        for name in as_names(texts, argument, known):
            asked.setdefault(name, argument)
    return asked


def _as_text(label: Any, by_label: Mapping[Hashable, str]) -> Any:
    """The cleaned name of what the caller wrote; anything unknown is returned for the error to show."""
    if isinstance(label, str):
        return unicodedata.normalize("NFC", label)
    return by_label.get(label, label) if isinstance(label, Hashable) else label

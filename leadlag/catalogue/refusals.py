"""All that is wrong with what is said of metrics, in one error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leadlag._validation import nearest
from leadlag.errors import UsageError

__all__ = ["CatalogueError", "cut", "refused", "unknown_key"]

#: Letters of a message about one thing, whatever stands in the file.
_LONGEST = 600


class CatalogueError(UsageError):
    """What is said of a metric, or in a catalogue, is wrong; `listed` has each thing that is."""

    listed: tuple[str, ...] = ()


def refused(wrong: Sequence[str], what: str) -> CatalogueError:
    """One error of all that is wrong with `what`: the sentence itself, or a list of several."""
    wrong = [cut(each) for each in wrong]
    lines = [f"{what}: {len(wrong)} things are wrong.", *(f"  {number}. {each}" for number, each in enumerate(wrong, start=1))]
    error = CatalogueError(wrong[0] if len(wrong) == 1 else "\n".join(lines))
    error.listed = tuple(wrong)
    return error


def unknown_key(key: object, what: str, known: Iterable[str]) -> str:
    """What is said of a key that is not among the known ones: the nearest of them, else all."""
    there = list(known)
    return f"{what}.{nearest(key, there) or ' There are: ' + ', '.join(there) + '.'}"


def cut(text: str, most: int = _LONGEST) -> str:
    """A text in at most so many letters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"

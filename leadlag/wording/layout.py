"""How texts are laid out: facts under labels, blocks of a summary, paragraphs, what stood beside a lead, and the last line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leadlag.wording.shown import Prose, cut, joined, pad, shown, wrap

__all__ = ["CAVEAT", "beside_facts", "beside_sentences", "labelled", "lines_of", "page"]

#: Said under every table, in one line of 80 columns.
CAVEAT = "A lead predicts; it need not cause. Moving it may leave the KPI where it is."

#: Columns of the labels of a summary, and of a paragraph.
_LABEL, _PARAGRAPH = 11, 88


def labelled(facts: Iterable[tuple[str, str]], *, width: int = _LABEL) -> list[str]:
    """Facts as lines of at most 80 columns, each text aligned behind its label of `width` columns.

    Examples
    --------
    >>> labelled([("Rows", "156 weeks used")])
    ['Rows       156 weeks used']
    """
    return [line for label, text in facts for line in wrap(text, indent=" " * width, first=pad(label, width))]


def page(*blocks: Sequence[str]) -> Prose:
    """Blocks of lines with an empty line between them; an empty block takes no room."""
    return Prose("\n\n".join("\n".join(block) for block in blocks if block))


def lines_of(paragraphs: Iterable[str]) -> Prose:
    """Paragraphs as lines of at most 88 columns."""
    return Prose("\n".join(line for text in paragraphs for line in wrap(text, _PARAGRAPH)))


def beside_facts(given: Sequence[str], controls: Sequence[str], *, most: int) -> Iterator[tuple[str, str]]:
    """What stood in the model beside a lead, with labels; names cut to `most` columns."""
    for label, names in (("Given", given), ("Controls", controls)):
        if names:
            yield label, joined([cut(shown(name), most) for name in names])


def beside_sentences(given: Sequence[str], controls: Sequence[str]) -> Iterator[str]:
    """The same as one sentence; none where nothing stood there."""
    if beside := [*map(shown, given), *map(shown, controls)]:
        yield f"In the model beside it: {joined(beside)}."

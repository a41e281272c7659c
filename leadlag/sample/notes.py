"""What is said of a table beside its numbers: notes, columns left out, and what it was read from."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LeftOut", "Note", "TableRead"]


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something that was done on the way in.

    Parameters
    ----------
    code : str
        Stable code, LL1xx.
    column : str or None
        The column, None if the whole table is meant.
    text : str
        What was done, as a sentence.
    call : str
        The call that reads it otherwise, if there is one.
    by_flags : str
        The text as the command line says it, if it names options that go by other names there.
    """

    code: str
    column: str | None
    text: str
    call: str = ""
    by_flags: str = ""

    @property
    def text_by_flags(self) -> str:
        """The text as the command line says it."""
        return self.by_flags or self.text


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A column that is no metric, and why."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class TableRead:
    """What one table was read from.

    Parameters
    ----------
    n_rows : int
        Rows of the table.
    time : str or None
        Column (or index name) with the times; None for rows in their order, or an index without a name.
    form : str
        How the times are written: an example of `docs/tables.md`, the caller's ``date_format``, ``"ISO date"``, ``"counter"``, or
        ``""`` for rows without times.
    """

    n_rows: int
    time: str | None
    form: str

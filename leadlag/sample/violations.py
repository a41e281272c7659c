"""All that is wrong with a table, collected, and then one error that lists it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from leadlag.errors import DataContractError

__all__ = ["AT_THE_DOOR", "Violation", "ViolationList", "counted", "raise_violations"]

#: Follows an option in a next step: where it is given. The command line puts its own option there.
AT_THE_DOOR = " in from_wide or from_long"

_MOST_EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One thing that is wrong with the data.

    Parameters
    ----------
    code : str
        Stable code, a key of `leadlag.errors.CODES`.
    argument : str
        The argument through which the column came in (``"data"``, ``"time"``, ``"kpi"``, ...).
    column : str or None
        The column, None if the whole table is meant.
    text : str
        What is wrong, as a sentence.
    examples : tuple of str
        Up to five values with their rows.
    next_step : str
        What to do about it, as a sentence.
    """

    code: str
    argument: str
    column: str | None
    text: str
    examples: tuple[str, ...] = ()
    next_step: str = ""

    def __str__(self) -> str:
        where = self.argument if self.column is None else f"{self.argument}, column {self.column!r}"
        shown = f" For example: {'; '.join(self.examples)}." if self.examples else ""
        step = f" Next: {self.next_step}" if self.next_step else ""
        return f"{self.code} {where}: {self.text}{shown}{step}"


@dataclass
class ViolationList:
    """Collects violations while a table is read, so that one error can name them all."""

    found: list[Violation] = field(default_factory=list)

    def add(
        self,
        code: str,
        text: str,
        *,
        argument: str = "data",
        column: str | None = None,
        examples: Iterable[str] = (),
        next_step: str = "",
    ) -> None:
        """Note one violation; only the first five examples are kept."""
        shown = tuple(examples)[:_MOST_EXAMPLES]
        self.found.append(Violation(code=code, argument=argument, column=column, text=text, examples=shown, next_step=next_step))

    def __iter__(self) -> Iterator[Violation]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def counted(count: int, one: str, many: str) -> str:
    """A number with the words that fit it.

    Examples
    --------
    >>> counted(1, "row has", "rows have"), counted(2, "row has", "rows have")
    ('1 row has', '2 rows have')
    """
    return f"{count} {one if count == 1 else many}"


def raise_violations(violations: Iterable[Violation]) -> NoReturn:
    """Raise one `DataContractError` that lists every violation; there must be at least one."""
    found = tuple(violations)
    head = f"The data cannot be used; {counted(len(found), 'thing is', 'things are')} wrong:"
    lines = [head, *(f"  {number}. {violation}" for number, violation in enumerate(found, start=1))]
    raise DataContractError("\n".join(lines), violations=found, code=found[0].code)

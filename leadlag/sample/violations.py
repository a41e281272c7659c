"""All that is wrong with a table, collected, and then one error that lists it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from leadlag._calls import Fix
from leadlag.errors import DataContractError, Violation

__all__ = ["Fix", "Violation", "ViolationList", "counted", "raise_violations"]

_MOST_EXAMPLES = 5


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
        fix: Fix | Iterable[Fix] = (),
    ) -> None:
        """Note one violation; only the first five examples are kept. Of several ways out the likeliest comes first."""
        self.found.append(
            Violation(
                code=code,
                argument=argument,
                column=column,
                text=text,
                examples=tuple(examples)[:_MOST_EXAMPLES],
                next_step=next_step,
                fixes=(fix,) if isinstance(fix, Fix) else tuple(fix),
            )
        )

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
    raise DataContractError(f"The data cannot be used; {counted(len(found), 'thing is', 'things are')} wrong:", violations=found)

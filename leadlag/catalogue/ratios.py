"""How several values of a metric become one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from leadlag._validation import known_arguments
from leadlag.catalogue.texts import as_text
from leadlag.errors import UsageError

__all__ = ["AGGREGATES", "UNSAID", "Aggregate", "Ratio", "adds_up", "is_said", "ratio"]

AGGREGATES = ("sum", "mean", "last")


@dataclass(frozen=True, slots=True)
class Ratio:
    """A rate as sum over sum of two columns; see `ratio`."""

    num: str
    den: str


Aggregate: TypeAlias = "Literal['sum', 'mean', 'last'] | Ratio"


class _Unsaid(str):
    """A word that nobody said."""

    __slots__ = ()


#: The mean, to which several values come where nothing is said: equal to one that was said, and told from it by `is_said`.
UNSAID: Aggregate = cast("Literal['mean']", _Unsaid("mean"))


def adds_up(aggregate: Aggregate | None) -> bool:
    """Whether values of a metric in several segments make one of all: sums do, and rates as the sum over the sum."""
    return aggregate == "sum" or isinstance(aggregate, Ratio)


def is_said(aggregate: Aggregate) -> bool:
    """Whether somebody said how values become one.

    Examples
    --------
    >>> UNSAID == "mean", is_said(UNSAID), is_said("mean")
    (True, False, True)
    """
    return not isinstance(aggregate, _Unsaid)


@known_arguments
def ratio(num: str, den: str) -> Ratio:
    """Aggregate for a rate: the sum of `num` over the sum of `den`, never the mean of rates.

    Parameters
    ----------
    num, den : str
        Columns of the data, for example ``"signups"`` and ``"visits"``.

    Returns
    -------
    Ratio

    Raises
    ------
    UsageError
        If a name is not text, or both are the same.

    Examples
    --------
    >>> ratio("signups", "visits")
    Ratio(num='signups', den='visits')
    """
    columns = (as_text(num, "num"), as_text(den, "den"))
    if columns[0] == columns[1]:
        raise UsageError(f"ratio({num!r}, {den!r}) is always 1: name two different columns.")
    return Ratio(*columns)

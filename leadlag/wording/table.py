"""Tables as text: columns with a head, a width and a side, and the rows under them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from leadlag.wording.shown import cut, pad, width

__all__ = ["Column", "Side", "fitted", "remainder", "table"]

Side = Literal["left", "right"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    head : str
    width : int
        A longer cell pushes the rest of its line to the right.
    side : {"right", "left"}
        Where the cells stand: numbers to the right, texts to the left.
    most : int, optional
        Columns to which a cell is cut; a cell stays whole if None.
    """

    head: str
    width: int
    side: Side = "right"
    most: int | None = None

    def cell(self, text: str) -> str:
        """The text as a cell of this column."""
        return pad(text if self.most is None else cut(text, self.most), self.width, side=self.side)

    def narrow(self, most: int) -> Column:
        """The same column, its cells and its room at most `most` columns."""
        return replace(self, width=min(self.width, most), most=most)


def fitted(heads: Sequence[str], rows: Iterable[Sequence[str]], sides: Iterable[Side]) -> list[Column]:
    """Columns as wide as their widest cell."""
    told = zip(zip(heads, *rows, strict=True), sides, strict=True)
    return [Column(cells[0], max(map(width, cells)), side) for cells, side in told]


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, gap: str = "", rule: bool = False) -> list[str]:
    """Lines of a table, the heads first.

    Parameters
    ----------
    columns : sequence of Column
    rows : iterable of sequence of str
        One cell a column.
    gap : str
        What stands between two columns.
    rule : bool
        Draw a line under each head.

    Returns
    -------
    list of str

    Examples
    --------
    >>> for line in table([Column("lead", 10, "left", most=9), Column("p", 6)], [("building_permits", "0.012")]):
    ...     print(line)
    lead           p
    building…  0.012
    """
    heads = [[column.head for column in columns]]
    if rule:
        heads.append(["-" * column.width for column in columns])
    return [
        gap.join(column.cell(text) for column, text in zip(columns, cells, strict=True)).rstrip() for cells in (*heads, *rows)
    ]


def remainder(count: int, told: str = "") -> list[str]:
    """Where the rows can be read that a text has no room for, `told` in its words; no line if there are none.

    Examples
    --------
    >>> remainder(1200), remainder(2, "2 lags less likely"), remainder(0)
    (['and 1,200 more: to_frame() has them all'], ['and 2 lags less likely: to_frame() has them all'], [])
    """
    return [f"and {told or f'{count:,} more'}: to_frame() has them all"] if count > 0 else []

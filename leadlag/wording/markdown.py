"""Any frame as a Markdown table."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from leadlag.wording.shown import number, pvalue, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["markdown_table"]


#: Columns that name metrics.
_NAMES = ("kpi", "lead", "metric", "explained_by", "given", "column")


def markdown_table(frame: pd.DataFrame, *, labels: Mapping[str, str] = MappingProxyType({})) -> str:
    r"""Frame as a Markdown table; names and texts cannot break it, numbers are rounded for reading.

    Parameters
    ----------
    frame : DataFrame
    labels : Mapping from str to str
        How metrics are shown whose readers know them by another name.

    Returns
    -------
    str
        Pipe table, one line a row.

    Examples
    --------
    >>> import pandas as pd
    >>> print(markdown_table(pd.DataFrame({"lead": ["a|b"], "pvalue": [1e-9]})))
    | lead | pvalue |
    | --- | ---: |
    | a\|b | <0.0001 |
    """
    heads = [str(column) for column in frame.columns]
    numeric = [frame.iloc[:, place].dtype.kind in "iuf" for place in range(len(heads))]
    lines = [heads, ["---:" if right else "---" for right in numeric]]
    rows = frame.itertuples(index=False, name=None)
    shown_as = [labels if head in _NAMES else {} for head in heads]
    body = (
        [
            _markdown_cell(told.get(value, value) if told else value, head)
            for value, head, told in zip(row, heads, shown_as, strict=True)
        ]
        for row in rows
    )
    escaped = [[_markdown_text(head) for head in lines[0]], lines[1], *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in escaped)


def _markdown_cell(value: Any, head: str) -> str:
    if not isinstance(value, float):
        return _markdown_text(str(value))
    if math.isnan(value):
        return ""
    if head.endswith(("pvalue", "qvalue")):
        return pvalue(value)
    return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e6 else number(value, digits=4)


def _markdown_text(text: str) -> str:
    """Text that Markdown shows letter by letter; an underscore inside a word needs no escape."""
    return re.sub(r"[\\|\[\]`*<>!~$#]|(?<![^\W_])_|_(?![^\W_])", r"\\\g<0>", shown(text))

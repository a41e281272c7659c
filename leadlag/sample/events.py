"""Lists of events, a row for each date on which something happened: the call that makes periods of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from leadlag._calls import Code
from leadlag.sample.columns import ReadColumns
from leadlag.sample.names import first_names
from leadlag.sample.violations import Fix, ViolationList

__all__ = ["explain_events"]

#: More columns than this are a table of metrics.
_MOST = 5


def explain_events(block: ReadColumns, columns: Sequence[object], violations: ViolationList) -> None:
    """To LL309, the last of the violations, the way out for a table of which every number is 1 or 0, or that has none.

    Parameters
    ----------
    block : ReadColumns
        The numbers of the table.
    columns : sequence
        Labels of its columns.
    violations : ViolationList
        Its last entry is replaced where the rows are events.
    """
    known = block.values[~np.isnan(block.values)]
    if violations.found[-1].code != "LL309" or len(block.names) > _MOST or not np.isin(known, (0.0, 1.0)).all():
        return
    names, lines = block.names, tuple[str, ...]()
    if not names:
        name = "events" if "events" not in columns else "n_events"
        names, lines = (name,), (f"data = data.assign({name}=1)",)
    metrics = ", ".join(f"Metric({name!r}, aggregate='sum', missing='zero')" for name in names)
    fix = Fix.of(freq="week", catalogue=Code(f"[{metrics}]"), lines=lines)
    what = f"every value of {first_names(names)} is 1 or 0" if block.names else "no column holds numbers"
    found = violations.found[-1]
    violations.found[-1] = replace(
        found,
        text=f"{found.text} The rows seem to be events, for {what}.",
        next_step="make periods of them, in which no row means that nothing happened, weeks for example.",
        fixes=(fix,),
    )

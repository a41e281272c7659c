"""What moved: a change, or a forecast, as the sum of what each part of the model adds to it.

The model is a sum on its scale, so that the parts of a change are told without an order in which they would be taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.forecast.numbers.model import MeanModel, cleaned
from leadlag.forecast.numbers.noise import NoiseAhead
from leadlag.forecast.numbers.paths import momentum_doubt

__all__ = ["ColumnGroup", "Part", "PartKind", "change_parts", "forecast_parts"]

PartKind = Literal["lead", "control", "season", "momentum", "rest"]


@dataclass(frozen=True, kw_only=True)
class ColumnGroup:
    """Columns of the KPI's mean that are one part.

    Parameters
    ----------
    name : str
    kind : {"lead", "control", "season"}
    columns : tuple of int
    """

    name: str
    kind: PartKind
    columns: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """One part.

    Parameters
    ----------
    name : str
    kind : {"lead", "control", "season", "momentum", "rest"}
    value : float
        In units of the working KPI.
    doubt : ndarray, shape (r,)
        What independent standard normal errors of the estimates do to it; those of all parts of a change cancel.
    """

    name: str
    kind: PartKind
    value: float
    doubt: Floats


def change_parts(
    model: MeanModel, y: Floats, columns: Floats, groups: Sequence[ColumnGroup], *, since: int, clip: float | None
) -> list[Part]:
    """Parts of the change of the KPI from one row to the last.

    Parameters
    ----------
    model : MeanModel
    y : ndarray, shape (n,)
        The working KPI; its values at `since` and at the end are known.
    columns : ndarray, shape (n, q)
    groups : sequence of ColumnGroup
        Of all columns.
    since : int
    clip : float, optional
        As in `cleaned`.

    Notes
    -----
    With u what the mean leaves, momentum is what u was foretold to change by its own past at `since`, and the rest what came
    since then and no part explains.
    """
    moved = columns[-1] - columns[since]
    begins = int(np.isfinite(y).argmax())
    left = (cleaned(model, y[: since + 1], columns[: since + 1], limit=clip) - columns[: since + 1] @ model.params)[begins:]
    steps = len(y) - 1 - since
    noise = NoiseAhead(momentum=model.since(begins).momentum, n=len(left), steps=steps)
    foretold = noise.expected(np.column_stack([left, columns[begins : since + 1]]))[-1]
    factor = model.root
    parts = _of_groups(model, moved, factor, groups, momentum=len(model.momentum.phi))
    momentum = Part(
        name="momentum", kind="momentum", value=float(foretold[0] - (y[since] - columns[since] @ model.params)),
        doubt=np.r_[-(foretold[1:] - columns[since]) @ factor, momentum_doubt(left, model, steps)[-1]],
    )  # fmt: skip
    parts.append(momentum)
    rest = float(y[-1] - y[since]) - sum(part.value for part in parts)
    return [*parts, Part(name="rest", kind="rest", value=rest, doubt=-np.sum([part.doubt for part in parts], axis=0))]


def forecast_parts(
    model: MeanModel, y: Floats, columns: Floats, groups: Sequence[ColumnGroup], *, step: int, clip: float | None
) -> list[Part]:
    """Parts of the forecast of one step after the KPI's last value; nothing is left.

    Parameters
    ----------
    model : MeanModel
    y : ndarray, shape (n,)
    columns : ndarray, shape (n + steps, q)
    groups : sequence of ColumnGroup
    step : int
    clip : float, optional
    """
    n, begins = len(y), int(np.isfinite(y).argmax())
    left = (cleaned(model, y, columns[:n], limit=clip) - columns[:n] @ model.params)[begins:]
    noise = NoiseAhead(momentum=model.since(begins).momentum, n=len(left), steps=step + 1)
    foretold = noise.expected(np.column_stack([left, columns[begins:n]]))[-1]
    factor = model.root
    parts = _of_groups(model, columns[n + step], factor, groups, momentum=len(model.momentum.phi))
    doubt = np.r_[-foretold[1:] @ factor, momentum_doubt(left, model, step + 1)[-1]]
    return [*parts, Part(name="momentum", kind="momentum", value=float(foretold[0]), doubt=doubt)]


def _of_groups(model: MeanModel, row: Floats, factor: Floats, groups: Sequence[ColumnGroup], *, momentum: int) -> list[Part]:
    """What each group of columns adds in one row of them."""
    return [
        Part(
            name=group.name, kind=group.kind, value=float(row[list(group.columns)] @ model.params[list(group.columns)]),
            doubt=np.r_[row[list(group.columns)] @ factor[list(group.columns)], np.zeros(momentum)],
        )
        for group in groups
    ]  # fmt: skip

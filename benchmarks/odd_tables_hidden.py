"""Kinds of odd tables that are read rightly and still hide something: partial rows, other units, sentinels, edges, sizes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from odd_tables_kinds import Odd, Rng, good, kind, packed, pick
from scipy.interpolate import CubicSpline

import leadlag as ll

__all__ = ["wide"]

#: Exponents of ten of a column: ordinary, the limits of what is promised, and beyond them to the subnormals.
EXPONENTS = (-320, -308, -300, -200, -155, -100, -30, -9, 0, 6, 15, 30, 100, 155, 200, 300, 307)


def wide(rng: Rng, n: int | None = None) -> pd.DataFrame:
    """The good table with some more columns of noise: all positive, or none of a certain sign."""
    frame = good(rng, n)
    more = rng.normal(size=(len(frame), int(rng.integers(0, 7))))
    frame = pd.concat([frame, pd.DataFrame(more, columns=[f"m{place}" for place in range(more.shape[1])])], axis=1)
    names = [name for name in frame.columns if name != "date"]
    how = int(rng.integers(4))
    if how == 0:
        frame[names] = 100 * np.exp(0.2 * (frame[names] - frame[names].mean()) / frame[names].std())
    elif how == 1:
        frame[names] = 100 + frame[names].cumsum()
    elif how == 2:
        frame[names] = (40 + 10 * (frame[names] - frame[names].mean()) / frame[names].std()).round()
    return frame


def some(rng: Rng, frame: pd.DataFrame, fewest: int = 1) -> list[str]:
    """Some of the columns of numbers; now and then all of them."""
    names = [name for name in frame.columns if name != "date"]
    count = len(names) if rng.random() < 0.3 else int(rng.integers(fewest, len(names) + 1))
    return [str(name) for name in rng.permutation(names)[:count]]


def leads_of(frame: pd.DataFrame) -> tuple[str, ...]:
    return tuple(name for name in frame.columns if name not in ("date", "sales"))


def told(rng: Rng, frame: pd.DataFrame) -> Odd:
    return Odd(data=packed(rng, frame), leads=leads_of(frame))


# --- rows ------------------------------------------------------------------------------------------------------------


@kind
def partial_first_or_last_periods(rng: Rng) -> Odd:
    frame, share = wide(rng), pick(rng, [3 / 7, 0.01, 0.0, 1e-12, 0.9, -1.0, 7.0])
    names = some(rng, frame)
    for row in pick(rng, [[-1], [0], [0, -1], [-2, -1], [0, 1]]):
        frame.loc[frame.index[row], names] *= share
    return told(rng, frame)


@kind
def outages(rng: Rng) -> Odd:
    frame = wide(rng)
    names = some(rng, frame)
    first, count = int(rng.integers(len(frame))), int(rng.integers(1, 4))
    rows = [*range(first, min(first + count, len(frame)))] if rng.random() < 0.7 else [*range(first % 12, len(frame), 12)]
    frame.loc[rows, names] *= pick(rng, [0.0, 0.2, 10.0, 1e200, -5.0])
    frame.loc[rows, names] += pick(rng, [0.0, 0.0, 1e9])
    return told(rng, frame)


# --- scales ----------------------------------------------------------------------------------------------------------


@kind
def a_column_rescaled(rng: Rng) -> Odd:
    frame, name = wide(rng), pick(rng, ["sales", "visits", "ads"])
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(len(frame)))
        frame.loc[at:, name] *= pick(rng, [0.01, 100.0, 1000.0, 1e-6, 1.95583, 1e150, -1.0, 0.0])
    return told(rng, frame)


@kind
def several_columns_rescaled(rng: Rng) -> Odd:
    frame = wide(rng)
    for _ in range(int(rng.integers(1, 3))):
        at = int(rng.integers(len(frame)))
        frame.loc[at:, some(rng, frame, 2)] *= pick(rng, [0.001, 1000.0, 1e6, 1 / 1.95583, 5.0, 1e-150, 1e200])
    return told(rng, frame)


@kind
def scales_of_all_sizes(rng: Rng) -> Odd:
    frame, one = wide(rng), pick(rng, EXPONENTS)
    together = rng.random() < 0.5
    with np.errstate(all="ignore"):
        for name in ["sales", *leads_of(frame)]:
            exponent = one if together else pick(rng, EXPONENTS)
            frame[name] = frame[name] * 10.0 ** (exponent // 2) * 10.0 ** (exponent - exponent // 2)
    finite = np.isfinite(frame.drop(columns="date")).all(axis=None)
    return told(rng, frame if finite else frame.replace([np.inf, -np.inf], np.nan))


@kind
def sizes_mixed_in_a_column(rng: Rng) -> Odd:
    frame = wide(rng)
    for name in some(rng, frame):
        powers = rng.choice([0, 0, 0, -300, -100, 100, 290], size=len(frame), p=[0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05])
        how = int(rng.integers(3))
        if how == 0:
            frame[name] = frame[name] * 10.0**powers
        elif how == 1:
            frame[name] = np.exp(rng.normal(size=len(frame)) * pick(rng, [5.0, 50.0, 200.0]))
        else:
            frame[name] = pick(rng, [2.0**53, 1e15, -(2.0**52)]) + rng.integers(0, 50, len(frame))
    return told(rng, frame)


# --- sentinels -------------------------------------------------------------------------------------------------------


@kind
def values_for_missing(rng: Rng) -> Odd:
    frame = wide(rng)
    for name in some(rng, frame):
        share = pick(rng, [0.03, 0.1, 0.4, 0.8])
        lost = rng.random(len(frame)) < share
        if rng.random() < 0.3:  # all at one end
            lost = np.sort(lost)[:: pick(rng, [1, -1])]
        value = pick(rng, [-999.0, 999999.0, -99.99, 1e20, 9.969209968386869e36, -32768.0, 1e300, -1.0, 8888.0, 0.0, 1.7e308])
        frame[name] = frame[name].mask(lost, value)
    return told(rng, frame)


# --- late and ahead --------------------------------------------------------------------------------------------------


def declared(rng: Rng, frame: pd.DataFrame, counts: tuple[int, ...], chance: float = 0.7) -> tuple[ll.Metric, ...]:
    """Some leads as metrics that are known so many periods after or before."""
    return tuple(ll.Metric(name, available_after=pick(rng, counts)) for name in leads_of(frame) if rng.random() < chance)


@kind
def late_columns(rng: Rng) -> Odd:
    frame = wide(rng)
    for name in some(rng, frame):
        first, last = (pick(rng, [0, 0, 1, 3, 11, len(frame) // 2, len(frame) - 2]) for _ in range(2))
        rows = np.arange(len(frame))
        frame[name] = frame[name].mask((rows < first) | (rows >= len(frame) - last))
    metrics = declared(rng, frame, (0, 1, 2, 7, 40)) if rng.random() < 0.5 else ()
    return Odd(data=packed(rng, frame), leads=leads_of(frame), catalogue=metrics)


@kind
def columns_known_ahead(rng: Rng) -> Odd:
    frame = wide(rng)
    n, ahead = len(frame), int(rng.integers(1, 7))
    late = rng.random() < 0.5
    for name in some(rng, frame):  # beside rows that the others do not have yet
        frame[name] = frame[name].mask(np.arange(n) >= n - ahead) if late else frame[name].shift(-ahead)
    return Odd(data=packed(rng, frame), leads=leads_of(frame), catalogue=declared(rng, frame, (-1, -2, -6, -23, -200, 3)))


@kind
def columns_of_later_values(rng: Rng) -> Odd:
    frame = wide(rng)
    span = pick(rng, [3, 5, 7, 13])
    frame["ads"] = frame["sales"].rolling(span, center=True).mean()
    frame["visits"] = pick(rng, [frame["sales"].shift(-1), frame["sales"].ewm(alpha=0.3).mean(), frame["visits"],
                                 frame["ads"].round(1)])  # fmt: skip
    if rng.random() < 0.3:
        frame["sales"] = frame["sales"].rolling(span, center=True, min_periods=1).mean()
    return told(rng, frame)


@kind
def interpolated_columns(rng: Rng) -> Odd:
    frame = wide(rng, int(rng.integers(24, 200)))
    step = pick(rng, [2, 3, 4, 7, 12])
    rows = np.arange(len(frame))
    knots = rows[::step]
    for name in some(rng, frame):
        values = frame[name].to_numpy(dtype=float)[knots]
        spline = CubicSpline(knots, values)(rows) if rng.random() < 0.5 else np.interp(rows, knots, values)
        frame[name] = spline if rng.random() < 0.7 else spline.round(pick(rng, [0, 1, 3]))
    return told(rng, frame)


@kind
def smoothed_series(rng: Rng) -> Odd:
    frame = wide(rng)
    weights = np.exp(-0.5 * (np.arange(-12, 13) / pick(rng, [1.0, 3.0, 8.0])) ** 2)
    for name in some(rng, frame):
        padded = np.pad(frame[name].to_numpy(dtype=float), 12, mode="edge")
        frame[name] = np.convolve(padded, weights / weights.sum(), mode="valid")
    return told(rng, frame)

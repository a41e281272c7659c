"""What one call of a lagged regression asks for, checked."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np

from leadlag._validation import as_int, as_lags, as_names, as_option
from leadlag.catalogue import Missing
from leadlag.core.noise.arma import NoiseOrder
from leadlag.core.time.clock import Clock
from leadlag.errors import UsageError
from leadlag.methods.regression.numbers.profiles import ENDPOINTS, KINDS, PRESAMPLES, Endpoints, Kind, Presample, ProfileFamily

__all__ = ["Options", "families_of", "horizon_of", "order_of", "own_lags_of", "season_of", "spans_of"]

T = TypeVar("T")

#: What goes with one shape only, and what it is where it was not given.
_OF_SHAPE = {
    "degree": ("almon", 3), "endpoints": ("almon", "none"), "start": ("geometric", None), "n_free": ("geometric", 1),
    "presample": ("geometric", "backcast"),
}  # fmt: skip
#: Fewest lags that two parameters of their weights need.
_FEWEST = 3
#: Highest order of a noise model; beyond it a season is meant.
_MOST_NOISE, _MOST_DIFFERENCES = 24, 2


@dataclass(frozen=True, kw_only=True)
class Options:
    """What one call of `lagged_regression` asks for, every option checked.

    Parameters
    ----------
    kpi : str
    leads, controls : tuple of str
    families : tuple of ProfileFamily
        One a lead.
    clocks : tuple of (Clock or None)
        How the own periods of a lead line up with the KPI's; None where they are the same.
    own_lags : tuple of int
    order : NoiseOrder or None
        Of the noise model; None for least squares.
    trend : {"none", "linear"}
    season : {"none", "auto"} or int
    log : tuple of str
        Columns taken in logs.
    cov_type, correction : str
    bandwidth, hold_back : int or None
    horizon : int
        Last lag of the profiles, in periods of the KPI.
    level : float
    n_draws, seed : int
        Of the bootstrap.
    missing : {"mask", "error", "zero"} or ("ffill", n)
    """

    kpi: str
    leads: tuple[str, ...]
    controls: tuple[str, ...]
    families: tuple[ProfileFamily, ...]
    clocks: tuple[Clock | None, ...]
    own_lags: tuple[int, ...]
    order: NoiseOrder | None
    trend: str
    season: str | int
    log: tuple[str, ...]
    cov_type: str
    bandwidth: int | None
    correction: str
    hold_back: int | None
    horizon: int
    level: float
    n_draws: int
    seed: int
    missing: Missing

    @property
    def last_lag(self) -> int:
        """Longest lag of a lead, in whole periods of the KPI."""
        return max(last for _, last in spans_of(self.families, self.clocks))

    @property
    def n_starts(self) -> int:
        """Starts of a decay that are looked at, for the lead that has most of them; 1 where there is nothing to look for."""
        open_starts = (family for family in self.families if family.kind == "geometric" and family.start is None)
        return max((len(family.lags) for family in open_starts), default=1)


def families_of(
    leads: Sequence[str],
    *,
    clocks: Sequence[Clock | None],
    default: int,
    max_lag: int | Mapping[str, int | Sequence[int]] | None,
    min_lag: int | Mapping[str, int],
    shape: str | Mapping[str, str],
    start: int | Mapping[str, int] | None,
    degree: int,
    endpoints: str,
    n_free: int,
    presample: str,
) -> tuple[ProfileFamily, ...]:
    """The family of lag profiles of each lead.

    Parameters
    ----------
    leads : sequence of str
    clocks : sequence of (Clock or None)
        Of each lead: how its own periods line up with the KPI's, where it is seen more often.
    default : int
        Longest lag where none is given.
    max_lag, min_lag, shape, start
        One value for all leads, or a mapping from lead to value, those left out taking the default.
    degree, endpoints, n_free, presample
        Options of the leads whose shape they go with.

    Returns
    -------
    tuple of ProfileFamily

    Raises
    ------
    UsageError
        If a value is outside what is allowed, or goes with a shape that no lead has.
    """
    shapes = [as_option(value, "shape", KINDS) for value in _for_each(shape, "shape", leads, "free")]
    given = {"degree": degree, "endpoints": endpoints, "start": start, "n_free": n_free, "presample": presample}
    for name, (owner, usual) in _OF_SHAPE.items():
        if owner not in shapes and given[name] != usual:
            raise UsageError(f"{name}={given[name]!r} goes with shape={owner!r} only, not with {shape!r}: leave one out.")
    firsts = [as_int(value, "min_lag", low=0) for value in _for_each(min_lag, "min_lag", leads, 1)]
    starts = _for_each(start, "start", leads, None)
    families = []
    lasts: list[int | Sequence[int] | None] = _for_each(max_lag, "max_lag", leads, None)
    for first, last, kind, begin, clock in zip(firsts, lasts, shapes, starts, clocks, strict=True):
        if isinstance(max_lag, Mapping) and isinstance(last, (Sequence, np.ndarray)) and not isinstance(last, str):
            lags = as_lags(last, "max_lag", low=0)
        else:
            longest = max(default, first) if last is None else as_int(last, "max_lag", low=first)
            lags = tuple(range(first, longest + 1)) if clock is None else clock.own_lags((first, longest))
        _refuse_lags(lags, kind)
        if begin is not None and kind != "geometric" and isinstance(start, Mapping):
            raise UsageError(f"start={start!r} names a lead whose shape is {kind!r}: it goes with shape='geometric' only.")
        own = begin if kind == "geometric" else None
        families.append(
            _family(lags, kind=kind, degree=degree, endpoints=endpoints, start=own, n_free=n_free, presample=presample)
        )
    return tuple(families)


def spans_of(families: Sequence[ProfileFamily], clocks: Sequence[Clock | None]) -> list[tuple[int, int]]:
    """First and last lag of each lead in whole periods of the KPI."""
    return [
        (family.lags[0], family.lags[-1])
        if clock is None
        else (int(np.floor(clock.delay(family.lags[0]) + 1e-9)), int(np.floor(clock.delay(family.lags[-1]) + 1e-9)))
        for family, clock in zip(families, clocks, strict=True)
    ]


def horizon_of(
    given: int | None, families: Sequence[ProfileFamily], clocks: Sequence[Clock | None], *, own_lags: Sequence[int], default: int
) -> int:
    """Last lag of the profiles; own lags of the KPI, and a geometric decay, go on beyond the last lag of the leads."""
    spans = spans_of(families, clocks)
    if given is not None:
        return as_int(given, "horizon", low=max(1, *(first for first, _ in spans)))
    last = max(last for _, last in spans)
    return max(last, default) if own_lags or any(family.kind == "geometric" for family in families) else last


def own_lags_of(given: int | Sequence[int] | None) -> tuple[int, ...]:
    """Lags of the KPI in the model; none for 0, None and an empty list."""
    none = given is None or (len(given) == 0 if isinstance(given, (list, tuple)) else isinstance(given, int) and given == 0)
    return () if none else as_lags(given, "own_lags")


def _refuse_lags(lags: tuple[int, ...], kind: str) -> None:
    """Lags that a shape cannot have."""
    if kind != "free" and lags[-1] - lags[0] >= len(lags):
        raise UsageError(
            f"shape={kind!r} goes over lags next to each other, not {list(lags)}: give all of them, or shape='free'."
        )
    if kind == "exp_almon" and len(lags) < _FEWEST:
        raise UsageError(f"shape='exp_almon' says little of {len(lags)} lags: give at least {_FEWEST}, or shape='free'.")


def _for_each(value: T | Mapping[str, T], name: str, leads: Sequence[str], usual: T) -> list[T]:
    """The value of an argument for each lead."""
    if not isinstance(value, Mapping):
        return [value] * len(leads)
    as_names(list(value), name, leads)
    return [value.get(lead, usual) for lead in leads]


def _family(
    lags: tuple[int, ...], *, kind: str, degree: int, endpoints: str, start: int | None, n_free: int, presample: str
) -> ProfileFamily:
    """The family of lag profiles, checked."""
    ends = as_option(endpoints, "endpoints", ENDPOINTS)
    fixed = {"none": 0, "both": 2}.get(ends, 1)
    degree, n_free = as_int(degree, "degree", low=fixed if kind == "almon" else 0), as_int(n_free, "n_free", low=1)
    if kind == "almon" and degree > len(lags) - 1 + fixed:
        raise UsageError(
            f"degree={degree} is too high for {len(lags)} lags: give at most {len(lags) - 1 + fixed}, or a larger max_lag."
        )
    if kind == "geometric":
        as_int(n_free, "n_free", low=1, high=len(lags))
        start = None if start is None else as_int(start, "start", low=lags[0], high=lags[-1])
    before = as_option(presample, "presample", PRESAMPLES)
    if kind == "almon":
        return ProfileFamily(kind="almon", lags=lags, degree=degree, endpoints=cast(Endpoints, ends))
    if kind == "geometric":
        return ProfileFamily(kind="geometric", lags=lags, start=start, n_free=n_free, presample=cast(Presample, before))
    return ProfileFamily(kind=cast(Kind, kind), lags=lags)


def order_of(noise: int | Sequence[int] | None, seasonal: Sequence[int] | None) -> NoiseOrder | None:
    """The noise model that is asked for; None for least squares."""
    if noise is None and seasonal is None:
        return None
    alone = isinstance(noise, (numbers.Integral, float))
    plain = _numbers((noise, 0, 0) if alone else (0, 0, 0) if noise is None else noise, "noise_order", 3)
    waves = _numbers((0, 0, 0, 0) if seasonal is None else seasonal, "seasonal_order", 4)
    if any(waves[:3]) and waves[3] < 2:
        raise UsageError(f"seasonal_order={seasonal!r} has no season: give its length in periods, 2 or more, as the last number.")
    return NoiseOrder(
        ar=plain[0], differences=plain[1], ma=plain[2], seasonal_ar=waves[0], seasonal_differences=waves[1],
        seasonal_ma=waves[2], period=waves[3] or 1,
    )  # fmt: skip


def _numbers(value: object, name: str, count: int) -> tuple[int, ...]:
    given = tuple(value) if isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, str) else ()
    if len(given) != count:
        what = "(ar, differences, ma)" if count == 3 else "(ar, differences, ma, periods)"
        raise UsageError(
            f"{name}={value!r} is not allowed: give {what}, {count} whole numbers"
            + (", or one for AR noise." if count == 3 else ".")
        )
    most = (_MOST_NOISE, _MOST_DIFFERENCES, _MOST_NOISE, None)
    return tuple(as_int(number, name, low=0, high=high) for number, high in zip(given, most, strict=False))


def season_of(season: str | int) -> str | int:
    """The season that is asked for."""
    if isinstance(season, str):
        return str(as_option(season, "season", ("none", "auto")))
    return int(as_int(season, "season", low=2))

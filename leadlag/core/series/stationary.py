"""What unit-root tests, a stationarity test and a test for a trend say together about many series."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.leastsquares import orthonormal_basis, residualise, rows_needed, standardise
from leadlag.core.linear.masks import columns_by_rows
from leadlag.core.linear.pvalues import two_sided
from leadlag.core.series.trend import slope_pvalues, trend_statistics
from leadlag.core.series.unitpvalues import adf_pvalues, dfgls_pvalues, kpss_pvalues
from leadlag.core.series.unitroot import Deterministic, UnitRootTests, fixed_columns, unit_root_tests

__all__ = [
    "State",
    "StationarityVerdicts",
    "Verdict",
    "enough_rows",
    "integration_states",
    "nothing_left",
    "stationarity_verdicts",
]

#: What is smaller than this share of a series is rounding.
_ROUNDING = 1e-6
Verdict = Literal["stationary", "trend-stationary", "integrated", "inconclusive"]
State = Literal["stationary", "integrated", "inconclusive"]


@dataclass(frozen=True, kw_only=True, eq=False)
class StationarityVerdicts:
    """Tests and verdicts of many series; arrays of shape (m,).

    Parameters
    ----------
    verdict : tuple of str
        "stationary", "trend-stationary", "integrated" or "inconclusive".
    about_trend : ndarray of bool
        The tests stand beside intercept and trend; beside an intercept alone where False. It is no finding of a trend.
    tests : UnitRootTests
        Statistics of that case.
    dfgls_pvalue, adf_pvalue, kpss_pvalue : ndarray
        That of KPSS is known between 0.01 and 0.10 only.
    trend_pvalue : ndarray
        That there is no linear trend: of the slope beside AR errors where the tests say that the series returns to a line,
        else of a test that holds with and without a unit root.
    alpha : float
        Level of every test.
    """

    verdict: tuple[Verdict, ...]
    about_trend: Flags
    tests: UnitRootTests
    dfgls_pvalue: Floats
    adf_pvalue: Floats
    kpss_pvalue: Floats
    trend_pvalue: Floats
    alpha: float


class _Case(NamedTuple):
    """Tests beside one choice of deterministic terms, their p, and what they reject."""

    tests: UnitRootTests
    dfgls_pvalue: Floats
    adf_pvalue: Floats
    kpss_pvalue: Floats
    no_unit_root: Flags
    not_stationary: Flags


def enough_rows(n_values: int, n_season: int) -> bool:
    """Whether so many values are enough for the tests beside intercept, trend and so many season columns."""
    return bool(n_values >= rows_needed(3) + n_season)


def nothing_left(X: Floats, season: Floats | None = None) -> Flags:
    """Whether rounding only is left of each column beside intercept, trend and season, shape (m,)."""
    values, fixed = standardise(X).values, fixed_columns(len(X), "ct", season)
    found = np.zeros(X.shape[1], dtype=bool)
    for rows, columns in columns_by_rows(np.isfinite(X)):
        mine = values[np.ix_(rows, columns)]
        rest = residualise(mine, orthonormal_basis(fixed[rows]))
        found[columns] = np.linalg.norm(rest, axis=0) <= _ROUNDING * np.linalg.norm(mine, axis=0)
    return found


def stationarity_verdicts(X: Floats, *, season: Floats | None = None, alpha: float = 0.05) -> StationarityVerdicts:
    """Verdict on every column of X, which all have the same season columns.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing. What is said of one series does not depend on the others.
    season : ndarray, shape (n, k), optional
    alpha : float
        Level of every test, above 0.01 and at most 0.10.

    Returns
    -------
    StationarityVerdicts

    Notes
    -----
    A unit root is rejected if DF-GLS or ADF rejects it. The tests stand beside a trend if the series has one
    (`trend_statistics`), or if a unit root is rejected beside a trend while the tests about the mean do not say stationary.
    Then: unit root rejected and KPSS not, "stationary"; the other way round, "integrated"; else "inconclusive". "stationary" is
    "trend-stationary" where the tests stand beside a trend and the slope differs from zero beside AR errors (`slope_pvalues`).
    """
    found = _tested(X, season, alpha=alpha)
    returns = found.about_trend & np.array([verdict == "stationary" for verdict in found.verdict], dtype=bool)
    pvalue = found.trend_pvalue.copy()
    pvalue[returns] = slope_pvalues(X[:, returns], season=season)
    rises = returns & (pvalue < alpha)
    verdict = tuple("trend-stationary" if rise else each for rise, each in zip(rises, found.verdict, strict=True))
    return replace(found, verdict=verdict, trend_pvalue=pvalue)


def _tested(X: Floats, season: Floats | None, *, alpha: float) -> StationarityVerdicts:
    """Tests and verdicts before it is asked whether a line to which a series returns has a slope."""
    mean, trend = (_case(X, deterministic, season, alpha=alpha) for deterministic in ("c", "ct"))
    pvalue = two_sided(trend_statistics(X, dfgls=trend.tests.dfgls, kpss=trend.tests.kpss, season=season))
    about_trend = (pvalue < alpha) | (~(mean.no_unit_root & ~mean.not_stationary) & trend.no_unit_root)
    chosen = _Case(*(_of(about_trend, with_trend, without) for with_trend, without in zip(trend, mean, strict=True)))
    known = np.isfinite(chosen.dfgls_pvalue + chosen.adf_pvalue + chosen.kpss_pvalue)
    return StationarityVerdicts(
        verdict=tuple(
            _verdict(root, moves) if sure else "inconclusive"
            for root, moves, sure in zip(chosen.no_unit_root, chosen.not_stationary, known, strict=True)
        ),
        about_trend=about_trend,
        tests=chosen.tests,
        dfgls_pvalue=chosen.dfgls_pvalue,
        adf_pvalue=chosen.adf_pvalue,
        kpss_pvalue=chosen.kpss_pvalue,
        trend_pvalue=pvalue,
        alpha=alpha,
    )


def integration_states(X: Floats, *, season: Floats | None = None) -> tuple[State, ...]:
    """Whether each column of X is integrated, stationary, be it about a trend, or neither is clear (see `stationarity_verdicts`).

    Of a column of which trend and season leave rounding nothing is clear.
    """
    if not X.shape[1]:
        return ()
    # whether a line to which it returns has a slope makes no difference here
    known = zip(_tested(X, season, alpha=0.05).verdict, nothing_left(X, season), strict=True)
    return tuple("inconclusive" if empty or verdict == "trend-stationary" else verdict for verdict, empty in known)


def _of(about_trend: Flags, with_trend: Any, without: Any) -> Any:
    """Array by array, what belongs to the case chosen for each series."""
    if isinstance(with_trend, UnitRootTests):
        names = [field.name for field in fields(UnitRootTests)]
        return UnitRootTests(**{name: _of(about_trend, getattr(with_trend, name), getattr(without, name)) for name in names})
    return np.where(about_trend, with_trend, without)


def _case(X: Floats, deterministic: Deterministic, season: Floats | None, *, alpha: float) -> _Case:
    """The tests beside one choice of deterministic terms."""
    tests = unit_root_tests(X, deterministic=deterministic, season=season)
    dfgls = dfgls_pvalues(tests.dfgls, tests.nobs, deterministic=deterministic)
    adf = adf_pvalues(tests.adf, deterministic=deterministic)
    kpss = kpss_pvalues(tests.kpss, deterministic=deterministic)
    return _Case(tests, dfgls, adf, kpss, (dfgls < alpha) | (adf < alpha), kpss < alpha)


def _verdict(no_unit_root: bool, not_stationary: bool) -> State:
    if no_unit_root == not_stationary:
        return "inconclusive"
    return "integrated" if not_stationary else "stationary"

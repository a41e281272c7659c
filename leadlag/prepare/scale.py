"""The scale in which KPI and candidates are analysed: what ``log=`` says, and which series may be asked in logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np

from leadlag._calls import Fix
from leadlag._validation import as_names
from leadlag.catalogue import Metric, Ratio
from leadlag.core.arrays import Flags, Floats
from leadlag.core.series.bounds import mostly_zeros, near_its_ends
from leadlag.core.series.growth import growing_series
from leadlag.errors import UsageError
from leadlag.prepare.reported import reported_kpi
from leadlag.prepare.season import season_columns, selected_seasons
from leadlag.sample import Sample

__all__ = ["AUTO", "PERCENT_UNITS", "NamedLog", "as_log", "kpi_grows", "named_log", "odd_scale", "resolved_log"]


AUTO: Literal["auto"] = "auto"
#: Columns to analyse in natural logs, or that the data are to say which.
NamedLog: TypeAlias = "tuple[str, ...] | Literal['auto']"

#: Units of what is in percent.
PERCENT_UNITS = ("%", "percent", "per cent")
#: Units of rates and shares.
_SHARES = (*PERCENT_UNITS, "percentage", "share", "rate", "ratio", "fraction", "pp")


def as_log(log: Any, known: Sequence[str]) -> NamedLog:
    """Columns of the data, each once, or "auto"; a column of that name has to stand in a list.

    Parameters
    ----------
    log : str or sequence of str
    known : sequence of str
        Columns of the data.
    """
    return AUTO if isinstance(log, str) and log == AUTO else as_names(log, "log", known)


def named_log(log: Any, known: Sequence[str]) -> tuple[str, ...]:
    """The same for a function that does not ask both scales: "auto" is refused."""
    if isinstance(log, str) and log == AUTO and AUTO not in known:
        raise UsageError(
            "log='auto' is known to rank_leads and rank_kpis alone, which ask levels and logs: name the columns that are to be "
            "in logs here, of those that ranking.provenance.settings has under 'log'.",
            fixes=(Fix.of(log=()),),
        )
    return as_names(log, "log", known)


def resolved_log(
    sample: Sample,
    *,
    kpi: str,
    leads: Sequence[str],
    log: NamedLog,
    undo: str | None = None,
    metrics: Mapping[str, Metric] | None = None,
) -> tuple[str, ...]:
    """The columns that are analysed in logs, or for "auto" those that are worth asking in logs too.

    Parameters
    ----------
    sample : Sample
    kpi : str
    leads : sequence of str
        Candidates.
    log : tuple of str, or "auto"
    undo : {"rolling", "ytd"}, optional
        What is undone of the KPI.
    metrics : Mapping from str to Metric, optional
        What tells that a metric is a rate or a share, beside what the sample knows.

    Returns
    -------
    tuple of str
        As named; for "auto" the KPI and the candidates that grow if it does, in the order of the candidates, else none.
    """
    if log != AUTO:
        return log
    known = metrics or {}
    values = _analysed(sample, kpi, leads, undo=undo)
    if _is_share(sample, kpi, known) or not _one_grows(sample, values):
        return ()
    asked = [name for name in leads if not _is_share(sample, name, known) and _has_log(sample, name)]
    if not asked:
        return (kpi,)
    grows = _growing(sample, np.column_stack([sample.column(name) for name in asked]), beside=np.log(values))
    return (kpi, *(name for name, one in zip(asked, grows, strict=True) if one))


def kpi_grows(
    sample: Sample, *, kpi: str, leads: Sequence[str], undo: str | None = None, metrics: Mapping[str, Metric] | None = None
) -> bool:
    """Whether the KPI as it is analysed is positive and grows, and is no rate or share, as far as anybody said."""
    return not _is_share(sample, kpi, metrics or {}) and _one_grows(sample, _analysed(sample, kpi, leads, undo=undo))


def odd_scale(sample: Sample, *, kpi: str, metrics: Mapping[str, Metric]) -> Literal["", "share", "count"]:
    """Whether the KPI is a share near its ends, or a count that is often zero, which neither levels nor logs suit."""
    values = sample.column(kpi)
    if near_its_ends(values, declared=_is_share(sample, kpi, metrics)):
        return "share"
    return "count" if mostly_zeros(values) else ""


def _analysed(sample: Sample, kpi: str, leads: Sequence[str], *, undo: str | None) -> Floats:
    """The KPI, less the average or the sum to date as which it is reported, if that is undone."""
    values = sample.column(kpi)
    return values if undo is None else reported_kpi(values, sample, leads, undo=undo).values


def _one_grows(sample: Sample, values: Floats) -> bool:
    """Whether one series grows, beside the seasons of the calendar that it shows in logs."""
    if not _positive(values[:, None])[0]:
        return False
    season = season_columns(selected_seasons(sample.calendar, np.log(values), np.empty((len(values), 0))))
    return bool(growing_series(values[:, None], season=season)[0])


def _growing(sample: Sample, X: Floats, *, beside: Floats) -> Flags:
    """Which columns grow, beside the seasons of the calendar that any of them shows in logs, or the log of the KPI does."""
    positive = _positive(X)
    season = season_columns(selected_seasons(sample.calendar, beside, np.log(X[:, positive])))
    grows = np.zeros(X.shape[1], dtype=bool)
    grows[positive] = growing_series(X[:, positive], season=season)
    return grows


def _positive(X: Floats) -> Flags:
    """Which columns have values, all of them above zero."""
    return np.asarray((np.isfinite(X).any(axis=0)) & (np.where(np.isfinite(X), X, np.inf) > 0).all(axis=0))


def _has_log(sample: Sample, name: str) -> bool:
    """Whether the own values of a metric that is seen more often than the KPI are positive, as those in its periods are."""
    finer = sample.finer(name)
    return finer is None or bool(np.nanmin(finer.values, initial=np.inf) > 0)


def _is_share(sample: Sample, name: str, metrics: Mapping[str, Metric]) -> bool:
    """Whether a metric is a rate or a share, as far as the catalogue says."""
    unit = metrics[name].unit if name in metrics else None
    declared = metrics[name].aggregate if name in metrics else sample.aggregates.get(name)
    return isinstance(declared, Ratio) or (unit or "").strip().lower() in _SHARES

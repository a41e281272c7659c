"""`LeadSelector`: the columns that lead the KPI, each at its delay."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_feature_names_in, check_consistent_length, check_is_fitted

from leadlag._validation import as_int, as_list, as_names, as_option, known_arguments
from leadlag.core.arrays import Floats
from leadlag.errors import DataContractError, StatisticsWarning, UsageError
from leadlag.estimators.features import (
    feature_names,
    lag_names,
    names_by_label,
    read_features,
    read_features_and_outcome,
    refused_by_name,
)
from leadlag.estimators.periods import time_of
from leadlag.estimators.rows import Past
from leadlag.prepare import longest_lag
from leadlag.ranking.rank import rank_leads
from leadlag.ranking.result import LeadRanking
from leadlag.sample import Sample, as_sample
from leadlag.sample.known import trimmed
from leadlag.sample.names import plain_name

__all__ = ["LeadSelector"]

_SHIFTS = ("delay", "delay_set", "none")
#: What is given out where nothing leads, and what the warning says of it.
_NO_LEAD = {
    "constant": "there is one column of ones instead, from which a regressor can learn the mean of y",
    "empty": "there are no columns",
}


@known_arguments
class LeadSelector(TransformerMixin, BaseEstimator):
    """Keep the columns that `rank_leads` finds to lead y, each at its delay.

    Inside a `Pipeline` the choice is made anew from the training rows of each fold, so that a score does not profit from leads
    that were chosen on the rows it is computed on.

    Parameters
    ----------
    max_lag : int, optional
        Lags 1..max_lag are searched, in periods; None takes the default of the cadence, as `rank_leads` does. Where the rows
        allow less, such as in a short fold, as much as they allow is searched.
    fdr : float, default 0.10
        Share of false leads among those kept that is accepted on average.
    shift : {"delay", "delay_set", "none"}, default "delay"
        What a lead becomes: the column at its delay, one column for each lag of its delay set, or the column as it is.
    no_lead : {"constant", "empty"}, default "constant"
        What `transform` gives where no column leads y: one column of ones named ``no_lead``, from which any regressor can be
        fitted, so that each fold of a cross-validation has a score; or no columns, which most regressors refuse.
    controls : sequence of str, optional
        Columns of X that enter every model in the same period; they are not candidates and not kept.
    freq : {"hour", "day", "business_day", "week", "month", "quarter", "year", "period"}, optional
        Cadence; None infers it from the time, and takes plain periods where there is none.
    n_draws : int, default 1999
        Bootstrap draws behind the p-values.
    random_state : int, RandomState or None, default 0
        An int gives the ranking of ``rank_leads(..., rng=random_state)``, each time the same.

    Attributes
    ----------
    ranking_ : LeadRanking or None
        All candidates with verdict, delay, effect and p-values, as by ``rank_leads(..., evidence=False)``; None where y could not
        be analysed, as the warning says.
    leads_ : ndarray of str, shape (k,)
        Names of the leads that are kept, in the order of the columns.
    delays_ : ndarray of int, shape (k,)
        Their delays, in periods.
    lags_ : tuple of tuple of int
        Lags at which each of them is given out.
    n_lost_ : int
        Rows of fit of which one of these lags lies before the first row or in a period without a row.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only where X had names.

    Warns
    -----
    StatisticsWarning
        If no column leads y (LL130), or the rows allow no lag as long as `max_lag` (LL131).

    Notes
    -----
    Time is given as `time=` (routed metadata) or by the dated index of a pandas frame, as for `LagTransformer`; without it rows
    follow each other. Columns are given out as they came in: what the ranking did to them (differences, season) is in
    ``ranking_``. The rows are of one segment.

    Examples
    --------
    >>> from leadlag.simulate import PlantedSeries, simulate_leads
    >>> table = simulate_leads(series=[PlantedSeries(name="visits", effect=0.9, delay=3)], n_noise=3, rng=1).data
    >>> X, y = table.drop(columns="kpi"), table["kpi"]
    >>> selector = LeadSelector(max_lag=8).fit(X, y)
    >>> selector.get_feature_names_out()
    array(['visits_lag3'], dtype=object)
    """

    def __init__(
        self,
        *,
        max_lag: int | None = None,
        fdr: float = 0.10,
        shift: str = "delay",
        no_lead: str = "constant",
        controls: Sequence[str] | None = None,
        freq: str | None = None,
        n_draws: int = 1999,
        random_state: Any = 0,
    ) -> None:
        self.max_lag = max_lag
        self.fdr = fdr
        self.shift = shift
        self.no_lead = no_lead
        self.controls = controls
        self.freq = freq
        self.n_draws = n_draws
        self.random_state = random_state

    def fit(self, X: Any, y: Any, *, time: Any = None) -> Self:
        """Rank the columns of X by whether they lead y, and keep the leads.

        Parameters
        ----------
        X : array or frame, shape (n, p)
            Candidates, NaN allowed, oldest row first.
        y : array_like, shape (n,)
            The KPI, NaN allowed: gaps are left out as in `rank_leads`. If X and y both have a dated index, it has to be the
            same one.
        time : array_like, shape (n,), optional
            Dates, periods, ISO text, years or a counter; increasing.

        Returns
        -------
        LeadSelector
        """
        self._shift = as_option(self.shift, "shift", _SHIFTS)
        self._no_lead = as_option(self.no_lead, "no_lead", tuple(_NO_LEAD))
        _refuse_other_dates(X, y)
        values, outcome = read_features_and_outcome(self, X, y, ensure_min_samples=2)
        when = time_of(X, time)
        with refused_by_name(X):
            check_consistent_length(values, when)
        past = Past.of(values, time=when, groups=None, freq=self.freq)
        controls = _by_name(self.controls, names_by_label(self, X))
        self.ranking_ = self._rank(values, outcome, when, kpi=getattr(y, "name", None), controls=controls)
        kept = self._kept()
        self._places, self.delays_ = (np.array([row[part] for row in kept], dtype=np.intp) for part in (0, 1))
        self.leads_ = np.array(feature_names(self), dtype=object)[self._places]
        self.lags_ = tuple(lags for _, _, lags in kept)
        self.n_lost_ = past.n_lost(self.lags_)
        self._past = replace(past, values=values[:, self._places])
        return self

    def transform(self, X: Any, *, time: Any = None) -> Floats:
        """The leads of X, shifted as `shift` says.

        Parameters
        ----------
        X : array or frame, shape (n, p)
        time : array_like, shape (n,), optional
            As in fit: given there, given here.

        Returns
        -------
        ndarray, shape (n, number of columns kept)
            Or a frame, after ``set_output``. NaN where a lag lies before the first row known. One column of ones where no
            column is kept and `no_lead` is "constant".
        """
        check_is_fitted(self)
        values = read_features(self, X, reset=False)
        when = time_of(X, time)
        with refused_by_name(X):
            check_consistent_length(values, when)
        found = self._past.lagged_columns(values[:, self._places], self.lags_, time=when, groups=None)
        return np.ones((len(values), 1)) if self._gives_constant() else found

    def fit_transform(self, X: Any, y: Any, *, time: Any = None) -> Floats:
        """Fit, then the leads of the same rows; parameters and result are those of `fit` and `transform`."""
        return self.fit(X, y, time=time).transform(X, time=time)

    def get_support(self, indices: bool = False) -> NDArray[Any]:
        """Which columns of X are kept: true or false for each, or their places with ``indices=True``."""
        check_is_fitted(self)
        mask = np.zeros(self.n_features_in_, dtype=bool)
        mask[self._places] = True
        return np.flatnonzero(mask) if indices else mask

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the columns given out: ``visits_lag3`` is `visits` three periods earlier; as in X with ``shift="none"``."""
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)[self._places]
        if self._gives_constant():
            return np.array(["no_lead"], dtype=object)
        return np.array(names, dtype=object) if self._shift == "none" else lag_names(names, self.lags_)

    def _gives_constant(self) -> bool:
        return len(self._places) == 0 and self._no_lead == "constant"

    def _rank(self, values: Floats, y: Floats, time: pd.Series | None, *, kpi: Any, controls: Any) -> LeadRanking | None:
        """The ranking, or None with a warning where y cannot be analysed: then nothing is known to lead it."""
        names = feature_names(self)
        kpi = _unused(kpi if isinstance(kpi, str) and kpi else "y", names)
        controls = as_names(controls, "controls", names)
        sample = _sample(values, y, time, names=names, kpi=kpi, freq=self.freq)
        leads = [name for name in names if name not in controls]
        n = trimmed(sample.around(kpi)).n_periods
        max_lag = self._max_lag(n, n_controls=len(controls))
        try:
            ranking = rank_leads(
                sample, kpi=kpi, leads=leads, max_lag=max_lag, fdr=self.fdr, rng=_seed(self.random_state), controls=controls,
                n_draws=self.n_draws, evidence=False,
            )  # fmt: skip
        except DataContractError as error:
            if error.code != "LL313":
                raise
            self._warn_of_no_lead(str(error.args[0]).rstrip("."))
            return None
        if max_lag != self.max_lag and max_lag is not None:
            text = f"max_lag={self.max_lag} was shortened to {max_lag}, the longest lag that {n} periods allow"
            warnings.warn(StatisticsWarning(text, code="LL131"), stacklevel=3)
        return ranking

    def _max_lag(self, n_periods: int, *, n_controls: int) -> int | None:
        """The longest lag to search: it is an upper bound, so a short fold searches what it can."""
        if self.max_lag is None:
            return None
        return min(as_int(self.max_lag, "max_lag", low=1), longest_lag(n_periods, n_beside=n_controls))

    def _warn_of_no_lead(self, why: str) -> None:
        warnings.warn(StatisticsWarning(f"no column is kept: {why}; {_NO_LEAD[self._no_lead]}", code="LL130"), stacklevel=4)

    def _kept(self) -> list[tuple[int, int, tuple[int, ...]]]:
        """Place, delay and lags of each lead, in the order of the columns."""
        if self.ranking_ is None:
            return []
        if not self.ranking_.leads:
            self._warn_of_no_lead(f"none of {self.n_features_in_} leads y at fdr={self.fdr:g}")
        kept = []
        for place, name in enumerate(feature_names(self)):
            delay = self.ranking_[plain_name(name)].delay if plain_name(name) in self.ranking_.leads else None
            if delay is not None:
                lags = {"delay": (delay.peak,), "delay_set": delay.lags, "none": (0,)}[self._shift]
                kept.append((place, int(delay.peak), tuple(int(lag) for lag in lags)))
        return kept

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.required = True
        return tags


def _by_name(controls: Any, names: Mapping[Hashable, str]) -> list[Any]:
    """Controls by their names in the estimator, where labels of X stood that are no text."""
    single = controls is not None and isinstance(controls, Hashable) and controls in names
    given = [controls] if single else as_list(controls)
    return [names.get(label, label) if isinstance(label, Hashable) else label for label in given]


def _refuse_other_dates(X: Any, y: Any) -> None:
    """Rows of X and y are paired one by one, so dates of their own have to be the same."""
    one, other = (getattr(part, "index", None) for part in (X, y))
    if not isinstance(one, (pd.DatetimeIndex, pd.PeriodIndex)) or not isinstance(other, type(one)) or len(one) != len(other):
        return
    apart = np.flatnonzero(np.asarray(one != other))
    if len(apart):
        first = apart[0]
        raise UsageError(
            f"X and y have other dates in {len(apart)} of {len(one)} rows, the first time in row {first} ({one[first]} and "
            f"{other[first]}): give both the same index, for example y.reindex(X.index)."
        )


def _sample(values: Floats, y: Floats, time: pd.Series | None, *, names: Sequence[str], kpi: str, freq: Any) -> Sample:
    """The columns and y on one calendar; no column of X is the time, whatever it is called."""
    frame = pd.DataFrame(values, columns=list(names)).assign(**{kpi: y})
    asked = {"X": list(names), "y": [kpi]}
    if time is None:
        return as_sample(frame, columns=asked, freq=freq)
    column = _unused("time", (*names, kpi))
    return as_sample(frame.assign(**{column: time}), columns=asked, time=column, freq=freq)


def _unused(name: str, names: Sequence[str]) -> str:
    """The name, with underscores behind it until no column has it."""
    while plain_name(name) in map(plain_name, names):
        name += "_"
    return name


def _seed(random_state: Any) -> int:
    """An int as it is; from None or a RandomState one is drawn, as scikit-learn does."""
    if isinstance(random_state, (int, np.integer)) and not isinstance(random_state, bool):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))

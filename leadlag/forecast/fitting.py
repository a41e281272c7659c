"""The forecast model at one origin, and the walk over past origins that says how wrong it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.shapes import Shape
from leadlag.forecast.choosing import Choice, Chooser
from leadlag.forecast.leads import LeadTerm, learned_lead
from leadlag.forecast.numbers.model import Ahead, MeanModel, ahead, cleaned, fitted_mean
from leadlag.prepare.kpi import MAX_ORDER
from leadlag.prepare.origins.learned import KnownValues, Learner, Preparation, grown_rows, level_shift
from leadlag.prepare.regressors import fixed_columns
from leadlag.prepare.season import SeasonKey
from leadlag.sample import Calendar

__all__ = ["KpiModel", "Outlook", "PastForecasts", "Walker", "in_own_units", "mean_columns", "outlook"]

#: Rows at which leads are asked first.
_FEWEST = 24
_POINT = Shape("point")


@dataclass(frozen=True, kw_only=True, eq=False)
class KpiModel:
    """All that makes forecasts of one KPI from rows, those of the fit or new ones.

    Parameters
    ----------
    seasons : tuple of SeasonKey
    inside : tuple of str
        What lies inside the periods, by the names of `leadlag.prepare.regressors`.
    span : int
        Rows over which the trend rises by one.
    shift : int or None
        First row after the KPI's level shift.
    center, size : float
        What is zero and one of the working KPI, on its scale.
    clip : float or None
        Robust standard deviations within which innovations are kept; None for a KPI of few values.
    leads, controls : tuple of LeadTerm
    joint, own : MeanModel
        With the leads, and without them.
    """

    seasons: tuple[SeasonKey, ...]
    inside: tuple[str, ...]
    span: int
    shift: int | None
    center: float
    size: float
    clip: float | None
    leads: tuple[LeadTerm, ...]
    controls: tuple[LeadTerm, ...]
    joint: MeanModel
    own: MeanModel

    def fixed(self, calendar: Calendar, n: int) -> Floats:
        """Constant, trend, seasons and what lies inside the periods on the first n rows after the model's first."""
        return fixed_columns(calendar, self.seasons, self.inside, n, span=self.span)

    def since(self, row: int) -> KpiModel:
        """The same for rows that begin so many after the model's first: a season that moves has moved by then."""
        return self if not row else replace(self, joint=self.joint.since(row), own=self.own.since(row))


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlook:
    """What a model says of the rows after the KPI's last value; s steps, m leads. On the KPI's scale, in units of the model.

    Parameters
    ----------
    point, own : ndarray, shape (s,)
        The forecast, and that of own history alone.
    sd : ndarray, shape (s,)
        The model's own spread of the forecast.
    used : ndarray of bool, shape (s, m)
        Which leads say something at each step.
    joint : Ahead
        Of the model with the leads, which paths are drawn from.
    unknown : tuple of ndarray
        What the unknown innovations of each lead do to each step, shape (s, k) each, in units of the working KPI.
    n : int
        Rows up to the KPI's last value.
    """

    point: Floats
    own: Floats
    sd: Floats
    used: np.ndarray
    joint: Ahead
    unknown: tuple[Floats, ...]
    n: int


@dataclass(frozen=True, kw_only=True, eq=False)
class PastForecasts:
    """Forecasts from past origins; o origins, s steps, on the KPI's scale.

    Parameters
    ----------
    origins : ndarray of int, shape (o,)
    point, own, sd, actual : ndarray, shape (o, s)
        NaN where there is none.
    """

    origins: Ints
    point: Floats
    own: Floats
    sd: Floats
    actual: Floats

    @property
    def scores(self) -> Floats:
        """Errors over the spread that the model gave them."""
        return (self.actual - self.point) / self.sd


def outlook(model: KpiModel, now: KnownValues, fixed: Floats, *, first: int, steps: int) -> Outlook:
    """What a model says of the rows after the KPI's last value.

    Parameters
    ----------
    model : KpiModel
    now : KnownValues
        Rows up to and with the origin; the KPI on its scale.
    fixed : ndarray, shape (n + steps, q)
        `KpiModel.fixed` of these rows and those ahead.
    first : int
        Row of the model's calendar that is the first of `now`.
    steps : int
        After the KPI's last value.
    """
    n = now.n_known
    mean, known = mean_columns(model, now, fixed, first=first, n=n, steps=steps)
    n_own = mean.shape[1] - len(model.leads)
    y = (now.y[:n] - model.center) / model.size
    joint = ahead(model.joint, cleaned(model.joint, y, mean[:n], limit=model.clip), mean, steps=steps)
    own = ahead(model.own, cleaned(model.own, y, mean[:n, :n_own], limit=model.clip), mean[:, :n_own], steps=steps)
    n_controls = len(model.controls)
    used = np.zeros((steps, len(model.leads)), dtype=bool)
    unknown, of_controls = [], np.zeros(steps)
    for place, (term, (age, depth)) in enumerate(zip((*model.controls, *model.leads), known, strict=True)):
        column, answers = n_own - n_controls + place, term.answers(age, steps)
        unknown.append(model.joint.params[column] * answers)
        if place >= n_controls:
            used[:, place - n_controls] = term.used(age, steps, depth=depth) & (model.joint.params[column] != 0.0)
        else:
            of_controls += np.square(model.own.params[column] * answers).sum(axis=1)
    of_leads = sum((np.square(one).sum(axis=1) for one in unknown), np.zeros(steps))
    with_leads = used.any(axis=1)
    variance = np.where(with_leads, joint.variance + of_leads, own.variance + of_controls)
    return Outlook(
        point=model.center + model.size * np.where(with_leads, joint.point, own.point), own=model.center + model.size * own.point,
        sd=model.size * np.sqrt(variance), used=used, joint=joint, unknown=tuple(unknown), n=n,
    )  # fmt: skip


def mean_columns(
    model: KpiModel, now: KnownValues, fixed: Floats, *, first: int, n: int, steps: int
) -> tuple[Floats, list[tuple[int, int]]]:
    """Columns of the KPI's mean on n + steps rows, leads last, and how many rows before row n the values of each end and begin.

    Parameters
    ----------
    model : KpiModel
    now : KnownValues
    fixed : ndarray, shape (n + steps, q)
    first : int
    n : int
        Rows up to the KPI's last value.
    steps : int
    """
    unit_root = model.joint.momentum.unit_root
    shift = level_shift(model.shift, n + steps, first=first)
    mean, working = _stacked(now, fixed, shift, model.controls, model.leads, n=n + steps, unit_root=unit_root)
    return mean, [_known(values, n) for values in working]


def _stacked(
    now: KnownValues,
    fixed: Floats,
    shift: Sequence[Floats],
    controls: Sequence[LeadTerm],
    leads: Sequence[LeadTerm],
    *,
    n: int,
    unit_root: bool,
) -> tuple[Floats, list[Floats]]:
    """Columns of the KPI's mean on n rows, leads last, and the working series of controls and leads."""
    terms = [(term, now.Z) for term in controls] + [(term, now.X) for term in leads]
    working = [term.values(raw[:, term.place], fixed[: len(raw)], unit_root=unit_root) for term, raw in terms]
    columns = [term.column(values, n) for (term, _), values in zip(terms, working, strict=True)]
    return np.column_stack([fixed[:n], *shift, *columns]), working


def in_own_units(model: KpiModel, *, x: Floats, z: Floats) -> KpiModel:
    """A model whose leads and controls were divided by units, for values as they are; leads are counted anew, those of the model.

    Parameters
    ----------
    model : KpiModel
    x : ndarray, shape (len(model.leads),)
    z : ndarray, shape (len(model.controls),)
    """
    leads = tuple(
        replace(term.times(float(unit)), place=place) for place, (term, unit) in enumerate(zip(model.leads, x, strict=True))
    )
    controls = tuple(term.times(float(unit)) for term, unit in zip(model.controls, z, strict=True))
    return replace(model, leads=leads, controls=controls)


def _known(values: Floats, n: int) -> tuple[int, int]:
    """Rows from the last known value, and from the first, to row n, that before it being 0 and 1; of none as from before all."""
    known = np.flatnonzero(np.isfinite(values))
    return (n - 1 - int(known[-1]), n - int(known[0])) if len(known) else (n, 0)


@dataclass(kw_only=True, eq=False)
class Walker:
    """Fits the model at one origin after the other; leads are chosen again as history grows, never on rows to come.

    Parameters
    ----------
    learner : Learner
        On a calendar that goes on for the steps ahead.
    chooser : Chooser
    n : int
        Rows of the data.
    steps : int
        Rows ahead of the KPI's last value that are forecast.
    """

    learner: Learner
    chooser: Chooser
    n: int
    steps: int
    _chosen: dict[int, tuple[Choice, ...]] = field(default_factory=dict, init=False)

    def past(self, actual: Floats, *, first: int) -> PastForecasts:
        """Forecasts from every origin from row `first` on whose next row is known.

        Parameters
        ----------
        actual : ndarray, shape (n,)
            The KPI on its scale.
        first : int
        """
        delay = self.learner.known.kpi_delay
        origins = np.arange(first, max(self.n - 1, first))
        shape = (len(origins), self.steps)
        point, own, sd, came = (np.full(shape, np.nan) for _ in range(4))
        padded = np.r_[actual, np.full(self.steps + delay, np.nan)]
        for row, origin in enumerate(origins.tolist()):
            found = self.model_at(origin)
            if found is None:
                continue
            model, now = found
            seen = self.seen(model, now)
            point[row], own[row], sd[row] = seen.point, seen.own, seen.sd
            came[row] = padded[seen.n : seen.n + self.steps]
        return PastForecasts(origins=origins, point=point, own=own, sd=sd, actual=came)

    def seen(self, model: KpiModel, now: KnownValues) -> Outlook:
        """What a model of this walk says at one origin."""
        fixed = self.learner.deterministic_of(model.seasons, model.inside, max(now.n_known + self.steps, len(now.y)))
        return outlook(model, now, fixed, first=0, steps=self.steps)

    def model_at(self, origin: int) -> tuple[KpiModel, KnownValues] | None:
        """The model by what is known at one origin, and what that is; None if nothing can be learned."""
        now = self.learner.known.at(origin)
        if not self.learner.can_learn(now):
            return None
        preparation = self.learner.preparation(origin, now)
        return None if (model := self._fitted(origin, now, preparation)) is None else (model, now)

    def _fitted(self, origin: int, now: KnownValues, preparation: Preparation) -> KpiModel | None:
        kpi = self.learner.kpi(now, preparation)
        n = len(kpi.y)
        fixed = self.learner.deterministic(preparation, max(n, len(now.y)))
        unit_root = preparation.unit_root
        controls = [self._control(now, fixed, place, unit_root=unit_root) for place in range(now.Z.shape[1])]
        leads = [self._lead(now, fixed, choice, preparation) for choice in self._choices(origin, now)]
        mean, _ = _stacked(now, fixed, level_shift(preparation.shift, n), controls, leads, n=n, unit_root=unit_root)
        y = np.where(kpi.known, kpi.y, np.nan)
        drawn = self.learner.places_of(preparation.seasons, preparation.inside)
        fit = partial(fitted_mean, y, max_order=MAX_ORDER, drawn=drawn)
        joint = fit(mean, preparation.momentum, n_leads=len(leads))
        own = fit(mean[:, : -len(leads)], preparation.momentum, n_leads=0) if leads else joint
        if joint is None or own is None:
            return None
        return KpiModel(
            seasons=preparation.seasons, inside=preparation.inside, span=len(self.learner.calendar), shift=preparation.shift,
            center=kpi.center, size=kpi.scale, clip=preparation.clip, leads=tuple(leads), controls=tuple(controls), joint=joint,
            own=own,
        )  # fmt: skip

    def _lead(self, now: KnownValues, fixed: Floats, choice: Choice, preparation: Preparation) -> LeadTerm:
        place = choice.place
        return learned_lead(
            now.X[:, place], fixed[: len(now.X)], place=place, lag=choice.lag, shape=choice.shape, memory=choice.memory,
            spike=float(preparation.spikes[place]), differenced=bool(preparation.differenced[place]),
            as_surprises=bool(preparation.surprises[place]), unit_root=preparation.unit_root,
        )  # fmt: skip

    @staticmethod
    def _control(now: KnownValues, fixed: Floats, place: int, *, unit_root: bool) -> LeadTerm:
        return learned_lead(
            now.Z[:, place], fixed[: len(now.Z)], place=place, lag=0, shape=_POINT, memory=np.zeros(0), spike=np.inf,
            differenced=False, as_surprises=False, unit_root=unit_root,
        )  # fmt: skip

    def _choices(self, origin: int, now: KnownValues) -> tuple[Choice, ...]:
        """The leads that were chosen at the last number of rows at which they are; at the last origin on all rows."""
        rows = max((point for point in _points(self.n) if point <= origin + 1), default=0)
        rows = self.n if origin == self.n - 1 else rows
        if rows not in self._chosen:
            then = now if rows == origin + 1 else self.learner.known.at(rows - 1)
            last = rows == self.n
            chooser = self.chooser if last else replace(self.chooser, n_draws=min(self.chooser.n_draws, 499))
            self._chosen[rows] = chooser.chosen(then) if rows and self.learner.can_learn(then) else ()
        return self._chosen[rows]


def _points(n: int) -> Sequence[int]:
    """Numbers of rows at which leads are chosen."""
    return [int(np.ceil(point)) for point in grown_rows(_FEWEST, n).tolist() if point <= n]

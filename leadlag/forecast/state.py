"""What a forecast was made from: enough to look further ahead, from an earlier origin, or with a lead held at a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from leadlag._blas import one_thread
from leadlag.core.arrays import Floats
from leadlag.forecast.fitting import Outlook, mean_columns, outlook
from leadlag.forecast.model import SegmentModel
from leadlag.forecast.periods import calendar_between
from leadlag.prepare.origins.learned import KnownValues
from leadlag.prepare.transforms import clip_beyond
from leadlag.sample import Calendar
from leadlag.sample.periods import Cadence

__all__ = ["ForecastState"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ForecastState:
    """The rows of one segment as they were known at the origin, and its model.

    Parameters
    ----------
    one : SegmentModel
    now : KnownValues
        The KPI on its scale, leads and controls as the model takes them; NaN where not published.
    calendar : Calendar
        Of the data.
    cadence : Cadence
    first : int
        Number of the first row, as the cadence counts.
    log : tuple of str
        Leads and controls that are in logs.
    """

    one: SegmentModel
    now: KnownValues
    calendar: Calendar
    cadence: Cadence
    first: int
    log: tuple[str, ...]

    @property
    def n(self) -> int:
        """Rows up to the origin."""
        return len(self.now.y)

    @property
    def n_known(self) -> int:
        """Rows up to the KPI's last value."""
        return self.now.n_known

    def seen(self, steps: int) -> Outlook:
        """What the model says of so many rows after the KPI's last value."""
        begin = self.first - self.one.first
        with one_thread():
            return outlook(self.one.model, self.now, self._fixed(steps), first=begin, steps=steps)

    def columns(self, steps: int) -> Floats:
        """Columns of the KPI's mean up to so many rows after its last value, leads last."""
        begin = self.first - self.one.first
        columns, _ = mean_columns(self.one.model, self.now, self._fixed(steps), first=begin, n=self.n_known, steps=steps)
        return columns

    def _fixed(self, steps: int) -> Floats:
        """Constant, trend, seasons and what lies inside the periods, from the first row of the data on."""
        begin, last = self.first - self.one.first, self.first + self.n_known - 1 + max(steps, self.n - self.n_known)
        calendar = calendar_between(self.calendar, self.cadence, self.one.first, last)
        return self.one.model.fixed(calendar, len(calendar))[begin:]

    def labels(self, first: int, last: int) -> tuple[str, ...]:
        """Labels of the rows from one to another, both counted from the first of the data."""
        return calendar_between(self.calendar, self.cadence, self.first + first, self.first + last).labels

    def before(self, row: int) -> ForecastState:
        """What was known when the rows before this one had ended, by how late each is published."""
        return replace(self, now=self.one.known(self.now.y[:row], self.now.X[:row], self.now.Z[:row]))

    def held(self, values: Mapping[str, float], *, steps: int) -> ForecastState:
        """The same with leads at given values, as the model takes them, from the origin on; what is known stays."""
        n, most = self.n, max(self.n_known + steps, self.n)
        X = np.concatenate([self.now.X, np.full((most - n, self.now.X.shape[1]), np.nan)])
        leads = list(self.one.model.leads)
        for name, value in values.items():
            place = self.one.leads.index(name)
            term = leads[place]
            # a level that stays is no spike, whatever the values before it
            X[:n, place] = clip_beyond(self.now.X[:, [place]], np.array([term.spike]))[0][:, 0]
            known = np.flatnonzero(np.isfinite(X[:n, place]))
            X[max(int(known[-1]) + 1 if len(known) else 0, n - 1) :, place] = value
            leads[place] = replace(term, spike=np.inf)
        model = replace(self.one.model, leads=tuple(leads))
        return replace(self, one=replace(self.one, model=model), now=replace(self.now, X=X))

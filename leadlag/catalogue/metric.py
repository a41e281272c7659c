"""What is known about one metric: unit, publication lag, how its rows add up, what it is for. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, MISSING, Field, dataclass, fields
from typing import Any, Literal

from leadlag._validation import known_arguments
from leadlag.catalogue.fields import CHECKS, Missing, Moment
from leadlag.catalogue.ratios import UNSAID, Aggregate, Ratio, is_said
from leadlag.catalogue.refusals import CatalogueError, refused, unknown_key
from leadlag.errors import UsageError

__all__ = ["Metric", "metric_of"]


@known_arguments
@dataclass(frozen=True, repr=False)
class Metric:
    """What is known about one metric.

    Parameters
    ----------
    name : str
        The metric's column, or for a `ratio` a new name. Kept in Unicode form NFC.
    unit : str, optional
        Unit for tables and axes, for example ``"EUR"``.
    available_after : int
        How many of its own periods after its own period a value is published. Below zero: how many periods ahead it is known, as
        planned prices and booked starts are. The values must be those that were known then, not what came of them.
    aggregate : {"sum", "mean", "last"} or Ratio
        How several rows of one period become one value. A mean that was said also says that working days do not move it.
    missing : {"mask", "error", "zero"} or ("ffill", n)
        What to do with missing periods: leave them out (nothing filled), refuse them, read them as zero, or
        carry the last value forward at most n periods.
    targeted_since : str, date or int, optional
        When the metric became a target: a date, an ISO text such as ``"2024-06"`` or ``"2024Q3"``, or the number of a counted
        period. What it leads may follow it less from then on (Goodhart's law); `leadlag.stability_test` asks.
    selected_on : (from, to), optional
        First and last period of the data on which it was chosen as a target, in the same forms. It was chosen because it looked
        best there, so these periods cannot show how strong the relation was.
    selected_from : int
        Number of metrics from which it was chosen.
    label : str, optional
        How readers know it: printed in every text, table, picture and page instead of the name. Frames, CSV and JSON keep
        the name.
    cadence : {"hour", "day", "business_day", "week", "month", "quarter", "year", "period"}, optional
        How often it is seen.
    expected : {"+", "-"}, optional
        Sign that its effect on the KPI is expected to have: `rank_leads` asks for effects of that sign only.
    delay : (first, last) or int, optional
        Periods of the KPI after which it is expected to act; one number is a window of one. `rank_leads` searches these lags
        only, as far as `max_lag` reaches.
    kind : {"kpi", "lead", "control", "guardrail"}, optional
        What it is for: the outcome; something that may lead it; something to hold constant; something that may not get worse.
    stage : {"input", "activity", "output", "outcome", "impact"}, optional
        How far along it stands, from what is put in to what comes of it in the end.
    influence : {"controllable", "partly", "external"}, optional
        How far its team can move it.
    perspective, team, owner, definition : str, optional
        Whose view it belongs to, who looks after it, and what exactly is counted.
    wanted : {"up", "down"}, optional
        Which way is good.
    healthy_range : (low, high), optional
        Values between which it is well; None for an end that has no limit.

    Raises
    ------
    UsageError
        If an argument is not one of these; all that is wrong is listed.

    Notes
    -----
    `cadence`, `kind` and what follows them are checked and kept; no number depends on them.

    Examples
    --------
    >>> Metric("revenue", label="Revenue", unit="EUR", aggregate="sum")
    Metric('revenue', unit='EUR', aggregate='sum', label='Revenue')
    >>> Metric("conversion", aggregate=Ratio("signups", "visits")).missing
    'mask'
    """

    name: str
    _: KW_ONLY
    unit: str | None = None
    available_after: int = 0
    aggregate: Aggregate = UNSAID
    missing: Missing = "mask"
    targeted_since: Moment | None = None
    selected_on: tuple[Moment, Moment] | None = None
    selected_from: int = 10
    label: str | None = None
    cadence: Literal["hour", "day", "business_day", "week", "month", "quarter", "year", "period"] | None = None
    expected: Literal["+", "-"] | None = None
    delay: tuple[int, int] | None = None
    kind: Literal["kpi", "lead", "control", "guardrail"] | None = None
    stage: Literal["input", "activity", "output", "outcome", "impact"] | None = None
    influence: Literal["controllable", "partly", "external"] | None = None
    perspective: str | None = None
    team: str | None = None
    owner: str | None = None
    definition: str | None = None
    wanted: Literal["up", "down"] | None = None
    healthy_range: tuple[float | None, float | None] | None = None

    def __post_init__(self) -> None:
        wrong: list[str] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.default is None:
                continue
            try:
                object.__setattr__(self, field.name, CHECKS[field.name](value, field.name))
            except UsageError as error:
                wrong.append(str(error.args[0]))
        if not wrong:
            wrong += self._against_each_other()
        if wrong:
            raise refused(wrong, f"Metric({self.name!r})")

    def _against_each_other(self) -> list[str]:
        """What two fields say that cannot both be."""
        wrong = []
        if isinstance(self.aggregate, Ratio) and self.name in (self.aggregate.num, self.aggregate.den):
            wrong.append(f"the ratio {self.name!r} cannot be its own numerator or denominator: give it a name of its own.")
        earliest = 1 + min(self.available_after, 0)
        if self.delay is not None and self.delay[0] < earliest:
            ahead = f" of a metric known {-self.available_after} ahead" if self.available_after < 0 else ""
            wrong.append(f"delay={self.delay!r} is not allowed: give delays{ahead} of at least {earliest}, like ({earliest}, 8).")
        return wrong

    def __repr__(self) -> str:
        said = (
            f"{field.name}={_written(getattr(self, field.name))}"
            for field in fields(self)[1:]
            if getattr(self, field.name) != field.default
        )
        return f"Metric({', '.join([repr(self.name), *said])})"

    def to_mapping(self) -> dict[str, Any]:
        """What was said of it, as it stands in a catalogue under its name; `read_catalogue` reads it back.

        What is as it is where nothing is said, such as ``available_after=0``, is left out also where it was said: the two are
        equal. ``aggregate="mean"`` stays where it was said.
        """
        return {
            field.name: _told(getattr(self, field.name))
            for field in fields(self)[1:]
            if getattr(self, field.name) != field.default or (field.name == "aggregate" and is_said(self.aggregate))
        }


#: What a catalogue may say of a metric, and what each is where nothing is said.
_FIELDS: tuple[Field[Any], ...] = tuple(field for field in fields(Metric) if field.default is not MISSING)


def _written(value: object) -> str:
    """A value as Python reads it."""
    return f"ratio({value.num!r}, {value.den!r})" if isinstance(value, Ratio) else repr(value)


def _told(value: object) -> object:
    """A value as a file has it: lists and texts."""
    if isinstance(value, Ratio):
        return {"ratio": [value.num, value.den]}
    return list(value) if isinstance(value, tuple) else value


def metric_of(name: object, said: Mapping[object, Any]) -> Metric:
    """The metric of a name and what a catalogue says of it; unknown keys are refused with the nearest one.

    Raises
    ------
    UsageError
        All that is wrong, at once.
    """
    known = {field.name: field.default for field in _FIELDS}
    wrong = [unknown_key(key, f"{key!r} is no field of a metric", known) for key in said if key not in known]
    given = {str(key): value for key, value in said.items() if key in known and not (value is None and known[str(key)] is None)}
    try:
        metric = Metric(name, **given)  # type: ignore[arg-type]  # it checks its name
    except CatalogueError as error:
        raise refused([*wrong, *error.listed], f"Metric({name!r})") from None
    if wrong:
        raise refused(wrong, f"Metric({name!r})")
    return metric

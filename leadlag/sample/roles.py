"""What one call asks: which column is the KPI, which are candidates, which are controls, and how long the lags are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leadlag._validation import as_int, as_list, as_names, once_each
from leadlag.catalogue import Missing
from leadlag.errors import UsageError
from leadlag.sample.frame import as_sample
from leadlag.sample.known import trimmed
from leadlag.sample.model import Sample

__all__ = ["OneLead", "Roles", "longest_lag", "with_lead", "with_roles"]


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The columns of one call that asks of many candidates, as the sample spells them; candidates by name."""

    kpi: str
    leads: tuple[str, ...]
    controls: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, the KPI first."""
        return (self.kpi, *self.leads, *self.controls)


@dataclass(frozen=True, kw_only=True)
class OneLead:
    """The columns of one call that asks of one lead, `given` others, as the sample spells them."""

    kpi: str
    lead: str
    given: tuple[str, ...]
    controls: tuple[str, ...]

    @property
    def leads(self) -> tuple[str, ...]:
        """The lead, and those that stand beside it."""
        return (self.lead, *self.given)

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, the KPI first."""
        return (self.kpi, *self.leads, *self.controls)


def with_lead(
    data: Any, *, kpi: Any, lead: Any, given: Any, controls: Any, time: str | None, catalogue: Any, missing: Missing
) -> tuple[Sample, OneLead]:
    """The sample around the KPI and the columns of a call that asks of one lead, each in one role."""
    beside = tuple(as_list(given))
    columns = once_each(kpi=kpi, lead=lead, **({"given": beside} if beside else {}), controls=controls)
    sample = as_sample(data, time=time, catalogue=catalogue, missing=missing, columns=columns).require_single()
    sample = trimmed(sample.around(kpi))
    return sample, OneLead(
        kpi=sample.resolve(kpi, "kpi"),
        lead=sample.resolve(lead, "lead"),
        given=tuple(sample.resolve(name, "given") for name in beside),
        controls=tuple(sample.resolve(name, "controls") for name in columns["controls"]),
    )


def with_roles(
    data: Any, *, kpi: Any, leads: Any, controls: Any, time: str | None, catalogue: Any, missing: Missing, ends: bool = False
) -> tuple[Sample, Roles]:
    """The sample around the KPI and its columns by role, each in one role; without `leads` all other columns are candidates.

    Periods before and after all that is known stay where `ends` says so.
    """
    asked: dict[str, Any] = {"kpi": [kpi], "controls": as_list(controls)}
    if leads is not None:
        asked["leads"] = as_list(leads)
    columns = asked if leads is not None else None
    sample = as_sample(data, time=time, catalogue=catalogue, missing=missing, columns=columns).require_single().around(kpi)
    outcome = sample.resolve(kpi, "kpi")
    kept = tuple(sample.resolve(name, "controls") for name in asked["controls"])
    others = sorted(name for name in sample.names if name not in (outcome, *kept))
    candidates = tuple(others) if leads is None else tuple(sorted(sample.resolve(name, "leads") for name in asked["leads"]))
    _refuse_two_roles(outcome, candidates, kept)
    return sample if ends else trimmed(sample), Roles(kpi=outcome, leads=candidates, controls=kept)


def _refuse_two_roles(kpi: str, leads: Sequence[str], controls: Sequence[str]) -> None:
    """One role a column: a lead that is the KPI or a control would be tested against itself."""
    for argument, names in (("leads", leads), ("controls", controls)):
        if kpi in names:
            raise UsageError(f"{argument} names the KPI {kpi!r}: leave it out there.")
        as_names(names, argument, names)
    both = sorted(set(leads) & set(controls))
    if both:
        raise UsageError(f"leads and controls both name {', '.join(map(repr, both))}: a control is never ranked, name it once.")
    if not leads:
        raise UsageError("leads is empty: name at least one candidate, or give data with more columns of numbers than the KPI.")


def longest_lag(sample: Sample, max_lag: int | None) -> int:
    """The longest lag that is searched, in periods of the KPI: as asked, or what suits the calendar."""
    if max_lag is None:
        return sample.calendar.default_max_lag(sample.n_periods)
    return as_int(max_lag, "max_lag", low=1)

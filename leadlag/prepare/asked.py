"""What is known of leads before the data speak: the sign of an effect and when it acts, made into what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from leadlag._calls import Fix
from leadlag._validation import as_name
from leadlag.catalogue import Metric, as_delay, as_sign
from leadlag.core.search.asked import Asked
from leadlag.core.search.problem import Problem
from leadlag.core.search.shapes import Shape
from leadlag.core.time.clock import whole
from leadlag.errors import UsageError
from leadlag.prepare.labels import Prepared
from leadlag.sample import Sample
from leadlag.sample.roles import Roles

__all__ = ["Expected", "as_expected", "by_lead", "n_columns", "with_expected"]

_SIGNS: Mapping[str, Literal[-1, 1]] = {"+": 1, "-": -1}


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is expected of one lead.

    Parameters
    ----------
    sign : {"+", "-"} or None
        Sign of its effect on the KPI.
    delay : (int, int) or None
        First and last period of the KPI after which it acts, as far as the search reaches.
    """

    sign: str | None = None
    delay: tuple[int, int] | None = None


def as_expected(
    expected: Any, delays: Any, *, sample: Sample, roles: Roles, metrics: Mapping[str, Metric], max_lag: int
) -> dict[str, Expected]:
    """What is expected of candidates, by name; what a call says goes before what a catalogue says.

    Parameters
    ----------
    expected : Mapping from str to {"+", "-"}, or None
    delays : Mapping from str to (first, last), or None
    sample : Sample
    roles : Roles
    metrics : Mapping from str to Metric
    max_lag : int

    Raises
    ------
    UsageError
        If a value is not allowed, or a delay reaches beyond the lags that are searched.
    UnknownNameError
        If a name is no candidate.
    """
    signed, windows = (
        _of_candidates(given, argument, sample, roles) for given, argument in ((expected, "expected"), (delays, "delays"))
    )
    signs = {name: as_sign(value, f"expected[{name!r}]") for name, value in signed.items()}
    told = {name: as_delay(value, f"delays[{name!r}]") for name, value in windows.items()}
    found: dict[str, Expected] = {}
    for name in roles.leads:
        known = metrics.get(name)
        sign = signs.get(name, known.expected if known else None)
        delay = told.get(name, known.delay if known else None)
        if delay is not None:
            ahead = whole(sample.ahead.get(name, 0) / sample.pace(name))
            delay = _within(name, delay, ahead=int(ahead), max_lag=max_lag, strictly=name in told)
        if sign is not None or delay is not None:
            found[name] = Expected(sign=sign, delay=delay)
    return found


def by_lead(given: Any, argument: str, *, sample: Sample, leads: Sequence[str]) -> dict[str, Any]:
    """What is told of candidates, by the names that the sample has for them.

    Parameters
    ----------
    given : Mapping or None
    argument : {"expected", "delays"}
    sample : Sample
    leads : sequence of str
        The candidates.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        like = "{'demos': '+'}" if argument == "expected" else "{'demos': (2, 8)}"
        raise UsageError(f"{argument}={given!r} is not allowed: give a mapping of candidates, like {argument}={like}.")
    return {as_name(sample.resolve(name, argument), argument, leads, owner="candidate"): value for name, value in given.items()}


def _of_candidates(given: Any, argument: str, sample: Sample, roles: Roles) -> dict[str, Any]:
    """The same; the KPI and the controls are not ranked."""
    named = by_lead(given, argument, sample=sample, leads=roles.names)
    for name in named:
        if name not in roles.leads:
            what = "the KPI" if name == roles.kpi else "a control"
            raise UsageError(f"{argument} names {what} {name!r}, which is not ranked: name candidates only.")
    return named


def _within(name: str, delay: tuple[int, int], *, ahead: int, max_lag: int, strictly: bool) -> tuple[int, int]:
    """A delay as far as the search reaches; one that is told with the call has to lie in it altogether."""
    first, last = 1 - ahead, max_lag - ahead
    told = f"delays[{name!r}]={delay!r}" if strictly else f"the delay={delay!r} of {name!r} in the catalogue"
    if delay[0] < first and (strictly or delay[1] < first):
        known = f" of a metric known {ahead} ahead" if ahead else ""
        raise UsageError(
            f"{told} begins before lag {first}, the first{known} that is searched: "
            f"give a delay of at least {first}, like ({first}, {max(delay[1], first)})."
        )
    if delay[1] > last and (strictly or delay[0] > last):
        wanted = delay[1] + ahead
        raise UsageError(
            f"{told} reaches beyond max_lag={max_lag}: search up to max_lag={wanted}, or give a delay that ends at {last}.",
            fixes=(Fix.of(max_lag=wanted),),
        )
    return max(delay[0], first), min(delay[1], last)


def with_expected(prepared: Prepared, expected: Mapping[str, Expected]) -> Prepared:
    """The problem in which each lead is asked what is expected of it; what excludes nothing is not asked."""
    problem = prepared.problem
    asked = tuple(_asked(prepared, j, expected.get(name)) for j, name in enumerate(prepared.leads))
    return prepared if not any(asked) else replace(prepared, problem=replace(problem, asked=asked))


def _asked(prepared: Prepared, lead: int, known: Expected | None) -> Asked | None:
    """What is asked of one lead; None for either sign and all lags."""
    if known is None:
        return None
    ahead, delays = prepared.treatments[lead].known_ahead, prepared.problem.delays(lead)
    first, last = (-np.inf, np.inf) if known.delay is None else (end + ahead for end in known.delay)
    asked = Asked(sign=0 if known.sign is None else _SIGNS[known.sign], first=first, last=last)
    if asked.holds(delays[np.isfinite(delays)]).all():
        asked = Asked(sign=asked.sign)
    return None if asked == Asked() else asked


def n_columns(problem: Problem, lead: int, shapes: Sequence[Shape]) -> int:
    """Lags times shapes that are searched for one lead."""
    asked = problem.asked_of(lead)
    signed = asked is not None and asked.sign != 0
    return int(np.isfinite(problem.delays(lead)).sum()) * sum(not signed or shape.response != "square" for shape in shapes)

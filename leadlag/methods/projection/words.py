"""The response to a surprise in words: its table, its explanation, and how it differs from a lag profile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leadlag.wording.layout import CAVEAT, labelled, lines_of, page
from leadlag.wording.notes import cadence_facts
from leadlag.wording.searched import searched_facts
from leadlag.wording.shown import Prose, cut, interval, joined, lag_list, number, numbered, percent, periods, shown, wrap
from leadlag.wording.table import Column, table

if TYPE_CHECKING:
    from leadlag.core.linear.bands import Bands
    from leadlag.methods.projection.result import LocalProjection

__all__ = ["VIEW", "exact_text", "explain", "summary"]

#: Which of the two views this is; said on every table and picture.
VIEW = "response to a surprise in the lead (local projection)"

#: Of the variation of a lead, this share or more has to be predicted before its surprises are said to be followed by more of it.
_PERSISTENT = 0.10

_NAME = 28
_COLUMNS = (
    Column("h", 3), Column("response", 10), Column("std. err.", 10), Column("low", 10), Column("high", 10),
    Column("low all", 11), Column("high all", 11), Column("sum", 10), Column("rows", 5),
)  # fmt: skip


def exact_text(kpi: str, lead: str, horizons: Sequence[int]) -> str:
    """That the fit has no error at some horizons."""
    return f"at {numbered('horizon', horizons)} {shown(kpi)} is fitted exactly: look whether it is made from {shown(lead)}"


def summary(result: LocalProjection) -> Prose:
    """Responses with their bands as text of at most 80 columns."""
    kpi, lead = cut(shown(result.kpi), _NAME), cut(shown(result.lead), _NAME)
    head = wrap(f"{VIEW.capitalize()}: {kpi} after {lead}")
    facts = labelled(_facts(result))
    level = percent(result.bands.level)
    foot = wrap(
        f"h: {result.unit}s after the surprise. low, high: {level} band of each h alone; low all, high all: of all h at once. "
        "sum: response added up from h = 0. Not the lag profile of a distributed lag: see explain().",
    )
    return page(head, facts, _table(result), [*foot, CAVEAT])


def explain(result: LocalProjection) -> Prose:
    """What the response says, and how it differs from a lag profile, in plain sentences."""
    kpi, lead = shown(result.kpi), shown(result.lead)
    past = joined([f"the past of {lead} and of {kpi}", *map(shown, result.controls)])
    sds = f"its sd is {_of(result.surprise_sd, result.lead_unit)}, that of {lead} itself {_of(result.lead_sd, result.lead_unit)}"
    told = [
        f"This is the {VIEW}, not the lag profile of a distributed lag.",
        f"A surprise is what {past} do not predict of {lead}: {sds}.",
        f"After a surprise of {_one(result.lead_unit)} in {lead}, {kpi} stands {_peak(result)}. There the response is largest.",
        _together(result),
        f"Added up over horizons 0 to {result.horizons[-1]}, the response is {_estimate(result.cumulative, -1, result)}.",
        _difference(result),
    ]
    if result.horizons[0] == 0:
        told.append(f"Horizon 0 is the {result.unit} of the surprise itself: what moves there moves with {lead}, not after it.")
    if result.integrated:
        told.append(f"Mind that {_wandering(result)}.")
    if result.exact:
        told.append(f"Mind that {exact_text(result.kpi, result.lead, result.exact)}.")
    told.append(f"That {kpi} moves after {lead} would not show that moving {lead} moves {kpi}.")
    return lines_of(told)


def _difference(result: LocalProjection) -> str:
    """How the two views differ, and by how much this lead makes them differ."""
    lead = shown(result.lead)
    known = 1.0 - (result.surprise_sd / result.lead_sd) ** 2 if result.lead_sd > 0 else 0.0
    apart = f"A lag profile (lagged_regression) says what one unit of {lead} adds later, all other periods of {lead} as they are"
    if known < _PERSISTENT:
        return (
            f"{apart}; a response says what follows a surprise, with the moves of {lead} that usually come after it. The past "
            f"predicts hardly any of the variation of {lead}, so the two should be nearly alike."
        )
    return (
        f"{apart}. But the past predicts {percent(round(known, 2))} of the variation of {lead}: a surprise is followed by more "
        f"moves of {lead}, and the response holds what these bring as well. It is usually wider than the lag profile, and peaks "
        "later."
    )


def _peak(result: LocalProjection) -> str:
    """Such as ``1.2 % higher (95 % interval 0.5 to 1.9) 3 months later``."""
    at = result.horizons.index(result.peak_horizon)
    later = f"{periods(result.peak_horizon, result.unit)} later" if result.peak_horizon else f"in the same {result.unit}"
    return f"{_estimate(result.bands, at, result, signed=True)} {later}"


def _estimate(found: Bands, at: int, result: LocalProjection, *, signed: bool = False) -> str:
    """An estimate with its pointwise interval, in units of the KPI; with `signed`, higher or lower."""
    value, low, high = interval(float(found.estimate[at]), float(found.low[at]), float(found.high[at]))
    size, where = (value.lstrip("-"), " lower" if value.startswith("-") else " higher") if signed else (value, "")
    unit = f" {shown(result.kpi_unit)}" if result.kpi_unit else ""
    return f"{size}{unit}{where} ({percent(found.level)} interval {low} to {high})"


def _together(result: LocalProjection) -> str:
    """Where the band of all horizons at once leaves zero."""
    found = result.bands
    clear = [
        horizon
        for horizon, low, high in zip(result.horizons, found.low_all, found.high_all, strict=True)
        if float(low) > 0.0 or float(high) < 0.0
    ]
    level = percent(found.level)
    if not clear:
        return f"The {level} band of all horizons at once holds zero everywhere: no response can be told from none."
    return f"The {level} band of all horizons at once leaves zero at {numbered('horizon', clear)}."


def _facts(result: LocalProjection) -> Iterator[tuple[str, str]]:
    kpi = f" ({shown(result.kpi_unit)})" if result.kpi_unit else ""
    yield "Response", f"of the KPI{kpi} per {_one(result.lead_unit)} of surprise"
    sd = _of(result.surprise_sd, result.lead_unit)
    yield "Surprise", f"sd {sd}; the lead itself has {_of(result.lead_sd, result.lead_unit)}"
    yield "Peak", f"{periods(result.peak_horizon, result.unit)}: {_estimate(result.bands, _at_peak(result), result)}"
    yield "Given", _given(result)
    dropped = f"{min(result.n_dropped):,} to {max(result.n_dropped):,}"
    used = f"{max(result.nobs):,} to {min(result.nobs):,}"
    yield "Rows", f"{used} {result.unit}s used, {dropped} not (ends of the sample and missing values)"
    yield "Errors", _errors(result)
    if result.integrated:
        yield "Mind", _wandering(result)
    if result.exact:
        yield "Look at", exact_text(result.kpi, result.lead, result.exact)
    yield from searched_facts(result.provenance)
    yield from cadence_facts(result.provenance)


def _at_peak(result: LocalProjection) -> int:
    return result.horizons.index(result.peak_horizon)


def _given(result: LocalProjection) -> str:
    """What is controlled for."""
    if result.order == result.own_order:
        past = f"{numbered('lag', result.order)} of both"
    else:
        past = f"lags {lag_list(result.order)} of the lead and {lag_list(result.own_order)} of the KPI"
    chosen = " (chosen by AIC)" if result.order_chosen else ""
    more = [f"{periods(result.augment, 'further lag')} of both"] if result.augment else []
    trend = ["a linear trend"] if result.trend == "linear" else []
    return joined([f"{past}{chosen}", *more, *trend, *map(shown, result.controls)])


def _errors(result: LocalProjection) -> str:
    hac = f", Bartlett weights, bandwidth {result.bandwidth}" if result.cov_type == "HAC" else ""
    bias = "bias corrected to first order" if result.bias_correction != "none" else "bias not corrected"
    return f"{result.cov_type}{hac}, Student's t with {result.df:.1f} degrees of freedom; {bias}"


def _wandering(result: LocalProjection) -> str:
    """What integrated series do to the bands, and the way out."""
    named, looks = joined([*map(shown, result.integrated)]), "looks" if len(result.integrated) == 1 else "look"
    return (
        f"{named} {looks} integrated: in short samples the bands then hold too rarely (95 % bands in 89 % of samples of 80 "
        "periods, in 93 % of 260); give the changes of both and read the sum"
    )


def _table(result: LocalProjection) -> list[str]:
    """One line a horizon, in units of the data."""
    rows = []
    found = result.bands
    numbers = (found.estimate, found.bse, found.low, found.high, found.low_all, found.high_all, result.cumulative.estimate)
    for horizon, nobs, *values in zip(result.horizons, result.nobs, *numbers, strict=True):
        rows.append((str(horizon), *(number(float(value)) for value in values), str(nobs)))
    return table(_COLUMNS, rows)


def _of(value: float, unit: str) -> str:
    return f"{number(value)} {shown(unit)}" if unit else number(value)


def _one(unit: str) -> str:
    return f"1 {shown(unit)}" if unit else "one unit"

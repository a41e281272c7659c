"""A lagged regression in words: its table, the lag profile of a lead, and what they say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leadlag.methods.regression.diagnostic_words import residual_lines
from leadlag.wording.fit import errors, explained, rows_used
from leadlag.wording.layout import CAVEAT, labelled, lines_of, page
from leadlag.wording.searched import searched_facts, searched_lines
from leadlag.wording.shown import (
    Prose,
    cut,
    interval,
    joined,
    lag_list,
    lag_number,
    number,
    percent,
    periods,
    pvalue,
    shown,
    shown_term,
    wrap,
)
from leadlag.wording.table import Column, table

if TYPE_CHECKING:
    from leadlag.decision.checks import Check
    from leadlag.methods.regression.numbers.diagnostics import Diagnostics
    from leadlag.methods.regression.numbers.profiles import ProfileFamily
    from leadlag.methods.regression.profile import LagProfile
    from leadlag.methods.regression.result import LaggedRegressionResult

__all__ = [
    "VIEW", "aliased_text", "exact_text", "explain", "family", "few_rows_text", "levels_text", "noise_text", "no_rest_text",
    "profile_explain", "profile_summary", "summary",
]  # fmt: skip

#: Which of the two views of a profile this is.
VIEW = "lag profile (distributed lag)"

_LABEL, _NAME = 12, 26
_TERM = 28
_TERMS = (Column("term", _TERM, "left"), Column("coefficient", 13), Column("std. error", 13), Column("t", 10), Column("p", 10))
#: Share of the largest effect below which an effect shows as zero.
_NOTHING_LEFT = 1e-4
#: Parameters behind the weights: label, and what follows the number.
_HIDDEN = {
    "decay": ("Decay", " of the peak is left a {one} later"),
    "peak": ("Peak at", " {unit}s"),
    "theta1": ("Theta 1", ", of the lag from -1 to 1"),
    "theta2": ("Theta 2", ", of its square"),
}
#: Terms shown before the rest is left to `coefficients()`.
_MOST_TERMS = 24


def family(of: ProfileFamily, *, unit: str) -> str:
    """A family of profiles in words."""
    lags = f"{unit}s {lag_list(of.lags)}"
    if of.kind == "almon":
        ends = {
            "none": "",
            "both": ", zero just outside both ends",
            "near": ", zero before the first",
            "far": ", zero after the last",
        }
        return f"polynomial of degree {of.degree} over {lags}{ends[of.endpoints]}"
    if of.kind == "exp_almon":
        return f"exponential of a polynomial of degree 2 over {lags}"
    if of.kind == "geometric":
        free = f" after {of.n_free} free weights" if of.n_free > 1 else ""
        return f"geometric decay from {unit} {of.start} on{free}"
    return f"rise to a peak and decay over {lags}" if of.kind == "delayed" else f"a free weight for each of {lags}"


def aliased_text(terms: Sequence[str], names: Sequence[str] = ()) -> str:
    """That some columns add nothing to others."""
    some = joined([shown_term(term, names) for term in terms[:6]] + ([f"{len(terms) - 6} more"] if len(terms) > 6 else []))
    verb, them = ("is an exact combination", "it has") if len(terms) == 1 else ("are exact combinations", "they have")
    return f"{some} {verb} of other columns, so {them} no coefficient: leave one of the columns that say the same out"


def exact_text(kpi: str) -> str:
    """That the model leaves no error."""
    return f"the model fits {shown(kpi)} exactly: look whether a lead is made from the KPI"


def few_rows_text(*, nobs: int, n_params: int) -> str:
    """That there are few rows for what is estimated."""
    return f"{nobs} rows for {n_params} coefficients are few: below 3 a coefficient and 10, intervals are rough; lower max_lag"


def noise_text() -> str:
    """That the noise model is not determined."""
    return "the data do not determine the noise model: its parts cancel, or its search did not settle; lower noise_order"


def levels_text(kpi: str) -> str:
    """That levels which wander were regressed on each other."""
    return (
        f"what the model leaves of {shown(kpi)} looks integrated: levels that wander look related when they are not; "
        "give noise_order=(1, 1, 0) or regress the changes"
    )


def no_rest_text(kpi: str) -> str:
    """That own lags carry a change on for ever."""
    return (
        f"with these own lags {shown(kpi)} does not settle after a change, so that there is no long-run effect; regress the "
        "changes, or give noise_order=(1, 1, 0) in place of own_lags"
    )


def _lost(profile: LagProfile) -> bool:
    """Whether all columns of the lead are combinations of others."""
    return all(math.isnan(weight) for weight in profile.weights)


def profile_summary(profile: LagProfile) -> Prose:
    """One lead's profile as text of at most 80 columns."""
    kpi, lead = cut(shown(profile.kpi), _NAME), cut(shown(profile.lead), _NAME)
    head = wrap(f"{VIEW[0].upper()}{VIEW[1:]}: how {kpi} moves after {lead}")
    facts = [*labelled(_profile_facts(profile), width=_LABEL), *searched_lines(profile.provenance)]
    return page(head, facts, _lag_table(profile), [CAVEAT])


def _profile_facts(profile: LagProfile) -> Iterator[tuple[str, str]]:
    unit, level = profile.unit, percent(profile.level)
    yield "Shape", profile.shape
    if profile.own_unit != unit:
        own, first = profile.own_unit, profile.lags[profile.delays.index(1.0)] if 1.0 in profile.delays else None
        last = "" if first is None else f"; lag {first} is the last {own} that had ended when the {unit} began"
        yield "Lags", f"in {own}s{last}"
    yield "Delay", _delay(profile)
    if math.isnan(profile.long_run.value):
        yield "Long run", _long_run(profile)
        return
    if profile.long_run.low <= 0.0 <= profile.long_run.high:
        yield "Mean delay", "not clear, since the long run may be zero"
    else:
        mean = profile.mean_delay_estimate
        middle, low, high = interval(mean.value, mean.low, mean.high)
        yield "Mean delay", f"{middle} {unit}s ({level} interval {low} to {high})"
    if math.isfinite(profile.half_life):
        yield "Half-life", f"{number(profile.half_life)} {unit}s after the peak"
    one = "period" if profile.own_unit == unit else profile.own_unit
    for name, hidden in zip(profile.hidden_names, profile.effects.hidden, strict=True):
        middle, low, high = interval(hidden.value, hidden.low, hidden.high)
        label, after = _HIDDEN[name]
        yield label, f"{middle} ({low} to {high}){after.format(one=one, unit=profile.own_unit)}"
    yield "Long run", _long_run(profile)
    yield "", _lasting(profile)


def _delay(profile: LagProfile) -> str:
    if _lost(profile):
        return "not known: all its columns are combinations of others"
    low, high, unit = profile.peak_low, profile.peak_high, profile.own_unit
    others = "no other fits as well" if low == high else f"{low} to {high} fit about as well"
    at = f"{unit} {profile.peak}" + ("" if unit == profile.unit else f" ({periods(profile.delay, profile.unit)})")
    if profile.first_lag is None:
        return f"no lag stands out from zero; largest at {at}, {others}"
    if profile.delay < 1:
        return f"peak at {at}; {others}; lag {profile.peak} is the same {profile.unit}, no lead"
    return f"peak at {at}; {others}; first effect at {unit} {profile.first_lag}"


def _after(profile: LagProfile) -> str:
    """The delay, in periods of the KPI and in those of a lead that is seen more often."""
    said = periods(profile.delay, profile.unit)
    return said if profile.own_unit == profile.unit else f"{said} ({periods(profile.peak, profile.own_unit)})"


def _long_run(profile: LagProfile) -> str:
    run = profile.long_run
    if math.isnan(run.value):
        return "not known" if _lost(profile) else "none, since with these own lags the KPI does not settle"
    middle, low, high = interval(run.value, run.low, run.high)
    text = f"{middle} per unit ({percent(profile.level)} interval {low} to {high}"
    if math.isfinite(profile.bootstrap_low):
        _, low, high = interval(run.value, profile.bootstrap_low, profile.bootstrap_high)
        return f"{text}, bootstrap {low} to {high})"
    if profile.effects.hidden:
        which = "a decay" if "decay" in profile.hidden_names else "this shape"
        return f"{text} from draws; {which} has no bootstrap interval)"
    return f"{text}; no bootstrap interval)"


def _lasting(profile: LagProfile) -> str:
    if math.isfinite(profile.elasticity):
        return f"an elasticity: percent of {shown(profile.kpi)} for one percent more {shown(profile.lead)}"
    unit = " %" if profile.kpi in profile.log else ""
    rise = f"a lasting rise of {number(profile.lead_sd)} (one sd)" + (" in logs" if profile.lead in profile.log else "")
    return f"after {rise}: {number(profile.effect, sign=True)}{unit}"


def _lag_table(profile: LagProfile) -> list[str]:
    bands, summed = profile.effects.profile, profile.effects.cumulative
    largest = max((abs(each) for each in bands.estimate if math.isfinite(each)), default=0.0)
    level = percent(profile.level)
    pointwise, together = Column(f"{level} pointwise", 24), Column(f"{level} all lags", 24)
    rows = []
    for place, lag in enumerate(profile.lags):
        edges = (bands.estimate, bands.low, bands.high, bands.low_all, bands.high_all)
        # what is left of a decay far out is nothing beside its peak
        at, *ends = (0.0 if abs(edge[place]) < _NOTHING_LEFT * largest else edge[place] for edge in edges)
        middle, low, high = interval(at, *ends[:2])
        _, low_all, high_all = interval(at, *ends[2:])
        cells = (str(lag), middle, f"{low} to {high}", f"{low_all} to {high_all}", number(summed.estimate[place]))
        rows.append(cells)
    return table((Column("lag", 5), Column("effect", 11), pointwise, together, Column("sum so far", 14)), rows)


def profile_explain(profile: LagProfile) -> Prose:
    """What a profile says, in plain sentences."""
    kpi, lead, unit = shown(profile.kpi), shown(profile.lead), profile.unit
    run, level = profile.long_run, percent(profile.level)
    if _lost(profile):
        return lines_of([f"All columns of {lead} are exact combinations of others: nothing can be said of it beside them."])
    middle, low, high = interval(run.value, run.low, run.high)
    range_ = f"in the long run ({level} interval {low} to {high})"
    if math.isnan(run.value):
        change = f"With these own lags {kpi} does not settle after a change of {lead}: there is no long-run effect."
    elif math.isfinite(profile.elasticity):
        change = f"One percent more of {lead} that stays goes with a change of {kpi} by {middle} percent {range_}."
    else:
        logs = f"; {joined([shown(name) for name in profile.log])} is in logs" if profile.log else ""
        change = f"A rise of {lead} by one that stays goes with a change of {kpi} by {middle} {range_}{logs}."
    low_lag, high_lag = lag_number(profile.delay_low), lag_number(profile.delay_high)
    others = "no other lag fits as well" if low_lag == high_lag else f"{low_lag} to {high_lag} fit the data about as well"
    peak = f"The effect peaks after {_after(profile)}; {others}."
    if profile.first_lag is None:
        peak = "No single lag stands out from zero once all lags are judged together."
    elif profile.delay < 1:
        peak = f"The effect is largest in the same {unit}: that is moving together, not leading."
    told = [
        (
            f"This is the {VIEW}: the effect of {lead} at each lag with its other lags held fixed. The response to a surprise in "
            f"{lead} (local projection) also holds what usually follows such a surprise, and is another number."
        ),
        change,
        peak,
    ]
    if profile.through_own:
        told.append(f"The effects include what reaches {kpi} through its own past.")
    told.append("Single lags next to each other are hard to tell apart: trust the sum more than any one of them.")
    told.append(f"That {lead} helps to predict {kpi} would not show that moving {lead} moves {kpi}.")
    return lines_of(told)


def summary(result: LaggedRegressionResult) -> Prose:
    """Fit, profiles and diagnostics as text of at most 80 columns."""
    kpi, leads = cut(shown(result.kpi), _NAME), cut(joined([shown(lead) for lead in result.leads]), 40)
    head = wrap(f"Lagged regression of {kpi} on {leads}")
    blocks = [head, labelled(_facts(result), width=_LABEL), _terms(result)]
    for profile in result.profiles[:6]:
        label = cut(shown(profile.lead), _NAME)
        blocks.append(
            [
                *wrap(f"{label}: {profile.shape}"),
                *labelled([("Delay", _delay(profile)), ("Long run", _long_run(profile))], width=_LABEL),
            ]
        )
    if len(result.profiles) > 6:
        blocks.append([f"{len(result.profiles) - 6} more leads: result['name'].summary()"])
    checked = [line for text in diagnosis(result) for line in wrap(text, indent="  ")]
    return page(*blocks, checked, [CAVEAT])


def diagnosis(result: LaggedRegressionResult) -> tuple[str, ...]:
    """One text for each diagnostic of the residuals."""
    checks: Sequence[Check] = result.checks
    if not checks:
        return ()
    found: Diagnostics = result.diagnostics
    place = None if found.shift < 0 else result.resid.index[found.shift]
    at = "" if place is None else f"{result.unit} {place}" if isinstance(place, int) else place
    return residual_lines(
        checks, found, cov_type=result.cov_type, has_own_lags=bool(result.own_lags), noise=result.noise, shift_at=at
    )


def explain(result: LaggedRegressionResult) -> Prose:
    """What the regression says, in plain sentences."""
    kpi, unit = shown(result.kpi), result.unit
    told = [f"The model explains {explained(result.rsquared)} of the variation of {kpi} on {periods(result.nobs, unit)}."]
    for profile in result.profiles:
        middle, low, high = interval(profile.long_run.value, profile.long_run.low, profile.long_run.high)
        if math.isnan(profile.long_run.value):
            rest = f"{kpi} does not settle with these own lags"
            why = "all its columns are exact combinations of others" if _lost(profile) else rest
            told.append(f"{shown(profile.lead)}: the long run is not known, for {why}.")
            continue
        run = f"{middle} per unit ({percent(profile.level)} interval {low} to {high})"
        when = f"after {_after(profile)}" if profile.delay >= 1 else f"in the same {unit}"
        low_lag, high_lag = lag_number(profile.delay_low), lag_number(profile.delay_high)
        others = f" ({low_lag} to {high_lag} fit about as well)" if low_lag != high_lag else ""
        peak = "no single lag stands out from zero" if profile.first_lag is None else f"the effect is largest {when}{others}"
        told.append(f"{shown(profile.lead)}: in the long run {run}; {peak}.")
    if result.exact:
        told.append(f"{exact_text(result.kpi)[0].upper()}{exact_text(result.kpi)[1:]}.")
    told += [*diagnosis(result), f"That a lead helps to predict {kpi} would not show that moving it moves {kpi}."]
    return lines_of(told)


def _facts(result: LaggedRegressionResult) -> Iterator[tuple[str, str]]:
    every = [f"{lag_list(lags)} ({unit}s){_of_whom(result, unit)}" for unit, lags in result.lags_by_unit.items()]
    yield "Lags", "; ".join(every) + (f"; own lags {lag_list(result.own_lags)}" if result.own_lags else "")
    yield "Rows", rows_used(result.nobs, result.n_dropped, result.unit)
    yield "Fit", f"R2 {number(result.rsquared)}, AIC {number(result.aic, digits=5)}, BIC {number(result.bic, digits=5)}"
    yield "Errors", _errors(result)
    yield from searched_facts(result.provenance)
    if result.exact:
        yield "Exact", exact_text(result.kpi)
    if result.noise_order is not None:
        yield "Noise", f"ARIMA{tuple(result.noise_order)}, by exact likelihood; R2 is that of predictions one {result.unit} ahead"


def _errors(result: LaggedRegressionResult) -> str:
    """On what errors, p and intervals rest."""
    asked = errors(result.cov_type, bandwidth=result.bandwidth, correction=result.correction)
    if result.cov_type != "HAC":
        return asked
    what = {"HC3": "HC3", "AR(0)": "no autocorrelation"}.get(result.band_errors, f"{result.band_errors} noise")
    return f"{what}, here and in the profiles; `bse`, `pvalues` are {asked}, as in statsmodels, and too small in short samples"


def _of_whom(result: LaggedRegressionResult, unit: str) -> str:
    """The leads that are seen once in such a period."""
    if len(result.lags_by_unit) == 1:
        return " of each lead"
    return " of " + cut(
        joined([shown(lead) for lead, own in zip(result.leads, result.lead_units, strict=True) if own == unit]), 40
    )


def _terms(result: LaggedRegressionResult) -> list[str]:
    frame, names = result.coefficients(), (result.kpi, *result.leads, *result.controls)
    seen = frame[["term", "params", "band_bse", "band_tvalues", "band_pvalues"]].head(_MOST_TERMS)
    rows = [
        (_term(shown_term(term, names)), number(coefficient), number(bse), number(t), pvalue(p))
        for term, coefficient, bse, t, p in seen.itertuples(index=False)
    ]
    lines, left = table(_TERMS, rows), len(frame) - _MOST_TERMS
    return [*lines, f"{left} more terms: coefficients()"] if left > 0 else lines


def _term(term: str) -> str:
    """A term cut in its name, not in its lag."""
    name, dot, lag = term.rpartition(".")
    return f"{cut(name, _TERM - 2 - len(lag))}{dot}{lag}" if len(lag) < 9 else cut(term, _TERM - 1)

"""Rankings put together by hand, for the tests of what people look at: no number in them was computed from data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from leadlag.decision import (
    Decoys,
    Delay,
    Detectable,
    Effect,
    Evidence,
    Gain,
    Places,
    Policy,
    Profile,
    Quality,
    Reason,
    Refutation,
    Stability,
    Weakening,
    decide,
    in_order,
)
from leadlag.ranking.result import Context, Family, LeadRanking
from leadlag.results import Provenance, Search

#: Names that break tables, markup, charts and terminals that trust them.
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><h1>x</h1>",
    "{{ 7 * 7 }}",
    "a|b",
    "$x_1$",
    "$\\frac{",
    "_hidden",
    "=1+1",
    "@cmd",
    "[link](http://example.org)",
    "`code`",
    "two\nlines",
    "売上高の先行指標",
    "evil\u202etxt.exe",
    "nul\x00byte",
    "á́́́",
    "%s %d {0}",
    "very long name " * 12,
)


def profile(*, lags: int = 12, peak: int = 2, size: float = 40.0, width: float = 15.0) -> Profile:
    """A lag profile with one smooth peak."""
    effect = tuple(size * math.exp(-0.5 * ((lag - peak) / 1.5) ** 2) - 0.1 * size * math.sin(lag) for lag in range(1, lags + 1))
    return Profile(
        lags=tuple(range(1, lags + 1)),
        effect=effect,
        low=tuple(each - width for each in effect),
        high=tuple(each + width for each in effect),
        tvalue=tuple(1.645 * each / width for each in effect),
    )


def found(
    name: str, *, peak: int = 2, size: float = 40.0, pvalue: float = 0.0004, qvalue: float = 0.004, in_percent: bool = False
) -> Evidence:
    """A candidate with all its numbers."""
    return Evidence(
        lead=name,
        nobs=390,
        n_dropped=24,
        statistic=6.1,
        pvalue=pvalue,
        log_pvalue=math.log(pvalue),
        qvalue=qvalue,
        shape="lag 2",
        delay=Delay(peak=peak, lags=tuple(range(max(peak - 1, 1), peak + 2)), level=0.90),
        effect=Effect(value=size, low=size - 15.0, high=size + 16.5, level=0.90, lead_sd=51.7, in_percent=in_percent),
        profile=profile(peak=peak, size=size),
        granger_pvalue=0.0021,
        granger_order=3,
        treatment="first differences",
    )


def not_found(name: str, *, pvalue: float = 0.43, size: float = 2.5) -> Evidence:
    """A candidate that was tested and is no lead."""
    return found(name, peak=5, size=size, pvalue=pvalue, qvalue=min(1.0, 2 * pvalue))


def empty(name: str, code: str = "LL203", detail: str = "") -> Evidence:
    """A candidate without numbers."""
    return Evidence(lead=name, untestable=Reason(code=code, detail=detail))


def ranking_of(
    candidates: Sequence[Evidence],
    *,
    kpi: str = "housing_starts",
    unit: str = "month",
    kpi_unit: str = "thousand homes a year",
    units: tuple[tuple[str, str], ...] = (),
    controls: tuple[str, ...] = (),
    left_out: tuple[tuple[str, str], ...] = (),
    warnings: tuple[tuple[str, str], ...] = (),
) -> LeadRanking:
    """A ranking of candidates, decided as the package decides."""
    policy = Policy()
    decisions = in_order(decide(each, policy) for each in candidates)
    tested = sum(each.untestable is None for each in candidates)
    search = Search(n_leads=tested, n_lags=12, n_shapes=4, family="the leads", correction="Benjamini-Hochberg")
    return LeadRanking(
        decisions=decisions,
        context=Context(
            kpi=kpi, unit=unit, kpi_unit=kpi_unit, units=units, first="1990-01", last="2024-06", n_periods=414, max_lag=12,
            treatment="first differences", momentum=(0.4, -0.1), policy=policy,
        ),
        family=Family(n_candidates=len(candidates), n_tested=tested, n_draws=1999, search=search),
        left_out=left_out,
        provenance=Provenance.of(
            "rank_leads", kpi=kpi, max_lag=12, fdr=0.10, rng=0, controls=controls, n_draws=1999, warnings=warnings,
            search=search,
        ),
    )  # fmt: skip


def housing() -> LeadRanking:
    """Two leads, three candidates that are none, two that could not be tested."""
    return ranking_of(
        [
            found("building_permits", peak=1, size=80.24, pvalue=1e-9, qvalue=2e-8),
            found("mortgage_rate", peak=2, size=-33.1, pvalue=0.0031, qvalue=0.012),
            not_found("lumber_price"),
            not_found("unemployment", pvalue=0.09),
            not_found("new_orders", pvalue=0.9, size=-1.2),
            empty("flat", "LL203"),
            empty("short", "LL204", "19 periods, 52 are needed"),
        ],
        left_out=(("region", "text"),),
        warnings=(("LL101", "the KPI looks integrated and was differenced"),),
    )


def every_verdict() -> LeadRanking:
    """A candidate for each verdict, the values of some published late, units and controls known."""
    nothing = not_found("x")
    return ranking_of(
        [
            replace(found("demos", peak=2), available_after=1, conditional_pvalue=0.0007, reverse_pvalue=0.61),
            replace(found("trials", peak=3), conditional_pvalue=0.002, reverse_pvalue=0.001, reverse_qvalue=0.004),
            replace(found("training_hours", peak=4), available_after=4),
            replace(found("visits", peak=6), explained_by="demos", reverse_pvalue=0.4, group=1),
            replace(found("sign_ups", peak=5), explained_by="demos", reverse_pvalue=0.3, group=1),
            replace(nothing, lead="support_calls", reverse_pvalue=0.0001, reverse_qvalue=0.001),
            replace(nothing, lead="invoices", coincident_pvalue=0.0002, coincident_qvalue=0.003),
            replace(nothing, lead="rebrand_views", one_event=True),
            replace(found("fairs"), few_events=("2020-03 to 2020-05", "2022-01 to 2022-03")),
            not_found("nps"),
            empty("office_plants", "LL201", "no values"),
        ],
        kpi="new_mrr",
        unit="week",
        kpi_unit="EUR",
        units=(("demos", "demos"), ("training_hours", "hours")),
        controls=("price", "holiday"),
    )  # fmt: skip


def backed(lead: Evidence, *, saved: float = 0.124, gain_pvalue: float = 0.004, stable: float = 0.43) -> Evidence:
    """A lead that was put to every test of a sceptic, a target since 2022."""
    weakening = Weakening(
        since="2022-01", before=41.0, before_low=22.0, before_high=60.0, after=33.0, after_low=-5.0, after_high=71.0, pvalue=0.31,
        n_before=270, n_after=100, selected="left out",
    )  # fmt: skip
    return replace(
        lead,
        gain=Gain(
            horizons=(1, 2, 12), rmse=(saved, 0.013, math.nan), mae=(saved, 0.01, math.nan),
            pvalue=(gain_pvalue, 0.6, math.nan), n_origins=(180, 179, 0),
        ),
        stability=Stability(
            statistic=6.2, pvalue=stable, date="2019-07", before=44.0, after=12.0,
            weakening=weakening if stable > 0.05 else None,
        ),
        refutation=Refutation(past=0.2, future=0.01, future_pvalue=0.6, placebo=0.01, permuted=0.02, n_placebo=99, n_permuted=99),
        places=Places(first=((1, 0.62),), low=1, high=2, tied_with=("trials",) if lead.lead == "demos" else ()),
        detectable=Detectable(half=9.0, most=13.0, half_sd=0.21, most_sd=0.3, nobs_needed=80),
        quality=Quality(nobs=lead.nobs, missing=0.012, clipped=0.06, n_seasons=7.5),
    )  # fmt: skip


def sceptics() -> LeadRanking:
    """A strong lead, a moderate one that broke, and a weak one, as a ranking gives them with its evidence."""
    broke = backed(found("trials", peak=3), stable=0.004)
    useless = backed(replace(found("visits", peak=6), explained_by="demos"), saved=-0.03, gain_pvalue=0.7, stable=0.01)
    nothing = replace(
        not_found("nps"), quality=Quality(nobs=390, held=3), detectable=Detectable(half=9, most=13, half_sd=0.2, most_sd=0.3)
    )
    asked = ranking_of([backed(found("demos")), broke, useless, nothing], kpi="new_mrr", unit="week", kpi_unit="EUR")
    provenance = replace(asked.provenance, settings=(*asked.provenance.settings, ("evidence", True)))
    return replace(asked, decoys=Decoys(n=100, n_passed=1, expected=0.4), provenance=provenance)


def one_lead() -> LeadRanking:
    """One candidate, which leads."""
    return ranking_of([found("demos")], kpi="new_mrr", unit="week", kpi_unit="")


def none_found() -> LeadRanking:
    """Candidates that are no leads."""
    return ranking_of([not_found("demos"), not_found("visits", pvalue=0.7)])


def none_testable() -> LeadRanking:
    """Candidates without numbers."""
    return ranking_of([empty("flat"), empty("blank", "LL201")])


def nasty() -> LeadRanking:
    """Hostile names in every place a name can stand."""
    half = len(NASTY) // 2
    return ranking_of(
        [found(name, peak=1 + place) for place, name in enumerate(NASTY[:half])]
        + [empty(name, detail=name) for name in NASTY[half:]],
        kpi=NASTY[0],
        kpi_unit=NASTY[1],
        left_out=tuple((name, "text") for name in NASTY),
        warnings=tuple(("LL112", name) for name in NASTY),
    )


def many(count: int = 200) -> LeadRanking:
    """Many candidates, a twentieth of which lead."""
    leads = [found(f"lead_{place:03d}", peak=1 + place % 12, size=60.0 - 5 * place) for place in range(count // 20)]
    return ranking_of(
        leads + [not_found(f"candidate_{place:03d}", pvalue=0.2 + 0.7 * place / count) for place in range(count - len(leads))]
    )

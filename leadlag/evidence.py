"""What the methods found, lead by lead: arrays in, one `Evidence` a lead out. No threshold, no formula."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from leadlag.catalogue import Metric
from leadlag.core.granger import granger
from leadlag.core.lags import difference
from leadlag.decision import Delay, Effect, Evidence, Policy, Profile, Reason
from leadlag.errors import LeadLagError
from leadlag.methods.leadscan import LeadScan
from leadlag.prepare import Prepared
from leadlag.wording.treatment import lead_treatment

__all__ = ["evidence_of", "untestable_evidence"]


def evidence_of(
    prepared: Prepared,
    scan: LeadScan,
    qvalues: np.ndarray,
    sets: Mapping[int, tuple[int, ...]],
    *,
    unit: str,
    policy: Policy,
    metrics: Mapping[str, Metric],
) -> list[Evidence]:
    """Evidence of every candidate that could be tested, in the order of ``prepared.leads``.

    Parameters
    ----------
    prepared : Prepared
    scan : LeadScan
    qvalues : ndarray, shape (m,)
    sets : Mapping from int to tuple of int
        Delay set of the leads that have one, by column.
    unit : str
        Word for one period.
    policy : Policy
    metrics : Mapping from str to Metric
        What is known about the leads.
    """
    order = min(max(prepared.problem.lags), max(2, len(prepared.problem.momentum.phi)))
    found = []
    for j, lead in enumerate(prepared.leads):
        if not math.isfinite(scan.statistic[j]):
            found.append(Evidence(lead=lead, untestable=Reason(code="LL207", detail="nothing is left of it beside them")))
            continue
        treatment, momentum = prepared.treatments[j], prepared.problem.momentum
        found.append(
            Evidence(
                lead=lead,
                nobs=int(scan.nobs[j]),
                n_dropped=len(prepared.problem.y) - int(scan.nobs[j]),
                statistic=float(scan.statistic[j]),
                pvalue=float(scan.pvalue[j]),
                log_pvalue=float(scan.log_pvalue[j]),
                qvalue=float(qvalues[j]),
                shape=scan.shape[j],
                delay=Delay(peak=int(scan.peak[j]), lags=sets[j], level=policy.delay_level) if j in sets else None,
                effect=_effect(prepared, scan, j, policy=policy),
                profile=_profile(prepared, scan, j),
                granger_pvalue=_granger_pvalue(prepared, j, order=order),
                granger_order=order,
                treatment=lead_treatment(
                    log=treatment.log,
                    differenced=treatment.differenced,
                    with_kpi=momentum.unit_root,
                    surprises=treatment.surprises,
                    n_clipped=treatment.n_clipped,
                    unit=unit,
                ),
                available_after=metrics[lead].available_after if lead in metrics else 0,
            )
        )
    return found


def untestable_evidence(prepared: Prepared) -> list[Evidence]:
    """Evidence of the candidates that keep their row without numbers."""
    return [Evidence(lead=item.lead, untestable=Reason(code=item.code, detail=item.detail)) for item in prepared.untestable]


def _effect(prepared: Prepared, scan: LeadScan, j: int, *, policy: Policy) -> Effect:
    """Effect of a lasting rise by one sd of the working lead, in KPI units, or percent if the KPI is in logs."""
    value, *ends = (_in_kpi_units(prepared, number) for number in (scan.effect[j], scan.effect_low[j], scan.effect_high[j]))
    return Effect(
        value=value, low=min(ends), high=max(ends), level=policy.effect_level,
        lead_sd=float(prepared.problem.x_scale[j]), in_percent=prepared.kpi.log,
    )  # fmt: skip


def _profile(prepared: Prepared, scan: LeadScan, j: int) -> Profile:
    """Each lag tried alone, in the units of the effect."""
    effect, low, high = (
        tuple(_in_kpi_units(prepared, number) for number in row[j]) for row in (scan.profile, scan.profile_low, scan.profile_high)
    )
    return Profile(lags=prepared.problem.lags, effect=effect, low=low, high=high, tvalue=tuple(scan.tvalue[j].tolist()))


def _in_kpi_units(prepared: Prepared, number: float) -> float:
    """A log effect as a percentage; any other as it is."""
    return 100.0 * math.expm1(number) if prepared.kpi.log else float(number)


def _granger_pvalue(prepared: Prepared, j: int, *, order: int) -> float:
    """Joint F test of the working lead's lags beyond the KPI's own; NaN where it has too few rows."""
    problem = prepared.problem
    y, x = (difference(series) if problem.momentum.unit_root else series for series in (problem.y, problem.X[:, j]))
    try:
        return granger(y, x, lags=range(1, order + 1), controls=problem.base[:, 1:]).test.pvalue
    except LeadLagError:
        return math.nan

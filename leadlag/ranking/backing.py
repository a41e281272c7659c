"""What backs each found lead: the questions of a sceptic in their order. No threshold, no formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leadlag.catalogue import Metric
from leadlag.decision import Decision, Decoys, Evidence, Gain, Places, Policy, Stability, decide, in_order
from leadlag.methods.gain.question import lead_gains
from leadlag.methods.power.numbers.sizes import needed_pvalue
from leadlag.methods.power.question import detectable_by_lead
from leadlag.methods.refutation.question import decoys_tried, refute
from leadlag.methods.stability.question import lead_stability
from leadlag.prepare import Prepared
from leadlag.ranking.places import places_of
from leadlag.ranking.search import Findings, FoundLead
from leadlag.ranking.words.checks import ONLY_A_PART
from leadlag.sample import Sample
from leadlag.sample.roles import Roles

__all__ = ["RankingCall", "with_backing"]


@dataclass(frozen=True, kw_only=True)
class RankingCall:
    """The call whose leads are put to the test.

    Parameters
    ----------
    sample : Sample
        Around the KPI.
    roles : Roles
    max_lag : int
    log : tuple of str
    undo : {"rolling", "ytd"} or None
    metrics : Mapping from str to Metric
    policy : Policy
    seeds : sequence of int
        One for stability, refutation, decoys and places each.
    n_draws : int
        Bootstrap draws behind the p of stability.
    """

    sample: Sample
    roles: Roles
    max_lag: int
    log: tuple[str, ...]
    undo: str | None
    metrics: Mapping[str, Metric]
    policy: Policy
    seeds: Sequence[int]
    n_draws: int = 999


def with_backing(
    call: RankingCall, prepared: Prepared, findings: Findings, gathered: Sequence[Evidence]
) -> tuple[list[Evidence], Decoys | None]:
    """The evidence of all candidates with what backs those that were found.

    Parameters
    ----------
    call : RankingCall
    prepared : Prepared
    findings : Findings
        Of `prepared`.
    gathered : sequence of Evidence
        Of all candidates, those that could be tested first, in the order of the problem.

    Returns
    -------
    evidence : list of Evidence
        With `detectable` for all that were tested, and gain, stability, refutation and places for leads and indirect ones.
    decoys : Decoys or None
        None where nothing could be tested.
    """
    tested = [item for item in gathered if item.untestable is None]
    if not tested:
        return list(gathered), None
    needed = needed_pvalue(findings.scan.pvalue, fdr=call.policy.fdr)
    sizes = detectable_by_lead(prepared, prepared.problem, findings.scan, threshold=needed, shapes=findings.shapes)
    seen = dict(zip(prepared.leads, sizes, strict=True))
    supported = [item for item in in_order(decide(each, call.policy) for each in tested) if item.verdict in ("lead", "indirect")]
    backing = _backing(call, prepared, findings, supported)
    evidence = [
        item if item.untestable else replace(item, detectable=seen[item.lead], **backing.get(item.lead, {})) for item in gathered
    ]
    return evidence, _decoys(call, prepared, findings)


def _backing(
    call: RankingCall, prepared: Prepared, findings: Findings, supported: Sequence[Decision]
) -> dict[str, dict[str, Any]]:
    """The fields of evidence that back each found lead, best lead first."""
    measured = {prepared.leads[one.lead]: one for one in findings.found(prepared.problem)}
    names = [item.evidence.lead for item in supported]
    found = {name: measured[name] for name in names if name in measured}
    gains = lead_gains(
        call.sample, kpi=call.roles.kpi, leads=tuple(names), controls=call.roles.controls, max_lag=call.max_lag,
        log=call.log, undo=call.undo, metrics=call.metrics,
    )  # fmt: skip
    places = _places(
        call,
        findings,
        found,
        [item.evidence.lead for item in supported if item.verdict == "lead" and item.evidence.lead in found],
    )
    responses = {item.evidence.lead: item.evidence.response for item in supported}
    several = {prepared.leads[one.lead]: one for one in findings.by_several_lags()}
    backed = {
        name: {"gain": gains[name], "stability": _stability(call, prepared, findings, name, one)} for name, one in several.items()
    }
    return backed | {
        name: {
            "gain": gains[name] if responses[name] == "linear" else Gain.none(gains[name].horizons, ONLY_A_PART),
            "stability": _stability(call, prepared, findings, name, one),
            "refutation": refute(one.problem, one.column, seed=call.seeds[1], shapes=findings.shapes),
            "places": places.get(name),
        }
        for name, one in found.items()
    }


def _places(call: RankingCall, findings: Findings, found: Mapping[str, FoundLead], leads: Sequence[str]) -> dict[str, Places]:
    """How sure the places are, among the leads and behind them among the indirect ones; of one alone there is nothing to tell."""
    indirect = [name for name in found if name not in leads]
    places: dict[str, Places] = {}
    for names, before in ((leads, 0), (indirect, len(leads))):
        if len(names) == 1:
            continue
        placed = places_of(
            [found[name] for name in names], names=names, seed=call.seeds[3], shapes=findings.shapes, before=before
        )
        places |= dict(zip(names, placed, strict=True))
    return places


def _stability(call: RankingCall, prepared: Prepared, findings: Findings, name: str, one: FoundLead) -> Stability:
    """Whether the relation of one lead is the same all the time."""
    return lead_stability(
        prepared, one.problem, one.column, best=int(one.scan.best[one.column]), shapes=findings.shapes, seed=call.seeds[0],
        n_draws=call.n_draws, calendar=call.sample.calendar, metric=call.metrics.get(name), level=call.policy.effect_level,
        ahead=prepared.treatments[one.lead].known_ahead,
    )  # fmt: skip


def _decoys(call: RankingCall, prepared: Prepared, findings: Findings) -> Decoys:
    """How many stand-ins of the candidates would have been called leads beside the chosen ones."""
    selection = findings.selection
    selected = {lead: int(one.best[0]) for lead, one in zip(selection.selected, selection.scans, strict=True)}
    return decoys_tried(prepared, findings.scan, selected, fdr=call.policy.fdr, seed=call.seeds[2], shapes=findings.shapes)

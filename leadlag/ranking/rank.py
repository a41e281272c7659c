"""Which leads predict the KPI, and when: the order of the calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_bool, as_generator, as_int, as_option, as_real, only_data_positional, seed_words
from leadlag.catalogue import Catalogue, Metric, Missing, as_catalogue, known_of
from leadlag.core.search.scan import BaseFit
from leadlag.core.search.shapes import NONLINEAR
from leadlag.decision import Evidence, Policy, decide, in_order
from leadlag.prepare import Prepared, prepare
from leadlag.prepare.asked import as_expected, n_columns, with_expected
from leadlag.prepare.edges import ENDED, edges_told
from leadlag.prepare.repairs import REPAIRS, as_repairs, repaired
from leadlag.prepare.scale import AUTO, as_log, kpi_grows, odd_scale, resolved_log
from leadlag.prepare.searched import refuse_beyond_limits, searched_shapes
from leadlag.prepare.season import season_periods
from leadlag.ranking.backing import RankingCall, with_backing
from leadlag.ranking.evidence import evidence_of
from leadlag.ranking.leftover import CLEAR, final_fit, season_left
from leadlag.ranking.result import COLUMNS, NOT_COMPUTED, Context, Family, LeadRanking, RankedData, RankedLead
from leadlag.ranking.scales import Scaled, in_scale
from leadlag.ranking.search import Findings, find
from leadlag.ranking.several import lags_asked_together
from leadlag.ranking.words.treatment import (
    both_scales,
    clipped,
    common_calendar,
    growing_kpi,
    kpi_treatment,
    moving_season,
    no_scale,
    season_still_there,
    slow_kpi,
    uneven_season,
)
from leadlag.results import Provenance, Search
from leadlag.sample import Sample
from leadlag.sample.roles import Roles, longest_lag, with_roles
from leadlag.wording.units import season

__all__ = ["COLUMNS", "NOT_COMPUTED", "Context", "Family", "LeadRanking", "RankedLead", "rank_leads"]


@only_data_positional
def rank_leads(
    data: Any,
    *,
    kpi: str,
    leads: Sequence[str] | None = None,
    max_lag: int | None = None,
    fdr: float = 0.10,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    controls: Sequence[str] | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    log: str | Sequence[str] = (),
    undo: str | None = None,
    nonlinear: bool = False,
    evidence: bool = True,
    n_draws: int = 1999,
    repair: Sequence[str] = REPAIRS,
    expected: Mapping[str, str] | None = None,
    delays: Mapping[str, tuple[int, int]] | None = None,
) -> LeadRanking:
    """Rank candidate leads by whether, when and how much they move before a KPI.

    Parameters
    ----------
    data : Sample, eager frame, or list of them
        Wide table of metrics, one row a period, with a time column, a time index, or undated rows; one table a cadence in a list,
        where leads may be seen more often than the KPI (they are searched at their own lags) or less often.
    kpi : str
        The outcome.
    leads : sequence of str, optional
        Candidates; every other column of numbers if None.
    max_lag : int, optional
        Lags 1..max_lag are searched, in periods of the KPI. None takes 12 for weeks, months and undated periods, 8 for quarters,
        14 for days, 10 for business days, 24 for hours, 3 for years, for steps of some days what the nearest of these has, and at
        most a sixth of the rows.
    fdr : float
        Share of false leads among those named that is accepted on average.
    rng : int or Generator
        The same value gives the same ranking.
    time : str, optional
        Column that holds the time.
    controls : sequence of str, optional
        Columns that enter every model in the same period and are not ranked (price, weather, campaigns).
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics: unit, publication delay, aggregation, expected sign and delay.
    missing : {"mask", "error", "zero"} or ("ffill", n)
        What to do with missing periods; nothing is filled by default.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is asked, each said in a note; ``()`` for nothing: see `docs/repairs.md`.
    log : sequence of str or "auto"
        Columns to analyse in natural logs; the effect is in percent if the KPI is among them. "auto" asks a KPI that grows in
        levels, and in logs beside the candidates that grow too, and ranks in the scale that shows a lead more clearly.
    undo : {"rolling", "ytd"}, optional
        Undo the moving average or the sum to date as which the KPI is reported.
    nonlinear : bool
        Also search for effects of a lead's square, and of what lies above or below its mean; these count as tests.
    evidence : bool
        False leaves out what no verdict rests on, for speed with many leads: the grade and what it rests on (gain out of sample,
        stability), attempts to refute a lead, decoys, what could have been seen, and `granger_pvalue`. Their columns are NaN.
    n_draws : int
        Bootstrap draws behind the p-values.
    expected : Mapping from str to {"+", "-"}, optional
        Sign of the effect of candidates that is known before the data are seen, ``{"demos": "+"}``: an effect of the other sign
        does not count, and the test is one-sided. Goes before `Metric.expected`.
    delays : Mapping from str to (first, last), optional
        Periods of the KPI after which candidates act, ``{"demos": (2, 8)}``: other lags are not searched. Goes before
        `Metric.delay`.

    Returns
    -------
    LeadRanking
        One row a candidate, best first. A candidate that cannot be tested keeps its row, with the reason.

    Raises
    ------
    UnknownNameError
        If a column does not exist; with the nearest name.
    DataContractError
        If values of a named column are wrong, or the KPI cannot be analysed; lists everything that is wrong.
    UsageError
        If an argument is outside what is allowed.

    Notes
    -----
    The model is ``y_t = c_t' d + b w(B) x_t + u_t`` with ``phi(B) u_t = e_t``: deterministic terms, one lead in one lag
    shape, and the KPI's own momentum. A lead's statistic is the largest share explained over lags and shapes, as a t, its
    p-value comes from a wild bootstrap that repeats the whole search, and q-values are those of Benjamini & Hochberg (1995).
    What the search leaves is asked for its first lags together, at a tenth of the false discovery rate.

    Examples
    --------
    786 months, and the verdicts alone; without ``evidence=False`` also what backs each lead, which takes several times as long.

    >>> import leadlag as ll
    >>> sample = ll.load_sample("us_housing")
    >>> ranking = ll.rank_leads(sample, kpi="housing_starts", max_lag=12, evidence=False)
    >>> "building_permits" in ranking.leads
    True

    A lead whose square acts.

    >>> from leadlag.simulate import PlantedSeries
    >>> heat = PlantedSeries(name="heat", effect=0.8, delay=2, response="quadratic")
    >>> data = ll.simulate_leads(series=[heat], n_noise=3, rng=1).data
    >>> ll.rank_leads(data, kpi="kpi").leads, ll.rank_leads(data, kpi="kpi", nonlinear=True).leads
    ((), ('heat',))
    """
    policy = Policy(fdr=as_real(fdr, "fdr", low=0.0, high=1.0))
    draws = as_int(n_draws, "n_draws", low=99, high=99_999)
    sample, names = with_roles(data, kpi=kpi, leads=leads, controls=controls, time=time, catalogue=catalogue, missing=missing)
    repairs, lag, metrics = as_repairs(repair), longest_lag(sample, max_lag), as_catalogue(catalogue)
    read = sample
    sample = repaired(edges_told(sample, names.names, max_lag=lag, metrics=metrics), names.names, repairs)
    asked_log = as_log(log, names.names)
    undone = None if undo is None else as_option(undo, "undo", ("rolling", "ytd"))
    known = as_expected(expected, delays, sample=sample, roles=names, metrics=metrics, max_lag=lag)
    shapes = (*searched_shapes(sample, names.leads), *(NONLINEAR if as_bool(nonlinear, "nonlinear") else ()))
    n_slots = refuse_beyond_limits(sample, names.leads, max_lag=lag, n_shapes=len(shapes), n_draws=draws)
    unit, beside = sample.calendar.unit, as_bool(evidence, "evidence")
    seeds = [int(seed) for seed in as_generator(rng).integers(2**63, size=8)]
    with one_thread():  # many small products: more threads cost more than they bring
        tried = resolved_log(sample, kpi=names.kpi, leads=names.leads, log=asked_log, undo=undone, metrics=metrics)

        def prepared_in(logs: tuple[str, ...]) -> Prepared:
            ready = prepare(sample, kpi=names.kpi, leads=names.leads, controls=names.controls, max_lag=lag, log=logs, undo=undone)
            return with_expected(ready, known)

        scaled = in_scale(prepared_in, tried, shapes, choose=asked_log == AUTO, seed=seeds[0], n_draws=draws)
        prepared, logged = scaled.prepared, scaled.log
        findings = find(
            prepared, shapes, seeds=seeds, n_draws=draws, policy=policy, other=scaled.other,
            n_together=lags_asked_together(sample.calendar.freq),
        )  # fmt: skip
        gathered = evidence_of(
            prepared, findings, unit=unit, periods=sample.periods, policy=policy, metrics=metrics, joint_test=beside
        )
        decoys = None
        if beside:
            call = RankingCall(
                sample=sample, roles=names, max_lag=lag, log=logged, undo=undone, metrics=metrics, policy=policy, seeds=seeds[4:]
            )
            gathered, decoys = with_backing(call, prepared, findings, gathered)
        season_notes = tuple(_season_notes(sample, prepared, final_fit(prepared.problem, findings.selection, shapes)))
    scale_notes = tuple(_scale_notes(sample, scaled, names, undo=undone, metrics=metrics, chosen=asked_log == AUTO))
    family = _family(scaled, findings, n_candidates=len(names.leads), n_slots=n_slots, n_draws=draws)
    provenance = Provenance.of(
        "rank_leads", warnings=(*_notes(sample, prepared, gathered), *season_notes, *scale_notes), search=family.search,
        kpi=names.kpi,
        leads=names.leads, max_lag=lag, fdr=policy.fdr, rng=seed_words(rng), controls=names.controls, missing=missing,
        repair=repairs, log=logged, undo=undone, n_draws=draws,
        expected={name: one.sign for name, one in known.items() if one.sign is not None},
        delays={name: one.delay for name, one in known.items() if one.delay is not None},
        nonlinear=bool(nonlinear), evidence=beside, time=time, catalogue=known_of(metrics, sample.all_names),
    )  # fmt: skip
    kept = RankedData(
        sample=read, roles=names, max_lag=lag, log=logged, repair=repairs, missing=missing, metrics=tuple(metrics.values()),
        seeds=tuple(seeds),
    )  # fmt: skip
    return LeadRanking(
        decisions=in_order(decide(item, policy) for item in gathered),
        context=_context(sample, prepared, kpi=names.kpi, max_lag=lag, policy=policy, metrics=metrics),
        family=family,
        decoys=decoys,
        left_out=tuple((item.name, item.reason) for item in sample.left_out if leads is None),
        data=kept,
        provenance=provenance,
    )


def _family(scaled: Scaled, findings: Findings, *, n_candidates: int, n_slots: int, n_draws: int) -> Family:
    """The tests that were adjusted together."""
    n_tested = int(np.isfinite(findings.scan.statistic).sum())
    search = Search(
        n_transforms=1 if scaled.other is None else 2, n_leads=n_tested, n_lags=n_slots, n_shapes=len(findings.shapes),
        correction="Benjamini-Hochberg", family="the leads; p of each covers its lags and shapes",
        n_tests=_n_tests(scaled.prepared, findings),
    )  # fmt: skip
    return Family(n_candidates=n_candidates, n_tested=n_tested, n_draws=n_draws, search=search)


def _n_tests(prepared: Prepared, findings: Findings) -> int:
    """Lags and shapes tried in all; -1 where all are tried of every lead."""
    if not prepared.problem.asked:
        return -1
    tested = np.flatnonzero(np.isfinite(findings.scan.statistic))
    return sum(n_columns(prepared.problem, int(lead), findings.shapes) for lead in tested)


def _context(
    sample: Sample, prepared: Prepared, *, kpi: str, max_lag: int, policy: Policy, metrics: Mapping[str, Metric]
) -> Context:
    """What all rows of the ranking share."""
    unit = sample.calendar.unit
    seasons = [
        season(period=item.period, count=item.count, unit=unit, grows=item.grows, peaks=item.peaks, year=sample.calendar.year)
        for item in prepared.seasons
    ]
    momentum = prepared.problem.momentum
    treatment = kpi_treatment(
        log=prepared.kpi.log, differenced=prepared.kpi.differenced, n_clipped=prepared.kpi.n_clipped, seasons=seasons,
        inside=prepared.beside.names, order=len(momentum.phi), unit=unit,
    )  # fmt: skip
    return Context(
        kpi=kpi,
        unit=unit,
        kpi_unit=(metrics[kpi].unit or "") if kpi in metrics else "",
        first=sample.periods[0],
        last=sample.periods[-1],
        n_periods=sample.n_periods,
        span=sample.calendar.span,
        max_lag=max_lag,
        policy=policy,
        momentum=tuple(momentum.phi.tolist()),
        integration=prepared.kpi.state,
        treatment=treatment,
        units=tuple((metric.name, metric.unit) for metric in known_of(metrics, sample.all_names) if metric.unit),
    )


def _season_notes(sample: Sample, prepared: Prepared, final: BaseFit) -> Iterator[tuple[str, str]]:
    """Code and text of what the KPI's season does that no fixed season tells."""
    n, unit = sample.n_periods, sample.calendar.unit
    moving = prepared.working.momentum.season
    if moving is not None:
        yield "LL165", moving_season(period=moving.period, unit=unit)
    for left in (season_left(final, n, period=period) for period in season_periods(sample.calendar)):
        if left.alike < CLEAR:
            yield "LL166", season_still_there(period=left.period, unit=unit, pvalue=left.alike)
        if left.uneven < CLEAR:
            yield "LL167", uneven_season(pvalue=left.uneven)


def _scale_notes(
    sample: Sample, scaled: Scaled, names: Roles, *, undo: str | None, metrics: Mapping[str, Metric], chosen: bool
) -> Iterator[tuple[str, str]]:
    """Code and text of the scale in which the KPI was ranked, where it was chosen, or another may suit it."""
    if chosen:
        yield "LL168", both_scales(tried=scaled.tried, log=scaled.log, asked=scaled.other is not None)
    elif names.kpi not in scaled.log and kpi_grows(sample, kpi=names.kpi, leads=names.leads, undo=undo, metrics=metrics):
        yield "LL168", growing_kpi()
    if kind := odd_scale(sample, kpi=names.kpi, metrics=metrics):
        yield "LL169", no_scale(kind)


def _notes(sample: Sample, prepared: Prepared, evidence: Sequence[Evidence]) -> Iterator[tuple[str, str]]:
    """Code and text of all that deserves a look; told in every view of the ranking, not interrupting it."""
    yield from ((note.code, note.text) for note in sample.notes)
    if prepared.reported:
        yield "LL108", prepared.reported
    if prepared.kpi.differenced:
        why = "DF-GLS and ADF keep a unit root, KPSS rejects stationarity"
        yield "LL101", f"the KPI looks integrated ({why}): its changes were analysed"
    if prepared.kpi.n_clipped:
        yield "LL112", clipped(prepared.kpi.n_clipped)
    if prepared.common:
        declared = bool(sample.calendar.holidays)
        yield "LL153", common_calendar(**vars(prepared.common), dated=sample.calendar.dated, declared=declared)
    if prepared.kpi.held:
        yield "LL121", slow_kpi(held=prepared.kpi.held, unit=sample.calendar.unit)
    yield from (note for item in evidence for note in item.notes if note[0] != ENDED)  # told among those of the sample
    for item in prepared.seasons:
        if item.n_seasons < 5 and not item.peaks:
            text = f"{item.n_seasons:.1f} seasons of {item.period:.4g} {sample.calendar.unit}s: the season is known only roughly"
            yield "LL106", text

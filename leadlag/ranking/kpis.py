"""The same question for many KPIs and segments: one ranking each, and what failed."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_generator, as_list, as_name, as_names, only_data_positional, refuse_unknown
from leadlag.catalogue import Catalogue, Metric, as_catalogue, known_of, with_missing_masked
from leadlag.errors import DataContractError, UsageError
from leadlag.prepare.asked import by_lead
from leadlag.prepare.scale import AUTO, NamedLog, as_log
from leadlag.ranking.edge import Fault, at_the_edge
from leadlag.ranking.many import Failure, KpiRanking, LeadRankings
from leadlag.ranking.rank import rank_leads
from leadlag.ranking.result import LeadRanking
from leadlag.results import Provenance, Search
from leadlag.sample import Sample, as_sample

__all__ = ["rank_kpis"]


@only_data_positional
def rank_kpis(
    data: Any,
    *,
    kpis: str | Sequence[str],
    leads: str | Sequence[str] | None = None,
    segments: str | Sequence[str] | None = None,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    log: str | Sequence[str] = (),
    expected: Mapping[str, str] | None = None,
    delays: Mapping[str, tuple[int, int]] | None = None,
    **options: Any,
) -> LeadRankings:
    """Rank the leads of many KPIs, and in every segment: `rank_leads` for each, on as many workers as joblib is given.

    Parameters
    ----------
    data : Sample, eager frame, or list of them
        As in `rank_leads`. A Sample of `from_long` with ``segment=`` holds the same metrics for several segments.
    kpis : str or sequence of str
        The outcomes.
    leads : str or sequence of str, optional
        Candidates of every KPI, but for the KPI itself. None: every other column of numbers; another KPI is among them,
        because one KPI may well lead another. Name the leads where that is not wanted.
    segments : str or sequence of str, optional
        Segments of the Sample; all if None. Each has rankings of its own, nothing is pooled over segments.
    rng : int or Generator
        Every ranking starts from the same seed: it is the one that `rank_leads` gives with it, whatever else is asked for.
    time, controls, catalogue
        As in `rank_leads`.
    log : str or sequence of str
        Columns to analyse in natural logs wherever they take part; "auto" as in `rank_leads`, for each KPI by itself.
    expected, delays : Mapping, optional
        As in `rank_leads`, for every KPI of which the lead is a candidate.
    **options
        Any other option of `rank_leads`: `max_lag`, `fdr`, `missing`, `undo`, `n_draws` and what else it has.

    Returns
    -------
    LeadRankings
        By KPI and segment as given. A KPI that cannot be ranked in a segment is among the `failures`, with code and message;
        it does not stop the others, not even where leadlag itself fails (LL501).

    Raises
    ------
    UnknownNameError
        If a column or segment does not exist.
    DataContractError
        If values are wrong that all KPIs need.
    UsageError
        If an argument is outside what is allowed, so that no KPI can be ranked.

    See Also
    --------
    rank_leads : one KPI; what the columns mean.

    Notes
    -----
    Jobs go through joblib: ``with joblib.parallel_config(n_jobs=2): ...`` spreads them, and
    ``with joblib.parallel_config(backend="dask"): ...`` over the workers of the current Dask client. The linear algebra inside a
    job has one thread, so the tables are identical whichever backend computes them. The false discovery rate holds
    within each ranking, not over all of them.

    Examples
    --------
    >>> import leadlag as ll
    >>> sample = ll.load_sample("us_housing")
    >>> found = ll.rank_kpis(sample, kpis=["housing_starts", "building_permits"], max_lag=3, n_draws=199, evidence=False)
    >>> len(found), found.failures, "building_permits" in found["housing_starts"].leads
    (2, (), True)
    """
    as_generator(rng)
    seed = int(rng.integers(2**63)) if isinstance(rng, np.random.Generator) else int(rng)
    _refuse_unknown(options)
    asked = {"kpis": as_list(kpis), "leads": as_list(leads), "controls": as_list(controls)}
    if not asked["kpis"]:
        raise UsageError("kpis is empty: name at least one column.")
    metrics = as_catalogue(catalogue)
    sample, broken = _read(data, asked, all_leads=leads is None, time=time, plainly=with_missing_masked(catalogue))
    asked["kpis"] = [name for name in asked["kpis"] if name not in {item.kpi for item in broken}]
    names = {argument: tuple(sample.resolve(name, argument) for name in given) for argument, given in asked.items()}
    outcomes = as_names(names["kpis"], "kpis", sample.all_names)
    logged = as_log(log, sample.all_names)
    parts = _segments(sample, segments)
    candidates = sample.all_names if leads is None else names["leads"]
    told = {
        argument: by_lead(given, argument, sample=sample, leads=candidates)
        for argument, given in (("expected", expected), ("delays", delays))
    }
    jobs = [
        _job(part, kpi, None if leads is None else names["leads"], names["controls"], logged, metrics, told)
        for kpi in outcomes
        for part in parts
    ]
    done = joblib.Parallel()(joblib.delayed(_rank)(job, seed, options) for job in jobs)
    rankings = tuple(item for item in done if isinstance(item, KpiRanking))
    failures = (*broken, *(item for item in done if isinstance(item, Failure)))
    if not rankings and all(item.code.startswith("LL4") for item in failures):  # the call is wrong, whatever the KPI
        raise UsageError(failures[0].message, code=failures[0].code)
    settings: dict[str, Any] = {
        "kpis": outcomes,
        "segments": tuple(part.segments[0] for part in parts if part.segments),
        "rng": seed,
    }
    settings |= {"leads": None if leads is None else names["leads"], "controls": names["controls"], "log": logged, "time": time}
    settings |= told
    settings |= {"catalogue": known_of(metrics, sample.all_names), **options}
    provenance = Provenance.of("rank_kpis", search=_search(rankings), **settings)
    return LeadRankings(rankings=rankings, failures=failures, provenance=provenance)


def _search(rankings: Sequence[KpiRanking]) -> Search:
    """All that was tried; rankings differ in their leads, so that tests are those of all of them."""
    tried = [item.ranking.family.search for item in rankings]
    return Search(
        n_kpis=len({item.kpi for item in rankings}), n_segments=max(len({item.segment for item in rankings}), 1),
        n_leads=max((each.n_leads for each in tried), default=0), n_lags=max((each.n_lags for each in tried), default=0),
        n_shapes=max((each.n_shapes for each in tried), default=0), n_tests=sum(each.n_tests for each in tried),
        family="the leads within each ranking, not over rankings", correction="Benjamini-Hochberg",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One call of `rank_leads`, as a worker gets it."""

    sample: Sample
    kpi: str
    segment: str
    leads: tuple[str, ...] | None
    controls: tuple[str, ...]
    log: NamedLog
    catalogue: tuple[Metric, ...]
    told: Mapping[str, Mapping[str, Any]]


def _job(
    sample: Sample,
    kpi: str,
    leads: tuple[str, ...] | None,
    controls: tuple[str, ...],
    log: NamedLog,
    metrics: Mapping[str, Metric],
    told: Mapping[str, Mapping[str, Any]],
) -> _Job:
    """What one KPI in one segment needs: no column, and nothing known about one, that takes no part."""
    candidates = None if leads is None else tuple(name for name in leads if name != kpi)
    if candidates is not None:
        sample = sample.select(tuple(dict.fromkeys((kpi, *candidates, *controls))))
    return _Job(
        sample=sample,
        kpi=kpi,
        segment=sample.segments[0] if sample.segments else "",
        leads=candidates,
        controls=controls,
        log=log if log == AUTO else tuple(name for name in log if name in sample.all_names),
        catalogue=tuple(metric for name, metric in metrics.items() if name in sample.all_names),
        told={
            argument: {name: value for name, value in said.items() if name in sample.all_names and name != kpi}
            for argument, said in told.items()
        },
    )


def _rank(job: _Job, seed: int, options: Mapping[str, Any]) -> KpiRanking | Failure:
    """One ranking on one core: the workers are the parallel part, so the linear algebra inside is not."""

    def ranked() -> LeadRanking:
        with one_thread():
            return rank_leads(
                job.sample, kpi=job.kpi, leads=job.leads, controls=job.controls, log=job.log, catalogue=job.catalogue, rng=seed,
                expected=job.told["expected"], delays=job.told["delays"], **options,
            )  # fmt: skip

    found = at_the_edge(ranked)
    if isinstance(found, Fault):
        return Failure(kpi=job.kpi, segment=job.segment, code=found.code, message=found.message)
    return KpiRanking(kpi=job.kpi, segment=job.segment, ranking=found)


def _read(
    data: Any, asked: Mapping[str, list[Any]], *, all_leads: bool, time: str | None, plainly: Catalogue | Iterable[Metric]
) -> tuple[Sample, tuple[Failure, ...]]:
    """The data, read once, and the KPIs whose own values are wrong; missing values are left to each ranking."""
    if all_leads:  # every column is a candidate of every KPI
        return as_sample(data, time=time, catalogue=plainly), ()
    try:
        return as_sample(data, time=time, catalogue=plainly, columns=asked), ()
    except DataContractError as error:
        wrong = {str(item.column): item for item in error.violations}
        rest = [name for name in asked["kpis"] if name not in wrong]
        if not rest or not set(wrong) <= set(asked["kpis"]).difference(asked["leads"], asked["controls"]):
            raise
        broken = tuple(Failure(kpi=name, segment="", code=item.code, message=item.text) for name, item in wrong.items())
        return as_sample(data, time=time, catalogue=plainly, columns={**asked, "kpis": rest}), broken


def _segments(sample: Sample, segments: Any) -> list[Sample]:
    """The Sample of each segment that is asked for; the whole where there are none."""
    if segments is None:
        return [sample.segment(name) for name in sample.segments] or [sample]
    wanted = [as_name(name, "segments", sample.segments, owner="segment") for name in as_list(segments)]
    if not wanted:
        raise UsageError("segments is empty: name at least one, or leave it out for all.")
    return [sample.segment(name) for name in dict.fromkeys(wanted)]


def _refuse_unknown(options: Mapping[str, Any]) -> None:
    """Options that `rank_leads` does not have; its data, KPI and leads are arguments here."""
    known = [name for name in inspect.signature(rank_leads).parameters if name not in ("data", "kpi", "leads")]
    refuse_unknown("rank_kpis", options, known)

"""The same question for many KPIs and segments: one ranking each, and what failed."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import joblib
import numpy as np
import pandas as pd

from leadlag._blas import one_thread
from leadlag._validation import as_generator, as_list, as_name, as_names, as_option
from leadlag.catalogue import Metric, as_catalogue
from leadlag.errors import DataContractError, LeadLagError, UsageError
from leadlag.ranked import COLUMNS, LeadRanking
from leadlag.ranking import rank_leads
from leadlag.results import Provenance, Result, Search, plain
from leadlag.sample import Sample, Violation, as_sample
from leadlag.wording.many import explain_many, summary_of_many

__all__ = ["Failure", "KpiRanking", "LeadRankings", "rank_kpis"]

#: Name and version of the form that `LeadRankings.to_json` gives.
SCHEMA = "leadlag-rankings-1"


@dataclass(frozen=True, kw_only=True)
class KpiRanking:
    """The ranking of one KPI in one segment; `segment` is empty where the data have none."""

    kpi: str
    segment: str
    ranking: LeadRanking


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A KPI that could not be ranked in a segment: the stable code of the reason, and the message."""

    kpi: str
    segment: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class LeadRankings(Result):
    """Rankings of many KPIs and segments, in the order in which they were asked for.

    Parameters
    ----------
    rankings : tuple of KpiRanking
    failures : tuple of Failure
        What could not be ranked, and why.
    provenance : Provenance
    """

    rankings: tuple[KpiRanking, ...]
    failures: tuple[Failure, ...]
    provenance: Provenance

    @property
    def kpis(self) -> tuple[str, ...]:
        """KPIs that have a ranking."""
        return tuple(dict.fromkeys(item.kpi for item in self.rankings))

    @property
    def segments(self) -> tuple[str, ...]:
        """Segments that have a ranking; empty where the data have none."""
        return tuple(dict.fromkeys(item.segment for item in self.rankings if item.segment))

    def __repr__(self) -> str:
        where = f" in {len(self.segments)} segments" if self.segments else ""
        return f"LeadRankings({len(self)} rankings of {len(self.kpis)} KPIs{where}, {len(self.failures)} failures)"

    def __getitem__(self, key: str | tuple[str, str]) -> LeadRanking:
        """Ranking of a KPI: ``rankings["sales"]``, or with several segments ``rankings["sales", "north"]``."""
        kpi, segment = key if isinstance(key, tuple) else (key, None)
        jobs: tuple[KpiRanking | Failure, ...] = (*self.rankings, *self.failures)
        as_name(kpi, "kpi", tuple(dict.fromkeys(item.kpi for item in jobs)), owner="KPI")
        if segment is not None:
            as_name(segment, "segment", tuple(dict.fromkeys(item.segment for item in jobs)), owner="segment")
        found = [item for item in jobs if item.kpi == kpi and segment in (None, item.segment)]
        if len(found) != 1:
            shown = ", ".join(repr(item.segment) for item in found[:12])
            raise UsageError(
                f"{kpi!r} was ranked in {len(found)} segments: name one too, as in [{kpi!r}, ...]: {shown}.", code="LL403"
            )
        if isinstance(found[0], Failure):
            raise UsageError(f"{key!r} has no ranking: {found[0].message}", code=found[0].code)
        return found[0].ranking

    def __len__(self) -> int:
        return len(self.rankings)

    def __iter__(self) -> Iterator[KpiRanking]:
        return iter(self.rankings)

    def to_frame(self) -> pd.DataFrame:
        """``kpi, segment`` and the columns of `LeadRanking.to_frame`, one row a candidate, numbers at full precision."""
        tables = []
        for item in self.rankings:
            table = item.ranking.to_frame()
            table.insert(0, "kpi", item.kpi)
            table.insert(1, "segment", item.segment)
            tables.append(table)
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["kpi", "segment", *COLUMNS])

    def to_dict(self) -> dict[str, Any]:
        """Every ranking as its own `to_dict` with its segment, the failures, and how all came about."""
        rankings = [{"kpi": item.kpi, "segment": item.segment, "ranking": item.ranking.to_dict()} for item in self.rankings]
        told: dict[str, Any] = plain({"failures": self.failures, "provenance": self.provenance})
        return {"schema": SCHEMA, "rankings": rankings, **told}

    def summary(self) -> str:
        """One line a ranking and what failed, as text of at most 80 columns."""
        return summary_of_many(self.rankings, self.failures, self.provenance)

    def explain(self) -> str:
        """The answer of each ranking in a sentence."""
        return explain_many(self.rankings, self.failures)


def rank_kpis(
    data: Any,
    kpis: str | Sequence[str],
    leads: str | Sequence[str] | None = None,
    *,
    segments: str | Sequence[str] | None = None,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Iterable[Metric] | None = None,
    log: str | Sequence[str] = (),
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
        Columns to analyse in natural logs wherever they take part.
    **options
        Any other option of `rank_leads`: `max_lag`, `fdr`, `missing`, `undo`, `n_draws` and what else it has.

    Returns
    -------
    LeadRankings
        By KPI and segment as given. A KPI that cannot be ranked in a segment is among the `failures`, with code and message;
        it does not stop the others.

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
    >>> found = ll.rank_kpis(sample, ["housing_starts", "building_permits"], max_lag=3, n_draws=199)
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
    sample, broken = _read(data, asked, all_leads=leads is None, time=time, metrics=metrics)
    asked["kpis"] = [name for name in asked["kpis"] if name not in {item.kpi for item in broken}]
    names = {argument: tuple(sample.resolve(name, argument) for name in given) for argument, given in asked.items()}
    outcomes = as_names(names["kpis"], "kpis", sample.all_names)
    logged = as_names(log, "log", sample.all_names)
    parts = _segments(sample, segments)
    jobs = [
        _job(part, kpi, None if leads is None else names["leads"], names["controls"], logged, metrics)
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
    settings |= {"catalogue": tuple(metrics.values()), **options}
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
    log: tuple[str, ...]
    catalogue: tuple[Metric, ...]


def _job(
    sample: Sample,
    kpi: str,
    leads: tuple[str, ...] | None,
    controls: tuple[str, ...],
    log: tuple[str, ...],
    metrics: Mapping[str, Metric],
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
        log=tuple(name for name in log if name in sample.all_names),
        catalogue=tuple(metric for name, metric in metrics.items() if name in sample.all_names),
    )


def _rank(job: _Job, seed: int, options: Mapping[str, Any]) -> KpiRanking | Failure:
    """One ranking on one core: the workers are the parallel part, so the linear algebra inside is not."""
    try:
        with one_thread():
            ranking = rank_leads(
                job.sample, job.kpi, job.leads, controls=job.controls, log=job.log, catalogue=job.catalogue, rng=seed, **options
            )
    except LeadLagError as error:
        return Failure(kpi=job.kpi, segment=job.segment, code=error.code, message=str(error.args[0]))
    except (np.linalg.LinAlgError, ArithmeticError) as error:
        return Failure(kpi=job.kpi, segment=job.segment, code="LL208", message=f"the computation failed: {error}")
    return KpiRanking(kpi=job.kpi, segment=job.segment, ranking=ranking)


def _read(
    data: Any, asked: Mapping[str, list[Any]], *, all_leads: bool, time: str | None, metrics: Mapping[str, Metric]
) -> tuple[Sample, tuple[Failure, ...]]:
    """The data, read once, and the KPIs whose own values are wrong; missing values are left to each ranking."""
    plainly = [replace(metric, missing="mask") for metric in metrics.values()]
    if all_leads:  # every column is a candidate of every KPI
        return as_sample(data, time=time, catalogue=plainly), ()
    try:
        return as_sample(data, time=time, catalogue=plainly, columns=asked), ()
    except DataContractError as error:
        wrong = {str(item.column): item for item in error.violations if isinstance(item, Violation)}
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
    """Options that `rank_leads` does not have."""
    known = [name for name, part in inspect.signature(rank_leads).parameters.items() if part.kind is part.KEYWORD_ONLY]
    for name in options:
        as_option(name, "option", known)

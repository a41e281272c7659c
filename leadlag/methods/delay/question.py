"""The question: at which lag does a lead act, and which lags may it be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_generator, as_int, as_real, only_data_positional, seed_words
from leadlag.catalogue import Catalogue, Metric, Missing, as_catalogue
from leadlag.core.search.conditional import conditional_problem
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import scan, shared_signs
from leadlag.core.search.shapes import STANDARD, Shape
from leadlag.core.time.clock import counted_back, whole
from leadlag.decision import Delay, Policy, is_identified
from leadlag.errors import UsageError
from leadlag.methods.delay.numbers.edge import beyond_the_last, longer_search
from leadlag.methods.delay.numbers.meandelay import MeanDelay, mean_delay
from leadlag.methods.delay.numbers.peak import LASTING, PeakTest, peak_test
from leadlag.methods.delay.numbers.singlelags import single_lags
from leadlag.methods.delay.result import DelaySet
from leadlag.prepare import Prepared, prepare
from leadlag.prepare.edges import edges_told
from leadlag.prepare.repairs import REPAIRS, as_repairs, repaired
from leadlag.prepare.scale import named_log
from leadlag.prepare.searched import searched_shapes
from leadlag.prepare.untestable import refuse_untestable
from leadlag.results import Provenance, Search
from leadlag.sample.roles import longest_lag, with_lead
from leadlag.wording.untestable import nothing_left

__all__ = ["DelayEstimate", "delay_set", "estimate_delay", "publication_delay"]


@dataclass(frozen=True, kw_only=True)
class DelayEstimate:
    """The delay of one lead, with the test of every lag behind it."""

    delay: Delay
    test: PeakTest


@only_data_positional
def delay_set(
    data: Any,
    *,
    kpi: str,
    lead: str,
    max_lag: int | None = None,
    level: float = 0.90,
    given: str | Sequence[str] | None = None,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    log: str | Sequence[str] = (),
    n_draws: int = 1999,
    repair: Sequence[str] = REPAIRS,
) -> DelaySet:
    """Find every lag that the data do not reject as the one at which a lead acts most on the KPI.

    Parameters
    ----------
    data : Sample or data frame
        One row per period; see `leadlag.from_wide`.
    kpi, lead : str
        Columns of the data.
    max_lag : int, optional
        Lags 1..max_lag are tested, in periods of the KPI; as in `rank_leads` if None.
    level : float
        Confidence level of the set and of the interval of the mean delay.
    given : str or sequence of str, optional
        Other leads that stand in the model, each at the lag and in the shape that fit best.
    rng : int or Generator
        The same value gives the same set.
    time : str, optional
        Time column of `data`.
    controls : str or sequence of str, optional
        Columns that stand in the model in the same period as the KPI.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics; `available_after` gives the delay that is left to act.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is asked, each said in a note; ``()`` for nothing: see `docs/repairs.md`.
    log : str or sequence of str
        Columns to analyse in natural logs.
    n_draws : int
        Bootstrap draws behind `pvalue`; those of the lags take the first 499.

    Returns
    -------
    DelaySet

    Raises
    ------
    UsageError
        If an argument is outside what is allowed, or the lead or one of `given` cannot be tested (LL201 to LL208).
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong, or the KPI cannot be analysed (LL313).

    Notes
    -----
    The series are prepared as in `rank_leads`. A lag is in the set if "the effect has its peak at this lag" is not rejected:
    see `leadlag.methods.delay.numbers.peak.peak_test`; for the mean delay `leadlag.methods.delay.numbers.meandelay.mean_delay`.
    "Not identified" is an answer: then the set holds nearly all lags, or the lead itself may have no effect. Lag 0 is never
    tested.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=80)
    >>> sales = np.roll(visits, 3) + rng.normal(size=80)
    >>> found = delay_set(pd.DataFrame({"visits": visits, "sales": sales}), kpi="sales", lead="visits", max_lag=8)
    >>> found.delay.peak, found.delay.lags, found.identified
    (3, (3,), True)
    """
    level = as_real(level, "level", low=0.0, high=1.0)
    draws, seeds = as_int(n_draws, "n_draws", low=99, high=99_999), as_generator(rng).integers(2**63, size=4)
    sample, names = with_lead(
        data, kpi=kpi, lead=lead, given=given, controls=controls, time=time, catalogue=catalogue, missing=missing
    )
    repairs, longest = as_repairs(repair), longest_lag(sample, max_lag)
    told = edges_told(sample, names.names, max_lag=longest, metrics=as_catalogue(catalogue))
    sample = repaired(told, names.names, repairs)
    kpi, lead, kept = names.kpi, names.lead, names.controls
    logged = named_log(log, names.names)
    shapes = searched_shapes(sample, names.leads)
    with one_thread():
        prepared = prepare(sample, kpi=kpi, leads=names.leads, controls=kept, max_lag=longest, log=logged)
        refuse_untestable(prepared.untestable, kpi=kpi)
        problem = conditional_problem(prepared.problem, shapes)
        found = scan(problem, rng=np.random.default_rng(seeds[0]), n_draws=draws, shapes=shapes)
        if not math.isfinite(found.statistic[0]):
            raise UsageError(nothing_left(kpi, lead), code="LL207")
        # the signs of the scan, as in a ranking
        signs = shared_signs(np.random.default_rng(seeds[0]), n_draws=draws)
        estimated = estimate_delay(
            prepared, problem, 0, lead=0, signs=signs, pvalue=float(found.pvalue[0]), level=level, shapes=shapes
        )
    settings: dict[str, Any] = {"kpi": kpi, "lead": lead, "max_lag": longest, "level": level, "given": names.given}
    settings |= {"rng": seed_words(rng), "controls": kept}
    settings |= {"missing": missing, "repair": repairs, "log": logged, "n_draws": draws, "time": time}
    search = Search(
        n_lags=int(np.isfinite(problem.delays(0)).sum()), n_shapes=len(shapes), correction="bootstrap of the largest t",
        family="lags and shapes for the p of no effect; the lags of the set are tested one by one",
    )  # fmt: skip
    notes = tuple((note.code, note.text) for note in sample.notes)
    provenance = Provenance.of("delay_set", warnings=notes, search=search, **settings)
    ahead = prepared.treatments[0].known_ahead
    by_lag = single_lags(problem, found, estimated.test.lags, level=level, log=prepared.kpi.log)
    return DelaySet(
        kpi=kpi, lead=lead, given=names.given, controls=kept, unit=sample.calendar.unit, delay=estimated.delay,
        available_after=publication_delay(as_catalogue(catalogue), lead, pace=prepared.treatments[0].pace),
        lags=tuple(counted_back(lag, ahead) for lag in estimated.test.lags),
        own_lags=tuple((by_lag.own_lags - prepared.treatments[0].own_ahead).tolist()), pvalues=estimated.test.pvalue,
        effect=tuple(by_lag.effect.tolist()), effect_low=tuple(by_lag.low.tolist()), effect_high=tuple(by_lag.high.tolist()),
        pvalue=float(found.pvalue[0]), nobs=int(found.nobs[0].max()), lead_sd=float(problem.x_scale[0]), provenance=provenance,
    )  # fmt: skip


def estimate_delay(
    prepared: Prepared,
    problem: Problem,
    column: int,
    *,
    lead: int,
    signs: SharedSigns,
    pvalue: float,
    level: float,
    shapes: Sequence[Shape] = STANDARD,
    policy: Policy | None = None,
) -> DelayEstimate:
    """Peak, delay set and mean delay of one lead.

    Parameters
    ----------
    prepared : Prepared
    problem : Problem
        With the other leads in its base that are held in the model.
    column : int
        The lead in `problem`.
    lead : int
        The lead in `prepared`.
    signs : SharedSigns
    pvalue : float
        p that the lead has no effect.
    level : float
        Confidence level of set and interval.
    shapes : sequence of Shape
        Those that were searched.
    policy : Policy, optional

    Returns
    -------
    DelayEstimate
    """
    treated = prepared.treatments[lead]
    by_changes = treated.surprises or (treated.differenced and not problem.momentum.unit_root)
    searched = (*shapes, *LASTING) if by_changes else tuple(shapes)
    test = peak_test(problem, column, signs=signs, shapes=searched)
    finer, response = problem.finer_of(column), searched[test.shape].response
    kept = test.not_rejected(level, neighbours=treated.surprises)
    goes_on = beyond_the_last(problem, column, test, kept=kept, signs=signs, shapes=searched, level=level)
    if goes_on:  # what acts later is seen at the last lag
        kept = tuple(sorted({*kept, max(test.lags)}))
    missing = "open" if goes_on else "square" if response == "square" else "changes" if by_changes else ""
    mean = MeanDelay.none(missing) if missing else mean_delay(problem, column, level=level, response=response)
    # lags that are known not to matter are told apart from those of the set too
    n_lags = len(test.lags) if problem.asked_of(column) is None else len(problem.lags if finer is None else finer.lags)
    delay = Delay(
        peak=counted_back(test.peak, treated.known_ahead),
        lags=tuple(counted_back(lag, treated.known_ahead) for lag in kept),
        level=level,
        longer=longer_search(max(problem.lags)) if goes_on else 0,
        step=1.0 if finer is None else 1.0 / finer.clock.ratio,
        identified=is_identified(len(kept), n_lags, pvalue=pvalue, level=level, policy=policy or Policy()),
        mean=mean.value - treated.known_ahead,
        mean_low=mean.low - treated.known_ahead,
        mean_high=mean.high - treated.known_ahead,
        mean_missing=mean.missing,
    )
    return DelayEstimate(delay=delay, test=test)


def publication_delay(metrics: Mapping[str, Metric], lead: str, *, pace: float) -> float:
    """Periods of the KPI after its own period at which a lead's value is known."""
    return whole(metrics[lead].available_after / pace) if lead in metrics else 0

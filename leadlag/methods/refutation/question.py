"""The question: does a lead stand where it is put to tests that nothing passes by chance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_generator, as_int, only_data_positional, seed_words
from leadlag.catalogue import Catalogue, Metric, Missing, as_catalogue
from leadlag.core.arrays import Floats
from leadlag.core.search.conditional import conditional_problem
from leadlag.core.search.problem import Problem
from leadlag.core.search.rescan import rescan
from leadlag.core.search.scan import Scan, scan, with_columns
from leadlag.core.search.shapes import STANDARD, Shape
from leadlag.decision import Policy
from leadlag.decision.backing import Decoys, Refutation
from leadlag.errors import UsageError
from leadlag.methods.refutation import words
from leadlag.methods.refutation.numbers.attempts import (
    FEWEST_COPIES,
    Attempts,
    attempts,
    decoys_passing,
    momentum_reach,
    random_walks,
)
from leadlag.methods.refutation.numbers.surrogates import stand_ins
from leadlag.methods.refutation.result import RefutationTest
from leadlag.prepare import Prepared, extra_leads, prepare
from leadlag.prepare.edges import edges_told
from leadlag.prepare.repairs import REPAIRS, as_repairs, repaired
from leadlag.prepare.scale import named_log
from leadlag.prepare.searched import searched_shapes
from leadlag.prepare.untestable import refuse_untestable
from leadlag.results import Provenance, Search
from leadlag.sample.roles import longest_lag, with_lead
from leadlag.wording.untestable import nothing_left

__all__ = ["decoys_tried", "refutation_test", "refute"]


@only_data_positional
def refutation_test(
    data: Any,
    *,
    kpi: str,
    lead: str,
    max_lag: int | None = None,
    given: str | Sequence[str] | None = None,
    n_tries: int = 199,
    n_decoys: int = 99,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    log: str | Sequence[str] = (),
    n_draws: int = 999,
    repair: Sequence[str] = REPAIRS,
) -> RefutationTest:
    """Try to refute a lead: by its future, by itself shifted or in another order, and by random walks in its place.

    Parameters
    ----------
    data : Sample or data frame
        One row per period; see `leadlag.from_wide`.
    kpi, lead : str
        Columns of the data.
    max_lag : int, optional
        Lags 1..max_lag are searched, in periods of the KPI; as in `rank_leads` if None.
    given : str or sequence of str, optional
        Other leads that stand in the model, each at the lag and in the shape that fit best.
    n_tries : int
        Shifts, and orders of the lead's blocks, that are tried; fewer shifts where there are not so many.
    n_decoys : int
        Random walks tried.
    rng : int or Generator
        The same value gives the same numbers.
    time : str, optional
        Time column of `data`.
    controls : str or sequence of str, optional
        Columns that stand in the model in the same period as the KPI.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is asked, each said in a note; ``()`` for nothing: see `docs/repairs.md`.
    log : str or sequence of str
        Columns to analyse in natural logs.
    n_draws : int
        Bootstrap draws behind the p-values of the lead and of the random walks.

    Returns
    -------
    RefutationTest

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
    The series are prepared as in `rank_leads`. Future: see `future_lead` in `leadlag.methods.refutation.numbers.attempts`; the
    lead falls if its future explains more than its past, and more than chance. Shifts and orders: `shifted_copies` and
    `reordered_copies` in the same module; random walks: prepared as the lead was and searched over the same lags and shapes. Of
    each the lead falls if more than 5 % do as well. A series that moves only in the same period as the KPI is not refuted by its
    future: `rank_leads`
    calls it coincident.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=120)
    >>> sales = np.roll(visits, 3) + rng.normal(size=120)
    >>> data = pd.DataFrame({"visits": visits, "sales": sales})
    >>> refutation_test(data, kpi="sales", lead="visits", max_lag=8).stands
    True
    >>> refutation_test(data, kpi="visits", lead="sales", max_lag=8).stands
    False
    """
    tries, walks = as_int(n_tries, "n_tries", low=FEWEST_COPIES, high=9_999), as_int(n_decoys, "n_decoys", low=19, high=9_999)
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
        tried = attempts(problem, seed=int(seeds[1]), n_tries=tries, shapes=shapes)
        decoys = _decoy_pvalues(prepared, problem, seed=int(seeds[2]), n_decoys=walks, n_draws=draws, shapes=shapes)
    settings: dict[str, Any] = {"kpi": kpi, "lead": lead, "max_lag": longest, "given": names.given, "n_tries": tries}
    settings |= {"n_decoys": walks, "rng": seed_words(rng), "controls": kept}
    settings |= {"missing": missing, "repair": repairs, "log": logged, "n_draws": draws, "time": time}
    search = Search(n_lags=problem.n_slots, n_shapes=len(shapes), family=words.SEARCHED, correction="bootstrap of the largest t")
    notes = [(note.code, note.text) for note in sample.notes]
    if len(tried.placebo.tried) < FEWEST_COPIES:
        notes.append(("LL133", words.few_shifts(len(tried.placebo.tried), sample.calendar.unit)))
    return RefutationTest(
        kpi=kpi, lead=lead, given=names.given, controls=kept, unit=sample.calendar.unit, max_lag=longest,
        pvalue=float(found.pvalue[0]), statistic=tried.placebo.found, refutation=_refutation(tried),
        placebo=tuple(tried.placebo.tried.tolist()), permuted=tuple(tried.permuted.tried.tolist()), decoys=tuple(decoys.tolist()),
        level=Policy().placebo_level, nobs=int(found.nobs[0].max()),
        provenance=Provenance.of("refutation_test", warnings=tuple(notes), search=search, **settings),
    )  # fmt: skip


def _refutation(found: Attempts) -> Refutation:
    """The attempts as a verdict reads them."""
    return Refutation(
        past=found.future.past, future=found.future.future, future_pvalue=found.future.pvalue, placebo=found.placebo.pvalue,
        permuted=found.permuted.pvalue, n_placebo=len(found.placebo.tried), n_permuted=len(found.permuted.tried),
    )  # fmt: skip


def refute(problem: Problem, column: int, *, seed: int, shapes: Sequence[Shape] = STANDARD, n_tries: int = 99) -> Refutation:
    """Try to refute one lead: by its future, by shifting it away, and by its blocks in random order.

    Parameters
    ----------
    problem : Problem
        With the other leads in its base that are held in the model.
    column : int
        The lead in `problem`.
    seed : int
    shapes : sequence of Shape
        Those that were searched.
    n_tries : int
        Shifts and orders tried, at most; a third of them for a lead seen more often than the KPI, whose copies take longer.

    Returns
    -------
    Refutation
    """
    tries = n_tries if problem.finer_of(column) is None else max(n_tries // 3, FEWEST_COPIES)
    return _refutation(attempts(problem.of([column]), seed=seed, n_tries=tries, shapes=shapes))


def decoys_tried(
    prepared: Prepared,
    first: Scan,
    selected: Mapping[int, int],
    *,
    fdr: float,
    seed: int,
    shapes: Sequence[Shape] = STANDARD,
    n_decoys: int = 200,
) -> Decoys:
    """Put stand-ins of the candidates of a ranking beside them, and count those that would have been called leads.

    Parameters
    ----------
    prepared : Prepared
        Of all candidates.
    first : Scan
        Of all candidates, each alone.
    selected : Mapping from int to int
        The chosen leads and the best column of each, given the others.
    fdr : float
        False discovery rate of the ranking.
    seed : int
    shapes : sequence of Shape
        Those that were searched.
    n_decoys : int

    Returns
    -------
    Decoys

    Notes
    -----
    Decoys are of the candidates' own kind (`leadlag.methods.refutation.numbers.surrogates.stand_ins`), and are asked as later
    steps of the ranking ask candidates: beside the k chosen leads, over all lags and shapes, by the null distribution of the
    candidate that they stand for, and for what is asked of it. Each counts as one candidate more: it passes with a p of at most
    ``fdr (k + 1) / (N + 1)``, N the candidates tested; `expected` is how many do if every p is right.
    """
    tested = np.flatnonzero(np.isfinite(first.statistic))
    own = [lead for lead in tested.tolist() if prepared.problem.finer_of(lead) is None]
    problem = with_columns(prepared.problem, selected, shapes)
    made = stand_ins(
        prepared.problem, own or tested.tolist(), seasons=[round(one.period) for one in prepared.seasons],
        momentum_reach=math.ceil(momentum_reach(problem)), count=n_decoys, rng=np.random.default_rng([seed, 2]),
    )  # fmt: skip
    rows = np.searchsorted(tested, made.sources)
    asked = tuple(problem.asked_of(lead) for lead in made.sources.tolist()) if problem.asked else ()
    decoys = replace(problem, X=made.values, x_scale=np.ones(n_decoys), finer=(), asked=asked)
    log_p = rescan(decoys, tail=first.tail.of(rows), shapes=shapes).log_pvalue
    n_passed, expected = decoys_passing(
        np.exp(log_p[np.isfinite(log_p)]), n_selected=len(selected), n_tested=len(tested), fdr=fdr
    )
    return Decoys(n=int(np.isfinite(log_p).sum()), n_passed=n_passed, expected=expected)


def _decoy_pvalues(
    prepared: Prepared, problem: Problem, *, seed: int, n_decoys: int, n_draws: int, shapes: Sequence[Shape]
) -> Floats:
    """p of random walks in place of the leads of a problem, without those that cannot be tested."""
    walks = extra_leads(prepared, random_walks(np.random.default_rng([seed, 2]), n=len(problem.y), count=n_decoys))
    decoys = replace(problem, X=walks.X, x_scale=walks.x_scale, finer=(), asked=())
    found = scan(decoys, rng=np.random.default_rng(seed), n_draws=n_draws, shapes=shapes).pvalue
    return found[np.isfinite(found)]

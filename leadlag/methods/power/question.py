"""The question: how small an effect of a lead could have been seen at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_generator, as_int, as_real, only_data_positional, seed_words
from leadlag.catalogue import Catalogue, Metric, Missing, as_catalogue
from leadlag.core.linear.multiplicity import fdr_adjust
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import Scan, scan
from leadlag.core.search.shapes import STANDARD, Shape
from leadlag.decision.backing import Detectable
from leadlag.errors import UsageError
from leadlag.methods.power.numbers.curves import PowerCurves
from leadlag.methods.power.numbers.sizes import (
    DetectableSizes,
    detectable_sizes,
    kpi_sd,
    n_passing,
    needed_pvalue,
    one_lead_scan,
    search_curves,
)
from leadlag.methods.power.result import DetectableEffects, LeadPower
from leadlag.prepare import Prepared, prepare
from leadlag.prepare.edges import edges_told
from leadlag.prepare.repairs import REPAIRS, as_repairs, repaired
from leadlag.prepare.scale import named_log
from leadlag.prepare.searched import refuse_beyond_limits, searched_shapes
from leadlag.results import Provenance, Search
from leadlag.sample.roles import longest_lag, with_roles
from leadlag.wording.untestable import untestable

__all__ = ["detectable", "detectable_by_lead", "detectable_effect"]


#: A power of nearly one is not read off a curve of so few draws.
_LEAST_POWER, _MOST_POWER = 0.10, 0.95
#: Arrays of the columns of a chunk that the curves hold at a time.
_HELD = 6


@only_data_positional
def detectable_effect(
    data: Any,
    *,
    kpi: str,
    leads: str | Sequence[str] | None = None,
    max_lag: int | None = None,
    fdr: float = 0.10,
    power: float = 0.80,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    log: str | Sequence[str] = (),
    n_draws: int = 1999,
    repair: Sequence[str] = REPAIRS,
) -> DetectableEffects:
    """Find how small an effect of each lead `rank_leads` could have seen in these periods.

    Parameters
    ----------
    data : Sample, data frame, or list of them
        One row per period; see `leadlag.from_wide`.
    kpi : str
        The outcome.
    leads : str or sequence of str, optional
        Candidates; every other column of numbers if None. More candidates make each harder to find.
    max_lag : int, optional
        Lags 1..max_lag are searched, in periods of the KPI; as in `rank_leads` if None.
    fdr : float
        False discovery rate of the ranking.
    power : float
        Share of samples in which `most` is found, between 0.1 and 0.95.
    rng : int or Generator
        The same value gives the same numbers.
    time : str, optional
        Time column of `data`.
    controls : str or sequence of str, optional
        Columns that stand in every model in the same period as the KPI.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is asked, each said in a note; ``()`` for nothing: see `docs/repairs.md`.
    log : str or sequence of str
        Columns to analyse in natural logs; effects are in percent if the KPI is among them.
    n_draws : int
        Bootstrap draws behind the threshold.

    Returns
    -------
    DetectableEffects

    Raises
    ------
    UsageError
        If an argument is outside what is allowed, or no lead can be tested (LL134).
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong, or the KPI cannot be analysed (LL313).

    Notes
    -----
    An effect is a change of the KPI one to `max_lag` periods after a rise of the lead by one standard deviation, at a single lag.
    The series are prepared and searched as in `rank_leads`, each lead alone; a lead is found where its p, which covers all lags
    and shapes, is at most ``fdr * (k + 1) / m`` with m leads tested and k others found (Benjamini & Hochberg 1995). See
    `leadlag.methods.power.numbers.curves.power_curves` for the chance of that, and ``docs/power.md`` for how well it holds.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> weeks = pd.DataFrame(rng.normal(size=(104, 4)), columns=["sales", "visits", "demos", "ads"])
    >>> found = detectable_effect(weeks, kpi="sales", max_lag=8, n_draws=499)
    >>> found.n_passed, round(found["ads"].detectable.half_sd, 1), round(found["ads"].detectable.most_sd, 1)
    (0, 0.3, 0.4)
    """
    rate = as_real(fdr, "fdr", low=0.0, high=1.0)
    share = as_real(power, "power", low=_LEAST_POWER, high=_MOST_POWER)
    draws, seeds = as_int(n_draws, "n_draws", low=99, high=99_999), as_generator(rng).integers(2**63, size=4)
    sample, roles = with_roles(data, kpi=kpi, leads=leads, controls=controls, time=time, catalogue=catalogue, missing=missing)
    repairs, longest = as_repairs(repair), longest_lag(sample, max_lag)
    told = edges_told(sample, roles.names, max_lag=longest, metrics=as_catalogue(catalogue))
    sample = repaired(told, roles.names, repairs)
    kpi, names, kept = roles.kpi, roles.leads, roles.controls
    logged, shapes = named_log(log, roles.names), searched_shapes(sample, names)
    refuse_beyond_limits(sample, names, max_lag=longest, n_shapes=len(shapes), n_draws=draws, n_held=_HELD)
    with one_thread():
        prepared = prepare(sample, kpi=kpi, leads=names, controls=kept, max_lag=longest, log=logged)
        found = scan(prepared.problem, rng=np.random.default_rng(seeds[0]), n_draws=draws, shapes=shapes)
        _refuse_nothing(prepared, found, kpi=kpi)
        needed = needed_pvalue(found.pvalue, fdr=rate)
        curves, sd = search_curves(prepared.problem, found, threshold=needed, shapes=shapes, seed=0), kpi_sd(prepared.problem)
    unit = prepared.problem.y_scale
    sizes = detectable_sizes(curves, power=share, unit=unit, sd=sd, log=prepared.kpi.log)
    settings: dict[str, Any] = {"kpi": kpi, "leads": names, "max_lag": longest, "fdr": rate, "power": share}
    settings |= {"rng": seed_words(rng), "controls": kept}
    settings |= {"missing": missing, "repair": repairs, "log": logged, "n_draws": draws, "time": time}
    search = Search(
        n_leads=int(np.isfinite(found.statistic).sum()), n_lags=prepared.problem.n_slots, n_shapes=len(shapes),
        family="the leads; p of each covers its lags and shapes", correction="Benjamini-Hochberg",
    )  # fmt: skip
    notes = tuple((note.code, note.text) for note in sample.notes)
    provenance = Provenance.of("detectable_effect", warnings=notes, search=search, **settings)
    return DetectableEffects(
        kpi=kpi, controls=kept, unit=sample.calendar.unit, max_lag=longest, fdr=rate, pvalue=needed, power=share,
        leads=_by_lead(prepared, found, curves, sizes, details=_detectable(sizes, threshold=needed, power=share)),
        n_passed=n_passing(found.pvalue, fdr=rate), kpi_sd=sd * unit,
        integrated=prepared.problem.momentum.unit_root, in_percent=prepared.kpi.log, nobs=curves.n_rows, provenance=provenance,
    )  # fmt: skip


def detectable(
    prepared: Prepared,
    problem: Problem,
    column: int,
    *,
    found: Scan,
    threshold: float,
    power: float = 0.80,
    shapes: Sequence[Shape] = STANDARD,
    seed: int = 0,
) -> Detectable | None:
    """How small an effect of one lead could have been seen; None for a lead that cannot be tested.

    Parameters
    ----------
    prepared : Prepared
    problem : Problem
        With the other leads in its base that are held in the model.
    column : int
        The lead in `problem`.
    found : Scan
        Of the leads of `problem`, in it or in the one without the others: it gives the null distribution.
    threshold : float
        p with which the lead would be found, as by `leadlag.methods.power.numbers.sizes.needed_pvalue`.
    power : float
    shapes : sequence of Shape
        Those that were searched.
    seed : int
        Of the draws of noise.
    """
    one, drawn = problem.of([column]), one_lead_scan(found, column)
    return detectable_by_lead(prepared, one, drawn, threshold=threshold, power=power, shapes=shapes, seed=seed)[0]


def detectable_by_lead(
    prepared: Prepared,
    problem: Problem,
    found: Scan,
    *,
    threshold: float,
    power: float = 0.80,
    shapes: Sequence[Shape] = STANDARD,
    seed: int = 0,
) -> list[Detectable | None]:
    """How small an effect of each lead of a problem could have been seen; parameters as in `detectable`."""
    with one_thread():
        curves = search_curves(problem, found, threshold=threshold, shapes=shapes, seed=seed)
    unit, sd = prepared.problem.y_scale, kpi_sd(prepared.problem)
    sizes = detectable_sizes(curves, power=power, unit=unit, sd=sd, log=prepared.kpi.log)
    return _detectable(sizes, threshold=threshold, power=power)


def _detectable(found: DetectableSizes, *, threshold: float, power: float) -> list[Detectable | None]:
    """Sizes of each lead, None for one that cannot be tested."""
    names = ("half", "most", "half_sd", "most_sd", "estimated", "estimated_sd", "nobs_needed")
    return [
        Detectable(power=power, pvalue=threshold, **{name: float(getattr(found, name)[j]) for name in names}) if known else None
        for j, known in enumerate(found.known)
    ]


def _refuse_nothing(prepared: Prepared, found: Scan, *, kpi: str) -> None:
    """Without one lead that can be tested there is nothing to see."""
    if not np.isfinite(found.statistic).any():
        reasons = sorted({untestable(item.code, item.detail) for item in prepared.untestable})
        told = "; ".join(reasons[:3]) or "the other columns leave nothing of them, or their gaps too few periods"
        raise UsageError(f"kpi={kpi!r}: none of the leads can be tested: {told}. Name other leads.", code="LL134")


def _by_lead(
    prepared: Prepared, found: Scan, curves: PowerCurves, sizes: DetectableSizes, *, details: Sequence[Detectable | None]
) -> tuple[LeadPower, ...]:
    """Leads by p, those without numbers last."""
    qvalue, rising = fdr_adjust(found.pvalue), curves.rising
    tested = [
        LeadPower(
            lead=prepared.leads[j], pvalue=float(found.pvalue[j]), qvalue=float(qvalue[j]), nobs=int(found.nobs[j].max()),
            lead_sd=float(prepared.problem.x_scale[j]), detectable=details[j],
            sizes=tuple(sizes.sizes_sd[j].tolist()), found=tuple(rising[j].tolist()),
        )
        for j in np.argsort(found.log_pvalue, kind="stable")
        if details[j] is not None
    ]  # fmt: skip
    lost = {item.lead: untestable(item.code, item.detail) for item in prepared.untestable}
    lost |= {name: untestable("LL207", "") for name, detail in zip(prepared.leads, details, strict=True) if detail is None}
    return (*tested, *(LeadPower(lead=name, reason=why) for name, why in sorted(lost.items())))

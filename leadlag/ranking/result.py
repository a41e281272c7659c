"""The ranking: candidates from best to worst, as a table, a text, a page and one lead at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from leadlag._validation import as_name
from leadlag.decision import Decision, Decoys, Delay, Effect, Policy
from leadlag.ranking.words.checks import check, question_of
from leadlag.ranking.words.prose import explain_lead, explain_ranking, lead_paragraphs, summary_of_lead, why_not
from leadlag.ranking.words.sentences import coded_reason
from leadlag.ranking.words.tables import summary
from leadlag.results import Provenance, Result, Search, plain
from leadlag.wording.searched import searched_facts

if TYPE_CHECKING:
    from leadlag.catalogue import Metric, Missing
    from leadlag.forecast.result import Forecast
    from leadlag.sample import Sample
    from leadlag.sample.roles import Roles

__all__ = ["COLUMNS", "NOT_COMPUTED", "Context", "Family", "LeadRanking", "RankedData", "RankedLead"]

#: Columns of `LeadRanking.to_frame()`, fixed by contract.
COLUMNS = (
    "lead", "rank", "verdict", "grade", "delay", "delay_low", "delay_high", "effect", "effect_low", "effect_high",
    "lead_sd", "pvalue", "qvalue", "conditional_pvalue", "explained_by", "granger_pvalue", "reverse_pvalue", "gain",
    "gain_pvalue", "stability_pvalue", "actionable_delay", "group", "nobs", "n_dropped", "reason",
)  # fmt: skip

#: Name and version of the form that `LeadRanking.to_json` gives.
SCHEMA = "leadlag-ranking-1"

#: Columns that stay NaN with ``evidence=False``, which is said once in the summary.
NOT_COMPUTED = ("grade", "granger_pvalue", "gain", "gain_pvalue", "stability_pvalue")


@dataclass(frozen=True, kw_only=True)
class Family:
    """The tests that were adjusted together.

    Parameters
    ----------
    n_candidates, n_tested : int
        Leads given, and leads that could be tested.
    n_draws : int
        Bootstrap draws behind the p-values.
    search : Search
        What was tried for the tested leads; the same as in the provenance.
    """

    n_candidates: int
    n_tested: int
    n_draws: int
    search: Search

    @property
    def n_shapes(self) -> int:
        """Lags and shapes searched for each lead, covered by its p."""
        return self.search.n_lags * self.search.n_shapes

    @property
    def n_tests(self) -> int:
        """Lag shapes tried in all, over all leads."""
        return self.search.n_tests

    @property
    def method(self) -> str:
        """The FDR procedure."""
        return self.search.correction


@dataclass(frozen=True, kw_only=True)
class Context:
    """What all rows of a ranking share: the KPI, its time, and what was done to it.

    Parameters
    ----------
    kpi : str
    unit : str
        Word for one period ("week", "month", "period").
    kpi_unit : str
        Unit of the KPI's values, empty if not known.
    units : tuple of (str, str)
        Name and unit of the candidates whose unit is known.
    first, last : str
        Labels of the first and last period of the sample.
    n_periods : int
    span : str
        What a week, or another step off the calendar, is: "weeks Monday to Sunday"; else empty.
    max_lag : int
    integration : str
        "integrated", "stationary" or "inconclusive", of the KPI.
    treatment : str
        What was done to the KPI before the tests, in words.
    momentum : tuple of float
        AR coefficients of the KPI's own momentum.
    policy : Policy
    """

    kpi: str
    unit: str
    kpi_unit: str = ""
    units: tuple[tuple[str, str], ...] = ()
    first: str
    last: str
    n_periods: int
    span: str = ""
    max_lag: int
    integration: str = ""
    treatment: str
    momentum: tuple[float, ...]
    policy: Policy


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RankedData:
    """What a ranking was made of, kept so that it can be forecast from; in no table and no file.

    Parameters
    ----------
    sample : Sample
        Around the KPI, as it was read.
    roles : Roles
    max_lag : int
    log, repair : tuple of str
    missing : Missing
    metrics : tuple of Metric
    seeds : tuple of int
    """

    sample: Sample
    roles: Roles
    max_lag: int
    log: tuple[str, ...]
    repair: tuple[str, ...]
    missing: Missing
    metrics: tuple[Metric, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class RankedLead(Result):
    """One lead of a ranking: its decision, the evidence behind it, and what they say."""

    _pictures: ClassVar[str] = "leadlag.ranking.pictures:LEAD"

    decision: Decision
    context: Context
    provenance: Provenance

    def __repr__(self) -> str:
        return f"RankedLead({self.decision.evidence.lead!r} for {self.context.kpi!r}: {self.decision.verdict})"

    @property
    def verdict(self) -> str:
        """What the ranking says of it: "lead", "indirect", "reverse", "coincident", "none" or "untestable"."""
        return self.decision.verdict

    @property
    def delay(self) -> Delay | None:
        """Peak of the effect in periods and the set of lags at which it may be; None where none was estimated."""
        return self.decision.evidence.delay

    @property
    def effect(self) -> Effect | None:
        """Long-run effect of a lasting rise by one `lead_sd`, with its interval; None where none was estimated."""
        return self.decision.evidence.effect

    def to_frame(self) -> pd.DataFrame:
        """The lead's row of the table."""
        return _table([self.decision], self.context.policy)

    def summary(self) -> str:
        """The verdict and the numbers behind it as text of at most 80 columns."""
        return summary_of_lead([*lead_paragraphs(self.decision, self.context, self.provenance), *searched_facts(self.provenance)])

    def explain(self) -> str:
        """What the ranking says about this lead, why, and what it does not show."""
        return explain_lead(self.decision, self.context, self.provenance)

    def checks(self) -> pd.DataFrame:
        """All checks it was put to: ``check, asked, status, value, what_to_do``, those of its data first."""
        rows = [
            (item.code, question_of(item.code), item.status, item.value, check(item, self.decision, self.context))
            for item in self.decision.checks
        ]
        return pd.DataFrame(rows, columns=["check", "asked", "status", "value", "what_to_do"])

    def why_not(self) -> str:
        """Why this candidate is no lead, in one or two sentences; of a lead, that it is one."""
        return why_not(self.decision, self.context)


@dataclass(frozen=True, kw_only=True, repr=False)
class LeadRanking(Result):
    """Candidates from best to worst, with what was tested and how.

    Parameters
    ----------
    decisions : tuple of Decision
        One a candidate, in the order of their rank.
    context : Context
    family : Family
    decoys : Decoys or None
        Stand-ins of the candidates that can lead nothing, and how many would have passed.
    left_out : tuple of (str, str)
        Columns of the data that were no candidates, each with why.
    data : RankedData or None
        What it was made of, for `forecast`; None for a ranking that was made without.
    provenance : Provenance
    """

    _pictures: ClassVar[str] = "leadlag.ranking.pictures:RANKING"

    decisions: tuple[Decision, ...]
    context: Context
    family: Family
    decoys: Decoys | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    data: RankedData | None = field(default=None, compare=False)
    provenance: Provenance

    @property
    def leads(self) -> tuple[str, ...]:
        """Names with verdict `lead`, best first."""
        return tuple(item.evidence.lead for item in self.decisions if item.verdict == "lead")

    @property
    def not_computed(self) -> tuple[str, ...]:
        """Columns that were left out by ``evidence=False``."""
        return () if dict(self.provenance.settings).get("evidence") else NOT_COMPUTED

    def __repr__(self) -> str:
        named = ", ".join(map(repr, self.leads[:5])) + (f" and {len(self.leads) - 5} more" if len(self.leads) > 5 else "")
        candidates = f"{len(self)} candidate{'' if len(self) == 1 else 's'}"
        return f"LeadRanking({candidates} for {self.context.kpi!r}, leads: {named or 'none'})"

    def __getitem__(self, lead: str) -> RankedLead:
        names = [item.evidence.lead for item in self.decisions]
        place = names.index(as_name(lead, "lead", names, owner="candidate"))
        return RankedLead(decision=self.decisions[place], context=self.context, provenance=self.provenance)

    def __contains__(self, lead: object) -> bool:
        return any(item.evidence.lead == lead for item in self.decisions)

    def __len__(self) -> int:
        return len(self.decisions)

    def __iter__(self) -> Iterator[RankedLead]:
        return (self[item.evidence.lead] for item in self.decisions)

    def to_frame(self) -> pd.DataFrame:
        """One row a candidate, best first, with the columns of `COLUMNS`; numbers at full precision."""
        return _table(self.decisions, self.context.policy)

    def treatments(self) -> pd.DataFrame:
        """What was done to each series before it was tested: ``metric, role, integration, treatment``, the KPI first."""
        rows = [(self.context.kpi, "kpi", self.context.integration, self.context.treatment)]
        for item in self.decisions:
            evidence = item.evidence
            done = "not tested" if evidence.untestable else evidence.treatment
            rows.append((evidence.lead, "lead", evidence.integration, done))
        return pd.DataFrame(rows, columns=["metric", "role", "integration", "treatment"])

    def to_dict(self) -> dict[str, Any]:
        """The rows of the table first, then all fields as plain Python values; NaN becomes None."""
        rows = plain([_row(item, gain_horizon=self.context.policy.gain_horizon) for item in self.decisions])
        fields = super(LeadRanking, replace(self, data=None)).to_dict()
        del fields["data"]
        return {"schema": SCHEMA, "kpi": self.context.kpi, "leads": list(self.leads), "rows": rows, **fields}

    def summary(self) -> str:
        """The answer, the table and what was tested, as text of at most 80 columns."""
        return summary(self, not_computed=self.not_computed)

    def explain(self) -> str:
        """The answer in a few plain sentences."""
        return explain_ranking(self)

    def forecast(self, *, horizons: int | Iterable[int] | None = None, level: float | Sequence[float] = (0.8, 0.95)) -> Forecast:
        """Forecast the KPI from the rows that were ranked; see `leadlag.forecast_kpi`.

        Parameters
        ----------
        horizons : int or iterable of int, optional
            Periods ahead, counted from the last period that has ended; 1, 2, 4, 8 and 12 if None.
        level : float or sequence of float
            Chance with which the KPI lies in each interval.

        Returns
        -------
        Forecast
            By the leads of this ranking. For the errors of the past that set the size of intervals, leads are chosen again on
            what was known then.
        """
        return self._forecast(horizons=horizons, level=level)

    def report(self, path: str | PathLike[str], *, forecast: Forecast | None = None) -> Path:
        """Write the ranking as one HTML file that needs nothing else, and return its path.

        Parameters
        ----------
        path : str or path
        forecast : Forecast, optional
            `self.forecast()`, to be shown after the ranking.
        """
        return self._write_report(path, forecast=forecast)


def _table(decisions: Sequence[Decision], policy: Policy) -> pd.DataFrame:
    """Rows as a table whose column types do not depend on which numbers are there."""
    table = pd.DataFrame([_row(item, gain_horizon=policy.gain_horizon) for item in decisions], columns=list(COLUMNS))
    numbers = ("delay", "delay_low", "delay_high", "actionable_delay", "gain", "gain_pvalue", "stability_pvalue")
    return table.astype({**dict.fromkeys(numbers, "float64"), "grade": "object"})


def _row(decision: Decision, *, gain_horizon: int) -> dict[str, object]:
    """One row of the table; columns of methods that did not run stay NaN."""
    evidence = decision.evidence
    row: dict[str, object] = dict.fromkeys(COLUMNS, math.nan)
    row |= {
        name: getattr(evidence, name)
        for name in ("lead", "nobs", "n_dropped", "pvalue", "qvalue", "conditional_pvalue", "reverse_pvalue", "granger_pvalue")
    }
    row |= {"explained_by": evidence.explained_by, "group": math.nan if evidence.group is None else float(evidence.group)}
    if evidence.delay:
        row |= {"delay": evidence.delay.peak, "delay_low": evidence.delay.low, "delay_high": evidence.delay.high}
    if evidence.effect:
        effect = evidence.effect
        row |= {"effect": effect.value, "effect_low": effect.low, "effect_high": effect.high, "lead_sd": effect.lead_sd}
    reason = decision.reason
    gain, gain_pvalue = (math.nan, math.nan) if evidence.gain is None else evidence.gain.at(gain_horizon)
    row |= {"grade": decision.grade or math.nan, "gain": gain, "gain_pvalue": gain_pvalue}
    row |= {"stability_pvalue": math.nan if evidence.stability is None else evidence.stability.pvalue}
    row |= {name: getattr(decision, name) for name in ("rank", "verdict", "actionable_delay")}
    return row | {"reason": "" if reason is None else coded_reason(reason)}

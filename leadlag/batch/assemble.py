"""The rows of a run's tables out of what came of its jobs, and what rests on all of them at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from leadlag.batch.outcome import JobOutcome
from leadlag.batch.plan import Task
from leadlag.batch.store.folder import model_file
from leadlag.core.linear.multiplicity import fdr_adjust
from leadlag.decision import Evidence, Policy, decide
from leadlag.ranking.result import COLUMNS

__all__ = ["Finished", "Row"]

Row = tuple[object, ...]
_LEAD, _PVALUE = COLUMNS.index("lead"), COLUMNS.index("pvalue")


@dataclass(frozen=True, kw_only=True, eq=False)
class Finished:
    """All jobs of a run with what came of them, each looked up when it is needed, so that few are in memory.

    Parameters
    ----------
    run_id, as_of : str
    tasks : sequence of Task
    lookup : callable
        Gives what tells the outcomes of jobs, asked in the order of the tasks.
    reused : frozenset of str
        Jobs whose answers come of an earlier run.
    whole : bool
        Whether all jobs of the config are among these: what rests on all of them is empty in a partial run.
    """

    run_id: str
    as_of: str
    tasks: Sequence[Task]
    lookup: Callable[[], Callable[[str], JobOutcome]]
    reused: frozenset[str]
    whole: bool = True

    def outcomes(self) -> Iterator[JobOutcome]:
        """In the order of the config."""
        outcome = self.lookup()
        for task in self.tasks:
            yield outcome(task.job_id)

    def jobs(self) -> Iterator[Row]:
        """Rows of `jobs`."""
        for one in self.outcomes():
            yield (
                self.run_id, self.as_of, one.job_id, one.kpi, one.segment, one.status, one.code, one.message,
                one.job_id in self.reused, one.n_periods, one.first, one.last, one.n_candidates, one.n_leads,
                model_file(one.kpi, one.segment) if one.model else "",
            )  # fmt: skip

    def results(self) -> Iterator[Row]:
        """Rows of `results`: `qvalue_run` by Benjamini and Hochberg over the p of all candidates tested in the run."""
        adjusted = iter(self._adjusted())
        for one in self.outcomes():
            evidence = _evidence(one.ranking) if self.whole else {}
            for row in one.ranked:
                qvalue = next(adjusted)
                verdict = evidence[str(row[_LEAD])](qvalue) if self.whole and row[_PVALUE] is not None else None
                yield self.run_id, one.job_id, one.kpi, one.segment, *row, None if np.isnan(qvalue) else qvalue, verdict

    def forecasts(self) -> Iterator[Row]:
        """Rows of `forecasts`."""
        for one in self.outcomes():
            for row in one.forecasts:
                yield self.run_id, one.job_id, one.kpi, one.segment, *row

    def rankings(self) -> Iterator[Row]:
        """Rows of `rankings`."""
        for one in self.outcomes():
            if one.ranking:
                yield self.run_id, one.job_id, one.kpi, one.segment, one.ranking

    def models(self) -> Iterator[tuple[str, str]]:
        """Names and texts of model files."""
        for one in self.outcomes():
            if one.model:
                yield model_file(one.kpi, one.segment), one.model

    def _adjusted(self) -> list[float]:
        """The q over the whole run of every candidate, in order; NaN where it was not tested, or the run is partial."""
        pvalues = [row[_PVALUE] for one in self.outcomes() for row in one.ranked]
        if not self.whole or not pvalues:
            return [np.nan] * len(pvalues)
        found: list[float] = fdr_adjust(np.array(pvalues, dtype=np.float64)).tolist()
        return found


def _evidence(ranking: str) -> dict[str, Callable[[float], str]]:
    """Of each candidate of a ranking, what `decide` says of it at another q."""
    if not ranking:
        return {}
    content = json.loads(ranking)
    policy = Policy(fdr=content["context"]["policy"]["fdr"])
    return {one["evidence"]["lead"]: _decided(one["evidence"], policy) for one in content["decisions"]}


def _decided(told: Mapping[str, Any], policy: Policy) -> Callable[[float], str]:
    """What `decide` says of one candidate at a q: by what a ranking keeps of the evidence that a verdict rests on."""
    reverse, coincident = (np.nan if told[name] is None else told[name] for name in ("reverse_qvalue", "coincident_qvalue"))
    evidence = Evidence(
        lead=told["lead"], explained_by=told["explained_by"], unconfirmed=told["unconfirmed"],
        few_events=tuple(told["few_events"]), reverse_qvalue=reverse, coincident_qvalue=coincident,
    )  # fmt: skip
    return lambda qvalue: decide(replace(evidence, qvalue=qvalue), policy).verdict

"""One question asked of a lead, and its answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from leadlag.decision.evidence import Evidence
from leadlag.decision.policy import Policy

__all__ = ["Check", "Status", "checks_of"]

Status = Literal["pass", "review", "fail", "not applicable"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question asked of a lead: its code, the answer, the number behind it and what to do."""

    code: str
    status: Status
    value: float = math.nan


def checks_of(evidence: Evidence, policy: Policy, *, verdict: str) -> tuple[Check, ...]:
    """The checks that the evidence so far allows."""
    if evidence.delay is None:
        return (Check(code="delay_set", status="not applicable"),)
    width, left = len(evidence.delay.lags), float(evidence.delay.peak - evidence.available_after)
    sharp = evidence.delay.identified and width <= policy.wide_delay
    follows = verdict == "lead" and evidence.reverse_qvalue <= policy.fdr
    feedback: Status = "not applicable" if math.isnan(evidence.reverse_pvalue) else "review" if follows else "pass"
    return (
        Check(code="delay_set", status="pass" if sharp else "review", value=float(width)),
        Check(code="time_to_act", status="pass" if left > 0 else "fail", value=left),
        Check(code="feedback", status=feedback, value=evidence.reverse_pvalue),
    )

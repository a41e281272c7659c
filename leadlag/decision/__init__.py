"""From evidence to a verdict: one pure function, and every threshold that it uses.

`Evidence` is what the methods found for one lead. `decide` reads it under a `Policy` and answers with
a `Decision`; the table, the sentence, the icon and the report are all made from that one object.
"""

from leadlag.decision.backing import Decoys, Detectable, Gain, Places, Refutation, Stability, Weakening
from leadlag.decision.checks import Check, Grade
from leadlag.decision.evidence import Delay, Effect, Evidence, Expectation, Profile, Reason, SamePeriod
from leadlag.decision.policy import Policy, is_identified
from leadlag.decision.quality import Quality
from leadlag.decision.residuals import ResidualPolicy, residual_checks
from leadlag.decision.verdict import VERDICTS, Decision, decide, in_order

__all__ = [
    "VERDICTS", "Check", "Decision", "Decoys", "Delay", "Detectable", "Effect", "Evidence", "Expectation", "Gain", "Grade",
    "Places", "Policy", "Profile", "Quality", "Reason", "Refutation", "ResidualPolicy", "SamePeriod", "Stability", "Weakening",
    "decide", "in_order", "is_identified", "residual_checks",
]  # fmt: skip

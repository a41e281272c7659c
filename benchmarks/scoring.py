"""Right or wrong, draw by draw: what was said of each candidate against its truth. Pure: no ranking is run here.

Selected = verdict lead or indirect. False = selected, but unrelated, a follower or coincident; a selected proxy or earlier
link is neither false nor found. Found = a direct lead that is selected. Every figure is a sum over draws divided by a
sum over draws, and its Monte-Carlo error is that of such a ratio with the draws as the independent units.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from cases import Truth
from scipy import stats

__all__ = [
    "FALSE_ROLES",
    "LEVELS",
    "METRICS",
    "SELECTED",
    "Estimate",
    "Metric",
    "Part",
    "Said",
    "Target",
    "collected",
    "estimate",
    "is_false",
    "is_missed",
    "paired",
    "score",
]

LEVELS = (0.1, 0.05, 0.01, 0.005, 0.0005)
SELECTED = ("lead", "indirect")
FALSE_ROLES = ("noise", "follower", "coincident")
UPSTREAM = ("proxy", "earlier link")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said of one candidate; the effect and its interval are for ONE UNIT of the candidate.

    `is_open`: the delay may be longer than the lags that were searched.
    """

    name: str
    verdict: str
    rank: float = math.nan
    delay: float = math.nan
    delays: tuple[int, ...] = ()
    effect: float = math.nan
    effect_low: float = math.nan
    effect_high: float = math.nan
    pvalue: float = math.nan
    is_open: bool = False


@dataclass(frozen=True, kw_only=True)
class Part:
    """One draw's share in a figure: `total` of `count`; for a median all the values."""

    total: float = 0.0
    count: float = 0.0
    values: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with its Monte-Carlo standard error, over so many units in so many draws."""

    value: float
    error: float
    count: float
    draws: int


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a figure has to be, both ends allowed."""

    low: float = -math.inf
    high: float = math.inf

    def __str__(self) -> str:
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f"{self.low:g}..{self.high:g}"
        return f">={self.low:.3g}" if math.isfinite(self.low) else f"<={self.high:.3g}"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure of the table: its name, the title of its column, the target that holds in every family.

    `unit` divides the figure: P(p < a) is shown in units of a.
    """

    name: str
    title: str
    target: Target | None = None
    is_share: bool = True
    unit: float = 1.0


METRICS: tuple[Metric, ...] = (
    Metric(name="any_false", title="any false", target=Target(high=0.10)),
    Metric(name="false_share", title="false share", target=Target(high=0.10)),
    Metric(name="found", title="found"),
    Metric(name="ceiling", title="ceiling"),
    Metric(name="beyond", title="-.95 ceiling", target=Target(low=0.0), is_share=False),
    Metric(name="average_precision", title="av. precision"),
    Metric(name="first_true", title="first true"),
    Metric(name="delay_exact", title="delay exact", target=Target(low=0.90)),
    Metric(name="delay_within_one", title="within one"),
    Metric(name="set_covers", title="set covers", target=Target(low=0.88)),
    Metric(name="set_size", title="set size", target=Target(high=1.3), is_share=False),
    Metric(name="closed_short", title="closed short", target=Target(high=0.05)),
    Metric(name="sign_right", title="sign right", target=Target(low=0.99)),
    Metric(name="effect_ratio", title="effect ratio", target=Target(low=0.9, high=1.15), is_share=False),
    Metric(name="effect_covers", title="eff. covers", target=Target(low=0.88, high=0.97)),
    Metric(name="direct_called_direct", title="direct=direct", target=Target(low=0.95)),
    Metric(name="upstream_called_direct", title="proxy=direct", target=Target(high=0.05)),
    Metric(name="follower_called_reverse", title="follower=rev.", target=Target(low=0.90)),
    Metric(name="p<0.1", title="P(p<.1)/.1", target=Target(low=0.90, high=1.10), unit=0.1),
    Metric(name="p<0.05", title="/.05", target=Target(low=0.90, high=1.10), unit=0.05),
    Metric(name="p<0.01", title="/.01", target=Target(low=0.85, high=1.15), unit=0.01),
    Metric(name="p<0.005", title="/.005", target=Target(high=1.3), unit=0.005),
    Metric(name="p<0.0005", title="/.0005", target=Target(high=1.5), unit=0.0005),
    Metric(name="untestable", title="untestable"),
    Metric(name="refused", title="refused", is_share=True),
    Metric(name="seconds", title="seconds", is_share=False),
)


def is_false(truth: Truth, said: Said) -> bool:
    """Whether a candidate is selected that does not lead the KPI in any way."""
    return said.verdict in SELECTED and truth.role in FALSE_ROLES


def score(truths: Sequence[Truth], answers: Sequence[Said], *, max_lag: int | None = None) -> dict[str, Part]:
    """One draw's share in every figure.

    Parameters
    ----------
    truths : sequence of Truth
        One a candidate.
    answers : sequence of Said
        One a candidate, in any order.
    max_lag : int, optional
        Longest lag that was searched: whether a lead that acts later still was named with a set that ends there.
    """
    said = {answer.name: answer for answer in answers}
    pairs = [(truth, said[truth.name]) for truth in truths]
    leads = [pair for pair in pairs if pair[0].role == "lead"]
    found = [pair for pair in leads if pair[1].verdict in SELECTED]
    n_selected = sum(answer.verdict in SELECTED for answer in answers)
    n_false = sum(is_false(*pair) for pair in pairs)
    parts = {
        "any_false": Part(total=float(n_false > 0), count=1),
        "false_share": Part(total=n_false / max(n_selected, 1), count=1),
        "untestable": Part(total=sum(answer.verdict == "untestable" for answer in answers), count=len(answers)),
        **_pvalue_parts([answer.pvalue for truth, answer in pairs if truth.role == "noise"]),
        **_role_parts(pairs, found),
    }
    if leads:
        parts["found"] = Part(total=len(found), count=len(leads))
        beyond = [pair for pair in leads if max_lag is not None and (pair[0].peak or 0) > max_lag]
        closed = [answer for _, answer in beyond if answer.verdict in SELECTED and not answer.is_open]
        parts["closed_short"] = Part(total=len(closed), count=len(beyond))
        order = sorted(pairs, key=lambda pair: (math.isnan(pair[1].rank), pair[1].rank))
        hits = [truth.role == "lead" for truth, _ in order]
        parts["average_precision"] = Part(total=_average_precision(hits), count=1)
        parts["first_true"] = Part(total=float(hits[0]), count=1)
    return parts | _found_parts(found)


def _average_precision(hits: Sequence[bool]) -> float:
    """Mean, over the true leads, of the share of true leads down to each of them."""
    hit = np.asarray(hits, dtype=float)
    return float((np.cumsum(hit) / np.arange(1, len(hit) + 1) * hit).sum() / hit.sum())


def _holds(truth: Truth, answer: Said) -> bool:
    """Whether the delay set holds the true peak, which may lie beyond the end of an open one."""
    return truth.peak in answer.delays or (answer.is_open and (truth.peak or 0) > max(answer.delays))


def _share(pairs: Sequence[tuple[Truth, Said]], right: Callable[[Truth, Said], bool]) -> Part:
    return Part(total=sum(right(*pair) for pair in pairs), count=len(pairs))


def _role_parts(pairs: Sequence[tuple[Truth, Said]], found: Sequence[tuple[Truth, Said]]) -> dict[str, Part]:
    """What each role is called."""
    upstream = [pair for pair in pairs if pair[0].role in UPSTREAM]
    followers = [pair for pair in pairs if pair[0].role == "follower"]
    return {
        "direct_called_direct": _share(found, lambda _, answer: answer.verdict == "lead"),
        "upstream_called_direct": _share(upstream, lambda _, answer: answer.verdict == "lead"),
        "follower_called_reverse": _share(followers, lambda _, answer: answer.verdict == "reverse"),
    }


def _found_parts(found: Sequence[tuple[Truth, Said]]) -> dict[str, Part]:
    """Delay, sign and effect among the found; an answer without a delay is wrong, one without an effect is not scored."""
    signed = [pair for pair in found if pair[0].sign and math.isfinite(pair[1].effect)]
    sized = [pair for pair in signed if math.isfinite(pair[0].effect)]
    ratios = tuple(answer.effect / truth.effect for truth, answer in sized)
    bounded = [pair for pair in sized if math.isfinite(pair[1].effect_low) and math.isfinite(pair[1].effect_high)]
    with_set = [pair for pair in found if pair[1].delays]
    return {
        "delay_exact": _share(found, lambda truth, answer: answer.delay == truth.peak),
        "delay_within_one": _share(found, lambda truth, answer: abs(answer.delay - (truth.peak or 0)) <= 1),
        "set_covers": _share(with_set, _holds),
        "set_size": Part(total=sum(len(answer.delays) for _, answer in with_set), count=len(with_set)),
        "sign_right": _share(signed, lambda truth, answer: np.sign(answer.effect) == truth.sign),
        "effect_ratio": Part(values=ratios),
        "effect_covers": _share(bounded, lambda truth, answer: answer.effect_low <= truth.effect <= answer.effect_high),
    }


def _pvalue_parts(pvalues: Sequence[float]) -> dict[str, Part]:
    """How many p-values of unrelated candidates are below each level."""
    known = [pvalue for pvalue in pvalues if math.isfinite(pvalue)]
    return {f"p<{a:g}": Part(total=sum(pvalue < a for pvalue in known), count=len(known)) for a in LEVELS}


def estimate(parts: Sequence[Part], metric: Metric) -> Estimate:
    """A figure over draws: ratio of sums, or the median of all values where draws carry values.

    The error of a ratio takes draws as independent; a share that is 0 or 1 in all draws has the error of one more
    success and one more failure.
    """
    values = np.array([value for part in parts for value in part.values])
    if len(values):
        spread = 1.4826 * float(np.median(np.abs(values - np.median(values))))
        error = 1.2533 * spread / math.sqrt(len(values))
        return Estimate(value=float(np.median(values)), error=error, count=len(values), draws=len(parts))
    totals = np.array([part.total for part in parts])
    counts = np.array([part.count for part in parts], dtype=float)
    count, n = float(counts.sum()), len(parts)
    if not count:
        return Estimate(value=math.nan, error=math.nan, count=0.0, draws=n)
    value = float(totals.sum()) / count
    error = math.sqrt(float(((totals - value * counts) ** 2).sum()) * n / max(n - 1, 1)) / count if n > 1 else math.nan
    if metric.is_share and value in (0.0, 1.0):
        wider = (value * count + 1) / (count + 2)
        error = math.sqrt(wider * (1 - wider) / (count + 2))
    return Estimate(value=value / metric.unit, error=error / metric.unit, count=count, draws=n)


def paired(pairs: Sequence[tuple[Part, Part]]) -> Estimate:
    """Difference of two figures on the same draws, first less second, with the error of the paired difference.

    Each figure is a ratio of sums; the error is that of the difference of the two, to first order, with the draws as the
    independent units.
    """
    totals = np.array([[part.total for part in pair] for pair in pairs], dtype=float)
    counts = np.array([[part.count for part in pair] for pair in pairs], dtype=float)
    n, count = len(pairs), counts.sum(axis=0)
    if not n or not count.all():
        return Estimate(value=math.nan, error=math.nan, count=float(count.min()) if n else 0.0, draws=n)
    ratios = totals.sum(axis=0) / count
    moved = ((totals - ratios * counts) / (count / n)) @ np.array([1.0, -1.0])
    error = float(np.std(moved, ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return Estimate(value=float(ratios[0] - ratios[1]), error=error, count=float(count.min()), draws=n)


def is_missed(found: Estimate, target: Target | None) -> bool | None:
    """True if the 95 % interval excludes the target, None if only the point does, False if the point is inside."""
    if target is None or not math.isfinite(found.value) or target.low <= found.value <= target.high:
        return False
    reach = float(stats.t.isf(0.025, found.draws - 1)) * found.error if found.draws > 1 else math.inf
    return True if found.value + reach < target.low or found.value - reach > target.high else None


def collected(draws: Sequence[Mapping[str, Part]], name: str) -> list[Part]:
    """The parts of one figure."""
    return [draw[name] for draw in draws if name in draw]

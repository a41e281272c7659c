"""What comes out of a target: the chance of each tier, what is expected, and how past chances of the kind came true."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import pandas as pd

from leadlag.core.arrays import Floats
from leadlag.forecast import target_words as words
from leadlag.forecast.numbers.chances import Event, EventKind, meaning
from leadlag.forecast.numbers.reliability import Reliability
from leadlag.forecast.result import SegmentForecast
from leadlag.forecast.spans import Span
from leadlag.forecast.state import ForecastState
from leadlag.results import Provenance, Result, plain

__all__ = ["Answer", "HeldLead", "NeededLevel", "ProgressRow", "TargetForecast", "TierChance"]

Answer = Literal["finite", "none seen", "not identified"]


@dataclass(frozen=True, kw_only=True)
class TierChance:
    """One goal and the chance to reach it.

    Parameters
    ----------
    tier : str
    goal : float
    chance, chance_low, chance_high : float
        Chance, and its 80 % interval.
    mislabelled : bool
        Whether that interval lies outside what the tier's name means.
    """

    tier: str
    goal: float
    chance: float
    chance_low: float
    chance_high: float
    mislabelled: bool


@dataclass(frozen=True, kw_only=True)
class HeldLead:
    """A lead whose value from the origin on was given.

    Parameters
    ----------
    lead : str
    value : float
    seen_low, seen_high : float
        Smallest and largest value in the data.
    """

    lead: str
    value: float
    seen_low: float
    seen_high: float

    @property
    def beyond(self) -> bool:
        """Whether the value was never seen."""
        return not self.seen_low <= self.value <= self.seen_high


@dataclass(frozen=True, kw_only=True)
class ProgressRow:
    """How far a period is on the way from baseline to goal, as shares of the way.

    Parameters
    ----------
    period : str
    actual : float
        NaN where the KPI is not known.
    straight : float
        The same share of the way in each period.
    expected, expected_low, expected_high : float
        By the forecast from the start, with what was known of the leads then, and its 80 % interval.
    """

    period: str
    actual: float
    straight: float
    expected: float
    expected_low: float
    expected_high: float


@dataclass(frozen=True, kw_only=True)
class NeededLevel:
    """The level of one lead at which the forecast gives an even chance.

    Parameters
    ----------
    lead : str
    answer : {"finite", "none seen", "not identified"}
        Whether there is one, whether it lies outside all that was seen, or the data do not tell.
    low, high : float
        80 % set of Fieller; NaN where the data do not tell.
    seen_low, seen_high : float
        Smallest and largest value in the data.
    """

    lead: str
    answer: Answer
    low: float
    high: float
    seen_low: float
    seen_high: float


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TargetForecast(Result):
    """Whether the KPI will reach its goals: answer of `Forecast.target`.

    Parameters
    ----------
    kpi, unit, kpi_unit, origin : str
        As in the forecast.
    kind : {"at", "by", "sum"}
    since, by : str
        The first and the last period, or the dates that were given.
    wanted : {"up", "down"}
    baseline : float
        As given; NaN if none was.
    tiers : tuple of TierChance
    expected, expected_low, expected_high : float
        Median of what is compared with the goals, and its 80 % interval.
    given : tuple of HeldLead
        Leads whose values from the origin on were given.
    reliability : Reliability
    part : SegmentForecast
    state : ForecastState
        What it was made from, the leads that were given held.
    event : Event
    span : Span
    begins : int or None
        Row from which progress is counted, where one was given.
    weights : ndarray
        What each period of the span counts, in a sum.
    provenance : Provenance
    """

    _pictures: ClassVar[str] = "leadlag.forecast.target_picture:PICTURES"

    kpi: str
    unit: str
    kpi_unit: str
    origin: str
    kind: EventKind
    since: str
    by: str
    wanted: Literal["up", "down"]
    baseline: float
    tiers: tuple[TierChance, ...]
    expected: float
    expected_low: float
    expected_high: float
    given: tuple[HeldLead, ...]
    reliability: Reliability
    part: SegmentForecast
    state: ForecastState
    event: Event
    span: Span
    begins: int | None
    weights: Floats
    provenance: Provenance

    def to_frame(self) -> pd.DataFrame:
        """One row a tier."""
        return pd.DataFrame.from_records([self._record(row) for row in self.tiers], columns=list(_COLUMNS))

    def _record(self, row: TierChance) -> dict[str, Any]:
        return {
            "tier": row.tier, "goal": row.goal, "kind": self.kind, "since": self.since, "by": self.by, "chance": row.chance,
            "chance_low": row.chance_low, "chance_high": row.chance_high, "expected": self.expected,
            "expected_low": self.expected_low, "expected_high": self.expected_high, "mislabelled": row.mislabelled,
        }  # fmt: skip

    def progress(self, *, tier: str | None = None) -> pd.DataFrame:
        """How far the KPI is on the way to a goal, beside a straight line and what was expected at the start.

        Parameters
        ----------
        tier : str, optional
            The first one if None.

        Returns
        -------
        DataFrame
            period, actual, straight, expected, expected_low, expected_high: shares of the way from the baseline, the KPI's last
            value before the start if none was given, to the goal; of a sum those of the sum so far, from nothing. What is
            expected is forecast from what was known of KPI and leads at the start, so that effects come when their
            delays let them; it is the forecast of now if the start is not past.
        """
        from leadlag.forecast.progress import progress_of  # noqa: PLC0415  computes from what the result holds

        return pd.DataFrame.from_records([asdict(row) for row in progress_of(self, tier)], columns=list(_PROGRESS))

    def needed(self, *, tier: str | None = None) -> pd.DataFrame:
        """The level of each lead, from the origin on, at which the forecast gives an even chance; the other leads as they are.

        Parameters
        ----------
        tier : str, optional
            The first one if None.

        Returns
        -------
        DataFrame
            lead, answer, low, high, seen_low, seen_high. ``finite``: the 80 % set of levels (Fieller) and what was seen
            overlap; ``none seen``: no level seen before reaches it; ``not identified``: the data do not bound the level, or the
            lead acts too late. It reads a forecast backwards and does not say what would come of moving the lead.
        """
        from leadlag.forecast.needed import needed_of  # noqa: PLC0415  computes from what the result holds

        return pd.DataFrame.from_records([asdict(row) for row in needed_of(self, tier)], columns=list(_NEEDED))

    def fan(self) -> Floats:
        """Row, median and 80 % interval of every period ahead up to the last one, of a sum those of the sum so far; (k, 4)."""
        from leadlag.forecast.progress import fan_of  # noqa: PLC0415  computes from what the result holds

        return fan_of(self)

    def to_dict(self) -> dict[str, Any]:
        """All that is said, as plain values."""
        can_progress = self.progress_refused == ""
        content: dict[str, Any] = plain({
            "kpi": str(self.kpi), "unit": self.unit, "kpi_unit": self.kpi_unit, "segment": self.part.segment,
            "origin": self.origin, "wanted": self.wanted, "given": [asdict(one) | {"beyond": one.beyond} for one in self.given],
            "tiers": [self._record(row) for row in self.tiers],
            "progress": self.progress().to_dict("records") if can_progress else [], "progress_reason": self.progress_refused,
            "needed": self.needed().to_dict("records"), "reliability": self.reliability,
            "notes": [{"code": code, "text": text} for code, text in self.provenance.warnings],
        })  # fmt: skip
        return content

    @property
    def progress_refused(self) -> str:
        """Why there is no progress; empty if there is."""
        from leadlag.forecast.progress import refused_progress  # noqa: PLC0415  computes from what the result holds

        return refused_progress(self, self.tiers[0])

    def summary(self) -> str:
        """The chances as text, at most 80 columns wide."""
        return words.summary(self)

    def explain(self) -> str:
        """What the chances say, in plain sentences."""
        from leadlag.forecast.needed import needed_of  # noqa: PLC0415  computes from what the result holds

        return words.explain(self, needed_of(self, None))


_COLUMNS = (
    "tier", "goal", "kind", "since", "by", "chance", "chance_low", "chance_high", "expected", "expected_low", "expected_high",
    "mislabelled",
)  # fmt: skip
_PROGRESS = ("period", "actual", "straight", "expected", "expected_low", "expected_high")
_NEEDED = ("lead", "answer", "low", "high", "seen_low", "seen_high")


def mislabelled(tier: str, low: float, high: float) -> bool:
    """Whether the interval of a chance lies outside what the tier's name means; false for names that mean nothing."""
    least, most = meaning(tier)
    return not math.isnan(low) and (high < least or low > most)

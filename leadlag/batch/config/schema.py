"""The form of a config: every key, what it may hold, and what it is where nothing is said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from leadlag.catalogue import Metric
from leadlag.sample.periods import MONTH_NAMES, WORDS

__all__ = [
    "ConfigAsked",
    "CalendarAsked",
    "JobAsked",
    "LimitsAsked",
    "MetricAsked",
    "OutputAsked",
    "Promise",
    "RunAsked",
    "SourceAsked",
]

_FRESHNESS = re.compile(r"([1-9][0-9]{0,4})([dw])")
_NOWHERE = re.compile("[\0\ud800-\udfff]")
_PERCENT = re.compile(r"(100|[0-9]{1,2}(\.[0-9]+)?)%")


def _plain(text: str) -> str:
    if _NOWHERE.search(text):
        raise ValueError(f"{text[:60]!r} is not allowed: leave out what no file and no table can hold, NUL and half characters")
    return text


def _as_tuple(given: Any) -> Any:
    """A list of a file as the tuple that is kept."""
    return tuple(given) if isinstance(given, list) else given


_LISTED = BeforeValidator(_as_tuple)
Text = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_plain)]
Names = Annotated[tuple[Text, ...], _LISTED]
Whole = Annotated[int, Field(ge=1, le=10**6)]


def _no_repeats(names: tuple[str, ...]) -> tuple[str, ...]:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{', '.join(map(repr, repeated))} is named more than once")
    return names


def _one_of(*words: str) -> Any:
    def check(word: str) -> str:
        if word not in words:
            raise ValueError(f"{word!r} is not allowed: give one of {', '.join(words)}")
        return word

    return AfterValidator(check)


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError("give the name of an environment variable, such as DWH_URL; the URL itself is a secret")
    return name


def _freshness(text: str) -> str:
    if not _FRESHNESS.fullmatch(text):
        raise ValueError(f"{text!r} is not allowed: give days or weeks, such as 14d or 2w")
    return text


def _share(text: str) -> str:
    if not _PERCENT.fullmatch(text):
        raise ValueError(f"{text!r} is not allowed: give a count, or a share such as 2%")
    return text


Columns = Annotated[Names, AfterValidator(_no_repeats)]
Cadence = Annotated[str, _one_of(*WORDS)]


class _ConfigPart(BaseModel):
    """What all parts of a config are: nothing but what is named, no number in quotes, and not changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _said(cls, given: Any) -> Any:
        """A key without a value says nothing."""
        return {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else given


class SourceAsked(_ConfigPart):
    """Where some of the numbers come from, files or a query, and how that table is read."""

    path: Text | None = None
    url_env: Annotated[Text, AfterValidator(_variable)] | None = None
    query_file: Text | None = None
    time: Text
    segment: Text | None = None
    freq: Cadence | None = None
    dates_at: Literal["start", "end"] | None = None
    tz: Text | None = None
    decimal: Text | None = None
    thousands: Text | None = None
    sep: Text | None = None
    encoding: Text | None = None
    skip_rows: int | Annotated[tuple[int, ...], _LISTED] | None = None
    sheet: Text | None = None
    date_format: Text | None = None
    year_start: Annotated[str, _one_of(*MONTH_NAMES)] | None = None
    calendar: Text | None = None

    @model_validator(mode="after")
    def _one_place(self) -> SourceAsked:
        """Files or a query, and only what says something about it."""
        if (self.path is None) == (self.url_env is None):
            raise ValueError("give path, or url_env with query_file")
        if (self.url_env is None) != (self.query_file is None):
            raise ValueError("url_env and query_file belong together: the variable with the URL, and the file with the query")
        of_files = [name for name in ("sep", "encoding", "skip_rows", "sheet") if getattr(self, name) is not None]
        if self.url_env is not None and of_files:
            raise ValueError(f"{', '.join(of_files)} says nothing about a query: leave it out")
        return self


class CalendarAsked(_ConfigPart):
    """The periods of all sources, and the zone in which a day is today."""

    cadence: Cadence | None = None
    tz: Text | None = None


class JobAsked(_ConfigPart):
    """A KPI, in which segments, and what is asked of it; the keys after `model` are options of `rank_leads`."""

    kpi: Text
    leads: Columns | None = None
    controls: Columns = ()
    log: Literal["auto"] | Columns = ()
    segments: Literal["all", "none"] | Columns = "all"
    total: bool = False
    max_lag: Whole | None = None
    fdr: Annotated[float, Field(gt=0, lt=1)] | None = None
    rng: Annotated[int, Field(ge=0)] | None = None
    horizons: Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], _LISTED] = ()
    model: Text | None = None
    missing: Any = None
    undo: Literal["rolling", "ytd"] | None = None
    nonlinear: bool | None = None
    evidence: bool | None = None
    n_draws: Annotated[int, Field(ge=99, le=99_999)] | None = None
    repair: Annotated[tuple[Literal["rows", "scales", "sentinels"], ...], _LISTED] | None = None
    expected: dict[Text, Literal["+", "-"]] | None = None
    delays: dict[Text, int | Annotated[tuple[int, int], _LISTED]] | None = None


class RunAsked(_ConfigPart):
    """How jobs are run; no number depends on it but on `evidence`."""

    workers: Annotated[int, Field(ge=1, le=1024)] = 1
    evidence: bool = True
    allow_failed: Annotated[int, Field(ge=0)] | Annotated[str, AfterValidator(_share)] = 0
    backend: Literal["processes"] = "processes"


class Promise(_ConfigPart):
    """What a source has to keep to."""

    required: Columns = ()
    min_periods: Whole | None = None
    max_gap: Annotated[int, Field(ge=0)] | None = None
    min_rows: Whole | None = None
    freshness: Annotated[str, AfterValidator(_freshness)] | None = None
    duplicates: Literal["error", "aggregate"] = "error"
    revisions: Literal["allow", "warn", "error"] = "allow"
    on_late: Literal["run", "retry", "skip"] = "run"

    @property
    def days(self) -> int | None:
        """Days that the last period may lie back; None without a limit."""
        if self.freshness is None:
            return None
        return int(self.freshness[:-1]) * (7 if self.freshness.endswith("w") else 1)


class LimitsAsked(_ConfigPart):
    """What a run may take."""

    minutes: Annotated[float, Field(gt=0)] | None = None
    job_seconds: Annotated[float, Field(gt=0)] | None = None
    max_tests: Whole | None = Field(default=None, le=10**12)


class OutputAsked(_ConfigPart):
    """Where results go, and what is kept."""

    folder: Text = "runs"
    store: Text | None = None
    models: bool = True
    people: bool = True
    keep_runs: Whole | None = None
    state: Text | None = None


_FIELDS: dict[str, Any] = {name: (Any, None) for name in Metric.__dataclass_fields__ if name not in ("name", "_")}
if TYPE_CHECKING:

    class MetricAsked(_ConfigPart):
        """Where a metric comes from, and what is known of it: the fields of a catalogue."""

        source: str
        column: str | None
else:
    MetricAsked = create_model(
        "MetricAsked",
        __base__=_ConfigPart,
        __doc__="Where a metric comes from, and what is known of it: the fields of a catalogue.",
        source=(Text, ...),
        column=(Text | None, None),
        **_FIELDS,
    )


class ConfigAsked(_ConfigPart):
    """A config."""

    version: Literal[1]
    sources: Annotated[dict[Text, SourceAsked], Field(min_length=1)]
    metrics: Annotated[dict[Text, MetricAsked], Field(min_length=2)]
    jobs: Annotated[tuple[JobAsked, ...], _LISTED, Field(min_length=1)]
    calendar: CalendarAsked = CalendarAsked()
    run: RunAsked = RunAsked()
    contract: dict[Text, Promise] = {}
    limits: LimitsAsked = LimitsAsked()
    output: OutputAsked = OutputAsked()

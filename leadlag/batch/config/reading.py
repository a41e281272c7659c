"""A config out of a file or a mapping, or all that is wrong with it at once, each with its place."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from leadlag._validation import nearest
from leadlag.batch.config.model import Config, MetricOfSource
from leadlag.batch.config.schema import (
    CalendarAsked,
    ConfigAsked,
    JobAsked,
    LimitsAsked,
    MetricAsked,
    OutputAsked,
    Promise,
    RunAsked,
    SourceAsked,
)
from leadlag.batch.config.secrets import PASSWORD, masked
from leadlag.batch.config.settings import with_settings
from leadlag.batch.store.index import PREFIX
from leadlag.catalogue.in_file import mapping_in_file
from leadlag.catalogue.limits import refuse_deep
from leadlag.catalogue.metric import metric_of
from leadlag.catalogue.ratios import adds_up
from leadlag.catalogue.refusals import CatalogueError, cut
from leadlag.catalogue.yaml_text import Place
from leadlag.errors import ConfigError, UsageError
from leadlag.sample.times import check_zone

__all__ = ["config_schema", "read_config"]

#: The form of each part, and how many keys lead to it.
_PARTS: Mapping[str, tuple[type[BaseModel], int]] = {
    "sources": (SourceAsked, 2), "metrics": (MetricAsked, 2), "jobs": (JobAsked, 2), "contract": (Promise, 2),
    "calendar": (CalendarAsked, 1), "run": (RunAsked, 1), "limits": (LimitsAsked, 1), "output": (OutputAsked, 1),
}  # fmt: skip
#: What pydantic says, in the words of a config.
_SAID = {
    "missing": "is missing", "string_type": "is not allowed: give text (numbers in quotes)", "int_type": "is no whole number",
    "float_type": "is no number", "bool_type": "is not allowed: give true or false",
    "dict_type": "is not allowed: give keys and values", "too_short": "has too few entries",
    "string_too_short": "is not allowed: give at least one character",
    "model_type": "is not allowed: give keys and values", "tuple_type": "is not allowed: give a list, such as [a, b]",
    "model_attributes_type": "is not allowed: give keys and values",
}  # fmt: skip


def config_schema() -> dict[str, Any]:
    """What a config may hold, as JSON Schema (draft 2020-12) for editors."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "leadlag batch config"}
    return ConfigAsked.model_json_schema() | head


def read_config(source: str | os.PathLike[str] | Mapping[str, Any], *, settings: Sequence[str] = ()) -> Config:
    """Read a config.

    Parameters
    ----------
    source : path or mapping
        A ``.yaml``, ``.yml`` or ``.toml`` file, or a mapping of that form. Paths in it are relative to the file, of a mapping to
        the current folder.
    settings : sequence of str
        Changes before it is checked, as ``"run.workers=4"``.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        If it cannot be read or something in it is wrong (LL508); all of it is listed, each with its place.
    """
    try:
        if isinstance(source, Mapping):
            refuse_deep(source, "config", kind="config")
            content, base = source, Path()
            lines: dict[Place, int] = {}
        else:
            path = Path(source)
            content, lines = mapping_in_file(path, argument="config", kind="config", begin="'version: 1' and 'sources:'")
            base = path.parent
    except UsageError as error:
        raise ConfigError(masked(str(error.args[0])), code="LL405" if error.code == "LL405" else "LL508") from None
    content = with_settings(content, settings)
    wrong = list(_passwords(content))
    config = None if wrong else _checked(content, base, wrong)
    if config is None:
        changed = [tuple(setting.partition("=")[0].split(".")) for setting in settings]
        raise refused(wrong, {place: line for place, line in lines.items() if not _is_within(place, changed)})
    return config


def _is_within(place: Place, changed: Sequence[tuple[str, ...]]) -> bool:
    """Whether a key is no longer what stands in its line of the file: it, or what it holds, was changed by its caller."""
    told = tuple(map(str, place))
    return any(told[: len(one)] == one or one[: len(told)] == told for one in changed)


def refused(wrong: Sequence[tuple[Place, str]], lines: Mapping[Place, int]) -> ConfigError:
    """One error of all that is wrong, in the order of the file."""
    told = sorted(((_line(place, lines), _dotted(place), cut(text, 400)) for place, text in wrong), key=lambda item: item[0])
    shown = [masked(f"{f'line {line}, ' if line else ''}{place}: {text}" if place else text) for line, place, text in told]
    if len(shown) == 1:
        end = "" if shown[0].endswith("?") else "."
        return ConfigError(f"the config is wrong{' at ' if told[0][1] else ': '}{shown[0]}{end}")
    listed = "\n".join(f"  {number}. {each}" for number, each in enumerate(shown, start=1))
    return ConfigError(f"{len(shown)} things are wrong with the config.\n{listed}")


def _line(place: Place, lines: Mapping[Place, int]) -> int:
    """The line of a key, or of the nearest one around it; 0 where none is known."""
    return next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), 0)


def _dotted(place: Place) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def _checked(content: Mapping[str, Any], base: Path, wrong: list[tuple[Place, str]]) -> Config | None:
    """The config in plain values; what is wrong is added to the list."""
    try:
        asked = ConfigAsked.model_validate(content)
    except ValidationError as error:
        met = [one for one in error.errors(include_url=False) if one["type"] != "too_short" or not one["input"]]
        # of what a value might have been the last is told, which is the most particular
        wrong.extend(dict(_told(one, content) for one in met).items())
        return None
    metrics: dict[str, MetricOfSource] = {}
    for name, said in asked.metrics.items():
        fields = dict[object, Any](said.model_dump(exclude_unset=True, exclude={"source", "column"}).items())
        try:
            metric = metric_of(name, fields)
            metrics[name] = MetricOfSource(source=said.source, column=said.column or name, metric=metric)
        except CatalogueError as error:
            wrong += [(("metrics", name), each.rstrip(".")) for each in error.listed]
    config = Config(base=base, asked=asked, metrics=metrics)
    if not wrong:
        wrong += _references(config)
    return None if wrong else config


def _told(error: Any, content: Mapping[str, Any]) -> tuple[Place, str]:
    """One thing that pydantic met: its place in the file, and a sentence."""
    place, kind = _in_content(error["loc"], content), error["type"]
    if kind == "extra_forbidden":
        known = _known_at(place[:-1])
        return place, f"unknown key.{nearest(str(place[-1]), known) or ' There are: ' + ', '.join(known) + '.'}".rstrip(".")
    given, said = error.get("input"), _SAID.get(kind)
    if said is None:
        told: str = error["msg"]
        own = kind == "value_error"
        said = told.removeprefix("Value error, ") if own else f"is not allowed: {told.replace('Input should', 'it should')}"
    else:
        own = kind == "missing" or isinstance(given, (Mapping, list))
    return place, said if own else f"{cut(repr(given), 60)} {said}"


def _in_content(place: tuple[str | int, ...], content: Any) -> Place:
    """The part of a place that is keys of the content; the rest names kinds that a value might have been."""
    kept: list[str | int] = []
    for part in place:
        inside = isinstance(content, Mapping) and part in content
        inside = inside or (isinstance(content, (list, tuple)) and isinstance(part, int) and part < len(content))
        if not inside:
            return (*kept, part) if isinstance(content, Mapping) and part in _known_at(tuple(kept)) else tuple(kept)
        kept.append(part)
        content = content[part]
    return tuple(kept)


def _known_at(place: Place) -> list[str]:
    """Keys that may stand in a part of the config."""
    if not place:
        return list(ConfigAsked.model_fields)
    form, depth = _PARTS.get(str(place[0]), (None, 0))
    return list(form.model_fields) if form is not None and len(place) == depth else []


def _passwords(value: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Passwords in URLs: secrets stand in the environment, and the config has the name of the variable."""
    if isinstance(value, str) and (found := PASSWORD.search(value)):
        yield place, f"{found[1]}:***@... holds a password: put the URL into an environment variable and give its name as url_env"
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    for key, item in inner:
        yield from _passwords(key, (*place, key))
        yield from _passwords(item, (*place, key))


def _references(config: Config) -> Iterator[tuple[Place, str]]:
    """Names that lead nowhere, and what cannot be together."""
    yield from _of_parts(config)
    for number, job in enumerate(config.jobs):
        for key in ("kpi", "leads", "controls", "log", "expected", "delays"):
            given = getattr(job, key)
            names = [given] if key == "kpi" else [] if given is None or given == "auto" else list(given)
            yield from (
                (("jobs", number, key), f"there is no metric {name!r}.{nearest(name, list(config.metrics))}".rstrip("."))
                for name in names
                if name not in config.metrics
            )
        yield from ((("jobs", number, place), text) for place, text in _of_job(job, config))


def _of_parts(config: Config) -> Iterator[tuple[Place, str]]:
    """The same of sources, metrics, promises and output."""
    for name, metric in config.metrics.items():
        if metric.source not in config.sources:
            hint = nearest(metric.source, list(config.sources))
            yield ("metrics", name, "source"), f"there is no source {metric.source!r}.{hint}".rstrip(".")
    for name in config.contract:
        if name not in config.sources:
            yield ("contract", name), f"there is no source {name!r}.{nearest(name, list(config.sources))}".rstrip(".")
    store = config.output.store
    if store is not None and (not store.startswith(PREFIX) or store == PREFIX):
        yield ("output", "store"), f"{cut(store, 60)!r} is not allowed: give sqlite:///PATH, such as sqlite:///runs/leadlag.db"
    zones = [
        (("calendar", "tz"), config.calendar.tz),
        *((("sources", name, "tz"), one.tz) for name, one in config.sources.items()),
    ]
    for place, zone in zones:
        try:
            check_zone(zone)
        except UsageError as error:
            yield place, str(error.args[0]).rstrip(".")


def _of_job(job: JobAsked, config: Config) -> Iterator[tuple[str, str]]:
    """What one entry of `jobs` says that cannot be."""
    if job.kpi in (job.leads or ()) or job.kpi in job.controls:
        yield "kpi", f"{job.kpi!r} is among its own leads or controls: leave it out there"
    if both := sorted(set(job.leads or ()) & set(job.controls)):
        yield "controls", f"{', '.join(map(repr, both))} is among the leads too: a control is never ranked, name it once"
    if job.leads is not None and not job.leads:
        yield "leads", "is empty: name at least one candidate, or leave it out for all other metrics"
    has = job.kpi in config.metrics and (source := config.sources.get(config.metrics[job.kpi].source)) and source.segment
    if job.segments == ():
        yield "segments", "is empty: name at least one, or give all or none"
    if not has and (isinstance(job.segments, tuple) or job.total):
        yield "segments", f"the source of {job.kpi!r} names no column of segments: give it sources.NAME.segment"
    if has and job.segments == "none" and not job.total:
        yield "segments", "none leaves nothing to rank: give total: true for the sum of all segments"
    aggregate = config.metrics[job.kpi].metric.aggregate if job.kpi in config.metrics else None
    if job.total and not adds_up(aggregate):
        yield "total", f"{job.kpi!r} does not add up over segments: give its aggregate as sum or a ratio, or leave total out"

"""Many metrics: a `Catalogue`, or what else may be given as `catalogue=`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from leadlag.catalogue.metric import Metric
from leadlag.catalogue.ratios import Ratio
from leadlag.errors import UsageError

__all__ = ["Catalogue", "as_catalogue", "known_of", "with_missing_masked"]


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, repr=False, eq=False)
class Catalogue:
    """What is known about the metrics of a company; `leadlag.read_catalogue` reads one. It may name more than a table has.

    Parameters
    ----------
    metrics : Mapping from str to Metric
    objectives, key_results, initiatives : Mapping
        Empty: these blocks of a catalogue are not read yet.
    links : tuple
        Empty, likewise.

    Examples
    --------
    >>> from leadlag.catalogue import read_catalogue
    >>> read_catalogue({"version": 1, "metrics": {"demos": {"label": "Demos", "stage": "output"}}})
    Catalogue(demos)
    """

    metrics: Mapping[str, Metric] = field(default_factory=_nothing)
    objectives: Mapping[str, Any] = field(default_factory=_nothing)
    key_results: Mapping[str, Any] = field(default_factory=_nothing)
    initiatives: Mapping[str, Any] = field(default_factory=_nothing)
    links: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "metrics", _by_name(self.metrics))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Catalogue) and list(self.metrics.values()) == list(other.metrics.values())

    def __hash__(self) -> int:
        return hash(tuple(self.metrics.values()))

    def __reduce__(self) -> tuple[type[Catalogue], tuple[dict[str, Metric]]]:
        """To copy it and to send it to a worker: a read-only mapping cannot be sent."""
        return (type(self), (dict(self.metrics),))

    def __repr__(self) -> str:
        return f"Catalogue({', '.join(self.metrics)})" if len(self.metrics) < 9 else f"Catalogue({len(self.metrics)} metrics)"

    def to_mapping(self) -> dict[str, Any]:
        """The catalogue as plain lists, texts and numbers; `read_catalogue` reads it back."""
        return {"version": 1, "metrics": {name: metric.to_mapping() for name, metric in self.metrics.items()}}


def as_catalogue(metrics: Any) -> Mapping[str, Metric]:
    """Metrics by name, read-only; the same name twice is refused.

    Parameters
    ----------
    metrics : Catalogue, iterable of Metric, mapping of them by name, or None

    Returns
    -------
    Mapping from str to Metric

    Raises
    ------
    UsageError
        If something else is given, a name occurs twice, or two metrics are shown to readers by the same name.

    Examples
    --------
    >>> list(as_catalogue([Metric("visits", aggregate="sum")]))
    ['visits']
    """
    return metrics.metrics if isinstance(metrics, Catalogue) else _by_name(metrics)


def known_of(metrics: Mapping[str, Metric], names: Iterable[str]) -> tuple[Metric, ...]:
    """What is known of these metrics and of the parts of the rates among them; the rest of a catalogue is not of their matter."""
    wanted = set(names)
    for name in [*wanted]:
        rule = metrics[name].aggregate if name in metrics else None
        wanted |= {rule.num, rule.den} if isinstance(rule, Ratio) else set()
    return tuple(metric for name, metric in metrics.items() if name in wanted)


def with_missing_masked(catalogue: Catalogue | Iterable[Metric] | None) -> Catalogue | list[Metric]:
    """The same with missing periods left as they are; a Catalogue stays one."""
    masked = {name: replace(metric, missing="mask") for name, metric in as_catalogue(catalogue).items()}
    return replace(catalogue, metrics=masked) if isinstance(catalogue, Catalogue) else list(masked.values())


def _by_name(metrics: Any) -> Mapping[str, Metric]:
    """What is given as a list of metrics, by name."""
    if metrics is None:
        return MappingProxyType({})
    given = metrics.values() if isinstance(metrics, Mapping) else metrics
    if isinstance(given, (str, Metric)) or not isinstance(given, Iterable):
        hint = ", or read_catalogue(FILE)" if isinstance(given, str) or hasattr(given, "__fspath__") else ""
        raise UsageError(f"catalogue={given!r} is not allowed: give a list of Metric{hint}.")
    by_name: dict[str, Metric] = {}
    for metric in given:
        if not isinstance(metric, Metric):
            hint = "" if not isinstance(metrics, Mapping) else ", or read_catalogue({'version': 1, 'metrics': {...}})"
            raise UsageError(
                f"catalogue holds {metric!r}, which is not a Metric: give a list like [Metric('visits', aggregate='sum')]{hint}."
            )
        if metric.name in by_name:
            raise UsageError(f"catalogue names {metric.name!r} more than once: give one Metric per name.")
        by_name[metric.name] = metric
    _refuse_alike(by_name)
    return MappingProxyType(by_name)


def _refuse_alike(metrics: Mapping[str, Metric]) -> None:
    """Two metrics that readers could not tell apart."""
    said: dict[str, str] = {name: name for name, metric in metrics.items() if metric.label is None}
    for name, metric in metrics.items():
        if metric.label is not None and said.setdefault(metric.label, name) != name:
            raise UsageError(
                f"catalogue shows both {said[metric.label]!r} and {name!r} to readers as {metric.label!r}: give them labels."
            )

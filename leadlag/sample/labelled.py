"""Names of metrics that readers know by a label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leadlag.catalogue import Metric
from leadlag.errors import UsageError
from leadlag.sample.model import Sample
from leadlag.wording.shown import Labelled

__all__ = ["labelled"]


def labelled(sample: Sample, metrics: Mapping[str, Metric]) -> Sample:
    """The sample with names that are shown by their labels; itself if none has one.

    Parameters
    ----------
    sample : Sample
    metrics : Mapping from str to Metric

    Returns
    -------
    Sample
        Its names are equal to what they were, so that frames, files and JSON are the same.

    Raises
    ------
    UsageError
        If a label is the name of another column.
    """
    labels = {name: metric.label for name, metric in metrics.items() if metric.label is not None and metric.label != name}
    for name, label in labels.items():
        if label in sample.all_names and name in sample.all_names and label not in labels:
            raise UsageError(
                f"the label of {name!r} is the name of another column, {label!r}: give it another label, or that column one.",
                argument="catalogue",
            )
    return _with_labels(sample, labels) if any(name in labels for name in sample.all_names) else sample


def _with_labels(sample: Sample, labels: Mapping[str, str]) -> Sample:
    def named(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(Labelled(name, labels[name]) if name in labels else name for name in names)

    others = tuple(_with_labels(other, labels) for other in sample.others)
    return replace(sample, names=named(sample.names), order=named(sample.order), others=others)

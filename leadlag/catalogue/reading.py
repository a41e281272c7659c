"""A catalogue out of a file, a mapping or a frame."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadlag._validation import known_arguments
from leadlag.catalogue.frames import frame_metrics, is_frame
from leadlag.catalogue.in_file import mapping_in_file
from leadlag.catalogue.limits import refuse_deep
from leadlag.catalogue.listed import Catalogue
from leadlag.catalogue.metric import Metric, metric_of
from leadlag.catalogue.refusals import CatalogueError, cut, refused, unknown_key
from leadlag.errors import UsageError

__all__ = ["read_catalogue"]

#: What a catalogue may hold; those after the metrics are for later questions and are passed over.
_BLOCKS = ("version", "metrics", "objectives", "key_results", "initiatives", "links")
_VERSION = 1


@known_arguments
def read_catalogue(source: Any) -> Catalogue:
    """Read what is known about metrics.

    Parameters
    ----------
    source : path, mapping or frame
        A ``.toml``, ``.yaml`` or ``.yml`` file; a mapping of that form, ``{"version": 1, "metrics": {name: {field: value}}}``; or
        a frame of any package with one row a metric and one column a field of `leadlag.Metric`, ``name`` among them.
        YAML needs the extra ``batch``.

    Returns
    -------
    Catalogue
        Its `metrics`, by name. The blocks ``objectives``, ``key_results``, ``initiatives`` and ``links`` are passed over.

    Raises
    ------
    UsageError
        If the file cannot be read, or holds what a catalogue does not; all that is wrong with the metrics is listed.

    Examples
    --------
    >>> known = read_catalogue({"version": 1, "metrics": {"demos": {"label": "Demos booked", "available_after": 1}}})
    >>> known.metrics["demos"]
    Metric('demos', available_after=1, label='Demos booked')
    """
    try:
        return _read(source)
    except UsageError as error:
        error.argument = error.argument or "catalogue"
        raise


def _read(source: Any) -> Catalogue:
    if isinstance(source, Catalogue):
        return source
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        content, _ = mapping_in_file(path, argument="catalogue", kind="catalogue", begin="'version: 1' and 'metrics:'")
        return _catalogue(content, f"catalogue={str(source)!r}")
    if isinstance(source, Mapping):
        refuse_deep(source, "catalogue")
        return _catalogue(source, "catalogue")
    if is_frame(source):
        return _of_metrics(frame_metrics(source), [], "catalogue")
    raise UsageError(f"catalogue={type(source).__name__} is not allowed: give the path of a file, a mapping or a frame.")


def _catalogue(content: Mapping[Any, Any], what: str) -> Catalogue:
    """The catalogue in a mapping."""
    wrong = [unknown_key(key, f"{key!r} is no part of a catalogue", _BLOCKS) for key in content if key not in _BLOCKS]
    version, metrics = content.get("version", _VERSION), content.get("metrics", {})
    if isinstance(version, bool) or version != _VERSION:
        wrong.append(f"version={version!r} is not allowed: this leadlag reads version {_VERSION}.")
    if not isinstance(metrics, Mapping | None):
        wrong.append(
            f"metrics={cut(repr(metrics), 60)} is not allowed: give a mapping, 'NAME: {{FIELD: VALUE}}' for each metric."
        )
        metrics = {}
    return _of_metrics([(f"metrics.{name}", name, said) for name, said in (metrics or {}).items()], wrong, what)


def _of_metrics(said: list[tuple[str, Any, Any]], wrong: list[str], what: str) -> Catalogue:
    """The metrics of these places and names, or all that is wrong with them at once."""
    found: dict[str, Metric] = {}
    for place, name, fields in said:
        if not isinstance(fields, Mapping | None):
            wrong.append(f"{place}: {cut(repr(fields), 60)} is not allowed: give its fields, such as {{unit: EUR}}.")
            continue
        try:
            metric = metric_of(name, fields or {})
            if found.setdefault(metric.name, metric) is not metric:
                wrong.append(f"{place}: catalogue names {metric.name!r} more than once: give one Metric per name.")
        except CatalogueError as error:
            wrong += [f"{place}: {each}" for each in error.listed]
    if not wrong:
        try:
            return Catalogue(found)
        except UsageError as error:
            wrong.append(str(error.args[0]))
    raise refused(wrong, what) if len(wrong) > 1 else refused([f"{what}: {wrong[0]}"], what)

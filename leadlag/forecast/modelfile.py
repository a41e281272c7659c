"""A model as a file: JSON with a checksum, read back strictly, so that no changed file ever scores."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from leadlag._files import write_whole
from leadlag._validation import known_arguments
from leadlag.errors import UsageError
from leadlag.forecast.kinds import MisfitError
from leadlag.forecast.model import ForecastModel
from leadlag.forecast.stored import MODEL
from leadlag.sample.paths import why_no_file

__all__ = ["SCHEMA", "load_model", "model_text", "save_model", "sha256_of"]

SCHEMA = "leadlag-model-1"
_NAME, _, _NUMBER = SCHEMA.rpartition("-")
#: Largest file that is opened, and how deep lists and objects may be nested in it.
_MOST_BYTES, _MOST_DEPTH = 64 * 1024 * 1024, 32
_FIT = "fit the model again with forecast_kpi, or leadlag fit"
#: A text, or what begins as one and ends with the file; without ways back, so that no file takes long.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)


@known_arguments
def save_model(model: ForecastModel, path: str | os.PathLike[str]) -> Path:
    """Write a fitted model to a file that `load_model` reads.

    Parameters
    ----------
    model : ForecastModel
        `Forecast.model`.
    path : str or path
        File to write; replaced whole if it is there. Its folder has to exist.

    Returns
    -------
    Path
        The file written. The same model gives the same bytes: nothing in it comes from the machine or the clock.

    Raises
    ------
    UsageError
        If `model` is none, or `path` cannot be written.

    See Also
    --------
    load_model
    """
    if not isinstance(model, ForecastModel):
        raise UsageError(
            f"model={type(model).__name__} is not allowed: give the model of a forecast, forecast.model.", argument="model"
        )
    return write_whole(path, model_text(model))


@known_arguments
def load_model(path: str | os.PathLike[str]) -> ForecastModel:
    """Read a fitted model from a file of `save_model` or ``leadlag fit``; no code in the file is run, and none could be.

    Parameters
    ----------
    path : str or path
        A model file, schema ``leadlag-model-1``.

    Returns
    -------
    ForecastModel
        Its `score` gives the very numbers of the model that was saved.

    Raises
    ------
    UsageError
        If there is no such file, or it is not as it was written: no JSON or cut off (LL601), too large or nested too deep
        (LL602), of a newer leadlag (LL603), changed (LL604), or with a field that is missing or not allowed (LL605).

    Examples
    --------
    >>> import tempfile, numpy as np, pandas as pd
    >>> from leadlag.forecast.question import forecast_kpi
    >>> draws = np.random.default_rng(0).normal(size=(60, 2))
    >>> sales = pd.DataFrame({"visits": draws[:, 0], "sales": draws.sum(axis=1)})
    >>> found = forecast_kpi(sales, kpi="sales", horizons=[1, 2])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = load_model(save_model(found.model, f"{folder}/sales.json"))
    >>> again.score(sales).to_frame().equals(found.to_frame())
    True
    """
    target = Path(path)
    if why := why_no_file(target).partition(", or give -")[0]:
        raise UsageError(f"path={str(target)[:120]!r} {why}.", argument="path")
    with target.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    return read_model(data, name=target.name)


def sha256_of(model: ForecastModel) -> str:
    """The checksum of a model, as it stands in its file."""
    return _sha256(_content(model))


def model_text(model: ForecastModel) -> str:
    """A model as JSON on one line."""
    content = _content(model)
    return _dumped(content | {"sha256": _sha256(content)})


def read_model(data: bytes, *, name: str) -> ForecastModel:
    """The model in the content of a file; see `load_model`.

    Parameters
    ----------
    data : bytes
    name : str
        Of the file, for messages.
    """
    content = _json(data, name)
    schema = content.pop("schema", None)
    known = re.fullmatch(re.escape(_NAME) + r"-(\d{1,9})", schema) if isinstance(schema, str) else None
    if known is None:
        kind = f"it says that it is {schema[:40]!r}" if isinstance(schema, str) else "it does not say so"
        _refuse("LL601", name, f"is no model of leadlag: {kind}", "give a file of leadlag fit or save_model")
    if schema != SCHEMA:
        _refuse("LL603", name, f"is of the schema {schema!r}, and this leadlag reads {SCHEMA!r}", "install a newer leadlag")
    told = content.pop("sha256", None)
    if told is None:
        _refuse("LL605", name, "has no 'sha256'", _FIT)
    if told != _sha256_or_refusal({"schema": schema} | content, name):
        _refuse(
            "LL604", name, "was changed after it was written: its sha256 is not that of its content", f"{_FIT}, or copy it again"
        )
    try:
        model: ForecastModel = MODEL.read(content, "model")
    except MisfitError as error:
        _refuse("LL605", name, f"holds what no model does: {error}", _FIT)
    return model


def _content(model: ForecastModel) -> dict[str, Any]:
    """A model as plain values, without its checksum."""
    return {"schema": SCHEMA, **MODEL.plain(model)}


def _dumped(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _sha256(content: dict[str, Any]) -> str:
    return hashlib.sha256(_dumped(content).encode("utf-8")).hexdigest()


def _sha256_or_refusal(content: dict[str, Any], name: str) -> str:
    try:
        return _sha256(content)
    except UnicodeEncodeError:
        _refuse("LL601", name, "holds half a character, which is no text", _FIT)
    except ValueError:
        _refuse("LL605", name, "holds a number that is not finite", _FIT)


def _json(data: bytes, name: str) -> dict[str, Any]:
    """The object in a file, its size and depth looked at before it is read."""
    if len(data) > _MOST_BYTES:
        _refuse("LL602", name, f"is larger than {_MOST_BYTES // 2**20} MiB", "split its segments over several models")
    if _depth(data) > _MOST_DEPTH:
        _refuse("LL602", name, f"is nested deeper than {_MOST_DEPTH}", "give a file of leadlag fit or save_model")
    try:
        content = json.loads(data.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        _refuse("LL601", name, f"is no UTF-8, at byte {error.start:,}", "give the file as it was written")
    except MisfitError as error:
        _refuse("LL605", name, str(error), _FIT)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        if not cut and not error.pos:
            _refuse("LL601", name, "is no model of leadlag: it is no JSON", "give a file of leadlag fit or save_model")
        what = "was cut off" if cut else f"is no JSON, at character {error.pos + 1:,}: {error.msg}"
        _refuse("LL601", name, what, "give the file as it was written")
    except ValueError:  # more digits than Python turns into a number
        _refuse("LL605", name, "holds a number with thousands of digits", _FIT)
    if not isinstance(content, dict):
        _refuse("LL601", name, "is no model of leadlag: it holds no object", "give a file of leadlag fit or save_model")
    return content


def _depth(data: bytes) -> int:
    """How deep lists and objects are nested, quotes left out."""
    signs = np.frombuffer(_STRING.sub(b"", data), dtype=np.uint8)
    steps = np.isin(signs, (ord("["), ord("{"))).astype(np.int64) - np.isin(signs, (ord("]"), ord("}")))
    return int(np.cumsum(steps).max(initial=0))


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MisfitError("has a field twice")
    return found


def _no_constant(text: str) -> NoReturn:
    raise MisfitError(f"holds {text}, which is no finite number")


def _refuse(code: str, name: str, what: str, step: str) -> NoReturn:
    raise UsageError(f"The model file {name[:80]!r} {what}: {step}.", code=code, argument="path")

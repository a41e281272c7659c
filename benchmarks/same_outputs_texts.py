"""What `same_outputs.py` compares: everything that a call returns, shows, warns of, writes or refuses, as text."""

from __future__ import annotations

import copy
import inspect
import os
import pickle
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import leadlag as ll

__all__ = ["Call", "command", "outputs", "text_of"]

Call = Callable[[], object]

PACKAGE = Path(str(ll.__file__)).resolve().parent
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
#: Name of a class in a repr; one that is no public name of leadlag may change, what it holds may not.
CLASS = re.compile(r"\b_?[A-Z]\w*(?=\()")
#: What belongs to this run and not to the result: when it was, and how long it took.
MOMENT = re.compile(r"(?<=Date:) +\w+, \d+ \w+ \d+|(?<=Time:) +\d\d:\d\d:\d\d|(?<= in )\d+\.\d(?= s\b)")
#: Calls with these names may be refused.
REFUSALS = ("refused ", "hazard ")
#: Not asked for as attributes: drawn below, written by a call of its own, told by to_json, an object of another package.
APART = {"plot", "report", "to_dict", "to_statsmodels"}
#: What is asked of a Sample or of Vintages; the rest of their attributes is how they hold it.
OF_DATA = ("names", "periods", "n_periods", "segments", "cadences", "delays", "notes", "left_out", "to_frame", "latest")


def outputs(name: str, call: Call) -> dict[str, str]:
    """Everything that comes of a call; what was raised is an output too, and said aloud where none is expected."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            texts = dict(views(call()))
        except Exception as error:  # noqa: BLE001  (whatever a side raises, the other has to raise)
            texts = {"raised": raised(error)}
            if not name.startswith(REFUSALS):
                print(f"{name}: {texts['raised']}", file=sys.stderr)
    texts |= {"warnings": "\n".join(map(given, caught))} if caught else {}
    return {joined(": ", name, view): text for view, text in texts.items()}


def raised(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def given(warning: warnings.WarningMessage) -> str:
    """Category and text of a warning, and the line it points at; inside leadlag lines may move, so they are one place."""
    inside = Path(warning.filename).resolve().is_relative_to(PACKAGE)
    place = "inside leadlag" if inside else f"{os.path.basename(warning.filename)}:{warning.lineno}"
    return f"{warning.category.__name__} at {place}: {warning.message}"


def views(value: object) -> Iterator[tuple[str, str]]:
    """Names and texts of all that can be seen of a value."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from ((joined(", ", str(key), view), text) for view, text in views(item))
    elif hasattr(value, "provenance"):
        yield from ((name, outcome(look)) for name, look in looks(value))
    else:
        yield "", text_of(value)


def joined(mark: str, first: str, second: str) -> str:
    return f"{first}{mark}{second}" if second else first


def outcome(call: Call) -> str:
    """The text of what a view gives, or of its refusal: some results have no table and no picture."""
    try:
        return text_of(call())
    except Exception as error:  # noqa: BLE001  (as above)
        return raised(error)


def looks(result: object) -> Iterator[tuple[str, Call]]:
    """Every way to look at a result."""
    yield from attributes(result)
    yield "repr", lambda: repr(result)
    yield "notebook", lambda: result._repr_html_()
    yield "copies", lambda: copies(result)
    yield "axes", lambda: labels(result)
    yield "pictures", lambda: ll.plot.svg_of(result, kind="?")  # its refusal names the kinds there are
    for kind in re.findall(r"'(\w+)'", outcome(lambda: ll.plot.svg_of(result, kind="?"))):
        yield f"picture {kind}", lambda kind=kind: ll.plot.svg_of(result, kind=kind)


def attributes(value: object) -> Iterator[tuple[str, Call]]:
    """What a value says of itself when asked without any argument."""
    for name in dir(value):
        if not name.startswith("_") and name not in APART and not asks_for_more(getattr(type(value), name, None)):
            yield name, lambda name=name: said(getattr(value, name))


def asks_for_more(method: object) -> bool:
    """Whether a method, taken from its class, has arguments that have to be given."""
    if not inspect.isfunction(method):
        return False
    _, *rest = inspect.signature(method).parameters.values()
    return any(item.default is item.empty and item.kind not in (item.VAR_POSITIONAL, item.VAR_KEYWORD) for item in rest)


def said(value: object) -> object:
    return value() if callable(value) else value


def labels(result: object) -> str:
    ax = result.plot(ax=Figure().add_subplot())
    return "\n".join([ax.get_title(), ax.get_xlabel(), ax.get_ylabel()])


def copies(result: object) -> str:
    """Whether a copy and what went through a pickle still say the same; if not, what they say."""
    again = {"copy": copy.deepcopy(result), "pickle": pickle.loads(pickle.dumps(result))}  # noqa: S301  (its own bytes)
    first = short(result)
    return "\n".join(f"{how}: {'the same' if short(item) == first else short(item)}" for how, item in again.items())


def short(result: object) -> str:
    return "\n".join(map(outcome, (lambda: repr(result), lambda: result.summary(), lambda: result.to_json())))


def text_of(value: object) -> str:
    """A value as text, at full precision."""
    if isinstance(value, str):
        return MOMENT.sub("", value)
    if isinstance(value, (pd.DataFrame, pd.Series)):
        types = value.dtypes.to_dict() if isinstance(value, pd.DataFrame) else value.dtype
        return f"{value.to_csv()}{types}\n{text_of(value.attrs)}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.tolist()}"
    if isinstance(value, (ll.Sample, ll.Vintages)):
        return "\n".join(f"{name}: {text_of(said(getattr(value, name)))}" for name in OF_DATA if hasattr(value, name))
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
        return CLASS.sub(lambda found: found[0] * hasattr(ll, found[0]), ADDRESS.sub("", repr(value)))


def command(*words: str, files: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """What a command of the command line prints, its exit code, and all that it writes, in a folder that holds `files`.

    The file with the name ``-`` is its standard input.
    """
    read = {name: table.to_csv(index=False) for name, table in files.items()}
    with tempfile.TemporaryDirectory(dir=".") as made:
        folder = Path(made).resolve()
        for name in read.keys() - {"-"}:
            (folder / name).write_text(read[name], encoding="utf-8")
        line = [sys.executable, "-P", "-m", "leadlag", *words]
        done = subprocess.run(line, cwd=folder, input=read.get("-", ""), capture_output=True, encoding="utf-8", check=False)
        texts = {"exit code": str(done.returncode), "stdout": done.stdout, "stderr": done.stderr}
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name, text = path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")
            texts |= {f"file {name}": text} if text != read.get(name) else {}
        return {name: text.replace(str(folder), "FOLDER") for name, text in texts.items()}

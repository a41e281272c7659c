"""What is asked of an odd table, and what is a fault: the public functions, the command line, and the watch over both."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.figure  # noqa: F401 - loaded before the watch, under which a warning of its own parser would be a fault
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from odd_tables_kinds import NAMED, Odd, Rng, pick
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

import leadlag as ll
from leadlag.errors import DataContractError, LeadLagError, LeadLagWarning, Violation
from leadlag.results import Result
from leadlag.sample import Sample, as_sample, find_violations, read_file

__all__ = ["FUNCTIONS", "LONGEST", "Outcome", "ask", "ask_command_line", "check", "watched"]

ROOT = Path(__file__).resolve().parents[1]

#: Seconds of processor time and bytes that a call may take, and the seconds after which it is stopped.
LONGEST, LARGEST, STOPPED = 20.0, 1_000_000_000, 90

READERS = ("from_wide", "from_long", "from_snapshots")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a call went.

    Parameters
    ----------
    said : str
        The code of leadlag's error, "" if there is a result.
    faults : tuple of str
        What must not happen, each in a line.
    advised, settled : int
        Calls that an error showed, and those that then gave a result.
    """

    said: str = ""
    faults: tuple[str, ...] = ()
    advised: int = 0
    settled: int = 0


class TookTooLongError(Exception):
    """A call was stopped."""


@dataclass(kw_only=True)
class Watch:
    """What a call gave, what it raised, and what was wrong with that."""

    result: Any = None
    error: LeadLagError | None = None
    faults: tuple[str, ...] = ()


def watched(work: Callable[[], Any]) -> Watch:
    """Do it; all but leadlag's own errors and warnings is a fault, and so is what takes too long or too much."""
    begin, held = time.process_time(), _reset_peak()
    watch = Watch()
    try:
        with warnings.catch_warnings(), _stopped_after(STOPPED):
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", LeadLagWarning)
            watch.result = _told(work())
    except LeadLagError as error:
        watch.error = error
    except Exception as error:  # noqa: BLE001  (whatever comes is the fault that is looked for)
        watch.faults += (f"{type(error).__name__} at {_place(error)}: {_short(error)}",)
    taken, grown = time.process_time() - begin, _peak() - held
    watch.faults += (f"took {taken:.0f} s",) if taken > LONGEST else ()
    watch.faults += (f"took {grown / 1e9:.1f} GB",) if grown > LARGEST else ()
    return watch


def _told(result: Any) -> Any:
    """A result after all that it can tell was told."""
    if inspect.isgenerator(result):
        return list(result)
    if isinstance(result, Result):
        result.summary(), result.explain(), result.to_frame(), repr(result)
        json.loads(result.to_json(), parse_constant=_no_number)
    if isinstance(result, Sample):
        result.to_frame(), repr(result), [str(note) for note in result.notes]
    return result


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


@contextlib.contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TookTooLongError(f"stopped after {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _reset_peak() -> int:
    """Bytes that this process holds; from here on its peak is counted anew, where the system can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _place(error: BaseException) -> str:
    """The innermost line of leadlag that an error passed."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if f"leadlag{os.sep}" in frame.filename]
    last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{'/'.join(Path(last.filename).parts[-3:])}:{last.lineno}"


def _short(error: object, most: int = 200) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= most else text[:most] + "..."


# --- the functions ---------------------------------------------------------------------------------------------------


def _pair(odd: Odd, rng: Rng) -> dict[str, Any]:
    return {"kpi": odd.kpi, "lead": pick(rng, odd.leads)}


def _ranked(odd: Odd, rng: Rng) -> dict[str, Any]:
    leads = {"leads": list(odd.leads)} if rng.random() < 0.5 else {}
    return {"kpi": odd.kpi, **leads, "evidence": False, "n_draws": 99}


def _drawn(odd: Odd, rng: Rng) -> dict[str, Any]:
    return {**_pair(odd, rng), "n_draws": 99, "max_lag": pick(rng, [None, 1, 4])}


#: Keywords of each function, but for those that many take.
FUNCTIONS: dict[str, Callable[[Odd, Rng], dict[str, Any]]] = {
    "rank_leads": lambda odd, rng: {**_ranked(odd, rng), "max_lag": pick(rng, [None, 1, 6]), "undo": pick(rng, [None, None,
                                                            None, "rolling", "ytd"]),
                                    "nonlinear": bool(rng.random() < 0.2)},
    "check_stationarity": lambda odd, rng: {"metrics": pick(rng, [None, odd.kpi, [odd.kpi, odd.leads[0]]])},
    "cross_correlation": lambda odd, rng: {**_pair(odd, rng), "prewhiten": bool(rng.random() < 0.7), "difference": pick(rng, [0,
                                                            0, 1])},
    "cross_correlations": lambda odd, rng: {"kpis": [odd.kpi], "leads": list(odd.leads), "prewhiten": bool(rng.random() < 0.7)},
    "delay_set": _drawn,
    "detectable_effect": lambda odd, rng: {"kpi": odd.kpi, "leads": pick(rng, [None, list(odd.leads)]), "n_draws": 99},
    "forecast_gain": lambda odd, rng: {"kpi": odd.kpi, "leads": pick(rng, [None, list(odd.leads)]), "horizons": pick(rng, [1,
                                                            (1, 3)]), "max_lag": pick(rng, [None, 2])},
    "forecast_kpi": lambda odd, rng: {"kpi": odd.kpi, "leads": pick(rng, [None, list(odd.leads)]), "horizons": pick(rng, [1,
                                                            (1, 3)]), "max_lag": pick(rng, [None, 2]), "n_draws": 99},
    "from_long": lambda *_: {},
    "from_snapshots": lambda *_: {},
    "from_wide": lambda *_: {},
    "granger_screen": lambda odd, rng: {"kpis": [odd.kpi], "leads": list(odd.leads), "max_order": pick(rng, [1, 3, 12])},
    "granger_screen_blocks": lambda odd, rng: {"kpis": [odd.kpi, odd.leads[0]], "leads": list(odd.leads), "max_order": pick(rng,
                                                            [1, 3])},
    "granger_test": lambda odd, rng: {**_pair(odd, rng), "order": pick(rng, [1, 4, [2, 5]]), "cov_type": pick(rng, ["nonrobust",
                                                            "HC3", "HAC"]), "augment": pick(rng, [0, 0, 1])},
    "lagged_regression": lambda odd, rng: {"kpi": odd.kpi, "leads": list(odd.leads[:2]), "max_lag": pick(rng, [None, 1, 5]),
                                           "shape": pick(rng, ["free", "almon", "geometric"]),
                                           "season": pick(rng, ["none", "auto"]), "trend": pick(rng, ["none", "linear"]),
                                           "own_lags": pick(rng, [0, 1]), "n_draws": 99},
    "local_projection": lambda odd, rng: {**_pair(odd, rng), "horizons": pick(rng, [1, 4])},
    "rank_kpis": lambda odd, _: {"kpis": [odd.kpi, odd.leads[0]], "evidence": False, "n_draws": 99},
    "refutation_test": lambda odd, rng: {**_drawn(odd, rng), "n_tries": 19, "n_decoys": 19},
    "stability_test": _drawn,
    "LagTransformer": lambda _, rng: {"lags": pick(rng, [1, 3, [0, 2]]), "hold_back": pick(rng, [None, 4])},
    "LeadSelector": lambda _, rng: {"max_lag": pick(rng, [None, 3]), "n_draws": 99},
}  # fmt: skip


def _more(name: str, odd: Odd, rng: Rng, given: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords that many functions take, now and then."""
    takes = inspect.signature(getattr(ll, name)).parameters
    others = [lead for lead in odd.leads if lead != given.get("lead") and lead not in (given.get("leads") or ())]
    chances: dict[str, tuple[float, Callable[[], Any]]] = {
        "time": (0.08, lambda: pick(rng, ["date", "no such column", "sales"])),
        "missing": (0.15, lambda: pick(rng, ["zero", "error"])),
        "controls": (0.2 if others else 0.0, lambda: [pick(rng, others)]),
        "log": (0.12, lambda: [pick(rng, [odd.kpi, odd.leads[0]])]),
        "catalogue": (0.12 if isinstance(odd.kpi, str) and odd.kpi.strip() else 0.0, lambda: [ll.Metric(odd.kpi,
                                                            aggregate=pick(rng, ["sum", "mean", "last"]), available_after=1)]),
        "repair": (0.15, lambda: pick(rng, [(), ("rows",), ("scales", "sentinels")])),
    }  # fmt: skip
    if odd.catalogue:
        chances["catalogue"] = (1.0, lambda: list(odd.catalogue))
    return {key: make() for key, (chance, make) in chances.items() if rng.random() < chance and key in takes and key not in given}


def ask(name: str, odd: Odd, rng: Rng) -> Outcome:
    """One public function on one table, and each call that its error shows."""
    if name in ("LagTransformer", "LeadSelector"):
        return _judged(watched(lambda: _fitted(name, odd, rng)), {})
    data, given = odd.data, FUNCTIONS[name](odd, rng)
    given |= _more(name, odd, rng, given)
    told = dict(odd.options)
    if name in ("from_long", "from_snapshots"):
        data, names = long_of(odd, needs="as_of" if name == "from_snapshots" else "metric")
        given |= _known(name, {**names, **told})
    elif name == "from_wide":
        given |= _known(name, told)
    elif told or (odd.long and rng.random() < 0.5):
        reader = "from_long" if odd.long and "as_of" not in odd.long else "from_wide"
        read = _known(reader, {**odd.long, **told})
        first = watched(lambda: getattr(ll, reader)(odd.data, **read))
        if first.result is None:
            return _judged(first, {"data": odd.data, **read})
        data = first.result
    return _judged(watched(lambda: getattr(ll, name)(data, **given)), {**given, "data": data})


def _known(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Those options that a function has."""
    takes = inspect.signature(getattr(ll, name)).parameters
    return {key: value for key, value in options.items() if key in takes}


def check(odd: Odd) -> Outcome:
    """`find_violations` on the table, and each call that it shows."""
    takes = inspect.signature(find_violations).parameters
    told = {key: value for key, value in odd.options.items() if key in takes}
    watch = watched(lambda: find_violations(odd.data, **told))
    if watch.result:
        watch.error = DataContractError("wrong", violations=watch.result)
    return _judged(watch, {"data": odd.data, **told})


def long_of(odd: Odd, *, needs: str) -> tuple[Any, dict[str, str]]:
    """The table as a long one, its repeats and all, and the names of its columns."""
    if needs in odd.long or not isinstance(odd.data, pd.DataFrame):
        return odd.data, dict(odd.long) or {**NAMED, **({"as_of": "known"} if needs == "as_of" else {})}
    frame = odd.data if isinstance(odd.data.index, pd.RangeIndex) else odd.data.reset_index()
    times = frame.iloc[:, 0].tolist() if frame.shape[1] else []
    rows = [
        (when, frame.columns[place], value)
        for place in range(1, frame.shape[1])
        for when, value in zip(times, frame.iloc[:, place].tolist(), strict=True)
    ]
    table = pd.DataFrame(rows, columns=["date", "metric", "value"]).infer_objects()
    if needs != "as_of":
        return table, dict(NAMED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = pd.to_datetime(table["date"], errors="coerce", utc=True) + pd.Timedelta(days=100)
    return table.assign(known=known.dt.tz_localize(None)), {**NAMED, "as_of": "known"}


def _fitted(name: str, odd: Odd, rng: Rng) -> Any:
    """An estimator after fit, with what it makes of its own rows."""
    X, y = _features(odd, rng)
    model = getattr(ll, name)(**FUNCTIONS[name](odd, rng))
    if name == "LeadSelector":
        return model.fit(X, y).transform(X)
    return make_pipeline(model, ll.MaskedRegressor(LinearRegression())).fit(X, y).predict(X)


def _features(odd: Odd, rng: Rng) -> tuple[Any, Any]:
    """The columns beside the KPI, and the KPI."""
    data = odd.data[0] if isinstance(odd.data, list) and odd.data else odd.data
    if isinstance(data, pa.Table):
        data = data.to_pandas()
    if isinstance(data, (pd.DataFrame, pl.DataFrame)) and any(
        name is odd.kpi or repr(name) == repr(odd.kpi) for name in data.columns
    ):
        if isinstance(data, pl.DataFrame):
            return data.drop(["date", odd.kpi], strict=False), data[odd.kpi]
        if odd.kpi != "date" and "date" in list(data.columns):
            data = (
                data.set_index("date")
                if rng.random() < 0.5 and list(data.columns).count("date") == 1
                else data.drop(columns="date")
            )
        return data.drop(columns=[odd.kpi]), data[odd.kpi]
    return data, np.arange(len(data) if hasattr(data, "__len__") else 9, dtype=float)


# --- what an error shows ---------------------------------------------------------------------------------------------


def _judged(watch: Watch, place: Mapping[str, Any]) -> Outcome:
    """The outcome of a call, with that of every call its error shows."""
    if watch.error is None:
        return Outcome(faults=watch.faults)
    found = (
        watch.error.violations if isinstance(watch.error, DataContractError) and watch.error.violations else (watch.error.first,)
    )
    faults, advised, settled = list(watch.faults), 0, 0
    for call, items in _by_call(found).items():
        after = watched(lambda call=call: _run(call, place))
        advised, settled = advised + 1, settled + (after.error is None and not after.faults)
        faults += [f"advice `{_short(call)}`: {fault}" for fault in after.faults]
        faults += [
            f"advice `{_short(call)}` says {item.code} again: {_short(after.error)}"
            for item in items
            if _again(item, after.error)
        ]
    return Outcome(said=watch.error.code, faults=tuple(faults), advised=advised, settled=settled)


def _by_call(found: Sequence[Violation]) -> dict[str, list[Violation]]:
    calls: dict[str, list[Violation]] = {}
    for item in found:
        if item.call:
            calls.setdefault(item.call, []).append(item)
    return calls


def _run(call: str, place: Mapping[str, Any]) -> Any:
    """The lines of a call."""
    *first, last = call.split("\n")
    names = {
        **{name: getattr(ll, name) for name in ll.__all__},
        "as_sample": as_sample,
        "read_file": read_file,
        "pd": pd,
        **place,
    }
    exec("\n".join(first), names)  # noqa: S102  (the advice is the thing under test)
    return eval(last, names)  # noqa: S307


def _again(item: Violation, error: LeadLagError | None) -> bool:
    """Whether what an advice should settle is still wrong."""
    if error is None:
        return False
    found = error.violations if isinstance(error, DataContractError) and error.violations else (error.first,)
    return any((after.code, after.column) == (item.code, item.column) for after in found)


# --- the command line ------------------------------------------------------------------------------------------------


def ask_command_line(odd: Odd, rng: Rng) -> Outcome:
    """`leadlag check` or `leadlag rank` in a process of its own on the table as files, and `read_file` here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            files = _written(odd, folder, rng)
        read = [_judged(watched(lambda path=path: find_violations(read_file(path))), {"path": path}) for path in files]
        command = _command(odd, files, rng)
        outcome = _process(command, folder)
    return Outcome(said=outcome.said, faults=tuple(fault for each in (*read, outcome) for fault in each.faults))


def _written(odd: Odd, folder: Path, rng: Rng) -> list[Path]:
    """The table as files."""
    if odd.file is not None:
        (folder / "table.csv").write_bytes(odd.file)
        return [folder / "table.csv"]
    tables = odd.data if isinstance(odd.data, list) and odd.data else [odd.data]
    return [_file(table, folder / f"table{number}", rng) for number, table in enumerate(tables)]


def _file(table: Any, stem: Path, rng: Rng) -> Path:
    csv, parquet = stem.with_suffix(".csv"), stem.with_suffix(".parquet")
    frame = table
    if isinstance(table, (pa.Table, pl.DataFrame)):
        frame = pd.DataFrame(table.to_pydict() if isinstance(table, pa.Table) else table.to_dict(as_series=False))
    with contextlib.suppress(Exception):
        if rng.random() < 0.25:
            frame.to_parquet(parquet)
            return parquet
    try:
        frame.to_csv(csv, index=not isinstance(frame.index, pd.RangeIndex), errors="replace")
    except (AttributeError, TypeError, ValueError):
        csv.write_text(str(table), encoding="utf-8", errors="replace")
    return csv


def _command(odd: Odd, files: Sequence[Path], rng: Rng) -> list[str]:
    """The words of a command."""
    flags = [
        word
        for key, value in odd.options.items()
        if isinstance(value, str) and key != "segment"
        for word in (f"--{key.replace('_', '-')}", value)
    ]
    flags += pick(rng, [["--json"], [], []])
    kpi = ["--kpi", str(odd.kpi).replace("\x00", "")]
    words = [path.name for path in files]
    if rng.random() < 0.5:
        return ["check", *words, *(kpi if rng.random() < 0.7 else []), *flags, "--verbose"]
    out = ["--out", "out"] if rng.random() < 0.2 else []
    return ["rank", *words, *kpi, "--no-evidence", "--max-lag", "3", *flags, *out, "--verbose"]


def _process(command: Sequence[str], folder: Path) -> Outcome:
    """A command in a process of its own: an exit code that is allowed, no traceback, no warning of other packages."""
    alone = {
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "PYTHONIOENCODING": "utf-8",
    }
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err, subprocess.Popen(
        [sys.executable, "-m", "leadlag", *command], stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder,
        env={**os.environ, **alone},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (STOPPED, STOPPED)),
    ) as process:  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    said, told = ((folder / name).read_text(encoding="utf-8", errors="replace") for name in ("stdout", "stderr"))
    words, code, taken = " ".join(map(repr, command)), process.returncode, used.ru_utime + used.ru_stime
    faults = [] if code in (0, 2, 3) and "Traceback" not in told else [f"exit {code}: {_short(told[-300:], 300)}"]
    faults += [f"a warning: {_short(line)}" for line in told.split("\n") if line.startswith("warning:") and "[LL" not in line]
    faults += [f"took {taken:.0f} s"] if taken > LONGEST else []
    faults += [f"took {used.ru_maxrss * 1024 / 1e9:.1f} GB"] if used.ru_maxrss * 1024 > LARGEST else []
    if "--json" in command and not faults:
        faults += _json_faults(said)
    return Outcome(said=f"exit {code}" if code else "", faults=tuple(f"leadlag {words}: {fault}" for fault in faults))


def _json_faults(text: str) -> list[str]:
    try:
        json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        return [f"no JSON: {error}: {_short(text)}"]
    return []

"""A small night: a table of weeks, a config that asks for its rankings, and what a run left of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["AS_OF", "CONFIG", "arguments", "bytes_in", "command", "config_in", "run_folders", "started", "table_in"]

AS_OF = "2026-11-30"
CONFIG: Mapping[str, Any] = {
    "version": 1,
    "sources": {"sales": {"path": "data/*.csv", "time": "week", "segment": "region"}},
    "calendar": {"cadence": "week", "tz": "Europe/Berlin"},
    "metrics": {
        "new_mrr": {"source": "sales", "aggregate": "sum"},
        "demos": {"source": "sales", "aggregate": "sum", "available_after": 1},
        "win_rate": {"source": "sales", "aggregate": {"ratio": ["wins", "deals"]}},
    },
    "jobs": [{"kpi": "new_mrr", "max_lag": 4, "horizons": [1], "n_draws": 199}],
    "run": {"workers": 1, "evidence": False},
    "output": {"folder": "runs", "store": "sqlite:///runs/leadlag.db"},
}


def table_in(folder: Path, *, segments: Sequence[str] = ("north", "south"), weeks: int = 80) -> Path:
    """Write the table: `demos` leads `new_mrr` by three weeks in each segment; the last week begins 2026-11-23."""
    rng, parts = np.random.default_rng(3), []
    for segment in segments:
        demos, deals = 40 + 5 * rng.normal(size=weeks), rng.poisson(60, size=weeks)
        told = 100 + 2 * np.r_[np.zeros(3), demos[:-3]] + 6 * rng.normal(size=weeks)
        times = pd.date_range(end="2026-11-23", periods=weeks, freq="7D").strftime("%Y-%m-%d")
        columns = {"new_mrr": told.round(2), "demos": demos.round(1), "wins": rng.binomial(deals, 0.3), "deals": deals}
        parts.append(pd.DataFrame({"week": times, "region": segment, **columns}))
    (folder / "data").mkdir(parents=True, exist_ok=True)
    path = folder / "data" / "sales.csv"
    pd.concat(parts).to_csv(path, index=False)
    return path


def config_in(folder: Path, **changes: Any) -> Path:
    """Write the config with some parts changed: mappings are merged, others replaced."""
    told = {key: dict(value) if isinstance(value, Mapping) else value for key, value in CONFIG.items()}
    for key, value in changes.items():
        told[key] = {**told.get(key, {}), **value} if isinstance(value, Mapping) else value
    path = folder / "n.yaml"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def arguments(config: Path, *words: str, as_of: str = AS_OF) -> list[str]:
    """The words of the command line, for the day of the table."""
    return ["run", str(config), "--as-of", as_of, *words]


def started(*words: str, module: str = "leadlag", mark: str = "", **options: Any) -> subprocess.Popen[str]:
    """The command in a process of its own, begun; it and all that it starts have the mark."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "OMP_NUM_THREADS": "1", "LEADLAG_MARK": mark}
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": env} | options
    return subprocess.Popen([sys.executable, "-m", module, *words], **told)


def command(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The same, ended."""
    with started(*words, **options) as process:
        out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def run_folders(folder: Path) -> list[Path]:
    """Finished runs."""
    return sorted(path.parent for path in (folder / "runs").glob("*/manifest.json"))


def bytes_in(folder: Path) -> dict[str, str]:
    """Fingerprints of all files in the folders of runs, by name; what is no run counts too."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "runs").rglob("*"))
        if path.is_file() and ".state" not in path.parts and "leadlag.db" not in path.name
    }

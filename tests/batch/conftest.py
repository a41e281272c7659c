"""A night of two segments, small enough for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

for needed in ("pebble", "pyarrow", "pydantic", "ruamel.yaml"):
    pytest.importorskip(needed, reason=f"{needed}, of the extra batch, is not installed")

CONFIG = """\
version: 1
sources:
  sales: {path: "data/*.csv", time: week, segment: region}
calendar: {cadence: week, tz: Europe/Berlin}
metrics:
  new_mrr: {source: sales, aggregate: sum, unit: EUR, owner: somebody}
  demos: {source: sales, aggregate: sum, available_after: 1}
  win_rate: {source: sales, aggregate: {ratio: [wins, deals]}}
jobs:
  - {kpi: new_mrr, leads: [demos, win_rate], max_lag: 6, n_draws: 199}
run: {workers: 2, evidence: false}
output: {folder: runs, store: "sqlite:///runs/leadlag.db"}
"""


def sales(n: int = 104, regions: tuple[str, ...] = ("north", "south")) -> pd.DataFrame:
    """A table of weeks and regions, in which demos lead by three weeks."""
    rng = np.random.default_rng(3)
    weeks = pd.date_range("2024-12-02", periods=n, freq="7D").strftime("%Y-%m-%d")
    parts = []
    for region in regions:
        demos, deals = 40 + 5 * rng.normal(size=n), rng.poisson(60, size=n)
        mrr = 100 + 2 * np.r_[np.full(3, 40.0), demos[:-3]] + 6 * rng.normal(size=n)
        part = {"week": weeks, "region": region, "new_mrr": mrr.round(2), "demos": demos.round(1), "wins": deals // 3}
        parts.append(pd.DataFrame(part | {"deals": deals}))
    return pd.concat(parts, ignore_index=True)


def night(folder: Path, *, table: pd.DataFrame | None = None, config: str = CONFIG) -> Path:
    """A folder with data and a config; the path of the config."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (sales() if table is None else table).to_csv(folder / "data" / "sales.csv", index=False)
    path = folder / "night.yaml"
    path.write_text(config, encoding="utf-8")
    return path


@pytest.fixture
def config_path(tmp_path: Path) -> Path:
    """A config beside its data."""
    return night(tmp_path)

"""Model files: 10,000 damaged or forged ones, and how long many segments take.

python benchmarks/model_files.py                    # 5,000 of each kind and 1,000 segments, about 4 minutes
python benchmarks/model_files.py --files 500 --segments 100

A damaged file (a bit turned, cut, nested, a huge number) has to be refused with a code LL6xx, or be the same model. A forged
one (a value changed and the sha256 made anew) has to be refused, or to score without a number that is none.
Segments: one model file of 1,000 segments and 12 horizons, read and scored from a long table (a row a period, segment and metric)
and from a wide one (a row a period and segment), beside reading the same table; all segments have the model of one, so that
nothing is fitted 1,000 times, and each is computed on its own all the same. Times are those of the processor.
"""

from __future__ import annotations

import argparse
import random
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

import leadlag as ll
from leadlag.errors import LeadLagError
from leadlag.forecast.modelfile import model_text, read_model
from tests.forecast.mutations import changed_values, torn

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "tests" / "forecast" / "model-1.json"
ROWS = KEPT.with_suffix(".csv")


def main() -> None:
    """Print what came of the files, and the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5_000, help="of each kind")
    parser.add_argument("--segments", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0, help="seed")
    asked = parser.parse_args()
    warnings.simplefilter("error")
    content = KEPT.read_bytes()
    for name, kind in (("damaged", torn), ("forged", changed_values)):
        print(f"{name:8}", dict(files(kind, content, range(asked.first, asked.first + asked.files))))
    segments(asked.segments)


def files(kind: Callable[[bytes, random.Random], bytes], content: bytes, seeds: range) -> Counter[str]:
    """What came of so many changed files, by code; a fault is shown with its seed."""
    table, same = pd.read_csv(ROWS), model_text(read_model(content, name="kept"))
    found: Counter[str] = Counter()
    for seed in seeds:
        changed = kind(content, random.Random(seed))
        try:
            model = read_model(changed, name="changed")
            if kind is torn:
                found["the same model" if model_text(model) == same else "ANOTHER MODEL"] += 1
                continue
            found["no number" if "NaN" in model.score(table, stale_ok=True).to_json() else "scored"] += 1
        except LeadLagError as error:
            found[error.code if error.code.startswith("LL6") or kind is changed_values else f"WRONG CODE {error.code}"] += 1
        except Exception as error:  # noqa: BLE001  that is what is looked for
            found[f"FAULT {type(error).__name__}"] += 1
            print(f"seed {seed}: {traceback.format_exc(limit=-3)}")
    return found


def segments(count: int, n: int = 156) -> None:
    """Times of one model file of many segments."""
    draws = np.random.default_rng(0).normal(size=(count, n, 3))
    demos = 40 + 6 * draws[..., 0]
    kpi = 500 + 12 * np.concatenate([np.zeros((count, 3)), demos[:, :-3] - 40], axis=1) + 15 * draws[..., 1]
    names = [f"s{place:04d}" for place in range(count)]
    wide = pd.DataFrame({
        "week": np.tile(pd.date_range("2023-01-02", periods=n, freq="7D"), count), "region": np.repeat(names, n),
        "demos": demos.ravel(), "mails": draws[..., 2].ravel(), "new_mrr": kpi.ravel(),
    })  # fmt: skip
    one = ll.forecast_kpi(
        ll.from_wide(wide[wide.region == names[0]], segment="region"), kpi="new_mrr", horizons=range(1, 13)
    ).model
    same = tuple(replace(one.segments[0], segment=name) for name in names)
    long = wide.melt(id_vars=["week", "region"], value_vars=["demos", "mails", "new_mrr"], var_name="metric")
    options = {"time": "week", "metric": "metric", "value": "value", "segment": "region"}
    for form, table, reading, reader in (
        ("long", long, options, ll.from_long), ("wide", wide, {"time": "week", "segment": "region"}, ll.from_wide),
    ):  # fmt: skip
        kept = dict(one.reading) | reading
        text = model_text(replace(one, segments=same, reading=tuple(kept.items()))).encode()
        read, _ = timed(lambda table=table, reader=reader, reading=reading: reader(table, **reading))
        loaded, model = timed(lambda text=text: read_model(text, name="many"))
        scored, forecast = timed(lambda model=model, table=table: model.score(table))
        print(
            f"{form}: {count} segments x 12 horizons, {len(table):,} rows: reading {read:.2f} s, the model file "
            f"({len(text) / 2**20:.1f} MiB) {loaded:.2f} s, scoring {len(forecast.to_frame()):,} rows with reading {scored:.2f} s"
            f": {(loaded + scored) / read:.1f} times reading"
        )


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """Processor seconds of a call, the best of three, and what it gave."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        found = call()
        best = min(best, time.process_time() - start)
    return best, found


if __name__ == "__main__":
    main()

"""What a night costs beside its bare rankings, how much memory its parent takes, and what a rerun costs.

    python benchmarks/batch.py                     # 40 and 100 full jobs
    python benchmarks/batch.py --full 1000         # 1,000 full jobs: some twenty minutes of a processor
    python benchmarks/batch.py --rank-only 10000   # without evidence; some forty minutes

Jobs are 4 KPIs in segments, each with 8 leads over 156 weeks. Times are of processors, those of all worker processes among them,
and so do not hang on how many there are. `over bare` is the night's over that of the same calls of `rank_leads` in one process
on Samples that are there already, as many as `--bare`, carried on to all jobs.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import leadlag as ll

KPIS, LEADS, WEEKS, AS_OF = 4, 8, 156, "2026-11-30"
_SUBREAPER = 36  # prctl: orphans of what is started here come to this process, so that their time is counted


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Processor time, wall time, and the largest memory of the parent, of which the first is early in the run."""

    seconds: float
    wall: float
    early: float
    peak: float
    said: str


def tables(n_segments: int) -> pd.DataFrame:
    """Rows of all segments."""
    rng = np.random.default_rng(0)
    weeks = pd.date_range("2023-12-04", periods=WEEKS, freq="7D").strftime("%Y-%m-%d")
    parts = []
    for segment in range(n_segments):
        leads = rng.standard_normal((WEEKS, LEADS)).round(4)
        part = pd.DataFrame(leads, columns=[f"lead{place}" for place in range(LEADS)])
        for place in range(KPIS):
            moved = np.r_[np.zeros(3), leads[:-3, place]]
            part[f"kpi{place}"] = (0.5 * moved + rng.standard_normal(WEEKS)).round(4)
        parts.append(part.assign(week=weeks, segment=f"s{segment:05d}"))
    return pd.concat(parts, ignore_index=True)


def config_of(*, evidence: bool, draws: int | None) -> dict[str, object]:
    """A config of one source."""
    metrics = {f"{kind}{place}": {"source": "all"} for kind, count in (("kpi", KPIS), ("lead", LEADS)) for place in range(count)}
    more = {} if draws is None else {"n_draws": draws}
    jobs = [{"kpi": f"kpi{place}", "leads": [f"lead{one}" for one in range(LEADS)], **more} for place in range(KPIS)]
    return {
        "version": 1, "sources": {"all": {"path": "all.parquet", "time": "week", "segment": "segment"}},
        "metrics": metrics, "jobs": jobs, "run": {"workers": len(os.sched_getaffinity(0)), "evidence": evidence},
        "output": {"folder": "runs", "store": "sqlite:///runs/leadlag.db"},
    }  # fmt: skip


def command(folder: Path, *words: str) -> Cost:
    """Run a command of leadlag, and what it took with all processes that it started."""
    before, start = _children(), time.perf_counter()
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "leadlag", *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    sizes: list[float] = []
    watch = threading.Thread(target=_watch, args=(process, sizes))
    watch.start()
    said, _ = process.communicate()
    watch.join()
    with suppress(ChildProcessError):
        while True:
            os.wait()
    early = sizes[len(sizes) // 4] if sizes else 0.0
    peak = max(sizes, default=0.0)
    return Cost(
        seconds=_children() - before, wall=time.perf_counter() - start, early=early, peak=peak, said=said.decode().strip()
    )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(process: subprocess.Popen[bytes], sizes: list[float]) -> None:
    """Memory of a process in MB, while it is there."""
    while process.poll() is None:
        with suppress(OSError, StopIteration):
            text = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            sizes.append(int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024.0)
        time.sleep(0.2)


def bare(table: pd.DataFrame, count: int, *, evidence: bool, draws: int | None) -> float:
    """Processor time of one ranking, of so many calls."""
    sample = ll.from_wide(table, time="week", segment="segment")
    names = [f"lead{one}" for one in range(LEADS)]
    more = {} if draws is None else {"n_draws": draws}
    jobs = [(f"kpi{place}", segment) for segment in sample.segments for place in range(KPIS)][:count]
    parts = [(kpi, sample.segment(segment).select((kpi, *names))) for kpi, segment in jobs]
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kpi, part in parts:
            ll.rank_leads(part, kpi=kpi, leads=names, evidence=evidence, **more)
    return (time.process_time() - start) / len(parts)


def night(n_jobs: int, *, evidence: bool, draws: int | None, n_bare: int) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder, table = Path(name), tables(n_jobs // KPIS)
        table.to_parquet(folder / "all.parquet")
        (folder / "night.yaml").write_text(json.dumps(config_of(evidence=evidence, draws=draws)), encoding="utf-8")
        words = ("run", "night.yaml", "--as-of", AS_OF, "-q")
        first = command(folder, *words, "--summary", "one.json")
        again = command(folder, *words, "--summary", "two.json")
        check = command(folder, "check", "--config", "night.yaml", "--as-of", AS_OF)
        told = [json.loads((folder / one).read_text(encoding="utf-8")) for one in ("one.json", "two.json")]
        size = sum(path.stat().st_size for path in (folder / "runs" / told[0]["run_id"]).rglob("*") if path.is_file())
        files = sum(path.is_file() for path in (folder / "runs" / told[0]["run_id"]).rglob("*"))
    each = bare(table, min(n_bare, n_jobs), evidence=evidence, draws=draws)
    kind = "full" if evidence else "rank only"
    return (
        f"{n_jobs:6d} {kind:9s} {told[0]['jobs']['computed']:6d} {first.seconds:8.1f} {first.wall:8.1f} "
        f"{first.seconds / (each * n_jobs):6.2f} {first.early:6.0f} {first.peak:6.0f} {told[1]['jobs']['computed']:6d} "
        f"{again.seconds:6.1f} {again.seconds / check.seconds:6.2f} {size / 1e6:7.1f} {files:5d}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", type=int, nargs="*", default=[40, 100])
    parser.add_argument("--rank-only", type=int, nargs="*", default=[])
    parser.add_argument("--bare", type=int, default=40, help="bare calls that are timed")
    parser.add_argument("--n-draws", type=int)
    asked = parser.parse_args(arguments)
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    print("  jobs kind      computed  cpu s   wall s  over bare  MB early, peak  rerun: computed, cpu s, over check  MB  files")
    for evidence, counts in ((True, asked.full), (False, asked.rank_only)):
        for count in counts:
            print(night(count, evidence=evidence, draws=asked.n_draws, n_bare=asked.bare), flush=True)


if __name__ == "__main__":
    main()

"""How long a ranking takes, and how much memory: figures of this machine and this minute.

python benchmarks/speed.py            # the table
python benchmarks/speed.py --rounds 3
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

import leadlag


def table_of(n_leads: int, n_periods: int) -> pd.DataFrame:
    """White noise: the work of a ranking does not depend on what is in it."""
    values = np.random.default_rng(7).standard_normal((n_periods, n_leads + 1))
    names = ["kpi", *(f"lead_{number}" for number in range(n_leads))]
    return pd.DataFrame(values, columns=names, index=pd.date_range("2020-01-06", periods=n_periods, freq="7D"))


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Median wall time of `work` after one run that is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def demo_seconds(rounds: int) -> float:
    """Median wall time of the whole demo as a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "leadlag", "demo"]
        return seconds(lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True), rounds)


def peak_megabytes(who: int) -> float:
    """Largest resident memory so far, of this process or of its children."""
    return resource.getrusage(who).ru_maxrss / 1024.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="timed runs of each row; the median is printed")
    rounds = parser.parse_args().rounds
    print(f"{'what':<52}{'median':>10}{'target':>10}")
    for n_leads, n_periods, limit in ((20, 156, "1 s"), (20, 312, ""), (40, 156, ""), (200, 260, "")):
        data = table_of(n_leads, n_periods)
        with threadpool_limits(2):
            taken = seconds(lambda data=data: leadlag.rank_leads(data, "kpi", max_lag=12), rounds)  # type: ignore[misc]
        print(f"{f'rank_leads, {n_leads} leads x {n_periods} weeks x 12 lags':<52}{taken:>8.2f} s{limit:>10}")
    own = peak_megabytes(resource.RUSAGE_SELF)
    print(f"{'leadlag demo, whole process':<52}{demo_seconds(rounds):>8.2f} s{'10 s':>10}")
    print(f"{'peak memory of the rankings above':<52}{own:>7.0f} MB{'500 MB':>10}")
    print(f"{'peak memory of the demo':<52}{peak_megabytes(resource.RUSAGE_CHILDREN):>7.0f} MB{'500 MB':>10}")


if __name__ == "__main__":
    main()

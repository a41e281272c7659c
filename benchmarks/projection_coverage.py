"""Do the bands of `local_projection` hold the response as often as they say?

python benchmarks/projection_coverage.py                 # 2,000 draws a row, two processes
python benchmarks/projection_coverage.py --draws 100
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, parallel_config
from scipy import signal

import leadlag

SIZES = (80, 156, 260)
LONGEST = 12
OWN, LEAD, DELAY = 0.6, 0.7, 2


@dataclass(frozen=True, kw_only=True)
class Process:
    """KPI ``y_t = 0.6 y_(t-1) + effect x_(t-2) + u_t`` with lead ``x_t = 0.7 x_(t-1) + v_t`` and u an AR(1) with `noise`."""

    effect: float
    noise: float

    def draw(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        """KPI and lead of n periods, 100 periods after the start."""
        v, e = rng.normal(size=(2, n + 100))
        x, u = signal.lfilter([1.0], [1.0, -LEAD], v), signal.lfilter([1.0], [1.0, -self.noise], e)
        y = signal.lfilter([1.0], [1.0, -OWN], self.effect * signal.lfilter([0.0] * DELAY + [1.0], [1.0], x) + u)
        return pd.DataFrame({"x": x, "y": y})[100:].reset_index(drop=True)

    def response(self) -> np.ndarray:
        """What follows a surprise of one."""
        pulse = np.zeros(LONGEST + 1)
        pulse[DELAY] = self.effect
        return np.asarray(signal.lfilter([1.0], np.convolve([1.0, -LEAD], [1.0, -OWN]), pulse))


PROCESSES = (Process(effect=0.5, noise=0.4), Process(effect=0.5, noise=0.7), Process(effect=0.0, noise=0.4))


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Which horizons each band held, shape (LONGEST + 1,); the simultaneous ones as one answer."""

    alone: np.ndarray
    together: bool
    summed_alone: np.ndarray
    summed_together: bool


def one_draw(process: Process, n: int, number: int) -> Draw:
    """One sample and its bands."""
    rng = np.random.default_rng([5, n, number])  # a stream of its own for each draw, whatever process it runs in
    found = leadlag.local_projection(process.draw(n, rng), kpi="y", lead="x", horizons=LONGEST, rng=number)
    held = []
    for bands, truth in ((found.bands, process.response()), (found.cumulative, np.cumsum(process.response()))):
        held.append((bands.low <= truth) & (truth <= bands.high))
        held.append(bool(((bands.low_all <= truth) & (truth <= bands.high_all)).all()))
    return Draw(alone=held[0], together=held[1], summed_alone=held[2], summed_together=held[3])


def row(process: Process, n: int, draws: Sequence[Draw]) -> str:
    """One line of the table."""
    error = math.sqrt(0.95 * 0.05 / len(draws))
    cells = [f"{process.effect:6.1f}{process.noise:6.1f}{n:5d}"]
    for name in ("alone", "summed_alone"):
        held = np.mean([getattr(draw, name) for draw in draws], axis=0)
        together = np.mean([getattr(draw, name.replace("alone", "together")) for draw in draws])
        cells.append(f"{held.mean():8.3f}{held.min():8.3f}{held.max():8.3f}{together:8.3f}")
    return "  ".join([*cells, f"{error:.3f}"])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print("                        response: mean, min, max, all      added up: mean, min, max, all   error")
    print("effect noise    n")
    with parallel_config("loky", n_jobs=options.jobs, inner_max_num_threads=1):
        for process in PROCESSES:
            for n in SIZES:
                print(row(process, n, Parallel()(delayed(one_draw)(process, n, i) for i in range(options.draws))), flush=True)


if __name__ == "__main__":
    main()

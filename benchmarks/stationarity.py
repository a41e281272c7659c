"""How often `check_stationarity` says what a series is: the figures of docs/stationarity.md.

python benchmarks/stationarity.py                   # a few minutes
python benchmarks/stationarity.py --draws 200

Share of each verdict over simulated series, share in which the test for a trend rejects and in which a season was found, share in
which each test alone rejects at 5 %, and share in which it is suggested to take off a trend. Months unless said; "undated": the
same series without a calendar, so that no season is asked.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from threadpoolctl import threadpool_limits

from leadlag import check_stationarity

LENGTHS, BEFORE, WEEKS = (60, 156, 260), 200, 365.25 / 7.0
VERDICTS = ("stationary", "trend-stationary", "integrated", "inconclusive")
Paths = Callable[[np.random.Generator, int, int], np.ndarray]


def ar(phi: float, rise: float = 0.0) -> Paths:
    """AR(1) with standard deviation one, on a line that rises by `rise`."""

    def paths(rng: np.random.Generator, n: int, draws: int) -> np.ndarray:
        steps = rng.standard_normal((n + BEFORE, draws)) * np.sqrt(1.0 - phi**2)
        return lfilter([1.0], [1.0, -phi], steps, axis=0)[BEFORE:] + rise * np.arange(n)[:, None] / n

    return paths


def average(rng: np.random.Generator, n: int, draws: int) -> np.ndarray:
    """Averages of four values of white noise."""
    return lfilter(np.ones(4), [1.0], rng.standard_normal((n + 4, draws)), axis=0)[4:]


def walk(drift: float = 0.0, phi: float = 0.0, noise: float = 0.0, heavy: bool = False) -> Paths:
    """Random walk whose steps have a mean, a momentum or heavy tails, seen with noise."""

    def paths(rng: np.random.Generator, n: int, draws: int) -> np.ndarray:
        steps = rng.standard_t(3, (n + BEFORE, draws)) if heavy else rng.standard_normal((n + BEFORE, draws))
        moved = lfilter([1.0], [1.0, -phi], steps, axis=0)[BEFORE:] + drift
        return np.cumsum(moved, axis=0) + noise * rng.standard_normal((n, draws))

    return paths


def seasonal(paths: Paths, period: float, size: float = 3.0) -> Paths:
    """The same with a fixed season of three cycles whose standard deviation is `size`."""

    def both(rng: np.random.Generator, n: int, draws: int) -> np.ndarray:
        angle = 2.0 * np.pi * np.arange(n)[:, None] * np.arange(1, 4) / period
        wave = np.cos(angle) @ rng.standard_normal((3, draws)) + np.sin(angle) @ rng.standard_normal((3, draws))
        return paths(rng, n, draws) + size * wave / wave.std(axis=0)

    return both


def gaps(paths: Paths) -> Paths:
    """The same with one value in ten missing."""

    def both(rng: np.random.Generator, n: int, draws: int) -> np.ndarray:
        return np.where(rng.random((n, draws)) < 0.1, np.nan, paths(rng, n, draws))

    return both


def shifted(rng: np.random.Generator, n: int, draws: int) -> np.ndarray:
    """AR(.5) whose level moves by three standard deviations once, in the middle."""
    return ar(0.5)(rng, n, draws) + 3.0 * (np.arange(n)[:, None] >= n // 2)


#: Name, paths, and calendar: "M" months, "W" weeks, "" none.
CASES: tuple[tuple[str, Paths, str], ...] = (
    ("white noise", ar(0.0), "M"),
    ("AR .5", ar(0.5), "M"),
    ("AR .8", ar(0.8), "M"),
    ("AR .9", ar(0.9), "M"),
    ("average of four", average, "M"),
    ("trend of 3 sd + AR .5", ar(0.5, 3.0), "M"),
    ("trend of 3 sd + AR .9", ar(0.9, 3.0), "M"),
    ("random walk", walk(), "M"),
    ("walk, steps AR .5", walk(phi=0.5), "M"),
    ("walk, steps t(3)", walk(heavy=True), "M"),
    ("walk with drift .3", walk(drift=0.3), "M"),
    ("walk seen with noise", walk(noise=1.5), "M"),
    ("AR .5, one shift of 3 sd", shifted, "M"),
    ("AR .5, a tenth missing", gaps(ar(0.5)), "M"),
    ("walk, a tenth missing", gaps(walk()), "M"),
    ("AR .5 + season", seasonal(ar(0.5), 12.0), "M"),
    ("AR .5 + season, undated", seasonal(ar(0.5), 12.0), ""),
    ("walk + season", seasonal(walk(), 12.0), "M"),
    ("walk + season, undated", seasonal(walk(), 12.0), ""),
    ("weeks: AR .5 + season", seasonal(ar(0.5), WEEKS), "W"),
    ("weeks: walk + season", seasonal(walk(), WEEKS), "W"),
)


def row(paths: Paths, n: int, calendar: str, draws: int) -> list[float]:
    """Shares of one case."""
    values = paths(np.random.default_rng(n), n, draws)
    index = pd.period_range("2000-01-03", periods=n, freq=calendar) if calendar else None
    found = check_stationarity(pd.DataFrame(values, index=index, columns=[f"x{place}" for place in range(draws)])).to_frame()
    shares = [float((found["verdict"] == verdict).mean()) for verdict in VERDICTS]
    tests = [float((found[f"{test}_pvalue"] < 0.05).mean()) for test in ("trend", "dfgls", "adf", "kpss")]
    detrended = float(found["transform"].str.contains("detrend").mean())
    return [*shares, tests[0], float((found["season"] != "").mean()), *tests[1:], detrended]


def main() -> None:
    """Print the table, and the time that a thousand series take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    draws = parser.parse_args().draws
    with threadpool_limits(1):
        print("| series | n | " + " | ".join(VERDICTS) + " | trend significant | season found | DF-GLS | ADF | KPSS | detrend |")
        print("|---" * 12 + "|")
        for name, paths, calendar in CASES:
            for n in LENGTHS:
                print(
                    f"| {name} | {n} | " + " | ".join(f"{share:.3f}" for share in row(paths, n, calendar, draws)) + " |",
                    flush=True,
                )
        for calendar in ("M", "W"):
            began = time.perf_counter()
            row(walk(), 260, calendar, 1000)
            print(f"1,000 series of 260 {'weeks' if calendar == 'W' else 'months'}: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()

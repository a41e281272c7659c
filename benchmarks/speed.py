"""How long rankings, screens, correlations and regressions take, and how much memory: figures of this machine and this minute.

python benchmarks/speed.py               # all tables
python benchmarks/speed.py --rounds 3
python benchmarks/speed.py --only screen # about two minutes; the million pairs are most of it

Ratios are of processor time, taken in turns in one run with one thread of linear algebra, so that what else runs on the machine
falls on both sides. "Arithmetic" is the time that the multiplications and additions of the method would take at the rate of a
large matrix product in the same run.
"""

from __future__ import annotations

import argparse
import functools
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import joblib
import numpy as np
import pandas as pd
from scipy.signal import lfilter
from statsmodels.tsa.stattools import ccf, grangercausalitytests
from threadpoolctl import threadpool_limits

import leadlag
from leadlag.core.linear.wald import f_sf
from leadlag.core.search.shapes import STANDARD
from leadlag.methods.regression.numbers.effects import lead_effects
from leadlag.methods.regression.numbers.fit import band_covariance, fit_lags
from leadlag.methods.regression.numbers.longrun import long_run
from leadlag.methods.regression.numbers.model import LagModel, lag_model
from leadlag.methods.regression.numbers.profiles import ProfileFamily

N_PERIODS, MAX_ORDER = 260, 12


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


def processor_seconds(work: Callable[[], object]) -> float:
    """Processor time of this process for one run."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def in_turns(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median processor time of each job, one run of each after the other, so that all meet the same machine."""
    for work in jobs.values():
        work()
    taken = [{name: processor_seconds(work) for name, work in jobs.items()} for _ in range(rounds)]
    return {name: statistics.median(each[name] for each in taken) for name in jobs}


def operations_per_pair(n_periods: int, *, own_sample: bool) -> float:
    """Multiplications and additions of one pair at every order 1..MAX_ORDER, intercept only, the KPI's and leads' own left out.

    Products: the KPI and the intercept against lags 1.., lags of the KPI against lag 1, and the recursion. Elimination: with
    shared rows one Cholesky of y1, x1, y2, x2, ...; with rows of its own for each order, one behind the KPI's own lags.
    """
    p = MAX_ORDER
    products = 2.0 * 3 * p * n_periods + 4.0 * p * p
    if not own_sample:
        return products + 2.0 * sum((2 + step) * (2 * p - step) for step in range(2 * p - 1))
    orders = range(1, p + 1)
    eliminated = sum(2.0 * (k + 1 + step) * (k + 1 - step) for k in orders for step in range(k))
    return products + eliminated + sum(2.0 * k * (k + 2) ** 2 + 2.0 * k * (k + 2) for k in orders)


def million_pairs(n_kpis: int, n_leads: int) -> None:
    """Screen all pairs in blocks with two workers; print wall time, processor time and the largest memory."""
    sample = leadlag.from_wide(table_of(n_leads + n_kpis - 1, N_PERIODS))
    kpis, leads = sample.names[:n_kpis], sample.names[n_kpis:]
    begin, begin_processor, n_tests = time.perf_counter(), time.process_time(), 0
    with joblib.parallel_config(backend="threading", n_jobs=2):
        for block in leadlag.granger_screen_blocks(sample, kpis=kpis, leads=leads, max_order=MAX_ORDER):
            n_tests += len(block)
    taken = (time.perf_counter() - begin, time.process_time() - begin_processor)
    print(*taken, peak_megabytes(resource.RUSAGE_SELF), n_tests)


def in_a_process_of_its_own(n_kpis: int, n_leads: int) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of `million_pairs`."""
    command = [sys.executable, __file__, "--pairs", str(n_kpis), str(n_leads)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(told[0]), float(told[1]), float(told[2])


def screen_table(rounds: int) -> None:
    """Print what a screen takes, beside statsmodels and beside its arithmetic."""
    sample = leadlag.from_wide(table_of(2_000, N_PERIODS))
    long = leadlag.from_wide(table_of(1_000, 2 * N_PERIODS))
    frame, leads = table_of(1_000, N_PERIODS), list(sample.names[1:])
    square = np.random.default_rng(1).standard_normal((1_000, 1_000))
    pair = iter(range(1, 2_000))
    screen = functools.partial(leadlag.granger_screen, max_order=MAX_ORDER)
    tails = [
        np.tile(each, (1_000, 1))
        for each in (np.linspace(0.1, 4, MAX_ORDER), np.arange(1, MAX_ORDER + 1), 247 - 2 * np.arange(1, MAX_ORDER + 1))
    ]
    jobs: dict[str, Callable[[], object]] = {
        "statsmodels": lambda: grangercausalitytests(sample.values[:, [0, next(pair)]], MAX_ORDER),
        "shared": lambda: screen(sample, kpis="kpi", leads=leads[:1_000]),
        "own": lambda: screen(sample, kpis="kpi", leads=leads[:1_000], hold_back=None),
        "read": lambda: screen(frame, kpis="kpi", leads=leads[:1_000]),
        "leads": lambda: screen(sample, kpis="kpi", leads=leads),
        "periods": lambda: screen(long, kpis="kpi", leads=leads[:1_000]),
        "product": lambda: square @ square,
        "tails": lambda: f_sf(*tails),
    }
    with threadpool_limits(1):
        taken = in_turns(jobs, max(4 * rounds, 20))
    rate = 2e9 / taken["product"]
    print(
        f"statsmodels, one pair: {1e3 * taken['statsmodels']:.1f} ms; matrix product: {rate / 1e9:.0f} Gflop/s (processor time)"
    )
    print(f"{'granger_screen, orders 1..12, 1 KPI':<52}{'time':>10}{'ratio':>9}{'target':>9}{'arithmetic':>12}{'F tails':>10}")
    rows = (
        ("shared", "1,000 leads x 260 weeks, one sample", 1_000, N_PERIODS, "1,000"),
        ("own", "1,000 leads x 260 weeks, each order its own", 1_000, N_PERIODS, "1,000"),
        ("read", "1,000 leads x 260 weeks, and reading the table", 1_000, N_PERIODS, ""),
        ("leads", "2,000 leads x 260 weeks, one sample", 2_000, N_PERIODS, ""),
        ("periods", "1,000 leads x 520 weeks, one sample", 1_000, 2 * N_PERIODS, ""),
    )
    for name, what, n_leads, n_periods, target in rows:
        ratio = n_leads * taken["statsmodels"] / taken[name] if n_periods == N_PERIODS else float("nan")
        needed = n_leads * operations_per_pair(n_periods, own_sample=name == "own") / rate
        tail = taken["tails"] * n_leads / 1_000
        shown = "" if np.isnan(ratio) else f"{ratio:,.0f}"
        print(f"{what:<52}{1e3 * taken[name]:>7.1f} ms{shown:>9}{target:>9}{1e3 * needed:>9.1f} ms{1e3 * tail:>7.1f} ms")
    print("The rest: steps along 256 leads, 5 calls for each column of the factor, at the rate of the cache and not of a matrix")
    print("product; the leads' own products and scaling, which many KPIs share below; F tails; names and the table.")
    heads = ("granger_screen_blocks, orders 1..12, 260 weeks", "wall", "processor", "ratio", "target", "arithmetic", "peak")
    print("{:<46}{:>10}{:>12}{:>9}{:>9}{:>12}{:>10}".format(*heads))
    for n_kpis, target in ((250, ""), (1_000, "60 s")):
        wall, processor, megabytes = in_a_process_of_its_own(n_kpis, 1_000)
        needed = n_kpis * 1_000 * operations_per_pair(N_PERIODS, own_sample=False) / rate
        ratio = n_kpis * 1_000 * taken["statsmodels"] / processor
        what = f"{n_kpis:,} KPIs x 1,000 leads, two threads"
        print(f"{what:<46}{wall:>8.1f} s{processor:>10.1f} s{ratio:>9,.0f}{target:>9}{needed:>10.1f} s{megabytes:>7.0f} MB")


def scan_operations(n_leads: int, n_periods: int, n_draws: int) -> float:
    """Multiplications and additions of the draws of a first scan: all else of a ranking is left out.

    The single lags, two further ends of the humps and one of each decay span the columns of a lead.
    """
    every, few = len(STANDARD) * MAX_ORDER, MAX_ORDER + 4
    return 2.0 * n_leads * n_draws * few * (n_periods + every)


def ranking_table(rounds: int) -> None:
    """Print what a ranking takes, doubled in each direction, beside its arithmetic; and what the demo takes."""
    rows = (
        (20, 156, 1_999, "0.3 s"),
        (20, 260, 1_999, "0.3 s"),
        (200, 260, 1_999, ""),
        (400, 260, 1_999, ""),
        (200, 520, 1_999, ""),
        (200, 260, 3_998, ""),
        (1_000, 260, 1_999, "10 s"),
    )
    square = np.random.default_rng(1).standard_normal((1_000, 1_000))
    jobs: dict[str, Callable[[], object]] = {"product": lambda: square @ square}
    for row in rows:
        ask = functools.partial(leadlag.rank_leads, table_of(*row[:2]), kpi="kpi", max_lag=MAX_ORDER, n_draws=row[2])
        jobs[str(row)] = ask
    with threadpool_limits(1):
        taken = in_turns(jobs, rounds)
    rate, whole = 2e9 / taken["product"], taken[str(rows[2])]
    print(f"matrix product: {rate / 1e9:.0f} Gflop/s (processor time, one thread, as a ranking uses)")
    print(f"{'rank_leads in full, 12 lags':<52}{'time':>10}{'ratio':>9}{'target':>9}{'arithmetic':>12}")
    for row in rows:
        needed, what = scan_operations(*row[:3]) / rate, f"{row[0]:,} leads x {row[1]} weeks x {row[2]:,} draws"
        print(f"{what:<52}{taken[str(row)]:>8.2f} s{taken[str(row)] / whole:>9.2f}{row[3]:>9}{needed:>10.2f} s")
    print(
        "Ratios are to 200 leads x 260 weeks x 1,999 draws. The rest: about one lead in eight is scanned with the roles changed"
    )
    print("round, each with a filter of its own (a few hundred small steps, and its draws); building and filtering the columns;")
    print(
        "preparation lead by lead (spikes, own innovations); for 20 leads the KPI's own questions, which do not grow with leads,"
    )
    print("and the steps of the selection, which grow with the leads that it chooses.")
    own = peak_megabytes(resource.RUSAGE_SELF)
    print(f"{'leadlag demo, whole process':<52}{demo_seconds(rounds):>8.2f} s{'':>9}{'10 s':>9}")
    print(f"{'peak memory of the rankings above':<52}{own:>7.0f} MB{'':>9}{'500 MB':>9}")
    print(f"{'peak memory of the demo':<52}{peak_megabytes(resource.RUSAGE_CHILDREN):>7.0f} MB{'':>9}{'500 MB':>9}")


def correlation_table(rounds: int) -> None:
    """Print what the cross-correlations of all pairs take, beside statsmodels and numpy in a loop over a few of the pairs."""
    n_series, some = 500, 20
    rng = np.random.default_rng(3)
    values = lfilter([1.0], [1.0, -0.6], rng.standard_normal((N_PERIODS, 2 * n_series)), axis=0)
    names = [f"{role}_{number}" for role in ("kpi", "lead") for number in range(n_series)]
    sample = leadlag.from_wide(pd.DataFrame(values, columns=names))
    kpis, leads = names[:n_series], names[n_series:]
    few = [(values[:, place], values[:, n_series + place]) for place in range(some)]
    many = functools.partial(leadlag.cross_correlations, sample, kpis=kpis, leads=leads, max_lag=MAX_ORDER)
    jobs: dict[str, Callable[[], object]] = {
        "raw": lambda: many(prewhiten=False),
        "white": lambda: many(prewhiten=True),
        "statsmodels": lambda: [(ccf(y, x, adjusted=False), ccf(x, y, adjusted=False)) for y, x in few],
        "numpy": lambda: [np.correlate(y - y.mean(), x - x.mean(), "full") / (N_PERIODS * y.std() * x.std()) for y, x in few],
        "prewhitened": lambda: [_prewhitened_alone(y, x) for y, x in few],
        "one": lambda: [leadlag.cross_correlation(sample, kpi=kpis[0], lead=leads[0], max_lag=MAX_ORDER) for _ in range(some)],
    }
    with threadpool_limits(1):
        taken = in_turns(jobs, rounds)
    n_pairs = n_series**2
    print(
        f"cross_correlations, {n_series} KPIs x {n_series} leads x {2 * MAX_ORDER + 1} lags, {N_PERIODS} periods, processor time"
    )
    print(f"{'':<34}{'time':>10}{'target':>9}{'statsmodels':>14}{'numpy.correlate':>17}")
    for name, what, rivals in (
        ("raw", "not prewhitened, with bands", ("statsmodels", "numpy")),
        ("white", "prewhitened, with bands", ("prewhitened",)),
    ):
        ratios = "".join(f"{taken[rival] / some * n_pairs / taken[name]:>13,.0f} x" for rival in rivals)
        print(f"{what:<34}{taken[name]:>8.2f} s{'5 s':>9}{ratios}")
    print(f"Ratios: {some} pairs one after the other, extrapolated to all; those loops give no bands. The prewhitened rival fits")
    print(
        "AR(3) to the lead by lstsq, filters both and takes statsmodels' ccf in both directions; ours chooses the order by AICc."
    )
    print(f"{'cross_correlation, one pair':<34}{1e3 * taken['one'] / some:>7.1f} ms")
    print(f"{'peak memory':<34}{peak_megabytes(resource.RUSAGE_SELF):>7.0f} MB")


def _prewhitened_alone(y: np.ndarray, x: np.ndarray, order: int = 3) -> object:
    """What one writes by hand for one pair."""
    past = np.column_stack([np.ones(len(x) - order), *(x[order - lag : len(x) - lag] for lag in range(1, order + 1))])
    taps = np.r_[1.0, -np.linalg.lstsq(past, x[order:], rcond=None)[0][1:]]
    own, lead = (lfilter(taps, 1.0, z)[order:] for z in (y, x))
    return ccf(own, lead, adjusted=False), ccf(lead, own, adjusted=False)


def regression_table(rounds: int) -> None:
    """Print what regressions on lags take: fit and HAC covariance beside the bare least squares of the same design, and bands."""
    values, lags = table_of(20, N_PERIODS).to_numpy(), tuple(range(1, MAX_ORDER + 1))
    y, X = values[:, 0], values[:, 1:]
    # an effect that is there, so that the searches end where they do on real series
    y = y + lfilter([0.0, 0.0, 0.0, 1.0], [1.0, -0.7], X[:, 0])

    def model(n_leads: int, kind: str) -> LagModel:
        return lag_model(y, X[:, :n_leads], [ProfileFamily(kind=kind, lags=lags)] * n_leads)

    whole = model(20, "free")
    design, kpi = whole.design(np.zeros(0))[whole.rows], whole.y[whole.rows]
    one = fit_lags(model(1, "free"), cov_type="HAC")
    columns, outcome = one.model.design(np.zeros(0))[one.used], one.model.y[one.used]
    weights = np.r_[0.0, np.ones(MAX_ORDER)]

    def effects(kind: str) -> object:
        fitted = fit_lags(model(1, kind), cov_type="HAC")
        errors = band_covariance(fitted)
        return lead_effects(fitted, 0, cov=errors.matrix, band=errors, horizon=MAX_ORDER)

    jobs: dict[str, Callable[[], object]] = {
        "lstsq": lambda: np.linalg.lstsq(design, kpi, rcond=None),
        "fit": lambda: fit_lags(model(20, "free"), cov_type="HAC"),
        "draws": lambda: long_run(outcome, columns, weights=weights, phi=band_covariance(one).phi, n_draws=1_000),
        **{kind: functools.partial(effects, kind) for kind in ("free", "almon", "geometric", "delayed")},
    }
    with threadpool_limits(1):
        taken = in_turns(jobs, max(rounds, 9))
    print(f"{'regressions on lags, 260 periods, processor time':<64}{'time':>10}{'ratio':>8}{'target':>8}")
    print(f"{'numpy.linalg.lstsq, 20 leads x 12 lags':<64}{1e3 * taken['lstsq']:>7.1f} ms{1.0:>8.1f}")
    ratio = taken["fit"] / taken["lstsq"]
    print(f"{'the same from the series, with HAC errors':<64}{1e3 * taken['fit']:>7.1f} ms{ratio:>8.1f}{'3':>8}")
    print(f"{'1,000 bootstrap refits of the long run of 12 free lags':<64}{1e3 * taken['draws']:>7.1f} ms{'':>8}{'0.5 s':>8}")
    for kind in ("free", "almon", "geometric", "delayed"):
        print(f"{f'one lead, 12 lags, {kind}: fit, bands, set of peaks':<64}{1e3 * taken[kind]:>7.1f} ms")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="timed runs of each row; the median is printed")
    tables = {"ranking": ranking_table, "screen": screen_table, "correlation": correlation_table, "regression": regression_table}
    parser.add_argument("--only", choices=list(tables), help="one of the tables")
    parser.add_argument("--pairs", type=int, nargs=2, metavar=("KPIS", "LEADS"), help="screen so many and print the bare figures")
    options = parser.parse_args()
    if options.pairs:
        million_pairs(*options.pairs)
        return
    for name, table in tables.items():
        if options.only in (None, name):
            table(options.rounds)


if __name__ == "__main__":
    main()

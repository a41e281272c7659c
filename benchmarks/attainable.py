"""How many leads can be found at all: the share that spike and slab names on the same draws, at the same false share.

    python benchmarks/attainable.py --draws 20                        # every family with fixed, linear leads
    python benchmarks/attainable.py --families point,short --draws 100 --product

*generic* knows a dictionary of lags and shapes and the terms that are in every model (constant, line, season), as a ranking does:
a single lag, decays, a hump, each at lags 1..max_lag; momentum, sizes and the number of leads are learnt from the data.
*informed* knows the momentum, the shape the leads share, how many of them there are, how large they are on average, the sd of
the innovations and the candidates' values before the sample; it does not know which candidates lead, nor when.
Not covered: leads that act later than max_lag, for both search the lags 1..max_lag (edge_1, edge_2); that change over time
(delay_drifts, half_acting); or that act on counts (counts). Money is asked in logs. In year_on_year *informed* sees the levels
where the table has their change on the year before, and *generic* does not know that such changes make the noise a moving
average, which its false share shows: what it finds is comparable where its false share is about the FDR or less.
A candidate is named while the mean of 1 - its probability over the named is at most the FDR. The ceiling (ceiling.py) knew more:
the other leads.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from accuracy import FDR, ranked
from cases import HISTORY, Case, Cell, Floats, Mechanism
from families import FAMILIES, NONLINEAR, case_of, cells_of
from joblib import Parallel, delayed
from scipy.signal import lfilter
from scoring import METRICS, Part, Said, estimate, paired, score
from spike_slab import Prior, Question, Whitening, ar_whitening, inclusion, named, polynomial_whitening
from threadpoolctl import threadpool_limits

__all__ = ["generic", "informed", "probabilities"]

_BEYOND = ("edge_1", "edge_2")  # leads that act later than any lag that is searched
LINEAR = tuple(
    name for name, family in FAMILIES.items() if family.has_leads and family.fixed and name not in (*NONLINEAR, *_BEYOND)
)
IN_LOGS = ("money",)
_MOMENTUM = (-0.3, -0.15, 0.0, 0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.96, 0.99, 0.998)
_SEASONAL = (0.0, 0.5, 0.9, 0.99, 0.998)
_TAU = (0.25, 0.35, 0.5, 0.7, 1.0, 1.5)  # a smaller one is nothing to be found, and a slab that is a spike
_SHAPES = (np.ones(1), *(rate ** np.arange(12) for rate in (0.35, 0.5, 0.65, 0.8)))  # a single lag, decays
_HUMP = np.array([0.25, 0.75, 1.0, 0.75, 0.25])  # around the lag


def generic(case: Case, *, logs: bool = False) -> Question:
    """What is asked with the dictionary alone."""
    table = case.data[["kpi", *(item.name for item in case.truth)]].to_numpy(dtype=float)
    table = _filled(np.log(table) if logs else table)
    n, how = len(table), case.mechanism
    season = how.deterministic[HISTORY:] if how is not None else np.ones((n, 1))
    controls = case.data[list(case.controls)].to_numpy(dtype=float)
    base = np.column_stack([season, np.linspace(-1.0, 1.0, n), controls])
    y, candidates = table[:, 0], _standardised(table[:, 1:], base)
    memory = len(how.momentum) if how is not None else 0
    whitenings = [ar_whitening(n, phi) for phi in _MOMENTUM]
    if memory > 3:  # a season that walks
        pairs = [(phi, seasonal) for phi in _MOMENTUM for seasonal in _SEASONAL]
        whitenings = [ar_whitening(n, phi, seasonal=seasonal, period=memory - 1) for phi, seasonal in pairs]
    columns = np.stack([_dictionary(x, case.max_lag) for x in candidates.T])
    shapes = np.array([place for place, _, _ in _entries(case.max_lag)])
    return Question(y=y / y.std(), base=base, columns=columns, shapes=shapes, whitenings=whitenings, prior=Prior(tau=_TAU))


def _filled(table: Floats) -> Floats:
    """Gaps closed by a line; before its first value a column stays there."""
    place = np.arange(len(table))
    known = np.isfinite(table)
    return np.column_stack([
        np.interp(place, place[ok], one[ok]) if ok.any() else np.zeros(len(one)) for one, ok in zip(table.T, known.T, strict=True)
    ])  # fmt: skip


def _standardised(candidates: Floats, base: Floats) -> Floats:
    """Columns of which the base leaves unit sd, or changes of unit sd where they are walks."""
    left = candidates - base @ np.linalg.lstsq(base, candidates, rcond=None)[0]
    sd, moves = left.std(axis=0), np.diff(left, axis=0).std(axis=0)
    return (candidates - candidates.mean(axis=0)) / np.maximum(np.where(moves < 0.25 * sd, moves, sd), 1e-12)


def _entries(max_lag: int) -> list[tuple[int, int, Floats]]:
    """Shape, first lag and weights of every column; the weights have unit length."""
    lags = range(1, max_lag + 1)
    entries = [(place, lag, weights) for place, weights in enumerate(_SHAPES) for lag in lags]
    entries += [(len(_SHAPES), lag - 2, _HUMP) for lag in lags if lag > 2]
    return [(place, lag, weights / np.linalg.norm(weights)) for place, lag, weights in entries]


def _dictionary(x: Floats, max_lag: int) -> Floats:
    """Columns of one candidate, (shapes * lags) x n."""
    before = _backcast(x, max_lag + 16)
    return np.stack([_acted(before, np.r_[np.zeros(lag), weights], len(x)) for _, lag, weights in _entries(max_lag)])


def _backcast(x: Floats, rows: int) -> Floats:
    """The series with what its first value lets expect before it."""
    rho = float(np.clip(x[1:] @ x[:-1] / max(float(x[:-1] @ x[:-1]), 1e-12), 0.0, 1.0))
    return np.r_[x[0] * rho ** np.arange(rows, 0, -1), x]


def _acted(values: Floats, weights: Floats, n: int) -> Floats:
    return np.asarray(lfilter(weights, [1.0], values))[-n:]


def informed(case: Case) -> Question:
    """What is asked with all known but which candidates lead, and when."""
    how = _known(case)
    leads = [one for one in how.planted if one.effect]
    size = math.sqrt(float(np.mean([one.effect**2 for one in leads])))
    spread = np.ones(len(how.kpi)) if how.spread is None else how.spread
    columns = np.stack([
        np.stack([_carried(how, place, lag) for lag in range(1, case.max_lag + 1)]) for place in range(len(how.planted))
    ])  # fmt: skip
    whitening = polynomial_whitening(len(how.kpi), how.momentum).matrix / spread[:, None]
    shown = np.arange(len(how.kpi)) >= HISTORY
    both = Whitening(matrix=whitening * shown[:, None])
    coincident = [how.candidates[:, place] for place, one in enumerate(how.planted) if one.at_once]
    base = np.column_stack([how.deterministic, *coincident])
    prior = Prior(tau=(size,), number=len(leads), sigma=1.0)
    shapes = np.zeros(columns.shape[1], dtype=int)
    return Question(y=how.kpi, base=base, columns=columns, shapes=shapes, whitenings=(both,), prior=prior)


def _known(case: Case) -> Mechanism:
    if case.mechanism is None:
        raise ValueError("this case has no leads that act in the same way throughout: nothing is attainable")
    return case.mechanism


def _carried(how: Mechanism, place: int, lag: int) -> Floats:
    """What a candidate adds to the KPI at one lag with the shape of the leads, for an effect of 1."""
    weights = how.weights(replace(how.template, effect=1.0, delay=lag))
    outcome = np.r_[1.0, -np.array(how.momentum)] if how.in_outcome else np.ones(1)
    visible = np.where(how.hidden[:, place], 0.0, how.candidates[:, place])
    return np.asarray(lfilter(weights, outcome, visible))


def probabilities(question: Question, draw: int, *, sweeps: int) -> Floats:
    """Probability of each candidate to lead; the seed is that of the draw."""
    return inclusion(question, np.random.default_rng([16, draw]), sweeps=sweeps, burn_in=max(50, sweeps // 4))


def one_draw(family: str, cell: Cell, draw: int, sweeps: int, product: bool) -> dict[str, dict[str, Part]]:
    """Figures of each yardstick on one draw."""
    with threadpool_limits(1):
        case = case_of(family, cell, draw)
        asked = {"generic": generic(case, logs=family in IN_LOGS), "informed": informed(case)}
        chosen = {name: named(probabilities(question, draw, sweeps=sweeps), fdr=FDR) for name, question in asked.items()}
        said = {
            name: [Said(name=item.name, verdict="lead" if one else "none") for item, one in zip(case.truth, each, strict=True)]
            for name, each in chosen.items()
        }
        if product:
            said["product"] = ranked(case, draw=draw, options={})
    return {name: score(case.truth, each) for name, each in said.items()}


def line(label: str, draws: Sequence[Mapping[str, Mapping[str, Part]]]) -> str:
    """Found and false share of each; the product's found as a share of either, with the paired error."""
    metrics = {metric.name: metric for metric in METRICS}
    cells = []
    for method in draws[0]:
        found, false = (estimate([draw[method][name] for draw in draws], metrics[name]) for name in ("found", "false_share"))
        cells.append(f"{found.value:.2f} ±{found.error:.2f} ({false.value:.2f})")
    if "product" in draws[0]:
        cells += [
            _ratio([(draw["product"]["found"], draw[other]["found"]) for draw in draws]) for other in ("generic", "informed")
        ]
    return f"{label:<24}{len(draws):>5}" + "".join(f"{cell:>20}" for cell in cells)


def _ratio(pairs: Sequence[tuple[Part, Part]]) -> str:
    """First found over second, with the error of the ratio to first order."""
    other = sum(pair[1].total for pair in pairs)
    if not other:
        return "-"
    ratio = sum(pair[0].total for pair in pairs) / other
    scaled = [(first, replace(second, total=ratio * second.total)) for first, second in pairs]
    return f"{ratio:.2f} ±{paired(scaled).error * sum(pair[1].count for pair in pairs) / other:.2f}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", "--family", default=",".join(LINEAR), help="names with commas between")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--cells", choices=("base", "all"), default="base")
    parser.add_argument("--sweeps", type=int, default=400, help="of the sampler, after a quarter as many that do not count")
    parser.add_argument("--product", action="store_true", help="also rank_leads, and its found as a share of each")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args(arguments)
    names = asked.families.split(",")
    unknown = [name for name in names if name not in LINEAR]
    if unknown:
        sys.exit(f"nothing is attainable in {', '.join(unknown)}; there are {', '.join(LINEAR)}")
    heads = ("generic", "informed", *(("product", "/ generic", "/ informed") if asked.product else ()))
    print(f"{'found (false share)':<24}draws" + "".join(f"{head:>20}" for head in heads))
    numbers = range(asked.first, asked.first + asked.draws)
    with Parallel(n_jobs=asked.jobs) as pool:
        for name in names:
            for cell in cells_of(name, asked.cells):
                draws = pool(delayed(one_draw)(name, cell, number, asked.sweeps, asked.product) for number in numbers)
                print(line(name if cell.name == "base" else f"{name} {cell.name}", draws), flush=True)


if __name__ == "__main__":
    main()

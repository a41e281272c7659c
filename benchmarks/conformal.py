"""How intervals are set by past scores: what is shipped beside conformal methods, on the same forecasts.

    python benchmarks/conformal.py
    python benchmarks/conformal.py --draws 200 --start 60
    python benchmarks/conformal.py --python PATH     # and MAPIE and crepes one step ahead, of another Python

Each series is an AR(1) of 260 rows, its coefficient uniform from 0 to .9. The model is that, with a constant, by least squares on
the rows up to each origin from a third of the rows on, its spread that of innovations and estimates. Cells: the model is right;
noise is t(5); noise doubles 52 rows before the end. Forecasts of the second half of the rows are scored, of the third cell those
after the change. Scores are errors over the model's own spread; all methods read the same, as they were known at each origin.

An interval score is the mean over steps and origins over that of the model's own spread; where an interval is infinite, its ends
are the largest score so far. Errors in brackets are standard errors by series.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
from conformal_rivals import acmcp, dtaci, four_means, own, pid, split
from forecast import crps, ratio
from scipy import signal

from leadlag._blas import one_thread
from leadlag.core.arrays import Floats
from leadlag.forecast.numbers import intervals

ROWS, STEPS, CHANGED, LEVELS = 260, 12, 52, (0.8, 0.95)
FIRST, SCORED, BURN = ROWS // 3, ROWS // 2, 100
CELLS = {"the model is right": 0, "t(5) noise": 1, "noise doubles": 2}
NORMAL = 1e6  # degrees of freedom of a normal law
VOLATILITIES: dict[str, dict[str, object]] = {
    "a change in 200": {"_CHANGE": 0.005},
    "four means": {"volatility_path": four_means},
}
SHIPPED, OWN = "shipped", "the model's own"
RIVALS: dict[str, Callable[[Floats, float], Floats]] = {
    OWN: own, "split conformal": split, "DtACI": dtaci, "PID, step .1": pid,
    "PID, step .05": lambda scores, level: pid(scores, level, step=0.05), "AcMCP": acmcp,
    "AcMCP, step .05": lambda scores, level: acmcp(scores, level, step=0.05),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """Scores (b, o, h) of b series from o origins, the spreads behind them, and the first origin that is judged."""

    scores: Floats
    sd: Floats
    begin: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Said:
    """Ends (b, o, h, level, 2) and CRPS (b, o, h) or none, in units of the own spread, from the origins that are judged."""

    ends: Floats
    crps: Floats | None


def simulated(kind: int, draws: range) -> Floats:
    """Series of one cell, (b, ROWS)."""
    found = []
    for draw in draws:
        rng = np.random.default_rng([kind, draw])
        phi = rng.uniform(0.0, 0.9)
        noise = rng.standard_t(5, BURN + ROWS) / np.sqrt(5.0 / 3.0) if kind == 1 else rng.normal(size=BURN + ROWS)
        noise[-CHANGED:] *= 2.0 if kind == 2 else 1.0
        found.append(signal.lfilter([1.0], [1.0, -phi], noise)[BURN:])
    return np.array(found)


def past_of(y: Floats, *, begin: int) -> Past:
    """What the model said at every origin, and what came of it."""
    b, n = y.shape
    before, after = np.stack([np.ones((b, n - 1)), y[:, :-1]], axis=-1), y[:, 1:]
    gram = np.cumsum(before[..., :, None] * before[..., None, :], axis=1)
    cross, squares = np.cumsum(before * after[..., None], axis=1), np.cumsum(np.square(after), axis=1)
    origins = np.arange(FIRST, n - 1)
    inverse = np.linalg.inv(gram[:, origins - 1])
    beta = np.einsum("boij,boj->boi", inverse, cross[:, origins - 1])
    variance = (squares[:, origins - 1] - (beta * cross[:, origins - 1]).sum(axis=2)) / (origins - 2)
    shape = (b, len(origins))
    point, slopes, spread = y[:, origins], np.zeros(beta.shape), np.zeros(shape)
    scores, sd = np.full((*shape, STEPS), np.nan), np.empty((*shape, STEPS))
    for step in range(STEPS):
        slopes = np.stack([np.ones(shape), point], axis=-1) + beta[..., 1:] * slopes
        point, spread = beta[..., 0] + beta[..., 1] * point, 1.0 + beta[..., 1] ** 2 * spread
        sd[..., step] = np.sqrt(variance * (spread + np.einsum("boi,boij,boj->bo", slopes, inverse, slopes)))
        comes = origins + step + 1 < n
        error = y[:, (origins + step + 1)[comes]] - point[:, comes]
        scores[:, comes, step] = error / sd[:, comes, step]
    return Past(scores=scores, sd=sd, begin=begin - FIRST)


def shipped(past: Past) -> Said:
    """What `forecast_kpi` makes of past scores."""
    origins = range(past.begin, past.scores.shape[1])
    found = [
        [[one.at(step) for step in range(STEPS)] for one in intervals.calibrated_before(each, origins)] for each in past.scores
    ]
    upper = np.array([[[law.quantiles(0.5 + np.array(LEVELS) / 2.0) for law in row] for row in one] for one in found])
    scale, df = np.array([[[(law.scale, law.df) for law in row] for row in one] for one in found]).transpose(3, 0, 1, 2)
    return Said(ends=np.stack([-upper, upper], axis=-1), crps=scale * crps(past.scores[:, past.begin :] / scale, df))


def changed(past: Past, parts: Mapping[str, object]) -> Said:
    """The same with another volatility."""
    with mock.patch.multiple(intervals, **parts):
        return shipped(past)


def said_by(past: Past, python: Path | None) -> tuple[dict[str, Said], dict[str, Said]]:
    """What each method says of all steps, and of one step ahead."""
    scores = past.scores
    found = {SHIPPED: shipped(past)} | {name: changed(past, parts) for name, parts in VOLATILITIES.items()}
    for name, rival in RIVALS.items():
        ends = np.stack([rival(scores, level)[:, past.begin :] for level in LEVELS], axis=3)
        normal = crps(scores[:, past.begin :], np.array(NORMAL)) if name == OWN else None
        found[name] = Said(ends=ends, crps=normal)
    one = {
        name: Said(ends=said.ends[:, :, :1], crps=None if said.crps is None else said.crps[:, :, :1])
        for name, said in found.items()
    }
    return found, one | (elsewhere(python, past) if python is not None else {})


def elsewhere(python: Path, past: Past) -> dict[str, Said]:
    """Intervals one step ahead by MAPIE and crepes, by another Python; none where that fails."""
    text = json.dumps({"scores": past.scores[:, :, 0].tolist(), "first": past.begin, "levels": LEVELS})
    script = Path(__file__).with_name("conformal_elsewhere.py")
    try:
        done = subprocess.run([str(python), str(script)], input=text, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print("left out:", f"{python}: {getattr(error, 'stderr', '') or error}".strip().splitlines()[-1])
        return {}
    found = json.loads(done.stdout)
    law = np.array(found.pop("crepes CRPS"))[:, :, None]
    ends = {name: np.array(values)[:, :, None] for name, values in found.items()}
    return {name: Said(ends=each, crps=law if name == "crepes" else None) for name, each in ends.items()}


def measured(said: Said, past: Past) -> dict[str, Floats]:
    """Means of each series over what was judged: inside and score by level, share that is infinite, CRPS."""
    steps = said.ends.shape[2]
    scores, sd = past.scores[:, past.begin :, :steps, None], past.sd[:, past.begin :, :steps, None]
    largest = known_largest(past.scores)[:, past.begin :, :steps, None]
    ends = np.clip(said.ends, -largest[..., None], largest[..., None], where=np.isinf(said.ends), out=said.ends.copy())
    low, high = ends[..., 0], ends[..., 1]
    beyond = np.maximum(low - scores, 0.0) + np.maximum(scores - high, 0.0)
    score = sd * (high - low + 2.0 / (1.0 - np.array(LEVELS)) * beyond)
    came = np.isfinite(scores)
    inside = (said.ends[..., 0] <= scores) & (scores <= said.ends[..., 1])
    infinite = np.isinf(said.ends).any(axis=-1)
    found = {"inside": mean(inside, came), "score": mean(score, came), "infinite": mean(infinite, came)}
    return found if said.crps is None else found | {"crps": mean(said.crps[..., None] * sd, came)}


def mean(values: Floats, came: Floats) -> Floats:
    """Means of each series over origins and steps where something came, (b, k)."""
    return np.nanmean(np.where(came, values, np.nan), axis=(1, 2))


def known_largest(scores: Floats) -> Floats:
    """The largest absolute score of each step that is known at each origin."""
    found, most = np.zeros(scores.shape), np.fmax.accumulate(np.abs(scores), axis=1)
    for step in range(scores.shape[2]):
        found[:, step + 1 :, step] = most[:, : scores.shape[1] - step - 1, step]
    return found


def lines(said: Mapping[str, Said], past: Past) -> Iterator[str]:
    """The table of one cell."""
    yield f"{'':18}{'inside 80 %':14}{'inside 95 %':14}{'infinite 95 %':15}{'score 80 %':16}{'score 95 %':16}CRPS"
    plain = measured(said[OWN], past)
    for name, one in said.items():
        found = measured(one, past)
        inside = "".join(f"{percent(found['inside'][:, k]):14}" for k in range(len(LEVELS)))
        score = "".join(f"{over(found['score'][:, k], plain['score'][:, k]):16}" for k in range(len(LEVELS)))
        law = over(found["crps"], plain["crps"]) if "crps" in found else ""
        yield f"{name:18}{inside}{percent(found['infinite'][:, -1]):15}{score}{law}".rstrip()


def percent(values: Floats) -> str:
    return f"{100.0 * values.mean():.1f} ({100.0 * values.std() / np.sqrt(len(values)):.1f})"


def over(above: Floats, below: Floats) -> str:
    whole, error = ratio(above.reshape(len(above), -1), below.reshape(len(below), -1), root=False)
    return f"{whole:.3f} ({error:.3f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=60, help="series of each cell")
    parser.add_argument("--start", type=int, default=0, help="first draw")
    parser.add_argument("--python", type=Path, help="another Python, with MAPIE and crepes")
    asked = parser.parse_args(arguments)
    for cell, kind in CELLS.items():
        y = simulated(kind, range(asked.start, asked.start + asked.draws))
        past = past_of(y, begin=ROWS - CHANGED - 1 if kind == 2 else SCORED)
        every, one = said_by(past, asked.python)
        print(f"\n{cell}: {asked.draws} series, 1 to {STEPS} steps ahead", *lines(every, past), sep="\n")
        print("one step ahead", *lines(one, past), sep="\n", flush=True)


if __name__ == "__main__":
    with one_thread():
        main()

"""How good forecasts of a KPI are: points, intervals, and what they cost where nothing leads.

    python benchmarks/forecast.py                          # three of 20 candidates lead, and none of 20
    python benchmarks/forecast.py --kinds stable --draws 6
    python benchmarks/forecast.py --rivals --every 40      # beside other forecasts of the same rows; slow
    python benchmarks/forecast.py --rivals --python PATH   # and those of statsforecast and skforecast, of another Python
    python benchmarks/forecast.py --kinds real --rivals

Each series is walked through once, as `forecast_kpi` does it: the preparation learned, leads chosen and intervals set by what
was known at each origin. Origins in the second half of the rows are scored, `--every` rows apart; of `shift` those after it.
`own` is the model's forecast without leads, `model's own` the model with its spread uncorrected, `oracle` the model with the
true leads, lags and shapes, whose coefficients and momentum it has to estimate. Skill is the share of the oracle's gain in
squared error over own history, at steps up to the longest delay. Errors in brackets are standard errors, series left out in
turn.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from forecast_rivals import RIVALS, Forecasts, Known, elsewhere, quietly
from forecast_samples import STABLE, Series, real_series, simulated
from scipy import special

from leadlag._blas import one_thread
from leadlag.core.arrays import Floats
from leadlag.decision import Policy
from leadlag.forecast.choosing import Chooser
from leadlag.forecast.fitting import KpiModel, Walker
from leadlag.forecast.numbers.intervals import Law, calibrated
from leadlag.forecast.numbers.model import ahead, cleaned, fitted_mean
from leadlag.forecast.periods import calendar_between, counting, first_ordinal
from leadlag.forecast.scale import kpi_scale
from leadlag.prepare.kpi import MAX_ORDER
from leadlag.prepare.origins.learned import Learner
from leadlag.prepare.origins.publication import unrevised_data
from leadlag.prepare.origins.rolling import default_origin
from leadlag.prepare.regressors import may_be_sums
from leadlag.sample.roles import longest_lag, with_roles

STEPS, SHOWN, LEVELS = 12, (1, 4, 8, 12), (0.8, 0.95)
SEEDS = tuple(range(1, 9))
MEASURES = ("square", "mase", "is80", "is95", "crps", "in80", "in95")
NORMAL = 1e6  # degrees of freedom of a normal law


@dataclass(frozen=True, kw_only=True, eq=False)
class Walk:
    """A series, its candidates in the order in which they are known, the KPI on its scale, and the origins that are scored."""

    series: Series
    names: tuple[str, ...]
    walker: Walker
    y: Floats
    origins: list[int]


def walk_of(series: Series, *, draws: int, every: int) -> Walk:
    """What walks over a series, and the origins that are scored."""
    sample, roles = with_roles(
        series.table, kpi=series.kpi, leads=series.candidates, controls=series.controls or None, time=series.time or None,
        catalogue=None, missing="mask", ends=True,
    )  # fmt: skip
    longest, n = longest_lag(sample, series.max_lag), sample.n_periods
    y = kpi_scale(sample, series.kpi, log=False, metrics={}).of(sample.column(series.kpi))
    known = unrevised_data(sample, y, kpi=roles.kpi, leads=roles.leads, controls=roles.controls, log=(), metrics={})
    cadence = counting(sample.calendar)
    first = first_ordinal(sample.calendar, cadence)
    calendar = calendar_between(sample.calendar, cadence, first, first + n - 1 + STEPS)
    sums = may_be_sums(sample, (roles.kpi, *roles.leads))
    learner = Learner(known=known, calendar=calendar, max_lag=longest, sums=sums)
    chooser = Chooser(calendar=sample.calendar, max_lag=longest, sums=sums, policy=Policy(), seeds=SEEDS, n_draws=draws)
    walker = Walker(learner=learner, chooser=chooser, n=n, steps=STEPS)
    begin = n - series.changed - 1 if series.changed else max(n // 2, default_origin(sample.calendar, y, known.X))
    return Walk(series=series, names=roles.leads, walker=walker, y=y, origins=list(range(begin, n - 1, every)))


def scores_of(walk: Walk, others: Mapping[int, Mapping[str, Forecasts]]) -> dict[str, Floats]:
    """Mean measures of each method, shape (STEPS, len(MEASURES)), NaN where nothing came."""
    first = min(walk.origins[0], len(walk.y) // 3)
    past = walk.walker.past(walk.y, first=first)
    rows = past.origins[:, None] + 1 + np.arange(STEPS)
    found: dict[str, list[Floats]] = {}
    for origin in walk.origins:
        at = origin - first
        actual, point, own, sd = past.actual[at], past.point[at], past.own[at], past.sd[at]
        if not np.isfinite(point).all():
            continue
        seen = calibrated(np.where(rows[:at] <= origin, past.scores[:at], np.nan))
        laws = [seen.at(step) for step in range(STEPS)]
        plain = [Law(scale=1.0, df=NORMAL, capped=False)] * STEPS
        size = np.nanmean(np.abs(np.diff(walk.y[: origin + 1])))
        said = {"model": (point, sd, laws), "own": (own, sd, laws), "model's own": (point, sd, plain)}
        if (true := oracle(walk, origin, own)) is not None:
            said["oracle"] = (true, sd, laws)
        said |= {name: (one, spread, plain) for name, (one, spread) in others.get(origin, {}).items()}
        for name, (one, spread, law) in said.items():
            found.setdefault(name, []).append(measured(actual, one, spread, law, size=size))
    return {name: np.nanmean(np.array(values), axis=0) for name, values in found.items()}


def measured(actual: Floats, point: Floats, sd: Floats, laws: Sequence[Law], *, size: float) -> Floats:
    """The measures of one forecast at each step; squares, intervals and CRPS in units of the mean change, or its square."""
    error = actual - point
    scale, df = sd * np.array([law.scale for law in laws]), np.array([law.df for law in laws])
    columns = [np.square(error / size), np.abs(error) / size]
    inside = []
    for level in LEVELS:
        half = scale * special.stdtrit(df, 0.5 + level / 2.0)
        beyond = np.maximum(np.abs(error) - half, 0.0)
        columns.append((2.0 * half + 2.0 / (1.0 - level) * beyond) / size)
        inside.append(np.where(np.isfinite(error), np.abs(error) <= half, np.nan))
    return np.column_stack([*columns, crps(error / scale, df) * scale / size, *inside])


def crps(z: Floats, df: Floats) -> Floats:
    """Continuous ranked probability score of Student's t (Jordan, Krueger & Lerch 2019)."""
    density = np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - (df + 1) / 2 * np.log1p(z**2 / df)) / np.sqrt(
        df * np.pi
    )
    spread = 2.0 * np.sqrt(df) / (df - 1.0) * np.exp(special.betaln(0.5, df - 0.5) - 2.0 * special.betaln(0.5, df / 2.0))
    return np.asarray(z * (2.0 * special.stdtr(df, z) - 1.0) + 2.0 * density * (df + z**2) / (df - 1.0) - spread)


def oracle(walk: Walk, origin: int, own: Floats) -> Floats | None:
    """The forecast with the true leads, own history where none of them is known so early; None where they are not known."""
    series, found = walk.series, walk.walker.model_at(origin)
    if not series.effects or found is None:
        return None
    model, now = found
    n = origin + 1
    effects = [_effect(now.X[:, walk.names.index(name)], weights) for name, weights in series.effects.items()]
    columns = np.column_stack([_fixed(model, walk.walker, n), *effects])
    y = (now.y - model.center) / model.size
    drawn = walk.walker.learner.places_of(model.seasons, model.inside)
    fitted = fitted_mean(y, columns[:n], model.own.momentum, n_leads=0, max_order=MAX_ORDER, drawn=drawn)
    if fitted is None:
        return None
    point = ahead(fitted, cleaned(fitted, y, columns[:n], limit=model.clip), columns, steps=STEPS).point
    return np.where(np.arange(STEPS) < series.delay, model.center + model.size * point, own)


def _fixed(model: KpiModel, walker: Walker, n: int) -> Floats:
    fixed = model.fixed(walker.learner.calendar, n + STEPS)
    return fixed if model.shift is None else np.column_stack([fixed, np.arange(n + STEPS) >= model.shift])


def _effect(x: Floats, weights: Floats) -> Floats:
    """What a lead does to the KPI on its rows and STEPS more, beyond its last value carried on by its autocorrelation."""
    known = np.flatnonzero(np.isfinite(x))
    center = x[known].mean()
    filled = np.interp(np.arange(len(x)), known, x[known]) - center
    rho = float(np.clip(filled[1:] @ filled[:-1] / max(filled @ filled, 1e-300), 0.0, 1.0))
    whole = np.r_[filled, filled[-1] * rho ** np.arange(1, STEPS + 1)]
    before = np.full(len(weights), whole[0])  # what went before the first row is not known: a jump there would count as a change
    return np.convolve(np.r_[before, whole], weights)[len(before) : len(before) + len(whole)]


def known_at(walk: Walk, origin: int) -> Known:
    """What rivals are given: gaps filled from both sides."""
    now = walk.walker.learner.known.at(origin)
    y, X = _filled(now.y), np.column_stack([_filled(one) for one in now.X.T])
    season = min((round(one) for one in walk.walker.learner.calendar.season_lengths), default=0)
    return Known(y=y, X=X, max_lag=walk.walker.learner.max_lag, season=season, steps=STEPS)


def _filled(values: Floats) -> Floats:
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), known, values[known]) if len(known) else np.zeros(len(values))


def others_of(walk: Walk, python: Path | None) -> dict[int, dict[str, Forecasts]]:
    """Forecasts of the rivals at each scored origin."""
    asked = {origin: known_at(walk, origin) for origin in walk.origins}
    found = {origin: {name: quietly(rival, known) for name, rival in RIVALS.items()} for origin, known in asked.items()}
    if python is not None:
        far = elsewhere(python, list(asked.values()))
        if isinstance(far, str):
            print(f"left out: {far}")
            return found
        for name, rows in far.items():
            for origin, one in zip(asked, rows, strict=True):
                found[origin][name] = one
    return found


def ratio(above: Floats, below: Floats, *, root: bool) -> tuple[float, float]:
    """Ratio of two sums over series, (n, k) each, or its root, and its standard error with series left out in turn."""
    a, b = np.nansum(above, axis=1), np.nansum(below, axis=1)
    left = (a.sum() - a) / np.maximum(b.sum() - b, 1e-300)
    whole = a.sum() / max(b.sum(), 1e-300)
    if root:
        left, whole = np.sqrt(np.maximum(left, 0.0)), np.sqrt(max(whole, 0.0))
    return float(whole), float(np.sqrt((len(a) - 1) * np.var(left)))


def lines(kind: str, series: Sequence[Series], scored: Sequence[dict[str, Floats]]) -> Iterator[str]:
    """The tables of one kind."""
    names = [name for name in scored[0] if all(name in one for one in scored)]
    table = {name: np.array([one[name] for one in scored]) for name in names}  # (series, steps, measures)
    yield f"\n{kind}: {len(scored)} series"
    yield f"{'':15}" + "".join(f"  RMSE h={h:<9}" for h in SHOWN) + "  MASE  IS80 ratio   IS95 ratio   CRPS ratio"
    own, plain = table["own"], table["model's own"]
    for name in names:
        one = table[name]
        cells = "".join(f"  {_pair(ratio(one[:, [h - 1], 0], own[:, [h - 1], 0], root=True))}" for h in SHOWN)
        more = "  ".join(_pair(ratio(one[:, :, k], plain[:, :, k], root=False)) for k in (2, 3, 4))
        yield f"{name:15}{cells}  {np.nanmean(one[:, :, 1]):.2f}  {more}"
    for level, k in zip(LEVELS, (5, 6), strict=True):
        means, errors = np.nanmean(table["model"][:, :, k], axis=0), np.nanstd(table["model"][:, :, k], axis=0)
        cells = "  ".join(f"h={h} {100 * means[h - 1]:.1f} ({100 * errors[h - 1] / np.sqrt(len(scored)):.1f})" for h in SHOWN)
        every = f"all {100 * np.nanmean(means):.1f}, the model's own {100 * np.nanmean(plain[:, :, k]):.1f}"
        yield f"inside {100 * level:g} %: {cells}; {every}"
    for name in names[4 if "oracle" in table else 3 :]:
        beside, error = ratio(table["model"][:, :, 0], table[name][:, :, 0], root=True)
        yield f"RMSE over that of {name}, all steps: {beside:.3f} ({error:.3f}), at most {beside + 1.645 * error:.3f} at 95 %"
    within = np.array([np.arange(STEPS) < one.delay for one in series])
    if "oracle" in table and within.any():
        gained = np.where(within, (own - table["model"])[:, :, 0], 0.0)
        able = np.where(within, (own - table["oracle"])[:, :, 0], 0.0)
        gains = np.nansum(able) > 0.0
        yield (
            f"skill {_pair(ratio(gained, able, root=False))} of the oracle's gain up to the longest delay"
            if gains
            else "the true leads gain nothing here"
        )
    model = np.where(within, np.nan, table["model"][:, :, 0])
    if np.isfinite(model).any():
        beyond = ratio(model, np.where(within, np.nan, own[:, :, 0]), root=True)
        yield f"RMSE over own history's beyond the longest delay {_pair(beyond)}"


def _pair(pair: tuple[float, float]) -> str:
    return f"{pair[0]:.3f} ({pair[1]:.3f})"


def pooled(scored: Sequence[dict[str, Floats]]) -> Iterator[str]:
    """Coverage over all kinds at each step."""
    table = np.array([one["model"] for one in scored])
    for level, k in zip(LEVELS, (5, 6), strict=True):
        means, errors = np.nanmean(table[:, :, k], axis=0), np.nanstd(table[:, :, k], axis=0) / np.sqrt(len(table))
        yield f"all kinds, inside {100 * level:g} % at 1 to {STEPS}: " + " ".join(
            f"{100 * mean:.1f}({100 * error:.1f})" for mean, error in zip(means, errors, strict=True)
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", default=["three", "none"])
    parser.add_argument("--draws", type=int, default=10, help="series of each kind")
    parser.add_argument("--start", type=int, default=0, help="first draw")
    parser.add_argument("--every", type=int, default=4, help="rows between origins that are scored")
    parser.add_argument("--n-draws", type=int, default=199, help="bootstrap draws behind the choice of leads")
    parser.add_argument("--rivals", action="store_true")
    parser.add_argument("--python", type=Path, help="another Python, with statsforecast and skforecast")
    parser.add_argument("--out", type=Path, help="JSON with the measures of every series")
    asked = parser.parse_args(arguments)
    kept: dict[str, list[dict[str, list[list[float]]]]] = {}
    every: list[dict[str, Floats]] = []
    for kind in STABLE if asked.kinds == ["stable"] else asked.kinds:
        draws = range(asked.start, asked.start + asked.draws)
        series = list(real_series().values()) if kind == "real" else [simulated(kind, draw) for draw in draws]
        if not series:
            print(f"\n{kind}: left out, there is no folder of real series")
            continue
        scored = [_scored(one, asked) for one in series]
        print("\n".join(lines(kind, series, scored)), flush=True)
        every += scored
        kept[kind] = [{name: values.tolist() for name, values in one.items()} for one in scored]
        if asked.out:
            asked.out.write_text(json.dumps({"measures": MEASURES, "kinds": kept}), encoding="utf-8")
    print("\n" + "\n".join(pooled(every)))


def _scored(series: Series, asked: argparse.Namespace) -> dict[str, Floats]:
    with warnings.catch_warnings(), one_thread():
        warnings.simplefilter("ignore")
        walk = walk_of(series, draws=asked.n_draws, every=asked.every)
        return scores_of(walk, others_of(walk, asked.python) if asked.rivals else {})


if __name__ == "__main__":
    main()

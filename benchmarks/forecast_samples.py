"""Series whose forecasts are measured: of one simulated process, of the accuracy families, and real ones.

`three` has 260 rows, 20 candidates of which three lead by 4, 6 and 8 rows with an effect of .4, AR(.5) throughout; `none` the
same without leads. Other names change what the KPI is: `lognormal`, `share` (near .97), `counts` (mean 4), `shift` (the noise
doubles 52 rows before the end). A name of `families.FAMILIES` stands for that family's base cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from families import FAMILIES, case_of, cells_of
from scipy import special
from scipy.signal import lfilter

from leadlag.core.arrays import Floats

__all__ = ["OWN", "STABLE", "FAMILIES", "Series", "real_series", "simulated"]

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
ROWS, BURN_IN, CANDIDATES, DELAYS, EFFECT, AR = 260, 60, 20, (4, 6, 8), 0.4, 0.5
CHANGED = 52
OWN = ("three", "none", "lognormal", "share", "counts", "shift")
STABLE = (
    "three", "none", "lognormal", "share", "counts", "point", "null_ar", "spread_geometric", "season", "null_season",
    "integrated", "null_walks", "momentum_adl",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Series:
    """A KPI, its candidates, and what is true of them.

    Parameters
    ----------
    table : DataFrame
    kpi, time : str
        Columns; no time column where it is empty.
    candidates, controls : tuple of str
    max_lag : int or None
    effects : dict of str to ndarray, or None
        Change of the KPI 0, 1, 2, ... rows after a rise of each lead by one; None where it is not known.
    changed : int
        Last rows in which the noise is another; 0 if it never changes.
    """

    table: pd.DataFrame
    kpi: str
    time: str
    candidates: tuple[str, ...]
    controls: tuple[str, ...]
    max_lag: int | None
    effects: dict[str, Floats] | None
    changed: int = 0

    @property
    def delay(self) -> int:
        """Longest delay with a weight above a tenth of the largest; 0 without leads."""
        sizes = [np.flatnonzero(np.abs(one) > 0.1 * np.abs(one).max()) for one in (self.effects or {}).values()]
        return max((int(one[-1]) for one in sizes), default=0)


def simulated(name: str, draw: int) -> Series:
    """One draw of a name."""
    return _own(name, draw) if name in OWN else _of_family(name, draw)


def _own(name: str, draw: int) -> Series:
    rng = np.random.default_rng([17, draw])
    n = ROWS + BURN_IN
    sd = np.where((np.arange(n) >= n - CHANGED) & (name == "shift"), 2.0, 1.0)
    noise = rng.normal(size=(n, CANDIDATES + 1)) * np.sqrt(1.0 - AR**2)
    noise[:, -1] *= sd
    series = lfilter([1.0], [1.0, -AR], noise, axis=0)
    y, effects = series[:, -1].copy(), {}
    for place, delay in enumerate(() if name == "none" else DELAYS):
        y[delay:] += EFFECT * series[: n - delay, place]
        effects[f"x{place}"] = np.r_[np.zeros(delay), EFFECT]
    kpi = _kinds(name, y, rng)[BURN_IN:]
    table = pd.DataFrame(series[BURN_IN:, :-1], columns=[f"x{place}" for place in range(CANDIDATES)]).assign(kpi=kpi)
    table.insert(0, "week", pd.date_range("2016-01-04", periods=len(table), freq="7D"))
    return Series(
        table=table, kpi="kpi", time="week", candidates=tuple(table.columns[1:-1]), controls=(), max_lag=12,
        effects=None if name == "counts" else effects, changed=CHANGED if name == "shift" else 0,
    )  # fmt: skip


def _kinds(name: str, y: Floats, rng: np.random.Generator) -> Floats:
    if name == "lognormal":
        return np.asarray(1000.0 * np.exp(0.5 * y))
    if name == "share":
        return np.asarray(special.expit(3.5 + 0.5 * y))
    return rng.poisson(4.0 * np.exp(0.25 * y - 0.03)).astype(np.float64) if name == "counts" else y


def _of_family(name: str, draw: int) -> Series:
    case = case_of(name, cells_of(name)[0], draw)
    effects = {one.name: np.array(one.weights) for one in case.truth if one.role == "lead" and len(one.weights)}
    return Series(
        table=case.data, kpi=case.kpi, time="", candidates=tuple(one.name for one in case.truth), controls=case.controls,
        max_lag=case.max_lag, effects=effects,
    )  # fmt: skip


def real_series() -> dict[str, Series]:
    """The real series that are there, the KPI and what is said to lead it; none without the folder."""
    asked = {
        "bjsales": ("bjsales.csv", "sales", ("lead_indicator",)), "gas_furnace": ("gas_furnace.csv", "co2", ("gas_rate",)),
        "lydia_pinkham": ("lydia_pinkham.csv", "sales", ("advertising",)),
        "claims": ("us_claims_search_weekly.csv", "initial_claims", ("search_filing",)),
        "ftse": ("eu_stocks_daily.csv", "ftse", ("dax", "smi", "cac")),
    }  # fmt: skip
    found = {}
    for name, (file, kpi, leads) in asked.items():
        path = DATA / file
        table = pd.read_csv(path).tail(400).reset_index(drop=True) if path.exists() else None
        if table is None or not {kpi, *leads} <= set(table.columns):
            continue
        kept = table[[kpi, *leads]].astype(float)
        found[name] = Series(table=kept, kpi=kpi, time="", candidates=leads, controls=(), max_lag=12, effects=None)
    return found

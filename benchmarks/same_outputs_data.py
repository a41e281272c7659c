"""The data of `same_outputs.py`: small tables and files on which the calls of `same_outputs_calls.py` are made."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

import leadlag as ll
from leadlag.simulate import PlantedSeries

Tables = dict[str, pd.DataFrame]


@cache
def hazards() -> ModuleType:
    """The list of bad tables of this checkout's tests."""
    path = Path(__file__).resolve().parents[1] / "tests" / "hazards.py"
    spec = importlib.util.spec_from_file_location("hazards", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def simulated() -> pd.DataFrame:
    return ll.simulate_leads(n_noise=3, rng=1).data


@cache
def bent() -> pd.DataFrame:
    heat = PlantedSeries(name="heat", effect=0.8, delay=2, response="quadratic")
    return ll.simulate_leads(series=[heat], n_noise=2, rng=1).data


def housing() -> pd.DataFrame:
    return ll.load_sample(name="us_housing").iloc[-180:]


def with_gaps() -> pd.DataFrame:
    frame = simulated().copy()
    frame.iloc[40:43, 0] = np.nan
    frame.iloc[70, 1] = np.nan
    return frame.assign(region="north").drop(index=frame.index[100:102])


def walks() -> pd.DataFrame:
    return simulated().cumsum()


def exact() -> pd.DataFrame:
    return simulated().assign(kpi=lambda frame: frame["lead_a"].shift(2))


def short() -> pd.DataFrame:
    return simulated().iloc[:34]


def averaged() -> pd.DataFrame:
    frame = simulated()
    return frame.assign(kpi=frame["kpi"].rolling(4).mean()).iloc[3:]


def to_date() -> pd.DataFrame:
    frame = simulated().set_axis(pd.date_range("2010-01-01", periods=len(simulated()), freq="MS"))
    amounts = 10 + frame["kpi"]
    return frame.assign(kpi=amounts.groupby(pd.DatetimeIndex(frame.index).year).cumsum())


def quarters_and_months() -> list[pd.DataFrame]:
    """A quarterly KPI that follows `demos` by four months."""
    n, values = 60, np.random.default_rng(1).standard_normal((180, 3))
    kpi = 100 + np.r_[np.zeros(4), values[:-4, 0]][2::3] + 0.5 * np.random.default_rng(2).standard_normal(n)
    slow = pd.DataFrame({"quarter": pd.date_range("2000-01-01", periods=n, freq="QS"), "sales": kpi})
    months = pd.date_range("2000-01-01", periods=3 * n, freq="MS")
    return [slow, pd.DataFrame(values, columns=["demos", "a", "b"]).assign(month=months)]


def months_and_quarters() -> list[pd.DataFrame]:
    """The same, asked the other way: a monthly KPI and a lead that is seen once a quarter."""
    slow, fast = quarters_and_months()
    return [fast.rename(columns={"a": "kpi"}), slow]


def published() -> pd.DataFrame:
    """Orders at the end of their month, visits that are revised half a year later."""
    rng = np.random.default_rng(3)
    visits, noise = rng.normal(size=(2, 66))
    month = pd.Series(pd.date_range("2015-01-01", periods=66, freq="MS"))
    table = pd.DataFrame({"month": month, "orders": np.r_[np.zeros(2), visits[:-2]] + 0.7 * noise + 20.0, "visits": visits})
    first = table.assign(known=month + pd.offsets.MonthEnd(), visits=visits + rng.normal(size=66))
    return pd.concat([first, table.assign(known=month + pd.DateOffset(months=6) + pd.offsets.MonthEnd())], ignore_index=True)


def vintages() -> ll.Vintages:
    return ll.from_snapshots(published(), time="month", as_of="known")


def regions() -> ll.Sample:
    """Two segments in a long table."""
    parts = [hazards().good_frame(seed=seed).assign(region=name) for seed, name in ((1, "north"), (2, "south"))]
    long = pd.concat(parts).melt(["date", "region"], var_name="metric")
    return ll.from_long(long, time="date", metric="metric", value="value", segment="region")


def funnel() -> pd.DataFrame:
    frame = hazards().good_frame()
    seen = (100 + 10 * frame["ads"]).round()
    return frame.assign(seen=seen, won=(seen * (0.4 + 0.001 * (frame["visits"] - 200))).round(2))


# Files that commands read


def nothing() -> Tables:
    return {}


def sales() -> Tables:
    return {"sales.csv": hazards().good_frame()}


def piped() -> Tables:
    return {"-": hazards().good_frame()}


def bad() -> Tables:
    frame = hazards().good_frame().astype(object)
    frame.loc[3, "visits"], frame.loc[5, "ads"], frame.loc[8, "date"] = "12 apples", "inf", "2022-02-30"
    return {"sales.csv": frame}


def big() -> Tables:
    """Whole numbers that lose digits, an infinite value and German dates."""
    frame = hazards().good_frame().assign(ads=range(2**53 + 1, 2**53 + 241, 2))
    frame.loc[5, "visits"] = np.inf
    return {"sales.csv": frame.assign(date=pd.to_datetime(frame["date"]).dt.strftime("%d.%m.%Y"))}


def mixed_files() -> Tables:
    return dict(zip(("slow.csv", "fast.csv"), quarters_and_months(), strict=True))

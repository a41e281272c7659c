"""Weeks that pandas names by their last day, beside days and months: what is called a lead under each reading of their names?

python benchmarks/week_names.py                 # 20 draws a row
python benchmarks/week_names.py --draws 100
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import signal

import leadlag
from leadlag.errors import DataContractError
from leadlag.sample import Sample, from_wide

DAYS, DRAWS = 7 * 156, 199
FIRST = pd.Timestamp("2021-01-04")
#: Days by which a true lead comes first.
WEEKS_BEFORE = 2
_WEEK = pd.Timedelta(days=7)


def days_of(rng: np.random.Generator, *names: str) -> pd.DataFrame:
    """Daily AR(1) series."""
    values = signal.lfilter([1.0], [1.0, -0.5], rng.standard_normal((DAYS, len(names))), axis=0)
    return pd.DataFrame(values, columns=list(names), index=pd.date_range(FIRST, periods=DAYS, name="date"))


def weekly_kpi(rng: np.random.Generator, *, before: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Weekly orders that move with the visits of the days `before` weeks earlier, beside daily visits and noise."""
    days = days_of(rng, "visits", "noise_0", "noise_1")
    weeks = days[["visits"]].resample("W").sum().shift(before, fill_value=0.0).rename(columns={"visits": "kpi"})
    return weeks + 4.0 * rng.standard_normal(weeks.shape), days


def monthly_kpi(rng: np.random.Generator, *, before: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Monthly orders that move with the days `before` weeks earlier, beside weeks of visits and noise."""
    days = days_of(rng, "visits", "noise_0", "noise_1")
    moved = days["visits"].shift(7 * before, fill_value=0.0)
    months = moved.resample("MS").sum().rename("kpi").to_frame()
    return months + 4.0 * rng.standard_normal(months.shape), days.resample("W").sum()


CASES: dict[str, tuple[Callable[..., tuple[pd.DataFrame, pd.DataFrame]], int]] = {
    "weekly KPI, same days": (weekly_kpi, 0),
    "weekly KPI, days lead": (weekly_kpi, WEEKS_BEFORE),
    "monthly KPI, same weeks": (monthly_kpi, 0),
    "monthly KPI, weeks lead": (monthly_kpi, 2 * WEEKS_BEFORE),
}


def by_mondays(table: pd.DataFrame) -> pd.DataFrame:
    """Weeks named by their first day; other tables as they are."""
    weekly = bool((np.diff(table.index) == _WEEK).all())
    return table.set_axis(table.index - pd.Timedelta(days=6)) if weekly else table


def ranked(sample: Sample) -> Any:
    return leadlag.rank_leads(sample, kpi="kpi", evidence=False, n_draws=DRAWS)


def one_draw(make: Callable[..., tuple[pd.DataFrame, pd.DataFrame]], seed: int, before: int) -> dict[str, bool]:
    """Whether `visits` is called a lead under each reading, whether it is asked, and whether Mondays give the same numbers."""
    tables = list(make(np.random.default_rng(seed), before=before))
    asked = False
    try:
        leadlag.rank_leads(tables, kpi="kpi")
    except DataContractError as error:
        asked = error.code == "LL309" and "dates_at='end'" in str(error)
    start, end = (ranked(from_wide(tables, dates_at=word)) for word in ("start", "end"))
    mondays = ranked(from_wide([by_mondays(table) for table in tables]))
    same = end.to_frame().equals(mondays.to_frame())
    return {"asked": asked, "as first days": "visits" in start.leads, "as last days": "visits" in end.leads,
            "by Mondays": "visits" in mondays.leads, "same numbers": same}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=20)
    draws = parser.parse_args().draws
    rows = {}
    for label, (make, before) in CASES.items():
        found = pd.DataFrame([one_draw(make, seed, before) for seed in range(draws)])
        rows[label] = found.sum()
    print(f"visits called a lead, of {draws} draws (seeds 0 to {draws - 1}):")
    print(pd.DataFrame(rows).T.to_string())


if __name__ == "__main__":
    main()

"""Real series of which it is known what leads what: share of the forecast error that the lead saves on months not yet seen.

python benchmarks/real_gain.py                 # some minutes
python benchmarks/real_gain.py --cases claims

All series go in as they are, stock indices in logs, from the first to the last row or to the end of 2019: months of the
pandemic are hundreds of times as large as any before. Origins are the last two thirds of the rows.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from leadlag import forecast_gain

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A KPI and a lead."""

    name: str
    read: Callable[[], pd.DataFrame]
    time: str
    kpi: str
    lead: str
    log: tuple[str, ...] = ()


def months(last: str = "2019-12-31") -> pd.DataFrame:
    """US months up to a date."""
    table = pd.read_csv(DATA / "us_macro_monthly.csv")
    return table[table["date"] <= last]


def quarters() -> pd.DataFrame:
    """US quarters to the end of 2019; a quarter is one of recession if one of its months is."""
    table = months()
    grouped = table.groupby(pd.PeriodIndex(table["date"], freq="Q").astype(str))
    return pd.DataFrame(
        {"nber_recession": grouped["nber_recession"].max(), "term_spread": grouped["term_spread"].mean()}
    ).reset_index(names="date")


def weeks() -> pd.DataFrame:
    """US weeks before the pandemic."""
    table = pd.read_csv(DATA / "us_claims_search_weekly.csv")
    return table[table["date"] < "2020-03-01"]


def stocks() -> pd.DataFrame:
    """Business days without dates."""
    return pd.read_csv(DATA / "eu_stocks_daily.csv")


RECESSION, JOBS = ("nber_recession", "term_spread"), ("unemployment_rate", "initial_claims")
CASES = (
    Case(name="spread, months", read=months, time="date", kpi=RECESSION[0], lead=RECESSION[1]),
    Case(name="spread, months to 2024", read=lambda: months("2024-12-31"), time="date", kpi=RECESSION[0], lead=RECESSION[1]),
    Case(name="spread, quarters", read=quarters, time="date", kpi=RECESSION[0], lead=RECESSION[1]),
    Case(name="claims, months", read=months, time="date", kpi=JOBS[0], lead=JOBS[1]),
    Case(name="claims, months to 2024", read=lambda: months("2024-12-31"), time="date", kpi=JOBS[0], lead=JOBS[1]),
    Case(name="search, weeks", read=weeks, time="date", kpi="initial_claims", lead="search_filing"),
    Case(name="DAX for FTSE", read=stocks, time="t", kpi="ftse", lead="dax", log=("ftse", "dax")),
    Case(name="FTSE for DAX", read=stocks, time="t", kpi="dax", lead="ftse", log=("ftse", "dax")),
)
SHOWN = (
    "horizon", "n_origins", "rmse_saved", "mae_saved", "clark_west", "clark_west_pvalue", "diebold_mariano_pvalue", "skill_naive",
    "lag",
)  # fmt: skip


def main() -> None:
    """Print one table a case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="*", default=[], help="words in the names of the cases")
    wanted = parser.parse_args().cases
    for case in CASES:
        if wanted and not any(word in case.name for word in wanted):
            continue
        begun = time.perf_counter()
        columns = [case.time, case.kpi, case.lead]
        found = forecast_gain(case.read()[columns], kpi=case.kpi, leads=case.lead, time=case.time, log=case.log)
        print(f"\n{case.name}: {case.kpi} from {case.lead}, {time.perf_counter() - begun:.0f} s")
        print(found.to_frame()[list(SHOWN)].round(4).to_string(index=False), flush=True)


if __name__ == "__main__":
    main()

"""Make every file of data/samples: cut the real ones from ../shared/data, simulate the funnel.

    python benchmarks/make_samples.py            # compares with data/samples
    python benchmarks/make_samples.py --write    # writes data/samples

Cells of the real files are copied as text, so no digit changes. README.md is written by hand.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from leadlag.simulate import PlantedSeries, PlantedTruth, Season, Simulation, Trend, simulate_leads

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT.parent / "shared" / "data"
SAMPLES = ROOT / "data" / "samples"


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Columns of a source file up to a last date."""

    source: str
    columns: tuple[str, ...] = ()
    last: str = "9999"


CUTS = {
    "us_housing": Cut(
        source="us_macro_monthly.csv",
        columns=("date", "housing_starts", "building_permits", "fed_funds", "real_m2", "initial_claims", "term_spread"),
        last="2024-06-01",
    ),
    "us_unemployment": Cut(
        source="us_macro_monthly.csv",
        columns=(
            "date",
            "unemployment_rate",
            "initial_claims",
            "payrolls",
            "industrial_production",
            "durable_orders",
            "manufacturing_hours",
            "mean_unemployment_weeks",
            "term_spread",
        ),
        last="2019-12-01",
    ),
    "robyn_weekly": Cut(source="robyn_weekly.csv"),
}


@dataclass(frozen=True, kw_only=True)
class Metric:
    """Units of a simulated column: ``level + step * core``, rounded to `digits`."""

    unit: str
    level: float
    step: float
    digits: int


FUNNEL_KPI = "new_mrr"
FUNNEL = {
    "new_mrr": Metric(unit="EUR of new monthly recurring revenue in the week", level=42_000.0, step=3_500.0, digits=0),
    "visits": Metric(unit="visits of the web site in the week", level=18_500.0, step=2_100.0, digits=0),
    "sign_ups": Metric(unit="trial sign-ups in the week", level=940.0, step=120.0, digits=0),
    "mql": Metric(unit="marketing-qualified leads in the week", level=410.0, step=55.0, digits=0),
    "sql": Metric(unit="sales-qualified leads in the week", level=165.0, step=24.0, digits=0),
    "demos": Metric(unit="demos held in the week", level=96.0, step=15.0, digits=0),
    "training_hours": Metric(unit="hours of sales training in the week", level=60.0, step=14.0, digits=1),
    "nps": Metric(unit="net promoter score, -100 to 100", level=38.0, step=4.5, digits=1),
    "churn": Metric(unit="percent of customers lost in the week", level=0.9, step=0.12, digits=3),
}
#: visits -> 1 week -> sign-ups -> 1 -> MQL -> 1 -> SQL -> 2 -> demos -> 2 -> new MRR; training -> 8 -> new MRR; NPS -> 4 -> churn
FUNNEL_SERIES = (
    PlantedSeries(name="visits", persistence=0.6),
    PlantedSeries(name="sign_ups", driver="visits", driver_lag=1, driver_share=0.85, persistence=0.3),
    PlantedSeries(name="mql", driver="sign_ups", driver_lag=1, driver_share=0.85, persistence=0.3),
    PlantedSeries(name="sql", driver="mql", driver_lag=1, driver_share=0.85, persistence=0.3),
    PlantedSeries(name="demos", driver="sql", driver_lag=2, driver_share=0.85, persistence=0.3, effect=1.3, delay=2,
                  shape="geometric", decay=0.35),
    PlantedSeries(name="training_hours", persistence=0.4, effect=0.7, delay=8),
    PlantedSeries(name="nps", persistence=0.8),
    PlantedSeries(name="churn", driver="nps", driver_lag=4, driver_share=-0.6, persistence=0.4),
)  # fmt: skip


def cut(what: Cut) -> str:
    """One real sample as CSV text, its cells as they stand in the source."""
    with (SOURCE / what.source).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = what.columns or tuple(rows[0])
    lines = [",".join(columns), *(",".join(row[column] for column in columns) for row in rows if row["date"] <= what.last)]
    return "\n".join(lines) + "\n"


def simulate_funnel() -> Simulation:
    """Four years of a subscription company's weekly metrics, in units of the core."""
    return simulate_leads(
        n_periods=208,
        series=FUNNEL_SERIES,
        n_noise=0,
        kpi=FUNNEL_KPI,
        kpi_momentum=(0.4,),
        seasons=[Season(period=365.25 / 7, kpi=0.8, leads=0.6, phases="shared")],
        trend=Trend(kpi=2.0, leads=1.5),
        start="2021-01-04",
        rng=20210104,
    )


def in_units(simulation: Simulation) -> pd.DataFrame:
    """The funnel in the units of `FUNNEL`, counts as whole numbers."""
    columns = {}
    for name, metric in FUNNEL.items():
        values = np.round(metric.level + metric.step * simulation.data[name].to_numpy(), metric.digits)
        columns[name] = values.astype(np.int64) if metric.digits == 0 else values
    return pd.DataFrame(columns, index=simulation.data.index)


def truth_row(truth: PlantedTruth) -> dict[str, object]:
    """Truth of one column in its units; None where there is nothing to say."""
    kpi, own = FUNNEL[FUNNEL_KPI], FUNNEL[truth.name]
    effect = truth.effect * kpi.step
    return {
        "column": truth.name,
        "unit": own.unit,
        "role": truth.role,
        "driver": truth.driver,
        "peak": truth.peak,
        "first": truth.first,
        "mean": None if truth.mean is None else round(truth.mean, 4),
        "sign": truth.sign,
        "lead_sd": own.step,
        "effect": None if math.isnan(effect) else round(effect, 2),
        "effect_per_unit": round(effect / own.step, 4),
        "weights_per_unit": [round(weight * kpi.step / own.step, 4) for weight in truth.weights],
    }


def funnel_truth(simulation: Simulation) -> str:
    """Truth of the funnel as JSON text."""
    about = (
        "Simulated. role: lead acts on the KPI directly, upstream through other columns, noise not at all. Lags in weeks by "
        "which the column moves before the KPI. effect: change of the KPI, in its unit, after a lasting rise of the column "
        "by lead_sd; weights_per_unit: the same lag by lag (0, 1, 2, ...) for one unit. Season and trend lie over all columns."
    )
    kpi = {"column": FUNNEL_KPI, "unit": FUNNEL[FUNNEL_KPI].unit, "innovation_sd": FUNNEL[FUNNEL_KPI].step, "momentum": [0.4]}
    content = {"about": about, "kpi": kpi, "columns": [truth_row(truth) for truth in simulation.truth]}
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def files() -> dict[str, str]:
    """Name and text of every sample file that is made."""
    funnel = simulate_funnel()
    made = {f"{name}.csv": cut(what) for name, what in CUTS.items()}
    made["subscription_funnel.csv"] = in_units(funnel).to_csv(lineterminator="\n", date_format="%Y-%m-%d")
    made["subscription_funnel.truth.json"] = funnel_truth(funnel)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the files instead of comparing them")
    write = parser.parse_args(arguments).write
    if not SOURCE.is_dir():
        print("../shared/data is not beside this checkout: the real samples cannot be cut")
        return 0
    differ = 0
    for name, text in files().items():
        same = (SAMPLES / name).is_file() and (SAMPLES / name).read_text(encoding="utf-8") == text
        differ += not same
        if write and not same:
            (SAMPLES / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {'as it should be' if same else 'written' if write else 'DIFFERS'}")
    return int(differ > 0 and not write)


if __name__ == "__main__":
    raise SystemExit(main())

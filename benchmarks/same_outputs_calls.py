"""The calls of `same_outputs.py`, by name: the whole public surface on small data, its refusals, and the command line."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from types import ModuleType

import joblib
import numpy as np
import pandas as pd
from same_outputs_texts import Call, command, outputs, text_of
from sklearn.linear_model import LinearRegression

import leadlag as ll
from leadlag.simulate import PlantedSeries

__all__ = ["CALLS", "outputs"]

#: What every call of a function is given unless a call says otherwise: small settings, and the names of `simulated`.
USUAL: Mapping[str, Mapping[str, object]] = {
    "rank_leads": {"kpi": "kpi", "max_lag": 6, "n_draws": 99},
    "rank_kpis": {"kpis": ["kpi", "lead_c"], "max_lag": 4, "n_draws": 99, "evidence": False},
    "granger_test": {"kpi": "kpi", "lead": "lead_a", "order": 3},
    "granger_screen": {"kpis": "kpi", "leads": ["lead_a", "noise_01"], "max_order": 3},
    "cross_correlation": {"kpi": "kpi", "lead": "lead_a", "max_lag": 6},
    "cross_correlations": {"kpis": ["kpi", "lead_b"], "leads": ["lead_a", "noise_01"], "max_lag": 3},
    "lagged_regression": {"kpi": "kpi", "leads": ["lead_a", "lead_b"], "max_lag": 6, "n_draws": 99},
    "local_projection": {"kpi": "kpi", "lead": "lead_a", "horizons": 6},
    "delay_set": {"kpi": "kpi", "lead": "lead_a", "max_lag": 6, "n_draws": 99},
    "forecast_gain": {"kpi": "kpi", "leads": ["lead_a", "noise_01"], "horizons": (1, 4), "max_lag": 6},
    "stability_test": {"kpi": "kpi", "lead": "lead_a", "max_lag": 6, "n_draws": 99},
    "refutation_test": {"kpi": "kpi", "lead": "lead_a", "max_lag": 4, "n_tries": 49, "n_decoys": 19, "n_draws": 99},
    "detectable_effect": {"kpi": "kpi", "max_lag": 6, "n_draws": 99},
    "check_stationarity": {},
}


def ask(function: str, data: Callable[[], object] | None = None, **options: object) -> Call:
    """A call of a public function: its data first, everything else by keyword."""
    return lambda: getattr(ll, function)((data or simulated)(), **{**USUAL[function], **options})


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


# Data


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


RATE = [
    ll.Metric("rate", unit="%", aggregate=ll.ratio(num="won", den="seen")),
    ll.Metric("won", aggregate="sum"),
    ll.Metric("seen", aggregate="sum", available_after=1),
]

# Calls that need more than one line


def ranking_and_its_leads() -> dict[str, object]:
    ranking = ask("rank_leads", n_draws=199, max_lag=10)()
    path = ranking.report(path="ranking.html")
    return {"ranking": ranking, "report": path.read_text(encoding="utf-8"), "path": str(path)} | {
        lead: ranking[lead] for lead in simulated().columns.drop("kpi")
    }


def two_workers() -> str:
    alone = ask("rank_kpis")().to_json()
    with joblib.parallel_config(backend="loky", n_jobs=2):
        return "as alone" if ask("rank_kpis")().to_json() == alone else "not as alone"


def regression_and_its_profiles() -> dict[str, object]:
    fitted = ask("lagged_regression")()
    later = simulated().iloc[-20:].set_axis(pd.date_range("2022-12-26", periods=20, freq="7D", name="date"))
    return {
        "fit": fitted,
        "profile": fitted["lead_a"],
        "joint test": fitted.joint_test(lead="lead_b"),
        "intervals": fitted.conf_int(alpha=0.1),
        "predicted": fitted.predict(later),
        "statsmodels": str(fitted.to_statsmodels().summary()),
    }


def regression_with_noise() -> dict[str, object]:
    fitted = ask("lagged_regression", leads="lead_a", noise_order=(1, 0, 0), max_lag=3)()
    return {"fit": fitted, "statsmodels": str(fitted.to_statsmodels().summary())}


def blocks() -> dict[str, object]:
    made = ll.granger_screen_blocks(simulated(), **USUAL["granger_screen"])
    return {f"block {number}": block for number, block in enumerate(made)}


def known() -> dict[str, object]:
    return {"all": vintages(), "then": vintages().known_at(moment="2018-06-30"), "chosen": vintages().select(names=["visits"])}


def learned(estimator: object) -> dict[str, object]:
    """Parameters of an estimator, and what it learned."""
    found = {name: value for name, value in vars(estimator).items() if not name.startswith("_")}
    return {**found, "repr": repr(estimator), "html": re.sub(r"sk-(\w+-)*id-\d+|sk-id-\d+", "", estimator._repr_html_())}


def lag_transformer() -> dict[str, object]:
    X = with_gaps()[["lead_a", "lead_b"]]
    lagger = ll.LagTransformer(lags={"lead_a": 2, "lead_b": [0, 3]}, hold_back=4).set_output(transform="pandas")
    table = lagger.fit_transform(X)
    plain = ll.LagTransformer(lags=2).fit(X.to_numpy(), groups=["north"] * 80 + ["south"] * (len(X) - 80))
    return {"table": table, "names": lagger.get_feature_names_out(), **learned(lagger), "plain": learned(plain)}


def lead_selector(**options: object) -> dict[str, object]:
    frame = simulated()
    selector = ll.LeadSelector(max_lag=6, n_draws=99, **options).set_output(transform="pandas")
    table = selector.fit_transform(frame.drop(columns="kpi"), frame["kpi"])
    support = {"support": selector.get_support(), "names": selector.get_feature_names_out()}
    return {"table": table, **support, **learned(selector)}


def masked_regressor() -> dict[str, object]:
    X = ll.LagTransformer(lags=3).set_output(transform="pandas").fit_transform(simulated()[["lead_a"]])
    model = ll.MaskedRegressor(estimator=LinearRegression(), incomplete="mean").fit(X, simulated()["kpi"])
    return {"predicted": model.predict(X), "score": model.score(X, simulated()["kpi"]), **learned(model)}


def hazard_read(hazard: object) -> object:
    options = {name: value for name, value in hazard.options.items() if name != "missing"}
    return ll.from_wide(hazard.build(), **options)


def hazard_ranked(hazard: object) -> dict[str, object]:
    data, options = hazard.build(), dict(hazard.options)
    if not set(options) <= {"time", "missing", "catalogue"}:
        data, options = ll.from_wide(data, **options), {}
    ranking = ll.rank_leads(data, kpi="sales", max_lag=4, n_draws=99, evidence=False, **options)
    return {"table": ranking.to_frame(), "notes": ranking.provenance.warnings, "left out": ranking.left_out}


# The lists

MIXED = {"kpi": "sales", "max_lag": 3}
ONE_MIXED = {"kpi": "sales", "lead": "demos"}
ORDERS = {"kpi": "orders", "leads": "visits"}

RESULTS: dict[str, Call] = {
    "rank": ranking_and_its_leads,
    "rank without evidence": ask("rank_leads", evidence=False, nonlinear=True),
    "rank bent": ask("rank_leads", bent, nonlinear=True, max_lag=4),
    "rank with gaps": ask("rank_leads", with_gaps, missing=("ffill", 1), rng=5, fdr=0.2),
    "rank with controls": ask("rank_leads", controls=["noise_01"], leads=["lead_a", "noise_02"], rng=np.random.default_rng(4)),
    "rank housing": ask(
        "rank_leads", housing, kpi="housing_starts", log=["housing_starts"],
        catalogue=[ll.Metric("building_permits", unit="units", available_after=1), ll.Metric("housing_starts", unit="units")],
    ),
    "rank averaged": ask("rank_leads", averaged),
    "rank average undone": ask("rank_leads", averaged, undo="rolling"),
    "rank sum to date": ask("rank_leads", to_date, evidence=False),
    "rank sum to date undone": ask("rank_leads", to_date, undo="ytd"),
    "rank rate": ask("rank_leads", funnel, kpi="sales", catalogue=RATE, time="date"),
    "rank segment": ask("rank_leads", lambda: regions().segment(name="north"), kpi="sales"),
    "rank months for quarters": ask("rank_leads", quarters_and_months, **MIXED),
    "rank quarters for months": ask("rank_leads", months_and_quarters),
    "rank snapshots": ask("rank_leads", lambda: vintages().latest, kpi="orders", max_lag=4),
    "kpis": ask("rank_kpis"),
    "kpis by region": ask("rank_kpis", regions, kpis=["sales", "ads"]),
    "kpis on two workers": two_workers,
    "granger": ask("granger_test"),
    "granger HAC": ask("granger_test", cov_type="HAC", order=[1, 4], own_order=2, controls="noise_01"),
    "granger augmented": ask("granger_test", augment=1, distribution="chi2", hold_back=6),
    "granger mixed": ask("granger_test", quarters_and_months, **ONE_MIXED, order=1),
    "screen": ask("granger_screen"),
    "screen of many": ask("granger_screen", with_gaps, kpis=["kpi", "lead_a"], controls="noise_02", hold_back=None),
    "screen in blocks": blocks,
    "correlation": ask("cross_correlation"),
    "correlation as it is": ask("cross_correlation", prewhiten=False, difference=1, controls="noise_01", alpha=0.1),
    "correlation mixed": ask("cross_correlation", quarters_and_months, **ONE_MIXED),
    "correlations": ask("cross_correlations"),
    "regression": regression_and_its_profiles,
    "regression with noise": regression_with_noise,
    "regression geometric": ask("lagged_regression", leads="lead_c", shape="geometric"),
    "regression almon": ask("lagged_regression", shape="almon", degree=2, own_lags=1, trend="linear", cov_type="HC3"),
    "regression mixed": ask("lagged_regression", quarters_and_months, **MIXED, leads="demos"),
    "regression in logs": ask(
        "lagged_regression", housing, kpi="housing_starts", leads="building_permits", log=["housing_starts", "building_permits"],
        season="auto",
    ),
    "projection": ask("local_projection"),
    "projection HAC": ask("local_projection", cov_type="HAC", controls="noise_01", horizons=[0, 2, 4], trend="linear"),
    "delay": ask("delay_set", given="lead_b"),
    "delay mixed": ask("delay_set", quarters_and_months, **ONE_MIXED, max_lag=3),
    "gain": ask("forecast_gain"),
    "gain mixed": ask("forecast_gain", quarters_and_months, **MIXED, leads="demos"),
    "gain of snapshots": ask("forecast_gain", vintages, **ORDERS),
    "gain revised": ask("forecast_gain", lambda: vintages().latest, **ORDERS),
    "stability": ask("stability_test", targeted_since="2022-06-06"),
    "stability chosen": ask(
        "stability_test", given="lead_b", targeted_since="2022-06-06", selected_on=("2020-03", "2021-03"), selected_from=6
    ),
    "refutation": ask("refutation_test"),
    "power": ask("detectable_effect"),
    "power of some": ask("detectable_effect", leads=["lead_a"], power=0.9, fdr=0.05, controls="noise_01"),
    "stationarity": ask("check_stationarity"),
    "stationarity housing": ask("check_stationarity", housing, metrics=["housing_starts"], alpha=0.1),
    "snapshots": known,
    "long table": regions,
    "rate": lambda: ll.from_wide(funnel(), time="date", catalogue=[*RATE, ll.Metric("rates")]),
    "lag transformer": lag_transformer,
    "lead selector": lead_selector,
    "lead selector of sets": partial(lead_selector, shift="delay_set", controls=["noise_01"]),
    "lead selector of none": partial(lead_selector, fdr=1e-9),
    "masked regressor": masked_regressor,
}  # fmt: skip

#: Wrong calls: the function, and what is wrong.
REFUSED: Sequence[tuple[str, dict[str, object]]] = [
    ("rank_leads", {"kpi": "kpis"}),
    ("rank_leads", {"leads": ["lead_a", "lead_d"]}),
    ("rank_leads", {"leads": ["kpi"]}),
    ("rank_leads", {"leads": []}),
    ("rank_leads", {"leads": ["lead_a"], "controls": ["lead_a"]}),
    ("rank_leads", {"max_lag": 0}),
    ("rank_leads", {"max_lag": 500}),
    ("rank_leads", {"fdr": 2}),
    ("rank_leads", {"n_draws": 10}),
    ("rank_leads", {"rng": None}),
    ("rank_leads", {"log": ["lead_a"]}),
    ("rank_leads", {"undo": "rollin"}),
    ("rank_leads", {"missing": "fill"}),
    ("rank_leads", {"nonlinear": "yes"}),
    ("rank_leads", {"time": "week"}),
    ("rank_kpis", {"kpis": []}),
    ("rank_kpis", {"max_lags": 3}),
    ("rank_kpis", {"segments": "north"}),
    ("granger_test", {"order": 0}),
    ("granger_test", {"lead": "leed_a"}),
    ("granger_test", {"cov_type": "robust"}),
    ("granger_test", {"bandwidth": 3}),
    ("granger_screen", {"max_order": 90}),
    ("granger_screen", {"max_tests": 2}),
    ("cross_correlation", {"lead": "kpi"}),
    ("cross_correlation", {"alpha": 5}),
    ("cross_correlations", {"max_bytes": 10}),
    ("lagged_regression", {"shape": "geometrical"}),
    ("lagged_regression", {"cov_type": "hac"}),
    ("lagged_regression", {"noise_order": (1, 1)}),
    ("lagged_regression", {"max_lag": {"lead_z": 3}}),
    ("lagged_regression", {"season": "yearly"}),
    ("local_projection", {"horizons": 400}),
    ("local_projection", {"trend": True}),
    ("delay_set", {"level": 95}),
    ("delay_set", {"given": "lead_a"}),
    ("forecast_gain", {"horizons": 0}),
    ("forecast_gain", {"first_origin": "soon"}),
    ("stability_test", {"targeted_since": "2035-01-01"}),
    ("stability_test", {"selected_on": ("2021", "2020")}),
    ("refutation_test", {"n_tries": 1}),
    ("detectable_effect", {"power": 1.5}),
    ("check_stationarity", {"metrics": "nothing"}),
]

OTHER_REFUSED: dict[str, Call] = {
    "snapshots to rank": ask("rank_leads", vintages, kpi="orders"),
    "segments to rank": ask("rank_leads", regions, kpi="sales"),
    "constant KPI": ask("rank_leads", lambda: simulated().assign(kpi=1.0)),
    "unknown lead of a ranking": lambda: ask("rank_leads", evidence=False)()["leada"],
    "unknown sample": lambda: ll.load_sample(name="us_houses"),
    "ratio of one": lambda: ll.ratio(num="won", den="won"),
    "metric with an odd aggregate": lambda: ll.Metric("won", aggregate="median"),
    "unknown segment": lambda: regions().segment(name="nord"),
    "moment before all": lambda: vintages().known_at(moment="2000-01-01"),
    "negative lag": lambda: ll.LagTransformer(lags=-1).fit(simulated()),
    "nothing complete": lambda: ll.MaskedRegressor(estimator=LinearRegression()).fit([[np.nan]] * 4, range(4)),
    "long table without values": lambda: ll.from_long(funnel(), time="date", metric="sales", value="values"),
    "snapshots without a moment": lambda: ll.from_snapshots(published(), time="month", as_of="knwn"),
}


def sales() -> dict[str, pd.DataFrame]:
    return {"sales.csv": hazards().good_frame()}


def bad() -> dict[str, pd.DataFrame]:
    frame = hazards().good_frame().astype(object)
    frame.loc[3, "visits"], frame.loc[5, "ads"], frame.loc[8, "date"] = "12 apples", "inf", "2022-02-30"
    return {"sales.csv": frame}


def mixed_files() -> dict[str, pd.DataFrame]:
    return dict(zip(("slow.csv", "fast.csv"), quarters_and_months(), strict=True))


RANK = "rank sales.csv --kpi sales --max-lag 4"
COMMANDS: Sequence[tuple[str, Callable[[], dict[str, pd.DataFrame]] | None]] = [
    *((line, None) for line in ("", "--help", "--version", "rank --help", "check --help", "demo --help", "ranks", "demo")),
    (RANK, sales),
    (f"{RANK} --json --out report --verbose", sales),
    (f"{RANK} --leads visits --controls ads --no-evidence --nonlinear --fdr 0.2 --rng 7 --quiet", sales),
    ("rank slow.csv fast.csv --kpi sales --max-lag 3 --no-evidence", mixed_files),
    ("rank sale.csv --kpi sales", sales),
    ("rank sales.csv", sales),
    ("rank sales.csv --kpi sale", sales),
    (f"{RANK} --fdr 2", sales),
    (f"{RANK} --lag 2", sales),
    (f"{RANK} --missing none", sales),
    ("rank sales.csv --kpi sales", bad),
    ("check sales.csv", sales),
    ("check sales.csv --kpi sales --json", sales),
    ("check sales.csv", bad),
    ("check sales.csv --json", bad),
    ("check slow.csv fast.csv --kpi sales", mixed_files),
    ("check missing.csv", None),
]


def _commands() -> dict[str, Call]:
    named = {}
    for line, files in COMMANDS:
        name = f"cli {line}" + (f" ({files.__name__})" if files else "")
        named[name] = lambda line=line, files=files: command(*line.split(), files=files() if files else None)
    return named


CALLS: dict[str, Call] = {
    **RESULTS,
    **{f"refused {function} {text_of(wrong)}": ask(function, **wrong) for function, wrong in REFUSED},
    **{f"refused {name}": call for name, call in OTHER_REFUSED.items()},
    **{f"hazard {hazard.name} read": partial(hazard_read, hazard) for hazard in hazards().HAZARDS},
    **{f"hazard {hazard.name} ranked": partial(hazard_ranked, hazard) for hazard in hazards().HAZARDS},
    **_commands(),
}

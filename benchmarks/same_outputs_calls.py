"""The calls of `same_outputs.py`, by name: the whole public surface on small data, its refusals, and the command line."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import joblib
import numpy as np
import pandas as pd
import same_outputs_data as data
from same_outputs_texts import Call, command, outputs, text_of
from sklearn.linear_model import LinearRegression

import leadlag as ll

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


def ask(function: str, table: Callable[[], object] = data.simulated, **options: object) -> Call:
    """A call of a public function: its data first, everything else by keyword."""
    return lambda: getattr(ll, function)(table(), **{**USUAL[function], **options})


RATE = [
    ll.Metric(name="rate", unit="%", aggregate=ll.ratio(num="won", den="seen")),
    ll.Metric(name="won", aggregate="sum"),
    ll.Metric(name="seen", aggregate="sum", available_after=1),
]

# Calls that need more than one line


def public_names() -> dict[str, object]:
    """Names of the package, and of its functions the arguments with their defaults; types and which are keywords may change."""
    found: dict[str, object] = {"codes": str(dict(ll.errors.CODES)), "errors": sorted(ll.errors.__all__)}
    for room, names in (("leadlag", sorted(dir(ll))), ("plot", sorted(ll.plot.__all__))):
        parts = {name: getattr(ll if room == "leadlag" else ll.plot, name) for name in names}
        found[room] = names
        found |= {f"{room}.{name}": arguments(part) for name, part in parts.items() if inspect.isfunction(part)}
    return found | {
        name: arguments(getattr(ll, name)) for name in ("LagTransformer", "LeadSelector", "MaskedRegressor", "Metric")
    }


def arguments(function: Callable[..., object]) -> str:
    return "\n".join(str(item.replace(annotation=item.empty)) for item in inspect.signature(function).parameters.values())


def simulation() -> dict[str, object]:
    made = ll.simulate_leads(n_periods=40, n_noise=1, freq="month", rng=3)
    return {"data": made.data, "truth": made.truth}


def ranking_and_its_leads() -> dict[str, object]:
    ranking = ask("rank_leads", max_lag=10)()
    path = ranking.report(path="ranking.html")
    leads = {lead: ranking[lead] for lead in ("lead_a", "lead_c", "noise_02")}
    return {"ranking": ranking, "report": path.read_text(encoding="utf-8"), "path": str(path), **leads}


def two_workers() -> str:
    alone = ask("rank_kpis")().to_json()
    with joblib.parallel_config(backend="loky", n_jobs=2):
        return "as alone" if ask("rank_kpis")().to_json() == alone else "not as alone"


def regression_and_its_profiles() -> dict[str, object]:
    fitted = ask("lagged_regression")()
    later = data.simulated().iloc[-20:].set_axis(pd.date_range("2022-12-26", periods=20, freq="7D", name="date"))
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
    made = ll.granger_screen_blocks(data.simulated(), **USUAL["granger_screen"])
    return {f"block {number}": block for number, block in enumerate(made)}


def known() -> dict[str, object]:
    vintages = data.vintages()
    return {"all": vintages, "then": vintages.known_at(moment="2018-06-30"), "chosen": vintages.select(names=["visits"])}


def learned(estimator: object) -> dict[str, object]:
    """Parameters of an estimator, and what it learned."""
    found = {name: value for name, value in vars(estimator).items() if not name.startswith("_")}
    page = re.sub(r"sk-[\w-]*id-\d+", "", estimator._repr_html_())  # scikit-learn counts the pages that it has made
    return {**found, "repr": repr(estimator), "html": page}


def lag_transformer() -> dict[str, object]:
    X = data.with_gaps()[["lead_a", "lead_b"]]
    lagger = ll.LagTransformer(lags={"lead_a": 2, "lead_b": [0, 3]}, hold_back=4).set_output(transform="pandas")
    table = lagger.fit_transform(X)
    plain = ll.LagTransformer(lags=2).fit(X.to_numpy(), groups=["north"] * 80 + ["south"] * (len(X) - 80))
    return {"table": table, "names": lagger.get_feature_names_out(), **learned(lagger), "plain": learned(plain)}


def lead_selector(**options: object) -> dict[str, object]:
    frame = data.simulated()
    selector = ll.LeadSelector(max_lag=6, n_draws=99, **options).set_output(transform="pandas")
    table = selector.fit_transform(frame.drop(columns="kpi"), frame["kpi"])
    support = {"support": selector.get_support(), "names": selector.get_feature_names_out()}
    return {"table": table, **support, **learned(selector)}


def lead_selector_on_few_rows() -> dict[str, object]:
    frame = data.short()
    selector = ll.LeadSelector(max_lag=30, fdr=1e-9, n_draws=99)
    selector.fit(frame.drop(columns="kpi"), frame["kpi"])
    return learned(selector)


def masked_regressor() -> dict[str, object]:
    X = ll.LagTransformer(lags=3).set_output(transform="pandas").fit_transform(data.simulated()[["lead_a"]])
    model = ll.MaskedRegressor(estimator=LinearRegression(), incomplete="mean").fit(X, data.simulated()["kpi"])
    return {"predicted": model.predict(X), "score": model.score(X, data.simulated()["kpi"]), **learned(model)}


def hazard_read(hazard: Any) -> object:
    options = {name: value for name, value in hazard.options.items() if name != "missing"}
    return ll.from_wide(hazard.build(), **options)


def hazard_ranked(hazard: Any) -> dict[str, object]:
    table, options = hazard.build(), dict(hazard.options)
    if not set(options) <= {"time", "missing", "catalogue"}:
        table, options = ll.from_wide(table, **options), {}
    ranking = ll.rank_leads(table, kpi="sales", max_lag=4, n_draws=99, evidence=False, **options)
    return {"table": ranking.to_frame(), "notes": ranking.provenance.warnings, "left out": ranking.left_out}


# The lists

MIXED = {"kpi": "sales", "max_lag": 3}
ONE_MIXED = {"kpi": "sales", "lead": "demos"}
ORDERS = {"kpi": "orders", "leads": "visits"}

RESULTS: dict[str, Call] = {
    "names": public_names,
    "simulation": simulation,
    "samples": lambda: {name: ll.load_sample(name=name) for name in ("us_housing", "us_unemployment", "robyn_weekly")},
    "rank": ranking_and_its_leads,
    "rank without evidence": ask("rank_leads", evidence=False, nonlinear=True),
    "rank bent": ask("rank_leads", data.bent, nonlinear=True, max_lag=4),
    "rank with gaps": ask("rank_leads", data.with_gaps, missing=("ffill", 1), rng=5, fdr=0.2),
    "rank with controls": ask("rank_leads", controls=["noise_01"], leads=["lead_a", "noise_02"], rng=np.random.default_rng(4)),
    "rank housing": ask(
        "rank_leads", data.housing, kpi="housing_starts", log=["housing_starts"],
        catalogue=[ll.Metric(name="building_permits", available_after=1), ll.Metric(name="housing_starts", unit="units")],
    ),
    "rank averaged": ask("rank_leads", data.averaged),
    "rank average undone": ask("rank_leads", data.averaged, undo="rolling"),
    "rank sum to date": ask("rank_leads", data.to_date, evidence=False),
    "rank sum to date undone": ask("rank_leads", data.to_date, undo="ytd"),
    "rank rate": ask("rank_leads", data.funnel, kpi="sales", catalogue=RATE, time="date"),
    "rank segment": ask("rank_leads", lambda: data.regions().segment(name="north"), kpi="sales"),
    "rank months for quarters": ask("rank_leads", data.quarters_and_months, **MIXED),
    "rank quarters for months": ask("rank_leads", data.months_and_quarters),
    "rank snapshots": ask("rank_leads", lambda: data.vintages().latest, kpi="orders", max_lag=4),
    "kpis": ask("rank_kpis"),
    "kpis by region": ask("rank_kpis", data.regions, kpis=["sales", "ads"]),
    "kpis on two workers": two_workers,
    "granger": ask("granger_test"),
    "granger HAC": ask("granger_test", cov_type="HAC", order=[1, 4], own_order=2, controls="noise_01"),
    "granger augmented": ask("granger_test", augment=1, distribution="chi2", hold_back=6),
    "granger mixed": ask("granger_test", data.quarters_and_months, **ONE_MIXED, order=1),
    "screen": ask("granger_screen"),
    "screen of many": ask("granger_screen", data.with_gaps, kpis=["kpi", "lead_a"], controls="noise_02", hold_back=None),
    "screen in blocks": blocks,
    "correlation": ask("cross_correlation"),
    "correlation as it is": ask("cross_correlation", prewhiten=False, difference=1, controls="noise_01", alpha=0.1),
    "correlation mixed": ask("cross_correlation", data.quarters_and_months, **ONE_MIXED),
    "correlations": ask("cross_correlations"),
    "regression": regression_and_its_profiles,
    "regression with noise": regression_with_noise,
    "regression geometric": ask("lagged_regression", leads="lead_c", shape="geometric"),
    "regression almon": ask("lagged_regression", shape="almon", degree=2, own_lags=1, trend="linear", cov_type="HC3"),
    "regression mixed": ask("lagged_regression", data.quarters_and_months, **MIXED, leads="demos"),
    "regression in logs": ask(
        "lagged_regression", data.housing, kpi="housing_starts", leads="building_permits", season="auto",
        log=["housing_starts", "building_permits"],
    ),
    "projection": ask("local_projection"),
    "projection HAC": ask("local_projection", cov_type="HAC", controls="noise_01", horizons=[0, 2, 4], trend="linear"),
    "delay": ask("delay_set", given="lead_b"),
    "delay mixed": ask("delay_set", data.quarters_and_months, **ONE_MIXED, max_lag=3),
    "gain": ask("forecast_gain"),
    "gain mixed": ask("forecast_gain", data.quarters_and_months, **MIXED, leads="demos"),
    "gain of snapshots": ask("forecast_gain", data.vintages, **ORDERS),
    "gain revised": ask("forecast_gain", lambda: data.vintages().latest, **ORDERS),
    "stability": ask("stability_test", targeted_since="2022-06-06"),
    "stability chosen": ask(
        "stability_test", given="lead_b", targeted_since="2022-06-06", selected_on=("2020-03", "2021-03"), selected_from=6
    ),
    "refutation": ask("refutation_test"),
    "power": ask("detectable_effect"),
    "power of some": ask("detectable_effect", leads=["lead_a"], power=0.9, fdr=0.05, controls="noise_01"),
    "stationarity": ask("check_stationarity"),
    "stationarity housing": ask("check_stationarity", data.housing, metrics=["housing_starts"], alpha=0.1),
    "snapshots": known,
    "long table": data.regions,
    "rate": lambda: ll.from_wide(data.funnel(), time="date", catalogue=[*RATE, ll.Metric(name="rates")]),
    "lag transformer": lag_transformer,
    "lead selector": lead_selector,
    "lead selector of sets": partial(lead_selector, shift="delay_set", controls=["noise_01"]),
    "lead selector of none": partial(lead_selector, fdr=1e-9),
    "lead selector on few rows": lead_selector_on_few_rows,
    "masked regressor": masked_regressor,
    "warned granger": ask("granger_test", data.exact),
    "warned correlation": ask("cross_correlation", data.walks, prewhiten=False),
    "warned regression": ask("lagged_regression", data.short),
    "warned regression, exact": ask("lagged_regression", data.exact),
    "warned regression, walks": ask("lagged_regression", data.walks, leads="lead_a", max_lag=2),
    "warned projection": ask("local_projection", data.exact),
}  # fmt: skip

#: Wrong calls: of each function, what is wrong.
REFUSED: Mapping[str, Sequence[Mapping[str, object]]] = {
    "rank_leads": [
        {"kpi": "kpis"}, {"leads": ["lead_a", "lead_d"]}, {"leads": ["kpi"]}, {"leads": []}, {"max_lag": 0}, {"max_lag": 500},
        {"leads": ["lead_a"], "controls": ["lead_a"]}, {"fdr": 2}, {"n_draws": 10}, {"rng": None}, {"log": ["lead_a"]},
        {"undo": "rollin"}, {"missing": "fill"}, {"nonlinear": "yes"}, {"time": "week"},
    ],
    "rank_kpis": [{"kpis": []}, {"max_lags": 3}, {"segments": "north"}],
    "granger_test": [{"order": 0}, {"order": 90}, {"lead": "leed_a"}, {"cov_type": "robust"}, {"bandwidth": 3}],
    "granger_screen": [{"max_tests": 2}, {"hold_back": 1}, {"leads": "lead_e"}],
    "cross_correlation": [{"lead": "kpi"}, {"alpha": 5}],
    "cross_correlations": [{"max_bytes": 10}],
    "lagged_regression": [
        {"shape": "geometrical"}, {"cov_type": "hac"}, {"noise_order": (1, 1)}, {"max_lag": {"lead_z": 3}}, {"season": "yearly"},
    ],
    "local_projection": [{"horizons": 400}, {"trend": True}],
    "delay_set": [{"level": 95}, {"given": "lead_a"}],
    "forecast_gain": [{"horizons": 0}, {"first_origin": "soon"}],
    "stability_test": [{"targeted_since": "2035-01-01"}, {"selected_on": ("2021", "2020")}],
    "refutation_test": [{"n_tries": 1}],
    "detectable_effect": [{"power": 1.5}],
    "check_stationarity": [{"metrics": "nothing"}],
}  # fmt: skip

OTHER_REFUSED: dict[str, Call] = {
    "snapshots to rank": ask("rank_leads", data.vintages, kpi="orders"),
    "segments to rank": ask("rank_leads", data.regions, kpi="sales"),
    "report of a regression": lambda: ll.write_report(ask("lagged_regression")(), path="regression.html"),
    "constant KPI": ask("rank_leads", lambda: data.simulated().assign(kpi=1.0)),
    "unknown lead of a ranking": lambda: ask("rank_leads", evidence=False)()["leada"],
    "unknown sample": lambda: ll.load_sample(name="us_houses"),
    "ratio of one": lambda: ll.ratio(num="won", den="won"),
    "metric with an odd aggregate": lambda: ll.Metric(name="won", aggregate="median"),
    "unknown segment": lambda: data.regions().segment(name="nord"),
    "moment before all": lambda: data.vintages().known_at(moment="2000-01-01"),
    "negative lag": lambda: ll.LagTransformer(lags=-1).fit(data.simulated()),
    "nothing complete": lambda: ll.MaskedRegressor(estimator=LinearRegression()).fit([[np.nan]] * 4, range(4)),
    "long table without values": lambda: ll.from_long(data.funnel(), time="date", metric="sales", value="values"),
    "snapshots without a moment": lambda: ll.from_snapshots(data.published(), time="month", as_of="knwn"),
}


# The command line


RANK = "rank sales.csv --kpi sales --max-lag 4"
COMMANDS: Mapping[Callable[[], data.Tables], Sequence[str]] = {
    data.nothing: ["", "--help", "--version", "rank --help", "check --help", "demo --help", "ranks", "check missing.csv", "demo"],
    data.sales: [
        f"{RANK} --no-evidence",
        f"{RANK} --json --out report --verbose",
        f"{RANK} --no-evidence --leads visits --controls ads --nonlinear --fdr 0.2 --rng 7 --quiet",
        f"{RANK} --lag 2",
        f"{RANK} --missing none",
        "rank sale.csv --kpi sales",
        "rank sales.csv",
        "rank sales.csv --kpi sale",
        "check sales.csv",
        "check sales.csv --kpi sales --json",
    ],
    data.piped: ["rank - --kpi sales --no-evidence --max-lag 4"],
    data.big: [f"{RANK} --no-evidence --date-format %d.%m.%Y --infinite missing --freq week", "check sales.csv --kpi sales"],
    data.bad: [RANK, "check sales.csv", "check sales.csv --json"],
    data.mixed_files: ["rank slow.csv fast.csv --kpi sales --max-lag 3 --no-evidence", "check slow.csv fast.csv --kpi sales"],
}


def run(line: str, files: Callable[[], data.Tables]) -> dict[str, str]:
    return command(*line.split(), files=files())


CALLS: Mapping[str, Call] = {
    **RESULTS,
    **{f"refused {name} {text_of(wrong)}": ask(name, **wrong) for name, calls in REFUSED.items() for wrong in calls},
    **{f"refused {name}": call for name, call in OTHER_REFUSED.items()},
    **{f"hazard {hazard.name} read": partial(hazard_read, hazard) for hazard in data.hazards().HAZARDS},
    **{f"hazard {hazard.name} ranked": partial(hazard_ranked, hazard) for hazard in data.hazards().HAZARDS},
    **{f"cli {files.__name__}: {line}": partial(run, line, files) for files, lines in COMMANDS.items() for line in lines},
}

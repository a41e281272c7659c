# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 05 Would it have helped?
#
# A lead was found, with a small p. A sceptic is not moved: "You looked at all the data, and then you found something in it.
# Would it have helped me **then**? Does it **still** hold? And would your machine not have found something in anything?"
# Three questions, three functions:
#
# | the sceptic asks | answer by |
# |---|---|
# | would it have helped? | `forecast_gain`: forecasts of months that were not known yet, with the lead and without |
# | does it still hold? | `stability_test`: the effect over time, and since the lead became a target |
# | would anything have done? | `refutation_test`: the lead against its future, itself shifted or reordered, and random walks |
#
# First on US unemployment, then on a subscription company, whose truth is known, with one lead that broke.

# %%
import numpy as np
import pandas as pd
from matplotlib.ticker import MultipleLocator, PercentFormatter

import leadlag as ll

# %% [markdown]
# # Part A: US unemployment
#
# Thirty years of months, to the end of 2019. Four candidates: new claims for unemployment insurance, people on payrolls, how
# long the unemployed have been without work, and the spread between long and short interest rates.

# %%
table = ll.load_sample("us_unemployment").loc["1990":]
kpi, candidates = "unemployment_rate", ["initial_claims", "payrolls", "mean_unemployment_weeks", "term_spread"]
with ll.plot.theme():
    panels = table[[kpi, *candidates]].plot(subplots=True, figsize=(8, 7), legend=False, xlabel="month", linewidth=1)
    for panel, name in zip(panels, [kpi, *candidates], strict=True):
        panel.set_title(name)
    panels[0].figure.tight_layout()

# %% [markdown]
# ## 1. Would it have helped?
#
# Stand at the end of December 1999, ten years in. Forecast the unemployment of the months to come, once from its own history
# and once with one lead beside it; then a month later, and so on: 240 **origins**. At each, everything is learned again from
# what lies before it: season, momentum, outliers, the delay of the lead and its shape. What comes after the origin is not
# touched.

# %%
horizons = [1, 2, 4, 8]
at_once = ll.forecast_gain(table, kpi=kpi, leads=candidates, horizons=horizons)


def saved(gain):
    """Share of the error saved, one column a horizon."""
    return gain.to_frame().pivot(index="lead", columns="horizon", values="rmse_saved").loc[list(gain.leads)]


def bars(shares, title, unit):
    """One group of bars a lead."""
    with ll.plot.theme():
        axis = shares.plot.bar(figsize=(8, 3.2), rot=0, colormap="cividis", width=0.75)
        axis.axhline(0, color="#1b1f24", linewidth=0.8)
        axis.yaxis.set_major_locator(MultipleLocator(0.05))
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axis.set_title(title)
        axis.set_xlabel("")
        axis.set_ylabel("error saved (RMSE)")
        axis.legend(title=f"{unit} ahead", frameon=False)


bars(saved(at_once), "Share of the error of own history that the lead saves", "months")

# %% [markdown]
# Claims and payrolls save error, most of it one and two months ahead. The length of unemployment follows the rate, and saves
# next to nothing: a bar below zero is a forecast made **worse**, and it is shown. Nor does the spread save anything, up to
# eight months ahead.
#
# ## 2. What was published then
#
# The chart above is too kind. At the end of January nobody knows the unemployment rate of January: it comes out in February.
# Payrolls and the length of unemployment too; claims are counted by the week, and rates are known at once. `available_after`
# says so.

# %%
published = [ll.Metric(name, available_after=1) for name in (kpi, "payrolls", "mean_unemployment_weeks")]
gain = ll.forecast_gain(table, kpi=kpi, leads=candidates, horizons=horizons, catalogue=published)
bars(saved(gain), "The same with what was published at each origin", "months")
print(gain.explain())

# %% [markdown]
# Now claims save more: they are the only one of the four that says something of the month that has just ended, when all else
# is not out yet. Timeliness is half of what makes a lead useful, and no p-value of a test on the finished table shows it.
#
# `p` is that of Clark and West. The more common test of Diebold and Mariano asks whether two forecasts are equally good; for
# a model that contains the other it is too strict, since the larger one always pays for what it estimates. Both are in the
# table:

# %%
shown = ["lead", "horizon", "n_origins", "rmse_saved", "mae_saved", "clark_west_pvalue", "diebold_mariano_pvalue", "skill_naive"]
gain.to_frame()[shown].round(3)

# %% [markdown]
# Where do the savings come from? `forecasts()` has every single forecast. Summed up along the years: the line rises in months
# in which claims made the forecast better.

# %%
made = gain.forecasts("initial_claims").query("horizon == 1")
better = (made["actual"] - made["own"]) ** 2 - (made["actual"] - made["with_lead"]) ** 2
summed = better.cumsum().set_axis(pd.PeriodIndex(made["period"], freq="M").to_timestamp())
with ll.plot.theme():
    axis = summed.plot(figsize=(8, 2.8), xlabel="month", color="#0072b2")
    axis.axhline(0, color="#1b1f24", linewidth=0.8)
    axis.set_title("Squared error saved by claims so far, one month ahead")
    axis.set_ylabel("(percentage points)²")

# %% [markdown]
# Most of it was earned in the crisis of 2008 and 2009, when unemployment moved. In calm years a lead has little to say. That
# is worth knowing before one counts on it.
#
# ## 3. First figures and revisions
#
# `available_after` knows when a figure came out, not that it was changed later. If you keep **snapshots** (each row with the
# date on which it was known), `from_snapshots` reads them, and a forecast uses what stood in the books on its day. Made up
# here: orders that follow visits by two months, and visits of which the first figure is rough and the final one comes a year
# later.

# %%
rng = np.random.default_rng(3)
months = pd.date_range("2012-01-01", periods=96, freq="MS")
visits = rng.normal(size=96)
orders = np.r_[np.zeros(2), visits[:-2]] + 0.7 * rng.normal(size=96)
month_ends = months + pd.offsets.MonthEnd()
final = pd.DataFrame({"month": months, "known": month_ends + pd.DateOffset(years=1), "visits": visits, "orders": orders})
first = final.assign(known=month_ends, visits=visits + 1.5 * rng.normal(size=96))
snapshots = ll.from_snapshots(pd.concat([first, final]), time="month", as_of="known")
pd.Series(
    {
        "finished table": ll.forecast_gain(snapshots.latest, kpi="orders", leads="visits", horizons=1)["visits"].at(1)[0],
        "as known then": ll.forecast_gain(snapshots, kpi="orders", leads="visits", horizons=1)["visits"].at(1)[0],
    },
    name="error saved, one month ahead",
).round(3)

# %% [markdown]
# Much of the gain on the finished table was never to be had.
#
# ## 4. Does it still hold, and would anything have done?

# %%
steady = ll.stability_test(table, kpi=kpi, lead="initial_claims")
axes = steady.plot()
print(steady.explain())

# %%
stands = ll.refutation_test(table, kpi=kpi, lead="initial_claims")
axes = stands.plot()
print(stands.explain())

# %% [markdown]
# Claims stand. The spread does not, on these thirty years and up to twelve months back:

# %%
falls = ll.refutation_test(table, kpi=kpi, lead="term_spread")
falls.to_frame().round(3)

# %% [markdown]
# # Part B: the subscription funnel, with one lead that broke
#
# Weekly figures of a made-up company: demos lead new revenue by two weeks, training hours by eight, the net promoter score is
# unrelated. We add a story. A **partner programme** brings contacts, and each of them brings 250 EUR three weeks later. It
# looks so good that in October 2023 the number of contacts becomes a target, with a bonus. From then on the contacts are
# as many as before, and worth nothing.

# %%
funnel = ll.load_sample("subscription_funnel")
contacts = pd.Series(50 + 15 * np.random.default_rng(23).normal(size=len(funnel)), index=funnel.index).round()
worth = (250 * (contacts - 50)).where(funnel.index < "2023-10-02", 0.0)
funnel["partner_contacts"] = contacts
funnel["new_mrr"] += worth.shift(3).fillna(0.0)

leads = ["demos", "training_hours", "partner_contacts", "nps"]
company = ll.forecast_gain(funnel, kpi="new_mrr", leads=leads, horizons=[1, 2, 4, 8])
bars(saved(company), "Share of the error of own history that the lead saves", "weeks")

# %% [markdown]
# Demos help up to two weeks ahead and no further: what is held today says something of the week after next. Training
# hours help a little at any of these horizons, since they act after eight weeks. The score changes nothing, or makes
# forecasts worse. And the partner programme? One week ahead it saves next to nothing over all origins. Along the weeks:

# %%
with ll.plot.theme():
    lines = {}
    for name in ("demos", "partner_contacts"):
        made = company.forecasts(name).query("horizon == 1").set_index("period")
        better = (made["actual"] - made["own"]) ** 2 - (made["actual"] - made["with_lead"]) ** 2
        lines[name] = better.cumsum().set_axis(pd.to_datetime(better.index)) / 1e6
    axis = pd.DataFrame(lines).plot(figsize=(8, 3), xlabel="week", color=["#0072b2", "#d55e00"])
    axis.axvline(pd.Timestamp("2023-10-02"), color="#1b1f24", linewidth=0.8, linestyle="--")
    axis.set_title("Squared error saved so far (dashed: contacts become a target)")
    axis.set_ylabel("million EUR²")
    axis.legend(frameon=False)

# %% [markdown]
# The contacts earned something as long as they were worth something (and three weeks longer: those of before still act), and lost
# it again since. `stability_test` says it with a date, and with an interval on either side:

# %%
broke = ll.stability_test(funnel, kpi="new_mrr", lead="partner_contacts", targeted_since="2023-10-02")
axes = broke.plot()
print(broke.explain())

# %% [markdown]
# When the relation changed is found without being told, give or take some weeks. The second test is told the date: **the
# effect of this lead is weaker since it became a target** (Goodhart's law). A warning: leads become targets because they
# looked best, and what looked best mostly looks worse later, even if nothing broke. `selected_on=(from, to)` names the weeks
# on which the choice was made; they are kept out of the effect before.
#
# The same question for the demos, which are as good as ever:

# %%
same = ll.stability_test(funnel, kpi="new_mrr", lead="demos", targeted_since="2023-10-02")
print(same.explain())

# %% [markdown]
# A test over all four years does not see that the programme is over: it stands against its future, against shifts and against
# random walks, since it did lead for almost three years. That is why all three questions have to be asked.

# %%
pd.DataFrame(
    {name: ll.refutation_test(funnel, kpi="new_mrr", lead=name).to_frame().set_index("attempt")["stands"] for name in leads}
)

# %% [markdown]
# ## All at once
#
# `rank_leads` asks these questions of every lead that it finds, and sums them up in a grade:

# %%
ranking = ll.rank_leads(funnel, kpi="new_mrr", leads=leads, max_lag=12)
columns = ["lead", "verdict", "grade", "delay", "qvalue", "gain", "gain_pvalue", "stability_pvalue"]
ranking.to_frame()[columns].round(3)

# %%
print(ranking["partner_contacts"].explain())

# %% [markdown]
# ## What this does not show
#
# - That moving a lead moves the KPI. A lead may help to forecast and be no lever.
# - That a lead which saves nothing is no lead. An effect can be real and too small to pay for its own estimate. See what could
#   have been seen at all: `ranking["..."].explain()` says so for each.
# - The future. A relation that held until today may break tomorrow, and more likely so once there is a bonus on it. Look again.

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
# # 04 What is the delay?
#
# Six words are easily taken for each other: lag, order, delay, mean delay, actionable delay, horizon. The page
# `docs/what_is_the_delay.md` says in short what each of them is. This notebook shows them one after the other, on one made-up
# story whose truth is known, and then where the answer is "we do not know when".
#
# ![Lag, order, delay, mean delay, actionable delay and horizon on one axis](../docs/images/what_is_the_delay.svg)

# %%
import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

import leadlag as ll
from leadlag.simulate import PlantedSeries

# %% [markdown]
# ## 1. The story
#
# A company counts the **trials** of its product every week, and some of the people who try it buy later. Trials change nothing
# in sales for three weeks, most in the fourth, and in each week after that 0.7 times as much as in the week before it. We plant
# this, so the bars below are the truth: peak at lag 4, mean delay 6.3 weeks.


# %%
def story(effect=1.6, persistence=0.8, rng=147):
    """Three years of weekly sales (thousand EUR) and trials, and the truth behind them."""
    trials = PlantedSeries(name="trials", effect=effect, delay=4, shape="geometric", decay=0.7, persistence=persistence)
    made = ll.simulate_leads(series=[trials], n_noise=0, kpi="sales", kpi_momentum=[0.4], start="2023-01-02", rng=rng)
    return 100 + 10 * made.data, made["trials"]


table, truth = story()
weights = pd.Series(truth.weights[1:13], index=range(1, 13))
with ll.plot.theme():
    axis = (10 * weights).plot.bar(
        color=["#0072b2" if lag == truth.peak else "#86b9dc" for lag in weights.index], figsize=(8, 2.8), rot=0
    )
    axis.set_title(f"Planted: peak at lag {truth.peak}, mean delay {truth.mean:.1f} weeks")
    axis.set_xlabel("Lag (weeks)")
    axis.set_ylabel("Change of sales\n(thousand EUR) after\n10 more trials in a week")

# %% [markdown]
# From here on we pretend not to know that. All there is are 156 weeks of two columns:

# %%
with ll.plot.theme():
    panels = table[["trials", "sales"]].plot(subplots=True, figsize=(8, 4), legend=False, xlabel="week", linewidth=1)
    for panel, (name, unit) in zip(panels, {"trials": "number", "sales": "thousand EUR"}.items(), strict=True):
        panel.set_title(f"{name} of each week")
        panel.set_ylabel(unit)
    panels[0].figure.tight_layout()

# %% [markdown]
# ## 2. Lag: a way to look, not a finding
#
# Lag 4 is the trials of four weeks ago. Correlate sales with the trials of every lag, and take the highest: that is how most
# people look for the delay.

# %%
raw = ll.cross_correlation(table, kpi="sales", lead="trials", max_lag=12, prewhiten=False)
axes = raw.plot()
print("highest at lag", raw.peak_lag, "and outside the dashed band at lags", raw.significant_lags_all)

# %% [markdown]
# Neither the highest lag nor the first one outside the dashed band (which holds for all lags at once) is the planted 4. Trials
# have momentum: weeks with many trials follow each other. So the trials of three and of five weeks ago carry much of what those
# of four weeks ago did. And because the effect has a tail to the right, the hill leans to the right. Taking the momentum out
# first ("prewhitening", the default) makes the hill narrow:

# %%
clean = ll.cross_correlation(table, kpi="sales", lead="trials", max_lag=12)
axes = clean.plot()
print("outside the dashed band at lags", clean.significant_lags_all)

# %% [markdown]
# Was that bad luck? Twenty-four tables of the same kind:

# %%
places = []
for number in range(24):
    other, _ = story(rng=number)
    found = ll.delay_set(other, kpi="sales", lead="trials", max_lag=12, n_draws=499)
    levels = ll.cross_correlations(other, kpis=["sales"], leads=["trials"], max_lag=12, prewhiten=False)
    ahead = levels.lags >= 1
    highest = levels.lags[ahead][np.abs(levels.correlation[0, 0][ahead]).argmax()]
    places.append({"highest correlation": highest, "delay": found.delay.peak, "in the set": truth.peak in found.delay.lags})
places = pd.DataFrame(places)

counts = places[["highest correlation", "delay"]].apply(pd.Series.value_counts).reindex(range(1, 9)).fillna(0)
with ll.plot.theme():
    axis = counts.plot.bar(color=["#c3c9cf", "#0072b2"], edgecolor="#1b1f24", linewidth=0.5, figsize=(8, 3), rot=0)
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_title("Where 24 tables put a planted delay of 4 weeks")
    axis.set_xlabel("Lag (weeks)")
    axis.set_ylabel("tables")
print(f"delay set holds the truth in {places['in the set'].sum()} of {len(places)}")

# %% [markdown]
# The highest correlation is mostly one or two weeks late, and more data would not mend that. The estimated delay is right more
# often than not, and the **delay set**, of which more in section 4, holds the truth in about nine of ten, as it says.

# %% [markdown]
# ## 3. Order: how many lags a test uses
#
# A Granger test of order 8 asks whether the trials of the last eight weeks, taken together, help to predict sales beyond the
# last eight weeks of sales. It is one p-value for all eight. (`p` below is shown on a scale of powers of ten: higher bars are
# smaller p.)

# %%
orders = range(1, 13)
pvalues = pd.Series({order: ll.granger_test(table, kpi="sales", lead="trials", order=order).pvalue for order in orders})
with ll.plot.theme():
    axis = (-np.log10(pvalues)).plot.bar(color="#00795a", figsize=(8, 2.8), rot=0)
    axis.axhline(-np.log10(0.05), color="#1b1f24", linewidth=1, linestyle="--")
    axis.set_title("Granger test by order (dashed: p = 0.05)")
    axis.set_xlabel("Order: lags 1 to this one are tested together")
    axis.set_ylabel("minus log10 of p")

# %% [markdown]
# Orders 1 to 3 pass the 5 % line, though nothing was planted at lags 1 to 3: the trials of two weeks ago tell something of
# those of four weeks ago. At order 4 the test reaches the peak, and here its p is the smallest. But neither the first order
# that passes nor the best one is "the delay". In the 24 tables:

# %%
passing, best = [], []
for number in range(24):
    screen = ll.granger_screen(story(rng=number)[0], kpis="sales", leads="trials", max_order=12)
    passing.append(screen.loc[screen["pvalue"] < 0.05, "order"].min())
    best.append(screen.loc[screen["pvalue"].idxmin(), "order"])
counted = {"first order with p < 0.05": passing, "order with the smallest p": best}
tables = pd.DataFrame({name: pd.Series(orders).value_counts() for name, orders in counted.items()})
tables.fillna(0).astype(int).rename_axis("order").T

# %% [markdown]
# ## 4. Delay: where the effect peaks, as a set
#
# The delay is the lag at which sales change most. `rank_leads` says it for every lead (`evidence=False`: without what backs
# a lead, of which notebook 05 tells):

# %%
catalogue = [ll.Metric("trials", unit="trials", available_after=1), ll.Metric("sales", unit="thousand EUR")]
ranking = ll.rank_leads(table, kpi="sales", max_lag=12, catalogue=catalogue, evidence=False)
ranking.to_frame()[["lead", "verdict", "delay", "delay_low", "delay_high", "actionable_delay"]]

# %% [markdown]
# An estimated peak is not sure. A normal "plus or minus" does not hold for a peak, so leadlag tests every lag as the peak and
# keeps those that the data do not reject: the delay set. `delay_set` shows the test of every lag.

# %%
answer = ll.delay_set(table, kpi="sales", lead="trials", max_lag=12, catalogue=catalogue)
axes = answer.plot()

# %%
print(answer.explain())

# %% [markdown]
# Read it so: a peak at lag 4 fits best; one at lag 3 cannot be ruled out at 90 %; all others can. If you need a date, plan with
# 3 to 4 weeks.

# %% [markdown]
# ## 5. Mean delay: when the effect comes on average
#
# The peak is one week, and the effect goes on after it. The mean delay is the centre of all bars; it is another number than the
# delay, and answers another question. (The truth is 6.3.)

# %%
mean = answer.delay
print(f"delay {mean.peak}, mean delay {mean.mean:.1f} weeks ({mean.mean_low:.1f} to {mean.mean_high:.1f} at 90 %)")

# %% [markdown]
# If you know the shape of the effect, here a fading one, a regression with that shape gives the whole profile, its mean delay
# and its half-life: the weeks after the peak until half of the effect of a week is left.

# %%
fading = ll.lagged_regression(table, kpi="sales", leads="trials", max_lag=12, shape="geometric", catalogue=catalogue)["trials"]
axes = fading.plot()
estimate = fading.mean_delay_estimate
print(f"delay {fading.delay}, mean delay {estimate.value:.1f} ({estimate.low:.1f} to {estimate.high:.1f} at 95 %)")
print(f"half-life {fading.half_life:.1f} weeks")

# %% [markdown]
# "When will most of it have come?" is the running sum of the bars, as a share of the whole:

# %%
so_far = fading.to_frame().set_index("lag")["cumulative"] / fading.long_run.value
so_far.map("{:.0%}".format).to_frame("share of the effect so far").T

# %% [markdown]
# ## 6. Actionable delay: the time left to act
#
# The number of trials is out one week late. Of the 4 weeks, 3 are left; of the set of 3 to 4 weeks, 2 to 3. How late may a
# number come?

# %%
rows = {}
for late in (0, 1, 4, 6):
    published = [ll.Metric("trials", available_after=late)]
    rows[late] = ll.delay_set(table, kpi="sales", lead="trials", max_lag=12, catalogue=published, n_draws=499).actionable_delay
pd.Series(rows, name="actionable delay").rename_axis("available_after").to_frame().T

# %% [markdown]
# At zero and below, sales have moved before the number can be read. The delay itself is the same in all four columns:
# publication changes what you can do with a lead, not how the world works.

# %% [markdown]
# ## 7. Horizon: how far ahead you look
#
# A forecast h weeks ahead can use the lags from h on only, and from h + 1 on if the number comes a week late: `min_lag`. How
# much of sales do the trials explain then?

# %%
horizons = range(1, 10)
explained = pd.Series(
    {
        h: ll.lagged_regression(table, kpi="sales", leads="trials", min_lag=h + 1, max_lag=12, n_draws=99).rsquared
        for h in horizons
    }
)
with ll.plot.theme():
    axis = explained.plot(marker="o", color="#0072b2", figsize=(8, 2.8), ylim=(0, 1))
    axis.axvline(answer.actionable_delay, color="#5c6670", linewidth=1, linestyle="--")
    axis.annotate("actionable delay", (answer.actionable_delay, 0.9), xytext=(4, 0), textcoords="offset points")
    axis.set_title("What the trials explain, by horizon")
    axis.set_xlabel("Horizon (weeks ahead)")
    axis.set_ylabel("R2")

# %% [markdown]
# Up to three weeks ahead nothing is lost. Beyond the actionable delay the peak is out of reach, then, week by week, the tail.
# The horizon is your choice; the delay is not. (In the rows it was fitted on; what a forecast is worth on new weeks is another
# question.)
#
# With `min_lag=4` the model can say what it expects of the next three weeks. The last week of trials is not out yet, so it is
# left empty:

# %%
direct = ll.lagged_regression(table, kpi="sales", leads="trials", min_lag=4, max_lag=12)
known = table.copy()
known.loc[known.index[-1], "trials"] = np.nan
following = pd.DataFrame(
    index=known.index[-1] + pd.to_timedelta(7 * np.arange(1, 5), unit="D"), columns=known.columns, dtype=float
)
direct.predict(pd.concat([known, following])).tail(4).round(1)

# %% [markdown]
# The fourth week ahead is empty: it would need trials that nobody knows yet.

# %% [markdown]
# ## 8. "Not identified" is an answer
#
# Let trials do a quarter as much.

# %%
weak, _ = story(effect=0.4)
unsure = ll.delay_set(weak, kpi="sales", lead="trials", max_lag=12, catalogue=catalogue)
axes = unsure.plot()
print(unsure.explain())

# %% [markdown]
# Some lag always fits best. But no lag is rejected, so this best one says nothing.
#
# A lead can also be sure and its delay not. Here the trials have so much momentum that neighbouring weeks are nearly alike:

# %%
slow, _ = story(effect=1.2, persistence=0.95, rng=5)
ranked = ll.rank_leads(slow, kpi="sales", max_lag=12, catalogue=catalogue, evidence=False)
axes = ranked["trials"].plot()
ranked.to_frame()[["lead", "verdict", "qvalue", "delay", "delay_low", "delay_high"]]

# %% [markdown]
# That trials lead is clear (`qvalue`). By how much is not: anything from `delay_low` to `delay_high`. With such a set, plan for
# both ends.

# %% [markdown]
# ## 9. Months and quarters: delays with fractions
#
# The KPI comes once a quarter, the lead once a month: give both tables. The lags are months then, the delay is in quarters. For
# the quarter January to March, own lags 0, 1, 2 are March, February and January; they lie inside the quarter and cannot lead
# it. Own lag 3, December, is the last month that had ended when the quarter began: a delay of exactly 1. November is 1.33,
# October 1.67, September 2.
#
# Here the orders of November act on January to March, those of February on April to June, and so on.

# %%
draws = np.random.default_rng(1)
months = pd.date_range("2001-01-01", periods=240, freq="MS")
orders_table = pd.DataFrame({"orders": 100 + 10 * draws.normal(size=240)}, index=months)
november = orders_table["orders"].shift(2)[::3]
quarterly = (50 + 0.8 * november + 8 * draws.normal(size=80)).to_frame("sales")

published = [ll.Metric("orders", available_after=1)]  # a month, since orders are monthly
mixed = ll.rank_leads([quarterly, orders_table], kpi="sales", max_lag=4, catalogue=published, evidence=False)
axes = mixed["orders"].plot()
mixed.to_frame()[["lead", "verdict", "delay", "delay_low", "delay_high", "actionable_delay"]].round(2)

# %% [markdown]
# A delay of 1.33 quarters: four months from the end of November to the end of March, when the sales of the quarter are
# complete. The orders are out at the end of December, and a whole quarter is left.

# %% [markdown]
# ## 10. What to plan with
#
# | you want to know | take |
# |---|---|
# | when an action, or a warning, has to come at the latest | the whole delay set less `available_after`, its low end first |
# | when most of the effect will have come | the mean delay, or the sum so far in the lag profile |
# | which lags a forecast h weeks ahead may use | lags of h + `available_after` or more |
# | what to say if the delay is not identified | "it leads, we do not know by how much", and look again with more weeks |
#
# And as everywhere: what leads predicts. That moving the trials on purpose moves sales is another question.

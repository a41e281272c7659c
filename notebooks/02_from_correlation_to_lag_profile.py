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
# # 02 From correlation to lag profile
#
# You know **which** metric leads. The next question is how much, at which lag, in what shape, and how sure. The answer is a
# lag profile: what one unit of the lead adds to the KPI one period later, two periods later, and so on.
#
# Part A walks the whole way on the best known example there is, the gas furnace of Box and Jenkins. Part B does the same with the
# subscription funnel of notebook 01, where the truth is known in EUR.

# %%
import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.signal import lfilter

import leadlag as ll
from leadlag.datasets import samples_folder

# %% [markdown]
# # Part A: the gas furnace
#
# Every nine seconds: the gas rate fed into a furnace (`gas_rate`, the lead) and the percentage of CO2 in what comes out (`co2`,
# the KPI), 296 times (Box & Jenkins 1970, series J). Gas needs time to burn and to reach the probe, so the rate leads.
#
# leadlag does not bring the measurements with it, because the copies of them that go round have licences of their own. If a file
# `gas_furnace.csv` with the columns `gas_rate` and `co2` lies where this notebook runs, it is read. If not, the cell makes a
# stand-in by the equations that the book fitted, with rounded coefficients: delay 3, weights -0.53, -0.37 and -0.51 that
# then fade by 0.57, and AR(2) noise. The steps and what they show are the same; the numbers differ a little.

# %%


def stand_in(n=296, before=200):
    """A furnace by the book's equations: AR(3) gas rate, a delay of 3 periods, a decay, AR(2) noise."""
    rng = np.random.default_rng(1970)
    gas = lfilter([1], [1, -1.98, 1.37, -0.34], rng.normal(scale=0.19, size=before + n))
    noise = lfilter([1], [1, -1.53, 0.63], rng.normal(scale=0.24, size=before + n))
    co2 = 53.5 + lfilter([0, 0, 0, -0.53, -0.37, -0.51], [1, -0.57], gas) + noise
    return pd.DataFrame({"co2": co2[before:].round(1), "gas_rate": gas[before:].round(3)})


file = Path("gas_furnace.csv")
measured = file.is_file()
furnace = pd.read_csv(file)[["co2", "gas_rate"]] if measured else stand_in()
print("measured by Box and Jenkins" if measured else "stand-in, simulated", furnace.shape)

# %%
with ll.plot.theme():
    panels = furnace.plot(subplots=True, figsize=(8, 4), legend=False, xlabel="period of 9 seconds", linewidth=1)
    for panel, title in zip(panels, ("co2 (percent)", "gas_rate (cubic feet a minute, less 0.6)"), strict=True):
        panel.set_title(title)
    panels[0].figure.tight_layout()

# %% [markdown]
# ## 1. The plain correlation, shifted
#
# Positive lags: the lead moves first. A correlation of `co2` with the gas rate so many periods earlier:

# %%
raw = ll.cross_correlation(furnace, kpi="co2", lead="gas_rate", max_lag=12, prewhiten=False)
axes = raw.plot()

# %%
print(f"largest at lag {raw.peak_lag}: r = {raw.at(raw.peak_lag):.2f}")
print(f"lags outside the band for all lags: {raw.significant_lags_all}")

# %% [markdown]
# Gas leads, no doubt. But when? Nearly all lags are "significant", even lag 1, at which no CO2 can have arrived. The gas rate
# changes slowly: its value three periods ago looks much like its value one period ago, and so one real lag lends its
# correlation to all its neighbours.

# %% [markdown]
# ## 2. Prewhitened
#
# Prewhitening fits the lead by its own past and keeps what is new in it each period. The same filter goes over the KPI. What is
# new at one period is not new at the next, so the smear is gone. It is the default of `cross_correlation`.

# %%
clean = ll.cross_correlation(furnace, kpi="co2", lead="gas_rate", max_lag=12)
axes = clean.plot()

# %%
print(f"first lag {clean.first_lag}, largest at lag {clean.peak_lag}, filter AR({clean.ar_order})")

# %% [markdown]
# Nothing before lag 3, the largest at lag 5, nothing of note on the left side: CO2 does not lead gas. This is what Box and
# Jenkins read from it. A full dot lies outside the grey band, which is for one lag; of 25 lags of unrelated series one or two do
# so by chance. Outside the dashed band, made for all lags at once, unrelated series come only in 5 % of the cases.
#
# What a correlation cannot tell: by how many percent CO2 moves. For that we need a regression.

# %% [markdown]
# ## 3. The lag profile, one weight for each lag
#
# `lagged_regression` puts the lags into one model, so each weight is the effect at its lag **with the other lags held fixed**.

# %%
first_try = ll.lagged_regression(furnace, kpi="co2", leads="gas_rate", max_lag=10)


def show_checks(fit):
    """Pass, review or fail for each check of the residuals, with its p-value."""
    for check in fit.checks:
        print(f"{check.status:8}{check.code}, p {'< 0.0001' if check.value < 0.0001 else f'= {check.value:.4f}'}")


show_checks(first_try)

# %% [markdown]
# Look at the checks before the weights. `autocorrelation` says that this period's residual tells a good deal about the next one:
# CO2 has a momentum of its own. The standard errors allow for that (`cov_type="HAC"` is the default), so `review` and not
# `fail`. But a model that knows the momentum is sharper. `noise_order=2` gives the noise two lags of its own:

# %%
free = ll.lagged_regression(furnace, kpi="co2", leads="gas_rate", max_lag=10, noise_order=2)
profile = free["gas_rate"]
show_checks(free)
widths = {
    name: fit["gas_rate"].to_frame().set_index("lag")["bse"] for name, fit in {"HAC": first_try, "AR(2) noise": free}.items()
}
pd.DataFrame(widths).rename_axis("standard error at lag").T.round(3)

# %%
axes = profile.plot()

# %% [markdown]
# `review` and `fail` come with what to do; `print(free.explain())` gives it as sentences:

# %%
print(free.explain())

# %% [markdown]
# ### How to read the two bands
#
# - The **pointwise** interval (lines) is for a lag that you named before you looked: "is there an effect at lag 5?"
# - The **simultaneous** band (shaded) is for the shape: all true weights lie in it at once with 95 %. If you look at all
#   lags and talk about the first that is not zero, this is the band to use. `first_lag` does.
#
# The bar at the foot is the set of lags at which the peak may be. Say "largest at lag 5, and the peak may be anywhere in the
# bar", not "the peak is at lag 5".

# %%
print(f"first lag {profile.first_lag}, delay {profile.delay}, peak may be at {profile.delay_low} to {profile.delay_high}")
profile.to_frame().set_index("lag")[["effect", "low", "high", "low_all", "high_all"]].round(2)

# %% [markdown]
# ## 4. In sum
#
# A rise that stays: one cubic foot a minute more, from now on. After one period it does nothing, after three it does the weight
# of lag 3, after four those of 3 and 4 together. `cumulative` counts up; the end of it is the long-run effect.

# %%
profile.to_frame().set_index("lag")[["cumulative", "cumulative_low", "cumulative_high"]].round(2).T

# %%
total = profile.long_run
print(f"long run: {total.value:.2f} percentage points of CO2 per unit of gas (95 % {total.low:.2f} to {total.high:.2f})")
print(f"the same interval by the bootstrap: {profile.bootstrap_low:.2f} to {profile.bootstrap_high:.2f}")
print(f"mean delay {profile.mean_delay:.1f} periods, half-life after the peak {profile.half_life:.1f}")

# %% [markdown]
# The sum is known far better than its parts. Neighbouring lags of a slow lead can trade weight with each other; their sum
# stays. If you need one number for a plan, take the sum.

# %% [markdown]
# ## 5. Fewer coefficients
#
# Ten weights are many. If the effect arrives and then fades, a shape says the same with less:
#
# - `geometric`: weights that fade by the same share each period. `n_free=3` leaves the first three free, as Box and Jenkins did.
# - `delayed`: a rise to a peak and a fall, two numbers for the shape and one for the size.
#
# A lower `aic` is a better fit for the number of coefficients.

# %%
shapes = {
    "free": free,
    "geometric, 3 free": ll.lagged_regression(
        furnace, kpi="co2", leads="gas_rate", max_lag=10, noise_order=2, shape="geometric", n_free=3
    ),
    "delayed": ll.lagged_regression(furnace, kpi="co2", leads="gas_rate", max_lag=10, noise_order=2, shape="delayed"),
}
rows = {}
for name, fit in shapes.items():
    found = fit["gas_rate"]
    run = found.long_run
    rows[name] = {
        "aic": fit.aic,
        "first lag": found.first_lag,
        "delay": found.delay,
        "decay": found.decay,
        "long run": run.value,
        "low": run.low,
        "high": run.high,
    }
comparison = pd.DataFrame(rows).T.round(2)
comparison

# %%
axes = shapes["geometric, 3 free"]["gas_rate"].plot()

# %% [markdown]
# The geometric shape wins, and so it should: no effect for two periods, three weights, then a fade by about 0.55 to 0.65 a period
# (the book: 0.57). The `delayed` shape agrees on the peak, but it is smooth, so it cannot start from nothing at lag 3, and its
# first lag comes out too early. **A shape is an assumption**: it answers with its own form where the data say little. Fit `free`
# too, and look.

# %% [markdown]
# ## 6. The other view: what follows a surprise
#
# `local_projection` asks something else. Not "what does one unit add at each lag, all else fixed?", but "the gas rate has just
# surprised us by one unit; where is CO2 h periods later?"

# %%
response = ll.local_projection(furnace, kpi="co2", lead="gas_rate", horizons=12)
axes = response.plot()

# %%
print(f"lag profile: peak at lag {profile.delay}, weight {profile.weights[profile.delay - 1]:.2f}")
print(f"projection: peak at horizon {response.peak_horizon}, response {response.response[response.peak_horizon]:.2f}")

# %% [markdown]
# Later and several times larger. Both are right. When the gas rate surprises by one unit, it does not fall back at once: it goes
# on rising for a while. The response holds all that, each further rise with its own delay. Use the projection for "the
# number just jumped, what shall we expect?", and the profile for "what does it do, and when?". Never compare the two numbers.

# %% [markdown]
# ## 7. Hand over to statsmodels
#
# The same fit as a statsmodels object, for whatever else you do with one. With a noise model it is a `SARIMAX` result. The
# coefficients agree. The standard errors of `SARIMAX` are its own, from the likelihood.

# %%
handed = free.to_statsmodels()
both = pd.DataFrame({"leadlag": free.params, "statsmodels": handed.params})
print(type(handed.model).__name__)
both.loc[free.params.index].round(4)

# %% [markdown]
# # Part B: the subscription funnel
#
# ## 8. Which
#
# The funnel of notebook 01. First `rank_leads`, to learn which metrics lead and which only stand earlier in the chain (what
# backs them is in notebook 05, and left out here):

# %%
funnel = ll.load_sample("subscription_funnel")
ranking = ll.rank_leads(funnel, kpi="new_mrr", max_lag=12, evidence=False)
ranking.to_frame().set_index("lead")[["verdict", "delay", "explained_by"]]

# %% [markdown]
# `demos` and `training_hours` lead; `sql` and the metrics before it are `indirect`: they lead through `demos`.
#
# ## 9. How much
#
# Both leads go into one model. Trend and season go in as well, because all metrics of this company share them.

# %%
options = {"max_lag": 12, "trend": "linear", "season": "auto", "noise_order": 1}
model = ll.lagged_regression(funnel, kpi="new_mrr", leads=list(ranking.leads), **options)
axes = model["demos"].plot()

# %%
axes = model["training_hours"].plot()

# %%
axes = model.plot()

# %% [markdown]
# Clear peaks, at weeks 2 and 8. And yet the long-run interval of `training_hours` has zero in it. That is no contradiction: the
# sum of twelve free weights adds up the noise of eleven that are zero in truth. So ask for what you have reason to believe:
# training acts once, some weeks later; demos act and then fade.
#
# All leads of one model share their lags and their shape. To give each its own, fit one lead at a time and put the other in as a
# control, shifted to its delay:

# %%
shifted = funnel.assign(
    demos_2_weeks_ago=funnel["demos"].shift(2),
    training_8_weeks_ago=funnel["training_hours"].shift(8),
)
fading = ll.lagged_regression(
    shifted, kpi="new_mrr", leads="demos", **options, shape="geometric", controls="training_8_weeks_ago"
)
window = ll.lagged_regression(
    shifted, kpi="new_mrr", leads="training_hours", **options | {"min_lag": 7, "max_lag": 9}, controls="demos_2_weeks_ago"
)
print(fading["demos"].summary())

# %%
print(window["training_hours"].summary())

# %% [markdown]
# One warning before we compare. The window 7 to 9 was chosen by looking at the twelve weights, so its interval is too sure of
# itself. In real work choose the shape before you look, or on the first years, and check it on the last.
#
# The truth, from the file beside the sample:

# %%
answers = json.loads((samples_folder() / "subscription_funnel.truth.json").read_text(encoding="utf-8"))
truth = {row["column"]: row["effect_per_unit"] for row in answers["columns"]}
fits = {"demos": {"free": model, "geometric": fading}, "training_hours": {"free": model, "weeks 7 to 9": window}}
rows = []
for lead, by_shape in fits.items():
    for shape, fit in by_shape.items():
        run = fit[lead].long_run
        numbers = {"EUR in the long run": run.value, "low": run.low, "high": run.high, "truth": truth[lead]}
        rows.append({"lead": lead, "shape": shape, "delay": fit[lead].delay, **numbers})
long_run = pd.DataFrame(rows).set_index(["lead", "shape"])
long_run.round(0)

# %% [markdown]
# All four intervals hold the truth. Those of the shapes with few coefficients are about half as wide, or less.

# %% [markdown]
# ## 10. In percent
#
# Put KPI and lead in logs, and the long-run effect is an elasticity: percent more KPI for one percent more of the lead. Of use
# when you compare leads with different units, or teams of different sizes.

# %%
in_logs = ll.lagged_regression(shifted, kpi="new_mrr", leads="demos", **options, shape="geometric", log=["new_mrr", "demos"])
run = in_logs["demos"].long_run
print(f"one percent more demos: {in_logs['demos'].elasticity:.2f} % more new MRR (95 % {run.low:.2f} to {run.high:.2f})")

# %% [markdown]
# ## 11. What this does not show
#
# - That moving the lead moves the KPI. A regression on what happened predicts what happens if nothing else changes. An experiment
#   shows what an action does.
# - That the profile is complete. It says something about the lags asked for. Ask for a few more than you believe in.
# - That lags next to each other can be told apart. If the lead is slow, trust the sum, the delay and its set.
# - That the relation holds next year.

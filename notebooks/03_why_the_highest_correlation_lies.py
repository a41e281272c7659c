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
# # 03 Why the highest correlation lies
#
# The usual way to look for leads: shift every metric by 1, 2, ... 12 weeks, correlate each with the KPI, take the highest.
# This notebook runs that search on tables in which **nothing leads anything**, because all columns were drawn apart from each
# other. It finds a lead nearly every time. Then: what goes wrong, what helps, and what the help costs.
#
# Three things go wrong, and a real table has all of them:
#
# 1. series that wander (a stock, a head count, anything cumulated),
# 2. a season that all series have,
# 3. the search itself: many metrics, many lags, and only the best is shown.

# %%
import warnings

import numpy as np
import pandas as pd

import leadlag as ll
from leadlag.simulate import PlantedSeries, Season

weeks = 156  # three years
naive = 2 / np.sqrt(weeks)  # the "significant at 5 %" line of most tools
print(f"line of most tools: |r| > {naive:.2f}")

# %% [markdown]
# ## 1. Two series that wander
#
# A random walk takes a step up or down each week, by chance. Here are two; the steps of one know nothing of the other's.
# (This pair was picked because it looks good. The 200 pairs of section 2 were not picked.)

# %%
steps = np.random.default_rng(18).normal(size=(weeks, 2))
walks = pd.DataFrame(steps.cumsum(axis=0), columns=["kpi", "metric"])
with ll.plot.theme():
    panels = walks.plot(subplots=True, figsize=(8, 3.6), legend=False, xlabel="week", linewidth=1)
    for panel, name in zip(panels, walks, strict=True):
        panel.set_title(f"{name}: a random walk")
    panels[0].figure.tight_layout()

# %% [markdown]
# The correlation at every shift, with the bands that `cross_correlation` draws around zero. At positive lags the metric moves
# first. The library also says, in a warning, what is wrong; it is printed under the picture.

# %%
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    raw = ll.cross_correlation(walks, kpi="kpi", lead="metric", max_lag=12, prewhiten=False)
axes = raw.plot()
for warning in said:
    print(warning.message)

# %% [markdown]
# Look at two things. The correlations are large at **every** lag, and they change slowly from lag to lag. A lead would stick
# out at one lag. And the band is far wider than the line of most tools: two unrelated series that wander
# show correlations of this size all the time.

# %%
print(f"largest |r| at lags 1 to 12: {abs(raw.at(raw.peak_lag_ahead)):.2f}")
print(
    f"line of most tools: {naive:.2f}, band of cross_correlation at that lag: {raw.high[raw.lags == raw.peak_lag_ahead][0]:.2f}"
)

# %% [markdown]
# ## 2. How often? 200 pairs
#
# `cross_correlations` takes all pairs of many KPIs and metrics at once. We draw 200 of each, and read KPI 1 with metric 1,
# KPI 2 with metric 2 and so on: 200 pairs that have nothing to do with each other.

# %%
pairs = 200
kpis = [f"kpi_{i:03d}" for i in range(pairs)]
metrics = [f"metric_{i:03d}" for i in range(pairs)]
noise = pd.DataFrame(np.random.default_rng(1).normal(size=(weeks, 2 * pairs)), columns=kpis + metrics)
many = noise.cumsum()


def largest(**settings):
    """Of each pair: largest |r| at lags 1 to 12, and whether any of these lags lies outside its band."""
    found = ll.cross_correlations(many, kpis=kpis, leads=metrics, max_lag=12, **settings)
    own, ahead = np.arange(pairs), found.lags >= 1
    size = np.abs(found.correlation[own, own][:, ahead])
    return size.max(axis=1), (size > found.high[own, own][:, ahead]).any(axis=1)


levels, levels_outside = largest(prewhiten=False)
changes, changes_outside = largest(prewhiten=True, difference=1)
pd.DataFrame(
    {
        "median of the largest |r|": [np.median(levels), np.median(changes)],
        f"share above {naive:.2f}": [np.mean(levels > naive), np.mean(changes > naive)],
    },
    index=["levels", "changes, prewhitened"],
).round(2)

# %%
with ll.plot.theme():
    shown = pd.DataFrame({"levels": levels, "changes, prewhitened": changes})
    axis = shown.plot.hist(bins=np.arange(0, 1.01, 0.04), alpha=0.6, figsize=(8, 3.2))
    axis.axvline(naive, color="black", linewidth=1, linestyle="--")
    axis.annotate("line of most tools", (naive, axis.get_ylim()[1]), xytext=(4, -10), textcoords="offset points")
    axis.set_title("200 unrelated pairs of random walks")
    axis.set_xlabel("largest |r| of lags 1 to 12")
    axis.set_ylabel("pairs")

# %% [markdown]
# In levels about nine of ten pairs are "significant". The changes are what they should be: small. But more than a third of
# the pairs still cross the line at some lag! That is the third mistake, not the first: each pair was tried at 12 lags, and the
# line is made for one. Section 4 comes back to it.

# %% [markdown]
# **And the Granger test?** It asks whether the metric helps beyond the KPI's own past, and that takes away most of the wandering,
# not all. The table gives the share of the 200 pairs with p < 0.05; it should be 0.05.

# %%
tables = {"levels": many, "changes": many.diff().iloc[1:]}
rows = {}
for name, table in tables.items():
    screen = ll.granger_screen(table, kpis=kpis, leads=metrics, max_order=12)
    own = screen[screen["kpi"].str[-3:] == screen["lead"].str[-3:]]
    rows[name] = {
        "one order (4), fixed before": (own.loc[own["order"] == 4, "pvalue"] < 0.05).mean(),
        "best of 12 orders": (own.groupby("kpi")["pvalue"].min() < 0.05).mean(),
    }
granger = pd.DataFrame(rows).T
granger.round(2)

# %% [markdown]
# Two mistakes, and both are needed for a right answer: take the changes of what wanders, **and** fix the order before you look.
# (In 200 pairs a true share of 0.05 shows as anything from 0.02 to 0.08.)

# %% [markdown]
# The pair of section 1 again, done right: `difference=1` takes the changes, and prewhitening (the default) takes the metric's
# own momentum out.

# %%
axes = ll.cross_correlation(walks, kpi="kpi", lead="metric", max_lag=12, difference=1).plot()

# %% [markdown]
# Of a correlation of 0.75 nothing is left. One full dot lies outside the inner band, and the pair is unrelated, as we know.
# The inner band is for a lag that you named before you looked: of 25 lags of noise, one or two leave it. The outer one is for
# looking at all lags: unrelated series leave it, at any lag, in 5 % of the cases. When you search, read the outer band.

# %% [markdown]
# ## 3. A season that all have
#
# Two weekly series without trend, without wandering, drawn apart. Both have a yearly season, as most metrics do, but they do
# not peak in the same week.

# %%
seasonal = ll.simulate_leads(
    n_periods=208,
    series=[],
    n_noise=6,
    seasons=[Season(period=365.25 / 7, kpi=1.5, leads=1.5, phases="own")],
    rng=8,
).data
pair = seasonal[["kpi", "noise_01"]]
with ll.plot.theme():
    panels = pair.plot(subplots=True, figsize=(8, 3.6), legend=False, xlabel="week", linewidth=1)
    for panel, name in zip(panels, pair, strict=True):
        panel.set_title(name)
    panels[0].figure.tight_layout()

# %%
calendar = ll.cross_correlation(seasonal, kpi="kpi", lead="noise_01", max_lag=26, prewhiten=False)
axes = calendar.plot()

# %% [markdown]
# A wave, highest at a "lead" of 11 weeks. It says that the KPI has its high season some weeks after the other's, which is true
# and of no use: the calendar leads both. Nothing that happens to `noise_01` this year tells you anything about the KPI that the
# date does not tell.
#
# Take the calendar out of both first. Here with four columns of sines and cosines as controls:

# %%
angle = 2 * np.pi * np.arange(len(seasonal)) / (365.25 / 7)
waves = {f"{name}_{k}": wave(k * angle) for k in (1, 2) for name, wave in (("sin", np.sin), ("cos", np.cos))}
with_calendar = seasonal.assign(**waves)
cleared = ll.cross_correlation(with_calendar, kpi="kpi", lead="noise_01", max_lag=26, controls=list(waves))
axes = cleared.plot()

# %%
print(
    "lags outside the band for all lags, before:",
    len(calendar.significant_lags_all),
    "and after:",
    len(cleared.significant_lags_all),
)

# %% [markdown]
# ## 4. The search itself
#
# Now white noise: no wandering, no season, nothing. 20 candidates, 12 lags: 240 correlations for each KPI. How large is the
# largest of the 240?

# %%
candidates = metrics[:20]
found = ll.cross_correlations(noise, kpis=kpis, leads=candidates, max_lag=12, prewhiten=False)
best = np.abs(found.correlation[:, :, found.lags >= 1]).max(axis=(1, 2))
with ll.plot.theme():
    axis = pd.Series(best).plot.hist(bins=np.arange(0.12, 0.37, 0.01), figsize=(8, 3.2))
    axis.axvline(naive, color="black", linewidth=1, linestyle="--")
    axis.annotate("line of most tools", (naive, axis.get_ylim()[1]), xytext=(-4, -10), textcoords="offset points", ha="right")
    axis.set_title("Noise only: the best of 20 candidates at 12 lags, for 200 KPIs")
    axis.set_xlabel("largest |r| of 240")
    axis.set_ylabel("KPIs")
print(f"share of KPIs with a 'significant' lead: {np.mean(best > naive):.2f}; middle of the largest |r|: {np.median(best):.2f}")

# %% [markdown]
# Every KPI gets its lead, with a delay and a story to go with it. The best of 240 needs a line of its own. The 95 % point of
# these 200 is one:

# %%
print(f"line for one look: {naive:.2f}; line for the best of 240: {np.quantile(best, 0.95):.2f}")

# %% [markdown]
# ## 5. What `rank_leads` says to the same tables
#
# `rank_leads` takes changes where series wander, takes the calendar out, allows for the KPI's own momentum, and
# judges each candidate against the largest statistic that noise gives over all lags (`pvalue`), then corrects for the
# number of candidates (`qvalue`).

# %%
wandering = many[[kpis[0], *candidates]].rename(columns={kpis[0]: "kpi"})
white = noise[[kpis[0], *candidates]].rename(columns={kpis[0]: "kpi"})
for name, table in {"random walks": wandering, "shared season": seasonal, "white noise": white}.items():
    print(f"{name}: leads found {list(ll.rank_leads(table, kpi='kpi', max_lag=12, evidence=False).leads)}")

# %% [markdown]
# One table of each kind proves little. So 8 tables of each kind, and a fourth kind in which one of 20 candidates **is** a lead:
# `planted` moves three weeks before the KPI, and all series wander.

# %%
year = [Season(period=365.25 / 7, kpi=1.5, leads=1.5, phases="own")]
lead = PlantedSeries(name="planted", effect=0.6, delay=3, persistence=0.0)
kinds = {
    "random walks": {"series": [], "n_noise": 20, "integration": "integrated"},
    "shared season": {"series": [], "n_noise": 20, "seasons": year},
    "white noise": {"series": [], "n_noise": 20, "noise_persistence": (0.0, 0.0), "kpi_momentum": ()},
    "random walks, one lead": {"series": [lead], "n_noise": 19, "integration": "integrated"},
}


def searched(table):
    """The pair with the highest |r| at lags 1 to 12: its size, the candidate, and the lag."""
    frame = ll.cross_correlations(
        table, kpis="kpi", leads=[name for name in table if name != "kpi"], max_lag=12, prewhiten=False
    ).to_frame()
    top = frame[frame["lag"] >= 1].set_index(["lead", "lag"])["correlation"].abs()
    return top.max(), *top.idxmax()


counts = []
for kind, recipe in kinds.items():
    for seed in range(8):
        table = ll.simulate_leads(n_periods=weeks, rng=seed, **recipe).data
        size, name, lag = searched(table)
        ranking = ll.rank_leads(table, kpi="kpi", max_lag=12, evidence=False)
        delays = ranking.to_frame().set_index("lead")["delay"]
        counts.append(
            {
                "tables": kind,
                "highest r is 'significant'": size > naive,
                "highest r is the planted one": (name, lag) == ("planted", 3),
                "ranking: any false lead": bool(set(ranking.leads) - {"planted"}),
                "ranking: planted lead, delay 3": "planted" in ranking.leads and delays["planted"] == 3,
            }
        )
outcome = pd.DataFrame(counts).groupby("tables", sort=False).sum()
outcome.T

# %% [markdown]
# Each number is a count of 8 tables.
#
# - The highest correlation always finds something, and in the last row it is not the lead that is there: walks that wander
#   drown it.
# - The ranking finds the planted lead, with its delay. Where nothing leads it stays silent, apart from a few: with `fdr=0.10`
#   about one table in ten may show a false lead. That is a choice, and `fdr=0.01` is another one.

# %% [markdown]
# ## 6. The price
#
# Nothing is free: a line that noise seldom crosses is a line that a weak lead does not cross either. The same kind of table,
# with weaker and weaker leads (`effect`: what one ordinary move of the lead does to the KPI, in units of the KPI's weekly
# surprise):

# %%
power = {0.6: int(outcome.loc["random walks, one lead", "ranking: planted lead, delay 3"])}
for effect in (0.3, 0.15):
    weaker = PlantedSeries(name="planted", effect=effect, delay=3, persistence=0.0)
    rankings = [
        ll.rank_leads(
            ll.simulate_leads(n_periods=weeks, series=[weaker], n_noise=19, integration="integrated", rng=seed).data,
            kpi="kpi",
            max_lag=12,
            evidence=False,
        )
        for seed in range(8)
    ]
    power[effect] = sum("planted" in ranking.leads for ranking in rankings)
pd.Series(power, name="found, of 8").rename_axis("effect").to_frame()

# %% [markdown]
# So `none` means "not seen in these three years", not "not there". What buys power, without lies:
#
# - **more rows**, or a finer cadence if the metric really moves at it;
# - **fewer candidates and lags**: leave out what could not make sense in the business, before you look;
# - **controls** for what else moves the KPI: they take noise away.
#
# What does not: looking at the correlations first and giving `rank_leads` only the ones that looked good. Then the search has
# been done outside, and no p-value knows of it.

# %% [markdown]
# ## 7. What to take home
#
# - A high correlation of two curves that wander or share a season says nothing. Take changes, take the calendar out, prewhiten.
# - A lead sticks out at one lag or a few. A correlation that is high everywhere is a trend or a season.
# - The best of many needs a line for the best of many. Count what you tried, also what you tried by eye.
# - Even a true lead predicts, and need not be a cause.

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
# # 06 Will we reach the target, and what would it take?
#
# The company of notebook 01 has a target for the first quarter of 2025: the weekly recurring revenue that it wins (`new_mrr`)
# is to add up to 680,000 EUR. It is the end of December 2024. How likely is that, when would we know, and what is it that the
# answer rests on?
#
# The table is made up, and only `demos` and `training_hours` really move before the KPI.

# %%
import tempfile
from pathlib import Path

import pandas as pd

import leadlag as ll
from leadlag.datasets import samples_folder

table = pd.read_csv(samples_folder() / "subscription_funnel.csv")
units = [ll.Metric("new_mrr", unit="EUR", aggregate="sum"), ll.Metric("demos", unit="demos", aggregate="sum")]

# %% [markdown]
# ## 1. Where the KPI will be
#
# The leads are those that a ranking names. No value of theirs after the last row is needed: a lead that acts two weeks later
# says something for two weeks, and beyond that the forecast is that of the KPI's own history.

# %%
ranking = ll.rank_leads(table, kpi="new_mrr", max_lag=12, catalogue=units, evidence=False)
forecast = ranking.forecast(horizons=range(1, 14))
forecast

# %%
forecast.plot()
# %% [markdown]
# `leads` says what each row rests on, and `own_history` what the forecast is without any lead.

# %%
rows = forecast.to_frame().set_index("horizon")
rows.loc[[1, 2, 4, 8, 9], ["period", "point", "own_history", "leads", "reason"]]

# %% [markdown]
# ## 2. The chance of the target
#
# A quarter's target is a sum. Weeks that are known would count as they are; here all of them are still to come. Each tier has a
# chance, and the chance has an interval of its own, since the model was estimated too.

# %%
quarter = {"committed": 680_000, "stretch": 720_000, "moonshot": 800_000}
target = forecast.target(quarter, by="2025-03-31", kind="sum", since="2025-01-01")
target

# %% [markdown]
# A tier is called mislabelled where the whole interval of its chance lies outside what its name promises: a committed goal is
# one that is reached in at least 70 % of cases, a moonshot in at most 30 %.

# %%
chances = target.to_frame().set_index("tier")
chances[["goal", "chance", "chance_low", "chance_high", "mislabelled"]]

# %% [markdown]
# "Once above 60,000 by the end of March" is another question than "above 60,000 in the last week of March", and has another
# answer. Both come from the same simulated paths.

# %%
once = forecast.target(60_000, by="2025-03-24", kind="by").to_frame()
then = forecast.target(60_000, by="2025-03-24", kind="at").to_frame()
pd.concat([once, then])[["kind", "goal", "chance", "chance_low", "chance_high"]]

# %% [markdown]
# ## 3. What it would take
#
# The forecast read backwards: at which level of a lead, held from now on, would the chance of a goal be even? "None seen" says
# that no level ever seen reaches it. This is a statement about what moved together so far. It does not say what would come of
# pushing the lead.

# %%
last_week = forecast.target(60_000, by="2025-02-17", kind="at")
last_week.needed()

# %% [markdown]
# ## 4. What moved
#
# The KPI's change since the end of September, in parts that add up. What the season did is no news; what the leads did is.

# %%
moved = forecast.contributions(since="2024-09-30")
moved

# %%
moved["value"].sum()

# %% [markdown]
# ## 5. Fit once, score every week
#
# The model is a file. It scores new rows and fits nothing, so that Monday's numbers differ from last Monday's only by what
# happened in between.

# %%
early = ll.forecast_kpi(table[:-4], kpi="new_mrr", max_lag=12, catalogue=units, horizons=[1, 4])
with tempfile.TemporaryDirectory() as folder:
    path = ll.save_model(early.model, Path(folder) / "new_mrr.json")
    later = ll.load_model(path).score(table)
later.origin, later.to_frame()[["horizon", "period", "point", "low_80", "high_80"]]

# %% [markdown]
# The same on the command line: `leadlag fit FILE --kpi new_mrr --out model.json`, then `leadlag score model.json FILE` each week.
#
# ## What this does not show
#
# A forecast goes on as things went on. If people begin to push `demos` because it stands in this notebook, demos may stop
# foretelling revenue: see notebook 05 and `ll.stability_test(targeted_since=...)`.

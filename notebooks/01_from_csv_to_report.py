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
# # 01 From a CSV file to a ranked report
#
# You have a table with one row a week and one column a metric, and one of the metrics is the KPI. Which of the others move
# first, and by how many weeks?
#
# The table here is made up: weekly numbers of a subscription company, with new monthly recurring revenue (`new_mrr`) as the
# KPI. Because it is made up, the right answer is known, and section 11 compares. For your own table, change the file name
# and the name of the KPI.

# %%
import json
import tempfile
from pathlib import Path

import pandas as pd

import leadlag as ll
from leadlag.cli.main import main
from leadlag.datasets import samples_folder

# %% [markdown]
# ## 1. Look at the data

# %%
file = samples_folder() / "subscription_funnel.csv"
table = pd.read_csv(file)
table.tail()

# %%
table.describe().round(1)

# %% [markdown]
# Look at the curves before any test. The KPI and two of the metrics, with their units:

# %%
units = {"new_mrr": "EUR", "demos": "demos", "training_hours": "hours"}
weeks = table.set_index(pd.to_datetime(table["date"]))[list(units)]
with ll.plot.theme():
    panels = weeks.plot(subplots=True, figsize=(8, 5), legend=False, xlabel="week", linewidth=1)
    for panel, (name, unit) in zip(panels, units.items(), strict=True):
        panel.set_title(f"{name} of each week")
        panel.set_ylabel(unit)
    panels[0].figure.tight_layout()

# %% [markdown]
# All three drift upwards and share a yearly season. Two curves that rise together look related even if they have nothing to
# do with each other, so the eye, or a plain correlation, is not enough.

# %% [markdown]
# ## 2. Check the file
#
# `from_wide` reads a table the way every function here does: it finds the time column, makes one row for every week and
# looks for what is wrong. `notes` tells what it did.

# %%
sample = ll.from_wide(table)
print(sample)
for note in sample.notes:
    print(note.code, note.text)

# %% [markdown]
# Now a file with four mistakes, the kind an export makes: a week that is there twice, a number with a comma, a word among
# numbers, an infinite value. One error lists all of them, with the place and the next step.

# %%
folder = Path(tempfile.mkdtemp())
wrong = table.astype(object)
wrong.loc[9, "date"] = wrong.loc[8, "date"]
wrong.loc[5, "new_mrr"] = "48,947"
wrong.loc[20, "visits"] = "unknown"
wrong.loc[30, "demos"] = float("inf")
wrong.to_csv(folder / "wrong.csv", index=False)

try:
    ll.rank_leads(pd.read_csv(folder / "wrong.csv"), kpi="new_mrr")
except ll.errors.DataContractError as error:
    print(error)

# %% [markdown]
# Nothing was computed: with wrong numbers in it, a ranking would be wrong too.

# %% [markdown]
# ## 3. Rank
#
# First say what is known about the metrics beside their numbers: the unit, and how many weeks after its own week a value is
# there to be read (`available_after`). Metrics that you leave out count as known at the end of their week.

# %%
catalogue = [
    ll.Metric("new_mrr", unit="EUR"),
    ll.Metric("demos", unit="demos", available_after=1),  # counted when the CRM has been tidied up
    ll.Metric("training_hours", unit="hours", available_after=4),  # from the monthly time sheets
]

# %% [markdown]
# `max_lag=12` looks back up to 12 weeks. Choose it before you look at results, from what could make sense in the business.

# %%
ranking = ll.rank_leads(table, kpi="new_mrr", max_lag=12, catalogue=catalogue)
ranking

# %% [markdown]
# Under the last line of the table (click on it) stand the details: how many tests were made, what was done to the KPI, which
# rows were used, and what this version does not compute. `print(ranking.summary())` gives the same as text; section 14 shows it.

# %% [markdown]
# ## 4. Read the table, column by column
#
# `to_frame()` gives all columns at full precision. Columns whose method is not part of this version are empty.
#
# **Which, and when**
#
# - `verdict`: `lead` if the past of the metric helps to predict the KPI beyond the KPI's own past; `none` if there is no
#   sign of that; `untestable` if it could not be tried. More verdicts tell other reasons why a metric is no lead.
# - `delay`: weeks by which the metric moves first, where the signal is strongest. `delay_low` and `delay_high`: the ends of
#   the set of delays that the data leave open, at 90 %. A wide set means: first, but we do not know by how much.
# - `actionable_delay`: the delay less `available_after`, the weeks that are left when you can read the number.

# %%
columns = ranking.to_frame().set_index("lead")
columns[["rank", "verdict", "delay", "delay_low", "delay_high", "actionable_delay"]]

# %% [markdown]
# **How much**
#
# - `effect`: change of the KPI, in its unit, that goes with a lasting rise of the metric by `lead_sd`. `lead_sd` is one
#   standard deviation of the metric after trend and season are taken out, in the metric's own unit: an ordinary move.
# - `effect_low`, `effect_high`: 90 % interval. It does not know that the best lag was searched for; `pvalue` does.

# %%
columns[["effect", "effect_low", "effect_high", "lead_sd"]].round(1)

# %% [markdown]
# **How sure**
#
# - `pvalue`: how often a metric that has nothing to do with the KPI would look this good, over all lags that were tried.
# - `qvalue`: the same after correcting for the number of metrics; of a lead, given the other leads. The verdict rests on it: with
#   `fdr=0.10`, up to one in ten of the metrics called a lead is expected to be a false one.
# - `granger_pvalue`: a second, older test on the first few lags only; section 10 comes back to it.
# - `nobs`, `n_dropped`: weeks used and weeks lost.

# %%
pvalues = columns[["pvalue", "qvalue", "granger_pvalue"]].map("{:.2g}".format)
pvalues.join(columns[["nobs", "n_dropped"]])

# %% [markdown]
# ## 5. Pictures
#
# The ranking: effects with their intervals, the delay and the q-value at the right.

# %%
axes = ranking.plot()

# %% [markdown]
# The heat map: every metric at every lag tried alone. Blue goes with a higher KPI, red with a lower one. Look for one dark
# cell in a pale row: a clear delay. Many middling cells in a row are noise, or a season that is left over.

# %%
axes = ranking.plot(kind="heatmap")

# %% [markdown]
# ## 6. One metric at a time
#
# Its lag profile: the change of the KPI for each lag tried alone, with an interval.

# %%
axes = ranking["sql"].plot()

# %% [markdown]
# The same in sentences, with what was done to the numbers and what is not shown:

# %%
ranking["sql"]

# %% [markdown]
# ## 7. Why a metric is no lead
#
# `none` is not a proof that nothing is there. `explain()` gives the sentences as text; they say how far the search went.

# %%
print(ranking["nps"].explain())

# %% [markdown]
# `untestable` means that there is no test, and why. Four columns that happen in real tables (`evidence=False`: the verdicts
# alone, in a fraction of the time, without what backs a lead):

# %%
more = table.assign(
    seats=40,  # never moves
    mrr_in_thousand=table["new_mrr"] / 1000,  # the KPI under another name
    survey=table["nps"].where(table.index >= len(table) - 15),  # began 15 weeks ago
    office="Berlin",  # text
)
fuller = ll.rank_leads(more, kpi="new_mrr", max_lag=12, catalogue=catalogue, evidence=False)
for name in ("seats", "mrr_in_thousand", "survey"):
    print(fuller[name].explain(), "\n")
print("Left out:", fuller.left_out)

# %% [markdown]
# They keep their row and do not disturb the others: the family of tests is the same as before.

# %%
print("tested before:", ranking.family.n_tested, " tested now:", fuller.family.n_tested)

# %% [markdown]
# ## 8. How much time is left
#
# A lead is of use if its value is there before the KPI has moved. A number that comes late can lose its whole lead:

# %%
late = [ll.Metric("demos", available_after=1), ll.Metric("sql", available_after=5)]
two = ll.rank_leads(table, kpi="new_mrr", leads=["demos", "sql"], max_lag=12, catalogue=late, evidence=False)
two.to_frame()[["lead", "delay", "actionable_delay"]]

# %% [markdown]
# A negative actionable delay: the metric moves first, but by the time you can read it the KPI has moved already. Still of
# use to know sooner, if the KPI itself is published late.

# %% [markdown]
# ## 9. Controls
#
# Something from outside that moves the KPI in the same week (price, weather, holidays, campaigns) goes in as a control: it
# enters every model and is not ranked. Here a column that is true in the weeks around the turn of the year.

# %%
week = pd.to_datetime(table["date"]).dt.isocalendar().week
with_turn = table.assign(turn_of_year=week.isin([1, 52, 53]))
controlled = ll.rank_leads(with_turn, kpi="new_mrr", controls=["turn_of_year"], max_lag=12, evidence=False)

after = controlled.to_frame().set_index("lead")
both = {"without": columns["delay"], "with control": after["delay"]}
pd.DataFrame(both).loc[columns.index]

# %% [markdown]
# The delays stay, as they should: the made-up company has no holidays beyond its season. In real data a control that matters
# makes the intervals narrower, or takes away a lead that was only the shadow of a campaign.

# %% [markdown]
# ## 10. A second look with another test
#
# `granger_test` asks one metric one question: do its last `order` weeks, taken together, help to predict the KPI beyond the
# last `order` weeks of the KPI? It is the classic test, and it does not search.

# %%
print(ll.granger_test(table, kpi="new_mrr", lead="sql", order=5).summary())

# %% [markdown]
# Two things to know. The order is not the delay. And an order shorter than the delay can miss the lead, so a high p at
# order 2 says nothing against a lead at eight weeks. That is why `granger_pvalue` in the ranking, a test on the first few
# lags, can be high where the verdict is `lead`.

# %%
names = [name for name in sample.names if name != "new_mrr"]
pvalues = pd.DataFrame(index=names)
for order in (2, 8):
    tests = [ll.granger_test(table, kpi="new_mrr", lead=name, order=order) for name in names]
    pvalues[f"p at order {order}"] = [test.pvalue for test in tests]
pvalues.map("{:.2g}".format)

# %% [markdown]
# Here the test takes the numbers as they are, trend and season included. Take it as a second opinion, and choose the order
# before you look.

# %% [markdown]
# ## 11. Compare with the truth
#
# The file beside the sample tells how it was made. `upstream` metrics act through the metrics behind them:
# visits -> sign-ups -> MQL -> SQL -> demos -> new MRR. `noise` metrics have nothing to do with the KPI.

# %%
answers = json.loads(file.with_suffix(".truth.json").read_text(encoding="utf-8"))
truth = pd.DataFrame(answers["columns"]).set_index("column")
found = columns.loc[truth.index]
pd.DataFrame(
    {
        "true role": truth["role"],
        "true delay": truth["peak"],
        "delay": found["delay"],
        "verdict": found["verdict"],
    }
)

# %% [markdown]
# And the effects of one more unit (one visit, one demo, one hour), in EUR:

# %%
real = truth["role"] != "noise"
effects = found[["effect", "effect_low", "effect_high"]].div(found["lead_sd"], axis="index")
effects.insert(0, "true effect", truth["effect_per_unit"])
effects["share found"] = effects["effect"] / effects["true effect"].where(real)
effects[real].round(2)

# %% [markdown]
# - **Delays** agree with the truth.
# - **Effects** can be off even where the delay is right. In the truth most of them fade out over several weeks; `training_hours`
#   acts in one week only. Where the sentences of section 6 say "strongest: single lag", the effect counts that one week and
#   misses the rest, and its interval does not know that. Take an effect as a size, not as a figure for a budget.
# - **Upstream metrics** do move before the KPI, so each of them predicts it. Whether one of them adds anything once the metrics
#   behind it are known is another question: `conditional_pvalue` and `explained_by` answer it. Where these columns are empty,
#   every metric was tested alone, and a long list of leads may be one chain.
# - **Noise** stays noise, although these columns share trend and season with the KPI.

# %% [markdown]
# ## 12. What this does not show
#
# - That moving a metric moves the KPI. Leads predict. A third thing may move both. An experiment shows what an action does.
# - That the relation will last. It was estimated on these four years.
# - That there is no other lead. Only the columns of the table were looked at, up to 12 weeks back.
# - The true size. The effect of a lead is corrected for having been picked because it is large, and its interval says how well it
#   is known; that of another candidate is not corrected.

# %% [markdown]
# ## 13. Write the report
#
# One HTML file with table, charts and explanations. It needs no network and can be mailed. (Give your own path; this one is
# in a temporary folder.)

# %%
page = ranking.report(folder / "new_mrr.html")
print(page.name, f"{page.stat().st_size / 1024:.0f} kB")

# %% [markdown]
# ## 14. The same on the command line
#
#     leadlag check wrong.csv --kpi new_mrr
#     leadlag rank subscription_funnel.csv --kpi new_mrr --max-lag 12 --out leadlag-report
#
# `check` ends with exit code 3 if anything is wrong, so that a nightly job can stop there. `rank --out` writes the page, the
# table as CSV and everything as JSON into a folder.
#
# `main` is what the command runs; here it is called with the same words.

# %%
code = main(["check", str(folder / "wrong.csv"), "--kpi", "new_mrr"])
print("exit code", code)

# %%
out = folder / "leadlag-report"
code = main(["rank", str(file), "--kpi", "new_mrr", "--max-lag", "12", "--out", str(out)])
print(sorted(path.name for path in out.iterdir()))

#!/usr/bin/env bash
# correr goes on with the last value of a series that ends earlier than the other, and counts the made-up rows as observed.
#
# correr 0.1.0 says of `align` that it "only fills *interior* gaps -- it will not extrapolate past either series' original range". At
# the beginning that holds. At the end it does not: with pandas 3.1.1, `Series.interpolate()` also fills behind the last value, by
# that value. So a metric that is published eight weeks later than the other ends in eight rows that nobody observed.
# `find_best_lag` and `compare_many` align first, and take these rows for data. Below a KPI of 60 weeks follows a series by five weeks,
# and its last eight weeks are not known yet: `find_best_lag` says lag -8, r = 0.46, p = 1. On the rows that both series have,
# `cross_correlate` says lag 5, r = 0.82; so does `find_best_lag`, with p = 0.03, once the other series loses its last eight rows too.
#
# Needs a package registry. Exits with 0 if the behaviour is as described, with 1 if it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check correr==0.1.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
cd "$folder"
env/bin/python - <<'ASK'
import correr
import numpy as np
import pandas as pd

days = pd.date_range("2024-01-01", periods=8, freq="D")
whole = pd.Series([1.0, 4.0, 9.0, 16.0, 25.0, 36.0, 49.0, 64.0], index=days)
ends_early = pd.Series([3.0, 1.0, 4.0, 1.0, 5.0], index=days[:5])
begins_late = pd.Series([3.0, 1.0, 4.0, 1.0, 5.0], index=days[3:])
_, drawn_on = correr.align(whole, ends_early)
_, left_open = correr.align(whole, begins_late)
print("ends early: ", drawn_on.tolist())
print("begins late:", left_open.tolist())
assert drawn_on.tolist() == [3.0, 1.0, 4.0, 1.0, 5.0, 5.0, 5.0, 5.0]
assert np.isnan(left_open.to_numpy()[:3]).all() and left_open.tolist()[3:] == [3.0, 1.0, 4.0, 1.0, 5.0]

rng = np.random.default_rng(17)
rows, delay, missing, before = 60, 5, 8, 50
shocks = rng.standard_normal(rows + before)
lead = np.zeros(rows + before)
for row in range(1, rows + before):
    lead[row] = 0.8 * lead[row - 1] + shocks[row]
weeks = pd.date_range("2023-01-02", periods=rows, freq="7D")
kpi = pd.Series(lead[before - delay : -delay] + rng.standard_normal(rows), index=weeks)[:-missing]
early = pd.Series(lead[before:], index=weeks)

asked = correr.find_best_lag(kpi, early, max_lag=8, freq="7D", warn_nonstationary=False)
print(f"find_best_lag, the KPI ends early: lag {asked.lag}, r {asked.correlation:.3f}, p {asked.p_value:.3g}")
pairs = correr.cross_correlate(kpi.reindex(weeks), early, max_lag=8)
best = int(np.abs(pairs.correlations).argmax())
print(f"cross_correlate, rows of both:     lag {pairs.lags[best]}, r {pairs.correlations[best]:.3f}")
cut = correr.find_best_lag(kpi, early[:-missing], max_lag=8, freq="7D", warn_nonstationary=False)
print(f"find_best_lag, both end early:     lag {cut.lag}, r {cut.correlation:.3f}, p {cut.p_value:.3g}")
assert asked.lag == -8 and round(asked.correlation, 2) == 0.46 and asked.p_value == 1.0
assert pairs.lags[best] == 5 and round(pairs.correlations[best], 2) == 0.82
assert cut.lag == 5 and round(cut.correlation, 2) == 0.82
ASK
echo "as described"

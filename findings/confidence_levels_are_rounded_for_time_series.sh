#!/usr/bin/env bash
# MAPIE's adaptive intervals for time series round the confidence level to two digits, and cannot be adapted at any other level.
#
# MAPIE 1.6.0, `TimeSeriesRegressor(method="aci")`: `predict(confidence_level=.975)` gives the interval of .98, and .985 gives it too;
# .995 gives infinite ends (with allow_infinite_bounds=True) however many scores there are. With method="enbpi" the same levels
# have intervals of their own. `adapt_conformal_inference(confidence_level=.975)`, which has to move the level after each new value,
# ends with KeyError: 0.025. No level that needs a third digit can be had, and only the second of these calls says so.
#
# Needs a package registry. Exits with 0 if the behaviour is as described, with 1 if it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check mapie==1.6.0 numpy==2.4.6 scikit-learn==1.9.1 pandas==2.3.3
cd "$folder"
env/bin/python - <<'ASK'
import numpy as np
from mapie.regression import TimeSeriesRegressor
from sklearn.dummy import DummyRegressor

scores, nothing = np.random.default_rng(0).normal(size=999), np.zeros((1, 1))
zero = DummyRegressor(strategy="constant", constant=0.0).fit(nothing, [0.0])


def fitted(method):
    return TimeSeriesRegressor(zero, method=method, cv="prefit").fit(np.zeros((999, 1)), scores)


def ends(method, level):
    _, found = fitted(method).predict(nothing, confidence_level=level, allow_infinite_bounds=True)
    return found[0, :, 0].round(3).tolist()


for level in (0.975, 0.98, 0.985, 0.995):
    print(f"level {level}: aci {ends('aci', level)}, enbpi {ends('enbpi', level)}")
assert ends("aci", 0.975) == ends("aci", 0.98) == ends("aci", 0.985)
assert ends("aci", 0.995) == [-np.inf, np.inf]
assert len({tuple(ends("enbpi", level)) for level in (0.975, 0.98, 0.985, 0.995)}) == 4
assert np.isfinite(ends("enbpi", 0.995)).all()

model = fitted("aci")
model.predict(nothing, confidence_level=0.975, allow_infinite_bounds=True)
try:
    model.adapt_conformal_inference(nothing, np.array([0.5]), gamma=0.01, confidence_level=0.975)
except KeyError as error:
    print("adapt_conformal_inference at .975: KeyError", error)
    assert "0.025" in str(error)
else:
    raise SystemExit("a level of three digits is adapted")
model.adapt_conformal_inference(nothing, np.array([0.5]), gamma=0.01, confidence_level=0.98)
ASK
echo "as described"

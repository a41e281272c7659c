"""Forecasts by libraries that need other versions than leadlag's: run by `forecast.py --python`, JSON in and out.

pip install statsforecast skforecast
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd
from skforecast.direct import ForecasterDirect
from sklearn.linear_model import Ridge
from statsforecast.models import AutoARIMA, AutoETS

SD_OF_80 = 1.2815515655446004


def main() -> None:
    """For each series the next values and their spread, by each model."""
    found: dict[str, list[tuple[list[float], list[float]]]] = {"AutoETS": [], "AutoARIMA": [], "skforecast": []}
    for one in json.load(sys.stdin):
        y, steps, season = np.array(one["y"]), one["steps"], max(one["season"], 1)
        season = season if season <= 24 else 1
        for name, model in (("AutoETS", AutoETS(season_length=season)), ("AutoARIMA", AutoARIMA(season_length=season))):
            said = model.forecast(y=y, h=steps, level=[80])
            found[name].append((list(map(float, said["mean"])), list(map(float, (said["hi-80"] - said["mean"]) / SD_OF_80))))
        direct = ForecasterDirect(Ridge(alpha=10.0), steps=steps, lags=12)
        direct.fit(pd.Series(y))
        spread = [float(np.std(y[12:] - y[:-12]))] * steps
        found["skforecast"].append((direct.predict(steps=steps).tolist(), spread))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

"""Intervals one step ahead by MAPIE and crepes, which need other versions than leadlag's: run by `conformal.py --python`, JSON
in and out. Both are given past scores, errors over the model's own spread, as residuals around zero, and each new one once it
is known.

pip install mapie==1.6.0 crepes==0.9.1 numpy==2.4.6 scikit-learn==1.9.1 pandas==2.3.3
"""

from __future__ import annotations

import json
import sys
import warnings

import numpy as np
from crepes import ConformalPredictiveSystem, ConformalRegressor
from mapie.regression import TimeSeriesRegressor
from sklearn.dummy import DummyRegressor

#: Step of MAPIE's ACI, that of its tutorial.
GAMMA = 0.05


def main() -> None:
    """For each series the ends of its intervals from `first` on, and the CRPS of crepes' distributions."""
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    found: dict[str, list[object]] = {"MAPIE ACI": [], "MAPIE EnbPI": [], "crepes": [], "crepes CRPS": []}
    for scores in map(np.array, asked["scores"]):
        past, new = scores[: asked["first"]], scores[asked["first"] :]
        found["MAPIE ACI"].append(of_mapie("aci", past, new, asked["levels"]))
        found["MAPIE EnbPI"].append(of_mapie("enbpi", past, new, asked["levels"]))
        regressor, zero = ConformalRegressor().fit(past), np.zeros(len(new))
        each = [regressor.predict_int_online(zero, new, confidence=level) for level in asked["levels"]]
        found["crepes"].append(np.stack(each, axis=1).tolist())
        laws = ConformalPredictiveSystem().fit(past).predict_cpds_online(zero, new)
        found["crepes CRPS"].append([crps(law, score) for law, score in zip(laws, new, strict=True)])
    json.dump(found, sys.stdout)


def of_mapie(method: str, past: np.ndarray, new: np.ndarray, levels: list[float]) -> list[object]:
    """The ends of the intervals of each row (levels, 2), updated by each row after it was foretold."""
    nothing = np.zeros((1, 1))
    zero = DummyRegressor(strategy="constant", constant=0.0).fit(nothing, [0.0])
    model = TimeSeriesRegressor(zero, method=method, cv="prefit").fit(np.zeros((len(past), 1)), past)
    found = []
    for score in new:
        _, ends = model.predict(nothing, confidence_level=levels, allow_infinite_bounds=True)
        found.append(ends[0].T.tolist())
        if method == "aci":
            model.adapt_conformal_inference(nothing, np.array([score]), gamma=GAMMA, confidence_level=levels)
        model.update(nothing, np.array([score]))
    return found


def crps(values: np.ndarray, score: float) -> float:
    """Continuous ranked probability score of equally likely values, in order."""
    n = len(values)
    between = 2.0 / n**2 * float(values @ (2.0 * np.arange(1, n + 1) - n - 1.0))
    return float(np.mean(np.abs(values - score)) - 0.5 * between)


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# crepes says that nine scores are too few for an interval of 90 %, where they are enough: the rank is rounded down after 1 - .9.
#
# crepes 0.9.1: `ConformalRegressor.predict_int` takes the score of rank int((1 - confidence) (n + 1)) from the largest. With nine
# scores and 90 % that is the largest, rank 1, and split conformal intervals are to hold in exactly 9 of 10. But 1 - .9 is a little
# less than .1 in floating point, so that the rank becomes 0: the interval is infinite, with a warning that there are too few
# scores. So it is with four scores at 80 %. Wherever (1 - confidence) (n + 1) is a whole number, the interval at 80 and 90 % is
# that of the next larger score (99 scores, 90 %: the 91st); at 95 %, where 1 - .95 is a little more than .05, it is as it should be.
#
# Needs a package registry. Exits with 0 if the behaviour is as described, with 1 if it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check crepes==0.9.1 numpy==2.4.6 scikit-learn==1.9.1 pandas==2.3.3
cd "$folder"
env/bin/python -W ignore - <<'ASK'
import math
from fractions import Fraction

import numpy as np
from crepes import ConformalRegressor


def end(confidence, n):
    """The upper end around zero; the scores are 1 to n, so that it is the rank."""
    return float(ConformalRegressor().fit(np.arange(1.0, n + 1.0)).predict_int(np.zeros(1), confidence=float(confidence))[0, 1])


for confidence, n, wrong in (("0.8", 4, True), ("0.9", 9, True), ("0.8", 99, True), ("0.9", 99, True), ("0.95", 19, False), ("0.95", 99, False)):
    due = math.ceil(Fraction(confidence) * (n + 1))
    found = end(confidence, n)
    print(f"{n} scores, {confidence}: rank {found:g}, due {due}")
    assert found == ((due + 1 if n == 99 else math.inf) if wrong else due)
ASK
echo "as described"

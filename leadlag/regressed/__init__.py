"""What comes out of a lagged regression: the fit under statsmodels' names, and the lag profile of each lead."""

from __future__ import annotations

from leadlag.regressed.naming import named, term_names
from leadlag.regressed.profile import LagProfile
from leadlag.regressed.result import LaggedRegressionResult

__all__ = ["LagProfile", "LaggedRegressionResult", "named", "term_names"]

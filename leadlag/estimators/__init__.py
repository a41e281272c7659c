"""Leads as parts of scikit-learn: lagged columns, a selection of leads, and a regressor that leaves out incomplete rows."""

from leadlag.estimators.lagging import LagTransformer
from leadlag.estimators.masking import MaskedRegressor
from leadlag.estimators.selecting import LeadSelector

__all__ = ["LagTransformer", "LeadSelector", "MaskedRegressor"]

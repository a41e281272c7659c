"""From a Sample to a Problem: what is done to the series before anything is tested, and why."""

from leadlag.prepare.kpi import clean_kpi
from leadlag.prepare.labels import Prepared, Treatment
from leadlag.prepare.problem import extra_leads, prepare
from leadlag.prepare.refusals import longest_lag

__all__ = ["Prepared", "Treatment", "clean_kpi", "extra_leads", "longest_lag", "prepare"]

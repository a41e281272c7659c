"""Rows that are not those that a model was made for."""

from __future__ import annotations

from leadlag.forecast.model import ForecastModel
from leadlag.sample import Sample

__all__ = ["refuse_rows"]


def refuse_rows(model: ForecastModel, sample: Sample) -> None:
    """Refuse rows that a model cannot score, each with why and what to do."""

"""Series with planted leads, delays and traps, and the truth about them.

Everything happens in a stationary core of unit size: each series mixes its own path with what drives it, the KPI
sums what its leads send it and its noise. Random walks, season and trend are laid over that at the end. The lag
weights are written down here and not taken from the engine: a truth must not share a mistake with what it checks.
"""

from __future__ import annotations

from leadlag.simulate.leads import simulate_leads
from leadlag.simulate.specs import PlantedSeries, Season, Trend
from leadlag.simulate.truth import PlantedTruth, Simulation

__all__ = ["PlantedSeries", "PlantedTruth", "Season", "Simulation", "Trend", "simulate_leads"]

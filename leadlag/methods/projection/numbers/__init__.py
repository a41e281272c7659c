"""Local projections on arrays, and the horizons that were asked for with their bands."""

"""Least squares: projections, covariances, joint tests, bands, false discovery rates."""

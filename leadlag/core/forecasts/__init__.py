"""Forecasts of the KPI from its own history and from leads, at rolling origins."""

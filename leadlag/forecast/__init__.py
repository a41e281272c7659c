"""The KPI ahead: forecasts, a model that is kept, and the chance to reach a goal."""

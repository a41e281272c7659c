"""How much the KPI moves after its leads, at which lag, and in what shape."""

"""Whether a lead's past helps to predict the KPI beyond the KPI's own past."""

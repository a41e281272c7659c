"""How much of the KPI's forecast error a lead saves on periods not yet seen."""

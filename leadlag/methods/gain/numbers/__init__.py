"""Two forecasts of the same periods compared, and what each lead saves at each horizon."""

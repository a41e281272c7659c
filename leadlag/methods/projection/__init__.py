"""What follows in the KPI after a surprise in the lead."""

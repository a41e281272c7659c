"""Whether the relation of a lead to the KPI is the same all the time, and since the lead became a target."""

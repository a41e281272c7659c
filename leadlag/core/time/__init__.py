"""Shifts in time: the one lag builder, and clocks of other cadences."""

"""Errors that remember: the KPI's momentum, ARMA errors, restricted likelihood, the sieve bootstrap."""

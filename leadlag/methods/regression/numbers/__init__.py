"""Lagged regressions on arrays: profiles, design, search, fit, effects, draws, long run, diagnostics."""

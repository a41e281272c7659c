"""The search over leads, lags and shapes: the problem, its columns, the max-t scan and its draws."""

"""What every text says last."""

from __future__ import annotations

__all__ = ["CAVEAT"]


#: Said under every table, in one line of 80 columns.
CAVEAT = "A lead predicts; it need not cause. Moving it may leave the KPI where it is."

"""What a table of tests leaves untold: why some of them have no number."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leadlag.wording.shown import periods

__all__ = ["reason_text"]

_WHY: Mapping[str, str] = MappingProxyType(
    {
        "LL118": "the full model fits without error, so the statistic is infinite",
        "LL119": "some lags are exact combinations of other columns and were left out, so df_num is below the order",
        "LL201": "the lead has no values",
        "LL203": "the lead does not vary",
        "LL204": "fewer rows than 3 for each coefficient and 10; lower max_order, drop controls or give more periods",
        "LL205": "the lead is a copy of the KPI, up to unit and offset",
        "LL207": "the lead is a straight line over time, or its lags are exact combinations of the KPI's lags and the controls",
        "LL313": "the KPI has no values, does not vary, or is fitted exactly without the lead",
    }
)


def reason_text(code: str, n_tests: int) -> str:
    """How many tests of a screen a code concerns, and what it means there.

    Examples
    --------
    >>> reason_text("LL203", 12)
    '12 tests: the lead does not vary.'
    """
    return f"{periods(n_tests, 'test')}: {_WHY[code]}."

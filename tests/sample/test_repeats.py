"""Rows that share a period: what tells them apart, and what does not."""

from __future__ import annotations

import pandas as pd
import pytest

import leadlag as ll
from leadlag.errors import DataContractError


def test_a_column_of_lists_does_not_tell_rows_of_one_period_apart() -> None:
    data = pd.DataFrame(
        {"day": ["2024-01-01"] * 2 + ["2024-01-02"] * 2, "sales": [1.0, 2.0, 3.0, 4.0], "baskets": [[1.0], [2.0], [1.0], [2.0]]}
    )
    with pytest.raises(DataContractError, match="LL301"):
        ll.from_wide(data, time="day")

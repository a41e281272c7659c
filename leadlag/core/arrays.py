"""Arrays by what they hold; a shape is said where one is used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Flags", "Floats", "Ints"]

#: Numbers, NaN where missing.
Floats = NDArray[np.float64]
#: Yes or no.
Flags = NDArray[np.bool_]
#: Places and counts.
Ints = NDArray[np.intp]

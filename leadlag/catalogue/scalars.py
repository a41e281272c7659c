"""What a word in a file stands for: only plain decimal numbers become numbers, dates and times stay text."""

from __future__ import annotations

import re

__all__ = ["number_in"]

#: No sign but a minus, no leading zero, no exponent, no mark: what else looks like a number may be a date, a hash, a key.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,299})(\.[0-9]{1,300})?", flags=re.ASCII)


def number_in(text: str) -> int | float | None:
    """The number that a word is; None for any other word.

    Examples
    --------
    >>> number_in("-3"), number_in("0.5"), number_in("1e6"), number_in("007"), number_in("2024-01"), number_in("0x10")
    (-3, 0.5, None, None, None, None)
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    return int(text) if found[1] is None else float(text)

"""What a call would take, judged before it is taken."""

from __future__ import annotations

from leadlag.errors import LimitError

__all__ = ["MAX_BYTES", "MAX_TESTS", "check_limits", "in_words"]

#: Memory a call may plan to take, in bytes, unless it is told otherwise.
MAX_BYTES = 2_000_000_000

#: Tests a call may plan to make, unless it is told otherwise.
MAX_TESTS = 10_000_000


def check_limits(
    *, n_bytes: int, n_tests: int, ways: tuple[str, str], max_bytes: int = MAX_BYTES, max_tests: int = MAX_TESTS
) -> None:
    """Refuse a call that would take more memory or tests than its limits.

    Parameters
    ----------
    n_bytes : int
        Memory the call plans to take at its peak, in bytes, the caller's data not counted.
    n_tests : int
        Tests it plans to make.
    ways : tuple of two str
        Two ways out, each as a part of a sentence that begins with a verb.
    max_bytes, max_tests : int
        The limits, both still allowed.

    Raises
    ------
    LimitError
        With both figures that are above their limit, and the two ways out (LL404).

    Examples
    --------
    >>> check_limits(n_bytes=10_000, n_tests=12, ways=("name fewer leads", "raise max_tests"))
    """
    above = []
    if n_tests > max_tests:
        above.append(f"{n_tests:,} tests where max_tests={max_tests:,} are allowed")
    if n_bytes > max_bytes:
        above.append(f"{in_words(n_bytes)} of memory where max_bytes={max_bytes:,} ({in_words(max_bytes)}) is allowed")
    if above:
        raise LimitError(f"this call would take {' and '.join(above)}: {ways[0]}, or {ways[1]}.")


def in_words(n_bytes: int) -> str:
    """A number of bytes for a reader.

    Examples
    --------
    >>> in_words(2_540_000_000), in_words(40_000_000)
    ('2.5 GB', '40 MB')
    """
    amount, unit = (n_bytes / 1e9, "GB") if n_bytes >= 1e8 else (n_bytes / 1e6, "MB")
    return f"{amount:,.0f} {unit}" if amount >= 10 else f"{amount:.2g} {unit}"

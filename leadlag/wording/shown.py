"""How numbers, names and text are shown: digits are chosen here, at the very end, and nowhere else."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

__all__ = [
    "WIDTH", "Labelled", "Prose", "among", "cut", "interval", "joined", "lag_list", "lag_number", "number", "numbered", "pad",
    "percent", "periods", "pvalue", "shown", "shown_term", "width", "wrap",
]  # fmt: skip

#: Columns of a terminal, and so of every table and summary.
WIDTH = 80

_JOINERS = "\u200c\u200d"  # invisible, but letters and emoji are put together with them
_NOTHING = "-"
#: A word, and what stands behind a number with a space that is no place to break a line.
_WORD = re.compile(r"\S+(?: %\S*)?")


class Prose(str):
    """Text that shows itself as it reads, also as the last line of a notebook cell."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Labelled(str):
    """A name that readers know by another one: equal to the name in every way, and shown as its `label`.

    Examples
    --------
    >>> name = Labelled("new_mrr", "New recurring revenue")
    >>> name == "new_mrr", f"{name}", shown(name)
    (True, 'new_mrr', 'New recurring revenue')
    """

    label: str

    def __new__(cls, name: str, label: str = "") -> Labelled:
        """The name, with its label."""
        made = super().__new__(cls, name)
        made.label = label
        return made


def shown(name: object) -> str:
    r"""A text as readers see it: a labelled name by its label, control and direction characters written out.

    Examples
    --------
    >>> shown("a\nb\u202ec")
    'a\\nb\\u202ec'
    """
    return "".join(_visible(letter) for letter in (name.label if isinstance(name, Labelled) else str(name)))


def shown_term(term: str, names: Iterable[str]) -> str:
    """A column of a model as readers see it, ``visits.L3``: the name that it begins with, of these, by its label.

    Examples
    --------
    >>> shown_term("visits.L3", [Labelled("visits", "Visits to the shop")])
    'Visits to the shop.L3'
    """
    name = max((each for each in names if term == each or term.startswith(f"{each}.")), key=len, default="")
    return shown(name) + shown(str(term)[len(name) :])


def _visible(letter: str) -> str:
    no_letter = unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") or ord(letter) & 0xFFFE == 0xFFFE
    if letter in _JOINERS or not no_letter:
        return letter
    return letter.encode("unicode_escape").decode("ascii")


def width(text: str) -> int:
    """Columns that the text takes in a terminal: wide letters take two, combining marks none.

    Examples
    --------
    >>> width("abc"), width("収入")
    (3, 4)
    """
    return sum(map(_columns, text))


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def cut(text: str, most: int) -> str:
    """Text in at most `most` columns, the end replaced by one … if it had to be cut.

    Examples
    --------
    >>> cut("building_permits", 9)
    'building…'
    """
    if width(text) <= most:
        return text
    kept, used = [], 1
    for letter in text:
        used += _columns(letter)
        if used > most:
            break
        kept.append(letter)
    return "".join(kept) + "…"


def pad(text: str, columns: int, *, side: str = "left") -> str:
    """Text filled with spaces to `columns`; `side` is where the text stands, "left" or "right"."""
    space = " " * (columns - width(text))
    return text + space if side == "left" else space + text


def wrap(text: str, most: int = WIDTH, *, indent: str = "", first: str = "") -> list[str]:
    """Lines of at most `most` columns: the first begins with `first`, the others with `indent`; long words are broken.

    A number and its percent sign stay together.

    Examples
    --------
    >>> wrap("a set at 90 %, a set at 95 %", 11)
    ['a set at', '90 %, a set', 'at 95 %']
    """
    lines: list[str] = []
    line, empty = first, True
    for word in _WORD.findall(text):
        rest = word
        while rest:
            joined_up = line + rest if empty else f"{line} {rest}"
            if width(joined_up) <= most:
                line, empty, rest = joined_up, False, ""
            elif not empty:
                lines, line, empty = [*lines, line], indent, True
            else:
                head = cut(rest, most - width(line) + 1)[:-1]
                lines, line, rest = [*lines, line + head], indent, rest[len(head) :]
    return lines if empty and lines else [*lines, line.rstrip()]


def number(value: float, *, digits: int = 3, sign: bool = False) -> str:
    """Number with `digits` significant digits; "-" if it is not known.

    Examples
    --------
    >>> number(12345.6), number(0.0123456), number(-80.24, sign=True), number(float("nan"))
    ('12,300', '0.0123', '-80.2', '-')
    """
    if value == 0.0 or not math.isfinite(value):
        return _rounded(value, places=0, largest=1.0, plus="+" if sign else "")
    return _rounded(value, places=digits - 1 - _magnitude(value), largest=abs(value), plus="+" if sign else "")


def interval(value: float, low: float, high: float, *, digits: int = 2) -> tuple[str, str, str]:
    """An estimate and its bounds, rounded alike: `digits` significant digits of half the width of the interval.

    Examples
    --------
    >>> interval(80.24, 55.113, 105.38), interval(-676.2, -1295.4, -56.2), interval(0.152, 0.101, 0.203)
    (('80', '55', '105'), ('-680', '-1,300', '-60'), ('0.152', '0.101', '0.203'))
    """
    bounds = [each for each in (low, high) if math.isfinite(each)]
    half = (high - low) / 2 if len(bounds) == 2 else max((abs(each - value) for each in bounds), default=0.0)
    largest = max((abs(each) for each in (value, *bounds) if math.isfinite(each)), default=0.0)
    if not half > 0.0 or largest == 0.0:
        return number(value), number(low), number(high)
    # more digits of the estimate than these are noise of the arithmetic, however narrow the interval
    places = min(digits - 1 - _magnitude(half), 2 * digits - _magnitude(largest))
    first, second, third = (_rounded(each, places=places, largest=largest) for each in (value, low, high))
    return first, second, third


def _magnitude(value: float) -> int:
    """Place of the first digit: 0 for 1 to 9, 1 for 10 to 99, -1 for 0.1 to 0.9."""
    return math.floor(math.log10(abs(value)))


def _rounded(value: float, *, places: int, largest: float, plus: str = "") -> str:
    """The number to so many decimals, tens if -1; with a power of ten if the `largest` beside it needs one."""
    if not math.isfinite(value):
        return _NOTHING if math.isnan(value) else f"{value:{plus}}"
    rounded = round(value, places) + 0.0
    if 1e-4 <= largest < 1e6:
        return f"{rounded:{plus},.{max(places, 0)}f}"
    return f"{rounded:{plus}.{max(_magnitude(rounded) + places, 0)}e}" if rounded else "0"


def pvalue(p: float) -> str:
    """A p- or q-value; never 0.0000.

    Examples
    --------
    >>> pvalue(1e-20), pvalue(0.00321), pvalue(0.0482), pvalue(1.0), pvalue(float("nan"))
    ('<0.0001', '0.0032', '0.048', '>0.999', '-')
    """
    if math.isnan(p):
        return _NOTHING
    if p < 1e-4:
        return "<0.0001"
    if p < 0.00995:
        return f"{p:.4f}"
    return ">0.999" if p > 0.999 else f"{p:.3f}"


def among(p: float) -> str:
    """A p- or q-value for a sentence, after its letter: ``= 0.048`` or ``< 0.0001``."""
    text = pvalue(p)
    return f"{text[0]} {text[1:]}" if text[0] in "<>" else f"= {text}"


def percent(share: float) -> str:
    """A share as percent.

    Examples
    --------
    >>> percent(0.9), percent(0.125)
    ('90 %', '12.5 %')
    """
    return f"{round(100 * share, 6) + 0.0:g} %"  # a share that rounds to zero has no sign


def periods(count: float, unit: str) -> str:
    """A count of periods with its word.

    Examples
    --------
    >>> periods(1, "month"), periods(3, "business day"), periods(1999, "draw"), periods(4 / 3, "quarter")
    ('1 month', '3 business days', '1,999 draws', '1.33 quarters')
    """
    return f"{lag_number(count)} {unit}" if count == 1 else f"{lag_number(count)} {unit}s"


def lag_number(lag: float) -> str:
    """A lag or another count, with two digits where it is no whole number of periods.

    Examples
    --------
    >>> lag_number(3), lag_number(1999), lag_number(4 / 3), lag_number(1.5)
    ('3', '1,999', '1.33', '1.5')
    """
    return f"{lag:,.2f}".rstrip("0").rstrip(".")


def joined(words: Sequence[str]) -> str:
    """Words as a list in a sentence.

    Examples
    --------
    >>> joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


def lag_list(lags: Iterable[float], *, step: float = 1.0) -> str:
    """Lags in words, those that are one step apart drawn together.

    Examples
    --------
    >>> lag_list([1, 2, 3]), lag_list([4]), lag_list([1, 2, 6]), lag_list([1, 4 / 3, 5 / 3], step=1 / 3)
    ('1 to 3', '4', '1 to 2 and 6', '1 to 1.67')
    """
    runs: list[list[float]] = []
    for lag in sorted(lags):
        if runs and lag < runs[-1][-1] + 1.5 * step:
            runs[-1].append(lag)
        else:
            runs.append([lag])
    return joined([lag_number(run[0]) if len(run) == 1 else f"{lag_number(run[0])} to {lag_number(run[-1])}" for run in runs])


def numbered(word: str, lags: Sequence[float]) -> str:
    """Lags, or horizons, with their word.

    Examples
    --------
    >>> numbered("lag", [4]), numbered("horizon", [1, 2, 3, 6])
    ('lag 4', 'horizons 1 to 3 and 6')
    """
    return f"{word if len(lags) == 1 else word + 's'} {lag_list(lags)}"

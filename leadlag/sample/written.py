"""Numbers as people write them: the sign, the digits and the unit in one cell."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["PERCENT", "PLAIN", "Written", "as_written"]

#: A number in the C locale.
PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
#: The unit of a number with a percent sign.
PERCENT = "%"

_SIGN = "+\\-\u2212"
_SPACES = " \\t\u00a0\u2009\u202f"
#: Signs of currencies, by their letters where they have any; three capital letters are a code of ISO 4217.
_CURRENCY = (
    r"(?:US|CA|C|AU|A|NZ|HK|SG|S|MX|R)?\$|[€£¥₹₽₩₺₴₦₪₫฿¢]|kr\.?|zł|Kč|Ft|Fr\.|Rs\.?|"
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|RUB|"
    "SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
_CODES = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "US$": "USD",
          "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "R$": "BRL", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD"}  # fmt: skip
_DIGITS = rf"(?=[.,]?\d)[\d.,'’{_SPACES}]*[\d.,](?:[eE][+-]?\d+)?"
_WRITTEN = re.compile(
    rf"(?P<open>\()?[{_SPACES}]*(?P<sign>[{_SIGN}])?[{_SPACES}]*(?P<before>{_CURRENCY})?[{_SPACES}]*(?P<inner>[{_SIGN}])?[{_SPACES}]*"
    rf"(?P<digits>{_DIGITS})[{_SPACES}]*(?P<after>%|{_CURRENCY})?[{_SPACES}]*(?P<last>[-\u2212])?[{_SPACES}]*(?P<close>\))?"
    rf"(?P<outer>[{_SPACES}]*%)?",
    re.ASCII,
)
#: Digits in groups of three, with a space or an apostrophe between them.
_SPACED = re.compile(rf"\d{{1,3}}(?:([{_SPACES}'’])\d{{3}})(?:\1\d{{3}})*(?:[.,]\d+)?", re.ASCII)
_GAP = re.compile(rf"[{_SPACES}'’]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One cell that is written as a number.

    Parameters
    ----------
    digits : str
        Digits, points and commas, perhaps an exponent; no sign, no unit, no space.
    negative : bool
    unit : str
        ``"%"``, a currency, or nothing.
    spaced : bool
        Whether thousands are apart by a space or an apostrophe, so that a point or comma left is a decimal one.
    bracketed : bool
        Whether parentheses stand for the minus.
    """

    digits: str
    negative: bool = False
    unit: str = ""
    spaced: bool = False
    bracketed: bool = False


def as_written(text: str) -> Written | None:
    """The parts of a number, None where the text is none.

    Examples
    --------
    >>> as_written("(1.234,50 €)")
    Written(digits='1.234,50', negative=True, unit='EUR', spaced=False, bracketed=True)
    >>> as_written("12 %").unit, as_written("1 034").digits, as_written("12 apples")
    ('%', '1034', None)
    """
    if PLAIN.fullmatch(text):
        signed = text[0] in "+-"
        return Written(digits=text[1:] if signed else text, negative=text[0] == "-")
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    bracketed = found["open"] is not None
    signs = [sign for sign in (found["sign"], found["inner"], found["last"]) if sign]
    units = [unit.strip() for unit in (found["before"], found["after"], found["outer"]) if unit]
    if bracketed != (found["close"] is not None) or len(signs) > 1 or (bracketed and signs) or len(units) > 1:
        return None
    digits, spaced = _unspaced(found["digits"])
    if digits is None:
        return None
    negative = bracketed or any(sign != "+" for sign in signs)
    unit = _CODES.get(units[0], units[0]) if units else ""
    return Written(digits=digits, negative=negative, unit=unit, spaced=spaced, bracketed=bracketed)


def _unspaced(digits: str) -> tuple[str | None, bool]:
    """The digits without spaces and apostrophes between groups of three; None if they stand elsewhere."""
    if _GAP.search(digits) is None:
        return digits, False
    return (_GAP.sub("", digits), True) if _SPACED.fullmatch(digits) else (None, False)

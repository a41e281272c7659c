"""Words of the field: month names, names under which a column is the time, and words that mark a row of totals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType

__all__ = ["MONTHS", "named_units", "plain_text", "says_date", "says_time", "says_total", "time_names", "unit_of"]

#: Abbreviations and names by month, without accents: English, German, French, Spanish, Italian, Portuguese, Dutch.
_MONTH_NAMES = (
    "jan january januar janv janvier ene enero gen gennaio janeiro januari jaen janner",
    "feb february februar fev fevr fevrier febrero febbraio fevereiro februari",
    "mar march mrz marz maerz mars marzo marco mrt maart",
    "apr april avr avril abr abril aprile",
    "may mai mayo mag maggio maio mei",
    "jun june juni juin junio giu giugno junho",
    "jul july juli juil juillet julio lug luglio julho",
    "aug august aou aout ago agosto augustus",
    "sep sept september septembre septiembre set settembre setembro",
    "oct october okt oktober octobre octubre ott ottobre out outubro",
    "nov november novembre noviembre novembro",
    "dec december dez dezember decembre dic diciembre dicembre dezembro",
)
#: Month by its name or abbreviation.
MONTHS: Mapping[str, int] = MappingProxyType(
    {word: month for month, words in enumerate(_MONTH_NAMES, start=1) for word in words.split()}
)

#: Words of which the name of a time column is made, by what they say: a unit, or ``"date"`` and ``"time"``.
_UNITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "year": ("year", "yr", "jahr", "annee", "anno", "ano", "jaar", "fy", "isoyear"),
        "half": ("half", "halfyear", "semester", "halbjahr", "semestre"),
        "quarter": ("quarter", "qtr", "quartal", "trimestre", "kwartaal", "yearquarter", "yearqtr", "yq"),
        "month": ("month", "monat", "mois", "mes", "mese", "maand", "yearmonth", "yearmon", "jahrmonat", "yyyymm", "ym"),
        "week": (
            "week", "wk", "woche", "semaine", "semana", "settimana", "kw", "cw", "kalenderwoche", "yearweek", "isoweek",
            "isoyearisoweek", "isoyearweek", "yyyyww", "jahrwoche", "weekno", "weeknum", "weeknumber", "yw",
        ),
        "day": ("day", "tag", "jour", "dia", "giorno", "dag", "ymd", "yyyymmdd"),
        "hour": ("hour", "stunde", "heure", "hora", "ora", "uur", "datehour"),
        "date": (
            "date", "datetime", "datum", "fecha", "data", "timestamp", "ts", "ds", "zeitpunkt", "zeitraum", "sasdate",
            "yyyymmddhh", "datehourminute", "timeperiod",
        ),
        "time": ("time", "period", "t", "obs", "zeit", "temps", "tiempo", "tempo", "tijd", "periode", "periodo"),
    }
)  # fmt: skip
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
#: Words that may stand beside them.
_BESIDE_WORDS = (
    "iso of the start starting begin beginning commencing end ending ended number nr no num key code id cal calendar fiscal "
    "business reporting report observation ref reference w e c decimal stamp utc local unix epoch ms sec seconds int"
)
_TOTAL_WORDS = (
    "total totals grandtotal grand sum summe gesamt gesamtsumme gesamtergebnis insgesamt somme totaux ensemble suma totale somma "
    "soma totaal som subtotal zwischensumme teilergebnis totales totali totais eindtotaal all alle overall ytd"
)
_BESIDE, _TOTALS = frozenset(_BESIDE_WORDS.split()), frozenset(_TOTAL_WORDS.split())
#: What every word for a total has; most times have none.
_LETTERS = re.compile(r"[^\W\d_]{3}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
#: The first word of letters in a name, and all that it can be where the whole name is made of words of time.
_FIRST_WORD = re.compile(r"[^a-zA-Z]*([A-Z]+(?![a-z])|[A-Z]?[a-z]+)")
_BEGINNINGS = frozenset(word[:end] for word in (*_UNIT_OF, *_BESIDE) for end in range(1, len(word) + 1))


def plain_text(text: str) -> str:
    """Text in small letters without accents, for comparison.

    Examples
    --------
    >>> plain_text(" März 2024 ")
    'marz 2024'
    """
    return _without_accents(text.strip().casefold())


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _words(name: str) -> list[str]:
    """The words of a name, as written in any of the usual ways: ``yearWeek``, ``TIME_PERIOD``, ``week ending``."""
    return [word.casefold() for word in _WORD.findall(_without_accents(name))]


def named_units(name: str | None) -> tuple[str, ...]:
    """Units that a name of time words only is made of, in order; empty if another word is in it.

    Examples
    --------
    >>> named_units("yearMonth"), named_units("week_ending"), named_units("time_to_close")
    (('year', 'month'), ('week',), ())
    """
    words = [] if name is None else _words(name)
    whole = _UNIT_OF.get("".join(words))
    if whole is not None and len(words) > 1 and whole not in ("time",):
        first = _UNIT_OF.get(words[0])
        return (first, whole) if first is not None and first != whole else (whole,)
    if not all(word in _UNIT_OF or word in _BESIDE for word in words):
        return ()
    return tuple(_UNIT_OF[word] for word in words if word in _UNIT_OF)


def unit_of(name: str | None) -> str | None:
    """The shortest unit that a name says, ``"week"`` for ``yearWeek``; None where it says none.

    Examples
    --------
    >>> unit_of("yearWeek"), unit_of("TIME_PERIOD"), unit_of("Umsatz je Woche")
    ('week', None, None)
    """
    said = [unit for unit in named_units(name) if unit not in ("date", "time")]
    return said[-1] if said else None


def says_time(name: str | None) -> bool:
    """Whether a name is made of time words only."""
    return bool(named_units(name))


def time_names(names: Sequence[str]) -> frozenset[str]:
    """Those of many names that say time; most others are told by their first word.

    Examples
    --------
    >>> time_names(["visits", "yearWeek", "week_of_promo"])
    frozenset({'yearWeek'})
    """
    return frozenset(name for name in names if (not name.isascii() or _begins_like_time(name)) and says_time(name))


def _begins_like_time(name: str) -> bool:
    first = _FIRST_WORD.match(name)
    return first is not None and first[1].casefold() in _BEGINNINGS


def says_date(name: str | None) -> bool:
    """Whether a name says that whatever stands under it are dates: ``date``, ``TIME_PERIOD``, ``yearMonth``."""
    units = named_units(name)
    return "date" in units or len(units) > 1


def says_total(text: str) -> bool:
    """Whether a cell says that its row adds up others: ``Total``, ``Gesamtsumme 2024``, ``Somme :``.

    Examples
    --------
    >>> says_total("Total"), says_total("Grand total 2024"), says_total("tbd")
    (True, True, False)
    """
    if _LETTERS.search(text) is None:
        return False
    words = [word for word in _words(text) if not word.isdigit()]
    return bool(words) and len(words) <= 3 and any(word in _TOTALS for word in words)

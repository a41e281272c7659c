"""Words of the field: months and weekdays, names under which a column is the time, what its dates name, rows of totals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

__all__ = [
    "MONTHS",
    "WEEKDAYS",
    "dates_at_of",
    "is_unit_word",
    "mentions_date",
    "mentions_event",
    "named_units",
    "plain_text",
    "says_business_year",
    "says_date",
    "says_time",
    "says_total",
    "tidy",
    "time_names",
    "unit_of",
    "weekdays_only",
]

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

#: Names and abbreviations of weekdays from Monday on, by language, as those of months.
_WEEKDAY_NAMES = (
    "mon monday|tue tues tuesday|wed wednesday|thu thur thurs thursday|fri friday|sat saturday|sun sunday",
    "mo montag|di dienstag|mi mittwoch|do donnerstag|fr freitag|sa samstag sonnabend|so sonntag",
    "lu lun lundi|ma mar mardi|me mer mercredi|je jeu jeudi|ve ven vendredi|sa sam samedi|di dim dimanche",
    "lu lun lunes|ma mar martes|mi mie miercoles|ju jue jueves|vi vie viernes|sa sab sabado|do dom domingo",
    "lu lun lunedi|ma mar martedi|me mer mercoledi|gi gio giovedi|ve ven venerdi|sa sab sabato|do dom domenica",
    "seg segunda segunda-feira|ter terca terca-feira|qua quarta quarta-feira|qui quinta quinta-feira|sex sexta sexta-feira|sab",
    "ma maandag|di dinsdag|wo woensdag|do donderdag|vr vrijdag|za zaterdag|zo zondag",
)
_WEEKDAYS_BY_LANGUAGE = tuple(
    {word: day for day, words in enumerate(language.split("|")) for word in words.split()} for language in _WEEKDAY_NAMES
)
#: Weekday by its name or abbreviation, 0 = Monday; one that two languages share is that of the first.
WEEKDAYS: Mapping[str, int] = MappingProxyType(
    {word: day for language in reversed(_WEEKDAYS_BY_LANGUAGE) for word, day in language.items()}
)
_FEWEST_WEEKDAYS = 3

#: Words of which the name of a time column is made, by what they say: a unit, or ``"date"`` and ``"time"``.
_UNITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "year": (
            "year", "yr", "jahr", "annee", "anno", "ano", "jaar", "fy", "isoyear", "fiscalyear", "geschaftsjahr",
            "geschaeftsjahr", "wirtschaftsjahr", "gjahr", "gj", "exercice", "ejercicio", "esercizio", "boekjaar",
        ),
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
        "time": (
            "time", "period", "t", "obs", "zeit", "temps", "tiempo", "tempo", "tijd", "periode", "periodo", "buchungsperiode",
            "poper",
        ),
    }
)  # fmt: skip
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
#: Words that may stand beside them.
_BESIDE_WORDS = (
    "iso of the start starting begin beginning commencing end ending ended number nr no num key code id cal calendar fiscal "
    "business posting reporting report observation ref reference w e c decimal stamp utc local unix epoch ms sec seconds int"
)
#: Words with another sense too, and words that say a date beside words of any other kind: created_at, Buchungsdatum.
_WEAK_WORDS = "t ts ds ora hora dia mes dag jour time tempo data obs period periode periodo anno ano exercice"
_EVENT_WORDS = "created updated modified closed opened posted booked invoiced shipped ordered cohort stichtag"
_ENDS = ("date", "datum")
_TOTAL_WORDS = (
    "total totals grandtotal grand sum summe gesamt gesamtsumme gesamtergebnis insgesamt somme totaux ensemble suma totale somma "
    "soma totaal som subtotal zwischensumme teilergebnis totales totali totais eindtotaal all alle overall ytd"
)
_WEAK, _EVENTS = frozenset(_WEAK_WORDS.split()), frozenset(_EVENT_WORDS.split())
_BUSINESS_WORDS = "fy fiscal business fiscalyear geschaftsjahr geschaeftsjahr wirtschaftsjahr gjahr gj boekjaar"
_BUSINESS_YEARS = frozenset(_BUSINESS_WORDS.split())
#: Short words for units that stand in times, not in names of columns.
_UNIT_WORDS = frozenset({"q", "qtr", "trim", "w", "sem", "cy"})
_BESIDE, _TOTALS = frozenset(_BESIDE_WORDS.split()), frozenset(_TOTAL_WORDS.split())
#: Which day of a period the dates of a column name, by the words in its name ...
_SIDES: Mapping[Literal["start", "end"], tuple[str, ...]] = MappingProxyType(
    {
        "start": (
            "start", "starting", "starts", "started", "begin", "beginning", "begins", "commencing", "commences", "commence",
            "comm", "of", "from", "first", "c", "b", "beginn", "anfang", "ab", "von", "du", "debut", "debutant", "del", "inicio",
            "desde", "inizio", "dal", "vanaf",
        ),
        "end": (
            "end", "ending", "ended", "ends", "e", "to", "thru", "through", "until", "till", "last", "ende", "endend", "bis",
            "fin", "finissant", "hasta", "fine", "fim", "einde", "tot",
        ),
    }
)  # fmt: skip
_SIDE_OF = {word: side for side, words in _SIDES.items() for word in words}
#: ... beside one of these for a period, or with nothing but words for a day.
_WEEKS_AND_LONGER = (
    "week weeks weekly wk wks w p period periods fortnight month months quarter woche wochen kw periode perioden semaine semana "
    "settimana periodo weken"
)
_DAYS_AND_LESS = "date dates day dt datum tag fecha data dia jour giorno dag time timestamp the de la der on le it"
_PERIOD_WORDS, _DAY_WORDS = frozenset(_WEEKS_AND_LONGER.split()), frozenset(_DAYS_AND_LESS.split())
#: Those that say so directly behind a period only (W/E, week of), and before a day only (first day of week).
_BEHIND, _BEFORE_DAY = frozenset(("e", "c", "b", "of", "to")), frozenset(("first", "last"))
#: The end of a week, and the days on which nobody works.
_WEEKENDS = frozenset(("weekend", "wochenende"))
#: What every word for a total has; most times have none.
_LETTERS = re.compile(r"[^\W\d_]{3}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
#: The first word of letters in a name, and all that it can be where the whole name is made of words of time.
_FIRST_WORD = re.compile(r"[^a-zA-Z]*([A-Z]+(?![a-z])|[A-Z]?[a-z]+)")
_BEGINNINGS = frozenset(word[:end] for word in (*_UNIT_OF, *_BESIDE) for end in range(1, len(word) + 1))


#: Dashes, apostrophes and blanks as word processors and spreadsheets set them, and signs that nobody sees, by code point.
_DASHES, _APOSTROPHES = (*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D), (0x2018, 0x2019, 0x02BC)
_BLANKS, _UNSEEN = (0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), (0x00AD, *range(0x200B, 0x2010), 0x2060, 0xFEFF)
_TYPOGRAPHY = {
    code: sign for codes, sign in ((_DASHES, "-"), (_APOSTROPHES, "'"), (_BLANKS, " "), (_UNSEEN, "")) for code in codes
}


def tidy(text: str) -> str:
    """Text without blanks around it, every dash a hyphen, every blank a plain one, and without signs that nobody sees.

    Examples
    --------
    >>> tidy(" 2024\u201301\u201331 ")
    '2024-01-31'
    """
    return text.strip() if text.isascii() else text.translate(_TYPOGRAPHY).strip()


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


def mentions_date(name: str | None) -> bool:
    """Whether a name has a word for dates among others: ``Invoice date``, ``Buchungsdatum``.

    Examples
    --------
    >>> mentions_date("Invoice date"), mentions_date("Buchungsdatum"), mentions_date("sales_month"), mentions_date("updates")
    (True, True, False, False)
    """
    words = [] if name is None else _words(name)
    return says_date(name) or any((_UNIT_OF.get(word) == "date" and word not in _WEAK) or word.endswith(_ENDS) for word in words)


def mentions_event(name: str | None) -> bool:
    """Whether a name has a word for what happens once, of which it may say when or how often: ``created_at``, ``shipped``.

    Examples
    --------
    >>> mentions_event("created_at"), mentions_event("shipped"), mentions_event("visits")
    (True, True, False)
    """
    words = [] if name is None else _words(name)
    return any(word in _EVENTS for word in words) or (len(words) > 1 and words[-1] in ("at", "on"))


def weekdays_only(cells: Iterable[str]) -> bool:
    """Whether texts are names of weekdays of one language, three of them at least.

    Examples
    --------
    >>> weekdays_only(["Mo", "Di", "Mi", "Mo"]), weekdays_only(["MO", "MI", "TX"])
    (True, False)
    """
    found = {plain_text(cell).rstrip(".") for cell in cells}
    return len(found) >= _FEWEST_WEEKDAYS and any(found <= language.keys() for language in _WEEKDAYS_BY_LANGUAGE)


def is_unit_word(word: str) -> bool:
    """Whether a word in small letters names a unit of time: ``week``, ``kw``, ``quartal``, ``q``."""
    return word in _UNIT_WORDS or (word in _UNIT_OF and word not in _WEAK and len(word) > 1)


def says_business_year(name: str) -> bool:
    """Whether a name says the year of accounts, not of the calendar: ``Fiscal Year``, ``Geschäftsjahr``.

    Examples
    --------
    >>> says_business_year("Fiscal Year"), says_business_year("Geschäftsjahr"), says_business_year("Year")
    (True, True, False)
    """
    words = _words(name)
    return any(word in _BUSINESS_YEARS for word in (*words, "".join(words)))


def dates_at_of(name: str | None) -> Literal["start", "end"] | None:
    """Which day of its period a date names by the name of its column: ``"start"``, ``"end"``, or None where it does not say.

    Examples
    --------
    >>> dates_at_of("week_ending"), dates_at_of("W/E"), dates_at_of("WeekOf"), dates_at_of("four_weeks_ending")
    ('end', 'end', 'start', 'end')
    >>> dates_at_of("week"), dates_at_of("weekend"), dates_at_of("week of year"), dates_at_of("contract_end_date")
    (None, None, None, None)
    """
    if name is None:
        return None
    words = [part for word in _words(name) for part in _parts(word)]
    plain = all(word in _SIDE_OF or word in _PERIOD_WORDS or word in _DAY_WORDS or word.isdigit() for word in words)
    said = {_SIDE_OF[word] for place, word in enumerate(words) if word in _SIDE_OF and _says_side(words, place, plain=plain)}
    return said.pop() if len(said) == 1 else None


def _says_side(words: list[str], place: int, *, plain: bool) -> bool:
    """Whether a word for a side stands beside one for a period; or, in a name of such words only, beside one for a day."""
    word, before, after = words[place], words[place - 1] if place else "", words[place + 1 :]
    if word in _BEHIND:
        on = not after or after[0] in _DAY_WORDS - {"date"} or (after[0] == "date" and word != "to")
        return before in _PERIOD_WORDS and on
    of_what = [other for other in after if other not in _DAY_WORDS and other not in ("of", "del", "du")]
    if word in _BEFORE_DAY:
        return bool(after) and after[0] in _DAY_WORDS and any(other in _PERIOD_WORDS for other in words)
    if before in _PERIOD_WORDS or (of_what and of_what[0] in _PERIOD_WORDS):
        return True
    return plain and (before in _DAY_WORDS or bool(after and after[0] in _DAY_WORDS))


def _parts(word: str) -> list[str]:
    """A word, or the two or three words that are written as one: ``weekending``, ``startdate``."""
    if word in _SIDE_OF or word in _PERIOD_WORDS or word in _DAY_WORDS or word in _WEEKENDS:
        return [word]
    for first in sorted((*_PERIOD_WORDS, *_DAY_WORDS, *_SIDE_OF), key=len, reverse=True):
        rest = word.removeprefix(first)
        if len(first) > 1 and rest != word and (rest in _SIDE_OF or rest in _DAY_WORDS):
            return [first, rest]
        if len(first) > 1 and rest != word and first in _PERIOD_WORDS and (split := _parts(rest)) != [rest]:
            return [first, *split]
    return [word]


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

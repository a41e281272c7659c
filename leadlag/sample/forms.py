"""The ways in which periods and dates are written: one table, each row a form, its cadence, examples and who writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

__all__ = ["DIGIT_FORMS", "FORMS", "Form", "Unit"]

Unit: TypeAlias = Literal["hour", "day", "week", "month", "quarter", "half", "year"]

_PIECES = {
    "Y": r"(?P<year>\d{4})",
    "y": r"(?P<short>\d{2})",
    "E": r"(?:(?P<year>\d{4})|(?P<short>\d{2}))",
    "Q": r"(?P<quarter>\d)",
    "H": r"(?P<half>\d)",
    "M": r"(?P<month>\d{2})",
    "m": r"(?P<month>\d{1,2})",
    "N": r"(?P<name>[a-z]{3,10})\.?",
    "W": r"(?P<week>\d{2})",
    "w": r"(?P<week>\d{1,2})",
    "D": r"(?P<day>\d{2})",
    "d": r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|o|º|ª)?",
    "next": r"(?P<next>(?:\d{2}){1,2})",
    "of": r",? (?:of|de|du|del|di|do|van|von) ",
    "h": r"(?P<hour>\d{2})",
    "i": r"(?P<minute>\d{2})",
    "s": r"(?P<second>\d{2})",
    "last": r"(?P<last_year>\d{4})-(?P<last_month>\d{2})-(?P<last_day>\d{2})",
    "week": r"(?:w|kw|cw|wk|week|woche|kalenderwoche|semaine|semana|settimana)\.? ?",
    "quarter": r"(?:qtr|quarter|quartal|trimestre|trim|kwartaal)\.?",
    "weekday": r"(?:[a-z]{2,9}(?:-feira)?[.,]*,? )?",
}


@dataclass(frozen=True, kw_only=True)
class Form:
    """One way to write a time.

    Parameters
    ----------
    examples : tuple of str
        The first one names the form in messages.
    unit : Unit
        What one time is.
    written : str
        Pattern of the text in small letters without accents, with the pieces above in angle brackets.
    by : str
        Who writes it.
    business : bool
        Whether the periods are those of a business year, whose first month the text does not say.
    secondary : bool
        Whether another form of the same look goes before it unless name, `freq` or the numbers say otherwise.
    spans : bool
        Whether a text has both ends of its period.
    """

    examples: tuple[str, ...]
    unit: Unit
    written: str
    by: str
    business: bool = False
    secondary: bool = False
    spans: bool = False
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        written = re.sub(r"<(\w+)>", lambda found: _PIECES[found[1]], self.written)
        object.__setattr__(self, "pattern", re.compile(written, re.ASCII))

    @property
    def example(self) -> str:
        """The example that names it."""
        return self.examples[0]

    @cached_property
    def words(self) -> str:
        """What its times are, in prose."""
        if self.spans:
            return "periods from a first to a last day"
        plural = {"half": "half-years", "week": "ISO weeks"}.get(self.unit, f"{self.unit}s")
        return (
            f"{plural} of a business year"
            if self.business and self.unit != "year"
            else ("business years" if self.business else plural)
        )


#: Texts; ISO dates and times of day are read before these, all-digit texts as whole numbers.
FORMS: tuple[Form, ...] = (
    Form(examples=("2024-Q1", "2024Q1", "2024 Q1", "2024q1"), unit="quarter", written=r"<Y>[-/ ]?q<Q>",
         by="pandas, SDMX (ECB, OECD, Eurostat), ONS, Stata"),
    Form(examples=("2024-T1",), unit="quarter", written=r"<Y>[-/ ]?t<Q>", by="INSEE"),
    Form(examples=("Q1 2024", "Q1/2024", "Q1-2024", "T1 2024"), unit="quarter", written=r"[qt]<Q>[-/. ]?<Y>",
         by="Tableau, Power BI, bank reports; T in French, Spanish, Italian, Portuguese"),
    Form(examples=("Q1-24", "Q1 24", "Q1'24"), unit="quarter", written=r"[qt]<Q>[-/' ]<y>", by="Excel pivots, slides"),
    Form(examples=("1Q24", "1Q2024", "1T24"), unit="quarter", written=r"<Q>[qt][-/ ]?<E>", by="company reports"),
    Form(examples=("24Q1", "24-Q1"), unit="quarter", written=r"<y>[-/ ]?q<Q>", by="data vendors, slides"),
    Form(examples=("1. Quartal 2024", "1st Quarter 2024"), unit="quarter",
         written=r"<Q>(?:\.|st|nd|rd|th|er|o|º|e)? ?<quarter>(?:[-/ ]|, |<of>)<Y>",
         by="Destatis, reports"),
    Form(examples=("Quarter 1 2024", "Qtr 1, 2024"), unit="quarter", written=r"<quarter> ?<Q>(?:[-/ ]|, |<of>)<Y>",
         by="Power BI"),
    Form(examples=("Q1 of 2024", "T1 de 2024"), unit="quarter", written=r"[qt]<Q><of><Y>", by="reports"),
    Form(examples=("2024:1",), unit="quarter", written=r"<Y>:<Q>", by="gretl, EViews"),
    Form(examples=("2024-03", "2024/03", "2024-3"), unit="month", written=r"<Y>[-/]<m>", by="ISO 8601, SQL, Google Trends"),
    Form(examples=("2024M03", "2024-M03", "2024 M03", "2024m3"), unit="month", written=r"<Y>[-/ ]?mm?<m>",
         by="SDMX, IMF, Eurostat, World Bank, Stata"),
    Form(examples=("M03 2024", "M03/2024"), unit="month", written=r"m<m>[-/ ]<Y>", by="SAP, planning tools"),
    Form(examples=("2024:03",), unit="month", written=r"<Y>:<m>", by="gretl, EViews"),
    Form(examples=("2024 Mar", "2024 MAR", "2024-Mar", "2024 March"), unit="month", written=r"<Y>[-/ ]?<N>", by="ONS, StatCan"),
    Form(examples=("Mar 2024", "March 2024", "Mar-2024", "März 2024", "févr. 2024"), unit="month",
         written=r"<N>,?[-/ ]?<Y>", by="Salesforce, HubSpot, Tableau"),
    Form(examples=("Mar-24", "Mar'24"), unit="month", written=r"<N>[-/']<y>", by="Excel (mmm-yy)"),
    Form(examples=("2024-W05", "2024W05", "2024 W05", "2024-KW05"), unit="week", written=r"<Y>[-/ ]?(?:kw|cw|wk|w) ?<w>",
         by="ISO 8601, SDMX, Google Trends"),
    Form(examples=("KW 5/2024", "KW05 2024", "W05 2024", "W05/2024", "CW5 2024", "Wk 5 2024", "Week 5, 2024"), unit="week",
         written=r"<week><w>(?:[-/. ]|, )<Y>", by="SAP, Excel in German, planning tools"),
    Form(examples=("Week 05 of 2024", "Woche 5 von 2024"), unit="week", written=r"<week><w><of><Y>", by="Looker, reports"),
    Form(examples=("5. KW 2024", "5. Woche 2024"), unit="week",
         written=r"<w>(?:\.|st|nd|rd|th)? ?(?:kw|kalenderwoche|woche|week|semaine|semana|settimana)(?:[-/ ]|, |<of>)<Y>",
         by="German reports"),
    Form(examples=("24W05", "24-W05"), unit="week", written=r"<y>[-/ ]?(?:kw|cw|wk|w)<w>", by="planning tools"),
    Form(examples=("KW 5/24", "W05-24"), unit="week", written=r"<week><w>[-/' ]<y>", by="the same, with a short year"),
    Form(examples=("2024-05 (weeks)",), unit="week", written=r"<Y>[-/]<w>", by="MySQL, BigQuery, R exports", secondary=True),
    Form(examples=("2024-S1", "2024H1", "2024-H1", "2024 H1"), unit="half", written=r"<Y>[-/ ]?[hs]<H>", by="SDMX, Eurostat"),
    Form(examples=("S1 2024", "H1 2024"), unit="half", written=r"[hs]<H>[-/ ]<Y>", by="bank and company reports"),
    Form(examples=("H1-24",), unit="half", written=r"[hs]<H>[-/' ]<y>", by="slides"),
    Form(examples=("1H24", "1H2024", "2H 2024"), unit="half", written=r"<H>h[-/ ]?<E>", by="company reports"),
    Form(examples=("S05 2024", "S5/2024"), unit="week", written=r"s(?:em)?\.? ?<w>[-/ ]<Y>", by="French and Spanish tools",
         secondary=True),
    Form(examples=("YR2020",), unit="year", written=r"yr ?<Y>", by="World Bank"),
    Form(examples=("2020 [YR2020]",), unit="year", written=r"<Y> ?\[yr\d{4}\]", by="World Bank DataBank"),
    Form(examples=("FY2024", "FY24"), unit="year", written=r"fy ?'?<E>", by="company reports", business=True),
    Form(examples=("2023/24", "2023-24", "2023/2024"), unit="year", written=r"<Y>[-/]<next>",
         by="ONS, RBI, schools", business=True),
    Form(examples=("FY24 P03", "FY2024-P03", "FY24P3"), unit="month", written=r"fy ?'?<E>[-/ ]?p<m>", by="SAP, Oracle, NetSuite",
         business=True),
    Form(examples=("P03 FY24", "P03-FY2024"), unit="month", written=r"p<m>[-/ ]?fy ?'?<E>", by="the same", business=True),
    Form(examples=("FY2024-Q3", "FY24 Q3", "FY24Q3"), unit="quarter", written=r"fy ?'?<E>[-/ ]?q<Q>", by="Salesforce, reports",
         business=True),
    Form(examples=("FY24H1", "FY2024-H1"), unit="half", written=r"fy ?'?<E>[-/ ]?h<H>", by="company reports", business=True),
    Form(examples=("Q3 FY24", "Q3 FY2024"), unit="quarter", written=r"q<Q>[-/ ]?fy ?'?<E>", by="the same", business=True),
    Form(examples=("15 May 2024", "15 mai 2024", "15-May-2024", "15. Mai 2024", "15 de mayo de 2024", "15MAY2024"), unit="day",
         written=r"<weekday><d>(?:\.|,)?(?:[-/ ]| de )?<N>(?:[-/, ]|, | de | del )?<Y>",
         by="SAS, Oracle, reports in any language"),
    Form(examples=("May 15, 2024", "May 15 2024"), unit="day", written=r"<weekday><N>[-/ ]<d>(?:, ?| )<Y>", by="US reports"),
    Form(examples=("2024 May 15", "2024-May-15"), unit="day", written=r"<Y>[-/ ]<N>[-/ ]<d>", by="log files"),
    Form(examples=("2024-01-01/2024-01-07", "2024-01-01 to 2024-01-07", "2024-01-01 - 2024-01-07"), unit="day",
         written=r"<Y>-<M>-<D>(?: ?/ ?| (?:-|–|to|bis) )<last>",
         by="pandas periods as text, Looker", spans=True),
)  # fmt: skip

#: Whole numbers, and texts of digits only.
DIGIT_FORMS: tuple[Form, ...] = (
    Form(examples=("202403",), unit="month", written=r"<Y><M>", by="SAP, GA4 (yearMonth), data warehouses"),
    Form(examples=("202405 (weeks)",), unit="week", written=r"<Y><W>", by="GA4 (isoYearIsoWeek), MySQL YEARWEEK", secondary=True),
    Form(examples=("202401 (quarters)",), unit="quarter", written=r"<Y>0<Q>", by="data warehouses", secondary=True),
    Form(examples=("20240105",), unit="day", written=r"<Y><M><D>", by="GA4 (date), SAP, data warehouses"),
    Form(examples=("2024010100",), unit="hour", written=r"<Y><M><D><h>", by="GA4 (dateHour)"),
    Form(examples=("202401010005",), unit="hour", written=r"<Y><M><D><h><i>",
         by="GA4 (dateHourMinute), ENTSO-E"),
    Form(examples=("20240101000500",), unit="hour",
         written=r"<Y><M><D><h><i><s>", by="log files"),
)  # fmt: skip

"""Kinds of odd tables, as people and tools write them; each a function of a generator of random numbers.

`KINDS` holds them under their names. `sales` is the KPI, and `visits` leads it by two periods, unless the kind is about that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from leadlag import Metric

__all__ = ["KINDS", "NAMED", "Odd", "Rng", "good", "kind", "pick"]

T = TypeVar("T")
Rng = np.random.Generator

MONTH_NAMES = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


@dataclass(frozen=True, kw_only=True)
class Odd:
    """One odd table.

    Parameters
    ----------
    data : object
        What a caller gives as `data`.
    kpi, leads : object, tuple of object
        Names that the functions ask for.
    options : Mapping
        Options of `from_wide` that go with it; the table is then read with them first.
    long : Mapping
        Where the table is a long one: its columns, by the arguments of `from_long` and `from_snapshots`.
    file : bytes or None
        What the command line reads, where it is not the table as a CSV file.
    catalogue : tuple of Metric
        What is declared of its columns.
    """

    data: Any
    kpi: Any = "sales"
    leads: tuple[Any, ...] = ("visits", "ads")
    options: Mapping[str, Any] = field(default_factory=dict)
    long: Mapping[str, str] = field(default_factory=dict)
    file: bytes | None = None
    catalogue: tuple[Metric, ...] = ()


KINDS: dict[str, Callable[[Rng], Odd]] = {}

#: Columns of a long table, by the arguments of `from_long`.
NAMED = {"time": "date", "metric": "metric", "value": "value"}


def kind(build: Callable[[Rng], Odd]) -> Callable[[Rng], Odd]:
    """Add a kind under the name of its function."""
    KINDS[build.__name__] = build
    return build


def pick(rng: Rng, choices: Sequence[T]) -> T:
    """One of these."""
    return choices[int(rng.integers(len(choices)))]


def good(rng: Rng, n: int | None = None, freq: str | None = None) -> pd.DataFrame:
    """A table without fault: `date` as stamps, `sales`, `visits` and `ads`."""
    n = int(rng.integers(24, 160)) if n is None else n
    date = pd.date_range("2019-01-07", periods=n, freq=freq or pick(rng, ["7D", "D", "MS", "QS", "h"]))
    visits = rng.normal(size=n + 2)
    sales = 0.9 * visits[:-2] + 0.4 * rng.normal(size=n)
    return pd.DataFrame({"date": date, "sales": 50 + sales, "visits": 200 + 10 * visits[2:], "ads": rng.normal(size=n)})


def iso(frame: pd.DataFrame) -> pd.DataFrame:
    """The dates as text."""
    return frame.assign(date=frame["date"].dt.strftime("%Y-%m-%d %H:%M").astype(object))


def ordered(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows as they are, the newest first, shuffled, or with gaps."""
    how = int(rng.integers(4))
    rows = np.arange(len(frame))
    rows = [rows, rows[::-1], rng.permutation(rows), rows[np.sort(rng.permutation(rows)[: max(len(rows) * 9 // 10, 1)])]][how]
    return frame.iloc[rows].reset_index(drop=True)


def packed(rng: Rng, frame: pd.DataFrame) -> Any:
    """A table with names that are text as one of the types that tables have."""
    how = int(rng.integers(6))
    if how == 0:
        return frame.set_index(frame.columns[0])
    if how == 1:
        return pl.from_pandas(frame)
    if how == 2:
        return pa.Table.from_pandas(frame, preserve_index=False)
    if how == 3:
        return frame.convert_dtypes()
    return frame.astype(object) if how == 4 else frame


def labels(form: str, stamps: pd.Series, language: str = "en") -> list[str]:
    """Stamps written in a form."""
    months = MONTH_NAMES[language].split()
    return [form.format(**_parts(stamp, months[stamp.month - 1])) for stamp in stamps]


def _parts(stamp: pd.Timestamp, month: str) -> dict[str, Any]:
    year, week, _ = stamp.isocalendar()
    plain = stamp.to_pydatetime()  # pandas before 3 counts in nanoseconds, which reach from 1677 to 2262
    return {
        "y": stamp.year, "y1": f"{(stamp.year + 1) % 100:02}", "yy": f"{stamp.year % 100:02}", "q": stamp.quarter,
        "h": 1 + (stamp.month > 6),
        "m": stamp.month, "d": stamp.day, "H": stamp.hour, "g": year, "w": week, "month": month, "mon": month[:3],
        "MON": month[:3].upper(),
        "iso": stamp.date().isoformat(), "iso6": (plain + dt.timedelta(days=6)).date().isoformat(), "wd": stamp.strftime("%a"),
        "doy": f"{stamp.dayofyear:03}", "epoch": int(stamp.timestamp()),
        "excel": (plain - dt.datetime(1899, 12, 30)).days, "spss": int((plain - dt.datetime(1582, 10, 14)).total_seconds()),
        "dec": f"{stamp.year + (stamp.month - 1) / 12:.4f}",
    }  # fmt: skip


TIME_NAMES = (
    "date", "Datum", "period", "TIME_PERIOD", "week", "month", "quarter", "yearMonth", "yearWeek", "x", "Unnamed: 0", "time",
    "obs", "timestamp",
    "Monat", "fecha", "year", "week_ending", "Woche bis", "week_of", "dateHour", "Business Period", "t", "1",
)  # fmt: skip


def written(rng: Rng, forms: Sequence[str], freq: str, names: Sequence[str] = TIME_NAMES, language: str = "en") -> Odd:
    """A table whose times are written in one of these forms, under one of the names that such columns have."""
    frame = good(rng, int(rng.integers(4, 90)), freq)
    frame["date"] = pd.Series(labels(pick(rng, forms), frame["date"], language), dtype=object)
    if frame["date"].str.fullmatch(r"\d{1,15}").all() and rng.random() < 0.5:
        frame["date"] = frame["date"].astype("int64")
    frame = ordered(rng, frame.rename(columns={"date": pick(rng, names)}))
    return Odd(data=packed(rng, frame))


# --- forms of times --------------------------------------------------------------------------------------------------


@kind
def quarters_written(rng: Rng) -> Odd:
    forms = ("{y}Q{q}", "{y}-Q{q}", "{y} Q{q}", "Q{q} {y}", "Q{q}/{y}", "Q{q}-{yy}", "{y}:{q}", "{q}Q{yy}", "{q}. Quartal {y}",
             "{y}-T{q}",
             "{y}q{q}", "Quarter {q}, {y}", "{y}0{q}", "{q}/{y}", "{y}/{q}", "{y}.{q}")  # fmt: skip
    return written(rng, forms, "QS")


@kind
def months_written(rng: Rng) -> Odd:
    forms = ("{y}-{m:02}", "{y}M{m:02}", "{y}-M{m:02}", "M{m:02} {y}", "{y} {mon}", "{y} {MON}", "{mon} {y}", "{month} {y}",
             "{mon}-{yy}",
             "{y}/{m:02}", "{y}{m:02}", "{m:02}/{y}", "{m}.{y}", "{y}:{m:02}", "{MON}{yy}", "{y}.{m:02}", "{mon}",
             "{month}")  # fmt: skip
    return written(rng, forms, "MS")


@kind
def weeks_written(rng: Rng) -> Odd:
    forms = ("{g}W{w:02}", "{g}-W{w:02}", "{g} W{w:02}", "KW {w}/{g}", "KW{w:02} {g}", "CW{w} {g}", "Wk {w} {g}", "W{w:02}/{g}",
             "{g}{w:02}",
             "{g}-{w:02}", "Week of {iso}", "{g}w{w}", "{w}", "Week {w}", "{w}/{g}", "{iso}/{iso6}",
             "{iso} to {iso6}")  # fmt: skip
    return written(rng, forms, "7D")


@kind
def halves_and_years_written(rng: Rng) -> Odd:
    if rng.random() < 0.4:
        return written(rng, ("{y}H{h}", "{y}-S{h}", "S{h} {y}", "H{h} {y}", "H{h}-{yy}", "{y}:{h}"), "6MS")
    return written(rng, ("{y}", "YR{y}", "FY{y}", "{y}/{y1}", "{y}-{y1}", "{y} [YR{y}]", "{y}.0", "'{yy}"), "YS")


@kind
def business_periods_written(rng: Rng) -> Odd:
    forms = (
        "FY{yy} P{m:02}",
        "P{m:02} FY{yy}",
        "FY{y}-Q{q}",
        "FY{yy}Q{q}",
        "Q{q} FY{yy}",
        "FY{yy}P{m}",
        "{y}-P{m:02}",
        "P{m} {y}",
    )
    return written(rng, forms, pick(rng, ["MS", "QS"]))


@kind
def days_written(rng: Rng) -> Odd:
    forms = ("{y}{m:02}{d:02}", "{d:02}.{m:02}.{y}", "{m:02}/{d:02}/{y}", "{d}/{m}/{yy}", "{d:02}-{mon}-{y}", "{mon} {d}, {y}",
             "{d} {month} {y}",
             "{y}/{m:02}/{d:02}", "{iso}T00:00:00Z", "{wd} {d}/{m}/{yy}", "{wd}, {iso}", "{y}-{m}-{d}", "{y}{doy}",
             "{d:02}.{m:02}.", "{iso}T00:00:00+01:00",
             "{y}年{m}月{d}日")  # fmt: skip
    return written(rng, forms, pick(rng, ["D", "7D", "B"]))


@kind
def hours_written(rng: Rng) -> Odd:
    forms = ("{y}{m:02}{d:02}{H:02}", "{iso} {H:02}:00", "{iso}T{H:02}:00:00.000Z", "{d:02}.{m:02}.{y} {H:02}:00 Uhr",
             "{iso} {H}h", "{y}{m:02}{d:02}{H:02}00",
             "{m}/{d}/{y} {H}:00", "{iso} {H:02}:59:59")  # fmt: skip
    return written(rng, forms, pick(rng, ["h", "6h"]))


@kind
def numbers_as_times(rng: Rng) -> Odd:
    forms = (
        "{epoch}",
        "{epoch}000",
        "{epoch}000000",
        "{epoch}000000000",
        "{excel}",
        "{dec}",
        "{spss}",
        "{excel}.5",
        "{epoch}.25",
    )
    return written(rng, forms, pick(rng, ["D", "MS", "h", "7D"]), ("timestamp", "time", "date", "x", "Datum", "serial", "t"))


@kind
def month_names_of_other_languages(rng: Rng) -> Odd:
    language = pick(rng, [name for name in MONTH_NAMES if name != "en"])
    return written(
        rng,
        ("{month} {y}", "{mon} {y}", "{mon}. {yy}", "{d}. {month} {y}", "{d} {month} {y}", "{month}"),
        "MS",
        language=language,
    )


@kind
def told_by_a_format(rng: Rng) -> Odd:
    form, told = pick(rng, [
        ("{d:02}.{m:02}.{y}", "%d.%m.%Y"), ("{m:02}/{d:02}/{y}", "%m/%d/%Y"), ("{y} Q{q}", "%Y Q%q"), ("{g} {w:02}", "%G %V"),
        ("{excel}", "excel"),
        ("{dec}", "decimal_year"), ("{y}", "%Y"), ("{d}", "%d"), ("{iso}", "%d.%m.%Y"), ("{iso}", "nonsense"), ("{spss}",
                                                            "spss"), ("{iso}", "%"),
    ])  # fmt: skip
    frame = good(rng, freq=pick(rng, ["MS", "7D"]))
    return Odd(data=frame.assign(date=labels(form, frame["date"])), options={"date_format": told, "time": "date"})


@kind
def periods_by_type(rng: Rng) -> Odd:
    freq = pick(rng, ["M", "Q", "W", "W-WED", "Y", "D", "h", "Q-JAN", "B", "2M", "min"])
    frame = good(rng, freq="7D")
    try:
        frame["date"] = pd.period_range("2001-01-01", periods=len(frame), freq=freq)
    except FutureWarning:
        frame["date"] = pd.period_range("2001-01-01", periods=len(frame), freq="M")
    frame = ordered(rng, frame)
    return Odd(data=pick(rng, [frame, frame.set_index("date"), pa.Table.from_pandas(frame), frame.astype(object)]))


# --- which column is the time, and odd rows --------------------------------------------------------------------------


@kind
def odd_cells_among_times(rng: Rng) -> Odd:
    frame = iso(good(rng))
    for row in rng.integers(len(frame), size=int(rng.integers(1, 4))):
        frame.loc[row, "date"] = pick(
            rng, ["tbd", "n/a", None, "see note 3", "2024-02-30", "1", "", "Q5 2020", float("nan"), "0000-00-00"]
        )
    return Odd(data=packed(rng, frame))


@kind
def rows_of_totals(rng: Rng) -> Odd:
    frame = iso(good(rng))
    numbers = frame.drop(columns="date")
    sums = numbers.sum() if rng.random() < 0.6 else numbers.mean()
    row = pd.DataFrame([{"date": pick(rng, ["Total", "Summe", "Grand total", "", None, "Ø", "2030-01-01", "Gesamt:"]), **sums}])
    parts = [frame, row] if rng.random() < 0.7 else [row, frame, row]
    return Odd(data=pd.concat(parts, ignore_index=True))


@kind
def rows_under_the_header(rng: Rng) -> Odd:
    frame = iso(good(rng)).astype(object)
    units = pd.DataFrame(
        [pick(rng, [["", "EUR", "n", "EUR"], ["date", "sales", "visits", "ads"], ["A", "B", "C", "D"], [None] * 4])],
        columns=frame.columns,
    )
    notes = pd.DataFrame([["Source: own figures", None, None, None]], columns=frame.columns)
    return Odd(data=pd.concat([units, frame, *([notes] if rng.random() < 0.4 else [])], ignore_index=True))


@kind
def counters(rng: Rng) -> Odd:
    frame = good(rng)
    count = np.arange(len(frame)) * pick(rng, [1, -1, 2, 7, 100]) + pick(rng, [0, 1, 1000, 1995, 200001, 40000])
    frame = frame.assign(**{pick(rng, ["n", "week", "id", "Unnamed: 0", "year", "index", "row", "obs"]): count})
    if rng.random() < 0.6:
        frame = frame.drop(columns="date")
    return Odd(data=ordered(rng, frame))


@kind
def several_columns_of_dates(rng: Rng) -> Odd:
    frame = good(rng)
    frame["signed"] = frame["date"] + pd.to_timedelta(rng.integers(0, 90, len(frame)), unit="D")
    frame["month"] = frame["date"].dt.month
    if rng.random() < 0.5:
        frame["year"] = frame["date"].dt.year
    if rng.random() < 0.4:
        frame = frame.drop(columns="date")
    return Odd(data=packed(rng, frame))


@kind
def repeated_times(rng: Rng) -> Odd:
    frame = good(rng)
    again = frame.iloc[rng.integers(len(frame), size=int(rng.integers(1, len(frame))))]
    return Odd(data=ordered(rng, pd.concat([frame, again], ignore_index=True)))


@kind
def missing_times(rng: Rng) -> Odd:
    frame = good(rng)
    lost = rng.random(len(frame)) < pick(rng, [0.02, 0.3, 0.7, 1.0])
    frame["date"] = frame["date"].mask(lost)
    return Odd(data=packed(rng, frame), options={"time": "date"} if rng.random() < 0.5 else {})


@kind
def irregular_times(rng: Rng) -> Odd:
    frame = good(rng)
    how = int(rng.integers(4))
    n = len(frame)
    steps = [rng.integers(1, 40, n), np.arange(n) ** 2, np.where(rng.random(n) < 0.05, 400, 1), rng.choice([7, 14, 30, 31], n)][
        how
    ]
    frame["date"] = (np.datetime64("2015-03-01", "D") + np.cumsum(steps)).astype("datetime64[s]")
    return Odd(
        data=frame, options={"freq": pick(rng, ["week", "month", "day", "quarter", "hour", "year"])} if rng.random() < 0.4 else {}
    )


@kind
def steps_off_the_calendar(rng: Rng) -> Odd:
    step = pick(rng, ["10D", "28D", "4h", "90min", "15min", "10s", "1ms", "1us", "2MS", "14D", "3D", "8h", "2QS", "5YS"])
    return Odd(
        data=packed(rng, ordered(rng, good(rng, freq=step))), options=pick(rng, [{}, {"dates_at": "end"}, {"dates_at": "start"}])
    )


@kind
def far_dates(rng: Rng) -> Odd:
    n = int(rng.integers(10, 60))
    frame = good(rng, n)
    first = pick(rng, [1, 1200, 1677, 1899, 2262, 9900])
    years = [min(first + row, 9999) for row in range(n)]
    dates: list[Any] = [dt.date(year, 1, 1) for year in years]
    frame["date"] = pick(
        rng, [dates, [f"{year:04}-01-01" for year in years], years, [np.datetime64(f"{year:04}-01-01", "D") for year in years]]
    )
    if rng.random() < 0.3:
        frame["date"] = pd.date_range("1970-01-01", periods=n, freq="D").as_unit("s") + np.timedelta64(
            365 * pick(rng, [-900, 5000, 100000]), "D"
        )
    return Odd(data=frame)


@kind
def types_of_dates(rng: Rng) -> Odd:
    frame = good(rng)
    stamps = frame["date"]
    frame["date"] = pick(rng, [
        list(stamps.dt.date), list(stamps.dt.to_pydatetime()), list(stamps.to_numpy()), stamps.astype("datetime64[s]"),
        stamps.astype("category"),
        stamps.dt.strftime("%Y-%m-%d").astype("category"), stamps.astype("string"), list(stamps.dt.time),
        stamps.to_numpy().astype("datetime64[M]").astype(object),
        stamps - stamps.iloc[0], [stamp.isoformat().encode() for stamp in stamps], pd.Series(stamps,
                                                            dtype="timestamp[us][pyarrow]"),
        list(stamps.dt.to_period("D")), [stamp.date() if row % 2 else stamp for row, stamp in enumerate(stamps)],
    ])  # fmt: skip
    return Odd(data=ordered(rng, frame) if rng.random() < 0.7 else frame.set_index("date"))


@kind
def zones(rng: Rng) -> Odd:
    frame = good(rng, freq=pick(rng, ["h", "D", "7D", "MS"]))
    zone = pick(rng, ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
    frame["date"] = (frame["date"] + pd.Timedelta(days=int(rng.integers(0, 300)))).dt.tz_localize("UTC").dt.tz_convert(zone)
    how = int(rng.integers(4))
    if how == 1:
        frame["date"] = [stamp.isoformat() for stamp in frame["date"]]
    if how == 2:
        frame["date"] = [stamp.tz_localize(None) if row == 3 else stamp for row, stamp in enumerate(frame["date"])]
    if how == 3:
        frame["date"] = [stamp.isoformat()[:-6] + pick(rng, ["+01:00", "+02:00", "Z", ""]) for stamp in frame["date"]]
    told = pick(
        rng, [{}, {"tz": "Europe/Berlin"}, {"tz": "UTC"}, {"tz": "Mars/Olympus"}, {"tz": "Europe/Berlin", "freq": "hour"}]
    )
    return Odd(data=pick(rng, [frame, frame.set_index("date")]), options=told)


@kind
def clocks_put_forward_and_back(rng: Rng) -> Odd:
    first = pick(rng, ["2024-03-30 12:00", "2024-10-26 12:00"])
    frame = good(rng, int(rng.integers(24, 72)))
    if rng.random() < 0.5:
        frame["date"] = pd.date_range(first, periods=len(frame), freq="h")
        return Odd(data=frame, options={"tz": "Europe/Berlin"})
    frame["date"] = pd.date_range(first, periods=len(frame), freq="h", tz="Europe/Berlin")
    return Odd(data=packed(rng, frame), options={"freq": pick(rng, ["hour", "day"])} if rng.random() < 0.5 else {})


@kind
def weeks_by_their_last_day(rng: Rng) -> Odd:
    frame = good(rng, freq=pick(rng, ["W", "W-FRI", "W-MON", "W-SAT"]))
    days = good(rng, len(frame) * 7, "D").rename(columns={"sales": "calls", "visits": "clicks", "ads": "mails"})
    data = pick(rng, [frame, [frame, days], [frame, days.resample("MS", on="date").sum().reset_index()], [days, frame]])
    told = pick(rng, [{}, {"dates_at": "end"}, {"dates_at": "start"}, {"dates_at": {"data[0]": "end"}}, {"dates_at": "middle"}])
    return Odd(data=data, leads=("visits", "clicks") if isinstance(data, list) else ("visits", "ads"), options=told)


@kind
def declared_cadences(rng: Rng) -> Odd:
    freq = pick(rng, ["hour", "day", "business_day", "week", "month", "quarter", "year", "period", "W", "fortnight", "minute"])
    return Odd(data=ordered(rng, good(rng)), options={"freq": freq})


@kind
def working_days(rng: Rng) -> Odd:
    frame = good(rng, freq=pick(rng, ["B", "W-MON", "BMS", "BQE"]))
    return Odd(data=frame[rng.random(len(frame)) > 0.05].reset_index(drop=True))


@kind
def rows_without_times(rng: Rng) -> Odd:
    frame = good(rng).drop(columns="date")
    frame.index = pick(rng, [pd.RangeIndex(len(frame)), pd.Index([f"row {row}" for row in range(len(frame))]),
                             pd.Index(rng.permutation(len(frame))),
                             pd.Index(rng.normal(size=len(frame))), pd.Index([0] * len(frame)), pd.Index([None] * len(frame),
                                                            dtype=object)])  # fmt: skip
    return Odd(data=frame)


@kind
def indexes_of_levels(rng: Rng) -> Odd:
    frame = good(rng)
    frame["shop"] = rng.choice(["north", "south"], len(frame))
    how = [["date", "shop"], ["shop"], ["shop", "date"], ["date", "ads"]][int(rng.integers(4))]
    return Odd(data=frame.set_index(how))


@kind
def events(rng: Rng) -> Odd:
    date = pd.Series(
        pd.Timestamp("2022-01-03") + pd.to_timedelta(np.sort(rng.integers(0, 600, int(rng.integers(3, 80)))), unit="D")
    )
    frame = pd.DataFrame({pick(rng, ["date", "promo", "event"]): date if rng.random() < 0.5 else date.dt.strftime("%Y-%m-%d")})
    if rng.random() < 0.5:
        frame["what"] = rng.choice(["promo", "fair", "strike"], len(frame))
    sales = good(rng, 100, "7D").assign(date=pd.date_range("2021-12-27", periods=100, freq="7D"))
    return Odd(data=frame if rng.random() < 0.5 else [sales, frame], options={"freq": "week"} if rng.random() < 0.3 else {})


# --- numbers as people write them ------------------------------------------------------------------------------------


def cells(rng: Rng, write: Callable[[float], Any], *, scale: float = 1000.0, share: float = 1.0) -> Odd:
    """A table with numbers written in a way, in every cell or in some."""
    frame = iso(good(rng, freq=pick(rng, ["7D", "MS", "D"])))
    for name in pick(rng, [["sales"], ["visits"], ["sales", "visits", "ads"], ["visits", "ads"]]):
        values = (frame[name] * scale).tolist()
        frame[name] = pd.Series([write(value) if rng.random() < share else round(value, 2) for value in values], dtype=object)
    mark = pick(rng, [",", ";", "\t"])
    told = pick(rng, [{}, {}, {}, {"decimal": ","}, {"thousands": "."}, {"decimal": ".", "thousands": ","}, {"decimal": "x"}])
    return Odd(data=frame.astype(object), file=frame.to_csv(index=False, sep=mark).encode(), options=told)


def grouped(value: float, digits: int, point: str, group: str) -> str:
    return f"{value:,.{digits}f}".translate(str.maketrans({",": group, ".": point}))


@kind
def decimal_commas(rng: Rng) -> Odd:
    return cells(rng, lambda value: f"{value:.2f}".replace(".", ","), scale=pick(rng, [1.0, 1000.0]), share=pick(rng, [1.0, 0.5]))


@kind
def thousands_marks(rng: Rng) -> Odd:
    group, point = pick(rng, [(".", ","), (",", "."), (" ", ","), ("\u00a0", ","), ("\u202f", "."), ("'", "."), ("_", ".")])
    digits = pick(rng, [0, 0, 1, 2])
    return cells(
        rng, lambda value: grouped(value, digits, point, group), scale=pick(rng, [10.0, 1000.0, 1e6]), share=pick(rng, [1.0, 0.9])
    )


@kind
def percents(rng: Rng) -> Odd:
    form = pick(rng, ["{:.1f} %", "{:.1f}%", "{:.3f}", "{:.0f} ‰", "%{:.1f}", "{:.1f} pct", "{:+.1f}pp"])
    return cells(rng, form.format, scale=1.0, share=pick(rng, [1.0, 0.5]))


@kind
def currencies(rng: Rng) -> Odd:
    forms = pick(
        rng,
        [
            ["€ {:.2f}"],
            ["${:,.2f}"],
            ["{:.2f} EUR"],
            ["$ {:.0f}", "€ {:.0f}"],
            ["£{:.2f}m"],
            ["CHF {:.2f}"],
            ["{:.2f}k"],
            ["{:.1f} €", "{:.1f}"],
        ],
    )
    return cells(rng, lambda value: pick(rng, forms).format(value))


@kind
def signs_and_spaces(rng: Rng) -> Odd:
    forms = [
        "({:.2f})",
        " {:.2f} ",
        "{:.2f}-",
        "−{:.2f}",
        "+{:.2f}",
        "{:.2f}\u00a0",
        "'{:.2f}",
        "{:.3e}",
        "≈{:.0f}",
        "<{:.0f}",
        "{:.2f}*",
        "{:.1f} (p)",
        "~{:.0f}",
    ]
    return cells(rng, pick(rng, forms).format, share=pick(rng, [1.0, 0.3]))


@kind
def marks_for_missing(rng: Rng) -> Odd:
    marks = [
        "n/a",
        "-",
        "--",
        ".",
        "..",
        ":",
        ": c",
        "NULL",
        "#DIV/0!",
        "#REF!",
        "x",
        "",
        " ",
        "nan",
        "None",
        "<NA>",
        "999",
        -999,
        1e20,
        "b",
    ]
    mark = pick(rng, marks)
    return cells(rng, lambda _: mark, share=pick(rng, [0.05, 0.5, 1.0]))


@kind
def words_for_numbers(rng: Rng) -> Odd:
    words = [
        ["yes", "no"],
        ["TRUE", "FALSE"],
        ["low", "high"],
        ["1", "l"],
        ["0x1F", "0b11"],
        ["1e5", "1d5"],
        ["inf", "-Infinity"],
        ["١٢", "12"],
        ["½", "1/2"],
    ]
    chosen = pick(rng, words)
    return cells(rng, lambda _: pick(rng, chosen), share=pick(rng, [1.0, 0.2]))


@kind
def infinite_values(rng: Rng) -> Odd:
    frame = good(rng)
    for name in pick(rng, [["sales"], ["visits"], ["sales", "visits"]]):
        frame[name] = frame[name].mask(rng.random(len(frame)) < pick(rng, [0.01, 0.3, 1.0]), pick(rng, [np.inf, -np.inf]))
    return Odd(
        data=packed(rng, frame), options={"infinite": pick(rng, ["missing", "error", "zero"])} if rng.random() < 0.5 else {}
    )


@kind
def huge_values(rng: Rng) -> Odd:
    frame = good(rng)
    for name in pick(rng, [["sales"], ["visits"], ["sales", "visits", "ads"], ["visits", "ads"]]):
        frame[name] = frame[name] * 10.0 ** int(rng.integers(14, 306))
    return Odd(data=frame)


@kind
def tiny_values(rng: Rng) -> Odd:
    frame = good(rng)
    for name in pick(rng, [["sales"], ["visits"], ["sales", "visits", "ads"], ["visits", "ads"]]):
        frame[name] = frame[name] * 10.0 ** -int(rng.integers(14, 325))
    if rng.random() < 0.3:
        frame["ads"] = frame["ads"] * 1e290
    return Odd(data=frame)


@kind
def far_from_zero(rng: Rng) -> Odd:
    frame = good(rng)
    for name in pick(rng, [["sales"], ["visits"], ["sales", "visits", "ads"]]):
        frame[name] = frame[name] + 10.0 ** int(rng.integers(3, 18))
    return Odd(data=frame)


@kind
def large_whole_numbers(rng: Rng) -> Odd:
    frame = good(rng)
    base = pick(rng, [2**53, 2**62, 2**63, 10**30, 10**400, -(2**63)])
    whole = [base + int(value) for value in rng.integers(0, 1000, len(frame))]
    frame[pick(rng, ["sales", "visits"])] = pd.Series(whole, dtype=object)
    return Odd(data=frame.astype({"visits": object}))

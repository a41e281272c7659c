"""More kinds of odd tables: types of values, what series do, names, shapes and what a table comes in."""

from __future__ import annotations

import io
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from odd_tables_kinds import NAMED, Odd, Rng, good, iso, kind, packed, pick

# --- types of values -------------------------------------------------------------------------------------------------


@kind
def decimals_and_fractions(rng: Rng) -> Odd:
    frame = good(rng)
    write = pick(rng, [lambda value: Decimal(f"{value:.3f}"), Fraction,
                       lambda value: Decimal(f"{value:.3f}") if rng.random() < 0.8 else None,
                       lambda _: pick(rng, [Decimal("NaN"), Decimal("Infinity"), Decimal("1")])])  # fmt: skip
    frame["visits"] = pd.Series([write(value) for value in frame["visits"]], dtype=object)
    return Odd(data=frame)


@kind
def nullable_columns(rng: Rng) -> Odd:
    frame = good(rng)
    lost = rng.random(len(frame)) < pick(rng, [0.05, 0.5, 1.0])
    frame["visits"] = frame["visits"].round().astype("Int64").mask(lost)
    frame["sales"] = frame["sales"].astype("Float64").mask(rng.random(len(frame)) < 0.1)
    frame["ads"] = (frame["ads"] > 0).astype("boolean").mask(lost)
    return Odd(data=frame if rng.random() < 0.5 else frame.set_index("date"))


@kind
def arrow_types(rng: Rng) -> Odd:
    frame = good(rng)
    n = len(frame)
    lost = rng.random(n) < 0.2
    columns: dict[str, Any] = {
        "decimal": pa.array([None if gone else Decimal("1.50") * row for row, gone in enumerate(lost)], pa.decimal128(12, 2)),
        "float16": pa.array(rng.normal(size=n).astype(np.float16)), "nulls": pa.nulls(n), "lists": pa.array([[1, 2]] * n),
        "structs": pa.array([{"a": 1}] * n), "words": pa.array(["a", "b"] * (n // 2) + ["a"] * (n % 2)).dictionary_encode(),
        "large": pa.array(["1.5"] * n, pa.large_string()), "bytes": pa.array([b"1"] * n), "day": pa.array([1] * n, pa.date32()),
        "span": pa.array([1] * n, pa.duration("s")), "u64": pa.array([2**64 - 1] * n, pa.uint64()), "time": pa.array([1] * n,
                                                            pa.time32("s")),
        "yes": pa.array([None if gone else True for gone in lost]),
    }  # fmt: skip
    table = pa.Table.from_pandas(frame, preserve_index=False)
    chosen = [str(name) for name in rng.permutation(list(columns))[:3]]
    for name in chosen:
        table = table.append_column(name, columns[name])
    return Odd(data=table if rng.random() < 0.5 else table.to_pandas(types_mapper=pd.ArrowDtype), leads=("visits", chosen[0]))


@kind
def polars_types(rng: Rng) -> Odd:
    frame = good(rng)
    n = len(frame)
    columns: dict[str, Any] = {
        "decimal": pl.Series([Decimal("1.5") * row for row in range(n)]), "nulls": pl.Series([None] * n),
        "lists": pl.Series([[1.0]] * n),
        "words": pl.Series(["a"] * n, dtype=pl.Categorical), "small": pl.Series(rng.integers(0, 200, n).astype(np.uint8)),
        "yes": pl.Series([True, None] * (n // 2) + [True] * (n % 2)),
        "span": pl.Series([1] * n, dtype=pl.Duration), "hour": pl.Series([1] * n, dtype=pl.Time),
        "text": pl.Series([f"{row},5" for row in range(n)]),
        "object": pl.Series([object()] * n, dtype=pl.Object), "nan": pl.Series([float("nan"),
                                                            1.0] * (n // 2) + [1.0] * (n % 2)), "i128": pl.Series([2**100] * n,
                                                            dtype=pl.Int128),
        "struct": pl.Series([{"a": 1}] * n), "bytes": pl.Series([b"a"] * n), "enum": pl.Series(["a"] * n, dtype=pl.Enum(["a"])),
    }  # fmt: skip
    chosen = [str(name) for name in rng.permutation(list(columns))[:3]]
    table = pl.from_pandas(frame).with_columns(**{name: columns[name] for name in chosen})
    date = pick(rng, [pl.col("date"), pl.col("date").cast(pl.Date), pl.col("date").dt.replace_time_zone("Europe/Berlin",
                                                            non_existent="null", ambiguous="earliest"),
                      pl.col("date").cast(pl.Datetime("ms"))])  # fmt: skip
    return Odd(data=table.with_columns(date), leads=("visits", chosen[0]))


@kind
def pandas_types(rng: Rng) -> Odd:
    frame = good(rng)
    n = len(frame)
    columns: dict[str, Any] = {
        "category": pd.Categorical(rng.integers(0, 3, n)), "words": pd.Categorical(["a"] * n),
        "sparse": pd.arrays.SparseArray(rng.normal(size=n)),
        "interval": pd.interval_range(0, periods=n), "complex": rng.normal(size=n) + 1j, "span": pd.to_timedelta(np.arange(n),
                                                            unit="h"),
        "half": rng.normal(size=n).astype(np.float16), "long": rng.normal(size=n).astype(np.longdouble),
        "byte": rng.integers(-9, 9, n).astype(np.int8),
        "string": pd.array(["1.5"] * n, dtype="string"), "unsigned": rng.integers(2**63, 2**64, n, dtype=np.uint64),
        "period": pd.period_range("2020", periods=n, freq="M"),
        "flag": rng.random(n) < 0.3,
    }  # fmt: skip
    chosen = [str(name) for name in rng.permutation(list(columns))[:3]]
    return Odd(data=frame.assign(**{name: columns[name] for name in chosen}), leads=("visits", chosen[0]))


@kind
def objects_in_cells(rng: Rng) -> Odd:
    frame = good(rng).astype({"visits": object, "ads": object})
    things: list[Any] = [
        [1, 2], {"a": 1}, {1}, (1, 2), object(), np.array(3.0), np.array([1.0, 2.0]), np.float32(1.5), np.bool_(True), b"1.5",
        1 + 2j, pd.NaT, pd.NA,
        pd.Timestamp("2024-01-01"), len, float, Decimal("1"), "1.5", None, pd.Timedelta(1), np.datetime64("NaT"), pd.Interval(0,
                                                            1), pd.Series([1.0]), True,
    ]  # fmt: skip
    for row in rng.integers(len(frame), size=int(rng.integers(1, 6))):
        frame.at[row, pick(rng, ["visits", "ads"])] = pick(rng, things)
    return Odd(data=frame)


@kind
def true_and_false(rng: Rng) -> Odd:
    frame = good(rng)
    frame["ads"] = frame["ads"] > pick(rng, [0, 2.5, -9])
    if rng.random() < 0.4:
        frame["sales"] = frame["sales"] > pick(rng, [50, 52])
    return Odd(data=packed(rng, frame))


# --- what series do --------------------------------------------------------------------------------------------------


@kind
def constant_series(rng: Rng) -> Odd:
    frame = good(rng)
    n = len(frame)
    value = pick(rng, [0.0, 3.0, 1e9, 0.1])
    row = int(rng.integers(n))
    shape = pick(
        rng,
        [
            np.full(n, value),
            value + (np.arange(n) > row),
            value + (np.arange(n) == row),
            value + 1e-12 * rng.normal(size=n),
            np.where(np.arange(n) % 2, 1, 0),
        ],
    )
    for name in pick(rng, [["visits"], ["sales"], ["visits", "ads"], ["sales", "visits", "ads"]]):
        frame[name] = shape
    return Odd(data=frame)


@kind
def copies_of_the_kpi(rng: Rng) -> Odd:
    frame = good(rng)
    shift = pick(rng, [0, 0, 1, -1, 3])
    factor, more = pick(rng, [1.0, -2.0, 1e-9, 1e6]), pick(rng, [0.0, 7.0, 1e9])
    frame["ads"] = factor * frame["sales"].shift(shift) + more
    if rng.random() < 0.4:
        frame["visits"] = frame["sales"].cumsum() if rng.random() < 0.5 else frame["sales"].rolling(4).mean()
    return Odd(data=frame)


@kind
def straight_lines(rng: Rng) -> Odd:
    frame = good(rng)
    n = len(frame)
    time = np.arange(n, dtype=float)
    shape = pick(
        rng,
        [
            time,
            -3 * time + 7,
            1e6 + 1e-3 * time,
            time**2,
            1.2**time,
            0.5**time,
            np.sin(time),
            np.sin(time / 3) + np.cos(time),
            np.log1p(time),
            time % 12,
            time % 7,
            np.floor(time / 10),
        ],
    )
    for name in pick(rng, [["visits"], ["sales"], ["visits", "ads"], ["ads"]]):
        frame[name] = shape
    return Odd(data=frame)


@kind
def columns_that_add_up(rng: Rng) -> Odd:
    frame = good(rng)
    frame["both"] = frame["visits"] + frame["ads"]
    if rng.random() < 0.5:
        frame["sales"] = frame["both"] * 2
    return Odd(data=frame, leads=("visits", "ads", "both"))


@kind
def few_distinct_values(rng: Rng) -> Odd:
    frame = good(rng)
    n = len(frame)
    counts = pick(
        rng,
        [
            rng.integers(0, 2, n),
            rng.poisson(0.1, n),
            rng.poisson(2, n),
            rng.choice([0, 100], n, p=[0.97, 0.03]),
            rng.integers(1, 6, n),
        ],
    )
    for name in pick(rng, [["sales"], ["visits"], ["sales", "visits"]]):
        frame[name] = counts.astype(float) if name == "sales" else rng.permutation(counts).astype(float)
    return Odd(data=frame)


@kind
def outliers_and_walks(rng: Rng) -> Odd:
    frame = good(rng)
    n = len(frame)
    shape = pick(rng, [rng.standard_cauchy(n), rng.normal(size=n).cumsum(), rng.normal(size=n).cumsum().cumsum(),
                       np.exp(3 * rng.normal(size=n)), np.exp(np.arange(n) / 4),
                       np.where(np.arange(n) == n // 2, 1e12, rng.normal(size=n))])  # fmt: skip
    for name in pick(rng, [["sales"], ["visits"], ["sales", "visits"]]):
        frame[name] = shape + (0 if name == "sales" else rng.normal(size=n))
    return Odd(data=frame)


@kind
def averages_and_sums_to_date(rng: Rng) -> Odd:
    frame = good(rng)
    frame["sales"] = pick(
        rng,
        [
            frame["sales"].rolling(int(rng.integers(2, 13))).mean(),
            frame["sales"].cumsum(),
            frame["sales"].groupby(np.arange(len(frame)) // 12).cumsum(),
            frame["sales"].diff(),
        ],
    )
    return Odd(data=frame)


@kind
def empty_columns(rng: Rng) -> Odd:
    frame = good(rng)
    for name in pick(rng, [["visits"], ["sales"], ["visits", "ads"], ["sales", "visits", "ads"]]):
        frame[name] = pick(rng, [pd.Series([pick(rng, [None, np.nan, ""])] * len(frame), dtype=object), np.nan])
    return Odd(data=frame)


@kind
def gaps_in_values(rng: Rng) -> Odd:
    frame = good(rng)
    n = len(frame)
    for name in pick(rng, [["sales"], ["visits"], ["sales", "visits", "ads"]]):
        share = pick(rng, [0.05, 0.4, 0.9])
        gone = pick(
            rng,
            [
                rng.random(n) < share,
                np.arange(n) < share * n,
                np.arange(n) > (1 - share) * n,
                np.arange(n) % 3 > 0,
                np.abs(np.arange(n) - n / 2) < share * n / 2,
            ],
        )
        frame[name] = frame[name].mask(gone)
    return Odd(data=frame if rng.random() < 0.5 else ordered_out(frame), options={})


def ordered_out(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with a value left out of the table where nothing is known."""
    return frame.dropna(how="all", subset=["sales", "visits", "ads"]).reset_index(drop=True)


@kind
def few_rows(rng: Rng) -> Odd:
    frame = good(rng, int(rng.integers(0, 16)))
    return Odd(data=pick(rng, [frame, iso(frame), frame.set_index("date"), frame.drop(columns="date")]))


@kind
def more_columns_than_rows(rng: Rng) -> Odd:
    frame = good(rng, int(rng.integers(8, 40)), "MS")
    more = pd.DataFrame(rng.normal(size=(len(frame), 60)), columns=[f"m{number}" for number in range(60)])
    return Odd(data=pd.concat([frame, more], axis=1), leads=("visits", *more.columns[:8]))


@kind
def many_rows(rng: Rng) -> Odd:
    frame = good(rng, int(rng.integers(1_500, 4_000)), pick(rng, ["D", "h", "15min", "B"]))
    return Odd(data=frame)


# --- names -----------------------------------------------------------------------------------------------------------


def renamed(rng: Rng, names: list[Any]) -> Odd:
    """The good table under other names: the KPI's first."""
    frame = good(rng)
    frame.columns = pd.Index(["date", *names], dtype=object)
    return Odd(data=frame if rng.random() < 0.5 else frame.set_index("date"), kpi=names[0], leads=tuple(names[1:]))


@kind
def names_that_are_no_text(rng: Rng) -> Odd:
    return renamed(rng, pick(rng, [[0, 1, 2], [None, "visits", "ads"], ["sales", None, 3], [1.5, float("nan"), True],
                                   [pd.Timestamp("2024-01-01"), "visits", "ads"],
                                   [("web", "visits"), ("web", "ads"), "x"], [b"a", frozenset({1}), 2], [pd.NA, pd.NaT,
                                                            1]]))  # fmt: skip


@kind
def levels_of_names(rng: Rng) -> Odd:
    frame = good(rng).set_index("date")
    names = pick(
        rng,
        [
            [("shop", "sales"), ("web", "visits"), ("web", "ads")],
            [("a", ""), ("a", "b"), ("", "b")],
            [("a", "b"), ("a", "b"), ("a", "c")],
            [(1, 2), (1, 3), (None, 2)],
        ],
    )
    frame.columns = pd.MultiIndex.from_tuples(names)
    return Odd(data=frame, kpi=names[0], leads=tuple(names[1:]))


@kind
def repeated_names(rng: Rng) -> Odd:
    return renamed(
        rng,
        pick(
            rng,
            [
                ["sales", "visits", "visits"],
                ["sales", "sales", "ads"],
                ["date", "visits", "ads"],
                ["sales", "1", 1],
                ["caf\u00e9", "cafe\u0301", "x"],
                ["Sales", "sales", " sales"],
            ],
        ),
    )


@kind
def strange_names(rng: Rng) -> Odd:
    return renamed(rng, pick(rng, [["", " ", "  "], ["=1+1", "@sum", "-2"], ["a\nb", "c\x00", "d\u202e"], ["x" * 3000, "y",
                                                            "z"], ["const", "trend", "kpi_lag1"], ["{x}", "%s", "\\n"],
                                   ["<script>", "&amp;", "'\""], ["売上", "😀", "ﷺ"], ["kpi", "lead", "value"], ["a,b", "c;d",
                                                            "e\tf"], ["time", "index", "level_0"], ["None", "nan", "True"],
                                   ["date", "time", "week"], ["$x_1^2$", "a_b", "#"]]))  # fmt: skip


# --- shapes ----------------------------------------------------------------------------------------------------------


def long_of(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    return ordered_rows(rng, frame.melt(id_vars="date", var_name="metric", value_name="value"))


def ordered_rows(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.iloc[rng.permutation(len(frame))].reset_index(drop=True) if rng.random() < 0.5 else frame


@kind
def long_tables(rng: Rng) -> Odd:
    frame = long_of(rng, good(rng))
    frame["value"] = frame["value"].mask(rng.random(len(frame)) < 0.05)
    return Odd(data=packed(rng, frame.reset_index(drop=True)) if rng.random() < 0.3 else frame, long=NAMED)


@kind
def long_tables_of_segments(rng: Rng) -> Odd:
    parts = [
        long_of(rng, good(rng, 40, "7D")).assign(region=name)
        for name in pick(rng, [["north", "south"], ["n", None], [1, 2], ["a", "a"]])
    ]
    return Odd(data=ordered_rows(rng, pd.concat(parts, ignore_index=True)), long={**NAMED, "segment": "region"})


@kind
def long_tables_of_cadences(rng: Rng) -> Odd:
    frame = long_of(rng, good(rng, 96, "MS"))
    quarters = good(rng, 32, "QS")[["date", "sales"]].rename(columns={"sales": "gdp"})
    return Odd(data=pd.concat([frame, long_of(rng, quarters)], ignore_index=True), kpi=pick(rng, ["sales", "gdp"]), long=NAMED)


@kind
def long_tables_with_faults(rng: Rng) -> Odd:
    frame = long_of(rng, good(rng)).astype(object)
    for _ in range(int(rng.integers(1, 5))):
        row, column = int(rng.integers(len(frame))), pick(rng, ["date", "metric", "value"])
        frame.at[row, column] = pick(rng, [None, "tbd", float("inf"), "1,5", pd.Timestamp("2019-01-07"), "sales", 7, "", "Total"])
    return Odd(data=frame, long=NAMED)


@kind
def snapshots(rng: Rng) -> Odd:
    frame = good(rng, int(rng.integers(20, 90)), pick(rng, ["MS", "QS", "7D"]))
    waits = [
        frame.assign(known=frame["date"] + pd.Timedelta(days=days))
        for days in pick(rng, [[40, 70], [0], [40], [-5, 100], [95, 400]])
    ]
    table = pd.concat(waits, ignore_index=True)
    table.loc[rng.random(len(table)) < 0.02, "known"] = pd.NaT
    if rng.random() < 0.5:
        return Odd(data=table, long={"time": "date", "as_of": "known"})
    return Odd(data=table.melt(id_vars=["date", "known"], var_name="metric"), long={**NAMED, "as_of": "known"})


@kind
def panels(rng: Rng) -> Odd:
    parts = [good(rng, 40, "7D").assign(store=name) for name in pick(rng, [["north", "south"], [1, 2], ["a", "b", None]])]
    options = {"segment": "store"} if rng.random() < 0.4 else {}
    return Odd(data=ordered_rows(rng, pd.concat(parts, ignore_index=True)), options=options)


@kind
def periods_as_columns(rng: Rng) -> Odd:
    years = list(range(1990, 1990 + int(rng.integers(8, 34))))
    rows = rng.normal(size=(4, len(years)))
    heads: Any = pick(rng, [years, [f"{year}" for year in years], [f"{year} [YR{year}]" for year in years],
                            [f"{year}Q1" for year in years],
                            pd.date_range("2020-01-01", periods=len(years), freq="MS"),
                            [f"{year}M01 " for year in years]])  # fmt: skip
    frame = pd.DataFrame(rows, columns=pd.Index(heads, dtype=object))
    frame.insert(0, "Indicator", ["sales", "visits", "ads", "more"])
    if rng.random() < 0.5:
        frame.insert(0, "Country", "DEU")
    if rng.random() < 0.3:
        frame = frame.astype(object)
        frame.iloc[1, -1] = ": c"
    return Odd(data=frame)


# --- what a table comes in -------------------------------------------------------------------------------------------


@kind
def tables_of_cadences(rng: Rng) -> Odd:
    months = good(rng, 72, "MS")
    quarters = good(rng, 24, pick(rng, ["QS", "QE", "QS-FEB"])).rename(columns={"sales": "gdp", "visits": "rate", "ads": "debt"})
    weeks = good(rng, 300, pick(rng, ["7D", "W", "D"])).rename(columns={"sales": "calls", "visits": "clicks", "ads": "mails"})
    data = pick(rng, [[quarters, months], [months, weeks], [quarters, months, weeks], [weeks, quarters], (months, quarters)])
    kpi = str(pick(rng, list(data)).columns[1])
    leads = tuple(str(name) for table in data for name in table.columns[1:] if name != kpi)[:3]
    return Odd(data=list(data), kpi=kpi, leads=leads)


@kind
def tables_that_do_not_fit(rng: Rng) -> Odd:
    one, other = good(rng), good(rng)
    zoned = good(rng, freq="h").rename(columns=str.upper).assign(DATE=lambda f: f["DATE"].dt.tz_localize("UTC"))
    late = other.rename(columns=str.upper).assign(DATE=lambda f: f["DATE"] + pd.Timedelta(days=9999))
    data = pick(rng, [[one, other], [one, other.drop(columns="date")], [], [one], [one, one["sales"]], [one, None],
                      [one, "file.csv"], [one, other.iloc[:0]], [one, [other]], [one, late], [one, zoned]])  # fmt: skip
    return Odd(data=data, leads=("visits", "VISITS") if rng.random() < 0.3 else ("visits", "ads"))


@kind
def no_tables(rng: Rng) -> Odd:
    frame = good(rng)
    numbers = frame.drop(columns="date")
    return Odd(data=pick(rng, [
        frame["sales"], numbers.to_numpy(), frame.to_dict("list"), frame.to_dict("records"), frame.to_records(index=False),
        None, 3, "table.csv", pl.from_pandas(frame).lazy(),
        frame.groupby("ads"), {"a": frame}, iter([frame]), b"a,b", pl.Series([1.0]), pa.array([1.0]), numbers.to_numpy()[:, :0],
        pd.DataFrame(), pl.DataFrame(), pd.DataFrame(index=range(5)),
        frame[["date"]], io.StringIO("a,b\n1,2\n"), frame.T, np.array(3.0), object(), frame.to_xarray if hasattr(frame,
                                                            "no") else dict(numbers), {}, [], (), set(), pd.DataFrame,
    ]))  # fmt: skip


@kind
def files_as_tools_write_them(rng: Rng) -> Odd:
    frame = iso(good(rng, freq="7D"))
    text = frame.to_csv(index=False)
    german = frame.to_csv(index=False, sep=";", decimal=",")
    head, _, rest = text.partition("\n")
    file = pick(rng, [
        ("\ufeff" + text).encode(), text.encode("utf-16"), text.encode("utf-16-le"), german.encode("cp1252"),
        ("sep=;\n" + german).encode(), ("# made by a tool\n" + text).encode(),
        ("Report\nAll shops\n\n" + german).encode(), text.replace("sales", "Umsätze").encode("cp1252"), text.replace(",",
                                                            "\t").encode(), text.replace("\n", "\r\n").encode(),
                                                            text.replace("\n", "\r").encode(),
        (head + "\n" + rest.replace(",", ',"', 1)).encode(), (text + "a,b\n").encode(), (text + ",,,,,,,\n").encode(), b"",
        b"\n\n\n", b"\x00\x01\x02" * 50, text.encode()[: len(text) // 2],
        text.replace("\n", ",\n").encode(), (head + "\n").encode(), ("x" * 200_000 + "," + text).encode(), text.replace(",",
                                                            "|").encode(), b"PAR1" + bytes(80), b"PK\x03\x04" + bytes(80),
        text.replace("\n", "\n\n").encode(), (text + "Total,,,\n").encode(), ('"' + text).encode(), text.replace(".",
                                                            "\x00").encode(), text.replace("ads", "sales").encode(),
                                                            ("﻿﻿" + text).encode(),
        (text + "\n\nExported by: somebody;;;\n").encode(), german.replace("\n", ";\n").encode(), frame.to_json().encode(),
        frame.to_html().encode(),
    ])  # fmt: skip
    try:
        data: Any = pd.read_csv(
            io.BytesIO(file), sep=pick(rng, [",", ";"]), encoding="utf-8", encoding_errors="replace", on_bad_lines="skip"
        )
    except (ValueError, pd.errors.ParserError):
        data = frame
    return Odd(data=data, file=file)

"""The way out that an error offers: the options that would settle it, and the whole call that sets them.

Whoever finds that something is wrong knows which option decides (`Fix`); only the public function that was called knows how the
call was written (`Call`). The two meet in `LeadLagError.tell`, on the way up.
"""

from __future__ import annotations

import datetime as dt
import inspect
import keyword
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = ["LONG", "NO_FLAG", "OPENING", "READING", "Call", "Code", "Fix"]

#: Functions that make a Sample of a table.
_READERS = ("from_wide", "from_long", "from_snapshots")

#: Options of `from_wide`: how a table is read. A function that takes one of these itself is called with it.
READING = (
    "time", "segment", "freq", "tz", "date_format", "dates_at", "year_start", "calendar", "holidays", "decimal", "thousands",
    "as_of", "catalogue", "infinite",
)  # fmt: skip

#: Options of `read_file`, and those of `from_long` that `from_wide` does not have.
OPENING = ("sep", "encoding", "skip_rows", "sheet")
LONG = ("metric", "value")

#: Functions of one segment, and those that take all.
_BY_SEGMENT = {"rank_leads": "rank_kpis"}

#: What is said of metrics while a table is read, and is used again by the function that gets the Sample.
_SAID_TWICE = ("catalogue",)

#: Options whose value in Python no command takes; `--catalogue` takes a file.
NO_FLAG = ("catalogue",)

#: What reading options are where nothing is said, if not None.
_READ_AS = {"infinite": "error"}


class Code(str):
    """A value of an option as Python code, where it is no text or number: ``[Metric('promo', aggregate='sum')]``."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Fix:
    """One way out.

    Parameters
    ----------
    options : tuple of (str, object)
        Options to set, by their names in Python; `Fix.of` takes them as keywords. None leaves one out that was given.
    when : str
        Where there are several ways out: when this one is right, such as ``"if they are years"``.
    lines : tuple of str
        Python lines to run first, each of which makes `data` anew.
    reader : str
        The function that reads such a table, if another one than usual.

    Examples
    --------
    >>> Fix.of(freq="year", when="if they are years").python
    "freq='year' if they are years"
    >>> Fix.of(freq="year", when="if they are years").flags
    '--freq year if they are years'
    """

    options: tuple[tuple[str, object], ...] = ()
    when: str = ""
    lines: tuple[str, ...] = ()
    reader: str = ""

    @classmethod
    def of(cls, *, when: str = "", lines: tuple[str, ...] = (), reader: str = "", **options: object) -> Fix:
        """A way out by these options."""
        return cls(options=tuple(options.items()), when=when, lines=lines, reader=reader)

    @property
    def python(self) -> str:
        """The options as they stand in a call, and when they are right; lines to run first are shown with the call only."""
        if self.lines:
            return self.when
        said = ", ".join(f"{name}={_written(name, value)}" for name, value in self.options if value is not None)
        said = f"{self.reader}(data, {said})" if self.reader else said
        return " ".join(part for part in (said, self.when) if part)

    @property
    def flags(self) -> str:
        """The options as the command line has them; empty where it has none."""
        if (
            self.lines
            or self.reader not in ("", "from_long")
            or not self.options
            or any(name in NO_FLAG for name, _ in self.options)
        ):
            return ""
        said = " ".join(
            f"--{name.replace('_', '-')}{part}"
            for name, value in self.options if value is not None for part in _flag_values(name, value)
        )  # fmt: skip
        return " ".join(part for part in (said, self.when) if part)

    @property
    def makes_file(self) -> str:
        """The line of a shell that writes the file which `flags` name; empty if they name none that Python can write.

        Examples
        --------
        >>> fix = Fix.of(calendar=Code("retail_calendar('4-4-5', years=(2019, 2023))"))
        >>> fix.flags
        '--calendar calendar.csv'
        >>> print(fix.makes_file)
        python -c "from leadlag import *; retail_calendar('4-4-5', years=(2019, 2023)).to_csv('calendar.csv', index=False)"
        """
        tables = [(name, value) for name, value in self.options if isinstance(value, Code) and _makes_table(value)]
        lines = [f"{value}.to_csv('{name}.csv', index=False)" for name, value in tables]
        return f'python -c "from leadlag import *; {"; ".join(lines)}"' if lines and self.flags else ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of a public function as its caller wrote it.

    Parameters
    ----------
    function : str
    takes : tuple of str
        Names of its arguments.
    given : Mapping from str to object
        Keywords of the call.
    data : str
        The expression that was given as `data`.
    file : str
        Where the data were read from one file for this call: what `read_file` is given.
    opening : Mapping from str to object
        Its options.

    Examples
    --------
    >>> call = Call(function="rank_leads", takes=("data", "kpi", "time"), given={"kpi": "orders", "time": "week"})
    >>> call.with_fix(Fix.of(freq="week"))
    "rank_leads(from_wide(data, time='week', freq='week'), kpi='orders')"
    >>> call.with_fix(Fix.of(segment="region"))
    "rank_kpis(from_wide(data, time='week', segment='region'), kpis='orders')"
    >>> call.with_fix(Fix.of(time="month"))
    "rank_leads(data, kpi='orders', time='month')"
    >>> replace(call, given={"freq": "week"}).with_fix(Fix.of(calendar=Code("weeks"), freq=None))
    'rank_leads(from_wide(data, calendar=weeks))'
    >>> replace(call, file="'a.csv'", opening={"skip_rows": 2}).with_fix(Fix.of(encoding="cp1252"))
    "rank_leads(read_file('a.csv', skip_rows=2, encoding='cp1252'), kpi='orders', time='week')"
    """

    function: str
    takes: tuple[str, ...]
    given: Mapping[str, object] = field(default_factory=dict)
    data: str = "data"
    file: str = ""
    opening: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        function: Callable[..., Any],
        given: Mapping[str, object],
        *,
        reading: Mapping[str, object] | None = None,
        files: Sequence[str] = (),
        opening: Mapping[str, object] | None = None,
    ) -> Call:
        """A call of this function on data that were read with `reading`; keywords that only say the default are left out.

        `files` are the expressions that `read_file` gets, with the options `opening`, where the call is that of a command.
        """
        parameters = inspect.signature(function).parameters
        said = {name: value for name, value in given.items() if name in parameters and not _is_default(parameters[name], value)}
        read = {name: value for name, value in (reading or {}).items() if not _as_read(name, value)}
        opens = {name: value for name, value in (opening or {}).items() if value is not None}
        takes = tuple(parameters)
        tables = [_call("read_file", file, opens) for file in files]
        data = f"[{', '.join(tables)}]" if len(tables) > 1 else tables[0] if tables else takes[0] if takes else "data"
        return cls(
            function=function.__name__, takes=takes, given={**read, **said}, data=data, file=files[0] if len(files) == 1 else "",
            opening=opens,
        )  # fmt: skip

    def with_fix(self, fix: Fix) -> str:
        """The same call with these options, behind the lines to run first; empty if it has no place for them."""
        if fix.lines and self.data != "data":  # the lines speak of data
            here = replace(self, data="data").with_fix(fix)
            return f"data = {self.data}\n{here}" if here else ""
        left_out = {name for name, value in fix.options if value is None}
        kept = replace(self, given={name: value for name, value in self.given.items() if name not in left_out})
        call = kept._call({name: value for name, value in fix.options if value is not None}, fix.reader)
        return "\n".join((*fix.lines, call)) if call else ""

    def _call(self, options: Mapping[str, object], reader: str) -> str:
        opens = {name: value for name, value in options.items() if name in OPENING and name not in self.takes}
        if opens:
            if not self.file:
                return ""
            return replace(self, data=_call("read_file", self.file, {**self.opening, **opens}), file="")._call(
                {name: value for name, value in options.items() if name not in opens}, reader
            )
        if self.function in _READERS or (not reader and all(name in self.takes for name in (*options, *self.given))):
            if not reader and any(name not in self.takes for name in options):
                return ""
            return _call(reader or self.function, self.data, {**self.given, **options})
        if any(name not in READING and name not in self.takes for name in options) and not reader:
            return ""
        return self._read_first(options, reader or ("from_long" if any(name in self.given for name in LONG) else ""))

    def _read_first(self, options: Mapping[str, object], reader: str) -> str:
        """The call on data that are read with these options before."""
        reads = (*READING, *LONG)
        read = {name: value for name, value in self.given.items() if name in reads}
        read |= {name: value for name, value in options.items() if reader or name in READING}
        rest = {name: value for name, value in self.given.items() if name not in reads or name in _SAID_TWICE}
        rest |= {name: value for name, value in options.items() if name not in read}
        function = self.function
        if "segment" in read and "kpi" in rest:  # what ranks one KPI ranks it in each segment
            function = _BY_SEGMENT.get(function, function)
            rest = {"kpis" if name == "kpi" and function != self.function else name: value for name, value in rest.items()}
        return _call(function, _call(reader or "from_wide", self.data, read), rest)


def _call(function: str, data: str, given: Mapping[str, object]) -> str:
    return f"{function}({', '.join([data, *(f'{name}={_written(name, value)}' for name, value in given.items())])})"


def _as_read(name: str, value: object) -> bool:
    """Whether a reading option says nothing; a table of periods is no value that can be compared."""
    return value is None or (name in _READ_AS and value == _READ_AS[name])


def _is_default(parameter: inspect.Parameter, value: object) -> bool:
    default = parameter.default
    return value is default or (
        isinstance(default, (str, int, float, bool, tuple)) and type(value) is type(default) and value == default
    )


def _written(name: str, value: object) -> str:
    """A value as Python reads it; one that cannot be written on a line goes by the name of its argument."""
    if isinstance(value, Code):
        return str(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return repr(value.isoformat())
    text = repr(value)
    return text if _plain(value) and "\n" not in text else name if not keyword.iskeyword(name) else "..."


def _plain(value: object) -> bool:
    """Whether a value is written as it is: text, numbers, and lists and mappings of these."""
    if isinstance(value, Mapping):
        return all(_plain(item) for pair in value.items() for item in pair)
    if isinstance(value, (list, tuple)):
        return all(map(_plain, value))
    return value is None or type(value) in (str, int, float, bool)


def _after_mark(said: object) -> str:
    """What stands after ``NAME=``: a window as its two ends."""
    return ":".join(map(str, said)) if isinstance(said, (list, tuple)) else str(said)


def _makes_table(value: Code) -> bool:
    """Whether code makes a table that can be written to a file."""
    return value.startswith("retail_calendar(")


def _flag_values(name: str, value: object) -> list[str]:
    """What stands after an option, as a shell reads it.

    One value for each file that is named, nothing after a switch, and the name of a file for what code makes.
    """
    if value is True:
        return [""]
    if isinstance(value, Code):
        return [f" {name}.csv" if _makes_table(value) else " FILE"]
    if isinstance(value, Mapping):
        return [" " + shlex.quote(f"{name}={_after_mark(said)}") for name, said in value.items()]
    if isinstance(value, (list, tuple)):
        alone = len(value) == 1 and isinstance(value[0], int)  # a number without a comma counts something, as in --skip-rows 3
        return [" " + shlex.quote(",".join(map(str, value)) + ("," if alone else ""))]
    return [" " + shlex.quote(str(value))]

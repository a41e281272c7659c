"""How new tables are read: the options of the fit, as they stand in a model file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadlag.catalogue import Catalogue, Metric, as_catalogue, check_missing, read_catalogue
from leadlag.errors import UsageError
from leadlag.forecast.kinds import Kind, Many, MisfitError, Plain, Record, Text, Whole
from leadlag.prepare.repairs import REPAIRS
from leadlag.sample.counting import PeriodTable
from leadlag.sample.declared import as_table
from leadlag.sample.holidays import Holidays, as_holidays
from leadlag.sample.periods import MONTH_NAMES, WORDS

__all__ = ["DAY", "TABLE", "HowRead", "reading_of"]

#: What of a metric decides how its values are read, and how it is shown.
_KEPT = ("unit", "available_after", "aggregate", "missing", "label")
#: First days of the years 1 and 10000, counted from 1970.
_FIRST_DAY, _END = -719_162, 2_932_897

#: A day, counted from 1970.
DAY = Whole(low=_FIRST_DAY, high=_END)


def _table_wrong(table: PeriodTable) -> str:
    if any(one >= other for one, other in zip(table.days, table.days[1:], strict=False)):
        return "its days are not in order"
    return "" if len(table.names) in (0, len(table)) else "its periods have another number of names"


#: The periods of a business calendar.
TABLE = Record(
    made=PeriodTable,
    fields={"days": Many(kind=DAY, least=2), "names": Many(kind=Text()), "each": Whole(low=1, high=1_000)},
    check=_table_wrong,
)


@dataclass(frozen=True, kw_only=True)
class _Either:
    """A text, or something else."""

    text: Text
    other: Kind

    def plain(self, value: Any) -> Plain:
        return self.text.plain(value) if isinstance(value, str) else self.other.plain(value)

    def read(self, value: Plain, where: str) -> Any:
        return self.text.read(value, where) if isinstance(value, str) else self.other.read(value, where)


@dataclass(frozen=True, kw_only=True)
class _ByName:
    """A value of one kind for each name."""

    kind: Kind

    def plain(self, value: Mapping[str, Any]) -> Plain:
        return {Text().plain(name): self.kind.plain(one) for name, one in value.items()}

    def read(self, value: Plain, where: str) -> dict[str, Any]:
        if type(value) is not dict:
            raise MisfitError(f"{where} is no object")
        return {name: self.kind.read(one, f"{where}.{name[:40]}") for name, one in value.items()}


@dataclass(frozen=True, kw_only=True)
class _Missing:
    """The rule for missing periods."""

    def plain(self, value: Any) -> Plain:
        return value if isinstance(value, str) else list(value)

    def read(self, value: Plain, where: str) -> Any:
        return _checked(lambda: check_missing(value), where)


@dataclass(frozen=True, kw_only=True)
class _Holidays:
    """Days, or the code of a country, which is looked up when a table is read."""

    def plain(self, value: Any) -> Plain:
        found = as_holidays(value)
        return None if found is None else Text().plain(found.country) if found.country else list(found.days)

    def read(self, value: Plain, where: str) -> Holidays:
        if isinstance(value, str):
            return Holidays(country=Text(form=r"[A-Z]{2}(-[A-Z0-9]{1,5})?").read(value, where))
        return Holidays(days=Many(kind=DAY).read(value, where))


@dataclass(frozen=True, kw_only=True)
class _Metrics:
    """What a catalogue says of how metrics are read."""

    def plain(self, value: Any) -> Plain:
        return [{"name": Text().plain(name), **_said(metric)} for name, metric in as_catalogue(value).items()]

    def read(self, value: Plain, where: str) -> Catalogue:
        listed: dict[str, Any] = {}
        for place, one in enumerate(value if type(value) is list else [None]):
            if type(one) is not dict or type(one.get("name")) is not str or one["name"] in listed:
                raise MisfitError(f"{where}[{place}] is no metric with a name of its own")
            if odd := [key for key in one if key not in ("name", *_KEPT)]:
                raise MisfitError(f"{where}[{place}] has a field {odd[0][:40]!r} that this leadlag does not know")
            listed[one["name"]] = {key: said for key, said in one.items() if key != "name"}
        found: Catalogue = _checked(lambda: read_catalogue({"version": 1, "metrics": listed}), where)
        return found


def _said(metric: Metric) -> dict[str, Any]:
    """What of a metric stands in the file."""
    told = {name: one for name, one in metric.to_mapping().items() if name in _KEPT}
    return {name: Text().plain(one) if isinstance(one, str) else one for name, one in told.items()}


def _checked(read: Any, where: str) -> Any:
    try:
        return read()
    except UsageError as error:
        raise MisfitError(f"{where}: {error.args[0]}") from None


_TEXT, _END_OF = Text(), Text(options=("start", "end"))

#: Every option, in the order in which a call is written.
_OPTIONS: Mapping[str, Kind] = {
    **dict.fromkeys(("time", "segment", "metric", "value", "tz", "date_format", "decimal", "thousands"), _TEXT),
    "freq": Text(options=WORDS), "dates_at": _Either(text=_END_OF, other=_ByName(kind=_END_OF)),
    "year_start": Text(options=MONTH_NAMES), "calendar": TABLE, "holidays": _Holidays(),
    "infinite": Text(options=("error", "missing")), "sep": _TEXT, "encoding": _TEXT, "sheet": _TEXT, "missing": _Missing(),
    "repair": Many(kind=Text(options=REPAIRS)), "catalogue": _Metrics(),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Lines:
    """A number of first lines, or the numbers of lines."""

    def plain(self, value: int | Sequence[int]) -> Plain:
        return int(value) if isinstance(value, int) else [int(one) for one in value]

    def read(self, value: Plain, where: str) -> int | list[int]:
        one = Whole(low=0)
        return [one.read(line, where) for line in value] if type(value) is list else one.read(value, where)


@dataclass(frozen=True, kw_only=True)
class HowRead:
    """Names and values of reading options; those that say nothing are left out."""

    def plain(self, value: Sequence[tuple[str, Any]]) -> Plain:
        """As an object."""
        return {name: _kind_of(name, name).plain(one) for name, one in value if one is not None}

    def read(self, value: Plain, where: str) -> tuple[tuple[str, Any], ...]:
        """As pairs."""
        if type(value) is not dict:
            raise MisfitError(f"{where} is no object")
        return tuple((name, _kind_of(name, where).read(one, f"{where}.{name}")) for name, one in value.items())


def _kind_of(name: str, where: str) -> Kind:
    kinds = {**_OPTIONS, "skip_rows": _Lines()}
    if name not in kinds:
        raise MisfitError(f"{where} has a field {name[:40]!r} that this leadlag does not know")
    return kinds[name]


def reading_of(options: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Options with which tables were read, as a model keeps them: those that say something, but for the day of one reading."""
    said = {name: value for name, value in options.items() if value is not None and name != "as_of"}
    if "calendar" in said:
        said["calendar"] = as_table(said["calendar"])
    if "holidays" in said:
        said["holidays"] = as_holidays(said["holidays"])
    return tuple(said.items())

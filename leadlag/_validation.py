"""Checks at the boundary: each names the argument, what was given, what is allowed, and the next step."""

from __future__ import annotations

import difflib
import inspect
import math
import numbers
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

from leadlag._calls import READING, Call, Fix
from leadlag.errors import LeadLagError, UnknownArgumentError, UnknownNameError, UsageError

__all__ = [
    "as_bool",
    "as_generator",
    "as_horizons",
    "as_int",
    "as_lags",
    "as_list",
    "as_name",
    "as_names",
    "as_option",
    "as_real",
    "known_arguments",
    "names_of",
    "nearest",
    "once_each",
    "only_data_positional",
    "plain_name",
    "refuse_unknown",
    "seed_words",
]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T", bound=Callable[..., Any])

#: A value in a call that is shown is cut at this length.
_LONGEST_VALUE = 60
#: Arguments that name columns of the data; those of one column have to name one.
_ONE_COLUMN = ("kpi", "lead", "time", "metric", "value", "segment")
_COLUMNS = (*_ONE_COLUMN, "kpis", "leads", "given", "controls", "log", "metrics", "columns")


def only_data_positional(function: Callable[P, R]) -> Callable[P, R]:
    """The public function as it is; a call with more than `data` by position is refused with the call to write.

    Which of two columns leads the other must not hang on their order (statsmodels issues 305 and 7173). An error on the way up is
    told how the call was written, so that it can show the call that settles it.

    Examples
    --------
    >>> @only_data_positional
    ... def moves(data, *, kpi, lead): ...
    >>> moves(None, "sales", "visits")
    Traceback (most recent call last):
        ...
    leadlag.errors.UsageError: Only data may be given by position: write moves(data, kpi='sales', lead='visits'). [LL401]
    """
    arguments = _Arguments.of(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if len(args) > 1:
            raise UsageError(f"Only data may be given by position: {_named_call(function, args, kwargs)}.")
        try:
            arguments.refuse_unknown(function.__name__, kwargs)
            return function(*args, **_by_name(args[0] if args else kwargs.get("data"), kwargs))
        except LeadLagError as error:
            error.tell(Call.of(function, kwargs))
            raise

    return call


def known_arguments(target: T) -> T:
    """The function or class as it is; an argument by a name that it does not have is refused with the nearest one.

    Examples
    --------
    >>> @known_arguments
    ... def sample(*, n_rows=10): ...
    >>> sample(nrows=3)
    Traceback (most recent call last):
        ...
    leadlag.errors.UnknownArgumentError: sample has no argument 'nrows'. Did you mean 'n_rows'? [LL401]
    """
    name, made = target.__name__, isinstance(target, type)
    function: Callable[..., Any] = target.__init__ if isinstance(target, type) else target  # type: ignore[misc]  # of this class
    arguments = _Arguments.of(function)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        arguments.refuse_unknown(name, kwargs)
        return function(*args, **kwargs)

    if not made:
        return cast("T", call)
    setattr(target, "__init__", call)  # noqa: B010 - mypy sees no such method of a T
    return target


@dataclass(frozen=True)
class _Arguments:
    """What a function may be given by name: these, and others too if it hands more on; of these, what it must be given."""

    names: tuple[str, ...]
    required: tuple[str, ...]
    more: bool

    @classmethod
    def of(cls, function: Callable[..., Any]) -> _Arguments:
        items = [item for name, item in inspect.signature(function).parameters.items() if name not in ("self", "_")]
        named = [item for item in items if item.kind not in (item.VAR_KEYWORD, item.VAR_POSITIONAL)]
        required = tuple(item.name for item in named if item.default is item.empty)
        return cls(tuple(item.name for item in named), required, more=any(item.kind is item.VAR_KEYWORD for item in items))

    def refuse_unknown(self, function: str, given: Mapping[str, object]) -> None:
        """An `UnknownArgumentError` for one that is none of these; what is handed on is looked at by whoever gets it."""
        missing = [name for name in self.required if name not in given]
        odd = {name: value for name, value in given.items() if name not in self.names}
        if self.more:
            odd = {name: value for name, value in odd.items() if nearest(name, missing)}
        refuse_unknown(function, odd, missing if self.more else self.names)


def refuse_unknown(function: str, given: Mapping[str, object], names: Sequence[str]) -> None:
    """An `UnknownArgumentError` if an argument is none of some names: with the nearest, or with the function that has it."""
    for odd, value in given.items():
        if odd in names:
            continue
        text, near = f"{function} has no argument {odd!r}", nearest(odd, names)
        if odd in READING:
            fix = Fix(options=((odd, value),))
            raise UnknownArgumentError(f"{text}, which is one of from_wide: read the table first", fixes=(fix,))
        raise UnknownArgumentError(f"{text}.{near}" if near else f"{text}; it has {', '.join(names)}.")


def plain_name(label: Any) -> str:
    """A label as text: levels joined with `` / ``, Unicode form NFC.

    Examples
    --------
    >>> plain_name(("web", "visits")), plain_name(("visits", None))
    ('web / visits', 'visits')
    >>> plain_name(2024)
    '2024'
    """
    if isinstance(label, tuple):
        levels = ["" if _is_missing(level) else plain_name(level) for level in label]
        return " / ".join(level for level in levels if level)
    return unicodedata.normalize("NFC", label if isinstance(label, str) else str(label))


def names_of(labels: Iterable[Any]) -> tuple[str, ...]:
    """The names of columns with these labels; one without a label goes by its place.

    Examples
    --------
    >>> names_of(["visits", 7, None])
    ('visits', '7', 'column 3')
    """
    return tuple(f"column {place}" if _is_missing(label) else plain_name(label) for place, label in enumerate(labels, start=1))


def _is_missing(label: Any) -> bool:
    """Whether a label is None or no number."""
    return label is None or (isinstance(label, float) and label != label)


def _by_name(data: Any, given: Any) -> Any:
    """Keywords of a call whose columns go by their names, where a label that is no text stood, such as a number or a tuple."""
    told = {name: value for name, value in given.items() if name in _COLUMNS or isinstance(value, Mapping)}
    if all(isinstance(value, str) or value is None or _all_text(value) for value in told.values()) and None not in (
        told.get("kpi", ""), told.get("lead", ""),
    ):  # fmt: skip
        return given
    names = _names_by_label(data)
    return given if not names else {**given, **{name: _renamed(value, names, name) for name, value in told.items()}}


def _all_text(value: Any) -> bool:
    """Whether a list or a set of names is of texts."""
    return isinstance(value, (list, set, frozenset)) and all(isinstance(item, str) for item in value)


def _names_by_label(data: Any) -> dict[Hashable, str]:
    """The name of each label that is no text, in a frame, a Sample or a list of them."""
    if isinstance(data, (list, tuple)):
        return {label: name for each in data for label, name in _names_by_label(each).items()}
    if isinstance(getattr(data, "name_map", None), Mapping):
        pairs = [(label, name) for name, label in data.name_map.items()]
    elif hasattr(data, "iloc") and isinstance(getattr(data, "columns", None), Iterable):  # not the class DataFrame itself
        labels = list(data.columns)
        pairs = list(zip(labels, names_of(labels), strict=True))
    else:
        return {}
    counts = Counter(label for label, _ in pairs)
    return {label: name for label, name in pairs if not isinstance(label, str) and counts[label] == 1}


def _renamed(value: Any, names: Mapping[Hashable, str], argument: str) -> Any:
    """A value of an argument with names in place of labels."""
    if value is None:
        return names.get(None) if argument in ("kpi", "lead") else None
    if isinstance(value, Hashable) and not isinstance(value, bool) and value in names:
        return names[value]
    if isinstance(value, Mapping):
        return {names.get(key, key): item for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [names.get(item, item) if isinstance(item, Hashable) else item for item in value]
    return value


def _named_call(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """The call to write: the same with names; or why it cannot be told."""
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    names = [name for name, item in inspect.signature(function).parameters.items() if item.kind not in variable]
    placed = dict(zip(names, args, strict=False))
    if len(args) > len(names):
        return f"{function.__name__} has {len(names)} arguments, and {len(args)} values were given: name each"
    if twice := [name for name in placed if name in kwargs]:
        return f"name every argument, since {twice[0]} is given by position and by name"
    given = [f"{name}={_cut(value)}" for name, value in {**placed, **kwargs}.items() if name != names[0]]
    return f"write {function.__name__}({', '.join([names[0], *given])})"


def _cut(value: Any) -> str:
    """A short value as it is written in a call, else three dots."""
    plain = isinstance(value, (str, int, float)) or (
        isinstance(value, (list, tuple)) and all(isinstance(x, str) for x in value[:9])
    )
    text = repr(value) if plain and (not hasattr(value, "__len__") or len(value) <= _LONGEST_VALUE) else "..."
    return text if len(text) <= _LONGEST_VALUE and "\n" not in text else "..."


def as_bool(value: Any, name: str) -> bool:
    """A truth value, or a UsageError that says what is allowed."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise UsageError(f"{name}={value!r} is not allowed: give True or False.")


def as_int(value: Any, name: str, *, low: int = 0, high: int | None = None) -> int:
    """Whole number between `low` and `high`, or a `UsageError` that says so."""
    allowed = f"a whole number of at least {low}" if high is None else f"a whole number from {low} to {high}"
    whole = isinstance(value, numbers.Integral) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, (bool, np.bool_)) or not whole or value < low or (high is not None and value > high):
        raise UsageError(f"{name}={value!r} is not allowed: give {allowed}.")
    return int(value)


def as_real(value: Any, name: str, *, low: float, high: float) -> float:
    """Number strictly between `low` and `high`, or a `UsageError` that says so."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real) or not low < float(value) < high:
        bounds = f"a number between {low:g} and {high:g}"
        if high == math.inf:
            bounds = "a finite number" if low == -math.inf else f"a finite number above {low:g}"
        raise UsageError(f"{name}={value!r} is not allowed: give {bounds}.")
    return float(value)


def as_option(value: Any, name: str, options: Sequence[str]) -> str:
    """One of `options`, or a `UsageError` with the nearest one."""
    if isinstance(value, str) and value in options:
        return value
    raise UsageError(f"{name}={value!r} is not allowed: give one of {', '.join(map(repr, options))}.{nearest(value, options)}")


def as_horizons(value: object) -> tuple[int, ...]:
    """Horizons in their order; a single number is one horizon, not all up to it."""
    several = isinstance(value, Iterable) and not isinstance(value, str)
    return as_lags(value if several else [value], "horizons")


def as_lags(value: Any, name: str, *, low: int = 1) -> tuple[int, ...]:
    """Lags as a sorted tuple: an int n means ``low..n`` (1..n by default), a sequence exactly those.

    Examples
    --------
    >>> as_lags(3, "order")
    (1, 2, 3)
    >>> as_lags([4, 2], "order")
    (2, 4)
    """
    if isinstance(value, (str, bytes)) or value is None:
        raise UsageError(f"{name}={value!r} is not allowed: give a whole number n (lags {low}..n) or a list of lags.")
    if not isinstance(value, Iterable):
        return tuple(range(low, as_int(value, name, low=max(low, 1)) + 1))
    lags = sorted({as_int(lag, name, low=low) for lag in value})
    if not lags:
        raise UsageError(f"{name} is empty: give a whole number or a list of them.")
    return tuple(lags)


def as_name(value: Any, name: str, known: Sequence[str], *, owner: str = "column") -> str:
    """A name that is among `known` (columns, or what `owner` says), or an `UnknownNameError` with the nearest one."""
    text = _as_text(value)
    if text in known:
        return text
    what = "a column of the data" if owner == "column" else f"among the {owner}s"
    raise UnknownNameError(f"{name}={value!r} is not {what}.{nearest(value, known)} {_has(known, owner=owner)}")


def _as_text(value: Any) -> str:
    """A name as it stands among names that are text."""
    return value if type(value) is str else plain_name(value)


def as_names(values: Any, name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Names that are among `known`, each once; one text is taken as one name."""
    if not isinstance(values, (str, Iterable)):
        raise UsageError(f"{name}={values!r} is not allowed: give a column name or a list of column names.")
    given = (values,) if isinstance(values, str) else tuple(values)
    there = frozenset(known)
    unknown = [value for value in given if _as_text(value) not in there]
    if unknown:
        shown = ", ".join(map(repr, unknown[:5]))
        hints = "".join(nearest(value, known) for value in unknown[:5])
        raise UnknownNameError(f"{name} names columns that the data do not have: {shown}.{hints} {_has(known)}")
    given = tuple(map(_as_text, given))
    repeated = sorted(value for value, count in Counter(given).items() if count > 1)
    if repeated:
        raise UsageError(f"{name} names {', '.join(map(repr, repeated))} more than once: name each column once.")
    return given


def as_generator(rng: Any, name: str = "rng") -> np.random.Generator:
    """A numpy Generator from an int or a Generator; None is refused, so that a result can be repeated."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, (bool, np.bool_)) or not isinstance(rng, numbers.Integral) or rng < 0:
        raise UsageError(f"{name}={rng!r} is not allowed: give a whole number of at least 0, or a numpy Generator.")
    return np.random.default_rng(int(rng))


def seed_words(rng: int | np.random.Generator) -> int | str:
    """The seed as the settings of a result tell it; the state of a Generator is not kept."""
    return "a Generator" if isinstance(rng, np.random.Generator) else int(rng)


def nearest(value: Any, known: Sequence[str], *, cutoff: float = 0.6) -> str:
    """`` Did you mean 'x'?`` with the nearest known name, or nothing."""
    by_case = {name.casefold(): name for name in known}
    match = difflib.get_close_matches(str(value).casefold(), list(by_case), n=1, cutoff=cutoff)
    return f" Did you mean {by_case[match[0]]!r}?" if match else ""


def _has(known: Sequence[str], most: int = 12, *, owner: str = "column") -> str:
    """The known names in a sentence, cut after `most`."""
    more = f" and {len(known) - most} more" if len(known) > most else ""
    head = "The data have" if owner == "column" else f"The {owner}s are"
    return f"{head}: {', '.join(map(repr, known[:most])) or 'none'}{more}."


def once_each(*, controls: Any, **roles: Any) -> dict[str, list[Any]]:
    """The column that each role names (columns, where a role is given a tuple), and the controls; no column has two roles.

    Examples
    --------
    >>> once_each(kpi="sales", lead="visits", controls="price")
    {'kpi': ['sales'], 'lead': ['visits'], 'controls': ['price']}
    """
    named = {
        **{role: list(name) if isinstance(name, tuple) else [name] for role, name in roles.items()},
        "controls": as_list(controls),
    }
    for role, names in named.items():
        if not all(isinstance(name, Hashable) for name in names):
            raise UsageError(f"{role}={roles.get(role, controls)!r} is not allowed: give one column name.")
        if not names and role != "controls":
            raise UsageError(f"{role} is empty: name at least one column.")
    given = [name for names in named.values() for name in names]
    if any(given.count(name) > 1 for name in given):
        shown = ", ".join(f"{role}={list(name) if isinstance(name, tuple) else name!r}" for role, name in roles.items())
        shown += f" and controls={named['controls']!r}" if named["controls"] else ""
        raise UsageError(f"{shown} name a column twice: name each column once.")
    return named


def as_list(names: Any) -> list[Any]:
    """Names as a list; one text is one name."""
    if names is None or isinstance(names, str):
        return [] if names is None else [names]
    return list(names) if isinstance(names, Iterable) else [names]

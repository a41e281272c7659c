"""The Granger question for many KPIs and many leads at once: a table of tests, without a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
import pandas as pd

from leadlag._blas import one_thread
from leadlag._validation import as_int, as_list, as_names, only_data_positional
from leadlag.catalogue import Catalogue, Metric, Missing
from leadlag.core.arrays import Floats
from leadlag.core.search.limits import MAX_BYTES, MAX_TESTS, check_limits
from leadlag.errors import UsageError
from leadlag.methods.screen.numbers.screen import REASONS, ScreenNumbers, screen
from leadlag.methods.screen.words import reason_text
from leadlag.prepare.repairs import as_repairs, repaired
from leadlag.results import Provenance, Search, plain
from leadlag.sample import Sample, as_sample

__all__ = ["granger_screen", "granger_screen_blocks"]


#: Tests a block holds: enough that a block is arithmetic and few enough that two workers stay far below a gigabyte.
_BLOCK = 600_000

#: Bytes a test takes while it is computed, and as a row that stays; copies of the data while a block is computed. Measured.
_BYTES_COMPUTED, _BYTES_KEPT, _COPIES = 300, 200, 6

#: Tests that blocks may make unless told otherwise: about an hour of one core.
_MAX_TESTS_IN_BLOCKS = 2_000_000_000


@dataclass(frozen=True, kw_only=True)
class _Call:
    """One call, checked: names, columns (n, .) on one grid, and settings."""

    kpis: tuple[str, ...]
    leads: tuple[str, ...]
    controls: tuple[str, ...]
    Y: Floats
    X: Floats
    Z: Floats | None
    max_order: int
    hold_back: int | None
    missing: Missing
    repair: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]

    @property
    def n_tests(self) -> int:
        """Rows of the whole table."""
        return len(self.kpis) * len(self.leads) * self.max_order

    def bytes_at_once(self, n_blocks: int) -> int:
        """Memory that so many blocks take while they are computed."""
        return min(self.n_tests, n_blocks * _BLOCK) * _BYTES_COMPUTED + n_blocks * _COPIES * (self.Y.nbytes + self.X.nbytes)

    def blocks(self) -> list[tuple[slice, slice]]:
        """KPIs and leads of each block, in the order of the rows."""
        leads = max(1, min(len(self.leads), _BLOCK // self.max_order))
        kpis = max(1, _BLOCK // (leads * self.max_order))
        return [
            (slice(kpi, kpi + kpis), slice(lead, lead + leads))
            for kpi in range(0, len(self.kpis), kpis)
            for lead in range(0, len(self.leads), leads)
        ]


@only_data_positional
def granger_screen(
    data: Any,
    *,
    kpis: str | Sequence[str],
    leads: str | Sequence[str],
    max_order: int,
    hold_back: int | str | None = "max_order",
    controls: str | Sequence[str] | None = None,
    time: str | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    repair: Sequence[str] = (),
    max_bytes: int = MAX_BYTES,
    max_tests: int = MAX_TESTS,
) -> pd.DataFrame:
    """Test for every KPI, lead and order whether the lead's past helps beyond the KPI's own.

    Parameters
    ----------
    data : Sample, data frame, or a list of these
        One row per period; see `leadlag.from_wide`. A Sample is read once and can be screened many times. Metrics of another
        cadence in a list are lined up with the KPIs' periods first.
    kpis, leads : str or sequence of str
        Columns of the data. The question is always whether the lead Granger-predicts the KPI; a column may be in both, and
        against itself it has no number.
    max_order : int
        Orders 1..max_order are tested, in periods; order p uses lags 1..p of both.
    hold_back : "max_order", int or None
        Periods at the start that are not predicted. With a number, at least `max_order` (the default), all orders use the rows
        that have every lag up to `max_order`, so that they can be compared. None: each order uses all rows that have its lags.
    controls : str or sequence of str, optional
        Columns in both models, taken in the same period as the KPI.
    time : str, optional
        Time column of `data`.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values; "mask" leaves out every row that lacks one of its values and fills nothing. A pair with
        missing values between others takes a slower route to the same numbers; a series that begins late does not.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is tested, each said in `notes`: see `docs/repairs.md`. Nothing unless asked for:
        a screen is of the columns as they are, and to look through them takes longer than to test them.
    max_bytes, max_tests : int
        Memory (in bytes) and tests that may be planned; above either the call is refused before it begins.

    Returns
    -------
    pandas.DataFrame
        One row a test, by KPI, lead and order as given: ``kpi, lead, order, nobs, statistic, df_num, df_den, pvalue,
        log_pvalue``. What cannot be tested keeps its row with NaN. ``attrs`` holds `n_qr` and `n_gaps`, the pairs that were
        fitted by QR because they are ill-conditioned or have gaps, `reasons` (code to sentence, for rows without a
        number or with an infinite one), `search` (what was tried), and method, settings and versions.

    Raises
    ------
    LimitError
        If the plan is above a limit (LL404); with the figure and two ways out.
    UsageError
        If an argument is outside what is allowed.
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong; lists all that is wrong.

    See Also
    --------
    granger_screen_blocks : the same rows in bounded memory.
    granger_test : one pair, with coefficients, other covariances and words.
    rank_leads : which of the leads to believe. A screen makes many tests, and its smallest p is small by chance.

    Notes
    -----
    F of the two residual sums of squares, as in `granger_test` with ``cov_type="nonrobust"``. Lag products by recursion (those at
    neighbouring lags differ by the first and last row), one factorisation of a KPI's own lags for all leads, and one
    Cholesky step after another for all leads together; ill-conditioned pairs by QR. Blocks of KPIs go through
    joblib: ``with joblib.parallel_config(n_jobs=2): ...`` spreads them, also over Dask or Ray.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits, noise = rng.normal(size=(2, 80))
    >>> sales = 2.0 * np.roll(visits, 2) + rng.normal(size=80)
    >>> data = pd.DataFrame({"visits": visits, "noise": noise, "sales": sales})
    >>> table = granger_screen(data, kpis="sales", leads=["visits", "noise"], max_order=3)
    >>> table.loc[table["pvalue"] < 1e-6, ["lead", "order", "df_den"]]
         lead  order  df_den
    1  visits      2      72
    2  visits      3      70
    """
    call = _checked(
        data, kpis, leads, max_order, hold_back, controls=controls, time=time, catalogue=catalogue, missing=missing, repair=repair
    )
    check_limits(
        n_bytes=call.bytes_at_once(_at_once()) + call.n_tests * _BYTES_KEPT,
        n_tests=call.n_tests,
        ways=("take granger_screen_blocks, which gives the same rows in bounded memory", "raise the limit or name fewer leads"),
        max_bytes=max_bytes,
        max_tests=max_tests,
    )
    frames, counts = zip(*_frames(call), strict=True)
    table = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    total = _Counts(
        n_qr=sum(each.n_qr for each in counts),
        n_gaps=sum(each.n_gaps for each in counts),
        reasons=sum((each.reasons for each in counts), Counter()),
    )
    table.attrs = _attrs(call, "granger_screen", total)
    return table


@only_data_positional
def granger_screen_blocks(
    data: Any,
    *,
    kpis: str | Sequence[str],
    leads: str | Sequence[str],
    max_order: int,
    hold_back: int | str | None = "max_order",
    controls: str | Sequence[str] | None = None,
    time: str | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    repair: Sequence[str] = (),
    max_bytes: int = MAX_BYTES,
    max_tests: int = _MAX_TESTS_IN_BLOCKS,
) -> Iterator[pd.DataFrame]:
    """Test every lead against every KPI at every order, in blocks: memory does not grow with the number of pairs.

    Parameters
    ----------
    data, kpis, leads, max_order, hold_back, controls, time, catalogue, missing, repair
        As in `granger_screen`.
    max_bytes, max_tests : int
        Memory (in bytes, for the blocks under way at once) and tests that may be planned.

    Yields
    ------
    pandas.DataFrame
        Some rows of the table of `granger_screen`, in its order; its `attrs` tell of these rows only.

    Raises
    ------
    LimitError, UsageError, UnknownNameError, DataContractError
        As in `granger_screen`, before the first block.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> data = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 3)), columns=["a", "b", "sales"])
    >>> [len(block) for block in granger_screen_blocks(data, kpis="sales", leads=["a", "b"], max_order=3)]
    [6]
    """
    call = _checked(
        data, kpis, leads, max_order, hold_back, controls=controls, time=time, catalogue=catalogue, missing=missing, repair=repair
    )
    check_limits(
        n_bytes=call.bytes_at_once(_at_once()),
        n_tests=call.n_tests,
        ways=("name fewer KPIs or leads, or lower max_order", "raise the limit or lower n_jobs in joblib.parallel_config"),
        max_bytes=max_bytes,
        max_tests=max_tests,
    )
    return _with_attrs(call)


def _with_attrs(call: _Call) -> Iterator[pd.DataFrame]:
    """The blocks, each with what is to be told of it."""
    for frame, counts in _frames(call):
        frame.attrs = _attrs(call, "granger_screen_blocks", counts)
        yield frame


def _checked(
    data: Any, kpis: Any, leads: Any, max_order: Any, hold_back: Any, *, controls: Any, missing: Missing, repair: Any, **door: Any
) -> _Call:
    """The arguments of one call, or an error that says what is wrong with them."""
    deepest = as_int(max_order, "max_order", low=1)
    held = None if hold_back is None else deepest if hold_back == "max_order" else as_int(hold_back, "hold_back", low=deepest)
    asked = {"kpis": as_list(kpis), "leads": as_list(leads), "controls": as_list(controls)}
    sample = _read(data, asked, missing, door).around(asked["kpis"], "kpis")
    places = {name: place for place, name in enumerate(sample.names)}
    names = {
        argument: as_names([each if each in places else sample.resolve(each, argument) for each in given], argument, sample.names)
        for argument, given in asked.items()
    }
    _refuse_roles(names)
    repairs = as_repairs(repair)
    sample = repaired(sample, tuple(dict.fromkeys(name for given in names.values() for name in given)), repairs)
    columns = {argument: _side_by_side(sample.values, [places[name] for name in given]) for argument, given in names.items()}
    return _Call(
        kpis=names["kpis"],
        leads=names["leads"],
        controls=names["controls"],
        Y=columns["kpis"],
        X=columns["leads"],
        Z=columns["controls"] if names["controls"] else None,
        max_order=deepest,
        hold_back=held,
        missing=missing,
        repair=repairs,
        notes=tuple((note.code, note.text) for note in sample.notes),
    )


def _read(data: Any, asked: dict[str, list[Any]], missing: Missing, door: dict[str, Any]) -> Sample:
    """The sample; one that needs nothing done to it is taken as it is."""
    if isinstance(data, Sample) and missing == "mask" and all(value is None for value in door.values()):
        return data.require_single()
    return as_sample(data, missing=missing, columns=asked, **door).require_single()


def _side_by_side(values: Floats, places: list[int]) -> Floats:
    """These columns; without a copy where they stand together already."""
    together = bool(places) and places == list(range(places[0], places[-1] + 1))
    return values[:, places[0] : places[-1] + 1] if together else values[:, places]


def _refuse_roles(names: dict[str, tuple[str, ...]]) -> None:
    """Nothing to test, or a control that is tested too."""
    for argument in ("kpis", "leads"):
        if not names[argument]:
            raise UsageError(f"{argument} is empty: name at least one column.")
        both = sorted(set(names[argument]) & set(names["controls"]))
        if both:
            raise UsageError(f"{argument} and controls both name {', '.join(map(repr, both[:5]))}: a control is in every model.")


@dataclass(frozen=True, kw_only=True)
class _Counts:
    """What is told of a table beside its rows."""

    n_qr: int
    n_gaps: int
    reasons: Counter[str]


def _frames(call: _Call) -> Iterator[tuple[pd.DataFrame, _Counts]]:
    """The blocks of the table, in order."""
    kpis, leads = pd.Index(call.kpis), pd.Index(call.leads)
    for (kpi, lead), numbers in zip(call.blocks(), _numbers(call), strict=True):
        found = np.bincount(numbers.reason.ravel(), minlength=len(REASONS))
        reasons = Counter({code: int(count) for code, count in zip(REASONS, found, strict=True) if code and count})
        counts = _Counts(n_qr=numbers.n_qr, n_gaps=numbers.n_gaps, reasons=reasons)
        yield _frame(numbers, kpis[kpi], leads[lead]), counts


def _numbers(call: _Call) -> Iterator[ScreenNumbers]:
    """The numbers of each block, as many blocks at once as joblib has workers, and no more of them in memory."""
    tasks = [(call.Y[:, kpi], call.X[:, lead], call.Z, call.max_order, call.hold_back) for kpi, lead in call.blocks()]
    width = _at_once()
    if width == 1 or len(tasks) == 1:
        yield from (_one_block(*task) for task in tasks)
        return
    for begin in range(0, len(tasks), width):
        yield from joblib.Parallel()(joblib.delayed(_one_block)(*task) for task in tasks[begin : begin + width])


def _at_once() -> int:
    """Blocks that joblib would compute at once, here: the caller's `joblib.parallel_config` decides."""
    return int(joblib.effective_n_jobs(None))


def _one_block(Y: Floats, X: Floats, Z: Floats | None, max_order: int, hold_back: int | None) -> ScreenNumbers:
    """One block on one core: the workers are the parallel part, so the linear algebra inside is not."""
    with one_thread():
        return screen(Y, X, max_order=max_order, hold_back=hold_back, controls=Z)


def _frame(numbers: ScreenNumbers, kpis: pd.Index, leads: pd.Index) -> pd.DataFrame:
    """Rows by KPI, lead and order."""
    n_kpis, n_leads, deepest = numbers.statistic.shape
    columns = {
        "kpi": kpis.take(np.repeat(np.arange(n_kpis), n_leads * deepest)),
        "lead": leads.take(np.tile(np.repeat(np.arange(n_leads), deepest), n_kpis)),
        "order": np.tile(np.arange(1, deepest + 1), n_kpis * n_leads),
        "nobs": numbers.nobs.ravel(),
        "statistic": numbers.statistic.ravel(),
        "df_num": numbers.df_num.ravel(),
        "df_den": numbers.df_den.ravel(),
        "pvalue": numbers.pvalue.ravel(),
        "log_pvalue": numbers.log_pvalue.ravel(),
    }
    return pd.DataFrame(columns, copy=False)


def _attrs(call: _Call, method: str, counts: _Counts) -> dict[Hashable | None, Any]:
    """What is told of a table, as plain values, so that it can be stored with it."""
    search = Search(
        n_kpis=len(call.kpis), n_leads=len(call.leads), n_lags=call.max_order, lag_word="order", n_tests=call.n_tests,
        family="each pair and order has a p of its own", correction="none",
    )  # fmt: skip
    provenance = plain(
        Provenance.of(
            method,
            search=search,
            max_order=call.max_order,
            hold_back=call.hold_back,
            controls=call.controls,
            missing=call.missing,
            repair=call.repair,
        )
    )
    return {
        "method": method,
        "n_qr": counts.n_qr,
        "n_gaps": counts.n_gaps,
        "reasons": {code: reason_text(code, count) for code, count in sorted(counts.reasons.items())},
        "notes": [list(note) for note in call.notes],
        "settings": dict(provenance["settings"]),
        "versions": dict(provenance["versions"]),
        "search": provenance["search"],
    }

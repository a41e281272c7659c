"""One odd table of each kind gives a result or an error of leadlag; the rest of them are in benchmarks/odd_tables.py."""

from __future__ import annotations

import importlib
import inspect
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import leadlag as ll
from leadlag.errors import DataContractError, UsageError, Violation

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
if not (BENCHMARKS / "odd_tables.py").is_file():
    pytest.skip("benchmarks/odd_tables.py is not part of this installation", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
odd_tables, kinds, calls = map(importlib.import_module, ("odd_tables", "odd_tables_kinds", "odd_tables_calls"))

#: Functions that take data in another form than a table, and those that only describe some.
NO_TABLE = {
    "load_sample",
    "ratio",
    "simulate_leads",
    "write_report",
    "read_file",
    "read_catalogue",
    "retail_calendar",
    "load_model",
    "save_model",
}


@pytest.mark.parametrize("seed", range(len(kinds.KINDS)), ids=odd_tables.kind_of)
def test_an_odd_table_gives_a_result_or_an_error_of_leadlag(seed: int) -> None:
    assert odd_tables.seen(seed, command_line=False).faults == []


@pytest.mark.parametrize("seed", [76, 411])
def test_so_does_one_in_a_file_at_the_command_line(seed: int) -> None:
    assert odd_tables.seen(seed, command_line=True).faults == []


def test_every_public_function_of_tables_has_its_turn_as_often() -> None:
    taking = {name for name in ll.__all__ if inspect.isfunction(getattr(ll, name))} - NO_TABLE
    turns = [odd_tables.function_of(seed) for seed in range(3_150)]
    assert taking | {"LagTransformer", "LeadSelector"} == set(turns)
    assert min(map(turns.count, set(turns))) >= 150
    assert sum(map(odd_tables.at_the_command_line, range(3_000))) >= 300


def test_a_seed_makes_the_same_table_again() -> None:
    one, other = (odd_tables.table_of(28)[0] for _ in range(2))
    assert one.data.equals(other.data)


def fault_of(work: Any) -> tuple[str, ...]:
    return calls.watched(work).faults


def test_other_errors_and_warnings_are_faults_and_those_of_leadlag_are_none() -> None:
    def refuse() -> None:
        raise UsageError("no")

    assert fault_of(refuse) == ()
    assert "ZeroDivisionError" in fault_of(lambda: 1 // 0)[0]
    assert "RuntimeWarning" in fault_of(lambda: warnings.warn("divide by zero", RuntimeWarning, stacklevel=1))[0]


def test_an_advice_that_settles_nothing_is_a_fault() -> None:
    def advised(call: str) -> Any:
        wrong = Violation(code="LL302", argument="data", column="visits", text="infinite", call=call)
        error = DataContractError("wrong", violations=[wrong])
        return calls._judged(calls.Watch(error=error), {"data": {"visits": [1.0, float("inf")] * 9}})

    table = "pd.DataFrame(data)"
    (again,) = advised(f"from_wide({table})").faults
    assert "says LL302 again" in again
    assert "NameError" in advised("no_such_function(data)").faults[0]
    settled = advised(f"from_wide({table}, infinite='missing')")
    assert (settled.faults, settled.advised, settled.settled) == ((), 1, 1)

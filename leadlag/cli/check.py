"""``leadlag check``: all that is wrong with some tables; of good ones, what was read and what could not be tested."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from leadlag.cli.files import FILE, as_options, files_argument, missing_option, tables, with_reading
from leadlag.cli.voice import CONTRACT, OK, Voice, json_option, print_data, warnings_said, with_voice
from leadlag.cli.words import violation_table, what_was_read
from leadlag.errors import DataContractError

if TYPE_CHECKING:
    import pandas as pd

    from leadlag.sample import Sample, Violation

__all__ = ["check"]


@click.command(
    short_help="List all that is wrong with a file.",
    epilog=f"""{FILE}

Examples:

\b
  leadlag check sales.csv
  leadlag check sales.csv --kpi revenue --time week
  cat sales.csv | leadlag check - --json

Exit codes: 0 no violations, 3 violations.""",
)
@files_argument
@click.option("--kpi", help="Column of the outcome: also check that it and the others can be analysed.")
@with_reading
@missing_option
@json_option
@with_voice
def check(*, files: tuple[str, ...], kpi: str | None, as_json: bool, voice: Voice, **options: Any) -> int:
    """List everything that is wrong with the tables in FILE, all at once."""
    found: list[Violation] = []
    read: list[pd.DataFrame] = []
    for file in files:
        try:
            read += tables((file,), voice)
        except DataContractError as error:
            found += [item if len(files) == 1 else replace(item, argument=file) for item in _violations_of(error)]
    told = ""
    if not found:
        with warnings_said(voice):
            found, told = _checked(read, kpi, options)
    found = [replace(item, next_step=as_options(item.next_step)) for item in found]
    if as_json:
        from leadlag.results import plain  # noqa: PLC0415

        print_data(json.dumps({"schema": "leadlag-check-1", "violations": plain(found)}, indent=2, ensure_ascii=False))
    else:
        print_data(violation_table(found) if found else told)
    return CONTRACT if found else OK


def _checked(read: Sequence[pd.DataFrame], kpi: str | None, options: dict[str, Any]) -> tuple[list[Violation], str]:
    """All violations of what `options` ask of the tables, and of `kpi` as an outcome; without any, what was read as text."""
    from leadlag.sample import as_sample, find_violations  # noqa: PLC0415

    found = list(find_violations(read, **options))
    if kpi is not None:
        said = {(item.code, item.column) for item in found}
        asked = find_violations(read, **options, columns={"kpi": [kpi]})
        found += [item for item in asked if (item.code, item.column) not in said]
    if found:
        return found, ""
    sample = as_sample(read, **options)
    try:
        return [], what_was_read(sample, untestable=[] if kpi is None else _untestable(sample, kpi))
    except DataContractError as error:
        return _violations_of(error, column=kpi), ""


def _violations_of(error: DataContractError, *, column: str | None = None) -> list[Violation]:
    """The violations in an error; one of its own if it lists none."""
    from leadlag.sample import Violation  # noqa: PLC0415

    listed = [item for item in error.violations if isinstance(item, Violation)]
    return listed or [Violation(code=error.code, argument="data", column=column, text=str(error.args[0]))]


def _untestable(sample: Sample, kpi: str) -> list[tuple[str, str]]:
    """Candidates that a ranking could not test, each with why."""
    from leadlag.decision import Reason  # noqa: PLC0415
    from leadlag.prepare import prepare  # noqa: PLC0415
    from leadlag.ranking.words.sentences import reason  # noqa: PLC0415

    name = sample.require_single().resolve(kpi, "kpi")
    sample = sample.around(name)
    leads = [other for other in sample.names if other != name]
    prepared = prepare(sample, kpi=name, leads=leads, max_lag=sample.calendar.default_max_lag(sample.n_periods))
    return [(item.lead, reason(Reason(code=item.code, detail=item.detail))) for item in prepared.untestable]

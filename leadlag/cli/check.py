"""``leadlag check``: all that is wrong with some tables; of good ones, what was read and what could not be tested."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadlag._calls import Call
from leadlag.cli.check_config import check_config
from leadlag.cli.files import FILE, LONG, OPENING, catalogue_of, missing_option, one_stdin, sample_of, tables, with_reading
from leadlag.cli.once import OneEach
from leadlag.cli.voice import CONTRACT, OK, Voice, json_option, print_data, warnings_said, with_voice
from leadlag.cli.words import understood, violation_table, what_was_read
from leadlag.errors import DataContractError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from leadlag.sample import Sample, Violation

__all__ = ["check"]


@click.command(
    cls=OneEach,
    short_help="List all that is wrong with a file.",
    epilog=f"""{FILE}

Examples:

\b
  leadlag check sales.csv
  leadlag check sales.csv --kpi revenue --time week
  cat sales.csv | leadlag check - --json
  leadlag check --config nightly.yaml

Exit codes: 0 no violations, 3 violations.""",
)
@click.argument("files", nargs=-1, metavar="FILE...", callback=one_stdin)
@click.option("--config", metavar="CONFIG", help="Check the sources and jobs of a config of leadlag run instead of files.")
@click.option("--kpi", help="Column of the outcome: also check that it and the others can be analysed.")
@with_reading
@missing_option
@json_option
@with_voice
def check(*, files: tuple[str, ...], config: str | None, kpi: str | None, as_json: bool, voice: Voice, **options: Any) -> int:
    """List everything that is wrong with the tables in FILE, all at once; of good ones, how they were read."""
    if config is not None:
        if files:
            raise click.UsageError("--config names its own files: leave FILE out, or --config.")
        return check_config(config, as_of=options["as_of"], as_json=as_json, voice=voice)
    if not files:
        raise click.UsageError("Missing argument 'FILE...': name the files with the tables, or a config with --config.")
    found: list[Violation] = []
    read: list[pd.DataFrame] = []
    opening = {name: options.pop(name) for name in OPENING}
    options["catalogue"] = catalogue_of(options["catalogue"], voice)
    for file in files:
        try:
            read += tables((file,), voice, opening)
        except DataContractError as error:
            found += [item if len(files) == 1 else replace(item, argument=file) for item in _violations_of(error)]
    checked = _Checked(violations=found)
    if not found:
        with warnings_said(voice):
            checked = _Checked.of(read, kpi, options)
    if as_json:
        each = checked.each(read, options)
        print_data(json.dumps(checked.as_json(list(zip(files, each, strict=False))), indent=2, ensure_ascii=False))
    else:
        print_data(checked.text())
    return CONTRACT if checked.violations else OK


@dataclass(frozen=True, kw_only=True)
class _Checked:
    """What a check found.

    Parameters
    ----------
    violations : sequence of Violation
    sample : Sample or None
        All tables as one; None if something is wrong with them.
    untestable : sequence of (str, str)
        Candidates that a ranking could not test, each with why.
    """

    violations: Sequence[Violation]
    sample: Sample | None = None
    untestable: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, read: Sequence[pd.DataFrame], kpi: str | None, options: Mapping[str, Any]) -> _Checked:
        """All violations of what `options` ask of the tables, and of `kpi` as an outcome; without any, what was read."""
        sample, found = _found(read, kpi, options)
        if sample is None or found:
            return cls(violations=found)
        if sample.open_questions():
            return cls(violations=_open_questions(sample, options))
        try:
            return cls(violations=(), sample=sample, untestable=[] if kpi is None else _untestable(sample, kpi))
        except DataContractError as error:
            return cls(violations=_violations_of(error, column=kpi))

    def each(self, read: Sequence[pd.DataFrame], options: Mapping[str, Any]) -> list[Sample]:
        """Every table as a Sample of its own; none if something is wrong."""
        if self.sample is None:
            return []
        if len(read) == 1:
            return [self.sample]
        declared = {file for part in self.sample.cadences if part.calendar.table is not None for file in part.tables.values()}
        return [_sample_of([table], _of_one(table, options, declared)) for table in read]

    def text(self) -> str:
        """For people."""
        return violation_table(self.violations) if self.sample is None else what_was_read(self.sample, untestable=self.untestable)

    def as_json(self, read: Sequence[tuple[str, Sample]]) -> dict[str, object]:
        """leadlag-check-2; of tables of different cadence each has an entry of its own under ``read``."""
        notes = () if self.sample is None else self.sample.notes
        return {
            "schema": "leadlag-check-2",
            "ok": not self.violations,
            "violations": [
                {
                    "code": item.code, "argument": item.argument, "column": item.column, "text": item.text,
                    "examples": list(item.examples), "next_step": item.step_by_flags, "call": item.call,
                }
                for item in self.violations
            ],
            "read": [entry for file, sample in read for entry in understood(file, sample)],
            "untestable": [{"name": name, "why": why} for name, why in self.untestable],
            "notes": [{"code": note.code, "column": note.column, "text": note.text, "call": note.call} for note in notes],
        }  # fmt: skip


def _found(read: Sequence[pd.DataFrame], kpi: str | None, options: Mapping[str, Any]) -> tuple[Sample | None, list[Violation]]:
    """The tables as one Sample, and all that is wrong with them as they are, and as those of `kpi`."""
    from leadlag.sample import find_violations  # noqa: PLC0415

    wide = {name: value for name, value in options.items() if name not in LONG}
    long = any(options[name] is not None for name in LONG)
    sample: Sample | None = None
    found: list[Violation] = []
    try:
        sample = _sample_of(read, options)
    except DataContractError as error:
        found = _violations_of(error) if long else list(find_violations(read, **wide))
    if kpi is not None and not long:
        said = {(item.code, item.column) for item in found}
        try:
            asked = find_violations(read, **wide, columns={"kpi": [kpi]})
        except UnknownNameError:  # a long table has no column of the KPI, and what is wrong with it says so
            if not found:
                raise
            asked = ()
        found += [item for item in asked if (item.code, item.column) not in said]
    return sample, found


def _sample_of(read: Sequence[pd.DataFrame], options: Mapping[str, Any]) -> Sample:
    return sample_of(read, {name: value for name, value in options.items() if name != "missing"}, missing=options["missing"])


def _of_one(table: pd.DataFrame, options: Mapping[str, Any], declared: Collection[str]) -> dict[str, Any]:
    """The options of several tables as those of one of them; the declared calendar is that of some files only."""
    from leadlag.sample.tables import SOURCE  # noqa: PLC0415

    file = str(table.attrs.get(SOURCE, ""))
    told = options["dates_at"]
    mine = told.get(file, told.get(Path(file).name)) if isinstance(told, Mapping) else told
    there = options["time"] in (*table.columns, table.index.name)
    calendar = options["calendar"] if file in declared else None
    return {**options, "dates_at": mine, "calendar": calendar, "time": options["time"] if there else None}


def _open_questions(sample: Sample, options: Mapping[str, Any]) -> list[Violation]:
    """What has to be said before these tables are taken together."""
    from leadlag.sample import from_wide  # noqa: PLC0415

    return [item.told(Call.of(from_wide, options)) for item in sample.open_questions()]


def _violations_of(error: DataContractError, *, column: str | None = None) -> list[Violation]:
    """The violations in an error; one of its own if it lists none."""
    return list(error.violations) or [replace(error.first, argument=error.argument or "data", column=column)]


def _untestable(sample: Sample, kpi: str) -> list[tuple[str, str]]:
    """Candidates that a ranking could not test, each with why."""
    from leadlag.decision import Reason  # noqa: PLC0415
    from leadlag.prepare import prepare  # noqa: PLC0415
    from leadlag.ranking.words.sentences import reason  # noqa: PLC0415

    told = []
    for part in [sample.segment(name) for name in sample.segments] or [sample]:
        name = part.resolve(kpi, "kpi")
        part = part.around(name)
        leads = [other for other in part.names if other != name]
        prepared = prepare(part, kpi=name, leads=leads, max_lag=part.calendar.default_max_lag(part.n_periods))
        before = f"{part.segments[0]}: " if len(sample.segments) > 1 else ""
        told += [(item.lead, before + reason(Reason(code=item.code, detail=item.detail))) for item in prepared.untestable]
    return told

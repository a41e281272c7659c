"""``leadlag run``: all jobs of a config, resumed where they were left, with one line of JSON to say how it went."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadlag._files import write_whole
from leadlag.cli.once import OneEach
from leadlag.cli.streams import tell
from leadlag.cli.voice import lines_shown, print_data

if TYPE_CHECKING:
    from leadlag.batch.events import RunEvent

__all__ = ["run"]

_AS_OF = "Day of the run: periods that end later are left out.  [default: today in calendar.tz]"
_ONLY = "Only the jobs of this KPI, or of this KPI in this segment."
_SHARD = "Only the i-th of n parts of the jobs; a run without --shard collects them."
_SET = "Change a value of the config, as run.workers=4."


@click.command(
    cls=OneEach,
    short_help="Run all jobs of a config.",
    epilog="""Examples:

\b
  leadlag run nightly.yaml
  leadlag run nightly.yaml --dry-run
  leadlag run nightly.yaml --as-of 2026-11-30 --only new_mrr/north --summary summary.json
  leadlag run nightly.yaml --shard 1/4 --set run.workers=8 --json-logs

Exit codes: 0 done, 2 the call or the config is wrong, 3 a source broke its contract, 4 more jobs failed than allowed,
75 try again, 99 a source is late, 130 and 143 interrupted.""",
)
@click.argument("config", metavar="CONFIG")
@click.option("--as-of", metavar="DATE", help=_AS_OF)
@click.option("--only", multiple=True, metavar="KPI[/SEGMENT]", help=_ONLY)
@click.option("--shard", metavar="i/n", help=_SHARD)
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help=_SET)
@click.option("--dry-run", is_flag=True, help="Say which jobs would be computed, and why; compute none.")
@click.option("--force", is_flag=True, help="Compute all jobs again.")
@click.option(
    "--summary", type=Path, metavar="FILE", help="Also write the line of JSON to this file; it is empty until the run has ended."
)
@click.option("--json-logs", is_flag=True, help="Logs on standard error as one object a line.")
@click.option("-q", "--quiet", is_flag=True, help="No logs but errors, and no line of JSON on exits 0 and 99.")
def run(
    *,
    config: str,
    as_of: str | None,
    only: tuple[str, ...],
    shard: str | None,
    settings: tuple[str, ...],
    dry_run: bool,
    force: bool,
    summary: Path | None,
    json_logs: bool,
    quiet: bool,
) -> int:
    """Rank, forecast and score what CONFIG asks for; jobs that were done and whose data are the same are not done again."""
    from leadlag.batch.runner import RunCall, run_call  # noqa: PLC0415

    if summary is not None:
        write_whole(summary, "")  # that it can be written is known before the night, and that of the last night is gone
    asked = RunCall(config=config, as_of=as_of, only=only, shard=shard, force=force, settings=settings, dry_run=dry_run)
    with _logs(as_json=json_logs, quiet=quiet):
        found = run_call(asked)
    line = found.to_json()
    if summary is not None:
        write_whole(summary, line + "\n")
    if not (quiet and found.exit in (0, 99)):
        print_data(line)
    return found.exit


@contextmanager
def _logs(*, as_json: bool, quiet: bool) -> Iterator[None]:
    """What a run tells, as lines on standard error."""
    logger, handler = logging.getLogger("leadlag.batch"), _LogLines(as_json=as_json)
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR if quiet else logging.DEBUG if as_json else logging.INFO)  # programs get a line a job
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


class _LogLines(logging.Handler):
    """Records as lines for people, or as objects for programs."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def emit(self, record: logging.LogRecord) -> None:
        """Say one record; a line break within a line for people is one of several lines."""
        event: RunEvent | None = getattr(record, "event", None)
        if not self._as_json:
            clock = time.strftime("%H:%M:%S", time.localtime(record.created))
            tell(f"{clock} {record.levelname.lower()}: {lines_shown(record.getMessage())}")
            return
        when = dt.datetime.fromtimestamp(record.created, tz=dt.UTC).isoformat(timespec="milliseconds")
        told = {} if event is None else {name: None if value == "" else value for name, value in asdict(event).items()}
        tell(json.dumps({"ts": when, "level": record.levelname.lower(), **told, "message": record.getMessage()}))

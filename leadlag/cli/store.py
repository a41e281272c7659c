"""``leadlag store``: the index over finished runs made again, and old runs taken away."""

from __future__ import annotations

from pathlib import Path

import click

from leadlag.cli.once import OneEach
from leadlag.cli.voice import OK, print_data

__all__ = ["store"]

_STORE = "URL of the index, sqlite:///PATH."
_FORGETS = "URL of the index that forgets them too, sqlite:///PATH."
_STATE = "Folder of the lock, where a config names one as output.state.  [default: FOLDER/.state]"


@click.group(short_help="The index over runs, and old runs.")
def store() -> None:
    """The index over finished runs, and old runs."""


def _runs(_: object, __: object, given: str) -> Path:
    """A folder that is there."""
    if not Path(given).is_dir():
        raise click.BadParameter(f"{given[:80]!r} is no folder: give the folder of runs.")
    return Path(given)


@store.command(
    cls=OneEach,
    short_help="Make the index again.",
    epilog="""Example:

\b
  leadlag store reindex runs/ --store sqlite:///runs/leadlag.db

Exit codes: 0 done, 2 wrong call, 75 try again (another process keeps the index locked).""",
)
@click.argument("folder", callback=_runs)
@click.option("--store", "url", required=True, metavar="URL", help=_STORE)
def reindex(*, folder: Path, url: str) -> int:
    """Make the index again from the runs in FOLDER: what was in it is in them too."""
    from leadlag.batch import reindex as made_again  # noqa: PLC0415

    count = made_again(folder, url)
    print_data(f"{count} run{'' if count == 1 else 's'} indexed")
    return OK


@store.command(
    cls=OneEach,
    short_help="Take old runs away.",
    epilog="""Example:

\b
  leadlag store prune runs/ --keep 400 --store sqlite:///runs/leadlag.db

Exit codes: 0 done, 2 wrong call, 75 try again (a run is at work, or another process keeps the index locked).""",
)
@click.argument("folder", callback=_runs)
@click.option("--keep", required=True, type=click.IntRange(min=1), metavar="N", help="Runs to keep, the newest.")
@click.option("--store", "url", metavar="URL", help=_FORGETS)
@click.option("--state", metavar="DIR", help=_STATE)
def prune(*, folder: Path, keep: int, url: str | None, state: str | None) -> int:
    """Take away the oldest runs in FOLDER beyond N; approved ones stay."""
    from leadlag.batch import prune as taken_away  # noqa: PLC0415

    gone = taken_away(folder, url, keep=keep, state=state)
    print_data("\n".join([*gone, f"{len(gone)} run{'' if len(gone) == 1 else 's'} taken away"]))
    return OK

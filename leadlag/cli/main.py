"""The command line: the only room that prints, and the only exit code.

A command is one file beside this one, and one name among the `commands` of the group. Whatever takes long to load is
loaded inside the command that needs it, so that ``leadlag --help`` answers at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

import click

from leadlag._version import __version__
from leadlag.cli.check import check
from leadlag.cli.config import config
from leadlag.cli.demo import demo
from leadlag.cli.fit import fit
from leadlag.cli.rank import rank
from leadlag.cli.run import run
from leadlag.cli.score import score
from leadlag.cli.store import store
from leadlag.cli.streams import open_streams, unwritable
from leadlag.cli.voice import AGAIN, CONTRACT, INTERRUPTED, OK, USAGE, Voice, print_data, wants_colour
from leadlag.errors import DatabaseError, DataContractError, LeadLagError, LockHeldError, StorageError, UsageError

__all__ = ["main"]

_Form = Literal["line", "lines"] | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line; those of the process if None.

    Returns
    -------
    int
        0 ok, 2 usage, 3 the data break their contract, 75 try again, 130 interrupted. A bug raises, and so ends with 1.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    voice = Voice(colour=wants_colour("--no-color" not in words))
    open_streams()
    try:
        answer = leadlag.main(args=words, prog_name="leadlag", standalone_mode=False)
    except click.exceptions.Abort:
        voice.fail("interrupted")
        return INTERRUPTED
    except click.UsageError as error:
        step = f"{error.ctx.command_path if error.ctx else 'leadlag'} --help shows what is allowed."
        return _refused(UsageError(f"{error.format_message()} Next: {step}"), USAGE, voice, step=step, form=_form(words))
    except LeadLagError as error:
        again = isinstance(error, (DatabaseError, LockHeldError, StorageError))
        code = CONTRACT if isinstance(error, DataContractError) else AGAIN if again else USAGE
        return _refused(error, code, voice, form=_form(words))
    except SystemExit:  # click ends so where whoever reads its help has stopped reading
        return OK
    except OSError as error:
        if error.filename is not None:
            raise
        # click itself prints help, to a stream that has no name
        return OK if isinstance(error, BrokenPipeError) else _refused(unwritable(error), USAGE, voice)
    return answer if isinstance(answer, int) else OK


def _form(words: Sequence[str]) -> _Form:
    """How a refusal is told to programs: `run` always answers with one line of JSON, others where it is asked for."""
    return "line" if words[:1] == ["run"] else "lines" if "--json" in words else None


def _refused(error: LeadLagError, code: int, voice: Voice, *, form: _Form = None, step: str = "") -> int:
    """Say why there is no answer, to people and, where JSON was asked for, to programs; the exit code again."""
    voice.fail(error.by_flags())
    if form is not None:
        first = error.first
        told = {
            "schema": "leadlag-error-1", "exit": code, "code": error.code, "argument": first.argument or None,
            "message": error.by_flags(), "next_step": first.step_by_flags or step, "call": first.call,
        }  # fmt: skip
        with suppress(UsageError):  # standard output cannot be written, which was said already
            print_data(json.dumps(told, indent=2 if form == "lines" else None, ensure_ascii=False))
    return code


@click.group(
    commands=[check, config, demo, fit, rank, run, score, store],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""Examples:

\b
  leadlag demo
  leadlag check sales.csv --kpi revenue
  leadlag rank sales.csv --kpi revenue --max-lag 12 --out report/
  leadlag fit sales.csv --kpi revenue --out revenue.json
  leadlag score revenue.json new.csv
  leadlag run nightly.yaml

Exit codes: 0 ok, 1 bug, 2 wrong call, 3 wrong data, 130 interrupted; leadlag run --help has those of a run.""",
    invoke_without_command=True,
)
@click.version_option(__version__, "-V", "--version", message="leadlag %(version)s")
@click.pass_context
def leadlag(context: click.Context) -> int:
    """Find the metrics that lead a KPI: by how long, how much, and how sure that is."""
    if context.invoked_subcommand is None:
        print_data(context.get_help())
    return OK

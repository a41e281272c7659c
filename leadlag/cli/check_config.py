"""``leadlag check --config``: what stands against the sources and jobs of a config, before the night."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from leadlag.cli.voice import CONTRACT, OK, Voice, print_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadlag.batch import CheckedConfig

__all__ = ["check_config"]


def check_config(path: str, *, as_of: str | None, as_json: bool, voice: Voice) -> int:
    """Say how each source of a config is read, and all that is wrong with them."""
    from leadlag.batch import check  # noqa: PLC0415

    voice.step(f"reading {path}")
    found = check(path, as_of=as_of)
    print_data(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else "\n".join(_lines(found)))
    return CONTRACT if found.is_broken else OK


def _lines(found: CheckedConfig) -> Iterator[str]:
    """The same for people."""
    from leadlag.wording.notes import changes_of_numbers  # noqa: PLC0415
    from leadlag.wording.shown import periods, shown  # noqa: PLC0415

    for name, one in found.sources.items():
        yield f"{shown(name)}: {periods(one.n_rows, 'row')}{f', to {one.last}' if one.last else ''}"
        for text in changes_of_numbers(found.notes.get(name, ())):
            yield f"  note: {text}"
        for problem in found.problems:
            if problem.source == name:
                yield f"  {problem.code}: {shown(problem.message)}"
    own = [problem for problem in found.problems if not problem.source]
    yield f"{periods(found.n_jobs, 'job')}{f', {len(own):,} of them cannot be done:' if own else ''}"
    for problem in own:
        where = f" in {shown(problem.segment)}" if problem.segment else ""
        yield f"  {shown(problem.kpi)}{where}: {problem.code}: {shown(problem.message)}"

"""What every command asks of its options: each that takes one value is given once, and a folder has a name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

__all__ = ["OneEach", "folder_named"]


class OneEach(click.Command):
    """A command whose options for one value are refused by name if they are given twice, which click would pass over."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words of the command line."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        counts = Counter(option for option in order if isinstance(option, click.Option))
        for option, count in counts.items():
            if count > 1 and not (option.multiple or option.is_flag):
                raise click.UsageError(
                    f"{option.opts[-1]} is given {count} times and takes one value: leave all but one out.", ctx
                )
        return super().parse_args(ctx, args)


def folder_named(_: click.Context, option: click.Parameter, value: str | None) -> Path | None:
    """A folder to write to, refused before anything is computed if there is none of that name and none can be made."""
    if value is None:
        return None
    from leadlag.report.export import no_folder  # noqa: PLC0415

    if why := "is empty" if not value.strip() else no_folder(Path(value)):
        raise click.BadParameter(f"{value[:80]!r} {why}: give the name of a folder.", param=option)
    return Path(value)

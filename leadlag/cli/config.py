"""``leadlag config``: what a config may hold, and what one says."""

from __future__ import annotations

import json

import click

from leadlag.cli.once import OneEach
from leadlag.cli.voice import OK, print_data

__all__ = ["config"]


@click.group(short_help="What a config may hold, and what one says.")
def config() -> None:
    """What a config of leadlag run may hold, and what one says."""


@config.command(cls=OneEach, short_help="Print the JSON Schema of a config.")
def schema() -> int:
    """Print what a config may hold as JSON Schema, which editors use to complete and check it."""
    from leadlag.batch import config_schema  # noqa: PLC0415

    print_data(json.dumps(config_schema(), indent=2, ensure_ascii=False))
    return OK


@config.command(cls=OneEach, short_help="Print a config as it is understood.")
@click.argument("config", metavar="CONFIG")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change a value, as run.workers=4.")
def show(*, config: str, settings: tuple[str, ...]) -> int:
    """Print CONFIG as it is understood, with what is taken where it says nothing, as JSON, or all that is wrong with it."""
    from leadlag.batch import read_config  # noqa: PLC0415

    print_data(json.dumps(read_config(config, settings=settings).understood(), indent=2, ensure_ascii=False))
    return OK

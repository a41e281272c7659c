"""The command line."""

from leadlag.cli.main import main

__all__ = ["main"]

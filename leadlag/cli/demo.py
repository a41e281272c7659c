"""``leadlag demo``: a ranking of a built-in sample, and its report."""

from __future__ import annotations

from pathlib import Path

import click

from leadlag.cli.voice import OK, Voice, print_data, warnings_said, with_voice

__all__ = ["demo"]


@click.command(short_help="Rank a built-in real sample, write the report.")
@with_voice
def demo(*, voice: Voice) -> int:
    """Rank the leads of housing starts in a built-in real sample and write the report.

    The page is written to leadlag-report/us_housing.html under the current folder; its path is printed last.
    """
    from leadlag.datasets import load_sample  # noqa: PLC0415
    from leadlag.ranking.rank import rank_leads  # noqa: PLC0415
    from leadlag.report import make_folder, write_report  # noqa: PLC0415

    voice.step("ranking what leads US housing starts, monthly, 1959 to 2024")
    with warnings_said(voice):
        ranking = rank_leads(load_sample("us_housing"), kpi="housing_starts", max_lag=12)
    print_data(ranking.summary())
    voice.step("writing the report")
    path = write_report(ranking, make_folder(Path("leadlag-report")) / "us_housing.html")
    print_data(f"\n{path}")
    return OK

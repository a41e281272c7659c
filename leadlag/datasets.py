"""The samples of ``data/samples``, from a checkout or an installed package."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from leadlag._validation import known_arguments, nearest
from leadlag.errors import LeadLagError, UnknownNameError

__all__ = ["load_sample", "sample_names", "samples_folder"]

_HERE = Path(__file__).resolve().parent


def samples_folder() -> Path:
    """Folder of the sample files: inside an installed package, beside the package in a checkout."""
    for folder in (_HERE / "data" / "samples", _HERE.parent / "data" / "samples"):
        if (folder / "README.md").is_file():
            return folder
    raise LeadLagError("The sample files are missing: install leadlag again, or work from a whole checkout.")


def sample_names() -> tuple[str, ...]:
    """Names that `load_sample` knows."""
    return tuple(sorted(path.stem for path in samples_folder().glob("*.csv")))


@known_arguments
def load_sample(name: str) -> pd.DataFrame:
    """Load a built-in sample to try things on.

    Parameters
    ----------
    name : str
        "us_housing" (real, monthly), "us_unemployment" (real, monthly), "robyn_weekly" (simulated marketing data) or
        "subscription_funnel" (simulated, weekly). ``data/samples/README.md`` tells origin, licence, units and what is
        known to lead what.

    Returns
    -------
    DataFrame
        One row a period, the KPI first; index "date" with the first day of each period, without a set frequency.

    Raises
    ------
    UnknownNameError
        No sample has this name.

    Examples
    --------
    >>> load_sample("us_housing").shape
    (786, 6)
    """
    known = sample_names()
    if name not in known:
        raise UnknownNameError(
            f"name={name!r} is not a sample.{nearest(name, known)} The samples are: {', '.join(map(repr, known))}."
        )
    return pd.read_csv(samples_folder() / f"{name}.csv", index_col="date", parse_dates=["date"])

"""The one door: any table in, a `Sample` out, or one error that lists everything that is wrong."""

from leadlag.sample.files import read_file
from leadlag.sample.frame import as_sample, find_violations, from_wide
from leadlag.sample.long import from_long
from leadlag.sample.model import LeftOut, Note, Sample
from leadlag.sample.periods import Calendar
from leadlag.sample.snapshots import from_snapshots
from leadlag.sample.vintages import Vintages
from leadlag.sample.violations import Violation, raise_violations

__all__ = [
    "Calendar",
    "LeftOut",
    "Note",
    "Sample",
    "Vintages",
    "Violation",
    "as_sample",
    "find_violations",
    "from_long",
    "from_snapshots",
    "from_wide",
    "raise_violations",
    "read_file",
]

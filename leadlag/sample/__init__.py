"""The one door: any table in, a `Sample` out, or one error that lists everything that is wrong.

Where to look, in the order in which a table passes:

- a file as a frame: `files`; paths, encodings, rows (CSV), sheets (Excel), framed (header and titles); any other frame: tables
- the way through: `frame` (public functions), `wide`, `long`, `snapshots`, `several` (a list of tables); all ask settings
- names of columns, metrics and segments: names, labels
- which column is the time: `detect`; look, candidates and numbered say what each column can be, spread and beside join and leave
  out others; doubts, datelike, timelike and indexed ask where none is known
- what a time says: `times`; forms (the table of forms) and shapes (how it is matched), timewords (all words), iso, whole
  (numbers), formats and proposals (`date_format`), zones; deciding asks where it can be two things
- what a number says: `columns`; numbers, texts, written, marks; spelling asks and notes
- the calendar: `grid`; cadence, counting, periods, naming (`dates_at`), years (`year_start`), calendars (`calendar`),
  declared and retail (what makes one), known; dates matches a date to it
- several cadences: split, merge, aligned
- what rows stand for: totals, repeats, rates, missing; sideways and events are tables of another kind, with what reads them
- what leaves: `model` (`Sample`), notes, ahead (values known ahead), vintages, roles; what is wrong: violations
"""

from leadlag.sample.files import read_file
from leadlag.sample.frame import as_sample, find_violations, from_wide
from leadlag.sample.long import from_long
from leadlag.sample.model import LeftOut, Note, Sample
from leadlag.sample.periods import Calendar
from leadlag.sample.retail import retail_calendar
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
    "retail_calendar",
]

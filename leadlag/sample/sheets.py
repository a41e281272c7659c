"""A sheet of an .xlsx workbook as rows of cells: numbers, dates and texts as Excel keeps them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from leadlag._validation import nearest
from leadlag.errors import UsageError
from leadlag.sample.violations import Fix

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["sheet_rows"]

_FORMULA = re.compile(rb"<f[ >/]")


def sheet_rows(data: bytes, name: str, *, sheet: str | None, skipped: Collection[int]) -> list[tuple[int, list[Any]]]:
    """The rows of one sheet that are not empty, with their numbers.

    Parameters
    ----------
    data : bytes
        The workbook.
    name : str
        The file, for messages.
    sheet : str or None
        Name of the sheet; None takes the one that is not empty.
    skipped : collection of int
        Numbers of rows to leave out.

    Raises
    ------
    UsageError
        If it is no workbook, several sheets may be meant, or results of formulas are not saved.
    """
    try:
        import openpyxl  # noqa: PLC0415  (an extra)
    except ImportError:
        text = f"file={name!r} needs openpyxl to be read: pip install 'leadlag-kpi[excel]', or save the sheet as CSV."
        raise UsageError(text, code="LL405") from None
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = {page.title: _rows(page, skipped) for page in book.worksheets if sheet is None or page.title == sheet}
        hidden = {page.title for page in book.worksheets if page.sheet_state != "visible"}
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, AttributeError, TypeError, SyntaxError) as error:
        raise UsageError(f"file={name!r} cannot be read as an .xlsx workbook: {error}.") from None
    if sheet is not None and not rows:
        known = [page.title for page in book.worksheets]
        raise UsageError(
            f"sheet={sheet!r} is not in file={name!r}, which has {', '.join(map(repr, known))}.{nearest(sheet, known)}"
        )
    found = {title: page for title, page in rows.items() if page}
    visible = {title: page for title, page in found.items() if title not in hidden} or found
    if len(visible) > 1:
        ways = [Fix.of(sheet=title) for title in visible]
        raise UsageError(f"file={name!r} has {len(visible)} sheets that are not empty. Say which holds the table", fixes=ways)
    title, page = next(iter(visible.items()), (sheet, []))
    _refuse_uncomputed(data, name, title, page, skipped)
    return page


def _rows(page: Any, skipped: Collection[int]) -> list[tuple[int, list[Any]]]:
    """Rows with a value, all of one width."""
    page.reset_dimensions()  # what some writers say of the size of a sheet is wrong
    raw = [(number, list(row)) for number, row in enumerate(page.iter_rows(values_only=True), start=1) if number not in skipped]
    rows = [(number, row) for number, row in raw if any(cell is not None and str(cell).strip() for cell in row)]
    width = max((_width(row) for _, row in rows), default=0)
    return [(number, (row + [None] * width)[:width]) for number, row in rows]


def _width(row: list[Any]) -> int:
    return max((place + 1 for place, cell in enumerate(row) if cell is not None), default=0)


def _refuse_uncomputed(
    data: bytes, name: str, title: str | None, rows: list[tuple[int, list[Any]]], skipped: Collection[int]
) -> None:
    """A `UsageError` about formulas whose results the file does not hold, which would be gaps."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        pages = [part for part in parts.namelist() if part.startswith("xl/worksheets/sheet")]
        if title is None or not any(_FORMULA.search(parts.read(part)) for part in pages):
            return
    import openpyxl  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    page = openpyxl.load_workbook(io.BytesIO(data), read_only=True)[title]
    page.reset_dimensions()
    known: set[tuple[int, int]] = {(number, place) for number, row in rows for place, cell in enumerate(row) if cell is not None}
    for number, row in enumerate(page.iter_rows(values_only=True), start=1):
        for place, cell in enumerate(() if number in skipped else row):
            if isinstance(cell, str) and cell.startswith("=") and (number, place) not in known:
                raise UsageError(
                    f"cell {get_column_letter(place + 1)}{number} of file={name!r} holds a formula without its result: open the "
                    "file in Excel and save it, or save the sheet as CSV."
                )

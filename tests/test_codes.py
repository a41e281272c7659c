"""Every code has its section, and no section speaks of a code that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from leadlag.errors import CODES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "codes.md"


def _sections() -> dict[str, str]:
    parts = re.split(r"^## (LL\d+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_code_and_no_other_has_a_section_in_order() -> None:
    assert list(_sections()) == sorted(CODES)


def test_every_section_says_what_the_code_says_and_more() -> None:
    for code, text in _sections().items():
        said = re.search(r"\*\*(.+?)\.\*\*(.+)", " ".join(text.replace("\\", "").split()))
        assert said is not None, code
        assert said[1].casefold() == CODES[code].casefold()
        assert len(said[2].split()) > 5

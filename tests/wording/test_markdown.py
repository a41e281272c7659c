"""Frames as Markdown that no name breaks."""

from __future__ import annotations

import pandas as pd

from leadlag.wording.markdown import markdown_table


def test_markdown_escapes_what_would_become_markup() -> None:
    text = markdown_table(pd.DataFrame({"a_b": ["<b>", "[x](y)", "`c`", "_x_", "two\nlines"]}))
    assert text.split("\n")[2:] == ["| \\<b\\> |", "| \\[x\\](y) |", "| \\`c\\` |", "| \\_x\\_ |", "| two\\\\nlines |"]

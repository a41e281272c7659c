"""Notes under their codes."""

from __future__ import annotations

from leadlag.wording.notes import by_kind


def test_two_notes_of_a_code_are_told_and_of_more_the_first_with_their_number() -> None:
    notes = [("LL101", "a."), ("LL112", "x"), ("LL101", "b"), ("LL112", "y"), ("LL112", "z")]
    assert by_kind(notes) == ["a [LL101]", "b [LL101]", "x, and 2 more of this kind [LL112]"]

"""YAML becomes plain values: no date, no yes, no object, and nothing that grows without end."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ruamel.yaml", reason="ruamel.yaml, of the extra batch, is not installed")

from leadlag.catalogue.yaml_text import read_yaml
from leadlag.errors import UsageError


def values_in(text: str, name: str) -> Any:
    """The document without the lines of its keys."""
    return read_yaml(text, name)[0]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("3", 3), ("-3", -3), ("0.50", 0.5), ("0", 0), ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("2026-07-01", "2026-07-01"), ("2024-01", "2024-01"), ("2026-07-01 10:00:00", "2026-07-01 10:00:00"), ("12:30", "12:30"),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("0x10", "0x10"), ("0o7", "0o7"), ("007", "007"), ("1_000", "1_000"),
        ("1e5", "1e5"), (".inf", ".inf"), (".nan", ".nan"), ("+", "+"), ("+5", "+5"), (".5", ".5"), ("'3'", "3"),
        ('"null"', "null"), ("!!str 3", "3"), ("<<", "<<"), ("9" * 400, "9" * 400),
    ],
)  # fmt: skip
def test_only_plain_decimal_numbers_truths_and_nothing_are_more_than_text(word: str, value: Any) -> None:
    found = values_in(f"a: {word}", "x")["a"]
    assert found == value
    assert type(found) is type(value)


def test_a_key_is_text_whatever_it_looks_like() -> None:
    assert values_in("1: a\nnull: b\ntrue: c\n2024-01: d", "x") == {"1": "a", "null": "b", "true": "c", "2024-01": "d"}


def test_an_alias_is_the_value_that_it_names() -> None:
    assert values_in("a: &x [1, 2]\nb: *x\nc: {d: *x}", "x") == {"a": [1, 2], "b": [1, 2], "c": {"d": [1, 2]}}
    assert values_in("", "x") is None
    assert values_in("%YAML 1.1\n---\na: yes\n", "x") == {"a": "yes"}


def laughs(levels: int, times: int) -> str:
    """Lists of lists by alias: a few lines that would be times ** levels values."""
    lines = ["a0: &a0 [1, 2]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * times)}]" for level in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2", "line 2: the key 'a' occurs twice"),
        ("a: {b: 1, b: 2}", "line 1: the key 'b' occurs twice"),
        ("a: " + "[" * 21 + "]" * 21, "deeper than 20"),
        ("a: " + "[" * 100_000, "deeper than 20"),
        ("a: &x 1\nb: [" + ", ".join(["*x"] * 101) + "]", "more than 100 aliases"),
        (laughs(19, 5), "stand for more than 100,000 values"),
        ("a: &x " + "[" * 15 + "]" * 15 + "\nb: " + "[" * 10 + "*x" + "]" * 10, "by its alias nested deeper than 20"),
        ("a: &x [*x]", "names nothing above it"),
        ("a: *nowhere", "names nothing above it"),
        ("a: !!python/object/apply:os.getcwd []", "the tag 'tag:yaml.org,2002:python/object/apply:os.getcwd' is not allowed"),
        ("a: !!timestamp 2024-01-01", "tag.*is not allowed"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("? [1, 2]\n: 3", "a key is no text"),
        ("a: [1, 2", "is no YAML: line"),
        ("a: \x07", "is no YAML"),
    ],
)
def test_what_could_be_misread_or_grow_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        values_in(text, "catalogue='metrics.yaml'")


def test_a_hundred_aliases_and_twenty_levels_are_allowed() -> None:
    assert len(values_in("a: &x 1\nb: [" + ", ".join(["*x"] * 100) + "]", "x")["b"]) == 100
    assert values_in("a: " + "[" * 19 + "]" * 19, "x")["a"] is not None


def test_every_key_has_its_line() -> None:
    _, lines = read_yaml("a:\n  b: 1\nc:\n- d\n- e: 2\n", "x")
    assert lines == {("a",): 1, ("a", "b"): 2, ("c",): 3, ("c", 0): 4, ("c", 1): 5, ("c", 1, "e"): 5}

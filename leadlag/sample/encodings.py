"""Bytes of a file as text: by its mark, as UTF-8, as declared, or as the one other encoding of which the words make sense."""

from __future__ import annotations

import codecs
import re
import unicodedata

from leadlag.errors import UsageError
from leadlag.sample.model import Note
from leadlag.sample.violations import Fix

__all__ = ["decoded"]

#: Marks at the beginning of a file, longest first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Beginnings of files that are no text.
_NO_TEXT = (
    (b"PK\x03\x04", "a workbook of Excel or a zip archive", "give it the ending .xlsx, or unpack it"),
    (b"\xd0\xcf\x11\xe0", "a workbook of old Excel", "save it as .xlsx"),
    (b"PAR1", "a Parquet file", "give it the ending .parquet"),
    (b"\x1f\x8b", "packed by gzip", "unpack it first"),
    (b"%PDF", "a PDF", "give the table itself"),
)
#: What tables are in that are not UTF-8, the likeliest first.
_OTHERS = ("cp1252", "cp1251", "mac_roman", "gb18030", "cp932")
_WORD = re.compile(r"[^\W\d_]{3,}")
#: Signs that no word or number of Western Europe has in it, and capitals in the middle of a word.
_UNLIKELY = re.compile(r"\w[ƒˆ˜†‡•„“”¤¦¨¯´¸]\w|[a-zß-ÿ][À-ÖØ-ÞŠŽŸŒ][a-zß-ÿ]|[\u0080-\u009f]")
#: So much is looked at to tell a file that is no text.
_HEAD = 4096


def decoded(data: bytes, name: str, encoding: str | None) -> tuple[str, tuple[Note, ...]]:
    """The text of a file, and what is to be said of how it was read.

    Parameters
    ----------
    data : bytes
    name : str
        The file, for messages.
    encoding : str or None
        As declared; None reads the mark of the file, else UTF-8, else cp1252 if its words make sense so.

    Raises
    ------
    UsageError
        If it is no text, or in an encoding that has to be declared.

    Examples
    --------
    >>> decoded("Woche;Umsätze".encode("cp1252"), "a.csv", None)[0]
    'Woche;Umsätze'
    """
    if encoding is not None:
        return _declared(data, name, encoding).removeprefix("\ufeff"), ()
    for mark, found in _MARKS:
        if data.startswith(mark):
            return _declared(data, name, found).removeprefix("\ufeff"), ()
    _refuse_no_text(data, name)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return _other(data, name, error.start)


def _declared(data: bytes, name: str, encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except (LookupError, TypeError):
        raise UsageError(
            f"encoding={encoding!r} is not known: give a name such as 'utf-8', 'cp1252', 'utf-16' or 'shift_jis'."
        ) from None
    try:
        text = codecs.decode(data, encoding)
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        raise UsageError(
            f"file={name!r} is not {encoding}: line {_line(data, at)} has {data[at : at + 4]!r}. Give its encoding, or leave "
            "encoding= out to read UTF-8."
        ) from None
    if not isinstance(text, str):
        raise UsageError(f"encoding={encoding!r} is not an encoding of text: give a name such as 'utf-8' or 'cp1252'.")
    return text


def _refuse_no_text(data: bytes, name: str) -> None:
    """A `UsageError` about other files, and about UTF-16 without its mark."""
    for beginning, what, step in _NO_TEXT:
        if data.startswith(beginning):
            raise UsageError(f"file={name!r} looks like {what}, not like text: {step}.")
    head = data[:_HEAD]
    at = head.find(b"\0")
    if at < 0:
        return
    even, odd = head[::2].count(b"\0"), head[1::2].count(b"\0")
    if 4 * max(even, odd) > len(head) and 8 * min(even, odd) < max(even, odd):
        found = "utf-16-le" if odd > even else "utf-16-be"
        raise UsageError(
            f"file={name!r} looks from line 1 on like UTF-16 without the mark that says so: read it with",
            fixes=[Fix.of(encoding=found)],
        )
    raise UsageError(f"file={name!r} is no text: line {_line(data, at)} holds a zero byte. Save the table as CSV in UTF-8.")


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _other(data: bytes, name: str, at: int) -> tuple[str, tuple[Note, ...]]:
    """Text that is not UTF-8: as cp1252 if its words make sense so, else asked about with the readings that are possible."""
    texts = {}
    for encoding in _OTHERS:
        try:
            texts[encoding] = data.decode(encoding)
        except UnicodeDecodeError:
            continue
    western = texts.get("cp1252")
    if western is not None and _makes_sense(western):
        text = f"the file is not UTF-8 and was read as cp1252, with words such as {_strange(western)!r}: else say encoding=."
        return western, (Note(code="LL143", column=None, text=text),)
    words = sorted(((encoding, _strange(text)) for encoding, text in texts.items()), key=lambda pair: _doubtful(*pair))
    raise UsageError(
        f"file={name!r} is not UTF-8: line {_line(data, at)} has {data[at : at + 4]!r}. Say its encoding",
        fixes=[Fix.of(encoding=encoding, when=f"if it says {word!r}") for encoding, word in words[:4]],
    )


def _makes_sense(text: str) -> bool:
    """Whether text looks like a language of Western Europe: words with some letters beyond ASCII, and no signs inside them."""
    if _UNLIKELY.search(text):
        return False
    return all(2 * sum(not letter.isascii() for letter in word) <= len(word) for word in _WORD.findall(text))


def _doubtful(encoding: str, word: str) -> tuple[bool, bool, bool]:
    """What speaks against a reading: signs among letters, letters of two scripts, and that it is cp1252, which made no sense."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha()}
    signs = any(not letter.isalnum() and letter not in " _-./()%€" for letter in word)
    return signs, len(scripts) > 1, encoding == "cp1252"


def _strange(text: str) -> str:
    """The first words that are not ASCII."""
    found = next((at for at, letter in enumerate(text) if not letter.isascii()), 0)
    start = max(text.rfind(mark, 0, found) for mark in "\n\t;,|\"'") + 1
    return text[start : found + 12].split("\n")[0].split(";")[0].split(",")[0].strip()

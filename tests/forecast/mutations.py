"""What can happen to a model file: by accident, and by someone who signs it again."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from typing import Any

#: What stands in place of a value in a forged file.
_ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 7, 53, 10**6, 2**53, 10**30, 10**400, -(10**12),
    0.0, 1.0, -1.0, 0.5, 1e-300, 1e300, -1e300, 1e17,
    "", "x", "\ud83d\ude00", "\u202e", "2024-01-01", [], [1.0], [0.0] * 3, {}, {"a": 1}, [[[[]]]],
)  # fmt: skip


def torn(content: bytes, chance: random.Random) -> bytes:
    """A file with a bit turned, a part cut off or doubled, brackets added, or a huge number."""
    kind, place = chance.randrange(6), chance.randrange(len(content))
    if kind == 0:
        return content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]
    if kind == 1:
        return content[:place]
    if kind == 2:
        end = min(place + chance.randrange(1, 200), len(content))
        return content[:place] + content[end:] if chance.random() < 0.5 else content[:end] + content[place:]
    if kind == 3:
        depth = chance.choice([1, 20, 31, 40, 100_000])
        return content[:place] + b"[" * depth + b"]" * depth + content[place:]
    if kind == 4:
        return content[:place] + chance.choice([b"9" * 10_000, b"1e999", b"-1e400", b"0", b"NaN", b"Infinity"]) + content[place:]
    return content[:place] + chance.choice([b" ", b"\n", b"\t", b"\x00", b"\xc3", b",", b'"', b"\\"]) + content[place:]


def changed_values(content: bytes, chance: random.Random) -> bytes:
    """A file with one to three values changed, with the right sha256."""
    model = json.loads(content)
    for _ in range(chance.randrange(1, 4)):
        _change(model, chance)
    return resigned(model)


def resigned(model: dict[str, Any]) -> bytes:
    """A model with the sha256 of its content."""
    rest = {key: value for key, value in model.items() if key != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return json.dumps(rest | {"sha256": digest}, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _change(model: Any, chance: random.Random) -> None:
    """Another value somewhere inside, the place found from the outside in, so that deep lists are not all that is hit."""
    inside = model
    while True:
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        if not keys:
            return
        key = chance.choice(keys)
        if not isinstance(inside[key], dict | list) or chance.random() < 0.08:
            break
        inside = inside[key]
    kind = chance.randrange(4)
    value = inside[key]
    if kind == 0 and isinstance(value, float | int) and not isinstance(value, bool):
        inside[key] = value * chance.choice([-1, 2, 1000, 1e-9, 1e9])
    elif kind == 1 and isinstance(value, list) and value:
        inside[key] = chance.choice([value[:-1], [*value, value[-1]], value[::-1]])
    elif kind == 2 and isinstance(inside, dict):
        del inside[key]
    else:
        inside[key] = copy.deepcopy(chance.choice(_ODD))

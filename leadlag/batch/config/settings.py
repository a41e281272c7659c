"""Changes of a config by its caller: a place and a value, ``run.workers=4``."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from leadlag.batch.config.secrets import masked
from leadlag.catalogue.refusals import cut
from leadlag.catalogue.yaml_text import read_yaml
from leadlag.errors import ConfigError, UsageError

__all__ = ["with_settings"]


def with_settings(content: Mapping[str, Any], settings: Sequence[str]) -> dict[str, Any]:
    """The content with these changes; a value is read as in YAML."""
    changed: dict[str, Any] = copy.deepcopy(dict(content))
    for setting in settings:
        place, mark, text = setting.partition("=")
        keys, told = place.split("."), cut(masked(setting), 200)
        if not mark or not all(keys):
            raise ConfigError(f"set={told!r} is not allowed: give PATH=VALUE, such as run.workers=4.")
        _put(changed, keys, _value(text, told), told)
    return changed


def _value(text: str, setting: str) -> Any:
    try:
        return read_yaml(text, f"set={setting!r}", kind="value")[0]
    except UsageError as error:
        raise ConfigError(str(error.args[0]), code="LL405" if error.code == "LL405" else "LL508") from None


def _put(content: Any, keys: Sequence[str], value: Any, setting: str) -> None:
    """Put a value into its place; parts on the way to it are made."""
    *way, last = keys
    for key in way:
        content = _inside(content, key, setting)
    if isinstance(content, list):
        content[_number(content, last, setting)] = value
    elif isinstance(content, dict):
        content[last] = value
    else:
        raise _nowhere(setting, last)


def _inside(content: Any, key: str, setting: str) -> Any:
    if isinstance(content, list):
        return content[_number(content, key, setting)]
    if isinstance(content, dict):
        if content.get(key) is None:
            content[key] = {}
        return content[key]
    raise _nowhere(setting, key)


def _number(content: list[Any], key: str, setting: str) -> int:
    if not key.isdecimal() or int(key) >= len(content):
        raise ConfigError(f"set={setting!r} is not allowed: {key!r} is none of the {len(content)} entries, counted from 0.")
    return int(key)


def _nowhere(setting: str, key: str) -> ConfigError:
    return ConfigError(f"set={setting!r} is not allowed: what stands before {key!r} holds no keys.")

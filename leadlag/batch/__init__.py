"""Many KPIs and segments at night: from a config to a folder of results, resumable, with one line to say how it went.

How a run goes: `config/` reads what is asked, `sources/` the tables and what stands against them (`spans`: which periods count),
`plan` makes jobs with an identity of their own, `known` tells which are done, `job` runs one, `pool` many of them in processes,
`runner` sees to the whole; `assemble` and `ended` make of it what is kept by `store/`: the journal of a run that is not finished,
its folder once it is, and the index over all of them.
"""

from __future__ import annotations

import importlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from leadlag.errors import UsageError

if TYPE_CHECKING:
    from leadlag.batch.checked import CheckedConfig as CheckedConfig
    from leadlag.batch.config import Config as Config
    from leadlag.batch.config import config_schema as config_schema
    from leadlag.batch.config import read_config as read_config
    from leadlag.batch.runner import check as check
    from leadlag.batch.runner import run as run
    from leadlag.batch.store.opened import Store as Store
    from leadlag.batch.store.opened import open_store as open_store
    from leadlag.batch.store.upkeep import prune as prune
    from leadlag.batch.store.upkeep import reindex as reindex
    from leadlag.batch.summary import RunSummary as RunSummary

__all__ = [
    "CheckedConfig", "Config", "RunSummary", "Store", "check", "config_schema", "open_store", "prune", "read_config", "reindex",
    "run",
]  # fmt: skip

_HOMES = MappingProxyType(
    {
        "CheckedConfig": "checked", "check": "runner", "Config": "config", "config_schema": "config", "read_config": "config",
        "run": "runner", "Store": "store.opened", "open_store": "store.opened", "prune": "store.upkeep",
        "reindex": "store.upkeep", "RunSummary": "summary",
    }
)  # fmt: skip


def __getattr__(name: str) -> Any:
    """Names are looked up when they are used: the packages that a run needs are an extra."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("pebble", "pyarrow", "pydantic", "ruamel"):
            raise
        text = f"leadlag.batch needs {error.name}: pip install 'leadlag-kpi[batch]'."
        raise UsageError(text, code="LL405") from None

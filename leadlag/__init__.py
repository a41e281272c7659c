"""Which metrics lead a KPI, by how long, how much, and how sure that is.

The public names, each loaded when it is first used: ``import leadlag`` itself loads no other package but the
lazy loader. What each name is stands in ``__init__.pyi``.
"""

import lazy_loader

from leadlag._version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""The door to pyld, which is imported nowhere else.

pyld brings a client for HTTP and a parser for HTML, to fetch contexts that it does not have. Nothing here fetches any,
so it is imported as if neither were installed: that takes a third of the time and eight megabytes less, and leaves it
without a way out. What stands in for them meanwhile is gone afterwards.
"""

from __future__ import annotations

import sys
from types import ModuleType

_ABSENT = ("requests", "aiohttp")
_EMPTY = ("lxml", "lxml.html")

_before = {name: sys.modules.get(name) for name in (*_ABSENT, *_EMPTY)}
sys.modules.update(dict.fromkeys(_ABSENT))  # type: ignore[arg-type]  # None: there is no such module
sys.modules.update({name: ModuleType(name) for name in _EMPTY})
try:
    from pyld import jsonld as pyld
    from pyld.documentloader.frozen import BUNDLED_CONTEXTS
finally:
    for _name, _module in _before.items():
        if _module is None:
            del sys.modules[_name]
        else:
            sys.modules[_name] = _module

__all__ = ["BUNDLED_CONTEXTS", "pyld"]

"""The names of time zones (IANA), as people choose them and forms offer them."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the names of all time zones; they are files, so they are looked for once."""
    return frozenset(available_timezones())

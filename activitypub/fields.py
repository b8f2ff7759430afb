"""Readers of one loose JSON value: text, address, list, time, number, language map.

The rule: a reader never raises, whatever it is given. What cannot be read is an empty value or ``None``, so that one
odd field costs that field and not the document. Lengths and counts are bounded here, in characters and items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any

MAX_URL = 2048
MAX_TIME = 64
MAX_KIND = 100
MAX_LANGUAGES = 32
MAX_COUNT = 2**31 - 1

AS2 = "https://www.w3.org/ns/activitystreams#"

_ADDRESS = re.compile(
    r"[hH][tT][tT][pP][sS]?://"
    r"[!$-.0-;=A-Z\[\]^-~\u00a1-\U0010ffff]+"  # neither / ? # nor the @ of user information
    r"(?:[/?#][!#-;=?-Z\[\]^-~\u00a1-\U0010ffff]*)?"  # no space, control character, quote, < > or backslash
)
_NUMERIC = re.compile(r"[0-9]{1,10}")


def text(value: Any, limit: int = 1_000_000) -> str:
    """Read a string, the value object JSON-LD wraps one in, or the first of a list; at most ``limit`` characters.

    NUL characters go: PostgreSQL stores none. So do lone surrogates: UTF-8 has none.
    """
    if value is None:
        return ""
    written = value if isinstance(value, str) else _unwrapped(value)
    if len(written) > limit:
        written = written[:limit]
    return written if written.isascii() and "\0" not in written else _storable(written)


def _unwrapped(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@value")
    return value if isinstance(value, str) else ""


def _storable(value: str) -> str:
    return value.replace("\0", "").encode("utf-8", "ignore").decode()


def address(value: Any) -> str:
    """Read an http(s) address out of a string, an object with ``id`` or ``href``, or the first of a list; else ``""``.

    Every other scheme (``javascript:``, ``data:``, ``file:``), user information and characters that parsers disagree
    about are refused here, once, so that no reader lets them through.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        value = _reference(value)
    return _accepted(value) if len(value) <= MAX_URL else ""


@lru_cache(maxsize=2048)
def _accepted(value: str) -> str:
    """Return the address if it is one; remembered, because documents name the same few over and over."""
    if not _ADDRESS.fullmatch(value):
        value = value.strip()
        if not _ADDRESS.fullmatch(value):
            return ""
    if value.isascii():
        return value
    # Beyond ASCII: no separators, no characters that turn the direction of text, no lone surrogates. What counts there
    # are bytes, since indexes hold no more.
    return value if value.isprintable() and len(value.encode()) <= MAX_URL else ""


def _reference(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("id") or value.get("href") or value.get("@id")
    return value if isinstance(value, str) else ""


def file_address(value: Any) -> str:
    """Read the address of a file; WordPress sends those with HTML's escapes for ``&`` still in them."""
    found = address(value)
    return found.replace("&#038;", "&").replace("&amp;", "&") if "&" in found else found


def addresses(value: Any, limit: int) -> tuple[str, ...]:
    """Read every address of a list-or-single, each once, in order, at most ``limit``."""
    found = (address(item) for item in items(value, limit))
    return tuple(dict.fromkeys(one for one in found if one))


def items(value: Any, limit: int) -> list[Any]:
    """Read a list-or-single as a list of at most ``limit``.

    Also an object whose keys are numbers (Pixelfed sends ``tag`` so) and JSON-LD's ``@list`` and ``@set``.
    """
    if value is None:
        return []
    if isinstance(value, list):
        return value if len(value) <= limit else value[:limit]
    if isinstance(value, dict):
        for wrapper in ("@list", "@set"):
            if wrapper in value:
                return items_of_list(value[wrapper], limit)
        if value and all(isinstance(key, str) and _NUMERIC.fullmatch(key) for key in value):
            return list(value.values())[:limit]
    return [value]


def items_of_list(value: Any, limit: int) -> list[Any]:
    """Read a plain list, or one thing as a list of it."""
    found = value if isinstance(value, list) else [value]
    return found[:limit]


def mappings(value: Any, limit: int) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list-or-single; what is no object is passed over."""
    return (item for item in items(value, limit) if isinstance(item, dict))


def mapping(value: Any) -> dict[str, Any]:
    """Read an object, or the first of a list; else an empty one."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, dict) else {}


def kind(value: Any) -> str:
    """Read a ``type``: the first name when there are several, without the vocabulary's prefix."""
    if isinstance(value, list):
        value = next((name for name in value if isinstance(name, str)), "")
    if not isinstance(value, str):
        return ""
    if ":" in value:
        value = value.removeprefix("as:").removeprefix(AS2)
    return value if len(value) < MAX_KIND and value.isalpha() else text(value, MAX_KIND)


def time(value: Any) -> datetime | None:
    """Read an ISO 8601 instant as aware UTC; without an offset it is taken as UTC; digits past microseconds go."""
    if value is None:
        return None
    written = value if isinstance(value, str) else _unwrapped(value)
    if len(written) > MAX_TIME:
        return None
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is UTC:
            return moment
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def count(value: Any, maximum: int = MAX_COUNT) -> int | None:
    """Read a whole number from 0 to ``maximum``; strings of digits and floats without a fraction count."""
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, str) and _NUMERIC.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and isfinite(value) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= maximum else None


def number(value: Any) -> float | None:
    """Read a finite number."""
    if isinstance(value, dict):
        value = value.get("@value")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) <= MAX_COUNT and isfinite(value) else None


def flag(value: Any) -> bool:
    """Read a yes: only ``true`` is one."""
    if isinstance(value, dict):
        value = value.get("@value")
    return value is True


def language_map(value: Any) -> dict[str, str]:
    """Read language -> text; JSON-LD's several values of one language give the first."""
    if not isinstance(value, Mapping):
        return {}
    found: dict[str, str] = {}
    for language, written in value.items():
        words = text(written)
        if isinstance(language, str) and words:
            found[text(language, 35)] = words
        if len(found) == MAX_LANGUAGES:
            break
    return found


def in_any_language(value: Any) -> str:
    """Read what a language map says in the first of its languages."""
    return next(iter(language_map(value).values()), "")

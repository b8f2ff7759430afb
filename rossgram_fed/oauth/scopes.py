"""Scopes: what an app may do, in Mastodon's words. A route names one, and a wider one that was granted covers it.

``read`` covers ``read:statuses``; ``follow``, which old apps ask for, covers what concerns follows, blocks and mutes;
``profile`` is the least of what ``read:accounts`` allows. ``admin:read`` and ``admin:write`` are for admins alone, whom
Pixelfed's app asks so; their parts (``admin:read:…``) are not to be had here. Apps that ask for what somebody cannot
give get the rest of what they ask for.
"""

from __future__ import annotations

from collections.abc import Iterable

_READ = (
    "accounts",
    "blocks",
    "bookmarks",
    "favourites",
    "filters",
    "follows",
    "lists",
    "mutes",
    "notifications",
    "search",
    "statuses",
)
_WRITE = (
    "accounts",
    "blocks",
    "bookmarks",
    "conversations",
    "favourites",
    "filters",
    "follows",
    "lists",
    "media",
    "mutes",
    "notifications",
    "reports",
    "statuses",
)
_FOLLOW = frozenset(f"{verb}:{subject}" for verb in ("read", "write") for subject in ("blocks", "follows", "mutes"))

SCOPES: tuple[str, ...] = (
    "read",
    *(f"read:{subject}" for subject in _READ),
    "write",
    *(f"write:{subject}" for subject in _WRITE),
    "follow",
    "push",
    "profile",
    "admin:read",
    "admin:write",
)
"""Every scope that an app may ask for."""
_KNOWN = frozenset(SCOPES)
_ADMIN = "admin:"
_PROFILE = frozenset({"profile", "read", "read:accounts"})


def scopes_from(text: str) -> tuple[str, ...]:
    """Read scopes separated by spaces (RFC 6749, section 3.3); raise ``ValueError`` for one that there is not."""
    words = dict.fromkeys(text.replace("+", " ").split())
    asked = tuple(scope for scope in words if scope in _KNOWN or not scope.startswith(_ADMIN))
    for scope in asked:
        if scope not in _KNOWN:
            raise ValueError(f"There is no scope {scope[:40]!r} here.")
    if text.strip() and not asked:
        raise ValueError("Nothing of what is asked for is to be had here.")
    return asked


def given_by(scopes: Iterable[str], *, admin: bool) -> tuple[str, ...]:
    """Return those of the scopes that somebody can give: what is for admins is nobody else's to give."""
    return tuple(scope for scope in scopes if admin or not scope.startswith(_ADMIN))


def covers(granted: Iterable[str], wanted: str) -> bool:
    """Say whether what was granted allows a scope."""
    held = frozenset(granted)
    if wanted == "profile":
        return bool(held & _PROFILE)
    verb = wanted.partition(":")[0]
    return wanted in held or verb in held or (wanted in _FOLLOW and "follow" in held)


def within(asked: Iterable[str], allowed: Iterable[str]) -> bool:
    """Say whether everything that is asked for is covered by what an app registered for."""
    held = tuple(allowed)
    return all(covers(held, scope) for scope in asked)

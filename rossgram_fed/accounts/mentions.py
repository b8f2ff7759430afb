"""Whom a handle stands for, in an address, a search, a caption or a bio: accounts we know, here or elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from rossgram_fed.caption import Mentioned, mentions_in
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader
from rossgram_fed.visibility import heard
from webfinger.errors import WebFingerError
from webfinger.handles import Handle, parse_handle

MOST_MENTIONS = 50
LONGEST_NAME = 255
"""Characters of a username, as the column ``accounts.username`` keeps it."""


def handle_from(settings: Settings, text: str) -> Handle | None:
    """Read a handle; ours get an empty host, whichever of our domains they name; None for what is no handle."""
    name, at, host = text.removeprefix("@").partition("@")
    if not at or host.lower() in (settings.account_domain, settings.host):
        return Handle(name.lower(), "") if 0 < len(name) <= LONGEST_NAME and name.isprintable() else None
    try:
        return parse_handle(text)
    except WebFingerError:
        return None


async def resolve(reader: Reader, settings: Settings, caption: str) -> dict[str, Mentioned]:
    """Return the accounts behind a caption's handles, by handle as typed; unknown ones are missing."""
    wanted = _handles(settings, mentions_in(caption)[:MOST_MENTIONS])
    if not wanted:
        return {}
    names = [name for handle in wanted.values() for name in (handle.username, handle.username.lower(), handle.host)]
    choices = " OR ".join(
        f"(username IN (${3 * number + 1}, ${3 * number + 2}) AND domain = ${3 * number + 3})"
        for number in range(len(wanted))
    )
    rows = await reader.fetch(
        "SELECT id, username, domain, uri, url FROM accounts "  # noqa: S608 - placeholders and a constant
        f"WHERE ({choices}) AND deleted_at IS NULL AND {heard('accounts')}",
        *names,
    )
    known = {
        (row["username"].lower(), row["domain"]): Mentioned(row["id"], row["url"] or row["uri"], row["username"])
        for row in rows
    }
    return {
        typed: known[handle.username.lower(), handle.host]
        for typed, handle in wanted.items()
        if (handle.username.lower(), handle.host) in known
    }


async def unknown_handles(reader: Reader, settings: Settings, caption: str) -> tuple[Handle, ...]:
    """Return the handles of other servers' accounts that a caption names and we have not met.

    Whoever publishes may look them up first, so that they are told; this is not done inside a change.
    """
    wanted = _handles(settings, mentions_in(caption)[:MOST_MENTIONS])
    known = await resolve(reader, settings, caption)
    return tuple(handle for typed, handle in wanted.items() if handle.host and typed not in known)


def _handles(settings: Settings, typed: Sequence[str]) -> dict[str, Handle]:
    """Return each typed handle in its one spelling; ours get an empty host."""
    handles = {text: handle_from(settings, text) for text in typed}
    return {text: handle for text, handle in handles.items() if handle is not None}

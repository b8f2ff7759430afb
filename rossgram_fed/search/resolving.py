"""Turning what somebody typed into the account or post it means, also when no one here has met it.

A handle or an address is looked up at its own server, within a few seconds; what comes back is stored as if it had
arrived, with every check that arrivals go through.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from activitypub.actors import ACTOR_TYPES
from activitypub.errors import ActivityPubError
from rossgram_fed.accounts.mentions import handle_from
from rossgram_fed.database import Reader
from rossgram_fed.federation import addresses, remote_accounts, remote_documents
from rossgram_fed.federation.network import Network
from rossgram_fed.posts import fetching
from rossgram_fed.visibility import heard, visible
from webfinger.errors import WebFingerError

SECONDS = 12.0


class NotFoundAnywhere(Exception):
    """Nothing is there; the text is a sentence for whoever searched."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text names: an account or a post."""

    account_id: int | None = None
    post_id: int | None = None


async def find(network: Network, text: str, *, viewer_id: int) -> Found | None:
    """Return what ``text`` names; None when it is neither a whole handle nor an address.

    Raises ``NotFoundAnywhere`` when it is one of these and leads nowhere; a post that the viewer may not see is looked
    for as if it were not here.
    """
    wanted = text.strip()
    try:
        async with asyncio.timeout(SECONDS):
            if is_address(wanted):
                return await _by_address(network, wanted, viewer_id=viewer_id)
            if "@" in wanted.removeprefix("@") or wanted.startswith("acct:"):
                return await _by_handle(network, wanted.removeprefix("acct:"))
    except (ActivityPubError, WebFingerError) as error:
        raise NotFoundAnywhere(f"That could not be found: {error}") from error
    except TimeoutError as error:
        raise NotFoundAnywhere("The other server did not answer in time. Try again in a moment.") from error
    return None


async def resolve(network: Network, text: str, *, viewer_id: int) -> str | None:
    """Return the path of the page of what ``text`` names, as ``find`` finds it."""
    found = await find(network, text, viewer_id=viewer_id)
    if found is None:
        return None
    if found.account_id is not None:
        return await _path_of(network, found.account_id)
    return f"/p/{found.post_id}"


async def known(reader: Reader, address: str, *, viewer_id: int | None) -> Found | None:
    """Return what is here and has an address, without asking anybody."""
    viewer, known = ("$2", [viewer_id]) if viewer_id is not None else (None, [])
    post_id = await reader.fetch_value(
        f"SELECT p.id FROM posts p WHERE (p.uri = $1 OR p.url = $1) AND {visible(viewer)} ORDER BY p.id LIMIT 1",  # noqa: S608 - constants
        address,
        *known,
    )
    if post_id is not None:
        return Found(post_id=int(post_id))
    account_id = await reader.fetch_value(
        f"SELECT a.id FROM accounts a WHERE (a.uri = $1 OR a.url = $1) AND a.deleted_at IS NULL AND {heard('a')} "  # noqa: S608 - a constant
        "ORDER BY a.id LIMIT 1",
        address,
    )
    return None if account_id is None else Found(account_id=int(account_id))


def is_address(text: str) -> bool:
    """Say whether a text is an address of the web."""
    return text.startswith(("https://", "http://"))


async def _by_handle(network: Network, text: str) -> Found:
    settings = network.instance.settings
    handle = handle_from(settings, text)
    if handle is None:
        raise NotFoundAnywhere("That is no handle; they look like @name@server.example.")
    return await _shown(network, await remote_accounts.by_handle(network, handle))


async def _by_address(network: Network, address: str, *, viewer_id: int) -> Found:
    found = await known(network.instance.database, address, viewer_id=viewer_id)
    if found is not None:
        return found
    if addresses.is_local(network.instance.settings, address):
        raise NotFoundAnywhere("There is nothing at that address on this server.")
    document = await remote_documents.fetch(network, address)
    if document.get("type") in ACTOR_TYPES:
        return await _shown(network, await remote_accounts.by_uri(network, str(document["id"])))
    post_id = await fetching.keep_document(network, document)
    if post_id is None:
        raise NotFoundAnywhere("What is at that address is no post that everybody may see.")
    return Found(post_id=post_id)


async def _shown(network: Network, account_id: int) -> Found:
    row = await network.instance.database.fetch_one(
        f"SELECT id FROM accounts a WHERE id = $1 AND {heard('a')}",  # noqa: S608 - a constant
        account_id,
    )
    if row is None:
        raise NotFoundAnywhere("This server does not show that account.")
    return Found(account_id=account_id)


async def _path_of(network: Network, account_id: int) -> str:
    row = await network.instance.database.fetch_one("SELECT username, domain FROM accounts WHERE id = $1", account_id)
    if row is None:
        raise NotFoundAnywhere("This server does not show that account.")
    return f"/@{row['username']}@{row['domain']}" if row["domain"] else f"/@{row['username']}"

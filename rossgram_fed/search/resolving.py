"""Turning what somebody typed into the account or post it means, also when no one here has met it.

A handle or an address is looked up at its own server, within a few seconds; what comes back is stored as if it had
arrived, with every check that arrivals go through.
"""

from __future__ import annotations

import asyncio

from activitypub.actors import ACTOR_TYPES
from activitypub.errors import ActivityPubError
from rossgram_fed.accounts.mentions import handle_from
from rossgram_fed.federation import addresses, remote_accounts, remote_documents
from rossgram_fed.federation.network import Network
from rossgram_fed.posts import fetching
from rossgram_fed.visibility import heard, visible
from webfinger.errors import WebFingerError

SECONDS = 12.0


class NotFoundAnywhere(Exception):
    """Nothing is there; the text is a sentence for whoever searched."""


async def resolve(network: Network, text: str, *, viewer_id: int) -> str | None:
    """Return the path of the page of what ``text`` names; None when it is neither a whole handle nor an address.

    Raises ``NotFoundAnywhere`` when it is one of these and leads nowhere; a post that the viewer may not see is looked
    for as if it were not here.
    """
    wanted = text.strip()
    try:
        async with asyncio.timeout(SECONDS):
            if wanted.startswith(("https://", "http://")):
                return await _by_address(network, wanted, viewer_id=viewer_id)
            if "@" in wanted.removeprefix("@") or wanted.startswith("acct:"):
                return await _by_handle(network, wanted.removeprefix("acct:"))
    except (ActivityPubError, WebFingerError) as error:
        raise NotFoundAnywhere(f"That could not be found: {error}") from error
    except TimeoutError as error:
        raise NotFoundAnywhere("The other server did not answer in time. Try again in a moment.") from error
    return None


async def _by_handle(network: Network, text: str) -> str:
    settings = network.instance.settings
    handle = handle_from(settings, text)
    if handle is None:
        raise NotFoundAnywhere("That is no handle; they look like @name@server.example.")
    return await _path_of(network, await remote_accounts.by_handle(network, handle))


async def _by_address(network: Network, address: str, *, viewer_id: int) -> str:
    database = network.instance.database
    known = await database.fetch_one(
        f"SELECT p.id FROM posts p WHERE (p.uri = $1 OR p.url = $1) AND {visible('$2')} ORDER BY p.id LIMIT 1",  # noqa: S608 - constants
        address,
        viewer_id,
    )
    if known is not None:
        return f"/p/{known['id']}"
    row = await database.fetch_one("SELECT id FROM accounts WHERE uri = $1 OR url = $1 ORDER BY id LIMIT 1", address)
    if row is not None:
        return await _path_of(network, int(row["id"]))
    if addresses.is_local(network.instance.settings, address):
        raise NotFoundAnywhere("There is nothing at that address on this server.")
    document = await remote_documents.fetch(network, address)
    if document.get("type") in ACTOR_TYPES:
        return await _path_of(network, await remote_accounts.by_uri(network, str(document["id"])))
    post_id = await fetching.keep_document(network, document)
    if post_id is None:
        raise NotFoundAnywhere("What is at that address is no post that everybody may see.")
    return f"/p/{post_id}"


async def _path_of(network: Network, account_id: int) -> str:
    row = await network.instance.database.fetch_one(
        f"SELECT username, domain FROM accounts a WHERE id = $1 AND {heard('a')}",  # noqa: S608 - a constant
        account_id,
    )
    if row is None:
        raise NotFoundAnywhere("This server does not show that account.")
    return f"/@{row['username']}@{row['domain']}" if row["domain"] else f"/@{row['username']}"

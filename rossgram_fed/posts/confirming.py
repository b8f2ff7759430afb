"""Whether a post that is said to be deleted is gone: only its origin knows, so only its origin is asked."""

from __future__ import annotations

from activitypub import fields
from activitypub.errors import ActivityPubError, Refused
from rossgram_fed.federation import remote_documents
from rossgram_fed.federation.network import Network
from rossgram_fed.posts import store

GONE = frozenset({404, 410})


async def confirm_delete(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``confirm_delete``: remove the stranger's post ``uri`` if its origin has it no more.

    Raises ``Unreachable`` and passing refusals, to be tried again.
    """
    uri = str(payload["uri"])
    if not await _is_gone(network, uri):
        return
    async with network.instance.change() as change:
        row = await change.tx.fetch_one(
            "SELECT p.id, a.uri AS author FROM posts p JOIN accounts a ON a.id = p.account_id "
            "WHERE p.uri = $1 AND p.local = FALSE",
            uri,
        )
        if row is not None:
            await store.bury(change, uri, row["author"], owned=True)
            await store.remove_post(change, row["id"])


async def _is_gone(network: Network, uri: str) -> bool:
    try:
        document = await remote_documents.fetch(network, uri)
    except ActivityPubError as error:
        if remote_documents.passing(error):
            raise
        return isinstance(error, Refused) and error.status in GONE
    return fields.kind(document.get("type")) == "Tombstone"

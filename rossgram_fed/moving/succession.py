"""Hosts that lost their database: the same handle, and another actor behind it.

The handle goes to the new actor because WebFinger of the handle's own domain says so. Those who followed the old one
follow the new one only if both live on one host and the old one is there no more (404 or 410): a domain that changed
hands, or an actor who still lives, gives nobody away.
"""

from __future__ import annotations

from activitypub.errors import ActivityPubError, Refused
from activitypub.origin import same_host
from rossgram_fed.accounts import erasure
from rossgram_fed.federation import errands, remote_accounts, remote_documents
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_documents import passing
from rossgram_fed.moving import followers
from rossgram_fed.visibility import heard


async def succeed_account(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``succeed_account``: ``target_id`` took the handle of ``account_id``; take their people along.

    Raises ``RequestFailed`` when nobody answers for the old one now.
    """
    account_id, target_id = int(str(payload["account_id"])), int(str(payload["target_id"]))
    uris = await _uris(network, account_id, target_id)
    if uris is None or not same_host(*uris) or not await _is_gone(network, uris[0]):
        return
    async with network.instance.change() as change:
        await errands.move_followers(change, account_id=account_id, target_id=target_id, quietly=True)


async def erase_account(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``erase_account``: erase a stranger who is gone, after their people were taken to who came after."""
    account_id = int(str(payload["account_id"]))
    try:
        target_id = await remote_accounts.find_successor(network, account_id)
    except ActivityPubError:
        target_id = None  # nobody came after, as far as can be told now
    if target_id is not None:
        await followers.move_all(network.instance, account_id=account_id, target_id=target_id)
    await erasure.erase_gone(network.instance, payload)


async def _uris(network: Network, old_id: int, new_id: int) -> tuple[str, str] | None:
    rows = await network.instance.database.fetch(
        f"SELECT a.id, a.uri FROM accounts a WHERE a.id IN ($1, $2) AND a.domain <> '' AND {heard('a')}",  # noqa: S608 - a constant
        old_id,
        new_id,
    )
    uris = {row["id"]: row["uri"] for row in rows}
    return (uris[old_id], uris[new_id]) if len(uris) == 2 else None


async def _is_gone(network: Network, uri: str) -> bool:
    try:
        await remote_documents.fetch(network, uri)
    except Refused as error:
        if error.status in (404, 410):
            return True
        if passing(error):
            raise
    except ActivityPubError as error:
        if passing(error):
            raise
    return False

"""Posts that relays passed on: read from their origin, and kept for a while for those who explore.

The rule: only public photos that answer nobody. Whether anybody here takes to one decides whether it stays.
"""

from __future__ import annotations

from activitypub.objects import PUBLIC, Note
from rossgram_fed.federation.network import Network
from rossgram_fed.models.relays import RelayState
from rossgram_fed.posts.fetching import read, take
from rossgram_fed.posts.remote import has_pictures


async def fetch_relayed(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``fetch_relayed``: read the post at ``uri`` and keep it, if the relay ``relay_id`` is still ours.

    Raises ``Unreachable`` and passing refusals, to be tried again.
    """
    uri, relay_id = str(payload["uri"]), int(str(payload["relay_id"]))
    if not await _is_ours(network, relay_id):
        return
    found = await read(network, uri, wanted=_is_public_photo)
    if found is None:
        return
    note, account_id = found
    async with network.instance.change() as change:
        if await change.tx.fetch_one("SELECT id FROM posts WHERE uri = $1", note.id) is not None:
            return  # it came by another way meanwhile, and stays for that
        if await take(change, note, account_id=account_id) is not None:
            return  # it concerns somebody here, who was told
        post_id = await take(change, note, account_id=account_id, wanted=True)
        if post_id is not None:
            await change.tx.execute(
                "INSERT INTO relayed_posts (post_id, relay_id, created_at) "
                "SELECT $1, r.id, $2 FROM relays r WHERE r.id = $3",
                post_id,
                change.now,
                relay_id,
            )


def _is_public_photo(note: Note) -> bool:
    return PUBLIC in note.to and has_pictures(note) and not note.in_reply_to


async def _is_ours(network: Network, relay_id: int) -> bool:
    found = await network.instance.database.fetch_one(
        "SELECT id FROM relays WHERE id = $1 AND state = $2", relay_id, int(RelayState.ACCEPTED)
    )
    return found is not None

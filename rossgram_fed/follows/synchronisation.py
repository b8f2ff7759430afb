"""Bringing our idea of who here follows a stranger into line with the stranger's own (FEP-8fcf).

The rule: a list counts when it is whole and from the stranger's own origin, and it can only end follows of the
stranger, or say yes to one that was asked for. Nobody here comes to follow anybody by it.
"""

from __future__ import annotations

from activitypub.errors import ActivityPubError, MalformedDocument
from activitypub.origin import same_origin
from activitypub.synchronization import listed_in
from rossgram_fed.database import Row
from rossgram_fed.federation import outbox
from rossgram_fed.federation.addresses import follow_uri, local_username
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_documents import passing
from rossgram_fed.follows import documents
from rossgram_fed.follows.actions import end_follow, receive_accept
from rossgram_fed.instance import Change
from rossgram_fed.models.relations import FollowState
from rossgram_fed.visibility import heard

MOST_UNDONE = 100
"""Follows that one look takes back at the stranger's server; those of more people wait for the next look."""


async def synchronise(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``synchronise_followers``: read at ``url`` who here follows the stranger ``account_id``, and agree.

    Raises ``Unreachable`` and passing refusals, to be tried again.
    """
    account_id, url = int(str(payload["account_id"])), str(payload["url"])
    database = network.instance.database
    stranger = await database.fetch_one(
        "SELECT a.id, a.uri FROM accounts a "  # noqa: S608 - constants
        f"WHERE a.id = $1 AND a.domain <> '' AND a.deleted_at IS NULL AND {heard('a')}",
        account_id,
    )
    if stranger is None or not same_origin(url, stranger["uri"]):
        return
    before = await database.fetch(
        "SELECT follower_id AS id FROM follows WHERE followed_id = $1 AND state = $2",
        account_id,
        int(FollowState.ACCEPTED),
    )
    listed = await _read(network, url, stranger["uri"])
    if listed is None:
        return
    async with network.instance.change() as change:
        await _agree(change, stranger, listed, before={row["id"] for row in before})


async def _read(network: Network, url: str, actor: str) -> frozenset[str] | None:
    """Return the list at an address; None when there is none that counts."""
    try:
        fetched = await network.get(url)
        return listed_in(fetched.document) if same_origin(fetched.url, actor) else None
    except MalformedDocument:
        return None
    except ActivityPubError as error:
        if passing(error):
            raise
        return None


async def _agree(change: Change, stranger: Row, listed: frozenset[str], *, before: set[int]) -> None:
    """End what the stranger knows nothing of and tell them of what we know nothing of.

    ``before`` are those who followed before the list was made: who came after it may be missing there by rights.
    """
    ours = await change.tx.fetch(
        "SELECT a.id, a.uri, f.state FROM follows f JOIN accounts a ON a.id = f.follower_id "
        "WHERE f.followed_id = $1 AND a.domain = ''",
        stranger["id"],
    )
    for row in ours:
        if row["state"] == FollowState.ACCEPTED and row["id"] in before and row["uri"] not in listed:
            await end_follow(change, follower_id=row["id"], followed_id=stranger["id"])
        elif row["state"] == FollowState.PENDING and row["uri"] in listed:
            await receive_accept(change, follower_id=row["id"], followed_id=stranger["id"])
    unknown = sorted(listed - {row["uri"] for row in ours})
    names = [uri for uri in unknown if local_username(change.settings, uri) is not None][:MOST_UNDONE]
    for uri in names:
        await _take_back(change, uri, stranger)


async def _take_back(change: Change, follower_uri: str, stranger: Row) -> None:
    """Tell the stranger's server that somebody here does not follow them; the id of the Follow that it has is lost."""
    follower = await change.tx.fetch_one(
        "SELECT id FROM accounts WHERE uri = $1 AND domain = '' AND deleted_at IS NULL AND suspended_at IS NULL",
        follower_uri,
    )
    if follower is None:
        return
    uri = follow_uri(change.settings, change.new_id())
    document = documents.undo_follow_document(uri=uri, follower=follower_uri, followed=stranger["uri"])
    await outbox.send_to(change, sender_id=follower["id"], receiver_id=stranger["id"], document=document)

"""Subscribing to relays and leaving them: what admins do, and what relays answer.

The server's own actor follows, so that no person here is bound to a relay. An answer counts from the relay's own actor,
or, where only its inbox is known, from an actor on the inbox's origin that names our Follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from activitypub.objects import PUBLIC
from activitypub.origin import same_origin
from rossgram_fed.database import Row
from rossgram_fed.federation import outbox
from rossgram_fed.federation.addresses import activity_uri, server_actor_uri
from rossgram_fed.federation.arrivals import Sender
from rossgram_fed.federation.relaying import server_account_id
from rossgram_fed.follows.documents import accept_document
from rossgram_fed.instance import Change
from rossgram_fed.models.relays import RelayState, RelayStyle
from rossgram_fed.relays import documents
from rossgram_fed.web.errors import Invalid, NotFound

MOST_RELAYS = 20


@dataclass(frozen=True, slots=True)
class Address:
    """Where a relay is, and so which protocol it speaks."""

    inbox: str
    account_id: int | None = None
    """Its actor, where that was given; then it speaks LitePub's protocol, else Mastodon's."""

    @property
    def style(self) -> RelayStyle:
        """Say how we speak with it."""
        return RelayStyle.MASTODON if self.account_id is None else RelayStyle.LITEPUB


async def subscribe(change: Change, address: Address) -> int:
    """Ask a relay to take us on; return its id here. Raises ``Invalid`` for one that we asked before, or too many."""
    if await change.tx.fetch_value("SELECT COUNT(*) FROM relays") >= MOST_RELAYS:
        raise Invalid(f"This server has {MOST_RELAYS} relays, which is the most. Remove one of them first.")
    relay_id = change.new_id()
    rows = await change.tx.fetch(
        "INSERT INTO relays (id, inbox, style, account_id, state, follow_uri, sends, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7) ON CONFLICT (inbox) DO NOTHING RETURNING id",
        relay_id,
        address.inbox,
        int(address.style),
        address.account_id,
        int(RelayState.WAITING),
        _follow_uri(change, relay_id),
        change.now,
    )
    if not rows:
        raise Invalid("This relay is in the list already.")
    await _send_follow(change, await _relay(change, relay_id))
    return relay_id


async def ask_again(change: Change, relay_id: int) -> None:
    """Send the Follow again, to a relay that did not answer or said no; raises ``NotFound``."""
    relay = await _relay(change, relay_id)
    if relay["state"] == RelayState.ACCEPTED:
        return
    await change.tx.execute(
        "UPDATE relays SET state = $1, answered_at = NULL, follow_uri = $2 WHERE id = $3",
        int(RelayState.WAITING),
        _follow_uri(change, relay_id),
        relay_id,
    )
    await _send_follow(change, await _relay(change, relay_id))


async def unsubscribe(change: Change, relay_id: int) -> None:
    """Leave a relay. What it brought stays until its time is over. Raises ``NotFound``."""
    relay = await _relay(change, relay_id)
    document = documents.undo_document(
        uri=relay["follow_uri"], actor=server_actor_uri(change.settings), followed=_followed(relay)
    )
    await change.tx.execute("DELETE FROM relays WHERE id = $1", relay_id)
    sender_id = await server_account_id(change)
    await outbox.send_to_inboxes(change, sender_id=sender_id, inboxes=[relay["inbox"]], document=document)


async def set_sending(change: Change, relay_id: int, *, sends: bool) -> None:
    """Say whether public photos from here go to a relay; raises ``NotFound``."""
    await _relay(change, relay_id)
    await change.tx.execute("UPDATE relays SET sends = $1 WHERE id = $2", sends, relay_id)


async def receive_answer(change: Change, sender: Sender, *, follow_uri: str, accepted: bool) -> bool:
    """Take a relay's answer to our Follow, now or, for a no, long after; say whether it was one."""
    relay = await change.tx.fetch_one(
        "SELECT id, inbox, account_id, state FROM relays WHERE follow_uri = $1", follow_uri
    )
    if relay is None or not _speaks_for(sender, relay):
        return False
    state = RelayState.ACCEPTED if accepted else RelayState.REJECTED
    await change.tx.execute(
        "UPDATE relays SET state = $1, account_id = $2, answered_at = $3 WHERE id = $4 AND state <> $1",
        int(state),
        sender.account_id,
        change.now,
        relay["id"],
    )
    return True


async def receive_follow(change: Change, sender: Sender, *, uri: str) -> bool:
    """Let a relay that we asked follow the server's actor back, as LitePub's protocol wants; nobody else may."""
    relays = await change.tx.fetch(
        "SELECT id, inbox, account_id FROM relays WHERE state <> $1 ORDER BY id", int(RelayState.REJECTED)
    )
    if not any(_speaks_for(sender, relay) for relay in relays):
        return False
    document = accept_document(
        uri=uri, follower=sender.uri, followed=server_actor_uri(change.settings), number=change.new_id()
    )
    sender_id = await server_account_id(change)
    await outbox.send_to(change, sender_id=sender_id, receiver_id=sender.account_id, document=document)
    return True


def _speaks_for(sender: Sender, relay: Row) -> bool:
    if relay["account_id"] is not None:
        return bool(relay["account_id"] == sender.account_id)
    return same_origin(relay["inbox"], sender.uri)


def _follow_uri(change: Change, relay_id: int) -> str:
    return activity_uri(server_actor_uri(change.settings), f"relays/{relay_id}/{change.new_id()}")


def _followed(relay: Row) -> str:
    return PUBLIC if relay["style"] == RelayStyle.MASTODON else str(relay["actor"])


async def _relay(change: Change, relay_id: int) -> Row:
    relay = await change.tx.fetch_one(
        "SELECT r.id, r.inbox, r.style, r.state, r.follow_uri, COALESCE(a.uri, r.inbox) AS actor FROM relays r "
        "LEFT JOIN accounts a ON a.id = r.account_id WHERE r.id = $1",
        relay_id,
    )
    if relay is None:
        raise NotFound("There is no such relay (any more).")
    return relay


async def _send_follow(change: Change, relay: Row) -> None:
    document = documents.follow_document(
        uri=relay["follow_uri"], actor=server_actor_uri(change.settings), followed=_followed(relay)
    )
    sender_id = await server_account_id(change)
    await outbox.send_to_inboxes(change, sender_id=sender_id, inboxes=[relay["inbox"]], document=document)

"""What relays hear of us (FEP-ae0c), and who is one.

The rule: a relay hears of public photos only, and only once it accepted our Follow. One that speaks Mastodon's protocol
gets the author's own activities, signed inside; one that speaks LitePub's gets the news of a post as an Announce by the
server's own actor, and its author's word when the post changes or goes.
"""

from __future__ import annotations

from datetime import UTC, datetime

from activitypub.activities import Announce
from activitypub.render import activity_document
from rossgram_fed.database import Reader
from rossgram_fed.federation import outbox
from rossgram_fed.federation.addresses import activity_uri, server_actor_uri
from rossgram_fed.instance import Change
from rossgram_fed.models.relays import RelayState, RelayStyle


async def subscribed_relay(reader: Reader, account_id: int) -> int | None:
    """Return which relay that accepted us an account is; None for everybody else."""
    rows = await reader.fetch(
        "SELECT id FROM relays WHERE account_id = $1 AND state = $2 LIMIT 1", account_id, int(RelayState.ACCEPTED)
    )
    return int(rows[0]["id"]) if rows else None


async def announce_photo(change: Change, *, uri: str) -> None:
    """Tell the relays that speak LitePub of a new public photo, in the name of the server."""
    rows = await change.tx.fetch(
        "SELECT r.inbox, a.followers_uri, a.uri FROM relays r JOIN accounts a ON a.id = r.account_id "
        "WHERE r.state = $1 AND r.style = $2 AND r.sends = TRUE",
        int(RelayState.ACCEPTED),
        int(RelayStyle.LITEPUB),
    )
    if not rows:
        return
    actor = server_actor_uri(change.settings)
    announce = Announce(
        id=activity_uri(actor, f"relayed/{uri.rpartition('/p/')[2]}"),
        actor=actor,
        to=tuple(row["followers_uri"] or row["uri"] for row in rows),
        published=datetime.fromtimestamp(change.now / 1000, UTC),
        object=uri,
    )
    server_id = await server_account_id(change)
    inboxes = [row["inbox"] for row in rows]
    await outbox.send_to_inboxes(change, sender_id=server_id, inboxes=inboxes, document=activity_document(announce))


async def server_account_id(change: Change) -> int:
    """Return the id of the server's own account, which speaks with relays."""
    found = await change.tx.fetch_value(
        "SELECT id FROM accounts WHERE uri = $1 AND domain = ''", server_actor_uri(change.settings)
    )
    return int(found)

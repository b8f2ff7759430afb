"""Who must hear of this? One row per inbox, written in the transaction that made the news.

Nothing here touches the network: a post and its deliveries exist together or not at all, and the author waits for
no other server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from activitypub.origin import host_of, is_http_url
from rossgram_fed.database import Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change
from rossgram_fed.models.federation import WorkState
from rossgram_fed.models.relations import FollowState
from rossgram_fed.models.relays import RelayState, RelayStyle
from rossgram_fed.visibility import heard

SIGNAL = "deliveries"

_REACHABLE = f"a.domain <> '' AND a.deleted_at IS NULL AND {heard('a')}"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Audience:
    """Whose servers are told."""

    followers: bool = False
    """All accepted followers of the sender; then one shared inbox stands for everybody behind it."""
    account_ids: frozenset[int] = frozenset()
    """Accounts told by name; the local ones among them are left out."""
    relays: bool = False
    """The relays that accepted us; those that speak LitePub hear of a new post by ``relaying.announce_photo``."""


async def send(
    change: Change,
    *,
    sender_id: int,
    document: Mapping[str, object],
    audience: Audience,
    post_id: int | None = None,
) -> int:
    """Queue an activity for everybody in the audience and return how many inboxes that are.

    Direct messages (no followers in the audience) go to personal inboxes, so that a shared one learns of nobody.
    A Delete of a post also withdraws what was queued about that post; it is sent all the same.
    """
    rows = await _audience_rows(change, sender_id=sender_id, audience=audience)
    inboxes = _inboxes(change, rows, shared=audience.followers)
    if audience.relays:
        known = await _relay_inboxes(change, kind=str(document.get("type")))
        inboxes = list(dict.fromkeys((*inboxes, *known)))
    if post_id is not None and document.get("type") == "Delete":
        await _withdraw(change, sender_id=sender_id, post_id=post_id)
    return await _queue(change, sender_id=sender_id, body=orjson.dumps(document), inboxes=inboxes, post_id=post_id)


async def pass_on(change: Change, *, sender_id: int, body: bytes, not_to: str) -> int:
    """Queue somebody else's activity, byte for byte, for the followers of a local account, which signs the requests.

    The host ``not_to`` gets none. Returns how many inboxes that are.
    """
    rows = await _audience_rows(change, sender_id=sender_id, audience=Audience(followers=True))
    inboxes = [inbox for inbox in _inboxes(change, rows, shared=True) if host_of(inbox) != not_to]
    return await _queue(change, sender_id=sender_id, body=body, inboxes=inboxes, post_id=None)


async def send_to(change: Change, *, sender_id: int, receiver_id: int, document: Mapping[str, object]) -> None:
    """Queue an activity that is one account's affair; for an account here there is nothing to send."""
    audience = Audience(account_ids=frozenset({receiver_id}))
    await send(change, sender_id=sender_id, document=document, audience=audience)


async def send_to_inboxes(change: Change, *, sender_id: int, inboxes: list[str], document: Mapping[str, object]) -> int:
    """Queue an activity for inboxes that are known as such, whoever is behind them: relays."""
    return await _queue(change, sender_id=sender_id, body=orjson.dumps(document), inboxes=inboxes, post_id=None)


async def send_to_all_known(change: Change, *, sender_id: int, document: Mapping[str, object]) -> int:
    """Queue an activity for every server we know an inbox of: an actor's Delete, which any of them may hold."""
    rows = await change.tx.fetch(f"SELECT DISTINCT a.inbox, a.shared_inbox FROM accounts a WHERE {_REACHABLE}")  # noqa: S608 - a constant
    inboxes = _inboxes(change, rows, shared=True)
    return await _queue(change, sender_id=sender_id, body=orjson.dumps(document), inboxes=inboxes, post_id=None)


async def _audience_rows(change: Change, *, sender_id: int, audience: Audience) -> list[Row]:
    rows: list[Row] = []
    if audience.followers:
        rows += await change.tx.fetch(
            "SELECT DISTINCT a.inbox, a.shared_inbox FROM follows f JOIN accounts a ON a.id = f.follower_id "  # noqa: S608 - a constant
            f"WHERE f.followed_id = $1 AND f.state = $2 AND {_REACHABLE}",
            sender_id,
            int(FollowState.ACCEPTED),
        )
    named = sorted(audience.account_ids)
    for start in range(0, len(named), _CHUNK):
        chunk = named[start : start + _CHUNK]
        rows += await change.tx.fetch(
            "SELECT a.inbox, a.shared_inbox FROM accounts a "  # noqa: S608 - placeholders and a constant
            f"WHERE a.id IN ({placeholders(len(chunk))}) AND {_REACHABLE}",
            *chunk,
        )
    return rows


async def _relay_inboxes(change: Change, *, kind: str) -> list[str]:
    rows = await change.tx.fetch(
        "SELECT inbox FROM relays WHERE state = $1 AND sends = TRUE AND (style = $2 OR $3 <> 'Create') ORDER BY id",
        int(RelayState.ACCEPTED),
        int(RelayStyle.MASTODON),
        kind,
    )
    return [row["inbox"] for row in rows]


def _inboxes(change: Change, rows: Iterable[Row], *, shared: bool) -> list[str]:
    allow_http = change.settings.development.allow_http_and_private_networks
    chosen = (row["shared_inbox"] if shared and row["shared_inbox"] else row["inbox"] for row in rows)
    return [inbox for inbox in dict.fromkeys(chosen) if is_http_url(inbox, allow_http)]


async def _withdraw(change: Change, *, sender_id: int, post_id: int) -> None:
    """Send no Create or Update of a post any more, except where it is under way at this moment.

    Whoever may have got one in spite of an answer that was none gets the Delete as well.
    """
    rows = await change.tx.fetch(
        "SELECT o.id, o.body FROM outbox_activities o WHERE o.post_id = $1 AND o.account_id = $2", post_id, sender_id
    )
    overtaken = [row["id"] for row in rows if orjson.loads(row["body"]).get("type") in ("Create", "Update")]
    for activity_id in overtaken:
        withdrawn = await change.tx.fetch(
            "UPDATE deliveries SET state = $1, finished_at = $2, last_error = 'The post was deleted first.' "
            "WHERE activity_id = $3 AND state = $4 AND leased_until <= $2 RETURNING inbox, run_at",
            int(WorkState.DONE),
            change.now,
            activity_id,
            int(WorkState.WAITING),
        )
        for row in withdrawn:
            if row["run_at"] > change.now:  # others in line may have been set aside until then
                await change.tx.execute(
                    "UPDATE deliveries SET run_at = $1 WHERE inbox = $2 AND account_id = $3 AND state = 0 "
                    "AND attempts = 0 AND run_at > $1",
                    change.now,
                    row["inbox"],
                    sender_id,
                )


async def _queue(change: Change, *, sender_id: int, body: bytes, inboxes: list[str], post_id: int | None) -> int:
    if not inboxes:
        return 0
    activity_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO outbox_activities (id, account_id, post_id, body, created_at) VALUES ($1, $2, $3, $4, $5)",
        activity_id,
        sender_id,
        post_id,
        body,
        change.now,
    )
    await change.tx.execute_many(
        "INSERT INTO deliveries (id, state, run_at, leased_until, attempts, last_error, created_at, activity_id, "
        "account_id, inbox, host) VALUES ($1, 0, $2, 0, 0, '', $2, $3, $4, $5, $6)",
        [(change.new_id(), change.now, activity_id, sender_id, inbox, host_of(inbox)) for inbox in inboxes],
    )
    change.tx.signal(SIGNAL)
    return len(inboxes)

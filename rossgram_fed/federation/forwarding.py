"""Inbox forwarding (ActivityPub 7.1.2): what answers a post here reaches the followers of who wrote the post.

The rule: only what everybody may see, only what its author signed inside, and exactly the bytes that came; whoever gets
it can check it without us. How much one account can make us send is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass

from activitypub.activities import Create, Delete, Update
from activitypub.objects import PUBLIC, Note
from rossgram_fed.database import Row
from rossgram_fed.federation import addresses, outbox
from rossgram_fed.federation.arrivals import Arrival
from rossgram_fed.federation.recent import Recent
from rossgram_fed.instance import Change

HOUR = 3_600_000
MOST_BY_ONE = 30
"""Activities of one account that are forwarded in an hour."""
MOST_FOR_ONE = 300
"""Activities forwarded to the followers of one of our people in an hour."""
LARGEST = 64 * 1024
"""Bytes."""

_OPEN = "p.local = TRUE AND p.visibility <= 1"


@dataclass(frozen=True, slots=True)
class Plan:
    """Whose followers are to hear of an activity, if it has its effect here."""

    author_id: int


class Forwarding:
    """Decides what is forwarded, and counts it."""

    def __init__(self) -> None:
        self._counts: Recent[str, int] = Recent(most=20_000, milliseconds=HOUR)

    async def plan(self, arrival: Arrival) -> Plan | None:
        """Say before an activity takes effect (a Delete leaves nothing to ask) whether it is one to forward.

        For nearly everything that answers without a question to the database.
        """
        document = arrival.document
        if "signature" not in document and "proof" not in document:
            return None
        activity = arrival.activity
        if not isinstance(activity, Create | Update | Delete) or PUBLIC not in (*activity.to, *activity.cc):
            return None
        if isinstance(activity, Delete):
            row = await _answered_by(arrival.change, activity.object, account_id=arrival.sender.account_id)
        else:
            row = await _answered(arrival.change, activity)
        return None if row is None else Plan(author_id=row["account_id"])

    async def forward(self, arrival: Arrival, plan: Plan, *, body: bytes) -> int:
        """Queue the raw activity for the followers of the post's author; return for how many inboxes.

        The server it came from has it.
        """
        if len(body) > LARGEST or not self._may(arrival, plan):
            return 0
        return await outbox.pass_on(arrival.change, sender_id=plan.author_id, body=body, not_to=arrival.sender.host)

    def _may(self, arrival: Arrival, plan: Plan) -> bool:
        now = arrival.change.now
        hour = now // HOUR
        limits = {
            f"by {arrival.sender.account_id} {hour}": MOST_BY_ONE,
            f"for {plan.author_id} {hour}": MOST_FOR_ONE,
        }
        counts = {key: self._counts.get(key, now=now) or 0 for key in limits}
        if any(counts[key] >= most for key, most in limits.items()):
            return False
        for key, count in counts.items():
            self._counts.put(key, count + 1, now=now)
        return True


async def _answered(change: Change, activity: Create | Update) -> Row | None:
    """Return the author of the open post here that a public note answers; of a Create only if the note is new."""
    note = activity.object
    if not isinstance(note, Note) or PUBLIC not in (*(note.to or activity.to), *(note.cc or activity.cc)):
        return None
    post_id = addresses.local_post_id(change.settings, note.in_reply_to)
    if post_id is None:
        return None
    return await change.tx.fetch_one(
        f"SELECT p.account_id FROM posts p WHERE p.id = $1 AND {_OPEN} "  # noqa: S608 - a constant
        "AND ($2 = '' OR NOT EXISTS (SELECT 1 FROM posts r WHERE r.uri = $2))",
        post_id,
        note.id if isinstance(activity, Create) else "",
    )


async def _answered_by(change: Change, uri: str, *, account_id: int) -> Row | None:
    """Return the author of the open post here that a public comment answers, by the comment's URI and author."""
    return await change.tx.fetch_one(
        "SELECT p.account_id FROM posts r JOIN posts p ON p.id = r.in_reply_to_id "  # noqa: S608 - a constant
        f"WHERE r.uri = $1 AND r.account_id = $2 AND r.visibility <= 1 AND {_OPEN}",
        uri,
        account_id,
    )

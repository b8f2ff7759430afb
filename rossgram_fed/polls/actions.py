"""Voting: once, while a poll is open, by whoever may see it and did not ask; and what happens when it is over.

Whoever votes waits for whoever votes at the same time: the poll's row is written before its votes are read. Votes in
polls elsewhere are counted here at once and sent to the author; what the author's server says counts in the end.
"""

from __future__ import annotations

from collections.abc import Collection

from rossgram_fed.database import Row
from rossgram_fed.federation import errands, outbox
from rossgram_fed.instance import Change
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify
from rossgram_fed.polls import documents
from rossgram_fed.visibility import visible
from rossgram_fed.web.errors import Invalid, NotFound

TOLD_AFTER = 3 * 60_000
"""Milliseconds after a vote in which others are told how a poll stands: once for all votes of that time."""
ALREADY = "You have already voted on this poll"

_POLL = (
    "SELECT po.id, po.multiple, po.expires_at, po.closed_at, p.id AS post_id, p.account_id AS author_id, p.uri, "
    "p.local, a.uri AS author_uri, (SELECT COUNT(*) FROM poll_options o WHERE o.poll_id = po.id) AS options "
    "FROM polls po JOIN posts p ON p.id = po.post_id JOIN accounts a ON a.id = p.account_id"
)


async def vote(change: Change, *, account_id: int, poll_id: int, choices: Collection[int]) -> None:
    """Choose answers of a poll, by their places counted from 0.

    Raises ``NotFound`` for a poll that the account may not see, and ``Invalid`` for their own, for one that is over,
    one they voted in, and for what is no answer to choose.
    """
    poll = await change.tx.fetch_one(f"{_POLL} WHERE po.id = $2 AND {visible('$1')}", account_id, poll_id)
    if poll is None:
        raise NotFound("Record not found")
    if poll["author_id"] == account_id:
        raise Invalid("Validation failed: You cannot vote in your own polls")
    _check(change, poll, set(choices))
    if not await _count(change, poll, account_id=account_id, choices=sorted(set(choices)), uri=""):
        raise Invalid(f"Validation failed: {ALREADY}")
    if poll["local"]:
        await errands.tell_of_poll(change, post_id=poll["post_id"], at=change.now + TOLD_AFTER)
    else:
        await _send(change, poll, account_id=account_id)


async def receive_vote(change: Change, *, account_id: int, post_uri: str, title: str, uri: str) -> bool:
    """Count a stranger's vote in a poll here; say whether it counted.

    Further answers of the same account count where several may be chosen.
    """
    poll = await change.tx.fetch_one(
        f"{_POLL} WHERE p.uri = $2 AND p.local = TRUE AND {visible('$1')}", account_id, post_uri
    )
    if poll is None or is_over(poll, change.now):
        return False
    position = await change.tx.fetch_value(
        "SELECT position FROM poll_options WHERE poll_id = $1 AND title = $2", poll["id"], title
    )
    if position is None or not await _count(change, poll, account_id=account_id, choices=[position], uri=uri):
        return False
    await errands.tell_of_poll(change, post_id=poll["post_id"], at=change.now + TOLD_AFTER)
    return True


async def close(change: Change, *, poll_id: int, at: int) -> int | None:
    """End a poll whose end is ``at``, and tell those here who take part; return its post's id, None when it goes on."""
    rows = await change.tx.fetch(
        "UPDATE polls SET closed_at = $1 WHERE id = $2 AND expires_at = $3 AND closed_at IS NULL RETURNING post_id",
        *(change.now, poll_id, at),
    )
    if not rows:
        return None
    post_id = int(rows[0]["post_id"])
    author_id = await change.tx.fetch_value("SELECT account_id FROM posts WHERE id = $1", post_id)
    voters = await change.tx.fetch(
        "SELECT DISTINCT v.account_id FROM poll_votes v JOIN accounts a ON a.id = v.account_id "
        "WHERE v.poll_id = $1 AND a.domain = ''",
        poll_id,
    )
    for account_id in dict.fromkeys([int(author_id or 0), *(row["account_id"] for row in voters)]):
        kind = NotificationKind.POLL_OVER
        await notify(change, account_id=account_id, kind=kind, actor_id=int(author_id or 0), post_id=post_id)
    return post_id


def is_over(poll: Row, now: int) -> bool:
    """Say whether nobody can vote any more."""
    return poll["closed_at"] is not None or (poll["expires_at"] is not None and poll["expires_at"] <= now)


def _check(change: Change, poll: Row, choices: set[int]) -> None:
    if is_over(poll, change.now):
        raise Invalid("Validation failed: The poll has already ended")
    if not choices or not all(0 <= one < poll["options"] for one in choices):
        raise Invalid("Validation failed: The chosen vote option does not exist")
    if len(choices) > 1 and not poll["multiple"]:
        # Mastodon counts the first one and says this of the second; clients know the words.
        raise Invalid(f"Validation failed: {ALREADY}: it takes one answer")


async def _count(change: Change, poll: Row, *, account_id: int, choices: list[int], uri: str) -> bool:
    """Write votes and count them; say whether they were new. Votes of strangers (``uri``) come one by one."""
    await change.tx.execute("UPDATE polls SET voters_count = voters_count WHERE id = $1", poll["id"])
    earlier = await change.tx.fetch(
        "SELECT position FROM poll_votes WHERE poll_id = $1 AND account_id = $2", poll["id"], account_id
    )
    if earlier and not (uri and poll["multiple"]):
        return False
    if any(row["position"] in choices for row in earlier):
        return False
    for position in choices:
        await change.tx.execute(
            "INSERT INTO poll_votes (id, poll_id, account_id, position, uri, created_at) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            *(change.new_id(), poll["id"], account_id, position, uri, change.now),
        )
        await change.tx.execute(
            "UPDATE poll_options SET votes_count = votes_count + 1 WHERE poll_id = $1 AND position = $2",
            poll["id"],
            position,
        )
    if not earlier:
        await change.tx.execute("UPDATE polls SET voters_count = voters_count + 1 WHERE id = $1", poll["id"])
    return True


async def _send(change: Change, poll: Row, *, account_id: int) -> None:
    """Tell a stranger what somebody here chose in their poll: one activity for each answer."""
    voter_uri = await change.tx.fetch_value("SELECT uri FROM accounts WHERE id = $1", account_id)
    rows = await change.tx.fetch(
        "SELECT v.id, o.title FROM poll_votes v JOIN poll_options o ON o.poll_id = v.poll_id "
        "AND o.position = v.position WHERE v.poll_id = $1 AND v.account_id = $2 ORDER BY v.position",
        poll["id"],
        account_id,
    )
    for row in rows:
        document = documents.vote_document(
            vote_id=row["id"],
            voter=str(voter_uri),
            title=row["title"],
            poll_uri=poll["uri"],
            author=poll["author_uri"],
            at=change.now,
        )
        await outbox.send_to(change, sender_id=account_id, receiver_id=poll["author_id"], document=document)

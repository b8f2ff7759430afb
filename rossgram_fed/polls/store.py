"""The rows of polls: written with the post that asks, counted anew when the question changes.

Nothing here asks whether it may.
"""

from __future__ import annotations

from collections.abc import Sequence

from activitypub.objects import Poll
from rossgram_fed.federation import errands
from rossgram_fed.instance import Change
from rossgram_fed.polls.drafts import PollDraft, checked


async def add_poll(change: Change, draft: PollDraft, *, post_id: int) -> int:
    """Let a post from here ask; return the poll's id. Raises ``Invalid`` for what breaks a limit."""
    draft = checked(draft)
    ends_at = change.now + draft.seconds * 1000
    poll_id = await insert_poll(
        change, draft.options, post_id=post_id, multiple=draft.multiple, expires_at=ends_at, hides=draft.hides_totals
    )
    await errands.close_poll(change, poll_id=poll_id, at=ends_at)
    return poll_id


async def replace_poll(change: Change, draft: PollDraft | None, *, post_id: int) -> None:
    """Let a post from here ask something else, or nothing; other answers to choose from begin without votes."""
    row = await change.tx.fetch_one("SELECT id, multiple FROM polls WHERE post_id = $1", post_id)
    if draft is None:
        await remove_poll(change, post_id=post_id)
        return
    if row is None:
        await add_poll(change, draft, post_id=post_id)
        return
    draft = checked(draft)
    ends_at = change.now + draft.seconds * 1000
    await change.tx.execute(
        "UPDATE polls SET multiple = $1, hides_totals = $2, expires_at = $3, closed_at = NULL WHERE id = $4",
        draft.multiple,
        draft.hides_totals,
        ends_at,
        row["id"],
    )
    if bool(row["multiple"]) != draft.multiple or await titles_of(change, row["id"]) != list(draft.options):
        await begin_again(change, row["id"], draft.options)
    await errands.close_poll(change, poll_id=row["id"], at=ends_at)


async def insert_poll(
    change: Change,
    options: Sequence[str],
    *,
    post_id: int,
    multiple: bool,
    expires_at: int | None,
    hides: bool = False,
    voters: int = 0,
    closed_at: int | None = None,
) -> int:
    """Write a poll with its options."""
    poll_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO polls (id, post_id, multiple, hides_totals, voters_count, expires_at, closed_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(poll_id, post_id, multiple, hides, voters, expires_at, closed_at),
    )
    await _insert_options(change, poll_id, options)
    return poll_id


async def remove_poll(change: Change, *, post_id: int) -> None:
    """Delete a post's poll with its votes."""
    await change.tx.execute("DELETE FROM polls WHERE post_id = $1", post_id)


async def begin_again(change: Change, poll_id: int, options: Sequence[str]) -> None:
    """Give a poll other answers to choose from, and none chosen."""
    await change.tx.execute("DELETE FROM poll_votes WHERE poll_id = $1", poll_id)
    await change.tx.execute("DELETE FROM poll_options WHERE poll_id = $1", poll_id)
    await change.tx.execute("UPDATE polls SET voters_count = 0 WHERE id = $1", poll_id)
    await _insert_options(change, poll_id, options)


async def titles_of(change: Change, poll_id: int) -> list[str]:
    """Return the answers to choose from, in their order."""
    rows = await change.tx.fetch("SELECT title FROM poll_options WHERE poll_id = $1 ORDER BY position", poll_id)
    return [row["title"] for row in rows]


async def _insert_options(change: Change, poll_id: int, options: Sequence[str]) -> None:
    for position, title in enumerate(options):
        await change.tx.execute(
            "INSERT INTO poll_options (id, poll_id, position, title, votes_count) VALUES ($1, $2, $3, $4, 0)",
            *(change.new_id(), poll_id, position, title),
        )


async def take_tally(change: Change, poll: Poll | None, *, post_id: int, author_id: int) -> bool:
    """Take how a poll stands, from its author alone; another account on the same server is somebody else."""
    theirs = "SELECT 1 FROM posts WHERE id = $1 AND account_id = $2 AND local = FALSE"
    if poll is None or await change.tx.fetch_value(theirs, post_id, author_id) is None:
        return False
    await take_poll(change, poll, post_id=post_id)
    return True


async def take_poll(change: Change, poll: Poll | None, *, post_id: int) -> None:
    """Write what a stranger asks, or how their poll stands now; other answers to choose from begin without our votes.

    Only for what the author's own server said. A poll that is no more there is kept with its last numbers.
    """
    if poll is None:
        return
    ends_at = None if poll.ends_at is None else max(0, int(poll.ends_at.timestamp() * 1000))
    row = await change.tx.fetch_one("SELECT id, multiple, expires_at, closed_at FROM polls WHERE post_id = $1", post_id)
    titles = [option.title for option in poll.options]
    if row is None:
        poll_id = await insert_poll(change, titles, post_id=post_id, multiple=poll.multiple, expires_at=ends_at)
    else:
        poll_id = int(row["id"])
        if bool(row["multiple"]) != poll.multiple or await titles_of(change, poll_id) != titles:
            await begin_again(change, poll_id, titles)
    for position, option in enumerate(poll.options):
        await change.tx.execute(
            "UPDATE poll_options SET votes_count = $1 WHERE poll_id = $2 AND position = $3",
            *(option.votes, poll_id, position),
        )
    voters = sum(option.votes for option in poll.options) if poll.voters is None else poll.voters
    await change.tx.execute(
        "UPDATE polls SET multiple = $1, voters_count = $2, expires_at = $3, fetched_at = $4 WHERE id = $5",
        *(poll.multiple, voters, ends_at, change.now, poll_id),
    )
    await _let_end(change, poll_id, ends_at, closed=poll.closed, was_open=row is None or row["closed_at"] is None)


async def _let_end(change: Change, poll_id: int, ends_at: int | None, *, closed: bool, was_open: bool) -> None:
    """See to it that whoever takes part is told of the end: at its time, or now where it has come."""
    if not was_open:
        return
    if closed and (ends_at is None or ends_at > change.now):
        ends_at = change.now
        await change.tx.execute("UPDATE polls SET expires_at = $1 WHERE id = $2", ends_at, poll_id)
    if ends_at is not None:
        await errands.close_poll(change, poll_id=poll_id, at=ends_at)

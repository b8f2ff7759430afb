"""Conversations: threads of direct posts that somebody wrote or is named in, and how far they read them.

The posts are the conversations; only marks are kept. One that was put away comes back with its next post.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.visibility import visible
from rossgram_fed.web.errors import NotFound

_THREADS = (
    "SELECT x.thread_id, MAX(x.id) AS last_id, MAX(COALESCE(c.read_id, 0)) AS read_id FROM ("
    f"SELECT p.thread_id, p.id FROM posts p WHERE p.account_id = $1 AND p.visibility = {int(Visibility.DIRECT)} "
    "UNION SELECT p.thread_id, p.id FROM mentions m JOIN posts p ON p.id = m.post_id "
    f"WHERE m.account_id = $1 AND p.visibility = {int(Visibility.DIRECT)} AND {visible('$1')}"
    ") x LEFT JOIN conversation_marks c ON c.account_id = $1 AND c.thread_id = x.thread_id "
    "WHERE x.id > COALESCE(c.removed_id, 0)"
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread of direct posts, to one who takes part."""

    thread_id: int
    last_id: int
    """The newest post in it that they may see."""
    unread: bool
    people: tuple[int, ...]
    """The accounts of the others in the newest post; the account itself where there is nobody else."""


async def conversations_of(
    reader: Reader, account_id: int, *, between: tuple[int, int], upwards: bool, limit: int
) -> tuple[Conversation, ...]:
    """Return conversations whose newest post is strictly between two ids, the newest first.

    ``upwards`` gives those nearest to the lower id.
    """
    rows = await reader.fetch(
        f"{_THREADS} GROUP BY x.thread_id HAVING MAX(x.id) > $2 AND MAX(x.id) < $3 "
        f"ORDER BY last_id {'ASC' if upwards else 'DESC'} LIMIT {int(limit)}",
        account_id,
        *between,
    )
    last = {row["last_id"]: row for row in (reversed(rows) if upwards else rows)}
    people = await _people_in(reader, list(last))
    return tuple(
        Conversation(
            thread_id=row["thread_id"],
            last_id=last_id,
            unread=people[last_id][0] != account_id and last_id > row["read_id"],
            people=tuple(one for one in people[last_id] if one != account_id) or (account_id,),
        )
        for last_id, row in last.items()
        if last_id in people
    )


async def conversation_of(reader: Reader, account_id: int, *, thread_id: int) -> Conversation | None:
    """Return one conversation; None for one that the account takes no part in, or put away."""
    rows = await reader.fetch(f"{_THREADS} AND x.thread_id = $2 GROUP BY x.thread_id", account_id, thread_id)
    if not rows:
        return None
    last_id = rows[0]["last_id"]
    found = await conversations_of(reader, account_id, between=(last_id - 1, last_id + 1), upwards=False, limit=1)
    return found[0] if found else None


async def mark_read(change: Change, *, account_id: int, thread_id: int) -> None:
    """Note that somebody read a conversation up to its newest post. Raises ``NotFound``."""
    last_id = await _last(change, account_id=account_id, thread_id=thread_id)
    await _mark(change, "read_id", last_id, account_id=account_id, thread_id=thread_id)


async def mark_unread(change: Change, *, account_id: int, thread_id: int) -> None:
    """Note that somebody wants to come back to the newest post of a conversation. Raises ``NotFound``."""
    last_id = await _last(change, account_id=account_id, thread_id=thread_id)
    await _mark(change, "read_id", last_id - 1, account_id=account_id, thread_id=thread_id)


async def put_away(change: Change, *, account_id: int, thread_id: int) -> None:
    """Take a conversation out of somebody's list until something new is said in it. Raises ``NotFound``."""
    last_id = await _last(change, account_id=account_id, thread_id=thread_id)
    await _mark(change, "removed_id", last_id, account_id=account_id, thread_id=thread_id)


async def _last(change: Change, *, account_id: int, thread_id: int) -> int:
    found = await conversation_of(change.tx, account_id, thread_id=thread_id)
    if found is None:
        raise NotFound("Record not found")
    return found.last_id


async def _mark(change: Change, column: str, post_id: int, *, account_id: int, thread_id: int) -> None:
    read, removed = (post_id, 0) if column == "read_id" else (0, post_id)
    await change.tx.execute(
        "INSERT INTO conversation_marks (id, account_id, thread_id, read_id, removed_id) VALUES ($1, $2, $3, $4, $5) "
        f"ON CONFLICT (account_id, thread_id) DO UPDATE SET {column} = excluded.{column}",
        *(change.new_id(), account_id, thread_id, read, removed),
    )


async def _people_in(reader: Reader, post_ids: list[int]) -> dict[int, list[int]]:
    """Return the author of each post, then those it names."""
    if not post_ids:
        return {}
    wanted = placeholders(len(post_ids))
    people = {
        row["id"]: [int(row["account_id"])]
        for row in await reader.fetch(f"SELECT id, account_id FROM posts WHERE id IN ({wanted})", *post_ids)
    }
    for row in await reader.fetch(
        f"SELECT post_id, account_id FROM mentions WHERE post_id IN ({wanted}) ORDER BY id", *post_ids
    ):
        if row["account_id"] not in people[row["post_id"]]:
            people[row["post_id"]].append(int(row["account_id"]))
    return people

"""Making lists and filling them. Only whom its owner follows, or asked to follow, stands in a list.

They leave it when the follow ends (``follows.actions.end_follow``).
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change
from rossgram_fed.lists.queries import ListView, list_of
from rossgram_fed.models.reading import RepliesShown
from rossgram_fed.web.errors import Invalid, NotFound
from rossgram_fed.web.forms import clean_text

MOST_LISTS = 50
MOST_MEMBERS = 1000
LONGEST_TITLE = 255


class OfMembers(Protocol):
    """Puts accounts into a list, or takes them out of it."""

    async def __call__(self, change: Change, list_id: int, *, account_id: int, member_ids: Sequence[int]) -> None: ...


async def create_list(
    change: Change, *, account_id: int, title: str, replies: RepliesShown = RepliesShown.LIST, exclusive: bool = False
) -> int:
    """Make a list and return its id; raises ``Invalid`` for a bad title and for one list too many."""
    count = await change.tx.fetch_value("SELECT COUNT(*) FROM lists WHERE account_id = $1", account_id)
    if int(count) >= MOST_LISTS:
        raise Invalid("Validation failed: You have reached the maximum number of lists")
    list_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO lists (id, account_id, title, replies, exclusive, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        list_id,
        account_id,
        _title(title),
        int(replies),
        exclusive,
        change.now,
    )
    return list_id


async def update_list(
    change: Change,
    list_id: int,
    *,
    account_id: int,
    title: str | None = None,
    replies: RepliesShown | None = None,
    exclusive: bool | None = None,
) -> None:
    """Change a list where something is said; raises ``NotFound`` for one that is not theirs, ``Invalid`` as above."""
    before = await own_list(change, list_id, account_id=account_id)
    await change.tx.execute(
        "UPDATE lists SET title = $1, replies = $2, exclusive = $3 WHERE id = $4",
        before.title if title is None else _title(title),
        int(before.replies if replies is None else replies),
        before.exclusive if exclusive is None else exclusive,
        list_id,
    )


async def delete_list(change: Change, list_id: int, *, account_id: int) -> None:
    """Remove a list; nobody is unfollowed by that. Raises ``NotFound``."""
    await own_list(change, list_id, account_id=account_id)
    await change.tx.execute("DELETE FROM lists WHERE id = $1", list_id)


async def add_members(change: Change, list_id: int, *, account_id: int, member_ids: Sequence[int]) -> None:
    """Put accounts into a list, all or none.

    Raises ``NotFound`` for somebody else's list and for whom its owner does not follow, ``Invalid`` for who is in it
    already and for more than a list holds.
    """
    await own_list(change, list_id, account_id=account_id)
    wanted = list(dict.fromkeys(member_ids))
    if not wanted:
        return
    if len(wanted) > MOST_MEMBERS:
        raise Invalid("Validation failed: The list is full")
    followed = await change.tx.fetch(
        f"SELECT followed_id FROM follows WHERE follower_id = $1 AND followed_id IN ({placeholders(len(wanted), 2)})",
        account_id,
        *wanted,
    )
    if {row["followed_id"] for row in followed} != set(wanted):
        raise NotFound("Record not found")
    count = await change.tx.fetch_value("SELECT COUNT(*) FROM list_members WHERE list_id = $1", list_id)
    if int(count) + len(wanted) > MOST_MEMBERS:
        raise Invalid("Validation failed: The list is full")
    for member_id in wanted:
        made = await change.tx.fetch(
            "INSERT INTO list_members (id, list_id, account_id) VALUES ($1, $2, $3) "
            "ON CONFLICT (list_id, account_id) DO NOTHING RETURNING id",
            change.new_id(),
            list_id,
            member_id,
        )
        if not made:
            raise Invalid("Validation failed: Account has already been taken")


async def remove_members(change: Change, list_id: int, *, account_id: int, member_ids: Sequence[int]) -> None:
    """Take accounts out of a list; raises ``NotFound`` for one that is not theirs."""
    await own_list(change, list_id, account_id=account_id)
    if member_ids:
        await change.tx.execute(
            f"DELETE FROM list_members WHERE list_id = $1 AND account_id IN ({placeholders(len(member_ids), 2)})",
            list_id,
            *member_ids,
        )


async def own_list(change: Change, list_id: int, *, account_id: int) -> ListView:
    """Return one of somebody's own lists; raises ``NotFound``."""
    found = await list_of(change.tx, list_id, account_id=account_id)
    if found is None:
        raise NotFound("Record not found")
    return found


def _title(typed: str) -> str:
    title = clean_text(typed)
    if not title:
        raise Invalid("Validation failed: Title can't be blank")
    if len(title) > LONGEST_TITLE:
        raise Invalid(f"Validation failed: Title is too long (maximum is {LONGEST_TITLE} characters)")
    return title

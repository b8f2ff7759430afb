"""The post that a comment answers, as far as the comment needs to know it."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Row
from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.policies import CLOSED, may_answer
from rossgram_fed.visibility import heard, visible
from rossgram_fed.web.errors import NotFound

_COLUMNS = (
    "p.id, p.uri, p.account_id, p.local, p.visibility, p.thread_id, p.context_uri, "
    "(SELECT rc.comment_policy FROM posts rc WHERE rc.id = p.thread_id) AS policy, "
    "CASE WHEN p.approves_comments AND NOT EXISTS (SELECT 1 FROM mentions pm WHERE pm.post_id = p.id "
    "AND pm.account_id = $1) THEN 1 ELSE 0 END AS asks"
)


MOST_GROUPS = 3
"""Groups that one comment is addressed to."""


@dataclass(frozen=True, slots=True)
class Parent:
    """A post with an answer on its way."""

    id: int
    uri: str
    author_id: int
    local: bool
    visibility: Visibility
    thread_id: int
    context_uri: str
    seen: bool
    """Whether the author of the answer may see it."""
    asks: bool
    """Whether its author wants to be asked before the answer is published; never where the answer's is named in it."""
    closed: str = ""
    """Why the author of the answer may not answer; empty when they may."""


async def seen_parent(change: Change, *, author_id: int, post_id: int) -> Parent:
    """Return the post for somebody here who answers it; raises ``NotFound`` when they may not see it."""
    row = await change.tx.fetch_one(
        f"SELECT {_COLUMNS}, 1 AS seen, {_may_answer(ours=False)} FROM posts p WHERE p.id = $2 AND {visible('$1')}",
        author_id,
        post_id,
    )
    if row is None:
        raise NotFound("What you answer is not there (any more), or you may not see it.")
    return _parent(row)


async def parent_by_uri(change: Change, *, author_id: int, uri: str) -> Parent | None:
    """Return the post that an arriving answer names, if we have it."""
    row = await change.tx.fetch_one(
        f"SELECT {_COLUMNS}, CASE WHEN {visible('$1')} THEN 1 ELSE 0 END AS seen, {_may_answer(ours=True)} "
        "FROM posts p WHERE p.uri = $2",
        author_id,
        uri,
    )
    return None if row is None else _parent(row)


def _may_answer(*, ours: bool) -> str:
    allowed = may_answer("$1", thread="p.thread_id", answered="p.id", ours=ours)
    return f"CASE WHEN {allowed} THEN 1 ELSE 0 END AS allowed"


async def groups_of(change: Change, parent: Parent) -> tuple[int, ...]:
    """Return the groups elsewhere that brought a thread here (FEP-1b12): they pass on what is addressed to them."""
    if parent.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        return ()
    rows = await change.tx.fetch(
        "SELECT a.id FROM boosts b JOIN accounts a ON a.id = b.account_id WHERE b.post_id = $1 AND a.domain <> '' "
        f"AND a.actor_type = 'Group' AND a.deleted_at IS NULL AND {heard('a')} "
        f"ORDER BY b.id LIMIT {MOST_GROUPS}",
        parent.thread_id,
    )
    return tuple(row["id"] for row in rows)


def _parent(row: Row) -> Parent:
    return Parent(
        id=row["id"],
        uri=row["uri"],
        author_id=row["account_id"],
        local=bool(row["local"]),
        visibility=Visibility(row["visibility"]),
        thread_id=row["thread_id"],
        context_uri=row["context_uri"],
        seen=bool(row["seen"]),
        asks=bool(row["asks"]),
        closed="" if row["allowed"] else CLOSED[Policy(row["policy"])],
    )

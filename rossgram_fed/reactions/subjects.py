"""The post that somebody reacts to, as far as a reaction needs to know it."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.visibility import visible
from rossgram_fed.web.errors import NotFound


@dataclass(frozen=True, slots=True)
class Subject:
    """A post that the reacting account may see, and both accounts' addresses."""

    post_id: int
    post_uri: str
    visibility: Visibility
    author_id: int
    author_uri: str
    actor_uri: str
    actor_followers: str
    actor_moved: bool
    """Whether the reacting account lives elsewhere now."""

    @property
    def open_to_all(self) -> bool:
        """Whether the post may be passed on."""
        return self.visibility in (Visibility.PUBLIC, Visibility.UNLISTED)


async def subject(change: Change, *, account_id: int, post_id: int) -> Subject | None:
    """Return the post for an account that may see it, else None."""
    return await _subject(change, account_id, "p.id = $2", post_id)


async def subject_by_uri(change: Change, *, account_id: int, uri: str) -> Subject | None:
    """Return the post with this address for an account that may see it, else None."""
    return await _subject(change, account_id, "p.uri = $2", uri)


async def seen_subject(change: Change, *, account_id: int, post_id: int) -> Subject:
    """Return the post; raise ``NotFound`` when there is none that this account may see."""
    found = await subject(change, account_id=account_id, post_id=post_id)
    if found is None:
        raise NotFound("There is no such post, or you may not see it.")
    return found


async def _subject(change: Change, account_id: int, condition: str, value: int | str) -> Subject | None:
    row = await change.tx.fetch_one(
        "SELECT p.id, p.uri, p.visibility, a.id AS author_id, a.uri AS author_uri, me.uri AS actor_uri, "
        "me.followers_uri, me.moved_to_uri FROM posts p JOIN accounts a ON a.id = p.account_id "
        "JOIN accounts me ON me.id = $1 "
        f"WHERE {condition} AND {visible('$1')}",
        account_id,
        value,
    )
    if row is None:
        return None
    return Subject(
        post_id=row["id"],
        post_uri=row["uri"],
        visibility=Visibility(row["visibility"]),
        author_id=row["author_id"],
        author_uri=row["author_uri"],
        actor_uri=row["actor_uri"],
        actor_followers=row["followers_uri"],
        actor_moved=bool(row["moved_to_uri"]),
    )

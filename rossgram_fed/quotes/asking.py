"""The post here that somebody wants to quote or answer, and whether its rules let them quote it."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.policies import may_quote
from rossgram_fed.visibility import follows, visible


@dataclass(frozen=True, slots=True)
class Subject:
    """A post of somebody here."""

    post_id: int
    post_uri: str
    author_id: int
    author_uri: str
    may_quote: bool
    """Whether the one who asks may quote it."""


async def subject_for(change: Change, uri: str, *, account_id: int) -> Subject | None:
    """Return the post here with this address for an account that may see it; to others it is not there."""
    row = await change.tx.fetch_one(
        "SELECT p.id, p.uri, p.visibility, p.quote_policy, a.id AS author_id, a.uri AS author_uri, "
        f"CASE WHEN {follows('$1', 'p.account_id')} THEN 1 ELSE 0 END AS follows FROM posts p "
        f"JOIN accounts a ON a.id = p.account_id WHERE p.uri = $2 AND p.local = TRUE AND {visible('$1')}",
        account_id,
        uri,
    )
    if row is None:
        return None
    return Subject(
        post_id=row["id"],
        post_uri=row["uri"],
        author_id=row["author_id"],
        author_uri=row["author_uri"],
        may_quote=may_quote(
            Policy(row["quote_policy"]),
            Visibility(row["visibility"]),
            own=row["author_id"] == account_id,
            follows=bool(row["follows"]),
        ),
    )

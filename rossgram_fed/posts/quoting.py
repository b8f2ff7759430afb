"""The post that somebody here is about to quote, and whether its author lets them."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.policies import may_quote
from rossgram_fed.visibility import follows, visible
from rossgram_fed.web.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Quotable:
    """A post that may be quoted."""

    id: int
    uri: str


async def quotable_by(reader: Reader, account_id: int, *, post_id: int) -> Quotable:
    """Return a post for somebody here who wants to quote it.

    Raises ``NotFound`` when they may not see it and ``Forbidden`` when its author does not let them.
    """
    row = await reader.fetch_one(
        "SELECT p.id, p.uri, p.account_id, p.visibility, p.quote_policy, "
        f"CASE WHEN {follows('$1', 'p.account_id')} THEN 1 ELSE 0 END AS follows FROM posts p "
        f"WHERE p.id = $2 AND {visible('$1')}",
        account_id,
        post_id,
    )
    if row is None:
        raise NotFound("What you quote is not there (any more), or you may not see it.")
    allowed = may_quote(
        Policy(row["quote_policy"]),
        Visibility(row["visibility"]),
        own=row["account_id"] == account_id,
        follows=bool(row["follows"]),
    )
    if not allowed:
        raise Forbidden("The author of this post does not let you quote it.")
    return Quotable(row["id"], row["uri"])

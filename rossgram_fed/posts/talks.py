"""What two people wrote each other: direct posts by one that address the other, whatever thread they are in."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.database import Reader
from rossgram_fed.models.posts import Visibility
from rossgram_fed.visibility import visible

_BY = (
    "SELECT p.id FROM mentions m JOIN posts p ON p.id = m.post_id WHERE m.account_id = {to} AND p.account_id = {by} "
    f"AND p.visibility = {int(Visibility.DIRECT)} AND p.id > $3 AND p.id < $4 AND {visible('$1')}"
)
_BOTH = f"{_BY.format(by='$1', to='$2')} UNION {_BY.format(by='$2', to='$1')}"


async def posts_between(
    reader: Reader, account_id: int, other_id: int, *, between: tuple[int, int], upwards: bool, limit: int
) -> list[int]:
    """Return the ids of the posts between two ids that somebody and another wrote each other, the newest first.

    ``upwards`` gives those nearest to the lower id.
    """
    rows = await reader.fetch(
        f"SELECT t.id FROM ({_BOTH}) AS t ORDER BY t.id {'ASC' if upwards else 'DESC'} LIMIT {int(limit)}",
        account_id,
        other_id,
        *between,
    )
    found = [int(row["id"]) for row in rows]
    return found[::-1] if upwards else found

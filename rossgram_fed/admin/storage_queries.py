"""What takes the space, asked of the rows; what lies in storage without one is counted by ``rossgram media gc``."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Database
from rossgram_fed.media.quota import MEGABYTE

MOST_ACCOUNTS = 10


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes by what they are for."""

    originals: int
    """Photos as they came in, without their metadata."""
    renditions: int
    """The sizes that pages and other servers are shown."""
    avatars: int
    waiting: int
    """Of the first two, those that are in no post yet."""
    remote: int
    """Copies of other servers' pictures."""
    unneeded: int
    """What the next sweep takes away."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody here and what they keep."""

    account_id: int
    username: str
    used: int
    most: int | None
    """Their own share in bytes, 0 for no bound; None where the server's counts."""


async def space(database: Database) -> Space:
    """Return what takes the space; reads every row of a file once."""
    row = await database.fetch_one(
        "SELECT SUM(CASE WHEN f.photo_id IS NOT NULL AND NOT f.remote THEN f.size ELSE 0 END) AS photos, "
        "SUM(CASE WHEN f.account_id IS NOT NULL AND NOT f.remote THEN f.size ELSE 0 END) AS avatars, "
        "SUM(CASE WHEN h.post_id IS NULL AND f.photo_id IS NOT NULL THEN f.size ELSE 0 END) AS waiting, "
        "SUM(CASE WHEN f.remote AND (f.photo_id IS NOT NULL OR f.account_id IS NOT NULL) THEN f.size ELSE 0 END) "
        "AS remote, "
        "SUM(CASE WHEN f.photo_id IS NULL AND f.account_id IS NULL THEN f.size ELSE 0 END) AS unneeded "
        "FROM media_files f LEFT JOIN photos h ON h.id = f.photo_id"
    )
    size = (
        "CAST(CAST(renditions AS json) -> 'original' ->> 'size' AS bigint)"
        if database.postgresql
        else "json_extract(renditions, '$.original.size')"
    )
    originals = await database.fetch_value(
        f"SELECT SUM({size}) FROM photos WHERE remote_url = '' AND renditions LIKE '%\"original\"%'"  # noqa: S608 - constants
    )
    found = {name: int(row[name] or 0) if row is not None else 0 for name in ("photos", "avatars", "waiting")}
    others = {name: int(row[name] or 0) if row is not None else 0 for name in ("remote", "unneeded")}
    return Space(
        originals=int(originals or 0),
        renditions=max(0, found["photos"] - int(originals or 0)),
        avatars=found["avatars"],
        waiting=found["waiting"],
        **others,
    )


async def largest_holders(database: Database) -> list[Holder]:
    """Return those here whose photos fill most."""
    rows = await database.fetch(
        "SELECT a.id, a.username, u.quota_megabytes, SUM(f.size) AS used FROM users u "
        "JOIN accounts a ON a.id = u.account_id JOIN photos h ON h.account_id = a.id "
        "JOIN media_files f ON f.photo_id = h.id GROUP BY a.id, a.username, u.quota_megabytes "
        "ORDER BY used DESC, a.id LIMIT $1",
        MOST_ACCOUNTS,
    )
    return [
        Holder(
            account_id=row["id"],
            username=row["username"],
            used=int(row["used"]),
            most=None if row["quota_megabytes"] is None else int(row["quota_megabytes"]) * MEGABYTE,
        )
        for row in rows
    ]

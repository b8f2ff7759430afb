"""Rows of the table ``accounts``, inserted in one way for people here, for the server itself and for strangers."""

from __future__ import annotations

from collections.abc import Mapping

from rossgram_fed.instance import Change

_BLANK = {
    "domain": "",
    "name": "",
    "bio": "",
    "bio_html": "",
    "links": "[]",
    "avatar_key": "",
    "avatar_url": "",
    "header_key": "",
    "header_url": "",
    "shared_inbox": "",
    "outbox": "",
    "followers_uri": "",
    "following_uri": "",
    "featured_uri": "",
    "featured_tags_uri": "",
    "public_keys": "[]",
    "locked": False,
    "discoverable": True,
    "indexable": False,
    "followers_count": 0,
    "following_count": 0,
    "posts_count": 0,
    "fetched_at": 0,
    "backfilled_at": 0,
    "host_standing": 0,
    "media_refused": False,
}


STALE = 7 * 24 * 60 * 60_000
"""Milliseconds after which a stranger is read again when they act or are looked at."""


def is_stale(fetched_at: int, *, now: int) -> bool:
    """Say whether it is long ago that a stranger was asked for at their origin; for one never read there is nobody."""
    return 0 < fetched_at < now - STALE


async def insert_account(change: Change, account_id: int, values: Mapping[str, object]) -> bool:
    """Insert an account, blank where ``values`` (by column) say nothing; say whether its address and name were free."""
    row = {"id": account_id, **_BLANK, "created_at": change.now, "updated_at": change.now, **values}
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    made = await change.tx.fetch(
        f"INSERT INTO accounts ({', '.join(row)}) VALUES ({places}) ON CONFLICT DO NOTHING RETURNING id",  # noqa: S608 - our own names
        *row.values(),
    )
    return bool(made)

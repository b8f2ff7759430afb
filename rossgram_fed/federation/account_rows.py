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
    "shared_inbox": "",
    "outbox": "",
    "followers_uri": "",
    "following_uri": "",
    "featured_uri": "",
    "public_keys": "[]",
    "locked": False,
    "discoverable": True,
    "indexable": False,
    "followers_count": 0,
    "following_count": 0,
    "posts_count": 0,
    "fetched_at": 0,
    "backfilled_at": 0,
}


async def insert_account(change: Change, account_id: int, values: Mapping[str, object]) -> bool:
    """Insert an account, blank where ``values`` (by column) say nothing; say whether its address and name were free."""
    row = {"id": account_id, **_BLANK, "created_at": change.now, "updated_at": change.now, **values}
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    made = await change.tx.fetch(
        f"INSERT INTO accounts ({', '.join(row)}) VALUES ({places}) ON CONFLICT DO NOTHING RETURNING id",  # noqa: S608 - our own names
        *row.values(),
    )
    return bool(made)

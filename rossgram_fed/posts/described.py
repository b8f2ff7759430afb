"""Whether photos need a description before they are posted: the server may ask for it, and anybody of themselves."""

from __future__ import annotations

from rossgram_fed.config import Settings
from rossgram_fed.database import Reader
from rossgram_fed.instance import Change
from rossgram_fed.web.errors import Invalid


async def needs_descriptions(reader: Reader, settings: Settings, *, account_id: int) -> bool:
    """Say whether somebody's photos may not be posted without."""
    if settings.server.require_descriptions:
        return True
    row = await reader.fetch_one("SELECT require_descriptions FROM users WHERE account_id = $1", account_id)
    return row is not None and bool(row["require_descriptions"])


async def check_described(change: Change, author_id: int, post_id: int) -> None:
    """Raise ``Invalid`` when a photo of a post has no description and needs one."""
    row = await change.tx.fetch_one(
        "SELECT MIN(position) AS place FROM photos WHERE post_id = $1 AND description = ''", post_id
    )
    if row is None or row["place"] is None:
        return
    if await needs_descriptions(change.tx, change.settings, account_id=author_id):
        raise Invalid(f"Photo {row['place'] + 1} has no description yet, and it needs one before it can be posted.")

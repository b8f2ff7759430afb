"""Taking back at once all that an author allowed an account, as a block does."""

from __future__ import annotations

from rossgram_fed.instance import Instance
from rossgram_fed.quotes import words


async def revoke_quotes(instance: Instance, payload: dict[str, object]) -> None:
    """Do the job ``revoke_quotes``: ``author_id`` takes back whatever ``account_id`` was allowed with their posts."""
    author_id = int(str(payload["author_id"]))
    async with instance.change() as change:
        rows = await change.tx.fetch(
            "SELECT w.id FROM authorizations w JOIN posts p ON p.id = w.post_id "
            "WHERE w.account_id = $1 AND p.account_id = $2 AND p.local = TRUE AND w.revoked_at IS NULL ORDER BY w.id",
            int(str(payload["account_id"])),
            author_id,
        )
        for row in rows:
            await words.revoke(change, row["id"], author_id=author_id)

"""What a visitor wants to follow, like, boost or answer: something here that everybody may see, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Reader
from rossgram_fed.markup import text_of
from rossgram_fed.visibility import heard, visible


@dataclass(frozen=True, slots=True)
class Subject:
    """An account, or a post with its author."""

    uri: str
    path: str
    account: AccountCard
    is_post: bool
    excerpt: str


async def public_subject(reader: Reader, uri: str) -> Subject | None:
    """Return the account or the post with this ActivityPub id, if whoever comes by may see it."""
    row = await reader.fetch_one(
        f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.uri = $1 AND a.actor_type <> 'Application' "  # noqa: S608 - constants
        f"AND a.deleted_at IS NULL AND {heard('a')}",
        uri,
    )
    if row is not None:
        account = card_from(row)
        return Subject(account.uri, account.path, account, is_post=False, excerpt="")
    row = await reader.fetch_one(
        f"SELECT {CARD_COLUMNS}, p.id AS post_id, p.content_html, p.warning FROM posts p "  # noqa: S608 - constants
        f"JOIN accounts a ON a.id = p.account_id WHERE p.uri = $1 AND {visible(None, author='a')}",
        uri,
    )
    if row is None:
        return None
    excerpt = row["warning"] or text_of(row["content_html"], 140)
    return Subject(uri, f"/p/{row['post_id']}", card_from(row), is_post=True, excerpt=excerpt)

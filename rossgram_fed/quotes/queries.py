"""What an author reads about the quotes of a post of theirs."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Reader
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.visibility import visible

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A post that quotes one of ours, with its author's leave."""

    authorization_id: int
    account: AccountCard
    uri: str
    path: str
    """The address of its page here; empty when it is not here, or not for the viewer."""
    created_at: int


async def quotes_of(reader: Reader, post_id: int, *, viewer_id: int) -> tuple[QuoteView, ...]:
    """Return the quotes that stand, the newest first."""
    rows = await reader.fetch(
        f"SELECT w.id, w.instrument_uri, w.created_at, q.id AS quoting_id, {CARD_COLUMNS} FROM authorizations w "
        "JOIN accounts a ON a.id = w.account_id "
        f"LEFT JOIN posts q ON q.uri = w.instrument_uri AND {visible('$2', 'q')} "
        f"WHERE w.post_id = $1 AND w.kind = $3 AND w.revoked_at IS NULL ORDER BY w.id DESC LIMIT {MOST_SHOWN}",
        post_id,
        viewer_id,
        int(AuthorizationKind.QUOTE),
    )
    return tuple(
        QuoteView(
            authorization_id=row["id"],
            account=card_from(row),
            uri=row["instrument_uri"],
            path=f"/p/{row['quoting_id']}" if row["quoting_id"] is not None else "",
            created_at=row["created_at"],
        )
        for row in rows
    )

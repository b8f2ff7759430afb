"""What a quote shows of the quoted post: a small card, for those who may see that post; to others it is a link.

Which quotes may be shown at all was decided before (``quoted_id`` is set with the quoted author's leave only).
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.markup import text_of
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import PhotoState, QuoteState
from rossgram_fed.renditions import renditions_from, thumb_path
from rossgram_fed.visibility import listed, visible

EXCERPT_CHARACTERS = 200

_COVER = (
    "(SELECT i.id FROM photos i WHERE i.post_id = p.id AND i.position >= p.cover AND i.kind <> 'audio' "
    "ORDER BY i.position, i.id LIMIT 1)"
)


@dataclass(frozen=True, slots=True)
class QuotedView:
    """A post inside another one."""

    id: int
    author: AccountCard
    excerpt: str
    """The first words; the warning instead, where there is one."""
    thumb: str
    """Path of its cover, of a video its still; empty when there is none, or it is covered."""
    description: str

    @property
    def path(self) -> str:
        """The address of its page on this server."""
        return f"/p/{self.id}"


def shown_quote(row: Row) -> int | None:
    """Return the id of the post that a row of ``posts`` may show inside it; None when there is none."""
    return row["quoted_id"] if row["quote_state"] == QuoteState.ACCEPTED else None


async def quoted_posts(reader: Reader, ids: Collection[int], *, viewer_id: int | None) -> dict[int, QuotedView]:
    """Return those of the quoted posts that the viewer may see, in one statement; none when there are no ids."""
    if not ids:
        return {}
    viewer, known = (None, []) if viewer_id is None else ("$1", [viewer_id])
    rows = await reader.fetch(
        f"SELECT p.id, p.content_html, p.warning, p.sensitive, {CARD_COLUMNS}, h.id AS photo_id, h.state, "
        "h.kind, h.renditions, h.still_url, h.description, h.sensitive AS covered "
        "FROM posts p JOIN accounts a ON a.id = p.account_id "
        f"LEFT JOIN photos h ON h.id = {_COVER} "
        f"WHERE p.id IN ({placeholders(len(ids), len(known) + 1)}) AND {visible(viewer)}",
        *known,
        *ids,
    )
    return {row["id"]: _view(row) for row in rows}


async def quoting_ids(
    reader: Reader, post_id: int, *, viewer_id: int | None, between: tuple[int, int], order: str, limit: int
) -> list[int]:
    """Return posts that quote this one with its author's leave, by ids strictly between two, ``ASC`` or ``DESC``."""
    viewer, known = (None, []) if viewer_id is None else ("$4", [viewer_id])
    rows = await reader.fetch(
        f"SELECT p.id FROM posts p JOIN accounts a ON a.id = p.account_id WHERE p.quoted_id = $1 "
        f"AND p.quote_state = {int(QuoteState.ACCEPTED)} AND p.id > $2 AND p.id < $3 "
        f"AND {visible(viewer, author='a')} AND {listed('a', viewer)} ORDER BY p.id {order} LIMIT {int(limit)}",
        post_id,
        *between,
        *known,
    )
    return [row["id"] for row in rows]


async def quotes_count(reader: Reader, post_id: int) -> int:
    """Return how many posts quote this one with its author's leave."""
    found = await reader.fetch(
        "SELECT COUNT(*) AS n FROM authorizations WHERE post_id = $1 AND kind = $2 AND revoked_at IS NULL",
        post_id,
        int(AuthorizationKind.QUOTE),
    )
    return int(found[0]["n"])


def _view(row: Row) -> QuotedView:
    covered = bool(row["warning"] or row["sensitive"] or row["covered"])
    thumb = ""
    if row["photo_id"] is not None and not covered and not row["media_refused"]:
        thumb = thumb_path(
            row["photo_id"],
            kind=row["kind"],
            state=PhotoState(row["state"]),
            renditions=renditions_from(row["renditions"]),
            still_url=row["still_url"],
        )
    return QuotedView(
        id=row["id"],
        author=card_from(row),
        excerpt=row["warning"] or text_of(row["content_html"], EXCERPT_CHARACTERS),
        thumb=thumb,
        description=row["description"] or "",
    )

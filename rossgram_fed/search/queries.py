"""What the search page finds in our own tables: accounts and tags by the beginning of their names."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Database
from rossgram_fed.models.posts import Visibility
from rossgram_fed.visibility import heard, listed, visible

MOST = 20


@dataclass(frozen=True, slots=True)
class TagFound:
    """A tag and how many posts carry it."""

    name: str
    uses: int


async def accounts_like(database: Database, text: str, *, viewer_id: int | None) -> tuple[AccountCard, ...]:
    """Return accounts whose username or name begins with ``text``, ours first; who is limited is not among them."""
    viewer, known = ("$2", [viewer_id]) if viewer_id is not None else (None, [])
    rows = await database.fetch(
        f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.deleted_at IS NULL AND {heard('a')} "  # noqa: S608 - constants
        f"AND {listed('a', viewer)} AND a.actor_type <> 'Application' "
        "AND (LOWER(a.username) LIKE $1 ESCAPE '!' OR LOWER(a.name) LIKE $1 ESCAPE '!') "
        f"ORDER BY CASE WHEN a.domain = '' THEN 0 ELSE 1 END, a.followers_count DESC, a.id LIMIT {MOST}",
        _beginning(text),
        *known,
    )
    return tuple(card_from(row) for row in rows)


async def tags_like(
    database: Database, text: str, *, viewer_id: int | None, of_words: bool = False
) -> tuple[TagFound, ...]:
    """Return tags whose name begins with ``text``, the most used first; what only private posts carry is no tag here.

    What is counted is what the tag's page shows: photos, and for apps, which show those too, posts ``of_words``.
    """
    counted = "" if of_words else "AND p.photo_count > 0 "
    viewer, known = ("$2", [viewer_id]) if viewer_id is not None else (None, [])
    rows = await database.fetch(
        "SELECT t.name, COUNT(*) AS uses FROM tags t JOIN post_tags u ON u.tag_id = t.id "  # noqa: S608 - constants
        f"JOIN posts p ON p.id = u.post_id AND p.visibility = {int(Visibility.PUBLIC)} {counted}"
        f"JOIN accounts a ON a.id = p.account_id AND {visible(viewer, author='a')} AND {listed('a', viewer)} "
        f"WHERE t.name LIKE $1 ESCAPE '!' GROUP BY t.name ORDER BY uses DESC, t.name LIMIT {MOST}",
        _beginning(text.removeprefix("#")),
        *known,
    )
    return tuple(TagFound(row["name"], row["uses"]) for row in rows)


def _beginning(text: str) -> str:
    folded = text.casefold()
    for special in ("!", "%", "_"):
        folded = folded.replace(special, f"!{special}")
    return f"{folded}%"

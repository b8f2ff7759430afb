"""All that posts say, as plain words: what filters and search look at."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.filters.sifting import Words
from rossgram_fed.markup import text_of

_ADDED = (
    "SELECT post_id, description AS said FROM photos WHERE post_id IN ({places}) AND description <> '' "
    "UNION ALL SELECT po.post_id, o.title FROM polls po JOIN poll_options o ON o.poll_id = po.id "
    "WHERE po.post_id IN ({places})"
)


async def said_in(reader: Reader, ids: Sequence[int], *, most: int) -> list[Words]:
    """Return the warnings, texts, descriptions and answers of polls of posts, in two statements.

    ``most`` is how many characters of a text are read.
    """
    if not ids:
        return []
    places = placeholders(len(ids))
    added: defaultdict[int, list[str]] = defaultdict(list)
    for row in await reader.fetch(_ADDED.format(places=places), *ids):
        added[row["post_id"]].append(row["said"])
    rows = await reader.fetch(f"SELECT id, account_id, warning, content_html FROM posts WHERE id IN ({places})", *ids)
    return [
        Words(
            row["id"],
            row["account_id"],
            "\n".join(filter(None, (row["warning"], text_of(row["content_html"], most), *added[row["id"]]))),
        )
        for row in rows
    ]

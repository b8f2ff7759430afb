"""Posts by their words, among those that somebody has to do with and those whose authors let them be searched.

That is: one's own, those one liked, boosted, kept or was named in, and public posts of accounts that chose to be found
(``Account.indexable``). The newest of each are looked through, not all there are: without an index of words, which the
two engines would have to be given each in its own way, a bounded search is an honest one.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.markup import text_of
from rossgram_fed.models.posts import Visibility
from rossgram_fed.visibility import listed, visible

LOOKED_AT = 2000
"""Posts of each sort that are looked through, the newest."""
LOOKED_AT_IN_PUBLIC = 5000
MOST_WORDS = 8
_MOST_FOUND = 400
_CHARACTERS = 20_000


def _newest(table: str, column: str) -> str:
    return (
        f"SELECT {column} AS id FROM (SELECT {column} FROM {table} WHERE account_id = $1 "
        f"ORDER BY id DESC LIMIT {LOOKED_AT}) {table}_of_mine"
    )


def _public(local: str, viewer: str | None) -> str:
    return (
        "SELECT pp.id FROM (SELECT id, account_id FROM posts "
        f"WHERE visibility = {int(Visibility.PUBLIC)} AND local = {local} ORDER BY id DESC "
        f"LIMIT {LOOKED_AT_IN_PUBLIC}) pp JOIN accounts pa ON pa.id = pp.account_id AND pa.indexable "
        f"AND {listed('pa', viewer)}"
    )


async def posts_saying(
    reader: Reader,
    text: str,
    *,
    viewer_id: int | None,
    account_id: int | None = None,
    before: int = LARGEST_ID,
    after: int = 0,
    limit: int = 20,
    offset: int = 0,
) -> list[int]:
    """Return the ids of posts in which every word of a text is, in whatever case, the newest first."""
    words = list(dict.fromkeys(text.casefold().split()))[:MOST_WORDS]
    if not words:
        return []
    viewer, arguments = ("$1", [viewer_id]) if viewer_id is not None else (None, [])
    among = [_public("TRUE", viewer), _public("FALSE", viewer)]
    if viewer is not None:
        mine = (("posts", "id"), ("likes", "post_id"), ("boosts", "post_id"), ("bookmarks", "post_id"))
        among += [_newest(table, column) for table, column in (*mine, ("mentions", "post_id"))]
    values: list[object] = [*arguments, before, after]
    where = [f"p.id < ${len(values) - 1} AND p.id > ${len(values)}", visible(viewer, author="a")]
    if account_id is not None:
        values.append(account_id)
        where.append(f"p.account_id = ${len(values)}")
    for word in words:
        where.append(_says(word, values))
    rows = await reader.fetch(
        f"SELECT p.id, p.content_html, p.warning FROM ({' UNION '.join(among)}) c JOIN posts p ON p.id = c.id "
        f"JOIN accounts a ON a.id = p.account_id WHERE {' AND '.join(where)} ORDER BY p.id DESC LIMIT {_MOST_FOUND}",
        *values,
    )
    described = await _descriptions(reader, [row["id"] for row in rows])
    found = [row["id"] for row in rows if _truly(row, described.get(row["id"], ()), words)]
    return found[offset : offset + limit]


def _says(word: str, values: list[object]) -> str:
    """Return the condition that a post has a word somewhere, perhaps in its markup; its patterns go into ``values``."""
    found = []
    for spelled in _spellings(word):
        values.append(f"%{_escaped(spelled)}%")
        place = f"${len(values)}"
        found.append(
            f"LOWER(p.content_html) LIKE {place} ESCAPE '!' OR LOWER(p.warning) LIKE {place} ESCAPE '!' OR EXISTS "
            f"(SELECT 1 FROM photos h WHERE h.post_id = p.id AND LOWER(h.description) LIKE {place} ESCAPE '!')"
        )
    return f"({' OR '.join(found)})"


def _spellings(word: str) -> list[str]:
    """Return what ``LOWER`` may make of a word: SQLite's leaves letters beyond ASCII as they are."""
    cased = (word, word.upper(), word.title())
    return list(dict.fromkeys("".join(c.lower() if c.isascii() else c for c in one) for one in cased))


def _escaped(word: str) -> str:
    for special in ("!", "%", "_"):
        word = word.replace(special, f"!{special}")
    return word.replace("&", "&amp;")


async def _descriptions(reader: Reader, post_ids: Sequence[int]) -> Mapping[int, list[str]]:
    described: defaultdict[int, list[str]] = defaultdict(list)
    if post_ids:
        for row in await reader.fetch(
            f"SELECT post_id, description FROM photos WHERE post_id IN ({placeholders(len(post_ids))})", *post_ids
        ):
            described[row["post_id"]].append(row["description"])
    return described


def _truly(row: Row, descriptions: Sequence[str], words: Sequence[str]) -> bool:
    """Say whether the words are in what the post says, and not only in its markup."""
    said = "\n".join([row["warning"], text_of(row["content_html"], _CHARACTERS), *descriptions]).casefold()
    return all(word in said for word in words)

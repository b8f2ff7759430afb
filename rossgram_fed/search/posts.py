"""Posts by their words, among those that somebody has to do with and those whose authors let them be searched.

That is: one's own, those one liked, boosted, kept or was named in, and public posts of accounts that chose to be found
(``Account.indexable``). The latter are in an index of words (``database.words``), however many there are; of the former
the newest of each sort are looked through. Who may see a post is asked of what was found, as everywhere.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.accounts.finding import account_called
from rossgram_fed.config import Settings
from rossgram_fed.database import Database, Reader
from rossgram_fed.database.words import found_by, written
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.models.posts import Visibility
from rossgram_fed.search.words import Question, by_author
from rossgram_fed.visibility import listed, visible

LOOKED_AT = 2000
"""Posts of each sort that somebody has to do with, the newest."""
MOST_FOUND = 600
"""Ids that the index, and those posts, are asked for: some of them may not be for whoever asks."""
_MINE = (
    ("posts", "id"),
    ("likes", "post_id"),
    ("boosts", "post_id"),
    ("bookmarks", "post_id"),
    ("mentions", "post_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of what is found."""

    before: int = LARGEST_ID
    after: int = 0
    limit: int = 20
    offset: int = 0


async def posts_saying(
    database: Database, question: Question, *, viewer_id: int | None, part: Part = Part()
) -> list[int]:
    """Return the ids of posts in which all is that a question asks for, the newest first.

    Its author is asked for with a mark (``with_author``).
    """
    if not (question.beginnings or question.whole):
        return []
    values: list[object] = [part.before, part.after]
    viewer = None
    if viewer_id is not None:
        values.append(viewer_id)
        viewer = "$3"
    arms: dict[str, str] = {}
    if not question.library:
        arms["for_all"] = _open(database, question, viewer, values)
    if viewer is not None and question.library is not False:
        arms["mine"] = _mine(question, viewer, values)
    if not arms:
        return []
    rows = await database.fetch(
        # Each for itself first: estimates of how many posts have a word are too bad to plan one big join by.
        f"WITH {', '.join(f'{name} AS MATERIALIZED ({sql})' for name, sql in arms.items())} "
        f"SELECT p.id FROM ({' UNION '.join(f'SELECT id FROM {name}' for name in arms)}) c JOIN posts p ON p.id = c.id "
        f"JOIN accounts a ON a.id = p.account_id WHERE {visible(viewer, author='a')} "
        f"ORDER BY p.id DESC LIMIT {int(part.limit)} OFFSET {int(part.offset)}",
        *values,
    )
    return [row["id"] for row in rows]


async def with_author(
    reader: Reader, settings: Settings, question: Question, *, viewer_id: int | None
) -> Question | None:
    """Return a question with its author as a mark; None when there is no such account here."""
    if not question.author:
        return question
    if question.author == "me":
        account_id = viewer_id
    else:
        account_id = await account_called(reader, settings, question.author)
    return None if account_id is None else question.marked(by_author(account_id))


def _open(database: Database, question: Question, viewer: str | None, values: list[object]) -> str:
    """Return the query for posts that anybody may come across; the index may be a moment behind, so they are asked."""
    values.append(written(database.postgresql, question.whole, question.beginnings))
    found = found_by(database.postgresql, f"${len(values)}", below="$1", above="$2", most=MOST_FOUND)
    return (
        f"WITH found AS MATERIALIZED ({found}) SELECT op.id FROM found f JOIN posts op ON op.id = f.id "
        f"AND op.visibility = {int(Visibility.PUBLIC)} JOIN accounts oa ON oa.id = op.account_id AND oa.indexable "
        f"AND {listed('oa', viewer)}"
    )


def _mine(question: Question, viewer: str, values: list[object]) -> str:
    """Return the query for posts that somebody has to do with."""
    sets = " UNION ".join(
        f"SELECT {column} AS id FROM (SELECT {column} FROM {table} WHERE account_id = {viewer} "
        f"ORDER BY id DESC LIMIT {LOOKED_AT}) {table}_of_mine"
        for table, column in _MINE
    )
    # As a subquery that has one value: a join might be made by reading the words of all posts there are.
    says = f"(SELECT {' AND '.join(_says(question, values))} FROM post_words w WHERE w.id = m.id)"
    return f"SELECT m.id FROM ({sets}) m WHERE m.id < $1 AND m.id > $2 AND {says} ORDER BY m.id DESC LIMIT {MOST_FOUND}"


def _says(question: Question, values: list[object]) -> Sequence[str]:
    """Return the conditions that ``post_words w`` has all of it; words hold nothing that LIKE takes for anything."""
    wanted = [*(f"% {word} %" for word in question.whole), *(f"% {word}%" for word in question.beginnings)]
    places = range(len(values) + 1, len(values) + 1 + len(wanted))
    values += wanted
    return [f"' ' || w.words || ' ' LIKE ${place}" for place in places]

"""Words of posts, as each engine indexes them: the one place where the two have different SQL.

Triggers note which posts are to be read (``UnreadPost``), whoever writes them, and keep the index as ``post_words`` is.
SQLite has a table of FTS5 beside it, which holds the index alone; PostgreSQL a GIN index over the words as they are, so
that its own idea of words and languages plays no part. In both, words are what stands between spaces.
"""

# ruff: noqa: S608 - the SQL is put together of constants only
from __future__ import annotations

from collections.abc import Sequence

from rossgram_fed.database import triggers
from rossgram_fed.database.engine import Database
from rossgram_fed.database.triggers import Trigger

SORT = "words"
INDEX = "post_words_index"
HAS_FTS5 = "SELECT 1 FROM pragma_module_list WHERE name = 'fts5'"
_VECTOR = "array_to_tsvector(string_to_array(words, ' '))"
_READ_AGAIN = "content_html, warning, sensitive, language, photo_count, visibility"
_FUNCTIONS = tuple(
    f"CREATE OR REPLACE FUNCTION rossgram_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN {body}; RETURN NULL; END $$"
    for name, body in (
        ("unread_post", "INSERT INTO unread_posts (id) VALUES (NEW.id) ON CONFLICT DO NOTHING"),
        ("unread_photo", "INSERT INTO unread_posts (id) VALUES (NEW.post_id) ON CONFLICT DO NOTHING"),
        (
            "unread_author",
            "INSERT INTO unread_posts (id) SELECT id FROM posts WHERE account_id = NEW.id ON CONFLICT DO NOTHING",
        ),
        ("words_gone", "DELETE FROM post_words WHERE id = OLD.id"),
    )
)


class NoSearch(Exception):
    """This SQLite cannot keep the index."""


async def install(database: Database) -> None:
    """Make the index and the triggers that are missing. Raises ``NoSearch`` where SQLite came without FTS5."""
    if database.postgresql:
        await triggers.install(database, SORT, _for_postgresql(), _FUNCTIONS)
        if not await database.fetch("SELECT 1 FROM pg_indexes WHERE indexname = $1", INDEX):
            async with database.transaction() as tx:
                # What waits in a list of pending entries is looked through one by one by every search until a vacuum.
                await tx.execute(
                    f"CREATE INDEX IF NOT EXISTS {INDEX} ON post_words USING GIN ({_VECTOR}) WITH (fastupdate = off) "
                    "WHERE open"
                )
        return
    if not await database.fetch("SELECT 1 FROM sqlite_master WHERE name = $1", INDEX):
        await _make_fts(database)
    await triggers.install(database, SORT, _for_sqlite())


async def remove(database: Database) -> None:
    """Drop the triggers, before the tables change; the index stays."""
    await triggers.remove(database, SORT)


def found_by(postgresql: bool, question: str, *, below: str, above: str, most: int) -> str:
    """Return a query for the ids of posts that anybody may come across, the newest first.

    ``question`` is the placeholder of what ``written`` wrote, ``below`` and ``above`` those of ids.
    """
    if postgresql:
        return (
            f"SELECT id FROM post_words WHERE open AND {_VECTOR} @@ CAST(CAST({question} AS TEXT) AS TSQUERY) "
            f"AND id < {below} AND id > {above} ORDER BY id DESC LIMIT {int(most)}"
        )
    return (
        f"SELECT rowid AS id FROM {INDEX} WHERE {INDEX} MATCH {question} "
        f"AND rowid < {below} AND rowid > {above} ORDER BY rowid DESC LIMIT {int(most)}"
    )


def written(postgresql: bool, whole: Sequence[str], beginnings: Sequence[str]) -> str:
    """Return a question for posts with all of some words and with words that begin so; of letters and digits alone."""
    if postgresql:
        return " & ".join([*(f"'{word}'" for word in whole), *(f"'{word}':*" for word in beginnings)])
    return " ".join([*(f'"{word}"' for word in whole), *(f'"{word}"*' for word in beginnings)])


async def _make_fts(database: Database) -> None:
    if not await database.fetch(HAS_FTS5):
        raise NoSearch("The SQLite of this Python has no full text search (FTS5), which Rossgram needs.")
    async with database.transaction() as tx:
        await tx.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(words, content='', columnsize=0, detail=none, "
            "tokenize='ascii')"
        )
        await tx.execute_long(f"INSERT INTO {INDEX} (rowid, words) SELECT id, words FROM post_words WHERE open")


def _for_sqlite() -> list[Trigger]:
    unread = "INSERT INTO unread_posts (id)"
    enter = f"INSERT INTO {INDEX} (rowid, words) SELECT NEW.id, NEW.words WHERE NEW.open"
    leave = f"INSERT INTO {INDEX} ({INDEX}, rowid, words) SELECT 'delete', OLD.id, OLD.words WHERE OLD.open"
    post = f"BEGIN {unread} VALUES (NEW.id) ON CONFLICT DO NOTHING; END"
    return [
        Trigger(SORT, "posts", "AFTER INSERT", post),
        Trigger(SORT, "posts", f"AFTER UPDATE OF {_READ_AGAIN}", post),
        Trigger(SORT, "posts", "AFTER DELETE", "BEGIN DELETE FROM post_words WHERE id = OLD.id; END"),
        Trigger(
            SORT,
            "photos",
            "AFTER UPDATE OF description",
            f"WHEN NEW.post_id IS NOT NULL BEGIN {unread} VALUES (NEW.post_id) ON CONFLICT DO NOTHING; END",
        ),
        Trigger(
            SORT,
            "accounts",
            "AFTER UPDATE OF indexable",
            f"WHEN OLD.indexable <> NEW.indexable BEGIN {unread} SELECT id FROM posts WHERE account_id = NEW.id "
            "ON CONFLICT DO NOTHING; END",
        ),
        Trigger(SORT, "post_words", "AFTER INSERT", f"BEGIN {enter}; END"),
        Trigger(SORT, "post_words", "AFTER UPDATE", f"BEGIN {leave}; {enter}; END"),
        Trigger(SORT, "post_words", "AFTER DELETE", f"BEGIN {leave}; END"),
    ]


def _for_postgresql() -> list[Trigger]:
    return [
        Trigger(SORT, "posts", "AFTER INSERT", "EXECUTE FUNCTION rossgram_unread_post()"),
        Trigger(SORT, "posts", f"AFTER UPDATE OF {_READ_AGAIN}", "EXECUTE FUNCTION rossgram_unread_post()"),
        Trigger(SORT, "posts", "AFTER DELETE", "EXECUTE FUNCTION rossgram_words_gone()"),
        Trigger(
            SORT,
            "photos",
            "AFTER UPDATE OF description",
            "WHEN (NEW.post_id IS NOT NULL) EXECUTE FUNCTION rossgram_unread_photo()",
        ),
        Trigger(
            SORT,
            "accounts",
            "AFTER UPDATE OF indexable",
            "WHEN (OLD.indexable <> NEW.indexable) EXECUTE FUNCTION rossgram_unread_author()",
        ),
    ]

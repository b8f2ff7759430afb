"""Search for posts among 20,000, on both engines: questions that everything, some things and nothing answers.

What is measured is what an app waits for, but for the entities of the page; the floor is the index asked for the same
page by itself. Reading the posts beforehand is measured as well, since a server does it once with all it has.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.timeline import a_postgresql, place_for
from benchmarks.timeline_world import ACCOUNT_COLUMNS
from benchmarks.world import settings_in
from rossgram_fed.database import Database, open_database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.database.words import found_by, written
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.instance import Change, Instance
from rossgram_fed.search.indexing import WordReader
from rossgram_fed.search.posts import posts_saying
from rossgram_fed.search.words import Question, by_author, question_from

POSTS = 20_000
AUTHORS = 100
MINE = 2000
"""Posts of whoever asks."""
ASKED = ("lake", "la", "lake rain 12", "12345", "lake alps", "lake from:me")
TIMES = 20
MOST_MS = 100


async def searching(folder: Path) -> list[Figure]:
    """The slowest of some questions, on both engines, and how fast posts are read."""
    figures = await _measured(place_for(folder, "sqlite"), "SQLite")
    with a_postgresql() as url:
        return [*figures, *await _measured(place_for(folder, "postgresql", url), "PostgreSQL")]


async def _measured(folder: Path, engine: str) -> list[Figure]:
    settings = settings_in(folder, port=0)
    database = await open_database(settings.database_url)
    try:
        await migrate(database)
        instance = Instance(settings, database)
        async with instance.change() as change:
            await _world(change)
        rate = await _read(instance)
        ours = {text: await _least(partial(_ask, database, question_from(text))) for text in ASKED}
        floor = {text: await _least(partial(_bare, database, question_from(text))) for text in ASKED}
    finally:
        await database.close()
    slowest = max(ours, key=lambda text: ours[text])
    note = ", ".join(f"{text}: {took:.1f}" for text, took in ours.items())
    what = f"Search among {POSTS:,} posts, {engine}"
    return [
        Figure(what, ours[slowest], " ms", f"< {MOST_MS}", ours[slowest] < MOST_MS, floor[slowest], note),
        Figure("Posts read for search", rate, "/s", "", True),
    ]


async def _world(change: Change) -> None:
    """Put in authors who want to be found, of whom the first asks, and their posts."""
    await change.tx.execute_many(
        f"INSERT INTO accounts ({ACCOUNT_COLUMNS}) VALUES ($1, $2, 'there.test', $3, $3, 'Person', '', '', '', '[]', "
        "'', '', '', '', '', '', '', '', '[]', FALSE, TRUE, TRUE, 0, 0, 0, 0, 0, 0, 0)",
        [(number, f"p{number}", f"https://there.test/{number}") for number in range(1, AUTHORS + 1)],
    )
    await change.tx.execute_many(
        "INSERT INTO posts (id, account_id, uri, visibility, caption, content_html, thread_id, likes_count, "
        "boosts_count, replies_count, photo_count, in_reply_to_uri, context_uri, language, warning, sensitive, url, "
        "local, published_at, created_at) "
        "VALUES ($1, $2, $3, 0, '', $4, $1, 0, 0, 0, 1, '', '', 'en', '', FALSE, '', FALSE, 0, 0)",
        [
            (
                1000 + number,
                1 if number < MINE else 1 + number % AUTHORS,
                f"https://there.test/posts/{number}",
                f"<p>Photo number {number} at the lake, before the rain, between hills and the first light of day</p>",
            )
            for number in range(POSTS)
        ],
    )


async def _read(instance: Instance) -> float:
    """Read all posts; return how many of them in a second of processor time."""
    reader, began = WordReader(instance), time.process_time()
    while await reader.work_once():
        pass
    rate = POSTS / (time.process_time() - began)
    async with instance.change() as change:
        await change.tx.execute("ANALYZE")
    return rate


async def _ask(database: Database, question: Question) -> object:
    asked = question.marked(by_author(1)) if question.author else question
    return await posts_saying(database, asked, viewer_id=1)


async def _bare(database: Database, question: Question) -> object:
    asked = written(database.postgresql, question.whole, question.beginnings)
    sql = found_by(database.postgresql, "$1", below="$2", above="$3", most=20)
    return await database.fetch(sql, asked, LARGEST_ID, 0)


async def _least(ask: Callable[[], Awaitable[object]]) -> float:
    """Return the least of some tries, in milliseconds: what else runs on the machine is not measured."""
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1000)
    return min(took)

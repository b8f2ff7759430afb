"""The world of the home timeline: 200,000 posts of one photo each, of whose authors one person follows 500.

It is put in by hand, in large statements. In the usual world 2,000 people wrote a hundred posts each; in the rare one
those who are followed wrote no more than two each, long before all others.
"""

from __future__ import annotations

import random
from pathlib import Path

import orjson

from benchmarks.world import BASE_URL, PASSWORD, RENDITIONS, settings_in
from rossgram_fed.accounts.new_users import create_user, prepare_user
from rossgram_fed.config import Settings
from rossgram_fed.database import Transaction, open_database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.instance import Change, Instance
from rossgram_fed.web.sessions import token_hash

POSTS = 200_000
AUTHORS = 2000
FOLLOWED = 500
BOOSTS = 20_000
TOKEN = "a-token-for-the-benchmark"
MINUTE = 60_000
ACCOUNT_COLUMNS = (
    "id, username, domain, uri, url, actor_type, name, bio, bio_html, links, avatar_key, avatar_url, inbox, "
    "shared_inbox, outbox, followers_uri, following_uri, featured_uri, public_keys, locked, discoverable, "
    "indexable, followers_count, following_count, posts_count, created_at, updated_at, fetched_at, backfilled_at"
)
"""What a stranger's row needs, in the order in which the worlds give it."""


async def make_timeline_world(folder: Path, *, port: int, rare: bool = False) -> Settings:
    """Make the world in a fresh database; return the settings it is kept under."""
    settings = settings_in(folder, port=port)
    database = await open_database(settings.database_url)
    try:
        await migrate(database)
        instance = Instance(settings, database)
        ana = await prepare_user("ana", PASSWORD, name="Ana Lindqvist")
        async with instance.change() as change:
            user = await create_user(change, ana)
            await _token(change, user.user_id)
            await _people(change)
            await _follows(change, user.account_id)
        async with instance.change() as change:
            await _posts(change.tx, change.now, rare=rare)
        async with instance.change() as change:
            await _boosts(change.tx, change.now)
            # What reads them would take processor time from what is measured.
            await change.tx.execute("DELETE FROM unread_posts")
            await change.tx.execute("ANALYZE")
    finally:
        await database.close()
    return settings


async def _token(change: Change, user_id: int) -> None:
    await change.tx.execute(
        "INSERT INTO apps (id, client_id, secret_hash, name, website, redirect_uris, scopes, created_at) "
        "VALUES (1, 'bench', '', 'Bench', '', '[]', 'read write follow push', $1)",
        change.now,
    )
    await change.tx.execute(
        "INSERT INTO access_tokens (id, app_id, user_id, token_hash, scopes, seen_at, created_at) "
        "VALUES (1, 1, $1, $2, 'read write follow push', $3, $3)",
        user_id,
        token_hash(TOKEN),
        change.now,
    )


async def _people(change: Change) -> None:
    await change.tx.execute_many(
        f"INSERT INTO accounts ({ACCOUNT_COLUMNS}) VALUES ($1, $2, $3, $4, $4, 'Person', $5, '', $6, "
        "'[]', '', $7, '', '', '', '', '', '', '[]', FALSE, TRUE, TRUE, 120, 80, 100, $8, $8, $8, $8)",
        [
            (
                1000 + number,
                f"person{number}",
                f"h{number % 300}.test",
                f"https://h{number % 300}.test/users/person{number}",
                f"Person Number {number}",
                f"<p>Photographs of lakes, mostly, and of number {number}.</p>",
                f"https://h{number % 300}.test/avatars/{number}.png",
                change.now,
            )
            for number in range(AUTHORS)
        ],
    )


async def _follows(change: Change, ana_id: int) -> None:
    await change.tx.execute_many(
        "INSERT INTO follows (id, follower_id, followed_id, state, uri, created_at) VALUES ($1, $2, $3, 1, $4, $5)",
        [(1000 + number, ana_id, 1000 + number, f"{BASE_URL}#f{number}", change.now) for number in range(FOLLOWED)],
    )


async def _posts(tx: Transaction, now: int, *, rare: bool) -> None:
    chance = random.Random(7)
    posts, photos, tags = [], [], []
    await tx.execute("INSERT INTO tags (id, name) VALUES (1, 'lake')")
    renditions = orjson.dumps(RENDITIONS).decode()
    for number in range(POSTS):
        at = now - (POSTS - number) * MINUTE
        post_id = at << 16 | number & 0xFFFF
        author = _author(number, chance, rare=rare)
        uri = f"https://h{author % 300}.test/posts/{number}"
        posts.append((post_id, 1000 + author, uri, f"<p>Photo number {number} at the lake, before the rain</p>", at))
        photos.append((post_id + 1, 1000 + author, post_id, renditions, at))
        tags.append((post_id, post_id))
    await tx.execute_many(
        "INSERT INTO posts (id, account_id, uri, url, local, visibility, caption, content_html, warning, sensitive, "
        "language, photo_count, in_reply_to_uri, thread_id, context_uri, likes_count, boosts_count, replies_count, "
        "published_at, created_at) VALUES ($1, $2, $3, $3, FALSE, 0, '', $4, '', FALSE, 'en', 1, '', $1, '', 3, 1, 2, "
        "$5, $5)",
        posts,
    )
    await tx.execute_many(
        "INSERT INTO photos (id, account_id, post_id, position, state, kind, description, media_type, remote_url, "
        "width, height, blurhash, placeholder, focal_x, focal_y, renditions, sensitive, created_at) VALUES ($1, $2, "
        "$3, 0, 0, 'image', 'Hills behind a lake at dawn', 'image/webp', '', 1600, 1200, "
        "'LEHV6nWB2yk8pyo0adR*.7kCMdnj', '', 0, 0, $4, FALSE, $5)",
        photos,
    )
    await tx.execute_many("INSERT INTO post_tags (id, tag_id, post_id) VALUES ($1, 1, $2)", tags)


def _author(number: int, chance: random.Random, *, rare: bool) -> int:
    """Return who wrote a post: the first ``FOLLOWED`` are those whom ana follows."""
    if not rare:
        return chance.randrange(AUTHORS)
    return number // 2 if number < 2 * FOLLOWED else chance.randrange(FOLLOWED, AUTHORS)


async def _boosts(tx: Transaction, now: int) -> None:
    """A tenth of the posts was boosted by somebody."""
    chance = random.Random(8)
    rows = await tx.fetch("SELECT id FROM posts ORDER BY id")
    step = POSTS // BOOSTS
    boosts = []
    for number in range(BOOSTS):
        post_id = rows[number * step]["id"]
        at = min(now, (post_id >> 16) + chance.randrange(3600_000))
        boost_id = at << 16 | (number + 7) & 0xFFFF
        boosts.append((boost_id, 1000 + chance.randrange(AUTHORS), post_id, f"{BASE_URL}#b{number}", at))
    await tx.execute_many(
        "INSERT INTO boosts (id, account_id, post_id, uri, created_at) VALUES ($1, $2, $3, $4, $5)", boosts
    )

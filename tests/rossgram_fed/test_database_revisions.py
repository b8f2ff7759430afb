"""Revisions: whatever changes how a post or an account looks is counted, whoever writes it, and nothing else is."""

from __future__ import annotations

import pytest

from rossgram_fed.database.revisions import install, remove
from rossgram_fed.instance import Instance
from tests.builders import a_person, a_post, a_stranger

PHOTO = (
    "INSERT INTO photos (id, account_id, post_id, state, kind, created_at, description, media_type, remote_url, "
    "blurhash, placeholder, renditions, position, focal_x, focal_y, sensitive) "
    "VALUES (5, $1, $2, 0, 'image', 1, '', '', '', '', '', '{}', 0, 0, 0, FALSE)"
)


@pytest.mark.parametrize(
    ("change_sql", "counts", "reason"),
    [
        ("UPDATE posts SET likes_count = likes_count + 1 WHERE id = $2", True, "a like"),
        ("UPDATE posts SET content_html = 'x' WHERE id = $2", True, "an edit"),
        ("UPDATE posts SET replies_fetched_at = 5 WHERE id = $2", False, "a note for ourselves"),
        ("UPDATE posts SET sensitive = TRUE WHERE id <> $2", False, "another post"),
        ("UPDATE photos SET description = 'Dunes' WHERE id = 5", True, "a description"),
        ("UPDATE photos SET post_id = NULL WHERE id = 5", True, "a photo taken out"),
        ("DELETE FROM photos WHERE id = 5", True, "a photo deleted"),
        ("INSERT INTO mentions (id, post_id, account_id) VALUES (9, $2, $1)", True, "a mention"),
        ("DELETE FROM mentions WHERE id = 6", True, "a mention less"),
        (
            "INSERT INTO polls (id, post_id, multiple, hides_totals, voters_count) VALUES (1, $2, FALSE, FALSE, 0)",
            True,
            "a poll",
        ),
        ("UPDATE accounts SET username = 'robert' WHERE id = $3", True, "a new name of somebody mentioned"),
        ("UPDATE accounts SET bio_html = 'Hi' WHERE id = $3", False, "another word about themselves"),
    ],
)
async def test_posts(instance: Instance, change_sql: str, counts: bool, reason: str) -> None:
    """A post's revision counts what everybody sees of it."""
    async with instance.change() as change:
        alice, bob = await a_person(change, "alice"), await a_stranger(change, "bob")
        post, _other = await a_post(change, alice), await a_post(change, alice)
        await change.tx.execute(PHOTO, alice.id, post.id)
        await change.tx.execute("INSERT INTO mentions (id, post_id, account_id) VALUES (6, $1, $2)", post.id, bob.id)
    before = await instance.database.fetch_value("SELECT revision FROM posts WHERE id = $1", post.id)
    values = {"$1": alice.id, "$2": post.id, "$3": bob.id}
    for placeholder, value in values.items():
        change_sql = change_sql.replace(placeholder, str(value))
    async with instance.change() as change:
        await change.tx.execute(change_sql)
    after = await instance.database.fetch_value("SELECT revision FROM posts WHERE id = $1", post.id)
    assert (after > before) is counts, reason


async def test_accounts(instance: Instance) -> None:
    """An account's revision counts what everybody sees of it."""
    async with instance.change() as change:
        alice = await a_person(change)
    seen = []
    for assignment in ("name = 'Alicia'", "followers_count = 5", "suspended_at = 7", "fetched_at = 7"):
        async with instance.change() as change:
            await change.tx.execute(f"UPDATE accounts SET {assignment} WHERE id = $1", alice.id)
        seen.append(await instance.database.fetch_value("SELECT revision FROM accounts WHERE id = $1", alice.id))
    assert seen == [1, 2, 3, 3]


async def test_they_are_made_once_and_again_when_they_are_gone(instance: Instance) -> None:
    """Installing twice changes nothing, and what migrations took away comes back."""
    async with instance.change() as change:
        alice = await a_person(change)
    await install(instance.database)
    await remove(instance.database)
    async with instance.change() as change:
        await change.tx.execute("UPDATE accounts SET name = 'A' WHERE id = $1", alice.id)
    await install(instance.database)
    async with instance.change() as change:
        await change.tx.execute("UPDATE accounts SET name = 'B' WHERE id = $1", alice.id)
    assert await instance.database.fetch_value("SELECT revision FROM accounts WHERE id = $1", alice.id) == 1

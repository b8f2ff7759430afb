"""Posts found by their words: kept as posts change and go, for whom they are, however many there are."""

from __future__ import annotations

import asyncio

import pytest

from rossgram_fed.database import words
from rossgram_fed.follows.blocks import mute
from rossgram_fed.instance import Instance
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import store
from rossgram_fed.posts.actions import delete, edit, publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft, PostEdit
from rossgram_fed.search import indexing
from rossgram_fed.search.indexing import WordReader
from rossgram_fed.search.posts import Part, posts_saying
from rossgram_fed.search.words import question_from
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.posts.photos import a_waiting_photo
from tests.rossgram_fed.site import opened_site

ALL = Part()


async def found(instance: Instance, text: str, *, viewer_id: int | None = None, part: Part = ALL) -> list[int]:
    """Search, when everything is read."""
    while await WordReader(instance).work_once():
        pass
    return await posts_saying(instance.database, question_from(text), viewer_id=viewer_id, part=part)


async def unread(instance: Instance) -> int:
    return int(await instance.database.fetch_value("SELECT COUNT(*) FROM unread_posts"))


async def test_posts_change_and_go(instance: Instance) -> None:
    """What a post says now finds it, and nothing finds it once it is gone; nothing is left of it then."""
    async with instance.change() as change:
        alice = await a_person(change)
        await change.tx.execute("UPDATE accounts SET indexable = TRUE")
        photo = DraftPhoto(await a_waiting_photo(change, alice), description="A heron")
        draft = PostDraft(caption="Dunes #Sylt", warning="Wind", photos=(photo,))
        post_id = await publish(change, author_id=alice.id, draft=draft)
    for text in ("dunes", "sylt", "heron", "wind", "dunes heron has:media", "her", "dun wi"):
        assert await found(instance, text) == [post_id], text
    assert await found(instance, "dunes alps") == []
    async with instance.change() as change:
        await edit(change, author_id=alice.id, post_id=post_id, edit=PostEdit(caption="Alps", photos=(photo,)))
    assert await found(instance, "dunes") == []
    assert await found(instance, "alps heron") == [post_id]
    async with instance.change() as change:
        await change.tx.execute("UPDATE photos SET description = 'A stork' WHERE post_id = $1", post_id)
    assert await found(instance, "stork") == [post_id]
    async with instance.change() as change:
        await store.set_visibility(change, post_id, Visibility.UNLISTED)
    assert await found(instance, "alps") == []
    assert await found(instance, "alps", viewer_id=alice.id) == [post_id]
    async with instance.change() as change:
        await store.set_visibility(change, post_id, Visibility.PUBLIC)
    assert await found(instance, "alps") == [post_id]
    async with instance.change() as change:
        await delete(change, author_id=alice.id, post_id=post_id)
    assert await found(instance, "alps", viewer_id=alice.id) == []
    assert await instance.database.fetch_value("SELECT COUNT(*) FROM post_words") == 0
    assert await unread(instance) == 0


async def test_authors_choose(instance: Instance) -> None:
    """Posts are found from the moment on when their author wants it, and no more when they do not."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        await change.tx.execute("UPDATE accounts SET indexable = FALSE")
        post = await a_post(change, bob, caption="Dunes")
    assert await found(instance, "dunes", viewer_id=alice.id) == []
    for chosen in (True, False):
        async with instance.change() as change:
            await change.tx.execute("UPDATE accounts SET indexable = $1 WHERE id = $2", chosen, bob.id)
        if not chosen:
            now = await posts_saying(instance.database, question_from("dunes"), viewer_id=alice.id)
            assert now == [], "before anything is read again"
        assert await found(instance, "dunes", viewer_id=alice.id) == ([post.id] if chosen else [])


@pytest.mark.parametrize("case", ["blocked", "suspended", "limited", "muted host", "direct"])
async def test_who_may_not_see_a_post_does_not_find_it(instance: Instance, case: str) -> None:
    """A post is found by whoever may see it and comes across its author, although the index has it."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await change.tx.execute("UPDATE accounts SET indexable = TRUE")
        visibility = Visibility.DIRECT if case == "direct" else Visibility.PUBLIC
        post = await a_post(change, sam, caption="Dunes", visibility=visibility)
    assert await found(instance, "dunes", viewer_id=alice.id) == ([] if case == "direct" else [post.id])
    blocks, mutes = (
        "blocks (id, account_id, target_id, uri, created_at)",
        "host_mutes (id, account_id, host, created_at)",
    )
    sql = {
        "blocked": f"INSERT INTO {blocks} VALUES (1, {sam.id}, {alice.id}, '', 0)",
        "suspended": f"UPDATE accounts SET suspended_at = 1 WHERE id = {sam.id}",
        "limited": f"UPDATE accounts SET limited_at = 1 WHERE id = {sam.id}",
        "muted host": f"INSERT INTO {mutes} VALUES (1, {alice.id}, 'there.test', 0)",
        "direct": f"UPDATE post_words SET open = TRUE WHERE id = {post.id}",
    }[case]
    async with instance.change() as change:
        await change.tx.execute(sql)
    assert await posts_saying(instance.database, question_from("dunes"), viewer_id=alice.id) == []


async def test_pages_and_batches(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was there before is read in batches, the newest first, and found in pages, the newest first."""
    monkeypatch.setattr(indexing, "BATCH", 3)
    async with instance.change() as change:
        alice = await a_person(change)
        await change.tx.execute("UPDATE accounts SET indexable = TRUE")
        ids = [(await a_post(change, alice, caption="Dunes")).id for _ in range(7)]
        await change.tx.execute("DELETE FROM unread_posts")
        await change.tx.execute("INSERT INTO unread_posts (id) SELECT id FROM posts")
    reader = WordReader(instance)
    assert await reader.work_once() == 3
    assert await posts_saying(instance.database, question_from("dunes"), viewer_id=None) == ids[:3:-1]
    assert (await reader.work_once(), await reader.work_once(), await unread(instance)) == (3, 0, 0)
    assert await found(instance, "dunes", part=Part(limit=2, offset=1)) == ids[5:3:-1]
    assert await found(instance, "dunes", part=Part(before=ids[2])) == ids[1::-1]
    assert await found(instance, "dunes", part=Part(after=ids[5])) == ids[6:]


async def test_the_index_can_be_made_again(instance: Instance) -> None:
    """Who has the tables and no index (a copy, a file that was mended) gets it with all that was read."""
    async with instance.change() as change:
        alice = await a_person(change)
        await change.tx.execute("UPDATE accounts SET indexable = TRUE")
        post = await a_post(change, alice, caption="Dunes")
    assert await found(instance, "dunes") == [post.id]
    await words.remove(instance.database)
    async with instance.change() as change:
        await change.tx.execute(f"DROP {'INDEX' if instance.database.postgresql else 'TABLE'} {words.INDEX}")
    for _ in range(2):
        await words.install(instance.database)
    assert await found(instance, "dunes") == [post.id]


async def test_two_readers(instance: Instance) -> None:
    """Two that read at once leave nothing out and do not get in each other's way, nor in that of a deletion."""
    async with instance.change() as change:
        alice = await a_person(change)
        await change.tx.execute("UPDATE accounts SET indexable = TRUE")
        ids = [(await a_post(change, alice, caption="Dunes")).id for _ in range(20)]

    async def remove() -> None:
        async with instance.change() as change:
            for post_id in ids[:10]:
                await change.tx.execute("DELETE FROM posts WHERE id = $1", post_id)

    await asyncio.gather(WordReader(instance).work_once(), remove(), WordReader(instance).work_once())
    assert await found(instance, "dunes") == ids[:9:-1]
    assert await unread(instance) == 0
    assert await instance.database.fetch_value("SELECT COUNT(*) FROM post_words") == 10


async def test_the_page(instance: Instance) -> None:
    """The page shows photos that say it: of those who may be found, and whom the viewer did not mute or filter."""
    async with instance.change() as change:
        alice, bob, carol = [await a_person(change, name) for name in ("alice", "bob", "carol")]
        await change.tx.execute("UPDATE accounts SET indexable = TRUE")
        for author, caption in ((bob, "Dunes of bob"), (carol, "Dunes of carol"), (bob, "Words on dunes")):
            alone = caption.startswith("Words")
            photos = () if alone else (DraftPhoto(await a_waiting_photo(change, author), caption),)
            draft = PostDraft(caption=caption, photos=photos, words_alone=alone)
            await publish(change, author_id=author.id, draft=draft)
    while await WordReader(instance).work_once():
        pass
    async with opened_site(instance) as site:
        browser = await site.browser(alice)
        page = await browser.text("/search?q=dunes")
        assert page.count('class="tile"') == 2
        assert "Photo by Bob: Dunes of bob" in page
        assert (await site.visitor.text("/search?q=dunes+from:bob")).count('class="tile"') == 1
        assert "Nothing found" in await browser.text("/search?q=alps")
        async with instance.change() as change:
            await mute(change, account_id=alice.id, target_id=bob.id)
        await browser.post(
            "/settings/filters", {"words": "carol", "public": "1", "action": "warn", "title": "No carol"}
        )
        page = await browser.text("/search?q=dunes")
        assert page.count('class="tile"') == 1
        assert "Filtered: No carol" in page
        assert "Dunes of" not in page

"""Search for apps: accounts, posts and tags, and what nobody finds."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import store
from rossgram_fed.reactions import actions as reactions
from rossgram_fed.search.indexing import WordReader
from tests.apps import ApiSite
from tests.builders import a_person, a_post, a_stranger


@pytest.mark.parametrize(
    ("words", "found", "reason"),
    [
        ("dünen", True, "a word, whatever its case, beyond ASCII"),
        ("NORDSEE sylt", True, "both words, anywhere"),
        ("dünen alpen", False, "one of them is not there"),
        ("dune", True, "the beginning of a word, and no accents"),
        ("u", False, "a letter is no beginning"),
        ("sylt from:@alice", True, "by the author"),
        ("sylt from:me", True, "by oneself"),
        ("from:me is:sensitive", False, "another sort of post"),
        ("sylt from:@bob", False, "by somebody who is not here"),
        ("in:public sylt", False, "among what anybody may come across"),
        ("strong", False, "markup is not said"),
        ("100%", True, "no pattern"),
        ("1__%", False, "no pattern either"),
        ("a & b", True, "what markup escapes"),
    ],
)
async def test_words_of_posts(site: ApiSite, words: str, found: bool, reason: str) -> None:
    """Posts are found by all words of a query, in their text alone."""
    async with site.instance.change() as change:
        alice = await a_person(change)
        await change.tx.execute("UPDATE accounts SET indexable = FALSE")
        post = await a_post(change, alice, caption="<strong>Dünen</strong> an der Nordsee, Sylt. 100% a &amp; b")
    await WordReader(site.instance).work_once()
    app = await site.app(alice)
    reply = await app.get(f"/api/v2/search?type=statuses&q={quote(words)}")
    assert [one["id"] for one in reply.body["statuses"]] == ([str(post.id)] if found else []), reason


async def test_whose_posts_are_found(site: ApiSite) -> None:
    """Others' posts are found when one had to do with them, or when their authors want that."""
    async with site.instance.change() as change:
        alice, bob, open_one = [await a_person(change, name) for name in ("alice", "bob", "carol")]
        await change.tx.execute("UPDATE accounts SET indexable = FALSE")
        await change.tx.execute("UPDATE accounts SET indexable = TRUE WHERE id = $1", open_one.id)
        liked, plain = await a_post(change, bob, caption="Dunes one"), await a_post(change, bob, caption="Dunes two")
        public = await a_post(change, open_one, caption="Dunes three")
        hidden = await a_post(change, open_one, caption="Dunes four", visibility=Visibility.FOLLOWERS)
        await reactions.like(change, account_id=alice.id, post_id=liked.id)
    await WordReader(site.instance).work_once()
    app = await site.app(alice)
    found = (await app.get("/api/v2/search?q=dunes")).body
    assert [one["id"] for one in found["statuses"]] == [str(public.id), str(liked.id)]
    assert found["accounts"] == []
    anybody = (await site.nobody.get("/api/v2/search?q=dunes")).body
    assert [one["id"] for one in anybody["statuses"]] == [str(public.id)]
    assert {str(plain.id), str(hidden.id)}.isdisjoint(one["id"] for one in found["statuses"])
    paged = (await app.get("/api/v2/search?q=dunes&limit=1&offset=1")).body
    assert [one["id"] for one in paged["statuses"]] == [str(liked.id)]
    older = (await app.get(f"/api/v2/search?q=dunes&max_id={public.id}&account_id={bob.id}")).body
    assert [one["id"] for one in older["statuses"]] == [str(liked.id)]


async def test_people_tags_and_addresses(site: ApiSite) -> None:
    """People are found by name and handle, tags by their beginning, posts by their address."""
    async with site.instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        post = await a_post(change, sam, caption="#dunes")
        await store.add_tags(change, post.id, ["dunes"])
        await change.tx.execute("UPDATE posts SET photo_count = 1 WHERE id = $1", post.id)
    app = await site.app(alice)
    assert [one["acct"] for one in (await app.get("/api/v2/search?q=sam")).body["accounts"]] == ["sam@there.test"]
    handle = (await app.get("/api/v2/search?q=@sam@there.test&resolve=true")).body
    assert [one["acct"] for one in handle["accounts"]] == ["sam@there.test"]
    tags = (await app.get("/api/v2/search?q=%23dun&type=hashtags")).body
    assert [one["name"] for one in tags["hashtags"]] == ["dunes"]
    assert tags["accounts"] == tags["statuses"] == []
    assert (await app.get("/api/v1/search?q=dunes")).body["hashtags"] == ["dunes"]
    for asked in (f"q={post.uri}", f"q={post.uri}&resolve=true"):
        assert [one["id"] for one in (await app.get(f"/api/v2/search?{asked}")).body["statuses"]] == [str(post.id)]
    assert (await app.get("/api/v2/search?q=https://nowhere.test/1&resolve=true")).body["statuses"] == []
    assert (await site.nobody.get("/api/v2/search?q=sam&resolve=true")).status == 401
    assert (await app.get("/api/v2/search?q=sam&type=moons")).status == 422
    assert (await app.get(f"/api/v2/search?q={'x' * 501}")).status == 422
    assert (await app.get("/api/v2/search")).body == {"accounts": [], "statuses": [], "hashtags": []}

"""Pins: what may be pinned and by whom, what others are told, and what comes first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.models import Account
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import Follow, FollowState
from rossgram_fed.posts import actions, collections, pins
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.web.errors import Invalid, NotFound
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.posts.photos import a_waiting_photo, sent
from tests.rossgram_fed.site import Site, opened_site

FEATURED = "https://here.test/users/alice/collections/featured"


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[Site]:
    async with opened_site(instance) as opened:
        yield opened


@pytest.fixture
async def alice(instance: Instance) -> Account:
    async with instance.change() as change:
        return await a_person(change)


async def a_photo(instance: Instance, author: Account, **draft: object) -> int:
    async with instance.change() as change:
        photo = await a_waiting_photo(change, author)
        return await actions.publish(
            change,
            author_id=author.id,
            draft=PostDraft(photos=(DraftPhoto(photo),), **draft),  # type: ignore[arg-type]
        )


async def pin(instance: Instance, author: Account, *post_ids: int) -> None:
    for post_id in post_ids:
        async with instance.change() as change:
            await pins.pin(change, author_id=author.id, post_id=post_id)


async def featured(instance: Instance, author: Account) -> list[str]:
    documents = await collections.featured_documents(instance, author.id, reader_id=None)
    return [document["id"].rpartition("/")[2] for document in documents]


async def test_what_is_pinned_is_featured(instance: Instance, alice: Account) -> None:
    """Without pins the newest photos are featured; with pins these alone, the last pinned first."""
    posts = [await a_photo(instance, alice) for _ in range(6)]
    assert await featured(instance, alice) == [str(post) for post in posts[:1:-1]]
    await pin(instance, alice, posts[0], posts[3], posts[0])
    assert await featured(instance, alice) == [str(posts[3]), str(posts[0])]
    async with instance.change() as change:
        await pins.unpin(change, author_id=alice.id, post_id=posts[3])
        await actions.delete(change, author_id=alice.id, post_id=posts[0])
    assert await featured(instance, alice) == [str(post) for post in posts[:1:-1]], "what is deleted is not pinned"


async def test_followers_are_told(instance: Instance, alice: Account) -> None:
    """Add and Remove name the post and the collection, go to followers once, and not for what changes nothing."""
    async with instance.change() as change:
        sam = await a_stranger(change)
        await Follow.create(
            id=change.new_id(),
            follower_id=sam.id,
            followed_id=alice.id,
            state=FollowState.ACCEPTED,
            uri=f"{sam.uri}/follow",
            created_at=change.now,
        )
    post = await a_photo(instance, alice)
    await pin(instance, alice, post, post)
    for _ in range(2):
        async with instance.change() as change:
            await pins.unpin(change, author_id=alice.id, post_id=post)
    told = (await sent(instance))[1:]
    assert [(document["type"], inboxes) for document, inboxes in told] == [
        ("Add", ["https://there.test/inbox"]),
        ("Remove", ["https://there.test/inbox"]),
    ]
    for document, _ in told:
        assert document["object"] == f"https://here.test/p/{post}"
        assert document["target"] == FEATURED
        assert document["actor"] == alice.uri
        assert document["to"] == ["https://www.w3.org/ns/activitystreams#Public"]
        assert document["cc"] == [alice.followers_uri]
    assert len({document["id"] for document, _ in told}) == 2


@pytest.mark.parametrize("visibility", [Visibility.UNLISTED, Visibility.FOLLOWERS])
async def test_only_public_posts(instance: Instance, alice: Account, visibility: Visibility) -> None:
    """What is not for everybody or answers something cannot be pinned; words alone, which apps post, can."""
    private = await a_photo(instance, alice, visibility=visibility)
    async with instance.change() as change:
        words = await a_post(change, alice)
    root = await a_photo(instance, alice)
    comment = await a_photo(instance, alice, parent_id=root, caption="Me too")
    for post_id in (private, comment):
        with pytest.raises(Invalid, match="public posts can be pinned"):
            await pin(instance, alice, post_id)
    assert await featured(instance, alice) == [str(root)]
    await pin(instance, alice, words.id)
    assert await featured(instance, alice) == [str(words.id)]


async def test_only_ones_own(instance: Instance, alice: Account) -> None:
    """Nobody pins or unpins what is somebody else's, or not there."""
    async with instance.change() as change:
        bob, sam = await a_person(change, "bob"), await a_stranger(change)
        theirs = await a_post(change, sam)
    post = await a_photo(instance, alice)
    for who, post_id in ((bob, post), (alice, theirs.id), (alice, 7)):
        with pytest.raises(NotFound):
            await pin(instance, who, post_id)
    await pin(instance, alice, post)
    async with instance.change() as change:
        await pins.unpin(change, author_id=bob.id, post_id=post)
    assert await pins.pinned_ids(instance.database, alice.id) == [post]


async def test_five_at_most(instance: Instance, alice: Account) -> None:
    """The sixth is refused with a sentence that says what to do."""
    posts = [await a_photo(instance, alice) for _ in range(6)]
    await pin(instance, alice, *posts[:5])
    with pytest.raises(Invalid, match="Unpin one of them first"):
        await pin(instance, alice, posts[5])
    assert len(await pins.pinned_ids(instance.database, alice.id)) == 5


async def test_five_at_most_at_the_same_time(instance: Instance, alice: Account) -> None:
    """However many are pinned at once, five are."""
    posts = [await a_photo(instance, alice) for _ in range(8)]
    ended = await asyncio.gather(*(pin(instance, alice, post) for post in posts), return_exceptions=True)
    assert sum(isinstance(one, Invalid) for one in ended) == 3
    assert len(await pins.pinned_ids(instance.database, alice.id)) == 5


async def test_on_the_profile(site: Site, alice: Account) -> None:
    """Pins come first on the first page, with a mark, and nowhere else; visitors see the same."""
    posts = [await a_photo(site.instance, alice) for _ in range(26)]
    await pin(site.instance, alice, posts[0], posts[20])
    for browser in (site.visitor, await site.browser(alice)):
        first = await browser.text("/@alice")
        assert first.count("tile-pin") == 2
        tiles = [part.partition('"')[0] for part in first.split('class="tile" href="/p/')[1:]]
        assert tiles[:3] == [str(posts[20]), str(posts[0]), str(posts[25])]
        assert len(tiles) == len(set(tiles)) == 26
        second = await browser.text(f"/@alice?before={posts[2]}")
        assert "tile-pin" not in second
        assert f"/p/{posts[0]}" not in second


async def test_the_buttons(site: Site, alice: Account) -> None:
    """The author pins and unpins on the post's page; nobody else can, nor any page elsewhere."""
    async with site.instance.change() as change:
        bob = await a_person(change, "bob")
    post = await a_photo(site.instance, alice)
    private = await a_photo(site.instance, alice, visibility=Visibility.FOLLOWERS)
    author, other = await site.browser(alice), await site.browser(bob)
    assert "/pin" not in await author.text(f"/p/{private}")
    assert "/pin" not in await other.text(f"/p/{post}")
    pinned = await author.post(f"/p/{post}/pin", at=f"/p/{post}")
    assert (pinned.status, pinned.headers["Location"]) == (303, f"/p/{post}")
    page = await author.text(f"/p/{post}")
    assert f'action="/p/{post}/unpin"' in page
    assert f'action="/p/{post}/pin"' not in page
    for verb in ("pin", "unpin"):
        forged = await author.fetch("POST", f"/p/{post}/{verb}", data={"csrf": "0" * 64})
        assert forged.status == 403
        visitor = await site.visitor.post(f"/p/{post}/{verb}", at="/sign-in")
        assert visitor.status == 303
        assert visitor.headers["Location"].startswith("/sign-in")
    assert (await other.post(f"/p/{post}/pin", at="/settings")).status == 404
    assert (await other.post(f"/p/{post}/unpin", at="/settings")).status == 303
    assert await pins.is_pinned(site.instance.database, post)
    assert (await author.post(f"/p/{private}/pin", at="/settings")).status == 422
    assert (await author.post(f"/p/{post}/unpin", at=f"/p/{post}")).status == 303
    assert not await pins.is_pinned(site.instance.database, post)

"""What pages read: the right posts, in the right order, for the right eyes, in few statements."""

from __future__ import annotations

from typing import Any

from rossgram_fed.accounts.mentions import unknown_handles
from rossgram_fed.database import Row
from rossgram_fed.follows.blocks import block
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Photo, Post
from rossgram_fed.models.posts import PhotoState, Visibility
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.queries import post_page, posts_by_ids
from rossgram_fed.reactions import actions as reactions
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.posts.photos import a_waiting_photo


class Counting:
    """A reader that counts its statements."""

    def __init__(self, instance: Instance) -> None:
        self._database = instance.database
        self.statements = 0

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        self.statements += 1
        return await self._database.fetch(sql, *arguments)


async def photo_post(instance: Instance, author: Account, **draft: Any) -> int:
    async with instance.change() as change:
        photo = await a_waiting_photo(change, author)
        return await publish(change, author_id=author.id, draft=PostDraft(photos=(DraftPhoto(photo),), **draft))


async def test_posts_with_everything_a_page_shows(instance: Instance) -> None:
    """Order kept, own flags set, paths ready; two statements for any number of posts."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
    ids = [await photo_post(instance, alice, caption=f"Number {number}") for number in range(5)]
    async with instance.change() as change:
        await reactions.like(change, account_id=bob.id, post_id=ids[3])
        await reactions.bookmark(change, account_id=bob.id, post_id=ids[3])
    reader = Counting(instance)
    posts = await posts_by_ids(reader, [ids[3], 7, ids[0]], viewer_id=bob.id)
    assert reader.statements == 2
    assert [post.id for post in posts] == [ids[3], ids[0]]
    first = posts[0]
    assert (first.liked, first.boosted, first.bookmarked, first.own, first.likes_count) == (True, False, True, False, 1)
    assert (first.path, first.author.path, first.excerpt) == (f"/p/{ids[3]}", "/@alice", "Number 3")
    [photo] = first.photos
    assert photo.grid == f"/media/{photo.id}-grid.jpg"
    assert photo.srcset == f"/media/{photo.id}-feed.jpg 1080w, /media/{photo.id}-full.jpg 2048w"
    assert (await posts_by_ids(instance.database, ids, viewer_id=None))[0].liked is False


async def test_remote_photos_are_shown_from_here(instance: Instance) -> None:
    """No path leads to a stranger's server; sizes come from the original; videos have no picture."""
    async with instance.change() as change:
        sam = await a_stranger(change)
        post = await a_post(change, sam)
        for position, kind in enumerate(("image", "video")):
            await Photo.create(
                id=change.new_id(),
                account_id=sam.id,
                post_id=post.id,
                position=position,
                state=PhotoState.REMOTE,
                kind=kind,
                remote_url="https://there.test/x",
                width=1200,
                height=2400,
                created_at=0,
            )
    [found] = await posts_by_ids(instance.database, [post.id], viewer_id=None)
    picture, video = found.photos
    assert (picture.grid, picture.src) == (f"/photos/{picture.id}/grid", f"/photos/{picture.id}/feed")
    assert picture.srcset == f"/photos/{picture.id}/feed 540w, /photos/{picture.id}/full 1024w"
    assert (video.grid, video.src, video.srcset, video.remote_url) == ("", "", "", "https://there.test/x")


async def test_a_thread_is_a_tree(instance: Instance) -> None:
    """Any depth, oldest first among neighbours; unseen comments are left out, answers to them move up."""
    async with instance.change() as change:
        alice, bob, eve = [await a_person(change, name) for name in ("alice", "bob", "eve")]
        root = await a_post(change, alice)
        one = await a_post(change, bob, caption="1", parent=root)
        two = await a_post(change, eve, caption="2", parent=root)
        below = await a_post(change, bob, caption="1.1", parent=one)
        under = await a_post(change, bob, caption="2.1", parent=two)
        deep = await a_post(change, alice, caption="1.1.1", parent=below)
        await a_post(change, bob, caption="secret", parent=one, visibility=Visibility.DIRECT)
        await block(change, account_id=alice.id, target_id=eve.id)

    async def tree(post: Post, viewer: Account | None) -> list[tuple[str, int]]:
        page = await post_page(instance.database, post.id, viewer_id=viewer.id if viewer else None)
        assert page is not None
        return [(comment.post.excerpt, comment.depth) for comment in page.comments]

    assert await tree(root, None) == [("1", 0), ("1.1", 1), ("1.1.1", 2), ("2", 0), ("2.1", 1)]
    assert await tree(root, alice) == [("1", 0), ("1.1", 1), ("1.1.1", 2), ("2.1", 0)]
    assert await tree(one, None) == [("1.1", 0), ("1.1.1", 1)]
    reader = Counting(instance)
    page = await post_page(reader, deep.id, viewer_id=None)
    assert page is not None
    assert [post.excerpt for post in page.ancestors] == ["Hello", "1", "1.1"]
    assert reader.statements == 3
    assert await post_page(instance.database, two.id, viewer_id=alice.id) is None
    assert await post_page(instance.database, 7, viewer_id=None) is None
    async with instance.change() as change:
        await change.tx.execute("DELETE FROM posts WHERE id = $1", below.id)
    assert await tree(root, None) == [("1", 0), ("2", 0), ("2.1", 1), ("1.1.1", 0)]
    assert under.id


async def test_loops_in_a_thread_end(instance: Instance) -> None:
    """Rows that answer each other, however they got there, make no endless page."""
    async with instance.change() as change:
        alice = await a_person(change)
        one = await a_post(change, alice)
        two = await a_post(change, alice, parent=one)
        await change.tx.execute("UPDATE posts SET in_reply_to_id = $1 WHERE id = $2", two.id, one.id)
    for post in (one, two):
        page = await post_page(instance.database, post.id, viewer_id=None)
        assert page is not None
        assert len(page.comments) <= 1


async def test_whom_to_look_up_before_posting(instance: Instance) -> None:
    """Handles of other servers that we have not met are named once; ours and known ones are not."""
    async with instance.change() as change:
        await a_stranger(change)
    caption = "@alice @sam@there.test @Tim@Far.test @tim@far.test @nobody@here.test @x@bad_host!"
    handles = await unknown_handles(instance.database, instance.settings, caption)
    assert {str(handle).lower() for handle in handles} == {"tim@far.test"}

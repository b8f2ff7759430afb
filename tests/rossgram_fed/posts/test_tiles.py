"""What grids show: the right tiles, in the right order, for the right eyes, in one statement."""

from __future__ import annotations

from typing import Any

from rossgram_fed.follows.blocks import block, mute
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Post, PostTag, Tag
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.pins import pin
from rossgram_fed.posts.tiles import explore_tiles, pinned_tiles, profile_tiles, saved_tiles, tag_tiles
from rossgram_fed.reactions import actions as reactions
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.posts.photos import a_waiting_photo


async def photo_post(instance: Instance, author: Account, *, photos: int = 1, **draft: Any) -> int:
    async with instance.change() as change:
        chosen = tuple([DraftPhoto(await a_waiting_photo(change, author)) for _ in range(photos)])
        return await publish(change, author_id=author.id, draft=PostDraft(photos=chosen, **draft))


async def test_a_tile_says_what_a_grid_shows(instance: Instance) -> None:
    """The first photo's picture and description, the author's name, how many photos there are, and the cover."""
    async with instance.change() as change:
        alice = await a_person(change)
    post_id = await photo_post(instance, alice, photos=3, warning="Spiders")
    [tile] = await profile_tiles(instance.database, alice.id, viewer_id=None)
    assert (tile.path, tile.photo_count, tile.covered, tile.warning) == (f"/p/{post_id}", 3, True, "Spiders")
    assert tile.picture.endswith("-grid.jpg")
    assert (tile.author_name, tile.description) == ("Alice", "A hill")


async def test_a_profile_shows_own_photos(instance: Instance) -> None:
    """No comments, no direct posts, nothing without photos; followers-only posts for those who may; pages by cursor."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        await a_post(change, alice, caption="words only")
    public = await photo_post(instance, alice)
    unlisted = await photo_post(instance, alice, visibility=Visibility.UNLISTED)
    private = await photo_post(instance, alice, visibility=Visibility.FOLLOWERS)
    await photo_post(instance, alice, visibility=Visibility.DIRECT, caption="@bob")
    await photo_post(instance, alice, parent_id=public)

    async def grid(viewer: Account | None, **page: Any) -> list[int]:
        found = await profile_tiles(instance.database, alice.id, viewer_id=viewer.id if viewer else None, **page)
        return [tile.id for tile in found]

    assert await grid(None) == await grid(bob) == [unlisted, public]
    assert await grid(alice) == [private, unlisted, public]
    assert await grid(alice, limit=1) == [private]
    assert await grid(alice, before=private, limit=1) == [unlisted]


async def test_what_is_pinned_stands_apart(instance: Instance) -> None:
    """Pinned posts come once, the last pinned first; one that is public no more goes back to its place."""
    async with instance.change() as change:
        alice = await a_person(change)
    ids = [await photo_post(instance, alice) for _ in range(3)]
    for post_id in (ids[0], ids[1]):
        async with instance.change() as change:
            await pin(change, author_id=alice.id, post_id=post_id)

    async def both() -> tuple[list[int], list[int]]:
        first = await pinned_tiles(instance.database, alice.id, viewer_id=alice.id)
        rest = await profile_tiles(instance.database, alice.id, viewer_id=alice.id)
        return [tile.id for tile in first], [tile.id for tile in rest]

    assert await both() == ([ids[1], ids[0]], [ids[2]])
    await Post.filter(id=ids[0]).update(visibility=Visibility.FOLLOWERS)
    assert await both() == ([ids[1]], [ids[2], ids[0]])


async def test_a_tag_shows_public_photos(instance: Instance) -> None:
    """Public only, from everywhere, whatever the tag's spelling was; nothing of whom the viewer muted."""
    async with instance.change() as change:
        alice, eve, bob = await a_person(change), await a_person(change, "eve"), await a_person(change, "bob")
        await block(change, account_id=alice.id, target_id=eve.id)
        await mute(change, account_id=bob.id, target_id=alice.id)
    found = await photo_post(instance, alice, caption="#SEA")
    await photo_post(instance, alice, caption="#sea", visibility=Visibility.UNLISTED)
    await photo_post(instance, alice, caption="#lake")
    assert [tile.id for tile in await tag_tiles(instance.database, "sea", viewer_id=None)] == [found]
    for nobody in (eve, bob):
        assert await tag_tiles(instance.database, "sea", viewer_id=nobody.id) == ()
    assert await tag_tiles(instance.database, "sea'; --", viewer_id=None) == ()
    assert await Tag.all().count() == 2
    assert await PostTag.all().count() == 3


async def test_explore_shows_what_is_public(instance: Instance) -> None:
    """Photos from here, or from everywhere; no comments, nothing unlisted; nothing of whom the viewer muted."""
    async with instance.change() as change:
        alice, bob, sam = await a_person(change), await a_person(change, "bob"), await a_stranger(change)
        await mute(change, account_id=bob.id, target_id=alice.id)
        far = await a_post(change, sam)
    await Post.filter(id=far.id).update(photo_count=1)
    here = await photo_post(instance, alice)
    await photo_post(instance, alice, visibility=Visibility.UNLISTED)
    await photo_post(instance, alice, parent_id=here)

    async def shown(viewer: Account | None, *, everywhere: bool) -> set[int]:
        viewer_id = viewer.id if viewer else None
        return {tile.id for tile in await explore_tiles(instance.database, viewer_id=viewer_id, everywhere=everywhere)}

    assert await shown(None, everywhere=False) == {here}
    assert await shown(None, everywhere=True) == {here, far.id}
    assert await shown(bob, everywhere=True) == {far.id}


async def test_what_is_saved_is_ordered_by_when(instance: Instance) -> None:
    """The last saved first, whatever its age; what may not be seen any more is left out."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
    ids = [await photo_post(instance, alice) for _ in range(3)]
    for post_id in (ids[2], ids[0], ids[1]):
        async with instance.change() as change:
            await reactions.bookmark(change, account_id=bob.id, post_id=post_id)
    await Post.filter(id=ids[0]).update(visibility=Visibility.DIRECT)
    tiles = await saved_tiles(instance.database, bob.id)
    assert [tile.id for tile in tiles] == [ids[1], ids[2]]
    assert [tile.id for tile in await saved_tiles(instance.database, bob.id, before=tiles[0].cursor)] == [ids[2]]
    assert await saved_tiles(instance.database, alice.id) == ()

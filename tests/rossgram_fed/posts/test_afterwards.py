"""What becomes of a post after it was posted: other photos, another audience, hidden and back, and what it was."""

from __future__ import annotations

import orjson
import pytest

from rossgram_fed.federation.errands import PUBLISH_DRAFT
from rossgram_fed.instance import Instance
from rossgram_fed.media.keeping import Files
from rossgram_fed.models import Account, Boost, Like, MediaFile, Photo, Pin, Post, PostEdit, Tombstone
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import actions, archive, saved
from rossgram_fed.posts.collections import outbox_page, thread_page
from rossgram_fed.posts.details import PostDetails, details_of
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.tiles import archived_tiles, explore_tiles, profile_tiles, saved_tiles, tag_tiles
from rossgram_fed.timelines.queries import home
from rossgram_fed.web.errors import Forbidden, Invalid, NotFound
from rossgram_fed.web.forms import Form
from tests.builders import a_person, a_stranger
from tests.conftest import SettableClock
from tests.rossgram_fed.posts.arrivals import PUBLIC
from tests.rossgram_fed.posts.photos import a_waiting_photo, sent
from tests.rossgram_fed.posts.published import edited, photos_of, posted
from tests.rossgram_fed.posts.test_actions import followed_by


@pytest.fixture
async def alice(instance: Instance) -> Account:
    async with instance.change() as change:
        return await a_person(change)


async def test_photos_are_added_moved_and_removed(instance: Instance, alice: Account, clock: SettableClock) -> None:
    """An Update has the photos as they stand now; a removed one is gone; the cover stays with its photo."""
    await followed_by(instance, alice, "sam")
    post_id = await posted(instance, alice)
    first, second = [photo.id for photo in await photos_of(post_id)]
    clock.advance(1000)
    async with instance.change() as change:
        third = await a_waiting_photo(change, alice, description="New")
    wanted = (DraftPhoto(third), DraftPhoto(second, "Sea"))
    await edited(instance, alice, post_id, photos=wanted, details=PostDetails(cover=second))
    assert [(photo.id, photo.description) for photo in await photos_of(post_id)] == [(third, "New"), (second, "Sea")]
    assert not await Photo.filter(id=first).exists()
    [(update, inboxes)] = await sent(instance)
    assert (update["type"], inboxes) == ("Update", ["https://there.test/inbox"])
    assert [one["name"] for one in update["object"]["attachment"]] == ["New", "Sea"]
    assert update["object"]["updated"]
    [tile] = await profile_tiles(instance.database, alice.id, viewer_id=None)
    assert str(second) in tile.picture
    await edited(instance, alice, post_id, photos=(DraftPhoto(second), DraftPhoto(third)))
    assert (await details_of(instance.database, post_id)).cover == 0, "the first photo needs no word for it"


async def test_only_photos_that_wait(instance: Instance, alice: Account) -> None:
    """Another's upload, another post's photo and a photo twice are refused, and nothing changes."""
    post_id, other = await posted(instance, alice, photos=1), await posted(instance, alice, photos=1)
    async with instance.change() as change:
        bob = await a_person(change, "bob")
        theirs = await a_waiting_photo(change, bob)
    [own], [elsewhere] = await photos_of(post_id), await photos_of(other)
    for wrong in (theirs, elsewhere.id, own.id, 7):
        with pytest.raises(Invalid):
            await edited(instance, alice, post_id, photos=(DraftPhoto(own.id), DraftPhoto(wrong)))
    assert [photo.id for photo in await photos_of(post_id)] == [own.id]
    assert (await Photo.get(id=theirs)).post_id is None
    assert not await PostEdit.all().exists()
    assert await sent(instance) == []


@pytest.mark.parametrize(
    ("before", "after", "anew"),
    [
        pytest.param(Visibility.PUBLIC, Visibility.UNLISTED, False, id="the same readers"),
        pytest.param(Visibility.PUBLIC, Visibility.FOLLOWERS, True, id="fewer"),
        pytest.param(Visibility.UNLISTED, Visibility.DIRECT, True, id="far fewer"),
        pytest.param(Visibility.FOLLOWERS, Visibility.PUBLIC, True, id="more"),
    ],
)
async def test_another_audience(
    instance: Instance, alice: Account, before: Visibility, after: Visibility, *, anew: bool
) -> None:
    """Where others may read it than before, it is deleted elsewhere and comes again under an address never used."""
    await followed_by(instance, alice, "sam")
    async with instance.change() as change:
        await a_stranger(change, "far", domain="far.test")
    post_id = await posted(instance, alice, caption="Hello @far@far.test", visibility=before)
    uri = f"https://here.test/p/{post_id}"
    async with instance.change() as change:
        zoe = await a_stranger(change, "zoe", domain="zoe.test")
        for table in ("likes", "boosts", "pins"):
            await change.tx.execute(
                f"INSERT INTO {table} (id, account_id, post_id, {'uri, ' * (table != 'pins')}created_at) "
                f"VALUES ($1, $2, $3, {repr('x' + table) + ', ' if table != 'pins' else ''}1)",
                change.new_id(), zoe.id if table != "pins" else alice.id, post_id,
            )  # fmt: skip
    await edited(instance, alice, post_id, caption="Hello @far@far.test", visibility=after)
    documents = {document["type"]: (document, inboxes) for document, inboxes in await sent(instance)}
    post = await Post.get(id=post_id)
    assert (post.visibility, post.url) == (after, uri)
    assert await Like.all().count() == 1
    if not anew:
        assert set(documents) == {"Update"}
        assert post.uri == uri
        assert await Boost.all().count() == await Pin.all().count() == 1
        return
    assert set(documents) == {"Delete", "Create"}
    delete, told = documents["Delete"]
    assert (delete["object"]["id"], told) == (uri, [FAR, *THERE[before], "https://zoe.test/inbox"])
    create, told = documents["Create"]
    assert create["object"]["id"] == post.uri == f"{uri}/again/1"
    assert create["id"] == f"{uri}/again/1/activity"
    assert told == (["https://far.test/users/far/inbox"] if after is Visibility.DIRECT else [FAR, *THERE[after]])
    assert (PUBLIC in create["to"]) == (after is Visibility.PUBLIC)
    assert await Tombstone.filter(uri=uri).exists()
    assert not await Boost.all().exists()
    assert not await Pin.all().exists()
    assert (await Account.get(id=alice.id)).posts_count == (after <= Visibility.UNLISTED)


FAR = "https://far.test/inbox"
THERE = {one: ["https://there.test/inbox"] * (one is not Visibility.DIRECT) for one in Visibility}
"""The followers' server; a direct post does not go there."""


async def test_the_old_files_are_let_go(instance: Instance, alice: Account) -> None:
    """A narrowed post has its files under the new keys alone, and nothing else needs the old ones."""
    post_id = await posted(instance, alice, photos=1)
    [photo] = await photos_of(post_id)
    old: Files = orjson.loads(photo.renditions)
    async with instance.change() as change:
        for key in {one["key"] for one in old.values()}:
            await MediaFile.create(id=change.new_id(), key=key, photo_id=photo.id, size=9, created_at=1)
    fresh: Files = {name: {**one, "key": f"new-{name}.jpg"} for name, one in old.items()}  # type: ignore[typeddict-item]
    await edited(instance, alice, post_id, visibility=Visibility.FOLLOWERS, copies={photo.id: fresh})
    assert orjson.loads((await photos_of(post_id))[0].renditions) == fresh
    needed = {file.key for file in await MediaFile.filter(photo_id=photo.id)}
    assert needed == {one["key"] for one in fresh.values()}


async def test_what_cannot_be(instance: Instance, alice: Account) -> None:
    """A direct post needs somebody; a comment has the audience of its thread; archived ones have none to choose."""
    post_id = await posted(instance, alice, photos=1)
    async with instance.change() as change:
        answer = await actions.publish(change, author_id=alice.id, draft=PostDraft(caption="And", parent_id=post_id))
    with pytest.raises(Invalid, match="name somebody"):
        await edited(instance, alice, post_id, visibility=Visibility.DIRECT)
    with pytest.raises(Invalid, match="comment"):
        await edited(instance, alice, answer, visibility=Visibility.FOLLOWERS)
    with pytest.raises(Invalid, match="bring it back"):
        await edited(instance, alice, post_id, visibility=Visibility.ARCHIVED)
    with pytest.raises(Invalid, match="delete"):
        async with instance.change() as change:
            await archive.archive(change, author_id=alice.id, post_id=answer)
    async with instance.change() as change:
        bob = await a_person(change, "bob")
    for act in (archive.archive, archive.bring_back):
        with pytest.raises(NotFound):
            async with instance.change() as change:
                await act(change, author_id=bob.id, post_id=post_id)
    assert {post.visibility for post in await Post.all()} == {Visibility.PUBLIC}


async def surfaces(instance: Instance, author_id: int, viewer_id: int | None) -> dict[str, int]:
    """How much of an author each surface shows to somebody."""
    database = instance.database
    ids = [row["id"] for row in await database.fetch("SELECT id FROM posts")]
    shown = {
        "profile": await profile_tiles(database, author_id, viewer_id=viewer_id),
        "explore": await explore_tiles(database, viewer_id=viewer_id, everywhere=True),
        "tag": await tag_tiles(database, "sea", viewer_id=viewer_id),
        "posts": await posts_by_ids(database, ids, viewer_id=viewer_id),
        "outbox": (await outbox_page(instance, author_id, reader_id=viewer_id, before=None)).items,
        "thread": [
            one for post_id in ids for one in (await thread_page(database, post_id, reader_id=viewer_id, after=0)).items
        ],
    }
    if viewer_id is not None:
        shown["home"] = await home(database, viewer_id)
        shown["saved"] = await saved_tiles(database, viewer_id)
        shown["archive"] = await archived_tiles(database, viewer_id)
    return {name: len(found) for name, found in shown.items() if found}


@pytest.mark.parametrize("hidden", ["draft", "scheduled", "archived"])
async def test_nothing_of_it_is_seen(instance: Instance, alice: Account, hidden: str) -> None:
    """Row 140: a draft, a post that waits for its time and an archived one are on no surface for anybody else."""
    [sam] = await followed_by(instance, alice, "sam")
    async with instance.change() as change:
        bob = await a_person(change, "bob")
    if hidden == "archived":
        post_id = await posted(instance, alice, caption="First #sea @bob @sam@there.test")
        async with instance.change() as change:
            await change.tx.execute(
                "INSERT INTO bookmarks (id, account_id, post_id, created_at) VALUES ($1, $2, $3, 1)",
                change.new_id(), bob.id, post_id,
            )  # fmt: skip
            assert "profile" in await surfaces(instance, alice.id, bob.id)
            await archive.archive(change, author_id=alice.id, post_id=post_id)
    else:
        async with instance.change() as change:
            photo = await a_waiting_photo(change, alice)
            form = Form.starting_with({"caption": "First #sea @bob", "visibility": "public"})
            draft_id = await saved.save(change, form, account_id=alice.id, photo_ids=[photo], draft_id=None)
            if hidden == "scheduled":
                await change.tx.execute("UPDATE drafts SET publish_at = $1 WHERE id = $2", change.now + 1, draft_id)
    for viewer in (None, bob.id, sam.id):
        assert await surfaces(instance, alice.id, viewer) == {}
    own = await surfaces(instance, alice.id, alice.id)
    assert set(own) == ({"archive", "posts", "thread"} if hidden == "archived" else set())
    assert await instance.database.fetch_value(f"SELECT COUNT(*) FROM jobs WHERE kind = '{PUBLISH_DRAFT}'") == 0


async def test_archived_and_back(instance: Instance, alice: Account, clock: SettableClock) -> None:
    """All are told to delete it; likes and comments stay; back, it is the same post here and a new one there."""
    await followed_by(instance, alice, "sam")
    post_id = await posted(instance, alice, visibility=Visibility.FOLLOWERS)
    uri = f"https://here.test/p/{post_id}"
    async with instance.change() as change:
        zoe = await a_person(change, "zoe")
        await change.tx.execute(
            "INSERT INTO likes (id, account_id, post_id, uri, created_at) VALUES ($1, $2, $3, 'x', 1)",
            change.new_id(), zoe.id, post_id,
        )  # fmt: skip
        await actions.publish(change, author_id=alice.id, draft=PostDraft(caption="And", parent_id=post_id))
        await change.tx.execute("DELETE FROM outbox_activities")
    async with instance.change() as change:
        await archive.archive(change, author_id=alice.id, post_id=post_id)
    async with instance.change() as change:
        await archive.archive(change, author_id=alice.id, post_id=post_id)
    [(delete, _)] = await sent(instance)
    assert (delete["type"], delete["object"]["id"]) == ("Delete", uri)
    with pytest.raises(Forbidden):
        async with instance.change() as change:
            await actions.publish(change, author_id=alice.id, draft=PostDraft(caption="Too", parent_id=post_id))
    await edited(instance, alice, post_id, caption="Better")
    assert len(await sent(instance)) == 1, "of an edit in the archive nobody hears"
    clock.advance(1000)
    async with instance.change() as change:
        await archive.bring_back(change, author_id=alice.id, post_id=post_id)
    post = await Post.get(id=post_id)
    assert (post.visibility, post.archived_from, post.uri) == (Visibility.FOLLOWERS, None, f"{uri}/again/1")
    [_, (create, _)] = await sent(instance)
    assert (create["type"], create["object"]["id"]) == ("Create", post.uri)
    assert await Like.all().count() == 1
    assert (await Post.get(in_reply_to_id=post_id)).in_reply_to_uri == post.uri
    async with instance.change() as change:
        await archive.archive(change, author_id=alice.id, post_id=post_id)
        await actions.delete(change, author_id=alice.id, post_id=post_id)
    assert {grave.uri for grave in await Tombstone.all()} == {uri, f"{uri}/again/1", f"{uri}/again/2"}


async def test_descriptions_can_be_required(instance: Instance, alice: Account) -> None:
    """Who wants no photo without a description cannot post one, nor edit one in; others can."""
    async with instance.change() as change:
        await change.tx.execute("UPDATE users SET require_descriptions = TRUE WHERE account_id = $1", alice.id)
        bare = await a_waiting_photo(change, alice, description="")
    with pytest.raises(Invalid, match="Photo 1 has no description"):
        async with instance.change() as change:
            await actions.publish(change, author_id=alice.id, draft=PostDraft(photos=(DraftPhoto(bare),)))
    assert not await Post.all().exists()
    post_id = await posted(instance, alice, photos=1)
    [own] = await photos_of(post_id)
    with pytest.raises(Invalid, match="Photo 2 has no description"):
        await edited(instance, alice, post_id, photos=(DraftPhoto(own.id), DraftPhoto(bare)))
    await edited(instance, alice, post_id, photos=(DraftPhoto(own.id), DraftPhoto(bare, "Now")))

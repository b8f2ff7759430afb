"""Publishing, editing and deleting: rows, counters, news and deliveries of one act come together or not at all."""

from __future__ import annotations

import pytest

from rossgram_fed.follows import actions as follows
from rossgram_fed.follows.blocks import block
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Mention, Notification, Photo, Post, PostTag, Tombstone
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.posts import actions
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft, PostEdit
from rossgram_fed.web.errors import Invalid, NotFound, Refusal
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock
from tests.rossgram_fed.posts.arrivals import PUBLIC
from tests.rossgram_fed.posts.photos import a_waiting_photo, sent


async def followed_by(instance: Instance, account: Account, *names: str) -> list[Account]:
    """Strangers on there.test who follow the account."""
    strangers = []
    async with instance.change() as change:
        for name in names:
            stranger = await a_stranger(change, name)
            await follows.receive_follow(
                change, follower_id=stranger.id, followed_id=account.id, uri=f"{stranger.uri}#follow"
            )
            strangers.append(stranger)
        await change.tx.execute("DELETE FROM outbox_activities")
    return strangers


async def test_a_post_is_published(instance: Instance) -> None:
    """Photos in their order, caption, tags, mentions, counters, news, and one delivery to the followers' server."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
    await followed_by(instance, alice, "sam", "tim")
    async with instance.change() as change:
        far = await a_stranger(change, "far", domain="far.test")
        first, second = await a_waiting_photo(change, alice), await a_waiting_photo(change, alice)
        draft = PostDraft(
            caption="Hello @bob and @Far@FAR.test\n#Sea #sea",
            photos=(DraftPhoto(second, "The sea"), DraftPhoto(first)),
            language="en",
        )
        post_id = await actions.publish(change, author_id=alice.id, draft=draft)
    post = await Post.get(id=post_id)
    assert (post.uri, post.photo_count, post.thread_id) == (f"https://here.test/p/{post_id}", 2, post_id)
    photos = await Photo.filter(post_id=post_id).order_by("position")
    assert [(photo.id, photo.description) for photo in photos] == [(second, "The sea"), (first, "A hill")]
    assert await PostTag.filter(post_id=post_id).count() == 1
    assert {one.account_id for one in await Mention.filter(post_id=post_id)} == {bob.id, far.id}
    assert (await Account.get(id=alice.id)).posts_count == 1
    assert [(row.account_id, row.kind) for row in await Notification.filter(post_id=post_id)] == [
        (bob.id, NotificationKind.MENTION)
    ]
    [(create, inboxes)] = await sent(instance)
    assert inboxes == ["https://far.test/inbox", "https://there.test/inbox"]
    note = create["object"]
    assert (create["type"], create["id"], note["type"]) == ("Create", f"{post.uri}/activity", "Note")
    assert (create["to"], note["to"]) == ([PUBLIC], [PUBLIC])
    assert note["cc"] == [alice.followers_uri, bob.uri, far.uri]
    assert [one["name"] for one in note["attachment"]] == ["The sea", "A hill"]
    assert note["attachment"][0] | {"name": ""} == {
        "type": "Document",
        "mediaType": "image/jpeg",
        "url": f"https://here.test/media/{second}-federated.jpg",
        "name": "",
        "width": 4000,
        "height": 3000,
        "blurhash": "L6PZfSi_.AyE_3t7t7R**0o#DgR4",
        "focalPoint": [0.0, 0.0],
        "sensitive": False,
    }
    assert {one["name"] for one in note["tag"]} == {"#sea", "@bob@here.test", "@far@far.test"}
    assert note["likes"] == {"id": f"{post.uri}/likes", "type": "Collection", "totalItems": 0}
    assert note["contentMap"] == {"en": note["content"]}


@pytest.mark.parametrize(
    ("visibility", "to", "cc", "inboxes"),
    [
        (Visibility.PUBLIC, [PUBLIC], ["F", "S"], ["https://far.test/inbox", "https://there.test/inbox"]),
        (Visibility.UNLISTED, ["F"], [PUBLIC, "S"], ["https://far.test/inbox", "https://there.test/inbox"]),
        (Visibility.FOLLOWERS, ["F"], ["S"], ["https://far.test/inbox", "https://there.test/inbox"]),
        (Visibility.DIRECT, ["S"], [], ["https://far.test/users/far/inbox"]),
    ],
)
async def test_who_gets_it(
    instance: Instance, visibility: Visibility, to: list[str], cc: list[str], inboxes: list[str]
) -> None:
    """Addressing and deliveries follow the visibility; a direct post goes to a personal inbox and nobody else."""
    async with instance.change() as change:
        alice = await a_person(change)
    await followed_by(instance, alice, "sam")
    async with instance.change() as change:
        far = await a_stranger(change, "far", domain="far.test")
        photo = await a_waiting_photo(change, alice)
        draft = PostDraft(caption="@far@far.test", visibility=visibility, photos=(DraftPhoto(photo),))
        await actions.publish(change, author_id=alice.id, draft=draft)
    [(create, where)] = await sent(instance)
    names = {"F": alice.followers_uri, "S": far.uri}
    assert create["object"]["to"] == create["to"] == [names.get(one, one) for one in to]
    assert create["object"]["cc"] == [names.get(one, one) for one in cc]
    assert where == inboxes


async def test_refused_drafts_leave_nothing(instance: Instance) -> None:
    """Every refusal has a sentence, and no row, count or photo is changed by it."""
    async with instance.change() as change:
        alice, eve = await a_person(change), await a_person(change, "eve")
        mine, hers = await a_waiting_photo(change, alice), await a_waiting_photo(change, eve)
        private = await a_post(change, eve, visibility=Visibility.FOLLOWERS)
        blocking = await a_person(change, "blocking")
        theirs = await a_post(change, blocking)
        await block(change, account_id=blocking.id, target_id=alice.id)
    photos = (DraftPhoto(mine),)
    drafts: list[tuple[PostDraft, type[Refusal], str]] = [
        (PostDraft(caption="x"), Invalid, "no photo"),
        (PostDraft(photos=(DraftPhoto(mine), DraftPhoto(mine))), Invalid, "the same photo twice"),
        (PostDraft(photos=(DraftPhoto(mine), DraftPhoto(hers))), Invalid, "somebody else's photo"),
        (PostDraft(photos=(DraftPhoto(1),)), Invalid, "no such photo"),
        (PostDraft(photos=tuple(DraftPhoto(number) for number in range(21))), Invalid, "too many photos"),
        (PostDraft(caption="x" * 5001, photos=photos), Invalid, "a caption too long"),
        (PostDraft(warning="x" * 201, photos=photos), Invalid, "a warning too long"),
        (PostDraft(photos=(DraftPhoto(mine, "x" * 1501),)), Invalid, "a description too long"),
        (PostDraft(visibility=Visibility.DIRECT, photos=photos), Invalid, "a direct post to nobody"),
        (PostDraft(caption=" ", parent_id=theirs.id), Invalid, "an empty comment"),
        (PostDraft(caption="x", parent_id=private.id), NotFound, "a post they may not see"),
        (PostDraft(caption="x", parent_id=theirs.id), NotFound, "across a block"),
        (PostDraft(caption="x", parent_id=7), NotFound, "no such post"),
    ]
    for draft, refusal, reason in drafts:
        with pytest.raises(refusal) as refused:
            async with instance.change() as change:
                await actions.publish(change, author_id=alice.id, draft=draft)
        assert refused.value.sentence.endswith("."), reason
        assert await Post.all().count() == 2, reason
        assert await Photo.filter(post_id=None).count() == 2, reason
    assert await Notification.all().count() == 0
    assert await sent(instance) == []


@pytest.mark.parametrize(
    ("asked", "parent", "becomes"),
    [
        (Visibility.PUBLIC, Visibility.PUBLIC, Visibility.PUBLIC),
        (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.UNLISTED),
        (Visibility.PUBLIC, Visibility.FOLLOWERS, Visibility.FOLLOWERS),
        (Visibility.UNLISTED, Visibility.DIRECT, Visibility.DIRECT),
        (Visibility.DIRECT, Visibility.PUBLIC, Visibility.DIRECT),
    ],
)
async def test_a_comment_is_never_more_open_than_what_it_answers(
    instance: Instance, asked: Visibility, parent: Visibility, becomes: Visibility
) -> None:
    """The narrower of both wins; whoever is answered is addressed, told, and gets it."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        post = await a_post(change, sam, visibility=parent)
        await Mention.create(id=change.new_id(), post_id=post.id, account_id=alice.id)
        draft = PostDraft(caption="Nice", visibility=asked, parent_id=post.id)
        comment_id = await actions.publish(change, author_id=alice.id, draft=draft)
    comment = await Post.get(id=comment_id)
    assert (comment.visibility, comment.in_reply_to_id, comment.thread_id) == (becomes, post.id, post.id)
    assert (await Post.get(id=post.id)).replies_count == 1
    assert (await Account.get(id=alice.id)).posts_count == 0
    [(create, inboxes)] = await sent(instance)
    assert create["object"]["inReplyTo"] == post.uri
    assert [one["href"] for one in create["object"]["tag"]] == [sam.uri]
    assert inboxes == [sam.inbox if becomes is Visibility.DIRECT else sam.shared_inbox]


async def test_more_photos_than_mastodon_shows(instance: Instance) -> None:
    """All photos are attached, and the text says that there are more than four."""
    async with instance.change() as change:
        alice = await a_person(change)
        photos = tuple([DraftPhoto(await a_waiting_photo(change, alice)) for _ in range(6)])
        sam = await a_stranger(change)
        draft = PostDraft(caption="@sam@there.test", photos=photos)
        post_id = await actions.publish(change, author_id=alice.id, draft=draft)
    [(create, _)] = await sent(instance)
    assert len(create["object"]["attachment"]) == 6
    assert create["object"]["content"].endswith(f'<p><a href="https://here.test/p/{post_id}">2 more photos</a></p>')
    assert "more photos" not in (await Post.get(id=post_id)).content_html
    assert sam.uri in create["object"]["cc"]


async def test_editing(instance: Instance, clock: SettableClock) -> None:
    """An edit changes words, tags, order and number of photos, and goes out as an Update with a new id."""
    async with instance.change() as change:
        alice = await a_person(change)
    await followed_by(instance, alice, "sam")
    async with instance.change() as change:
        ids = [await a_waiting_photo(change, alice) for _ in range(3)]
        draft = PostDraft(caption="#old", photos=tuple(map(DraftPhoto, ids)))
        post_id = await actions.publish(change, author_id=alice.id, draft=draft)
    clock.advance(1000)
    edit = PostEdit(caption="#new", warning="Heights", photos=(DraftPhoto(ids[2], "Last"), DraftPhoto(ids[0])))
    async with instance.change() as change:
        await actions.edit(change, author_id=alice.id, post_id=post_id, edit=edit)
    post = await Post.get(id=post_id)
    assert (post.caption, post.warning, post.sensitive, post.photo_count) == ("#new", "Heights", True, 2)
    photos = await Photo.all().order_by("position")
    assert [(photo.id, photo.description) for photo in photos] == [(ids[2], "Last"), (ids[0], "A hill")]
    update, inboxes = (await sent(instance))[-1]
    assert (update["type"], update["object"]["summary"]) == ("Update", "Heights")
    files = [one["sensitive"] for one in update["object"]["attachment"]]
    assert files == [True, True], "Misskey asks each file, and takes its no for one"
    assert update["object"]["updated"] == "2026-05-28T20:26:41Z"
    assert [tag["name"] for tag in update["object"]["tag"]] == ["#new"]
    assert inboxes == ["https://there.test/inbox"]


@pytest.mark.parametrize(
    ("edit", "refusal"),
    [
        (PostEdit(caption="x", photos=()), Invalid),
        (PostEdit(caption="x", photos=(DraftPhoto(1),)), Invalid),
        (PostEdit(caption="x" * 5001), Invalid),
    ],
)
async def test_refused_edits(instance: Instance, edit: PostEdit, refusal: type[Refusal]) -> None:
    """A post cannot lose its last photo, take others' photos, or outgrow the limits."""
    async with instance.change() as change:
        alice = await a_person(change)
        photo = await a_waiting_photo(change, alice)
        draft = PostDraft(caption="Before", photos=(DraftPhoto(photo),))
        post_id = await actions.publish(change, author_id=alice.id, draft=draft)
    with pytest.raises(refusal):
        async with instance.change() as change:
            await actions.edit(change, author_id=alice.id, post_id=post_id, edit=edit)
    assert (await Post.get(id=post_id)).caption == "Before"


async def test_only_ones_own(instance: Instance) -> None:
    """Nobody edits or deletes another's post, nor a copy of a stranger's."""
    async with instance.change() as change:
        alice, eve, sam = await a_person(change), await a_person(change, "eve"), await a_stranger(change)
        posts = [await a_post(change, alice), await a_post(change, sam)]
    for post in posts:
        with pytest.raises(NotFound):
            async with instance.change() as change:
                await actions.delete(change, author_id=eve.id, post_id=post.id)
        with pytest.raises(NotFound):
            async with instance.change() as change:
                await actions.edit(change, author_id=eve.id, post_id=post.id, edit=PostEdit(caption="x"))
    with pytest.raises(NotFound):
        async with instance.change() as change:
            await actions.delete(change, author_id=sam.id, post_id=posts[1].id)
    assert await Post.all().count() == 2


async def test_deleting(instance: Instance) -> None:
    """Rows, photos and counts go, a tombstone stays, and everybody who may have a copy is told, likers included."""
    async with instance.change() as change:
        alice = await a_person(change)
    await followed_by(instance, alice, "sam")
    async with instance.change() as change:
        far = await a_stranger(change, "far", domain="far.test")
        photo = await a_waiting_photo(change, alice)
        post_id = await actions.publish(change, author_id=alice.id, draft=PostDraft(photos=(DraftPhoto(photo),)))
        await change.tx.execute(
            "INSERT INTO likes (id, account_id, post_id, uri, created_at) VALUES ($1, $2, $3, '', 0)",
            change.new_id(),
            far.id,
            post_id,
        )
    async with instance.change() as change:
        await actions.delete(change, author_id=alice.id, post_id=post_id)
    uri = f"https://here.test/p/{post_id}"
    assert await Post.all().count() == await Photo.all().count() == 0
    assert (await Account.get(id=alice.id)).posts_count == 0
    assert (await Tombstone.get(uri=uri)).actor_uri == alice.uri
    delete, inboxes = (await sent(instance))[-1]
    assert (delete["type"], delete["to"]) == ("Delete", [PUBLIC])
    assert delete["object"] == {"id": uri, "type": "Tombstone"}
    assert inboxes == ["https://far.test/inbox", "https://there.test/inbox"]


async def test_deleting_a_direct_post_tells_nobody_else(instance: Instance) -> None:
    """Followers do not learn that a direct post ever was."""
    async with instance.change() as change:
        alice = await a_person(change)
    await followed_by(instance, alice, "sam")
    async with instance.change() as change:
        await a_stranger(change, "far", domain="far.test")
        photo = await a_waiting_photo(change, alice)
        draft = PostDraft(caption="@far@far.test", visibility=Visibility.DIRECT, photos=(DraftPhoto(photo),))
        post_id = await actions.publish(change, author_id=alice.id, draft=draft)
        await actions.delete(change, author_id=alice.id, post_id=post_id)
    delete, inboxes = (await sent(instance))[-1]
    assert delete["to"] == ["https://far.test/users/far"]
    assert inboxes == ["https://far.test/users/far/inbox"]

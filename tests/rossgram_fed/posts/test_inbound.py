"""What arrives from other servers is kept when it concerns somebody here, and never more than that."""

from __future__ import annotations

from typing import Any

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Job, Notification, Photo, Post, PostTag, Tag, Tombstone
from rossgram_fed.models.posts import PhotoState, Visibility
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.reactions.actions import boost
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.posts.arrivals import a_note, a_picture, activity, arrive, create


async def stored(uri: str) -> Post:
    return await Post.get(uri=uri)


async def test_a_photo_post_of_somebody_followed_is_stored_whole(
    instance: Instance, people: tuple[Account, Account]
) -> None:
    """Everything a photo page shows is in the rows: words, warning, tags, photos with all they come with, totals."""
    _, sam = people
    document = create(
        sam,
        content='<p>At the <script>x</script><a href="https://there.test/tags/Sea">#Sea</a></p>',
        summary="Water",
        sensitive=True,
        contentMap={"en": "<p>At the sea</p>"},
        url="https://there.test/@sam/1",
        likes={"type": "Collection", "id": "https://there.test/l", "totalItems": 3},
        shares={"type": "Collection", "id": "https://there.test/s", "totalItems": 2},
        tag=[{"type": "Hashtag", "name": "#Sea", "href": "https://there.test/tags/sea"}],
        attachment=[a_picture(sam, "1"), a_picture(sam, "2", type="Image", sensitive=True)],
    )
    assert await arrive(instance, sam, document)
    post = await stored(f"{sam.uri}/posts/1")
    assert (post.account_id, post.local, post.visibility, post.photo_count) == (sam.id, False, Visibility.PUBLIC, 2)
    assert post.content_html == '<p>At the <a href="https://there.test/tags/Sea" rel="nofollow noopener">#Sea</a></p>'
    assert (post.warning, post.sensitive, post.url) == ("Water", True, "https://there.test/@sam/1")
    assert (post.likes_count, post.boosts_count, post.thread_id) == (3, 2, post.id)
    assert post.id >> 16 == post.published_at or post.id >> 16 < post.published_at + 1000
    photos = await Photo.filter(post_id=post.id).order_by("position")
    assert [photo.remote_url for photo in photos] == [
        "https://there.test/media/1.jpg",
        "https://there.test/media/2.jpg",
    ]
    first = photos[0]
    assert (first.state, first.description, first.width, first.height) == (
        PhotoState.REMOTE,
        "Description 1",
        1600,
        1200,
    )
    assert (first.focal_x, first.focal_y, first.media_type) == (0.1, -0.2, "image/jpeg")
    assert [tag.name for tag in await Tag.all()] == ["sea"]
    assert (await Account.get(id=sam.id)).posts_count == 1


@pytest.mark.parametrize(
    ("parts", "kept", "reason"),
    [
        ({}, False, "a stranger's photo concerns nobody here"),
        ({"cc": ["https://here.test/users/alice"]}, True, "somebody here is in copy"),
        ({"to": ["https://here.test/users/alice"], "cc": []}, True, "a direct post"),
        ({"to": "https://here.test/users/alice", "cc": []}, True, "the same as a bare string (GoToSocial)"),
        ({"to": [], "cc": ["https://here.test/users/alice"]}, True, "direct with the recipient in cc (Takahē)"),
        ({"tag": [{"type": "Mention", "href": "https://here.test/users/alice"}]}, True, "somebody here is named"),
        ({"tag": [{"type": "Mention", "href": "https://here.test/users/nobody"}]}, False, "nobody of that name"),
        ({"inReplyTo": "https://here.test/p/1"}, False, "an answer to what is not here"),
        ({"inReplyTo": "PARENT"}, True, "an answer to a post here"),
        ({"inReplyTo": "PARENT", "content": None, "attachment": [], "name": "Yes"}, False, "a vote in a poll"),
    ],
)
async def test_what_is_kept_of_strangers(instance: Instance, parts: dict[str, Any], kept: bool, reason: str) -> None:
    """Posts of people nobody follows are kept only when they concern somebody here; else no row is left."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        post = await a_post(change, alice)
    parts = {key: post.uri if value == "PARENT" else value for key, value in parts.items()}
    assert await arrive(instance, sam, create(sam, **parts)) is kept, reason
    assert await Post.filter(local=False).count() == int(kept), reason
    assert await Photo.all().count() == int(kept), reason
    assert await Job.all().count() == 0, reason


@pytest.mark.parametrize(
    ("change_note", "reason"),
    [
        ({"attributedTo": "https://there.test/users/eve"}, "somebody else's name on the same server"),
        ({"attributedTo": "https://here.test/users/alice"}, "one of ours as author"),
        ({"id": "https://elsewhere.test/posts/1"}, "an address of another server"),
        ({"id": "https://here.test/p/1"}, "an address of ours"),
        ({"id": "https://there.test.evil.test/posts/1"}, "a host that only begins alike"),
        ({"id": "https://there.test:444/posts/1"}, "another port"),
        ({"id": "http://there.test/posts/1"}, "another scheme"),
    ],
)
async def test_nobody_speaks_for_others(
    instance: Instance, people: tuple[Account, Account], change_note: dict[str, Any], reason: str
) -> None:
    """Rows 18 to 23 and 28: a note is stored only under its sender's name and an address of its sender's origin."""
    _, sam = people
    for kind in ("Create", "Update"):
        note = a_note(sam) | change_note
        assert not await arrive(instance, sam, activity(sam, kind, note)), reason
    assert await Post.all().count() == 0, reason


async def test_arriving_twice_is_once(instance: Instance, people: tuple[Account, Account]) -> None:
    """The same post by the shared and a personal inbox makes one row and one count."""
    _, sam = people
    for _ in range(2):
        assert await arrive(instance, sam, create(sam))
    assert (await Post.all().count(), await Photo.all().count()) == (1, 1)
    assert (await Account.get(id=sam.id)).posts_count == 1


async def test_deleted_before_it_came(instance: Instance, people: tuple[Account, Account]) -> None:
    """A Delete that overtakes its Create wins: neither a late Create nor a late Update resurrects the post."""
    _, sam = people
    uri = f"{sam.uri}/posts/1"
    assert await arrive(instance, sam, activity(sam, "Delete", {"id": uri, "type": "Tombstone"}))
    assert not await arrive(instance, sam, create(sam))
    assert not await arrive(instance, sam, activity(sam, "Update", a_note(sam)))
    assert await Post.all().count() == 0


async def test_a_delete_takes_everything_along(instance: Instance, people: tuple[Account, Account]) -> None:
    """Photos, tags and counters go with the post; its comments stay; its URI is remembered."""
    _, sam = people
    tags = [{"type": "Hashtag", "name": "#sea"}]
    await arrive(instance, sam, create(sam, "1", tag=tags))
    await arrive(instance, sam, create(sam, "2", inReplyTo=f"{sam.uri}/posts/1", attachment=[]))
    assert (await stored(f"{sam.uri}/posts/1")).replies_count == 1
    assert await arrive(instance, sam, activity(sam, "Delete", f"{sam.uri}/posts/1"))
    left = await Post.all()
    assert [post.uri for post in left] == [f"{sam.uri}/posts/2"]
    assert left[0].in_reply_to_id is None
    assert await Photo.all().count() == await PostTag.all().count() == 0
    assert (await Account.get(id=sam.id)).posts_count == 0
    assert (await Tombstone.get(uri=f"{sam.uri}/posts/1")).actor_uri == sam.uri


@pytest.mark.parametrize("kind", ["Update", "Delete"])
async def test_only_the_author_edits_and_deletes(
    instance: Instance, people: tuple[Account, Account], kind: str
) -> None:
    """A neighbour on the author's own server, and anybody about posts of ours, changes nothing."""
    alice, sam = people
    async with instance.change() as change:
        eve = await a_stranger(change, "eve")
        ours = await a_post(change, alice, caption="Ours")
    await arrive(instance, sam, create(sam))
    theirs = await stored(f"{sam.uri}/posts/1")
    for uri in (theirs.uri, ours.uri):
        note = a_note(sam, content="<p>Changed</p>") | {"id": uri}
        thing = note | {"attributedTo": eve.uri} if kind == "Update" else uri
        assert not await arrive(instance, eve, activity(eve, kind, thing))
        assert not await arrive(instance, eve, activity(eve, kind, note if kind == "Update" else uri))
    assert {post.content_html for post in await Post.all()} == {"<p>Photo 1</p>", "<p>Ours</p>"}
    assert await Tombstone.all().count() == 0


async def test_a_stranger_cannot_bury_what_is_not_here(instance: Instance, people: tuple[Account, Account]) -> None:
    """A Delete by another actor does not keep the author's own post away."""
    _, sam = people
    async with instance.change() as change:
        eve, far = await a_stranger(change, "eve"), await a_stranger(change, "far", domain="far.test")
    uri = f"{sam.uri}/posts/1"
    assert await arrive(instance, eve, activity(eve, "Delete", uri))
    assert not await arrive(instance, far, activity(far, "Delete", uri))
    assert await arrive(instance, sam, create(sam))
    assert await arrive(instance, sam, activity(sam, "Delete", uri))
    assert not await arrive(instance, sam, create(sam))


async def test_an_edit_changes_words_and_photos(instance: Instance, people: tuple[Account, Account]) -> None:
    """An edit replaces words, tags and photos; photos whose address stayed keep their rows; old edits lose."""
    _, sam = people
    await arrive(instance, sam, create(sam, attachment=[a_picture(sam, "1"), a_picture(sam, "2")]))
    post = await stored(f"{sam.uri}/posts/1")
    second = await Photo.get(remote_url="https://there.test/media/2.jpg")
    edited = a_note(
        sam,
        content="<p>New</p>",
        updated="2026-05-28T20:10:00Z",
        tag=[{"type": "Hashtag", "name": "#new"}],
        attachment=[a_picture(sam, "2", summary="Better"), a_picture(sam, "3")],
    )
    assert await arrive(instance, sam, activity(sam, "Update", edited))
    assert not await arrive(
        instance, sam, activity(sam, "Update", edited | {"content": "Older", "updated": "2026-05-28T20:05:00Z"})
    )
    after = await stored(post.uri)
    assert (after.id, after.content_html, after.photo_count) == (post.id, "<p>New</p>", 2)
    assert after.edited_at == 1_779_999_000_000
    photos = await Photo.filter(post_id=post.id).order_by("position")
    assert [photo.remote_url[-5:] for photo in photos] == ["2.jpg", "3.jpg"]
    assert (photos[0].id, photos[0].description) == (second.id, "Better")


async def test_what_changes_no_word_is_no_edit(instance: Instance, people: tuple[Account, Account]) -> None:
    """An Update that names no instant says "edited" of other words alone, and of those it says when we heard of it."""
    alice, sam = people
    await arrive(instance, sam, create(sam))
    uri = f"{sam.uri}/posts/1"
    async with instance.change() as change:
        await boost(change, account_id=alice.id, post_id=(await stored(uri)).id)
    assert await arrive(instance, sam, activity(sam, "Update", a_note(sam, likes={"totalItems": 7})))
    assert ((await stored(uri)).edited_at, (await stored(uri)).likes_count) == (None, 7)
    assert await Notification.filter(kind=NotificationKind.EDITED).count() == 0
    assert await arrive(instance, sam, activity(sam, "Update", a_note(sam, content="<p>New</p>")))
    assert (await stored(uri)).edited_at == instance.clock()
    assert await Notification.filter(kind=NotificationKind.EDITED, account_id=alice.id).count() == 1


async def test_an_edit_never_widens_the_audience(instance: Instance, people: tuple[Account, Account]) -> None:
    """A followers-only post stays so; a public one can become followers-only."""
    _, sam = people
    await arrive(instance, sam, create(sam, "1", to=[sam.followers_uri], cc=[]))
    await arrive(instance, sam, create(sam, "2"))
    await arrive(instance, sam, activity(sam, "Update", a_note(sam, "1")))
    await arrive(instance, sam, activity(sam, "Update", a_note(sam, "2", to=[sam.followers_uri], cc=[])))
    assert {post.visibility for post in await Post.all()} == {Visibility.FOLLOWERS}


async def test_more_pictures_than_a_post_may_have(instance: Instance, people: tuple[Account, Account]) -> None:
    """Twenty attachments are kept, the rest cut; addresses that are none of the web's are left out."""
    _, sam = people
    pictures = [a_picture(sam, str(number)) for number in range(25)]
    await arrive(instance, sam, create(sam, attachment=[a_picture(sam, url="javascript:alert(1)"), *pictures]))
    post = await stored(f"{sam.uri}/posts/1")
    assert post.photo_count == await Photo.all().count()
    assert post.photo_count <= 20
    assert not [photo for photo in await Photo.all() if not photo.remote_url.startswith("https://")]

"""Who is in the photos: nobody is named who does not want to be, and a name that was taken back stays away."""

from __future__ import annotations

import pytest

from rossgram_fed.follows import actions as follow_actions
from rossgram_fed.follows.blocks import block
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Mention, Notification, PersonInPost, Photo, Post, User
from rossgram_fed.models.accounts import TagPolicy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.posts import actions
from rossgram_fed.posts.details import PhotoDetails, PostDetails, details_of
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft, PostEdit
from rossgram_fed.posts.people import MOST_PEOPLE, handles_in, people_in, untag
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.tiles import place_tiles, tagged_tiles
from rossgram_fed.web.errors import Invalid, NotFound
from tests.builders import a_person, a_stranger
from tests.rossgram_fed.posts.photos import a_waiting_photo, sent


async def publish(
    instance: Instance, author: Account, *people: str, caption: str = "", visibility: Visibility = Visibility.PUBLIC
) -> int:
    """A post with one photo and these people in it."""
    async with instance.change() as change:
        photo = await a_waiting_photo(change, author)
        draft = PostDraft(
            caption=caption, photos=(DraftPhoto(photo),), visibility=visibility, details=PostDetails(people=people)
        )
        return await actions.publish(change, author_id=author.id, draft=draft)


async def two(instance: Instance) -> tuple[Account, Account]:
    """Alice and Bob."""
    async with instance.change() as change:
        return await a_person(change), await a_person(change, "bob")


async def test_who_is_named_is_told_and_mentioned(instance: Instance) -> None:
    """Somebody here gets the news, somebody elsewhere the post; both are mentioned, and the author is never named."""
    alice, bob = await two(instance)
    async with instance.change() as change:
        far = await a_stranger(change, "far", domain="far.test")
    post_id = await publish(instance, alice, "bob", "far@far.test", "alice")
    assert [card.id for card in await people_in(instance.database, post_id)] == [bob.id, far.id]
    assert {one.account_id for one in await Mention.filter(post_id=post_id)} == {bob.id, far.id}
    assert [(row.account_id, row.kind) for row in await Notification.all()] == [(bob.id, NotificationKind.TAGGED)]
    [(create, inboxes)] = await sent(instance)
    assert inboxes == ["https://far.test/inbox"]
    assert [tag["href"] for tag in create["object"]["tag"]] == [bob.uri, far.uri]
    assert far.uri in create["object"]["cc"]


@pytest.mark.parametrize(
    ("why", "refused"),
    [
        ("nobody may", True),
        ("only whom they follow may, and they do not follow", True),
        ("only whom they follow may, and they follow", False),
        ("they block the author", True),
        ("the author blocks them", True),
        ("they took it back", True),
        ("everybody may", False),
    ],
)
async def test_nobody_is_named_who_does_not_want_to_be(instance: Instance, why: str, refused: bool) -> None:
    """Every reason is refused with the same sentence, and a refusal leaves nothing: no post, no news, no delivery."""
    alice, bob = await two(instance)
    post_id = 0
    policy = TagPolicy.NOBODY if "nobody" in why else TagPolicy.FOLLOWED if "whom" in why else TagPolicy.EVERYONE
    await User.filter(account_id=bob.id).update(tag_policy=policy)
    async with instance.change() as change:
        if why.endswith("and they follow"):
            await follow_actions.follow(change, account_id=bob.id, target_id=alice.id)
        if "block" in why:
            who, whom = (bob, alice) if why.startswith("they") else (alice, bob)
            await block(change, account_id=who.id, target_id=whom.id)
    if "took" in why:
        post_id = await publish(instance, alice, "bob")
        async with instance.change() as change:
            await untag(change, account_id=bob.id, post_id=post_id)
    before = (await Post.all().count(), await Notification.all().count(), len(await sent(instance)))
    try:
        if post_id:
            async with instance.change() as change:
                edit = PostEdit(caption="", details=PostDetails(people=("bob",)))
                await actions.edit(change, author_id=alice.id, post_id=post_id, edit=edit)
        else:
            await publish(instance, alice, "bob")
    except Invalid as refusal:
        assert refused, why
        assert refusal.sentence == "@bob does not want to be named here; leave them out."
        assert before == (await Post.all().count(), await Notification.all().count(), len(await sent(instance)))
        assert await PersonInPost.filter(withdrawn_at=None).count() == 0
        assert await Mention.all().count() == 0
    else:
        assert not refused, why


@pytest.mark.parametrize(
    ("people", "says"),
    [(("nobody",), "Nobody is known as @nobody"), (("who@is.this",), "Nobody is known"), (("bob",) * 21, "at most")],
)
async def test_only_people_who_are_known_are_named(instance: Instance, people: tuple[str, ...], says: str) -> None:
    """A name that nobody has, and more names than anybody reads, are refused as a whole."""
    alice, _ = await two(instance)
    with pytest.raises(Invalid, match=says):
        await publish(instance, alice, *people)
    assert await Post.all().count() == await PersonInPost.all().count() == await Mention.all().count() == 0
    assert len(people) <= MOST_PEOPLE + 1


async def test_a_name_is_taken_back_for_good(instance: Instance) -> None:
    """Only the named can; the mention goes, unless the caption has it too; everybody who has the post is told."""
    alice, bob = await two(instance)
    async with instance.change() as change:
        far, carol = await a_stranger(change, "far", domain="far.test"), await a_person(change, "carol")
    post_id = await publish(instance, alice, "bob", "far@far.test", caption="With @bob")
    quiet = await publish(instance, alice, "bob", visibility=Visibility.FOLLOWERS)
    assert [post.id for post in await posts_by_ids(instance.database, [quiet], viewer_id=bob.id)] == [quiet]
    with pytest.raises(NotFound):
        async with instance.change() as change:
            await untag(change, account_id=carol.id, post_id=post_id)
    for one in (post_id, quiet):
        async with instance.change() as change:
            await untag(change, account_id=bob.id, post_id=one)
        with pytest.raises(NotFound):
            async with instance.change() as change:
                await untag(change, account_id=bob.id, post_id=one)
    assert {one.account_id for one in await Mention.filter(post_id=post_id)} == {bob.id, far.id}
    assert await Mention.filter(post_id=quiet).count() == 0
    assert await posts_by_ids(instance.database, [quiet], viewer_id=bob.id) == ()
    assert [card.id for card in await people_in(instance.database, post_id)] == [far.id]
    assert await Notification.filter(kind=NotificationKind.TAGGED).count() == 0
    update, inboxes = (await sent(instance))[-1]
    assert (update["type"], inboxes) == ("Update", ["https://far.test/inbox"])
    assert "updated" not in update["object"], "it is no edit of the author's"


async def test_photos_with_somebody_are_shown_by_the_rule_of_their_posts(instance: Instance) -> None:
    """What somebody is in is listed for those alone who may see it, and not once the name is gone."""
    alice, bob = await two(instance)
    async with instance.change() as change:
        carol = await a_person(change, "carol")
        await block(change, account_id=alice.id, target_id=carol.id)
    shown = await publish(instance, alice, "bob")
    quiet = await publish(instance, alice, "bob", visibility=Visibility.FOLLOWERS)

    async def listed(viewer_id: int | None) -> list[int]:
        return [tile.id for tile in await tagged_tiles(instance.database, bob.id, viewer_id=viewer_id)]

    assert await listed(None) == [shown]
    assert await listed(bob.id) == [quiet, shown]
    assert await listed(carol.id) == []
    async with instance.change() as change:
        await untag(change, account_id=bob.id, post_id=shown)
    assert await listed(None) == []
    assert await people_in(instance.database, quiet, viewer_id=carol.id) != ()


async def test_a_place_is_kept_and_its_photos_are_found(instance: Instance) -> None:
    """A city is kept by its number and name, coordinates only when they are shared; nothing that is no city is."""
    alice, _ = await two(instance)

    async def at(place: int, *, visibility: Visibility = Visibility.PUBLIC, coordinates: bool = False) -> int:
        async with instance.change() as change:
            photo = await a_waiting_photo(change, alice)
            details = PostDetails(
                place=place, coordinates=coordinates, photos=(PhotoDetails(photo, shows_exif=True, licence="cc-by"),)
            )
            draft = PostDraft(photos=(DraftPhoto(photo),), visibility=visibility, details=details)
            return await actions.publish(change, author_id=alice.id, draft=draft)

    plain, exact = await at(2761369), await at(2761369, coordinates=True)
    await at(2761369, visibility=Visibility.UNLISTED)
    post = await Post.get(id=plain)
    assert (post.place_name, post.place_country, post.latitude, post.longitude) == ("Vienna", "Austria", None, None)
    post = await Post.get(id=exact)
    assert (post.latitude, post.longitude) == (48.21, 16.37)
    assert [tile.id for tile in await place_tiles(instance.database, 2761369, viewer_id=None)] == [exact, plain]
    kept = await details_of(instance.database, exact)
    assert (kept.place, kept.coordinates, kept.place_name) == (2761369, True, "Vienna, Austria")
    assert kept.told == {"Place": "Vienna, Austria", "Licence": "CC BY"}
    with pytest.raises(Invalid):
        await at(1)
    assert await Photo.filter(post_id=None).count() == 0
    assert await Post.all().count() == 3


@pytest.mark.parametrize(
    ("typed", "handles"),
    [
        ("@ana @bo@far.test", ("ana", "bo@far.test")),
        ("ana, bo@far.test; carl", ("ana", "bo@far.test", "carl")),
        ("@ana ana @ana", ("ana",)),
        ("", ()),
        ("  , ;@ @@ \n", ()),
        ("https://far.test/@ana", ("https",)),
    ],
)
def test_handles_are_read_as_people_type_them(typed: str, handles: tuple[str, ...]) -> None:
    """With or without the sign, with commas or without, each once; an address is nobody, and refused as that."""
    assert handles_in(typed) == handles

"""What other servers read of posts: what is for everybody, in the shapes they expect, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from rossgram_fed.federation.actor_documents import ACTOR_COLUMNS, actor_document_of
from rossgram_fed.follows.tags import feature_tag
from rossgram_fed.instance import INSTANCE, Instance
from rossgram_fed.models import Account
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import activity_endpoints as endpoints
from rossgram_fed.posts.actions import delete, publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.reactions import actions as reactions
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.posts.arrivals import PUBLIC
from tests.rossgram_fed.posts.photos import a_waiting_photo, sent

ROUTES = (
    ("/p/{id}", endpoints.note),
    ("/p/{id}/activity", endpoints.create_activity),
    ("/p/{id}/replies", endpoints.replies),
    ("/p/{id}/likes", endpoints.likes),
    ("/p/{id}/shares", endpoints.shares),
    ("/boosts/{id}", endpoints.announce_activity),
    ("/contexts/{id}", endpoints.context),
    ("/users/{username}/outbox", endpoints.outbox),
    ("/users/{username}/collections/featured", endpoints.featured),
    ("/users/{username}/collections/tags", endpoints.tags_on_profile),
    ("/actor/outbox", endpoints.server_outbox),
)


@pytest.fixture
async def client(instance: Instance, aiohttp_client: Any) -> TestClient[Any, Any]:
    app = web.Application()
    app[INSTANCE] = instance
    for path, handler in ROUTES:
        app.router.add_get(path, handler)
    made: TestClient[Any, Any] = await aiohttp_client(app)
    return made


async def get(client: TestClient[Any, Any], path: str) -> tuple[int, Any]:
    response = await client.get(path.removeprefix("https://here.test"), allow_redirects=False)
    if response.status != 302:
        assert response.headers["Content-Type"].split(";")[0] in ("application/activity+json", "application/json")
    return response.status, await response.json() if response.status != 302 else response.headers["Location"]


async def photo_post(instance: Instance, author: Account, **draft: Any) -> int:
    async with instance.change() as change:
        photo = await a_waiting_photo(change, author)
        return await publish(change, author_id=author.id, draft=PostDraft(photos=(DraftPhoto(photo),), **draft))


async def test_a_post_and_its_activity(instance: Instance, client: TestClient[Any, Any]) -> None:
    """What is served is what was delivered; both addresses answer what they are the id of."""
    async with instance.change() as change:
        alice = await a_person(change)
        await a_stranger(change)
    post_id = await photo_post(instance, alice, caption="@sam@there.test #sea")
    [(delivered, _)] = await sent(instance)
    status, created = await get(client, f"/p/{post_id}/activity")
    assert (status, created) == (200, delivered)
    status, note = await get(client, f"/p/{post_id}")
    assert status == 200
    assert note.pop("@context") == delivered["@context"]
    assert note == delivered["object"]
    assert (note["id"], created["id"]) == (f"https://here.test/p/{post_id}", f"https://here.test/p/{post_id}/activity")


@pytest.mark.parametrize("path", ["", "/activity", "/replies", "/likes", "/shares", "/replies?page=true"])
async def test_only_what_is_for_everybody(instance: Instance, client: TestClient[Any, Any], path: str) -> None:
    """Row 54: every address of a private post answers 404, as if there were none; of a deleted one, 410."""
    async with instance.change() as change:
        alice = await a_person(change)
        posts = {one: await a_post(change, alice, visibility=one) for one in Visibility}
        gone = await a_post(change, alice)
        await delete(change, author_id=alice.id, post_id=gone.id)
        suspended = await a_person(change, "suspended")
        hidden = await a_post(change, suspended)
        await change.tx.execute("UPDATE accounts SET suspended_at = 1 WHERE id = $1", suspended.id)
    expected = {Visibility.PUBLIC: 200, Visibility.UNLISTED: 200}
    for visibility, post in posts.items():
        status, document = await get(client, f"/p/{post.id}{path}")
        assert status == expected.get(visibility, 404), visibility
        if status == 404:
            assert set(document) == {"error"}
    status, tombstone = await get(client, f"/p/{gone.id}{path}")
    assert (status, tombstone["type"], tombstone["id"]) == (410, "Tombstone", gone.uri)
    for address in (hidden.id, 7, "x", "9" * 19, "9" * 30, "%27", "-1"):
        assert (await get(client, f"/p/{address}{path}"))[0] == 404, address


async def test_others_posts_are_elsewhere(instance: Instance, client: TestClient[Any, Any]) -> None:
    """A stranger's post is not ours to serve: its address here leads to its own."""
    async with instance.change() as change:
        sam = await a_stranger(change)
        post, private = await a_post(change, sam), await a_post(change, sam, visibility=Visibility.FOLLOWERS)
    assert await get(client, f"/p/{post.id}") == (302, post.uri)
    assert (await get(client, f"/p/{private.id}"))[0] == 404
    assert (await get(client, f"/p/{post.id}/activity"))[0] == 404


async def test_an_outbox_goes_by_cursor(instance: Instance, client: TestClient[Any, Any]) -> None:
    """Creates and Announces, newest first, each once over all pages; private ones are not in it."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await a_post(change, alice, visibility=Visibility.FOLLOWERS)
        expected = []
        for number in range(25):
            expected.append(f"{(await a_post(change, alice)).uri}/activity")
            if number % 5 == 0:
                await reactions.boost(change, account_id=alice.id, post_id=(await a_post(change, sam)).id)
                expected.append("Announce")
    status, collection = await get(client, "/users/alice/outbox")
    assert (status, collection["type"]) == (200, "OrderedCollection")
    found, following, pages = [], collection["first"], 0
    while following:
        status, page = await get(client, following)
        assert (status, page["type"], page["partOf"]) == (200, "OrderedCollectionPage", collection["id"])
        found += [item["id"] if item["type"] == "Create" else item["type"] for item in page["orderedItems"]]
        assert "@context" not in str(page["orderedItems"])
        following, pages = page.get("next"), pages + 1
    assert (found, pages) == (expected[::-1], 2)
    assert (await get(client, "/users/nobody/outbox"))[0] == 404
    assert (await get(client, "/actor/outbox"))[1]["totalItems"] == 0


async def test_featured_photos(instance: Instance, client: TestClient[Any, Any]) -> None:
    """The newest four public photo posts, whole."""
    async with instance.change() as change:
        alice = await a_person(change)
    ids = [await photo_post(instance, alice) for _ in range(5)]
    await photo_post(instance, alice, visibility=Visibility.UNLISTED)
    _, collection = await get(client, "/users/alice/collections/featured")
    assert [item["id"] for item in collection["orderedItems"]] == [f"https://here.test/p/{one}" for one in ids[:0:-1]]
    assert collection["orderedItems"][0]["attachment"]


async def test_tags_on_a_profile(instance: Instance, client: TestClient[Any, Any]) -> None:
    """Tags that somebody shows on their profile are a collection of their own, which their document names."""
    async with instance.change() as change:
        alice = await a_person(change)
        await feature_tag(change, "Sea", account_id=alice.id)
    row = await instance.database.fetch_one(f"SELECT {ACTOR_COLUMNS} FROM accounts WHERE id = $1", alice.id)
    assert row is not None
    status, collection = await get(client, actor_document_of(instance.settings, row)["featuredTags"])
    assert (status, collection["type"], collection["totalItems"]) == (200, "Collection", 1)
    assert collection["items"] == [{"type": "Hashtag", "href": "https://here.test/tags/sea", "name": "#sea"}]
    assert (await get(client, "/users/nobody/collections/tags"))[0] == 404


async def test_comments_and_threads(instance: Instance, client: TestClient[Any, Any]) -> None:
    """Replies list the comments directly below, a context the whole thread, both in pages and only what is open."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        root = await a_post(change, alice)
        comments = [await a_post(change, sam, parent=root) for _ in range(61)]
        below = await a_post(change, sam, parent=comments[0])
        await a_post(change, sam, parent=root, visibility=Visibility.FOLLOWERS)
        theirs = await a_post(change, sam)
    _, replies = await get(client, f"/p/{root.id}/replies")
    _, page = await get(client, replies["first"])
    assert page["items"] == [one.uri for one in comments[:60]]
    assert (await get(client, page["next"]))[1]["items"] == [comments[60].uri]
    _, thread = await get(client, f"/contexts/{root.id}")
    assert thread["totalItems"] == 63
    _, page = await get(client, thread["first"])
    _, rest = await get(client, page["next"])
    assert page["orderedItems"] + rest["orderedItems"] == [root.uri, *(one.uri for one in comments), below.uri]
    assert (await get(client, f"/contexts/{theirs.thread_id}"))[0] == 404, "a thread without a post of ours"


async def test_boosts_likes_and_shares(instance: Instance, client: TestClient[Any, Any]) -> None:
    """A boost has an address as long as it stands; likes and shares say how many, and not who."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        post = await a_post(change, alice)
        await a_stranger(change)
        await reactions.like(change, account_id=bob.id, post_id=post.id)
        await reactions.boost(change, account_id=bob.id, post_id=post.id)
        uri = await change.tx.fetch_value("SELECT uri FROM boosts")
    status, announce = await get(client, uri)
    assert (status, announce["type"], announce["object"], announce["to"]) == (200, "Announce", post.uri, [PUBLIC])
    for path in ("likes", "shares"):
        _, collection = await get(client, f"/p/{post.id}/{path}")
        assert (collection["totalItems"], "first" in collection, "items" in collection) == (1, False, False)
    async with instance.change() as change:
        await reactions.unboost(change, account_id=bob.id, post_id=post.id)
    assert (await get(client, uri))[0] == 404

"""Posting from apps: words, photos, replies, quotes, times and keys; what is refused leaves nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rossgram_fed.jobs.pruning import DAY, prune
from rossgram_fed.models import Account, Draft, IdempotencyKey, Photo, Post, User
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from tests.apps import ApiSite, Client
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock
from tests.rossgram_fed.api.files import a_png, send
from tests.rossgram_fed.posts.photos import a_waiting_photo, sent
from tests.rossgram_fed.posts.test_actions import followed_by

URL = "/api/v1/statuses"


@pytest.fixture
async def alice(site: ApiSite) -> Account:
    async with site.instance.change() as change:
        return await a_person(change)


@pytest.fixture
async def app(site: ApiSite, alice: Account) -> Client:
    return await site.app(alice, name="Tusky")


async def test_words_alone_are_posted(site: ApiSite, app: Client, alice: Account) -> None:
    """A post without photos is published, tells its app, goes to followers as a Note, and has a page."""
    await followed_by(site.instance, alice, "sam")
    reply = await app.post(URL, status="Only #words", language="en", spoiler_text="Careful", visibility="unlisted")
    assert reply.status == 200, reply.body
    post = await Post.get(id=int(reply.body["id"]))
    assert (post.caption, post.visibility, post.warning) == ("Only #words", Visibility.UNLISTED, "Careful")
    assert reply.body["application"] == {"name": "Tusky", "website": None}
    assert (reply.body["language"], reply.body["sensitive"], reply.body["pf_type"]) == ("en", True, "text")
    [(create, inboxes)] = await sent(site.instance)
    assert (create["type"], create["object"]["type"], inboxes) == ("Create", "Note", ["https://there.test/inbox"])
    assert create["object"]["attachment"] == []
    assert (await site.visitor.get(f"/p/{post.id}")).status == 200
    browser = await site.browser(alice)
    for caption, status in (("Other words", 303), ("", 422)):
        edited = await browser.post(f"/p/{post.id}/edit", {"caption": caption, "visibility": "unlisted"})
        assert edited.status == status
    assert (await Post.get(id=post.id)).caption == "Other words"


async def test_photos_are_posted(site: ApiSite, app: Client) -> None:
    """Sent files come in the order that is asked for, with descriptions from either place."""
    first, second = await send(app, a_png(50, 50)), await send(app, a_png(50, 60), description="Tall")
    assert (first.status, second.status) == (200, 200)
    ids = [second.body["id"], first.body["id"]]
    reply = await app.post(URL, media_ids=ids, media_attributes=[{"id": first.body["id"], "description": "Square"}])
    assert reply.status == 200, reply.body
    shown = reply.body["media_attachments"]
    assert [one["description"] for one in shown] == ["Tall", "Square"]
    assert [one["meta"]["original"]["size"] for one in shown] == ["50x60", "50x50"]
    assert reply.body["content"] == ""
    assert shown[0]["url"].startswith(f"{site.instance.settings.base_url}/media/")


async def test_what_an_app_leaves_out_is_as_its_person_chose(site: ApiSite, app: Client, alice: Account) -> None:
    """Audience, language, covering and who may comment and quote begin as the settings say."""
    await User.filter(account_id=alice.id).update(
        default_visibility=2, default_language="es", default_sensitive=True, comment_policy=Policy.FOLLOWERS
    )
    body = (await app.post(URL, status="Hola")).body
    assert (body["visibility"], body["language"], body["sensitive"]) == ("private", "es", True)
    post = await Post.get(id=int(body["id"]))
    assert post.comment_policy is Policy.FOLLOWERS
    said = await app.post(
        URL, status="Hi", visibility="public", sensitive=False, language="nonsense", quote_approval_policy="nobody"
    )
    assert (said.body["visibility"], said.body["sensitive"], said.body["language"]) == ("public", False, "es")
    assert (await Post.get(id=int(said.body["id"]))).quote_policy is Policy.NOBODY


async def test_answers(site: ApiSite, app: Client, alice: Account) -> None:
    """An answer hangs below what it answers, also when the app names a boost of that."""
    async with site.instance.change() as change:
        bob = await a_person(change, "bob")
        post = await a_post(change, bob)
    boost = await app.post(f"{URL}/{post.id}/reblog")
    reply = await app.post(URL, status="Yes", in_reply_to_id=boost.body["id"])
    assert (reply.status, reply.body["in_reply_to_id"]) == (200, str(post.id))
    assert reply.body["in_reply_to_account_id"] == str(bob.id)


async def test_a_direct_post_to_nobody_is_a_note_to_oneself(site: ApiSite, app: Client) -> None:
    """Apps may keep words for their person alone; nobody is told."""
    reply = await app.post(URL, status="foo", visibility="direct")
    assert (reply.status, reply.body["visibility"]) == (200, "direct")
    assert await sent(site.instance) == []
    assert (await site.nobody.get(f"{URL}/{reply.body['id']}")).status == 404


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({}, 422, "nothing at all"),
        ({"status": "   "}, 422, "only space"),
        ({"status": "x" * 6000}, 422, "too long"),
        ({"status": "x", "visibility": "everybody"}, 422, "no audience"),
        ({"status": "x", "in_reply_to_id": "77"}, 404, "an answer to nothing"),
        ({"status": "x", "in_reply_to_id": "seven"}, 422, "no id"),
        ({"status": "x", "quoted_status_id": "77"}, 404, "a quote of nothing"),
        ({"status": "x", "media_ids": ["77"]}, 422, "a photo that is not there"),
        ({"status": "x", "media_ids": "77"}, 422, "no list"),
        ({"status": "x", "media_ids": [str(n) for n in range(1, 22)]}, 422, "21 photos"),
        ({"status": "x", "place_id": "999999999"}, 422, "a place that is none"),
        ({"status": "x", "scheduled_at": "banana"}, 422, "no time"),
        ({"status": "x", "scheduled_at": "2020-01-01T00:00:00Z"}, 422, "the past"),
        ({"status": "x", "poll": {"options": ["a"], "expires_in": 3600}}, 422, "a poll with one answer"),
        ({"status": "x", "poll": {"options": ["a", "A"], "expires_in": 3600}}, 422, "an answer twice"),
        ({"status": "x", "poll": {"options": ["a", "b"], "expires_in": 5}}, 422, "a poll of seconds"),
        ({"status": "x", "poll": "yes"}, 422, "no poll"),
        ({"status": {"a": 1}}, 422, "words that are none"),
    ],
)
async def test_bad_posts_are_refused(
    site: ApiSite, app: Client, body: dict[str, Any], status: int, reason: str
) -> None:
    """What cannot be posted is refused with a sentence, and nothing is left of it."""
    reply = await app.call("POST", URL, headers={"Idempotency-Key": "k"}, **(body or {"nothing": 1}))
    assert (reply.status, list(reply.body)) == (status, ["error"]), (reason, reply.body)
    assert await Post.all().count() == await Draft.all().count() == await IdempotencyKey.all().count() == 0
    assert await sent(site.instance) == []


async def test_nobody_posts_the_photos_of_others(site: ApiSite, app: Client) -> None:
    """Another person's upload stays theirs, waiting and as it was."""
    async with site.instance.change() as change:
        bob = await a_person(change, "bob")
        photo = await a_waiting_photo(change, bob)
    stolen = [{"id": str(photo), "description": "Mine now", "focus": "1,1"}]
    for body in ({}, {"scheduled_at": "2036-01-01T00:00:00Z"}):
        reply = await app.post(URL, status="x", media_ids=[str(photo)], media_attributes=stolen, **body)
        assert reply.status == 422
    kept = await Photo.get(id=photo)
    assert (kept.post_id, kept.draft_id, kept.description, kept.account_id) == (None, None, "A hill", bob.id)
    assert await Post.all().count() == await Draft.all().count() == 0


async def test_apps_can_load_what_is_not_for_everybody(site: ApiSite, app: Client) -> None:
    """Apps load pictures without saying for whom: of a post for followers they get the file that its address opens."""
    media = (await send(app, a_png())).body["id"]
    body = (await app.post(URL, media_ids=[media], visibility="private")).body
    for name in ("url", "preview_url"):
        path = body["media_attachments"][0][name].removeprefix(site.instance.settings.base_url)
        assert (await site.visitor.get(path)).status == 200


async def test_a_request_that_comes_again_is_answered_alike(site: ApiSite, app: Client, clock: SettableClock) -> None:
    """One key makes one post, however often it comes and at the same time; with other words it is refused."""
    key = {"Idempotency-Key": "one"}
    twins = await asyncio.gather(*(app.call("POST", URL, headers=key, status="Once") for _ in range(4)))
    assert {reply.status for reply in twins} == {200}
    assert len({reply.body["id"] for reply in twins}) == await Post.all().count() == 1
    other = await app.call("POST", URL, headers=key, status="Twice")
    assert (other.status, await Post.all().count()) == (422, 1)
    async with site.instance.change() as change:
        bob = await a_person(change, "bob")
    assert (await (await site.app(bob)).call("POST", URL, headers=key, status="Mine")).status == 200
    clock.now += DAY + 1
    await prune(site.instance)
    assert await IdempotencyKey.all().count() == 0


async def test_a_stranger_is_mentioned(site: ApiSite, app: Client) -> None:
    """Whoever is named hears of the post, and the answer says who was."""
    async with site.instance.change() as change:
        sam = await a_stranger(change)
    body = (await app.post(URL, status="Hello @sam@there.test", visibility="direct")).body
    assert [one["acct"] for one in body["mentions"]] == ["sam@there.test"]
    [(create, inboxes)] = await sent(site.instance)
    assert (create["to"], inboxes) == ([sam.uri], [sam.inbox])

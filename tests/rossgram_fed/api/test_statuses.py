"""Posts read, reacted to, edited, scheduled and deleted from apps."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise.models import Model

from rossgram_fed.federation.network import NETWORK
from rossgram_fed.models import Account, Draft, Photo, Pin, Post, PostEdit, Tombstone
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.reading import ThreadMute
from rossgram_fed.models.relations import Boost, Like
from rossgram_fed.posts import scheduling
from tests.apps import ApiSite, Client
from tests.builders import a_person, a_post
from tests.conftest import SettableClock
from tests.rossgram_fed.api.files import a_png, send
from tests.rossgram_fed.posts.photos import sent
from tests.rossgram_fed.posts.test_actions import followed_by

URL = "/api/v1/statuses"


@pytest.fixture
async def alice(site: ApiSite) -> Account:
    async with site.instance.change() as change:
        return await a_person(change)


@pytest.fixture
async def bob(site: ApiSite) -> Account:
    async with site.instance.change() as change:
        return await a_person(change, "bob")


@pytest.fixture
async def app(site: ApiSite, alice: Account) -> Client:
    return await site.app(alice)


async def test_a_thread_is_read(site: ApiSite, app: Client, alice: Account, bob: Account) -> None:
    """What is above and below comes in the page's order, without what the caller may not see."""
    async with site.instance.change() as change:
        root = await a_post(change, bob)
        middle = await a_post(change, alice, parent=root)
        below = await a_post(change, bob, parent=middle)
        hidden = await a_post(change, bob, parent=middle, visibility=Visibility.DIRECT)
    around = (await app.get(f"{URL}/{middle.id}/context")).body
    assert [one["id"] for one in around["ancestors"]] == [str(root.id)]
    assert [one["id"] for one in around["descendants"]] == [str(below.id)]
    assert (await site.nobody.get(f"{URL}/{hidden.id}/context")).status == 404
    many = await app.get(f"{URL}?id[]={below.id}&id[]={hidden.id}&id[]={root.id}&id[]={below.id}")
    assert many.ids == [str(below.id), str(root.id)]


@pytest.mark.parametrize(
    ("act", "back", "flag", "model"),
    [
        ("favourite", "unfavourite", "favourited", Like),
        ("bookmark", "unbookmark", "bookmarked", None),
        ("mute", "unmute", "muted", ThreadMute),
        ("reblog", "unreblog", "reblogged", Boost),
    ],
)
async def test_reactions(
    site: ApiSite, app: Client, bob: Account, act: str, back: str, flag: str, model: type[Model] | None
) -> None:
    """Each is done once however often it is asked for, and taken back; what cannot be seen is not there."""
    async with site.instance.change() as change:
        post, hidden = await a_post(change, bob), await a_post(change, bob, visibility=Visibility.DIRECT)
    for _ in range(2):
        done = await app.post(f"{URL}/{post.id}/{act}")
        assert (done.status, done.body[flag]) == (200, True), done.body
        if act == "reblog":
            assert done.body["reblog"]["id"] == str(post.id)
            assert (await app.get(f"{URL}/{done.body['id']}")).body["id"] == str(post.id)
    assert model is None or await model.all().count() == 1
    undone = await app.post(f"{URL}/{post.id}/{back}")
    assert (undone.status, undone.body[flag], undone.body["reblog"]) == (200, False, None)
    assert model is None or await model.all().count() == 0
    for refused in (hidden.id, 77):
        assert (await app.post(f"{URL}/{refused}/{act}")).status == 404
    assert model is None or await model.all().count() == 0


async def test_who_reacted(site: ApiSite, app: Client, bob: Account) -> None:
    """Who likes and boosts a post is told in pages."""
    async with site.instance.change() as change:
        post = await a_post(change, bob)
        people = [await a_person(change, name) for name in ("ann", "ben", "cal")]
    for one in people:
        theirs = await site.app(one)
        await theirs.post(f"{URL}/{post.id}/favourite")
        await theirs.post(f"{URL}/{post.id}/reblog")
    for name in ("favourited_by", "reblogged_by"):
        first = await app.get(f"{URL}/{post.id}/{name}?limit=2")
        assert [one["acct"] for one in first.body] == ["cal", "ben"]
        rest = await app.get(first.link("next"))
        assert [one["acct"] for one in rest.body] == ["ann"]
        back = await app.get(rest.link("prev"))
        assert [one["acct"] for one in back.body] == ["cal", "ben"]
    assert (await app.get(f"{URL}/{post.id}/quotes")).body == []
    assert (await app.get(f"{URL}/77/favourited_by")).status == 404


async def test_pins(site: ApiSite, app: Client, alice: Account, bob: Account) -> None:
    """One's own public posts are pinned, words alone too; those of others are not there to pin."""
    async with site.instance.change() as change:
        mine, theirs = await a_post(change, alice), await a_post(change, bob)
    assert (await app.post(f"{URL}/{mine.id}/pin")).body["pinned"] is True
    assert (await app.post(f"{URL}/{theirs.id}/pin")).status == 404
    assert await Pin.all().count() == 1
    assert (await app.post(f"{URL}/{mine.id}/unpin")).body["pinned"] is False


async def test_a_post_is_edited(site: ApiSite, app: Client, alice: Account) -> None:
    """What is sent changes, what is not sent stays; followers hear of it, and history tells what was."""
    await followed_by(site.instance, alice, "sam")
    photos = [(await send(app, a_png(50, 50 + n), description=f"Photo {n}")).body["id"] for n in range(3)]
    post = (await app.post(URL, status="Before", media_ids=photos[:2], language="en")).body
    changed = await app.put(
        f"{URL}/{post['id']}",
        status="After",
        spoiler_text="Careful",
        language="es",
        media_ids=[photos[2], photos[1]],
        media_attributes=[{"id": photos[1], "description": "Now first", "focus": "0.5,-0.5"}],
    )
    assert changed.status == 200, changed.body
    assert [one["description"] for one in changed.body["media_attachments"]] == ["Photo 2", "Now first"]
    assert changed.body["media_attachments"][1]["meta"]["focus"] == {"x": 0.5, "y": -0.5}
    assert (changed.body["spoiler_text"], changed.body["language"]) == ("Careful", "es")
    assert await Photo.filter(id=int(photos[0])).count() == 0
    assert (await app.get(f"{URL}/{post['id']}/source")).body == {
        "id": post["id"],
        "text": "After",
        "spoiler_text": "Careful",
    }
    only = await app.put(f"{URL}/{post['id']}", sensitive=False)
    assert (only.body["content"], len(only.body["media_attachments"])) == (changed.body["content"], 2)
    said = (await app.get(f"{URL}/{post['id']}/history")).body
    assert [one["content"] for one in said] == ["<p>Before</p>", "<p>After</p>"]
    assert [activity["type"] for activity, _ in await sent(site.instance)] == ["Create", "Update", "Update"]


async def test_history_tells_what_a_poll_gave_to_choose_from(site: ApiSite, app: Client) -> None:
    """Each version has the answers of its time; one without a poll has none."""
    polls = [{"options": options, "expires_in": 600} for options in (["Tea", "Coffee"], ["Tea", "Milk"])]
    post = (await app.post(URL, status="What will it be?", poll=polls[0])).body
    await app.put(f"{URL}/{post['id']}", poll=polls[1])
    await app.put(f"{URL}/{post['id']}", poll=None)
    said = (await app.get(f"{URL}/{post['id']}/history")).body
    answers = [[option["title"] for option in one.get("poll", {"options": []})["options"]] for one in said]
    assert answers == [["Tea", "Coffee"], ["Tea", "Milk"], []]
    assert "poll" not in said[-1]


async def test_only_ones_own_is_changed(site: ApiSite, app: Client, alice: Account, bob: Account) -> None:
    """Somebody else's post is not there to be edited, deleted or read as typed, and a bad edit changes nothing."""
    async with site.instance.change() as change:
        theirs, mine = await a_post(change, bob, caption="Theirs"), await a_post(change, alice, caption="Mine")
    assert (await app.put(f"{URL}/{theirs.id}", status="Mine now")).status == 404
    assert (await app.delete(f"{URL}/{theirs.id}")).status == 404
    assert (await app.get(f"{URL}/{theirs.id}/source")).status == 404
    assert (await app.put(f"{URL}/{theirs.id}/interaction_policy", quote_approval_policy="nobody")).status == 404
    for body in ({"status": "x" * 6000}, {"status": ""}, {"media_ids": ["77"]}, {"poll": {"options": ["a"]}}):
        assert (await app.put(f"{URL}/{mine.id}", **body)).status == 422, body
    assert {post.caption for post in await Post.all()} == {"Theirs", "Mine"}
    assert await PostEdit.all().count() == 0


async def test_who_may_quote_is_no_edit(site: ApiSite, app: Client, alice: Account) -> None:
    """Saying anew who may quote is told to others without marking the post as edited."""
    await followed_by(site.instance, alice, "sam")
    post = (await app.post(URL, status="Words")).body
    reply = await app.put(f"{URL}/{post['id']}/interaction_policy", quote_approval_policy="nobody")
    assert (reply.body["edited_at"], reply.body["quote_approval"]["automatic"]) == (None, [])
    assert (await Post.get(id=int(post["id"]))).quote_policy is Policy.NOBODY
    assert [activity["type"] for activity, _ in await sent(site.instance)] == ["Create", "Update"]


async def test_a_deleted_post_is_written_anew(site: ApiSite, app: Client, alice: Account) -> None:
    """A deletion gives back words and photos for another post, under addresses that nobody knows."""
    photo = (await send(app, a_png())).body
    post = (await app.post(URL, status="*Draft*", media_ids=[photo["id"]])).body
    gone = await app.delete(f"{URL}/{post['id']}")
    assert (gone.status, gone.body["text"]) == (200, "*Draft*")
    assert [one["id"] for one in gone.body["media_attachments"]] == [photo["id"]]
    assert await Tombstone.all().count() == 1
    again = await app.post(URL, status="Again", media_ids=[photo["id"]], visibility="private")
    assert again.status == 200, again.body
    assert again.body["media_attachments"][0]["url"] not in (photo["url"], post["media_attachments"][0]["url"])
    assert (await app.delete(f"{URL}/{again.body['id']}", delete_media=True)).status == 200
    assert await Photo.all().count() == 0


async def test_scheduled_posts(site: ApiSite, app: Client, bob: Account, clock: SettableClock) -> None:
    """What is scheduled waits as it was sent, is listed, moved, published with its parts at its time, or taken back."""
    async with site.instance.change() as change:
        root = await a_post(change, bob)
    photo = (await send(app, a_png(), description="A square")).body["id"]
    body: dict[str, Any] = {"status": "Later", "media_ids": [photo], "in_reply_to_id": str(root.id), "language": "es"}
    body["poll"] = {"options": ["a", "b"], "expires_in": 3600, "multiple": True}
    key = {"Idempotency-Key": "k"}
    soon = "2036-05-01T10:00:00+02:00"
    made = await app.call("POST", URL, headers=key, scheduled_at=soon, **body)
    assert (made.status, made.body["scheduled_at"]) == (200, "2036-05-01T08:00:00.000Z"), made.body
    assert (await app.call("POST", URL, headers=key, scheduled_at=soon, **body)).body == made.body
    assert (made.body["params"]["text"], made.body["params"]["media_ids"]) == ("Later", [photo])
    assert made.body["params"]["poll"] == {**body["poll"], "hide_totals": False}
    assert (await app.get("/api/v1/scheduled_statuses")).ids == [made.body["id"]]
    where = f"/api/v1/scheduled_statuses/{made.body['id']}"
    other = await site.app(bob)
    for method in ("GET", "PUT", "DELETE"):
        assert (await other.call(method, where)).status == 404
    assert (await app.put(where, scheduled_at="2000-01-01")).status == 422
    moved = await app.put(where, scheduled_at="2036-06-01T00:00:00Z")
    assert moved.body["scheduled_at"] == "2036-06-01T00:00:00.000Z"
    draft = await Draft.get(id=int(made.body["id"]))
    assert draft.publish_at is not None
    clock.now = draft.publish_at
    await scheduling.publish_draft(site.visitor.client.app[NETWORK], {"draft_id": draft.id, "at": draft.publish_at})
    post = await Post.get(caption="Later")
    assert (post.in_reply_to_id, post.language, post.photo_count) == (root.id, "es", 1)
    shown = (await app.get(f"{URL}/{post.id}")).body
    assert shown["media_attachments"][0]["description"] == "A square"
    assert shown["application"]["name"] == "An app"
    assert (await app.get(where)).status == 404
    again = (await app.post(URL, status="Never", scheduled_at="2037-01-01T00:00:00Z")).body
    assert (await app.delete(f"/api/v1/scheduled_statuses/{again['id']}")).body == {}
    assert await Draft.all().count() == 0


async def test_polls(site: ApiSite, app: Client, alice: Account, bob: Account, clock: SettableClock) -> None:
    """A poll is asked, shown, answered by an app and in a browser, and over; what cannot be chosen is refused."""
    options = {"options": ["Tea", "Coffee", "Water"], "expires_in": 3600, "multiple": True, "hide_totals": True}
    post = (await app.post(URL, status="What will it be?", poll=options)).body
    poll = post["poll"]
    assert poll["options"] == [{"title": one, "votes_count": None} for one in ("Tea", "Coffee", "Water")]
    assert (poll["expired"], poll["multiple"], poll["voted"], poll["own_votes"]) == (False, True, True, [])
    where, other = f"/api/v1/polls/{poll['id']}", await site.app(bob)
    assert "voted" not in (await site.nobody.get(where)).body
    for choices, status in (([5], 422), ([], 422), (["x"], 422), ([-1], 422)):
        assert (await other.post(f"{where}/votes", choices=choices)).status == status
    assert (await app.post(f"{where}/votes", choices=[0])).status == 422
    assert (await other.post("/api/v1/polls/77/votes", choices=[0])).status == 404
    done = await other.form("POST", f"{where}/votes", [("choices[]", "0"), ("choices[]", "2")])
    assert (done.status, done.body["own_votes"], done.body["voters_count"]) == (200, [0, 2], 1)
    again = await other.post(f"{where}/votes", choices=[1])
    assert (again.status, again.body["error"]) == (422, "Validation failed: You have already voted on this poll")
    async with site.instance.change() as change:
        cal = await a_person(change, "cal")
    browser = await site.browser(cal)
    assert f'action="/p/{post["id"]}/vote"' in await browser.text(f"/p/{post['id']}")
    voted = await browser.post(f"/p/{post['id']}/vote", {"choice": "1"}, at=f"/p/{post['id']}")
    assert voted.status == 303
    clock.advance(3_600_000)
    over = (await site.nobody.get(where)).body
    assert over["expired"] is True
    assert over["voters_count"] == 2
    assert "2 people voted · over" in await site.visitor.text(f"/p/{post['id']}")
    private = (await app.post(URL, status="Psst", poll=options, visibility="direct")).body["poll"]["id"]
    assert (await other.get(f"/api/v1/polls/{private}")).status == 404
    assert (await other.post(f"/api/v1/polls/{private}/votes", choices=[0])).status == 404

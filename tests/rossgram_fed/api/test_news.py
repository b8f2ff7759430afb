"""News for apps: one by one, in groups, with a policy and the requests of those whose news waits."""

from __future__ import annotations

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Notification
from rossgram_fed.posts.actions import edit, publish
from rossgram_fed.posts.drafts import PostDraft, PostEdit
from rossgram_fed.reactions import actions as reactions
from tests.apps import ApiSite
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock


async def test_news_one_by_one(site: ApiSite, clock: SettableClock) -> None:
    """Likes, comments and follows come newest first by Mastodon's names, in pages, by kind, and can be put away."""
    async with site.instance.change() as change:
        alice, bob, eve = [await a_person(change, name) for name in ("alice", "bob", "eve")]
        post = await a_post(change, alice)
        await reactions.like(change, account_id=bob.id, post_id=post.id)
        await reactions.boost(change, account_id=eve.id, post_id=post.id)
    clock.advance(1000)
    async with site.instance.change() as change:
        comment = await publish(change, author_id=bob.id, draft=PostDraft(caption="Nice", parent_id=post.id))
    app, other = await site.app(alice), await site.app(eve)
    found = await app.get("/api/v1/notifications")
    assert [one["type"] for one in found.body] == ["mention", "reblog", "favourite"]
    assert [one["account"]["acct"] for one in found.body] == ["bob", "eve", "bob"]
    assert [one["status"]["id"] for one in found.body] == [str(comment), str(post.id), str(post.id)]
    first = await app.get("/api/v1/notifications?limit=2")
    assert first.ids == found.ids[:2]
    assert (await app.get(first.link("next"))).ids == found.ids[2:]
    assert (await app.get(f"/api/v1/notifications?limit=1&min_id={found.ids[2]}")).ids == [found.ids[1]]
    for asked, types in (
        ("types[]=favourite&types[]=reblog", ["reblog", "favourite"]),
        ("exclude_types[]=mention&exclude_types[]=reblog", ["favourite"]),
        ("types[]=nonsense", []),
        (f"account_id={eve.id}", ["reblog"]),
    ):
        reply = await app.get(f"/api/v1/notifications?{asked}")
        assert [one["type"] for one in reply.body] == types, asked
    assert (await app.get("/api/v1/notifications/unread_count")).body == {"count": 3}
    assert (await app.get(f"/api/v1/notifications/{found.ids[0]}")).body == found.body[0]
    assert (await other.get(f"/api/v1/notifications/{found.ids[0]}")).status == 404
    assert (await other.post(f"/api/v1/notifications/{found.ids[0]}/dismiss")).status == 404
    assert (await app.post(f"/api/v1/notifications/{found.ids[0]}/dismiss")).body == {}
    assert (await app.get("/api/v1/notifications")).ids == found.ids[1:]
    assert (await app.post("/api/v1/notifications/clear")).status == 200
    assert await Notification.filter(account_id=alice.id).count() == 0


async def test_news_in_groups(site: ApiSite, clock: SettableClock) -> None:
    """Likes of one post are one group, that can be shown, listed and put away; a page goes on where it ended."""
    async with site.instance.change() as change:
        alice = await a_person(change)
        people = [await a_person(change, f"p{number}") for number in range(4)]
        post, second = await a_post(change, alice), await a_post(change, alice, caption="Two")
        for one in people[:3]:
            await reactions.like(change, account_id=one.id, post_id=post.id)
        await reactions.like(change, account_id=people[3].id, post_id=second.id)
        await reactions.boost(change, account_id=people[3].id, post_id=post.id)
    app = await site.app(alice)
    reply = await app.get("/api/v2/notifications")
    groups = reply.body["notification_groups"]
    assert [(one["type"], one["notifications_count"]) for one in groups] == [
        ("reblog", 1),
        ("favourite", 1),
        ("favourite", 3),
    ]
    assert groups[2]["sample_account_ids"] == [str(one.id) for one in reversed(people[:3])]
    assert groups[2]["status_id"] == str(post.id)
    assert {one["id"] for one in reply.body["statuses"]} == {str(post.id), str(second.id)}
    assert len(reply.body["accounts"]) == 4
    key = groups[2]["group_key"]
    first = await app.get("/api/v2/notifications?limit=1")
    rest = await app.get(first.link("next"))
    assert [one["group_key"] for one in rest.body["notification_groups"]][-1] == groups[1]["group_key"]
    partial = (await app.get("/api/v2/notifications?expand_accounts=partial_avatars")).body
    assert {one["id"] for one in partial["partial_accounts"]} == {str(one.id) for one in people[:2]}
    single = (await app.get("/api/v2/notifications?grouped_types[]=reblog")).body["notification_groups"]
    assert sum(one["group_key"].startswith("ungrouped-") for one in single) == 4
    assert (await app.get("/api/v2/notifications/unread_count")).body == {"count": 3}
    assert (await app.get(f"/api/v2/notifications/{key}")).body["notification_groups"][0]["notifications_count"] == 3
    assert len((await app.get(f"/api/v2/notifications/{key}/accounts")).body) == 3
    other = await site.app(people[0])
    assert (await other.get(f"/api/v2/notifications/{key}")).status == 404
    await other.post(f"/api/v2/notifications/{key}/dismiss")
    assert await Notification.filter(account_id=alice.id).count() == 5
    assert (await app.post(f"/api/v2/notifications/{key}/dismiss")).body == {}
    assert await Notification.filter(account_id=alice.id).count() == 2
    assert (await app.get(f"/api/v2/notifications/{key}")).status == 404


@pytest.mark.parametrize(
    ("word", "listed", "waiting"),
    [("accept", 1, 0), ("filter", 0, 1), ("drop", 0, 0)],
    ids=["accept", "filter", "drop"],
)
async def test_a_policy_for_strangers(site: ApiSite, word: str, listed: int, waiting: int) -> None:
    """News of people one does not follow comes through, waits, or is dropped, as was decided."""
    async with site.instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        post = await a_post(change, alice)
    app = await site.app(alice)
    decided = await app.patch("/api/v2/notifications/policy", for_not_following=word)
    assert decided.body["for_not_following"] == word
    async with site.instance.change() as change:
        await reactions.like(change, account_id=sam.id, post_id=post.id)
    assert len((await app.get("/api/v1/notifications")).body) == listed
    assert len((await app.get("/api/v1/notifications?include_filtered=true")).body) == listed + waiting
    asked = await app.get("/api/v1/notifications/requests")
    assert [(one["id"], one["notifications_count"]) for one in asked.body] == [(str(sam.id), "1")] * waiting
    summary = (await app.get("/api/v2/notifications/policy")).body["summary"]
    assert summary == {"pending_requests_count": waiting, "pending_notifications_count": waiting}
    assert await Notification.all().count() == listed + waiting


async def test_requests_are_answered(site: ApiSite) -> None:
    """Who is let through is heard at once and from then on; who is put away waits again."""
    async with site.instance.change() as change:
        alice, sam, tim = await a_person(change), await a_stranger(change), await a_stranger(change, "tim")
        post = await a_post(change, alice)
    app, stranger = await site.app(alice), await site.app(await _somebody(site, "mallory"))
    old = await app.put("/api/v1/notifications/policy", filter_not_following=True)
    assert old.body["filter_not_following"] is True
    async with site.instance.change() as change:
        for one in (sam, tim):
            await reactions.like(change, account_id=one.id, post_id=post.id)
    first, second = (f"/api/v1/notifications/requests/{person.id}" for person in (sam, tim))
    assert (await app.get(first)).body["last_status"]["id"] == str(post.id)
    assert (await stranger.get(first)).status == (await stranger.post(f"{first}/accept")).status == 404
    assert (await app.post(f"{first}/accept")).body == {}
    assert (await app.post("/api/v1/notifications/requests/dismiss", id=[str(tim.id)])).status == 200
    assert (await app.get("/api/v1/notifications/requests/merged")).body == {"merged": True}
    async with site.instance.change() as change:
        for person in (sam, tim):
            await reactions.boost(change, account_id=person.id, post_id=post.id)
    assert [item["account"]["acct"] for item in (await app.get("/api/v1/notifications")).body] == ["sam@there.test"] * 2
    assert (await app.get("/api/v1/notifications/requests")).ids == [str(tim.id)]
    assert (await app.get(second)).body["notifications_count"] == "1"
    assert (await app.patch("/api/v2/notifications/policy", for_not_following="nonsense")).status == 422


async def test_silenced_threads_and_servers(instance: Instance) -> None:
    """Nothing of a muted thread or of a muted server is news."""
    async with instance.change() as change:
        alice, sam, tim = [
            await a_person(change),
            await a_stranger(change),
            await a_stranger(change, "tim", domain="other.test"),
        ]
        quiet, loud = await a_post(change, alice), await a_post(change, alice)
        for sql, value in (
            (
                "INSERT INTO thread_mutes (id, account_id, thread_id, created_at) VALUES ($1, $2, $3, 0)",
                quiet.thread_id,
            ),
            ("INSERT INTO host_mutes (id, account_id, host, created_at) VALUES ($1, $2, $3, 0)", "other.test"),
        ):
            await change.tx.execute(sql, change.new_id(), alice.id, value)
        for person in (sam, tim):
            for post in (quiet, loud):
                await reactions.like(change, account_id=person.id, post_id=post.id)
    assert [(one.actor_id, one.post_id) for one in await Notification.all()] == [(sam.id, loud.id)]


async def test_edits_and_new_posts_are_told(site: ApiSite, clock: SettableClock) -> None:
    """Who boosted a post hears of each edit once more; who watches somebody hears of a new post."""
    async with site.instance.change() as change:
        alice, bob, eve = [await a_person(change, name) for name in ("alice", "bob", "eve")]
        post = await a_post(change, alice)
        await reactions.boost(change, account_id=bob.id, post_id=post.id)
        await change.tx.execute(
            "INSERT INTO follows (id, follower_id, followed_id, state, uri, created_at, notifies) "
            "VALUES ($1, $2, $3, 1, '', 0, TRUE)",
            change.new_id(),
            eve.id,
            alice.id,
        )
    for words in ("One", "Two"):
        clock.advance(1000)
        async with site.instance.change() as change:
            await edit(change, author_id=alice.id, post_id=post.id, edit=PostEdit(caption=words))
    found = (await (await site.app(bob)).get("/api/v1/notifications")).body
    assert [(one["type"], one["status"]["content"]) for one in found] == [("update", "<p>Two</p>")]
    async with site.instance.change() as change:
        post_id = await publish(change, author_id=alice.id, draft=PostDraft(caption="Words", words_alone=True))
        await publish(change, author_id=alice.id, draft=PostDraft(caption="An answer", parent_id=post_id))
    told = (await (await site.app(eve)).get("/api/v1/notifications")).body
    assert [(one["type"], one["status"]["id"]) for one in told] == [("status", str(post_id))]


async def _somebody(site: ApiSite, name: str) -> Account:
    async with site.instance.change() as change:
        return await a_person(change, name)

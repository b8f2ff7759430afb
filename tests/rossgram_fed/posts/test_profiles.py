"""Strangers' profiles made whole: from the feed where the outbox only counts, with what is pinned and counted there."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.errors import ActivityPubError
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.follows import actions as follows
from rossgram_fed.follows.tags import featured_tags
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import actions, backfill
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.fetching import keep_document
from rossgram_fed.posts.forms import AUDIENCES
from rossgram_fed.posts.outboxes import FEED_OF
from rossgram_fed.reactions import actions as reactions
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.fediverse import AS2, Actor, FakePeer, Fediverse
from tests.rossgram_fed.posts.photos import a_waiting_photo
from tests.rossgram_fed.posts.test_fetching import a_server, note, stored

DAY = 24 * 60 * 60_000


def serve_feed(there: FakePeer, path: str, addresses: list[str], **how: Any) -> None:
    entries = "".join(f"<entry><id>{one}</id></entry>" for one in addresses)
    body = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()
    there.serve(path, body, content_type="application/atom+xml", **how)


def serve_handle(there: FakePeer, actor: Actor, feed: str) -> None:
    links = [
        {"rel": FEED_OF, "type": "application/atom+xml", "href": feed},
        {"rel": "self", "type": "application/activity+json", "href": actor.id},
    ]
    document = {"subject": f"acct:sam@{there.host}", "links": links}
    there.serve("/.well-known/webfinger", document, content_type="application/jrd+json")


def serve_counting_outbox(there: FakePeer) -> None:
    """As Pixelfed's: a number."""
    outbox = {"id": f"https://{there.host}/users/sam/outbox", "type": "OrderedCollection", "totalItems": 31}
    there.serve("/users/sam/outbox", {"@context": AS2} | outbox)


@pytest.mark.parametrize(
    ("feed", "found", "reason"),
    [
        ("https://there.test/feeds/sam.atom", ["1", "2"], "what WebFinger names"),
        ("https://far.test/feeds/sam.atom", ["4"], "a feed elsewhere is nobody's word; the usual place is asked"),
        ("", ["4"], "no feed named; the usual place is asked"),
    ],
)
async def test_a_profile_whose_outbox_only_counts(
    fediverse: Fediverse, feed: str, found: list[str], reason: str
) -> None:
    """Pixelfed's feed names posts; each is read as ActivityPub from its author's origin, and judged like any other."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far = await fediverse.peer("far.test")
    sam = there.actor("sam")
    serve_counting_outbox(there)
    serve_handle(there, sam, feed)
    posts: dict[str, dict[str, Any]] = {
        "1": {}, "2": {}, "4": {}, "words": {"attachment": []}, "private": {"to": [f"{sam.id}/followers"]},
        "forged": {"attributedTo": "https://there.test/users/eve"},
    }  # fmt: skip
    for name, parts in posts.items():
        there.serve(f"/users/sam/posts/{name}", {"@context": AS2} | note(sam, name, **parts))
    named = [f"{sam.id}/posts/{name}" for name in posts if name != "4"]
    serve_feed(there, "/feeds/sam.atom", [*named, "https://far.test/posts/3", f"{sam.id}/posts/none"])
    serve_feed(far, "/feeds/sam.atom", [f"{sam.id}/posts/1"])
    serve_feed(there, "/users/sam.atom", [f"{sam.id}/posts/4"])
    account_id = await by_uri(here.network, sam.id)
    await backfill.backfill(here.network, {"account_id": account_id})
    assert sorted(await stored(here)) == found, reason
    assert far.received == [], reason
    counted = await here.instance.database.fetch_value("SELECT posts_count FROM accounts WHERE id = $1", account_id)
    assert counted == 31


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'<!DOCTYPE f [<!ENTITY a "https://there.test/users/sam/posts/1">]><feed>&a;</feed>', "entities"),
        (b'<!DOCTYPE f [<!ENTITY a SYSTEM "https://far.test/x">]><feed>&a;</feed>', "an external entity"),
        (b"<entry>" * 140_000, "a megabyte of nothing"),
        (b"x" * 1_100_000, "more than a megabyte"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_feeds_that_attack(fediverse: Fediverse, body: bytes, reason: str) -> None:
    """Row 145: a feed with entities, or none at all, brings nothing, asks nobody and does no harm to the profile."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far = await fediverse.peer("far.test")
    sam = there.actor("sam")
    serve_counting_outbox(there)
    there.serve("/users/sam.atom", body, content_type="application/atom+xml")
    account_id = await by_uri(here.network, sam.id)
    if len(body) > 1_048_576:
        with pytest.raises(ActivityPubError):
            await backfill.backfill(here.network, {"account_id": account_id})
    else:
        await backfill.backfill(here.network, {"account_id": account_id})
    assert await stored(here) == [], reason
    assert far.received == [], reason


TAGS = "https://there.test/users/sam/tags"


async def test_pins_of_strangers(fediverse: Fediverse, clock: SettableClock) -> None:
    """What a stranger features comes first here too, by object or address; newest posts alone are no choice."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam", featured="https://there.test/users/sam/featured", featuredTags=f"{TAGS}?page=true")
    shown = [{"type": "Hashtag", "name": "#Lakes", "href": "https://there.test/t"}, "https://there.test/t", {"name": 1}]
    there.serve("/users/sam/tags", {"id": TAGS, "type": "Collection", "items": shown})
    posts = [note(sam, number) for number in range(1, 7)]
    for post in posts:
        there.serve(post["id"].removeprefix("https://there.test"), {"@context": AS2} | post)
    outbox = {"id": f"{sam.id}/outbox", "type": "OrderedCollection", "orderedItems": posts[:2:-1]}
    there.serve("/users/sam/outbox", outbox)
    account_id = await by_uri(here.network, sam.id)
    forged = note(sam, "forged", attributedTo="https://there.test/users/eve")
    for featured, expected, reason in (
        ([posts[1], posts[0]["id"], forged, "https://far.test/1"], ["2", "1"], "an object and an address"),
        ([posts[0]["id"]], ["1"], "one that is here already"),
        ([posts[5], posts[4]], [], "the newest, as servers show where nothing is pinned"),
        ([], [], "none"),
    ):
        served = {"id": "https://there.test/users/sam/featured", "type": "OrderedCollection", "orderedItems": featured}
        there.serve("/users/sam/featured", served)
        await backfill.backfill(here.network, {"account_id": account_id})
        rows = await here.instance.database.fetch(
            "SELECT p.uri FROM pins n JOIN posts p ON p.id = n.post_id WHERE n.account_id = $1 ORDER BY n.id DESC",
            account_id,
        )
        assert [row["uri"].rpartition("/")[2] for row in rows] == expected, reason
    assert "forged" not in await stored(here)
    assert [tag.name for tag in await featured_tags(here.instance.database, account_id)] == ["lakes"]


async def test_counters_come_from_the_origin(fediverse: Fediverse, clock: SettableClock) -> None:
    """What an origin counts is shown and not mixed with our own part; nonsense, and others' word, change nothing."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far = await fediverse.peer("far.test")
    sam = there.actor("sam", following="https://far.test/following")

    def serve(path: str, total: object) -> None:
        there.serve(path, {"id": f"https://there.test{path}", "type": "OrderedCollection", "totalItems": total})

    serve("/users/sam/followers", 1200)
    serve("/users/sam/outbox", 34)
    far.serve("/following", {"id": "https://far.test/following", "type": "OrderedCollection", "totalItems": 5})
    account_id = await by_uri(here.network, sam.id)
    numbers = "SELECT followers_count, following_count, posts_count FROM accounts WHERE id = $1"

    async def counted() -> tuple[int, ...]:
        row = await here.instance.database.fetch_one(numbers, account_id)
        assert row is not None
        return tuple(row.values())

    assert await counted() == (0, 0, 0)
    await remote_accounts.refresh(here.network, {"uri": sam.id})
    assert await counted() == (1200, 0, 34)
    with here.instance.database.active():
        async with here.instance.change() as change:
            alice = await Account.get(username="alice", domain="")
            await follows.follow(change, account_id=alice.id, target_id=account_id)
            await follows.receive_accept(change, follower_id=alice.id, followed_id=account_id)
    assert await counted() == (1200, 0, 34), "our own follow is in the origin's number when it is read again"
    asked = there.asked_for("/users/sam/followers")
    await remote_accounts.refresh(here.network, {"uri": sam.id})
    assert there.asked_for("/users/sam/followers") == asked, "counted a moment ago"
    nonsense: tuple[object, ...] = (-1, "many", 2**40, None, 1.5, {"@value": []})
    for total in nonsense:
        clock.advance(DAY)
        serve("/users/sam/followers", total)
        await remote_accounts.refresh(here.network, {"uri": sam.id})
        assert await counted() == (1200, 0, 34), total
    assert far.received == []
    clock.advance(DAY)
    serve("/users/sam/followers", 0)
    await remote_accounts.refresh(here.network, {"uri": sam.id})
    assert await counted() == (1, 0, 34), "whoever follows from here is one at least"
    with here.instance.database.active():
        async with here.instance.change() as change:
            bob = await a_person(change, "bob")
            await follows.follow(change, account_id=bob.id, target_id=account_id)
            await follows.receive_accept(change, follower_id=bob.id, followed_id=account_id)
    assert await counted() == (2, 0, 34)
    clock.advance(1000)
    for name, moment, expected in (("old", "2020-01-01T00:00:00Z", 34), ("new", "2030-01-01T00:00:00Z", 35)):
        await keep_document(here.network, note(sam, name, published=moment))
        assert await counted() == (2, 0, expected), "what was published since is not in the origin's number yet"


async def test_numbers_of_a_post(fediverse: Fediverse) -> None:
    """Likes and boosts are what the origin says, but never fewer than are known here, and nonsense changes nothing."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    post = note(sam, 1, likes={"type": "Collection", "totalItems": 4})
    post_id = await keep_document(here.network, post)
    assert post_id is not None
    with here.instance.database.active():
        async with here.instance.change() as change:
            alice = await Account.get(username="alice", domain="")
            await reactions.like(change, account_id=alice.id, post_id=post_id)
    for likes, expected in ((9, 9), (0, 1), (-5, 1), ("x", 1), (2**50, 1), (3, 3)):
        await keep_document(here.network, post | {"likes": {"type": "Collection", "totalItems": likes}})
        found = await here.instance.database.fetch_value("SELECT likes_count FROM posts WHERE id = $1", post_id)
        assert found == expected, likes


async def test_posts_of_ours_are_counted_alike_everywhere(instance: Instance) -> None:
    """Only posts that are open to all count, and no comments; private ones are in no number and leave none."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        ids = {}
        for visibility in AUDIENCES.values():
            photo = await a_waiting_photo(change, alice)
            draft = PostDraft(caption="@bob", visibility=visibility, photos=(DraftPhoto(photo),))
            ids[visibility] = await actions.publish(change, author_id=alice.id, draft=draft)
        answer = PostDraft(caption="And", parent_id=ids[Visibility.PUBLIC])
        await actions.publish(change, author_id=alice.id, draft=answer)
    expected = 2
    assert (await Account.get(id=alice.id)).posts_count == expected
    for visibility, post_id in ids.items():
        async with instance.change() as change:
            await actions.delete(change, author_id=alice.id, post_id=post_id)
        expected -= visibility <= Visibility.UNLISTED
        assert (await Account.get(id=alice.id)).posts_count == expected, visibility
    assert (await Account.get(id=bob.id)).posts_count == 0

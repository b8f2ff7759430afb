"""Tags on profiles, told to other servers and heard from them."""

from __future__ import annotations

from typing import Any

import orjson

from rossgram_fed.follows import actions as follows
from rossgram_fed.follows.remote_tags import replace_featured
from rossgram_fed.follows.tags import MOST_FEATURED, feature_tag, featured_tags, unfeature_tag
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Delivery, OutboxActivity
from tests.builders import a_person, a_stranger
from tests.rossgram_fed.posts.arrivals import activity, arrive


async def names(instance: Instance, account: Account) -> list[str]:
    return [tag.name for tag in await featured_tags(instance.database, account.id)]


def hashtag(name: str, **parts: Any) -> dict[str, Any]:
    """As Mastodon sends it."""
    return {"type": "Hashtag", "href": f"https://there.test/@sam/tagged/{name}", "name": f"#{name}"} | parts


async def test_followers_hear_of_tags(instance: Instance) -> None:
    """A tag that is put on a profile or taken off goes to followers as Mastodon reads it, once."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await follows.receive_follow(change, follower_id=sam.id, followed_id=alice.id, uri="https://there.test/1")
        await OutboxActivity.all().delete()
        for _ in range(2):
            await feature_tag(change, "Süd", account_id=alice.id)
        for _ in range(2):
            await unfeature_tag(change, account_id=alice.id, name="süd")
    said = [orjson.loads(one.body) for one in await OutboxActivity.all().order_by("id")]
    assert [one["type"] for one in said] == ["Add", "Remove"]
    for one in said:
        assert one["object"] == {"type": "Hashtag", "href": "https://here.test/tags/s%C3%BCd", "name": "#süd"}
        assert one["target"] == alice.featured_uri
        assert one["@context"][2]["Hashtag"] == "as:Hashtag"
    assert {one.host for one in await Delivery.all()} == {"there.test"}


async def test_what_strangers_show(instance: Instance) -> None:
    """Their own tags in their own collections, from those followed here; everything else changes nothing."""
    async with instance.change() as change:
        alice, sam, eve = await a_person(change), await a_stranger(change), await a_stranger(change, "eve")
        await follows.follow(change, account_id=alice.id, target_id=sam.id)
        await follows.receive_accept(change, follower_id=alice.id, followed_id=sam.id)
    for account in (sam, eve):
        account.featured_uri = f"{account.uri}/featured"
        account.featured_tags_uri = f"{account.uri}/tags"
        await account.save(update_fields=["featured_uri", "featured_tags_uri"])
    for document, shown, why in (
        (activity(sam, "Add", hashtag("Lakes"), target=sam.featured_uri), ["lakes"], "as Mastodon does it"),
        (activity(sam, "Add", hashtag("lakes"), target=sam.featured_uri), ["lakes"], "once"),
        (
            activity(sam, "Add", {"type": "Hashtag", "name": "hills"}, target=sam.featured_tags_uri),
            ["lakes", "hills"],
            "the collection that it is in; without an address",
        ),
        (activity(sam, "Add", hashtag("sea"), target=eve.featured_uri), ["lakes", "hills"], "another's collection"),
        (activity(sam, "Add", hashtag("sea"), target=""), ["lakes", "hills"], "no collection"),
        (activity(sam, "Add", hashtag("no tag"), target=sam.featured_uri), ["lakes", "hills"], "no tag"),
        (activity(eve, "Add", hashtag("sea"), target=eve.featured_uri), ["lakes", "hills"], "nobody follows her"),
        (activity(sam, "Remove", hashtag("LAKES"), target=sam.featured_uri), ["hills"], "taken off"),
    ):
        sender = sam if document["actor"] == sam.uri else eve
        await arrive(instance, sender, document)
        assert await names(instance, sam) == shown, why
        assert await names(instance, eve) == [], why
    for number in range(MOST_FEATURED + 2):
        await arrive(instance, sam, activity(sam, "Add", hashtag(f"t{number}"), target=sam.featured_uri))
    assert await names(instance, sam) == ["hills", *(f"t{number}" for number in range(MOST_FEATURED - 1))]
    async with instance.change() as change:
        listed = ["#B", "a", "", "x y", "A", *(f"t{number}" for number in range(20))]
        await replace_featured(change, listed, account_id=sam.id)
    assert await names(instance, sam) == ["b", "a", *(f"t{number}" for number in range(MOST_FEATURED - 2))]

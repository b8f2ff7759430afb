"""Whose timelines a post belongs to is what those timelines show: both ways of asking agree, whatever the world."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from rossgram_fed.ids import Stretch
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Post
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.reading import AccountList, HostMute, ListMember, RepliesShown, TagFollow
from rossgram_fed.models.relations import Block, Mute
from rossgram_fed.timelines import belonging
from rossgram_fed.timelines.circles import home_circle, list_circle
from rossgram_fed.timelines.gathering import gathered
from rossgram_fed.timelines.public import Sieve, public
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.api.test_timelines import a_boost, a_follow, a_tag

EVERYTHING = Stretch(limit=300)


async def a_world(change: Change, chance: random.Random) -> tuple[list[Account], list[AccountList]]:
    """People here and elsewhere who follow, mute, block and list each other by chance, and what they post and boost."""
    here = [await a_person(change, name) for name in ("a", "b", "c", "d", "e")]
    everybody = [*here, await a_stranger(change), await a_stranger(change, "tom", domain="far.test")]
    lists: list[AccountList] = []
    for one in here:
        exclusive = chance.random() < 0.5
        own = await AccountList.create(
            id=change.new_id(), account_id=one.id, title="x", replies=chance.choice(list(RepliesShown)),
            exclusive=exclusive, created_at=1,
        )  # fmt: skip
        lists.append(own)
        for other in everybody:
            if other is one:
                continue
            if chance.random() < 0.6:
                languages = chance.choice(["", "", "de"])
                await a_follow(change, one, other, boosts=chance.random() < 0.7, languages=languages)
                if chance.random() < 0.3:
                    await ListMember.create(id=change.new_id(), list_id=own.id, account_id=other.id)
            for model, likely in ((Mute, 0.1), (Block, 0.07)):
                if chance.random() < likely:
                    await model.create(id=change.new_id(), account_id=one.id, target_id=other.id, created_at=1)
        if chance.random() < 0.3:
            await HostMute.create(id=change.new_id(), account_id=one.id, host="far.test", created_at=1)
    await _posts(change, chance, everybody, here)
    return here, lists


async def _posts(change: Change, chance: random.Random, everybody: Sequence[Account], here: Sequence[Account]) -> None:
    posts: list[Post] = []
    for _ in range(40):
        parent = chance.choice(posts) if posts and chance.random() < 0.3 else None
        visibility = chance.choice([Visibility.PUBLIC, Visibility.PUBLIC, *Visibility])
        made = await a_post(change, chance.choice(everybody), visibility=visibility, parent=parent)
        await Post.filter(id=made.id).update(language=chance.choice(["", "de", "en"]))
        posts.append(made)
    tag = await a_tag(change, "dunes", *chance.sample(posts, 8))
    for one in chance.sample(list(here), 2):
        await TagFollow.create(id=change.new_id(), account_id=one.id, tag_id=tag.id, created_at=1)
    pairs = {(chance.choice(everybody), chance.choice(posts[:20])) for _ in range(15)}
    for account, post in sorted(pairs, key=lambda pair: (pair[0].id, pair[1].id)):
        await a_boost(change, account, post)
    for account in chance.sample(list(everybody), 1):
        await Account.filter(id=account.id).update(limited_at=1)


@pytest.mark.parametrize("seed", range(3))
async def test_both_ways_agree(instance: Instance, seed: int) -> None:
    """For every post and boost, those at whose home, in whose lists and among whose public posts it is are the same."""
    async with instance.change() as change:
        here, lists = await a_world(change, random.Random(seed))
    database = instance.database
    homes = {one.id: await gathered(database, home_circle(), (one.id,), EVERYTHING) for one in here}
    listed = {
        one.id: await gathered(database, list_circle(one.replies), (one.account_id, one.id), EVERYTHING)
        for one in lists
    }
    open_to = {one.id: await public(database, one.id, EVERYTHING, sieve=Sieve()) for one in here}
    posts = {one.id for one in await Post.all()}
    boosts = {row["id"] for row in await database.fetch("SELECT id FROM boosts")}
    by_itself = {(e.post_id, one) for one, entries in homes.items() for e in entries if e.boost_id is None}
    assert await belonging.at_home(database, posts, viewers=set(homes)) == by_itself
    shared = {(e.boost_id, one) for one, entries in homes.items() for e in entries if e.boost_id is not None}
    assert await belonging.boosted_home(database, boosts, viewers=set(homes)) == shared
    in_lists = {(e.post_id, one) for one, entries in listed.items() for e in entries if e.boost_id is None}
    assert await belonging.in_lists(database, posts, lists=set(listed)) == in_lists
    shared_there = {(e.boost_id, one) for one, entries in listed.items() for e in entries if e.boost_id is not None}
    assert await belonging.boosted_in_lists(database, boosts, lists=set(listed)) == shared_there
    places = await belonging.places_of(database, posts)
    assert set(places) == posts
    openings = {one for one, place in places.items() if place.opening}
    among = {(e.post_id, one) for one, entries in open_to.items() for e in entries}
    assert await belonging.open_for(database, openings, viewers=set(open_to)) == among
    met = sum(map(len, (by_itself, shared, in_lists, shared_there, among)))
    assert met > 20, "there was something to agree about"


async def test_any_number_of_viewers(instance: Instance) -> None:
    """More viewers than one statement asks for are all asked for, each once, and none at all is no question."""
    async with instance.change() as change:
        alice = await a_person(change, "alice")
        post = await a_post(change, alice)
    many = {alice.id, *range(1, 2 * belonging.AT_ONCE)}
    assert await belonging.at_home(instance.database, [post.id, 5], viewers=many) == {(post.id, alice.id)}
    assert await belonging.at_home(instance.database, [post.id], viewers=set()) == set()
    assert await belonging.following(instance.database, alice.id, viewers=many) == {alice.id}

"""Rules for whole servers at every door: one table of rules and doors, and what setting and lifting one does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from activitypub.errors import AddressRefused
from rossgram_fed.federation import outbox, remote_accounts, remote_documents
from rossgram_fed.models.posts import PhotoState, Visibility
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.security.house import HERE, PUBLIC, House, build
from tests.security.neighbours import Neighbour, a_neighbour, introduce_witness

pytestmark = pytest.mark.asyncio(loop_scope="module")

Facts = dict[str, object]
WELCOME: Facts = {
    "inbox": 202, "forwarded": 202, "below": 202, "a subdomain": 202, "known again": 202,
    "read": True, "told": 1, "avatar": 200, "photo": 200,
    "profile": 200, "post": 200, "handle": 303, "words": True, "explore": True, "tag": True, "thread": True,
    "home": True, "boosted": True, "news to a follower": True, "news to a stranger": True, "follows": 1,
}  # fmt: skip
LIMITED = WELCOME | {
    "words": False, "explore": False, "tag": False, "thread": False, "news to a stranger": False,
}  # fmt: skip
NO_MEDIA = WELCOME | {"avatar": 404, "photo": 404}
CLOSED: Facts = {
    "inbox": 403, "forwarded": 403, "below": 403, "a subdomain": 403, "known again": 403,
    "read": False, "told": 0, "avatar": 404, "photo": 404,
    "profile": 404, "post": 404, "handle": 200, "words": False, "explore": False, "tag": False, "thread": False,
    "home": False, "boosted": False, "news to a follower": False, "news to a stranger": False, "follows": 0,
}  # fmt: skip

RULES = {
    # name: (the form that sets the rule, on which host; what holds afterwards)
    "none": (None, WELCOME),
    "limited": ({"standing": "limited"}, LIMITED),
    "suspended": ({"standing": "suspended"}, CLOSED),
    "no-media": ({"standing": "open", "reject_media": "1"}, NO_MEDIA),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house of this module's own."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    async with AsyncExitStack() as closing:
        yield await build(tmp_path_factory.mktemp("house"), engine, SettableClock(), closing)


async def facts_about(house: House, one: Neighbour) -> Facts:
    """Try every door, those first that must be tried before anything of it is fetched."""
    host, actor = one.peer.host, one.actor
    below = await house.peer(f"sub.{host}")
    new, stranger = one.peer.actor("newcomer"), below.actor("deep")
    before, below_before = len(one.peer.received), len(below.received)
    like = {"type": "Like", "object": f"{HERE}/p/{house.posts[Visibility.PUBLIC].id}"}
    note = {"id": f"{actor.id}/n", "type": "Note", "attributedTo": actor.id, "to": [PUBLIC], "content": "x",
            "inReplyTo": f"{HERE}/p/{house.posts[Visibility.PUBLIC].id}"}  # fmt: skip
    create = {"id": f"{actor.id}/c", "type": "Create", "actor": actor.id, "to": [PUBLIC], "object": note,
              "proof": {"type": "none"}}  # fmt: skip
    facts: Facts = {
        "inbox": await house.post(like | {"id": f"{new.id}#l", "actor": new.id}, new),
        "forwarded": await house.post(create, house.there.actors["witness"]),
        "below": await house.post(like | {"id": f"{stranger.id}#l", "actor": stranger.id}, stranger),
        "a subdomain": await house.post(like | {"id": f"{stranger.id}#2", "actor": stranger.id}, stranger),
        "known again": await house.post(like | {"id": f"{actor.id}#l", "actor": actor.id}, actor),
    }
    closed = facts["inbox"] == 403
    asked = len(one.peer.received) - before + len(below.received) - below_before
    assert not closed or asked == 0, "nothing was fetched"
    facts |= {"read": await _read(house, one), "told": await _told(house, one)}
    for name, path in (("avatar", f"/avatars/{one.account.id}"), ("photo", f"/photos/{one.photo}/feed"),
                       ("profile", f"/@{one.account.username}@{host}"), ("post", f"/p/{one.post.id}")):  # fmt: skip
        facts[name] = (await house.ask(path)).status
    facts["handle"] = (await house.ask(f"/search?q=@{one.account.username}@{host}", by="carol")).status
    for name, path, who in (
        ("words", f"/search?q={one.account.username}", "carol"), ("explore", "/explore?show=everywhere", "carol"),
        ("tag", "/tags/fromafar", ""), ("thread", f"/p/{house.posts[Visibility.PUBLIC].id}", "carol"),
        ("home", "/", "bob"), ("boosted", "/users/bob/outbox?page=true", ""),
        ("news to a follower", "/notifications", "bob"), ("news to a stranger", "/notifications", "carol"),
    ):  # fmt: skip
        marks = {"words": f"@{one.account.username}@", "thread": f"said {one.word}", "boosted": one.post.uri}
        mark = marks.get(name, f"/p/{one.post.id}" if "news" not in name else f"said {one.word}")
        accept = "application/activity+json" if name == "boosted" else "text/html"
        facts[name] = mark in (await house.ask(path, by=who, accept=accept)).text
    facts["follows"] = await house.value("SELECT COUNT(*) FROM follows WHERE followed_id = $1", one.account.id)
    await house.settle()
    assert not closed or len(one.peer.received) == before, "and nothing was sent"
    return facts


async def _read(house: House, one: Neighbour) -> bool:
    unmet = one.peer.actor(f"unmet{house.clock.now}{len(one.peer.received)}")
    try:
        await remote_accounts.by_uri(house.server.network, unmet.id)
    except AddressRefused:
        with pytest.raises(AddressRefused):
            await remote_documents.fetch(house.server.network, f"https://{one.peer.host}/anything")
        with pytest.raises(AddressRefused):
            await house.server.network.get(f"https://sub.{one.peer.host}/anything")
        return False
    return True


async def _told(house: House, one: Neighbour) -> int:
    async with house.server.instance.change() as change:
        audience = outbox.Audience(account_ids=frozenset({one.account.id}))
        document = {"id": f"{HERE}/x", "type": "Like", "actor": f"{HERE}/users/alice", "object": one.post.uri}
        return await outbox.send(change, sender_id=house.people["alice"].id, document=document, audience=audience)


async def set_rule(house: House, host: str, fields: dict[str, str]) -> str:
    """Set a rule as the admin does: first looking at what it touches. Returns what was said of that."""
    asked = await house.submit("/admin/domains", {"host": host, **fields}, by="alice")
    assert asked.status == 200
    done = await house.submit("/admin/domains", {"host": host, "sure": "1", **fields}, by="alice")
    assert done.status == 303
    await house.settle()
    return asked.text


@pytest.mark.parametrize("name", RULES)
async def test_every_rule_at_every_door(house: House, name: str) -> None:
    """What each rule opens and closes: inboxes, fetches, deliveries, files, pages, lists and news."""
    fields, expected = RULES[name]
    await introduce_witness(house)
    one = await a_neighbour(house, f"rule-{name}.test")
    if fields is not None:
        await set_rule(house, one.peer.host, fields)
    assert await facts_about(house, one) == expected


async def test_a_suspension_is_shown_before_it_is_done_and_lifted_without_what_it_severed(house: House) -> None:
    """The preview counts what it touches and changes nothing; afterwards follows, copies and deliveries are gone."""
    one = await a_neighbour(house, "cut.test")
    assert (await house.ask(f"/photos/{one.photo}/feed")).status == 200
    assert (await house.ask(f"/avatars/{one.account.id}")).status == 200
    async with house.server.instance.change() as change:
        await change.tx.execute("UPDATE accounts SET followers_count = 1 WHERE id = $1", one.account.id)
    assert await _told(house, one) == 1
    before = await house.counts()
    asked = await house.submit("/admin/domains", {"host": "CUT.test.", "standing": "suspended"}, by="alice")
    counted = [line.partition("<td>")[2].partition("</td>")[0] for line in asked.text.splitlines() if "<td>" in line]
    assert counted == ["1", "1", "1"]
    assert await house.counts() == before
    await set_rule(house, "cut.test", {"standing": "suspended"})
    account = (await house.fetch("SELECT * FROM accounts WHERE id = $1", one.account.id))[0]
    assert (account["host_standing"], account["followers_count"], bool(account["media_refused"])) == (2, 0, True)
    photo = (await house.fetch("SELECT state, renditions FROM photos WHERE id = $1", one.photo))[0]
    assert (photo["state"], photo["renditions"]) == (PhotoState.REMOTE, "{}")
    files = "SELECT COUNT(*) FROM media_files WHERE photo_id = $1 OR account_id = $2"
    assert await house.value(files, one.photo, one.account.id) == 0
    waiting = "SELECT COUNT(*) FROM deliveries WHERE host = 'cut.test' AND state = 0"
    assert await house.value(waiting) == 0
    lifted = await house.submit("/admin/domains/lift", {"host": "cut.test", "sure": "1"}, by="alice")
    assert lifted.status == 303
    account = (await house.fetch("SELECT * FROM accounts WHERE id = $1", one.account.id))[0]
    assert (account["host_standing"], bool(account["media_refused"])) == (0, False)
    assert await house.value("SELECT COUNT(*) FROM follows WHERE followed_id = $1", one.account.id) == 0
    assert (await house.ask(f"/p/{one.post.id}")).status == 200


async def test_the_most_specific_rule_counts(house: House) -> None:
    """A rule covers what is below its host, unless a rule further down says otherwise."""
    for host, fields in (("tree.test", {"standing": "suspended"}), ("good.tree.test", {"standing": "open"})):
        await set_rule(house, host, fields)
    rules = house.server.network.rules
    closed = {host: (await rules.of(host)).closed for host in (
        "tree.test", "a.tree.test", "good.tree.test", "b.good.tree.test:8443", "nottree.test", "test",
    )}  # fmt: skip
    assert closed == {
        "tree.test": True, "a.tree.test": True, "good.tree.test": False, "b.good.tree.test:8443": False,
        "nottree.test": False, "test": False,
    }  # fmt: skip


async def test_strangers_are_stored_with_the_standing_of_their_host(house: House) -> None:
    """Whoever is met after a rule was set carries it at once, by the host or by the domain of the handle."""
    await set_rule(house, "quiet.test", {"standing": "limited", "reject_media": "1"})
    quiet = await house.peer("quiet.test")
    account_id = await remote_accounts.by_uri(house.server.network, quiet.actor("q").id)
    row = (await house.fetch("SELECT host_standing, media_refused FROM accounts WHERE id = $1", account_id))[0]
    assert (row["host_standing"], bool(row["media_refused"])) == (1, True)


async def test_another_process_is_heard(house: House) -> None:
    """A rule that somebody else wrote holds as soon as its signal comes, and within half a minute without one."""
    rules, clock = house.server.network.rules, house.clock
    assert not (await rules.of("late.test")).closed
    insert = (
        "INSERT INTO domain_rules (host, standing, reject_media, reject_reports, comment, public_comment, created_at) "
        "VALUES ($1, 2, FALSE, FALSE, '', '', 1)"
    )
    async with house.server.instance.change() as change:
        await change.tx.execute(insert, "late.test")
    clock.now += 31_000
    assert (await rules.of("late.test")).closed
    async with house.server.instance.change() as change:
        await change.tx.execute(insert, "later.test")
        change.tx.signal("domain_rules")
    assert (await rules.of("later.test")).closed


async def test_an_allow_list_lets_in_who_is_on_it(
    tmp_path_factory: pytest.TempPathFactory, sqlite_engine: Engine
) -> None:
    """Where only allowed servers come in, all others find every door closed, and those on the list find them open."""
    async with AsyncExitStack() as closing:
        house = await build(
            tmp_path_factory.mktemp("house"), sqlite_engine, SettableClock(), closing, allow_list_only=True
        )
        for host in ("friend.test", "there.test"):
            await set_rule(house, host, {"standing": "open"})
        await set_rule(house, "half.test", {"standing": "limited"})
        await introduce_witness(house)
        friend = await a_neighbour(house, "friend.test")
        assert (await facts_about(house, friend))["inbox"] == 202
        for host in ("foe.test", "half.test"):
            foe = (await house.peer(host)).actor("foe")
            like = {"id": f"{foe.id}#l", "type": "Like", "actor": foe.id, "object": f"{HERE}/p/1"}
            assert await house.post(like, foe) == 403
            assert house.fediverse.peers[host].received == []
            with pytest.raises(AddressRefused):
                await remote_accounts.by_uri(house.server.network, foe.id)
        lifted = await house.submit("/admin/domains/lift", {"host": "friend.test", "sure": "1"}, by="alice")
        assert lifted.status == 303
        await house.settle()
        shut = await facts_about(house, friend)
        assert {name: shut[name] for name in CLOSED} == CLOSED


@pytest.mark.parametrize("who", ["", "carol"])
async def test_only_admins_see_the_rules(house: House, who: str) -> None:
    """Rules, notes and lists are shown to the admins alone, and nobody else changes one."""
    await set_rule(house, "noted.test", {"standing": "suspended", "comment": "for our eyes only"})
    for path in ("/admin/domains", "/admin/domains?host=noted.test", "/admin/domains/blocks.csv",
                 "/admin/domains/allows.csv"):  # fmt: skip
        answer = await house.ask(path, by=who)
        assert answer.status in (303, 403), path
        assert "noted.test" not in answer.text
        assert "our eyes" not in answer.text
    before = await house.fetch("SELECT * FROM domain_rules ORDER BY host")
    if who:
        for path in ("/admin/domains", "/admin/domains/lift", "/admin/domains/import"):
            answer = await house.submit(path, {"host": "noted.test", "text": "#domain\nx.test", "sure": "1"}, by=who)
            assert answer.status == 403
    assert await house.fetch("SELECT * FROM domain_rules ORDER BY host") == before

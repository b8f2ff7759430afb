"""Flag as other servers send it: in every shape, about people here only, bounded, with no effect but a report."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Follow, Post, Report
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from rossgram_fed.reports import inbound
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock
from tests.rossgram_fed.posts.arrivals import activity, arrive

HOUR = 3_600_000


async def a_server(change: Change, domain: str = "there.test") -> Account:
    """A server's own actor."""
    account = await a_stranger(change, domain, domain=domain)
    account.actor_type = "Application"
    await account.save()
    return account


def flag(sender: Account, thing: object, content: object = "spam", **parts: Any) -> dict[str, Any]:
    return activity(sender, "Flag", thing, content=content, **parts)


async def test_every_shape(instance: Instance) -> None:
    """Account and posts are found in every order and form, and a server's own actor shows as its host."""
    async with instance.change() as change:
        there, alice = await a_server(change), await a_person(change)
        post = await a_post(change, alice)
    shapes: tuple[tuple[str, Any, list[int]], ...] = (
        ("misskey", alice.uri, []),
        ("takahe", [post.uri, alice.uri], [post.id]),
        ("mastodon", [alice.uri, post.uri], [post.id]),
        ("lemmy", post.uri, [post.id]),
        ("whole", [{"id": alice.uri, "type": "Person"}, {"id": post.uri, "type": "Note"}], [post.id]),
        ("with things of others", ["https://else.test/users/x", alice.uri, "https://here.test/p/7"], []),
    )
    for shape, thing, post_ids in shapes:
        assert await arrive(instance, there, flag(there, thing)), shape
        (row,) = await Report.all()
        assert (row.reporter_id, row.host, row.target_id, row.comment) == (None, "there.test", alice.id, "spam"), shape
        assert orjson.loads(row.post_ids) == post_ids, shape
        await row.delete()


async def test_nothing_of_ours(instance: Instance) -> None:
    """What is not here, was deleted, is the server itself, or is a stranger's, makes no report."""
    async with instance.change() as change:
        there, sam, gone = await a_server(change), await a_stranger(change), await a_person(change, "gone")
        theirs = await a_post(change, sam)
        await change.tx.execute("UPDATE accounts SET deleted_at = 1 WHERE id = $1", gone.id)
    for thing in (
        sam.uri, theirs.uri, gone.uri, "https://here.test/users/nobody", "https://here.test/actor",
        "https://here.test/p/1", "https://here.test/p/99999999999999999999", "https://here.test.evil.test/users/alice",
    ):  # fmt: skip
        assert not await arrive(instance, there, flag(there, thing)), thing
    assert await Report.all().count() == 0


async def test_words_are_plain_text(instance: Instance) -> None:
    """Tags and control characters go, lines stay, and what is too long is cut; a lone bracket is only a bracket."""
    async with instance.change() as change:
        there, alice = await a_server(change), await a_person(change)
    for said, kept in (
        ("<p>Buy <b>now</b></p><script>alert(1)</script>", "Buy now"),
        ("one\ntwo\u0000\u0007", "one\ntwo"),
        ("i < 3 you", "i < 3 you"),
        ("x" * 5000, "x" * 1000),
        (None, ""),
        (["a list"], "a list"),
    ):
        assert await arrive(instance, there, flag(there, alice.uri, said))
        (row,) = await Report.all()
        assert row.comment == kept
        await row.delete()


async def test_the_same_again_is_one_report(instance: Instance, clock: SettableClock) -> None:
    """A sender's reports about one account within a day are one; a day later, or from another, it is a new one."""
    async with instance.change() as change:
        there, else_, sam = await a_server(change), await a_server(change, "else.test"), await a_stranger(change)
        alice = await a_person(change)
        post = await a_post(change, alice)
    for words in ("spam", "spam", "more"):
        assert await arrive(instance, there, flag(there, [alice.uri, post.uri], words))
    (row,) = await Report.all()
    assert (row.comment, orjson.loads(row.post_ids)) == ("spam\n\nmore", [post.id])
    await arrive(instance, sam, flag(sam, alice.uri))
    await arrive(instance, else_, flag(else_, alice.uri))
    assert [(one.host, one.reporter_id) for one in await Report.all().order_by("id")] == [
        ("there.test", None), ("there.test", sam.id), ("else.test", None),
    ]  # fmt: skip
    clock.advance(25 * HOUR)
    await arrive(instance, there, flag(there, alice.uri))
    assert await Report.all().count() == 4


async def test_one_server_cannot_fill_the_queue(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the open reports that one server may have its further ones are dropped, and others' are not."""
    monkeypatch.setattr(inbound, "MOST_OPEN", 3)
    async with instance.change() as change:
        there, sam, else_ = await a_server(change), await a_stranger(change), await a_server(change, "else.test")
        people = [await a_person(change, f"p{number}") for number in range(8)]
    for person in people[:3]:
        assert await arrive(instance, there, flag(there, person.uri))
    for sender in (there, sam):
        assert not await arrive(instance, sender, flag(sender, people[3].uri))
    assert await arrive(instance, else_, flag(else_, people[3].uri))
    assert await Report.all().count() == 4
    await Report.filter(host="there.test").update(resolved_at=1)
    many = [person.uri for person in people]
    assert await arrive(instance, there, flag(there, many)), "closing some makes room"
    assert await Report.filter(host="there.test", resolved_at=None).count() == 3, "one Flag takes no more than is free"


async def test_posts_that_never_reached_them_are_no_evidence(instance: Instance) -> None:
    """A server that guesses ids cannot have moderators shown what was not for its people; what was, counts."""
    async with instance.change() as change:
        there, sam, alice = await a_server(change), await a_stranger(change), await a_person(change)
        posts: dict[Visibility, Post] = {one: await a_post(change, alice, visibility=one) for one in Visibility}

    async def named() -> set[Visibility]:
        await arrive(instance, there, flag(there, [alice.uri, *(post.uri for post in posts.values())]))
        (row,) = await Report.all()
        found = orjson.loads(row.post_ids)
        await row.delete()
        return {visibility for visibility, post in posts.items() if post.id in found}

    assert await named() == {Visibility.PUBLIC, Visibility.UNLISTED}
    async with instance.change() as change:
        await Follow.create(
            id=change.new_id(), follower=sam, followed=alice, state=FollowState.ACCEPTED, uri="", created_at=change.now
        )
        await change.tx.execute(
            "INSERT INTO mentions (id, post_id, account_id) VALUES ($1, $2, $3)",
            change.new_id(),
            posts[Visibility.DIRECT].id,
            sam.id,
        )
    assert await named() == set(Visibility) - {Visibility.ARCHIVED}


async def test_a_rule_refuses_reports(instance: Instance) -> None:
    """From a host whose rule says so, or below it, no report is taken, unless a closer rule says otherwise."""
    async with instance.change() as change:
        alice = await a_person(change)
        hosts = ("bad.test", "sub.bad.test", "good.bad.test", "notbad.test")
        servers = {host: await a_server(change, host) for host in hosts}
        for host, refuses in (("bad.test", True), ("good.bad.test", False)):
            await change.tx.execute(
                "INSERT INTO domain_rules (host, standing, reject_media, reject_reports, comment, public_comment, "
                "created_at) VALUES ($1, 0, FALSE, $2, '', '', 1)",
                host,
                refuses,
            )
    taken = [host for host in hosts if await arrive(instance, servers[host], flag(servers[host], alice.uri))]
    assert taken == ["good.bad.test", "notbad.test"]
    assert sorted([row.host for row in await Report.all()]) == taken

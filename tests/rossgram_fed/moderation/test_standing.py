"""Limits and suspensions: what they change here, what they end, what other servers are told, and what the log keeps."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from rossgram_fed.federation import outbox
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.federation.signers import ensure_server_actor, store_account_keys
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Follow, Post, Session, StaffAction, User
from rossgram_fed.models.accounts import Role
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from rossgram_fed.moderation.log import Deed
from rossgram_fed.moderation.removal import delete_post
from rossgram_fed.moderation.staff import COMMAND_LINE, LONGEST_REASON, Staff
from rossgram_fed.moderation.standing import DEEDS
from rossgram_fed.web import sessions
from rossgram_fed.web.errors import Forbidden, Invalid, NotFound
from tests.builders import a_person, a_post, a_stranger
from tests.fediverse import server_keys
from tests.rossgram_fed.posts.photos import sent

BOSS = Staff(7, "@boss", Role.ADMIN)


async def do(instance: Instance, deed: Deed, account: Account, *, by: Staff = BOSS, reason: str = "Because") -> None:
    async with instance.change() as change:
        await DEEDS[deed](change, by, account_id=account.id, reason=reason)


async def a_follower(change: Change, follower: Account, followed: Account) -> None:
    await Follow.create(
        id=change.new_id(), follower=follower, followed=followed, state=FollowState.ACCEPTED, uri="f",
        created_at=change.now,
    )  # fmt: skip


async def waiting(instance: Instance) -> list[tuple[str, str]]:
    """What is still to be delivered: types and inboxes."""
    rows = await instance.database.fetch(
        "SELECT o.body, d.inbox FROM deliveries d JOIN outbox_activities o ON o.id = d.activity_id "
        "WHERE d.state = 0 ORDER BY d.id"
    )
    return [(orjson.loads(row["body"])["type"], row["inbox"]) for row in rows]


@pytest.mark.parametrize("where", ["here", "elsewhere"])
async def test_there_and_back(instance: Instance, where: str) -> None:
    """Each deed does its one thing once, is refused the second time, can be taken back, and is written down."""
    async with instance.change() as change:
        account = await a_person(change, "sam") if where == "here" else await a_stranger(change)
        if where == "here":
            await store_account_keys(change, account.id, server_keys())
    told: list[str] = []
    instance.database.signals.listen("account", told.append)
    for deed, undone, column in (
        (Deed.LIMIT, Deed.UNLIMIT, "limited_at"), (Deed.SUSPEND, Deed.UNSUSPEND, "suspended_at"),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            await do(instance, undone, account)
        await do(instance, deed, account)
        assert getattr(await Account.get(id=account.id), column) == instance.clock()
        with pytest.raises(Invalid):
            await do(instance, deed, account)
        await do(instance, undone, account, reason="A mistake")
        assert getattr(await Account.get(id=account.id), column) is None
    log = await StaffAction.all().order_by("id")
    assert [one.kind for one in log] == ["limit", "unlimit", "suspend", "unsuspend"]
    assert {(one.actor_id, one.actor_name, one.target_id) for one in log} == {(7, "@boss", account.id)}
    assert {one.target_name for one in log} == {"@sam" if where == "here" else "@sam@there.test"}
    assert [one.reason for one in log] == ["Because", "A mistake", "Because", "A mistake"]
    assert told.count(str(account.id)) >= 4, "whoever remembers the account is told"


async def test_nothing_without_a_reason(instance: Instance) -> None:
    """Without a reason, or with one too long, nothing is done and nothing is written down."""
    async with instance.change() as change:
        sam = await a_stranger(change)
        post = await a_post(change, sam)
    for reason in ("", "  \n ", "x" * (LONGEST_REASON + 1)):
        for deed in DEEDS:
            with pytest.raises(Invalid):
                await do(instance, deed, sam, reason=reason)
        with pytest.raises(Invalid):
            async with instance.change() as change:
                await delete_post(change, BOSS, post_id=post.id, reason=reason)
    kept = await Account.get(id=sam.id)
    assert (kept.limited_at, kept.suspended_at) == (None, None)
    assert (await Post.all().count(), await StaffAction.all().count()) == (1, 0)


RANKS: tuple[tuple[Role | None, Role, bool], ...] = (
    (Role.ADMIN, Role.ADMIN, False),
    (Role.ADMIN, Role.MODERATOR, True),
    (Role.ADMIN, Role.MEMBER, True),
    (Role.MODERATOR, Role.ADMIN, False),
    (Role.MODERATOR, Role.MODERATOR, False),
    (Role.MODERATOR, Role.MEMBER, True),
    (Role.MEMBER, Role.MEMBER, False),
    (None, Role.ADMIN, True),
)
"""Who acts (None: the command line), on whom, and whether they may."""


async def test_ranks(instance: Instance) -> None:
    """Whoever acts stands above whom they act on, whatever the deed; a refused one leaves neither change nor line."""
    async with instance.change() as change:
        people = {role: await a_person(change, role.name.lower(), role=role) for role in Role}
        for person in people.values():
            await store_account_keys(change, person.id, server_keys())
        posts = {role: await a_post(change, person) for role, person in people.items()}
    for actor, target, may in RANKS:
        staff = COMMAND_LINE if actor is None else Staff(1, "somebody", actor)
        if may:
            await do(instance, Deed.SUSPEND, people[target], by=staff)
            await do(instance, Deed.UNSUSPEND, people[target], by=staff)
            continue
        for deed in DEEDS:
            with pytest.raises(Forbidden):
                await do(instance, deed, people[target], by=staff)
        with pytest.raises(Forbidden):
            async with instance.change() as change:
                await delete_post(change, staff, post_id=posts[target].id, reason="Because")
    with pytest.raises(Forbidden):
        await do(instance, Deed.LIMIT, people[Role.MEMBER], by=Staff(people[Role.MEMBER].id, "@member", Role.ADMIN))
    assert await Post.all().count() == 3
    assert await StaffAction.all().count() == 2 * sum(may for *_, may in RANKS)


async def test_who_is_not_there(instance: Instance) -> None:
    """The server's own actor, who was deleted and who never was cannot be acted on."""
    server_id = await ensure_server_actor(instance, make_keys=server_keys)
    async with instance.change() as change:
        gone = await a_person(change, "gone")
        await change.tx.execute("UPDATE accounts SET deleted_at = 1 WHERE id = $1", gone.id)
    for account_id in (server_id, gone.id, 1):
        with pytest.raises(NotFound):
            async with instance.change() as change:
                await DEEDS[Deed.SUSPEND](change, COMMAND_LINE, account_id=account_id, reason="Because")
    assert await StaffAction.all().count() == 0


async def test_somebody_here_is_suspended(instance: Instance) -> None:
    """Sessions end, what waits to go out is dropped but for deletions; followers' servers hear Update, not Delete."""
    async with instance.change() as change:
        alice, bob, sam = await a_person(change), await a_person(change, "bob"), await a_stranger(change)
        for person in (alice, bob):
            await store_account_keys(change, person.id, server_keys())
            user = await User.get(account_id=person.id)
            await sessions.start(change, user_id=user.id, token=person.username)
            await a_follower(change, sam, person)
            for kind in ("Create", "Like", "Delete"):
                document = {"type": kind, "actor": person.uri}
                await outbox.send(
                    change, sender_id=person.id, document=document, audience=Audience(account_ids=frozenset({sam.id}))
                )
        await change.tx.execute("UPDATE accounts SET bio_html = '<p>secret</p>' WHERE id = $1", alice.id)
    await do(instance, Deed.SUSPEND, alice)
    assert [(await session.user).account_id for session in await Session.all()] == [bob.id]
    assert sorted(await waiting(instance)) == sorted(
        [
            ("Delete", sam.inbox),
            ("Update", sam.shared_inbox),
            *((kind, sam.inbox) for kind in ("Create", "Like", "Delete")),
        ]
    )
    update: dict[str, Any] = (await sent(instance))[-1][0]
    assert (update["type"], update["actor"], update["object"]["id"]) == ("Update", alice.uri, alice.uri)
    assert update["object"]["suspended"] is True
    assert {"toot": "http://joinmastodon.org/ns#", "suspended": "toot:suspended"}.items() <= update["@context"][
        2
    ].items()
    assert "secret" not in str(update)
    await do(instance, Deed.UNSUSPEND, alice)
    update = (await sent(instance))[-1][0]
    assert (update["type"], "suspended" in update["object"]) == ("Update", False)
    assert update["object"]["summary"] == "<p>secret</p>"


async def test_somebody_elsewhere_is_suspended(instance: Instance) -> None:
    """Their follows end with a Reject, nothing else of ours goes to them any more, and others there are not touched."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        sam, tom = await a_stranger(change), await a_stranger(change, "tom")
        for person in (alice, bob):
            await a_follower(change, sam, person)
        await a_follower(change, tom, alice)
        await a_follower(change, alice, sam)
        for stranger in (sam, tom):
            await outbox.send_to(change, sender_id=alice.id, receiver_id=stranger.id, document={"type": "Like"})
    await do(instance, Deed.SUSPEND, sam)
    follows = {(row.follower_id, row.followed_id) for row in await Follow.all()}
    assert follows == {(tom.id, alice.id), (alice.id, sam.id)}
    assert await waiting(instance) == [("Like", tom.inbox), ("Reject", sam.inbox), ("Reject", sam.inbox)]
    async with instance.change() as change:
        await outbox.send_to(change, sender_id=alice.id, receiver_id=sam.id, document={"type": "Like"})
    assert len(await waiting(instance)) == 3
    before = len(await sent(instance))
    await do(instance, Deed.UNSUSPEND, sam)
    assert len(await sent(instance)) == before, "nobody is told"


async def test_posts_are_deleted(instance: Instance) -> None:
    """One of ours is deleted everywhere, a stranger's here for good; both are written down with their addresses."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await a_follower(change, sam, alice)
        own = await a_post(change, alice, visibility=Visibility.FOLLOWERS)
        theirs = await a_post(change, sam)
    for post in (own, theirs):
        async with instance.change() as change:
            await delete_post(change, BOSS, post_id=post.id, reason="Because", report_id=5)
        with pytest.raises(NotFound):
            async with instance.change() as change:
                await delete_post(change, BOSS, post_id=post.id, reason="Because")
    assert await Post.all().count() == 0
    ((document, inboxes),) = await sent(instance)
    assert (document["type"], document["object"]["id"], inboxes) == ("Delete", own.uri, [sam.shared_inbox])
    buried = await instance.database.fetch("SELECT uri FROM tombstones ORDER BY id")
    assert [row["uri"] for row in buried] == [own.uri, theirs.uri]
    log = await StaffAction.all().order_by("id")
    assert [(one.kind, one.subject, one.report_id) for one in log] == [
        ("delete_post", own.uri, 5), ("delete_post", theirs.uri, 5),
    ]  # fmt: skip

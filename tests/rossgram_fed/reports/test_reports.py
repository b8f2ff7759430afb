"""Reports by people here: what is kept, what is added to, what another server is told, and what cannot be reported."""

from __future__ import annotations

import orjson
import pytest

from rossgram_fed.federation.signers import ensure_server_actor
from rossgram_fed.follows.blocks import block
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Post, Report, ReportCategory, StaffAction
from rossgram_fed.models.accounts import Role
from rossgram_fed.models.posts import Visibility
from rossgram_fed.moderation.staff import Staff
from rossgram_fed.reports.actions import report, resolve
from rossgram_fed.reports.drafts import LONGEST_TOGETHER, ReportDraft
from rossgram_fed.reports.queries import open_count, reports
from rossgram_fed.reports.subjects import subject_of
from rossgram_fed.web.errors import Invalid, NotFound
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock
from tests.fediverse import server_keys
from tests.rossgram_fed.posts.photos import sent

SPAM = ReportDraft(ReportCategory.SPAM, "Look at this", forward=False)
COPY = ReportDraft(ReportCategory.VIOLATION, "It is not theirs", forward=True)


async def file(
    instance: Instance,
    reporter: Account,
    draft: ReportDraft,
    *,
    post: Post | None = None,
    account: Account | None = None,
) -> int:
    """Report a post or an account, as the form does."""
    subject = await subject_of(
        instance.database,
        viewer_id=reporter.id,
        post_id=post.id if post else None,
        account_id=account.id if account else None,
    )
    async with instance.change() as change:
        return await report(change, reporter_id=reporter.id, subject=subject, draft=draft)


async def test_a_report_waits(instance: Instance) -> None:
    """A report keeps who, whom, what and why, tells nobody elsewhere, and waits until it is closed with a note."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        boss = await a_person(change, "boss", role=Role.ADMIN)
        post = await a_post(change, bob)
    report_id = await file(instance, alice, SPAM, post=post)
    row = await Report.get(id=report_id)
    assert (row.reporter_id, row.target_id, row.host, row.comment) == (alice.id, bob.id, "", "Look at this")
    assert (orjson.loads(row.post_ids), row.category, row.forwarded) == ([post.id], ReportCategory.SPAM, False)
    assert await sent(instance) == []
    assert await open_count(instance.database, role=Role.MODERATOR) == 1
    staff = Staff(boss.id, "@boss", Role.ADMIN)
    with pytest.raises(Invalid):
        async with instance.change() as change:
            await resolve(change, staff, report_id=report_id, note="  ")
    async with instance.change() as change:
        await resolve(change, staff, report_id=report_id, note="Nothing is wrong")
    with pytest.raises(NotFound):
        async with instance.change() as change:
            await resolve(change, staff, report_id=report_id, note="Again")
    assert await open_count(instance.database, role=Role.ADMIN) == 0
    (closed,) = await reports(instance.database, role=Role.ADMIN, resolved=True, limit=5)
    assert (closed.note, closed.resolver and closed.resolver.id, closed.by) == ("Nothing is wrong", boss.id, "@alice")
    (entry,) = await StaffAction.all()
    assert (entry.actor_name, entry.kind, entry.target_name, entry.report_id) == ("@boss", "resolve", "@bob", report_id)


async def test_an_open_report_is_added_to(instance: Instance, clock: SettableClock) -> None:
    """The same person about the same account adds to the open report; those of others, and later ones, are new."""
    async with instance.change() as change:
        alice, bob, eve = [await a_person(change, name) for name in ("alice", "bob", "eve")]
        one, two = await a_post(change, bob), await a_post(change, bob)
    first = await file(instance, alice, SPAM, post=one)
    clock.advance(40 * 24 * 3_600_000)
    assert await file(instance, alice, ReportDraft(ReportCategory.VIOLATION, "And this", False), post=two) == first
    assert await file(instance, alice, SPAM, post=one) == first
    row = await Report.get(id=first)
    assert (row.comment, orjson.loads(row.post_ids)) == ("Look at this\n\nAnd this", [one.id, two.id])
    assert (row.category, row.updated_at - row.created_at) == (ReportCategory.VIOLATION, 40 * 24 * 3_600_000)
    assert await file(instance, eve, SPAM, post=one) != first
    for number in range(6):
        await file(instance, alice, ReportDraft(ReportCategory.SPAM, str(number) * 1000, False), account=bob)
    assert len((await Report.get(id=first)).comment) == LONGEST_TOGETHER
    await Report.filter(id=first).update(resolved_at=1)
    assert await file(instance, alice, SPAM, post=one) != first


async def test_a_copy_names_nobody(instance: Instance) -> None:
    """The copy is a Flag of the server's own actor to the account's own inbox: account, posts, the words."""
    await ensure_server_actor(instance, make_keys=server_keys)
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        post = await a_post(change, sam)
    report_id = await file(instance, alice, COPY, post=post)
    ((document, inboxes),) = await sent(instance)
    assert inboxes == [sam.inbox]
    assert document.pop("id").startswith("https://here.test/actor#flags/")
    assert document == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Flag",
        "actor": "https://here.test/actor",
        "to": [sam.uri],
        "cc": [],
        "object": [sam.uri, post.uri],
        "content": "It is not theirs",
    }
    written = bytes((await instance.database.fetch("SELECT body FROM outbox_activities"))[0]["body"])
    for secret in ("alice", str(alice.id), str(report_id)):
        assert secret.encode() not in written, secret
    assert (await Report.get(id=report_id)).forwarded


@pytest.mark.parametrize("forward", [True, False])
async def test_no_copy_without_a_wish_and_a_server(instance: Instance, forward: bool) -> None:
    """Nothing leaves this server when the box is not ticked, nor ever about people here."""
    await ensure_server_actor(instance, make_keys=server_keys)
    async with instance.change() as change:
        alice, bob, sam = await a_person(change), await a_person(change, "bob"), await a_stranger(change)
    await file(instance, alice, ReportDraft(ReportCategory.SPAM, "", forward), account=bob)
    await file(instance, alice, ReportDraft(ReportCategory.SPAM, "", False), account=sam)
    assert await sent(instance) == []


async def test_what_cannot_be_reported(instance: Instance) -> None:
    """Oneself, what one may not see, who is gone or suspended, the server and nothing are refused; no row stays."""
    server_id = await ensure_server_actor(instance, make_keys=server_keys)
    async with instance.change() as change:
        alice, bob, eve, gone, out = [await a_person(change, name) for name in ("alice", "bob", "eve", "gone", "out")]
        own, private = await a_post(change, alice), await a_post(change, bob, visibility=Visibility.FOLLOWERS)
        hidden = await a_post(change, eve)
        await block(change, account_id=eve.id, target_id=alice.id)
        await change.tx.execute("UPDATE accounts SET deleted_at = 1 WHERE id = $1", gone.id)
        await change.tx.execute("UPDATE accounts SET suspended_at = 1 WHERE id = $1", out.id)
    cases: tuple[tuple[str, int | None, int | None, type[Exception]], ...] = (
        ("one's own post", own.id, None, Invalid),
        ("oneself", None, alice.id, Invalid),
        ("a post for others", private.id, None, NotFound),
        ("a post across a block", hidden.id, None, NotFound),
        ("a post that is not there", 1, None, NotFound),
        ("somebody gone", None, gone.id, NotFound),
        ("somebody suspended already", None, out.id, NotFound),
        ("this server", None, server_id, NotFound),
        ("nothing", None, None, NotFound),
    )
    for what, post_id, account_id, refusal in cases:
        with pytest.raises(refusal):
            await subject_of(instance.database, viewer_id=alice.id, post_id=post_id, account_id=account_id)
            pytest.fail(what)
    assert await Report.all().count() == 0
    blocked = await subject_of(instance.database, viewer_id=alice.id, post_id=None, account_id=eve.id)
    assert blocked.account.id == eve.id, "who blocks somebody can still be reported by them"

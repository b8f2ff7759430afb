"""A warning is read by whom it is for, told at once, and written down; it does nothing else."""

from __future__ import annotations

from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Mute, Notification, OutboxActivity, User, Warning
from rossgram_fed.models.accounts import Role
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.moderation.log import entries
from tests.builders import a_person, a_stranger
from tests.rossgram_fed.site import opened_site

WORDS = "Please mark such photos as sensitive.\n<b>Thank you.</b>"


async def _people(instance: Instance) -> dict[str, Account]:
    async with instance.change() as change:
        found = {name: await a_person(change, name) for name in ("alice", "bob", "mod")}
        found["sam"] = await a_stranger(change)
        await User.filter(account_id=found["mod"].id).update(role=Role.MODERATOR)
        alice, mod = found["alice"], found["mod"]
        await Mute.create(id=change.new_id(), account_id=alice.id, target_id=mod.id, created_at=1)
    return found


async def test_a_warning_is_read(instance: Instance) -> None:
    """It is among the notifications, whoever was muted, leads to its words, and nobody learns who wrote it."""
    people = await _people(instance)
    alice = people["alice"]
    page, warn = f"/admin/accounts/{alice.id}", f"/admin/accounts/{alice.id}/warn"
    async with opened_site(instance) as site:
        mod, reader = await site.browser(people["mod"]), await site.browser(alice)
        assert "None" in await reader.text("/warnings")
        for _ in range(2):
            assert (await mod.post(warn, {"warning": WORDS}, at=page)).status == 303
        assert await Notification.filter(account_id=alice.id, kind=NotificationKind.WARNED).count() == 2
        news = await reader.text("/notifications")
        assert "The people who run this server warn you" in news
        assert 'href="/warnings"' in news
        shown = await reader.text("/warnings")
        assert "Please mark such photos as sensitive." in shown
        assert "&lt;b&gt;Thank you.&lt;/b&gt;" in shown
        assert "@mod" not in news + shown
        assert "Please mark" not in await (await site.browser(people["bob"])).text("/warnings")
        assert (await site.visitor.get("/warnings")).status == 303
        assert "Please mark" in await mod.text("/admin/log")
    (line, _) = await entries(instance.database, limit=9)
    assert (line.actor, line.deed, line.target, line.reason) == ("@mod", "warned", "@alice", WORDS)
    assert not await OutboxActivity.all().count()


async def test_warnings_that_are_none(instance: Instance) -> None:
    """Nobody elsewhere is warned, nor anybody by nobody's words or by a novel; nothing is kept of it."""
    people = await _people(instance)
    async with opened_site(instance) as site:
        mod = await site.browser(people["mod"])
        for whom, words, status in (("sam", WORDS, 422), ("alice", "  \n ", 422), ("alice", "x" * 1001, 422)):
            path = f"/admin/accounts/{people[whom].id}"
            answer = await mod.post(f"{path}/warn", {"warning": words}, at=path)
            assert answer.status == status, whom
    for table in (Warning, Notification):
        assert not await table.all().count()
    assert await entries(instance.database, limit=9) == ()

"""What the staff is told, and what it tells, in apps, on the web, by streams and by pushes."""

from __future__ import annotations

import orjson

from rossgram_fed.accounts.joining import join
from rossgram_fed.accounts.new_users import prepare_user
from rossgram_fed.follows import blocks
from rossgram_fed.models import Account, Job, Notification, User
from rossgram_fed.models.accounts import Role
from rossgram_fed.models.news import Wanted
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.moderation.staff import COMMAND_LINE
from rossgram_fed.moderation.warnings import warn
from rossgram_fed.notifications.policy import NAMES, Policy, set_policy
from rossgram_fed.streaming.acts import SIGNAL
from tests.apps import ApiSite
from tests.builders import a_person, a_post
from tests.rossgram_fed.api.test_push_subscriptions import FORM, PATH


async def _staff(site: ApiSite) -> tuple[Account, Account, Account]:
    async with site.instance.change() as change:
        return (
            await a_person(change, "boss", role=Role.ADMIN),
            await a_person(change, "mod", role=Role.MODERATOR),
            await a_person(change, "bob"),
        )


async def test_reports_are_told(site: ApiSite) -> None:
    """One report is one piece of news for each of the staff, whatever keeps other news away, and for nobody else."""
    boss, mod, bob = await _staff(site)
    async with site.instance.change() as change:
        post = await a_post(change, bob)
        eve = await a_person(change, "eve")
        await blocks.block(change, account_id=mod.id, target_id=eve.id)
        await blocks.mute(change, account_id=boss.id, target_id=eve.id)
        await set_policy(change, Policy(**dict.fromkeys(NAMES, Wanted.DROP)), account_id=boss.id)
    heard: list[str] = []
    site.instance.database.signals.listen(SIGNAL, heard.append)
    app = await site.app(eve)
    told = {"account_id": str(bob.id), "status_ids": [str(post.id)], "comment": "Look"}
    for comment in ("Look", "And again"):
        filed = await app.post("/api/v1/reports", **{**told, "comment": comment})
    assert filed.body["comment"] == "Look\n\nAnd again"
    for person in (boss, mod):
        (one,) = (await (await site.app(person)).get("/api/v1/notifications")).body
        assert (one["type"], one["account"]["acct"], "status" in one) == ("admin.report", "eve", False)
        assert one["report"] == filed.body
        (group,) = (await (await site.app(person)).get("/api/v2/notifications")).body["notification_groups"]
        assert (group["type"], group["report"]) == ("admin.report", filed.body)
        page = await (await (await site.browser(person)).get("/notifications")).text()
        assert f'href="/admin/reports/{filed.body["id"]}">reported @bob</a>' in page
    assert sum(about.startswith("news ") for about in heard) == 2
    assert await Notification.filter(kind=NotificationKind.REPORTED).count() == 2


async def test_reports_about_the_staff_are_for_admins(site: ApiSite) -> None:
    """A moderator is not told that they, or a colleague, were reported; who is of the staff no more sees nothing."""
    boss, mod, bob = await _staff(site)
    async with site.instance.change() as change:
        other = await a_person(change, "other", role=Role.MODERATOR)
    await (await site.app(bob)).post("/api/v1/reports", account_id=str(mod.id))
    assert [one.account_id for one in await Notification.all()] == [boss.id]
    await (await site.app(mod)).post("/api/v1/reports", account_id=str(bob.id))
    assert {one.account_id for one in await Notification.all()} == {boss.id, other.id}
    app = await site.app(boss)
    assert len((await app.get("/api/v1/notifications")).body) == 2
    for role, count in ((Role.MODERATOR, 1), (Role.MEMBER, 0)):
        await User.filter(account_id=boss.id).update(role=role)
        assert len((await app.get("/api/v1/notifications?include_filtered=true")).body) == count, role
        assert (await app.get("/api/v1/notifications/unread_count")).body == {"count": count}, role


async def test_sign_ups_are_told(site: ApiSite) -> None:
    """Those who join within a while are one group; an app that wants to know of them is woken up."""
    boss, _, bob = await _staff(site)
    app = await site.app(boss)
    await app.form("POST", PATH, [*FORM, ("data[alerts][admin.sign_up]", "true")])
    joined = []
    for name in ("nina", "otto"):
        new = await prepare_user(name, "a long enough password")
        async with site.instance.change() as change:
            joined.append((await join(change, new, invite="")).account_id)
    (group,) = (await app.get("/api/v2/notifications")).body["notification_groups"]
    assert (group["type"], group["notifications_count"]) == ("admin.sign_up", 2)
    assert group["sample_account_ids"] == [str(one) for one in reversed(joined)]
    whole = await app.get(f"/api/v2/notifications/{group['group_key']}")
    assert [one["acct"] for one in whole.body["accounts"]] == ["nina", "otto"]
    single = await app.get("/api/v1/notifications?types[]=admin.sign_up")
    assert {one["group_key"] for one in single.body} == {group["group_key"]}
    pushed = {orjson.loads(job.payload)["notification_id"] for job in await Job.filter(kind="push")}
    assert {str(one) for one in pushed} == set(single.ids)
    page = await (await (await site.browser(boss)).get("/notifications")).text()
    assert page.count(">joined</a>") == 2
    assert (await (await site.app(bob)).get("/api/v1/notifications")).body == []
    assert (await app.post(f"/api/v2/notifications/{group['group_key']}/dismiss")).body == {}
    assert await Notification.filter(account_id=boss.id).count() == 0


async def test_warnings_are_told(site: ApiSite) -> None:
    """Whoever is warned reads the words in an app, alone and in groups, as from nobody; others learn nothing."""
    _, mod, bob = await _staff(site)
    async with site.instance.change() as change:
        await set_policy(change, Policy(**dict.fromkeys(NAMES, Wanted.DROP)), account_id=bob.id)
        for words in ("Mark such photos, please.", "And these."):
            await warn(change, COMMAND_LINE, account_id=bob.id, text=words)
    app = await site.app(bob)
    news = (await app.get("/api/v1/notifications")).body
    assert [one["type"] for one in news] == ["moderation_warning"] * 2
    assert [one["moderation_warning"]["text"] for one in news] == ["And these.", "Mark such photos, please."]
    warning = news[0]["moderation_warning"]
    assert (warning["action"], warning["status_ids"], warning["appeal"]) == ("none", None, None)
    assert warning["target_account"]["id"] == news[0]["account"]["id"] == str(bob.id)
    groups = (await app.get("/api/v2/notifications")).body["notification_groups"]
    assert [one["moderation_warning"] for one in groups] == [one["moderation_warning"] for one in news]
    assert (await (await site.app(mod)).get("/api/v1/notifications")).body == []

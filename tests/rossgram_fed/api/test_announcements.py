"""What everybody here is told, on pages and in apps."""

from __future__ import annotations

from rossgram_fed.announcements.actions import MOST_REACTIONS, announce, end
from rossgram_fed.models import AnnouncementReaction, AnnouncementRead
from rossgram_fed.models.accounts import Role
from tests.apps import ApiSite
from tests.builders import a_person

DAY = 86_400_000


async def test_one_is_written_read_and_put_away(site: ApiSite) -> None:
    """What an admin writes stands above pages and in apps, as text that runs nothing, until it is put away."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change, role=Role.ADMIN), await a_person(change, "bob")
    admin, browser, app = await site.browser(alice), await site.browser(bob), await site.app(bob)
    said = "We move on Sunday. <script>x</script> #News: https://example.org/move"
    sent = await admin.post("/admin/announcements", {"text": said, "days": "3"})
    assert sent.status == 303
    page = await browser.text("/explore")
    assert "We move on Sunday. &lt;script&gt;" in page
    listed = (await app.get("/api/v1/announcements")).body
    assert [(one["read"], one["all_day"]) for one in listed] == [(False, False)]
    assert "<script>" not in listed[0]["content"]
    assert listed[0]["tags"] == [{"name": "news", "url": f"{site.instance.settings.base_url}/tags/news"}]
    assert 'href="https://example.org/move"' in listed[0]["content"]
    away = await browser.post(f"/announcements/{listed[0]['id']}/dismiss", {"next": "/explore"}, at="/explore")
    assert (away.status, away.headers["Location"]) == (303, "/explore")
    assert "We move" not in await browser.text("/explore")
    assert "We move" in await admin.text("/explore")
    assert "We move" not in await site.visitor.text("/explore")
    assert (await app.get("/api/v1/announcements")).body[0]["read"] is True


async def test_an_app_puts_one_away(site: ApiSite) -> None:
    """Once is enough, twice is no mistake, and pages know of it."""
    async with site.instance.change() as change:
        bob = await a_person(change, "bob")
        one = await announce(change, text="Hello")
    app = await site.app(bob)
    for _ in range(2):
        assert (await app.post(f"/api/v1/announcements/{one}/dismiss")).body == {}
    assert await AnnouncementRead.all().count() == 1
    assert "Hello" not in await (await site.browser(bob)).text("/explore")


async def test_reactions(site: ApiSite) -> None:
    """Emoji are counted by kind, each of a person once, and taken back."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        one = await announce(change, text="Hello")
    hers, his = await site.app(alice), await site.app(bob)
    path = f"/api/v1/announcements/{one}/reactions"
    for app in (hers, hers, his):
        assert (await app.put(f"{path}/%F0%9F%91%8D")).status == 200
    shown = (await his.get("/api/v1/announcements")).body[0]["reactions"]
    assert shown == [{"name": "👍", "count": 2, "me": True}]
    assert (await his.delete(f"{path}/%F0%9F%91%8D")).status == 200
    shown = (await his.get("/api/v1/announcements")).body[0]["reactions"]
    assert shown == [{"name": "👍", "count": 1, "me": False}]


_NAMES = [
    ("👍🏽", True, "with a colour of skin"),
    ("👩‍👩‍👧", True, "of several"),
    ("❤️", True, "an old sign shown as an emoji"),
    ("🇩🇪", True, "a flag"),
    ("3️⃣", True, "a key"),
    ("a", False, "a letter"),
    ("👍👍", False, "two"),
    ("👍" * 40, False, "many"),
    ("blobcat", False, "a name; there are none here"),
    ("<b>", False, "markup"),
]


async def test_what_counts_as_an_emoji(site: ApiSite) -> None:
    """One emoji and nothing else; a refusal leaves no row."""
    async with site.instance.change() as change:
        bob = await a_person(change, "bob")
        one = await announce(change, text="Hello")
    app = await site.app(bob)
    for name, fine, reason in _NAMES:
        reply = await app.put(f"/api/v1/announcements/{one}/reactions/{name}")
        assert reply.status == (200 if fine else 422), reason
    assert await AnnouncementReaction.all().count() == sum(fine for _, fine, _ in _NAMES)


async def test_bounds(site: ApiSite) -> None:
    """There is room for so many kinds of emoji; what is over, or never was, is not there."""
    async with site.instance.change() as change:
        bob = await a_person(change, "bob")
        one, over = (
            await announce(change, text="Hello"),
            await announce(change, text="Before", ends_at=change.now + DAY),
        )
        await end(change, announcement_id=over)
    app = await site.app(bob)
    for number in range(MOST_REACTIONS + 1):
        reply = await app.put(f"/api/v1/announcements/{one}/reactions/{chr(0x1F600 + number)}")
    assert reply.status == 422
    assert await AnnouncementReaction.all().count() == MOST_REACTIONS
    assert [found["id"] for found in (await app.get("/api/v1/announcements")).body] == [str(one)]
    for gone in (over, 1):
        assert (await app.post(f"/api/v1/announcements/{gone}/dismiss")).status == 404
        assert (await app.put(f"/api/v1/announcements/{gone}/reactions/👍")).status == 404
    assert await AnnouncementRead.all().count() == 0


async def test_only_admins_write(site: ApiSite) -> None:
    """Moderators and members can neither write nor end one, and an empty one says nothing."""
    async with site.instance.change() as change:
        alice = await a_person(change, role=Role.ADMIN)
        carla, bob = await a_person(change, "carla", role=Role.MODERATOR), await a_person(change, "bob")
        one = await announce(change, text="Hello")
    for account in (carla, bob):
        browser = await site.browser(account)
        assert (await browser.get("/admin/announcements")).status == 403
        for path in ("/admin/announcements", f"/admin/announcements/{one}/end"):
            assert (await browser.post(path, {"text": "Mine"}, at="/settings")).status == 403
    admin = await site.browser(alice)
    assert (await admin.post("/admin/announcements", {"text": "  "})).status == 422
    assert await site.instance.database.fetch_value("SELECT COUNT(*) FROM announcements WHERE ends_at IS NULL") == 1
    ended = await admin.post(f"/admin/announcements/{one}/end", at="/admin/announcements")
    assert ended.status == 303
    assert (await (await site.app(bob)).get("/api/v1/announcements")).body == []

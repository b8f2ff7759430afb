"""The profile: what is typed, what is shown, who is told, and what remains of those who leave."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

import orjson
import pytest
from aiohttp import FormData
from PIL import Image

from rossgram_fed.accounts.bio import bio_html, link_from
from rossgram_fed.accounts.profiles import profile_by_handle, profile_of
from rossgram_fed.instance import Instance
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.models import Account, Boost, Follow, Like, Notification
from rossgram_fed.models.relations import FollowState, NotificationKind
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.accounts.conftest import PASSWORD
from tests.rossgram_fed.web.browser import Browser

NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "https://evil.test/\"onmouseover='alert(1)'",
    "<a href='javascript:alert(1)'>x</a>",
    "{{ 7*7 }}",
    "data:text/html;base64,PHNjcmlwdD4=",
]


def tags_in(html: str) -> list[tuple[str, dict[str, str]]]:
    """Every tag that a browser would see, with its attributes."""
    found: list[tuple[str, dict[str, str]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, {name: value or "" for name, value in attrs}))

    Reader().feed(html)
    return found


async def sent(instance: Instance) -> list[dict[str, Any]]:
    """Every activity queued for other servers, oldest first."""
    rows = await instance.database.fetch("SELECT body FROM outbox_activities ORDER BY id")
    return [orjson.loads(row["body"]) for row in rows]


async def a_follower(instance: Instance, followed_id: int) -> None:
    async with instance.change() as change:
        sam = await a_stranger(change)
        await Follow.create(
            id=change.new_id(), follower_id=sam.id, followed_id=followed_id, state=FollowState.ACCEPTED,
            uri="https://there.test/f/1", created_at=change.now,
        )  # fmt: skip


async def save(browser: Browser, fields: dict[str, str], files: dict[str, bytes] | None = None) -> Any:
    data = FormData()
    data.add_field("csrf", await browser.token("/settings/profile"))
    for name, value in fields.items():
        data.add_field(name.rstrip("0123456789"), value)
    for name, body in (files or {}).items():
        data.add_field(name, body, filename="me.png", content_type="image/png")
    return await browser.fetch("POST", "/settings/profile", data=data)


async def test_saved_and_told(signed_in: Browser, alice: int, instance: Instance) -> None:
    """What is saved is shown again as typed, and followers' servers hear of it."""
    await a_follower(instance, alice)
    heard: list[str] = []
    instance.database.signals.listen("account", heard.append)
    fields = {
        "name": "Alice  L.", "bio": "I like #Lakes.\r\n\r\nWith @bob", "link_name1": "Home",
        "link_value1": "https://alice.example/?a=1&b=2", "link_name2": "Camera",
        "link_value2": "A & B <3", "locked": "1", "indexable": "1",
    }  # fmt: skip
    assert (await save(signed_in, fields)).status == 303
    row = await instance.database.fetch_one("SELECT * FROM accounts WHERE id = $1", alice)
    assert row is not None
    assert row["name"] == "Alice  L."
    assert (bool(row["locked"]), bool(row["discoverable"]), bool(row["indexable"])) == (True, False, True)
    assert "noindex" not in await signed_in.text("/@alice")
    assert '<a href="https://here.test/tags/lakes" class="mention hashtag"' in row["bio_html"]
    assert orjson.loads(row["links"])[0]["value"].startswith('<a href="https://alice.example/?a=1&amp;b=2" rel="me')
    page = await signed_in.text("/settings/profile")
    assert "With @bob" in page
    assert 'value="https://alice.example/?a=1&amp;b=2"' in page
    assert 'value="A &amp; B &lt;3"' in page
    [update] = await sent(instance)
    assert (update["type"], update["object"]["type"], update["object"]["name"]) == ("Update", "Person", "Alice  L.")
    assert update["object"]["id"] == update["actor"] == "https://here.test/users/alice"
    assert await instance.database.fetch_value("SELECT inbox FROM deliveries") == "https://there.test/inbox"
    assert heard == [str(alice)]


@pytest.mark.parametrize("nasty", NASTY)
async def test_nothing_typed_runs(signed_in: Browser, alice: int, instance: Instance, nasty: str) -> None:
    """Names, bios and links come out as text, on our pages and in what others are sent."""
    fields = {"name": nasty[:60], "bio": f"{nasty} #{nasty} @{nasty}", "link_name1": nasty[:40], "link_value1": nasty}
    assert (await save(signed_in, fields)).status == 303
    row = await instance.database.fetch_one("SELECT bio_html, links FROM accounts WHERE id = $1", alice)
    assert row is not None
    for html in (row["bio_html"], orjson.loads(row["links"])[0]["value"]):
        for tag, attributes in tags_in(html):
            assert tag in ("p", "a", "span")
            assert set(attributes) <= {"href", "rel", "class"}
            assert attributes.get("href", "https:").startswith("https:")
    tags = tags_in(await signed_in.text("/settings/profile"))
    assert not {"script", "img", "iframe"} & {tag for tag, _ in tags}
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    [shown] = [attributes["value"] for _, attributes in tags if attributes.get("id") == "link-value-1"]
    assert shown == nasty, "and what was typed comes back as it was typed"


async def test_refused_values_are_kept(signed_in: Browser, alice: int, instance: Instance) -> None:
    """What is too long comes back as it was typed, and nothing is saved or sent."""
    response = await save(signed_in, {"name": "x" * 61, "bio": "kept"})
    assert response.status == 422
    page = await response.text()
    assert "x" * 61 in page
    assert "kept" in page
    assert "61 characters long; 60 is the most" in page
    assert await instance.database.fetch_value("SELECT name FROM accounts WHERE id = $1", alice) == "Alice"
    assert await sent(instance) == []


async def test_avatar(signed_in: Browser, alice: int, instance: Instance) -> None:
    """A picture is developed, shown and let go of; what is none is refused in words and leaves nothing."""
    picture = io.BytesIO()
    Image.new("RGB", (600, 300), "teal").save(picture, "PNG")
    folder = signed_in.client.server.app[STORAGE]
    response = await save(signed_in, {"name": "A"}, {"avatar": b"GIF89a not a picture"})
    assert response.status == 422
    assert "field-error" in await response.text()
    assert (await save(signed_in, {"name": "A"}, {"avatar": picture.getvalue()})).status == 303
    key = await instance.database.fetch_value("SELECT avatar_key FROM accounts WHERE id = $1", alice)
    assert folder.find(key) is not None
    assert await instance.database.fetch_value("SELECT key FROM media_files WHERE account_id = $1", alice) == key
    profile = await profile_of(instance.database, alice)
    assert profile is not None
    assert profile.account.avatar_path == f"/avatars/{alice}"
    assert (await save(signed_in, {"name": "A", "remove_avatar": "1"})).status == 303
    assert await instance.database.fetch_value("SELECT avatar_key FROM accounts WHERE id = $1", alice) == ""
    assert await instance.database.fetch_value("SELECT account_id FROM media_files") is None


async def test_bio(instance: Instance, alice: int) -> None:
    """A bio is written like a caption: handles of accounts we know lead to them, those of nobody stay text."""
    async with instance.change() as change:
        await a_stranger(change, "Sam")
    typed = "With @alice, @Sam@there.test and @bob@far.example.\n\nhttps://user@evil.test/"
    assert await bio_html(instance.database, instance.settings, typed) == (
        '<p>With <span class="h-card"><a href="https://here.test/@alice" class="u-url mention">@<span>alice</span></a>'
        '</span>, <span class="h-card"><a href="https://there.test/@Sam" class="u-url mention">@<span>Sam</span></a>'
        "</span> and @bob@far.example.</p><p>https://user@evil.test/</p>"
    )


def test_links() -> None:
    """An address becomes a link that says it is the owner's own; anything else is text."""
    assert 'rel="me nofollow noopener"' in link_from("Home", "https://a.example/").value
    assert link_from("Camera", "A & B <3").value == "A &amp; B &lt;3"


async def test_handles(instance: Instance, alice: int) -> None:
    """Profiles are found by their handles; those of other servers only by whole ones."""
    async with instance.change() as change:
        sam = await a_stranger(change, "Sam")
    found = [(alice, handle) for handle in ("alice", "@alice", "alice@here.test", "@Alice@HERE.test")]
    for account_id, handle in [*found, (sam.id, "@Sam@there.test")]:
        profile = await profile_by_handle(instance.database, instance.settings, handle)
        assert profile is not None, handle
        assert profile.account.id == account_id
    for handle in ("sam", "", "@", "@alice@there.test", "alice@", "x" * 999, "x\ny", "here.test@here.test"):
        assert await profile_by_handle(instance.database, instance.settings, handle) is None


async def test_leaving_asks_twice(signed_in: Browser, instance: Instance) -> None:
    """An account ends only for who types its name and password."""
    for username, password in (("bob", PASSWORD), ("alice", "wrong password"), ("", "")):
        response = await signed_in.post(
            "/settings/account/delete", {"username": username, "password": password}, at="/settings/account"
        )
        assert response.status == 422
    assert await instance.database.fetch_value("SELECT count(*) FROM users") == 1


async def test_leaving(signed_in: Browser, alice: int, instance: Instance) -> None:
    """Everything somebody did here goes with them, others' numbers are right, and every server is told."""
    await a_follower(instance, alice)
    async with instance.change() as change:
        bob = await a_person(change, "bob")
        mine = await a_post(change, await Account.get(id=alice), caption="bye")
        his = await a_post(change, bob)
        comment = await a_post(change, await Account.get(id=alice), parent=his)
        reply = await a_post(change, bob, parent=comment)
        await Like.create(id=1, account_id=alice, post_id=his.id, created_at=change.now)
        await Boost.create(id=1, account_id=alice, post_id=his.id, uri="x", created_at=change.now)
        await Follow.create(
            id=1, follower_id=alice, followed_id=bob.id, state=FollowState.ACCEPTED, uri="x", created_at=change.now
        )
        await Notification.create(
            id=1, account_id=bob.id, kind=NotificationKind.LIKE, actor_id=alice, post_id=his.id, created_at=change.now
        )
        await change.tx.execute("UPDATE posts SET likes_count=1, boosts_count=1, replies_count=1 WHERE id=$1", his.id)
        await change.tx.execute("UPDATE accounts SET followers_count = 1 WHERE id = $1", bob.id)
    response = await signed_in.post(
        "/settings/account/delete", {"username": "@Alice", "password": PASSWORD}, at="/settings/account"
    )
    assert response.status == 303
    database = instance.database
    row = await database.fetch_one("SELECT * FROM posts WHERE id = $1", his.id)
    assert row is not None
    assert (row["likes_count"], row["boosts_count"], row["replies_count"]) == (0, 0, 0)
    assert await database.fetch_value("SELECT followers_count FROM accounts WHERE id = $1", bob.id) == 0
    assert [row["id"] for row in await database.fetch("SELECT id FROM posts ORDER BY id")] == [his.id, reply.id]
    for table in ("likes", "boosts", "follows", "notifications", "sessions"):
        assert await database.fetch_value(f"SELECT count(*) FROM {table}") == 0, table
    assert await database.fetch_value("SELECT count(*) FROM users") == 1
    buried = {row["uri"] for row in await database.fetch("SELECT uri FROM tombstones")}
    assert buried == {mine.uri, comment.uri}
    account = await database.fetch_one("SELECT * FROM accounts WHERE id = $1", alice)
    assert account is not None
    assert account["deleted_at"] is not None
    assert account["bio"] == account["name"] == ""
    [delete] = await sent(instance)
    assert (delete["type"], delete["actor"]) == ("Delete", "https://here.test/users/alice")
    assert await database.fetch_value("SELECT inbox FROM deliveries") == "https://there.test/inbox"
    assert await database.fetch_value("SELECT count(*) FROM account_keys WHERE account_id = $1", alice) == 1
    assert (await signed_in.get("/settings")).status == 303
    response = await signed_in.post("/sign-in", {"username": "alice", "password": PASSWORD})
    assert response.status == 422

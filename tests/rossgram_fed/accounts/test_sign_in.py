"""Coming in: who is let in, who is not, and what they are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rossgram_fed.accounts import actions
from rossgram_fed.accounts.passwords import hash_password, password_matches, password_problem
from rossgram_fed.accounts.usernames import username_problem
from rossgram_fed.config import Registration
from rossgram_fed.instance import Instance
from tests.conftest import SettableClock
from tests.rossgram_fed.accounts.conftest import PASSWORD
from tests.rossgram_fed.web.browser import Browser

Opened = Callable[..., Any]


@pytest.mark.parametrize("typed", ["alice", "Alice", "@alice", " alice ", "alice@here.test", "@ALICE@here.test"])
async def test_sign_in(browser: Browser, typed: str) -> None:
    """People come in by their name in whichever way they type it, and go on to where they wanted."""
    response = await browser.post("/sign-in", {"username": typed, "password": PASSWORD, "next": "/p/1"})
    assert (response.status, response.headers["Location"]) == (303, "/p/1")
    assert (await browser.get("/settings")).status == 200


async def test_wrong_ones_are_told_the_same(browser: Browser, instance: Instance) -> None:
    """Nobody learns from the answer whether a name exists, and what they typed is kept, the password excepted."""
    pages = []
    for username in ("alice", "nobody", "alice@elsewhere.test", ""):
        response = await browser.post("/sign-in", {"username": username, "password": "wrong password"})
        assert response.status == 422
        page = await response.text()
        assert "wrong password" not in page
        assert not any("session" in header for header in browser.set_cookies)
        pages.append(page.replace(f'value="{username}"', ""))
    assert pages[0].count("do not belong together") == 1
    assert len({page.split("<form")[1].split('name="csrf"')[0] for page in pages}) == 1
    assert await instance.database.fetch("SELECT id FROM sessions") == []


async def test_sixth_try_waits(browser: Browser, clock: SettableClock) -> None:
    """After five wrong passwords even the right one has to wait; the page says how long."""
    wrong = {"username": "alice", "password": "wrong password"}
    for _ in range(5):
        assert (await browser.post("/sign-in", wrong)).status == 422
    response = await browser.post("/sign-in", {"username": "alice", "password": PASSWORD})
    assert response.status == 429
    assert "Try again in 15 minutes." in await response.text()
    assert response.headers["Retry-After"] == "900"
    clock.advance(15 * 60_000)
    assert (await browser.post("/sign-in", {"username": "alice", "password": PASSWORD})).status == 303


async def test_one_address_cannot_try_everybody(browser: Browser) -> None:
    """Trying one password on many names is slowed by where it comes from."""
    statuses = []
    for number in range(31):
        response = await browser.post("/sign-in", {"username": f"name{number}", "password": "password"})
        statuses.append(response.status)
    assert statuses == [422] * 30 + [429]


@pytest.mark.parametrize("goal", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"])
async def test_no_open_redirect(browser: Browser, goal: str) -> None:
    """Sign-in never leads to another host, from the address or from the form."""
    assert "evil" not in await browser.text(f"/sign-in?next={goal}")
    response = await browser.post("/sign-in", {"username": "alice", "password": PASSWORD, "next": goal})
    assert response.headers["Location"] == "/"
    response = await browser.get(f"/sign-in?next={goal}")
    assert response.headers["Location"] == "/"


async def test_sign_out(signed_in: Browser, instance: Instance) -> None:
    """Signing out ends the session at both ends."""
    cookie = dict(signed_in.cookies)
    response = await signed_in.post("/sign-out", at="/settings")
    assert response.status == 303
    assert "__Host-session" not in signed_in.cookies
    signed_in.cookies = cookie
    assert (await signed_in.get("/settings")).status == 303
    assert (await signed_in.get("/sign-out")).status == 405, "a link or picture signs nobody out"


async def test_sessions_page(signed_in: Browser, opened: Opened, instance: Instance) -> None:
    """People see their browsers, sign one out, sign all out; nobody touches another's."""
    other = Browser(signed_in.client)
    await other.post("/sign-in", {"username": "alice", "password": PASSWORD}, User_Agent="Phone <b>")
    page = await signed_in.text("/settings/sessions")
    assert "Phone &lt;b&gt;" in page
    assert page.count("this browser") == 2, "said once, and once on its button"
    rows = await instance.database.fetch("SELECT id, user_agent FROM sessions")
    [phone] = [row["id"] for row in rows if row["user_agent"].startswith("Phone")]
    async with instance.change() as change:
        await change.tx.execute("UPDATE sessions SET user_id = user_id WHERE id = $1", phone)
    assert (await signed_in.post("/settings/sessions/1/end", at="/settings/sessions")).status == 404
    assert (await signed_in.post(f"/settings/sessions/{phone}/end", at="/settings/sessions")).status == 303
    assert (await other.get("/settings")).status == 303
    assert (await signed_in.get("/settings")).status == 200
    assert (await signed_in.post("/settings/sessions/end-all", at="/settings/sessions")).status == 303
    assert (await signed_in.get("/settings")).status == 303
    assert await instance.database.fetch("SELECT id FROM sessions") == []


async def test_change_password(signed_in: Browser, instance: Instance) -> None:
    """A new password needs the old one, and signs every other browser out."""
    other = Browser(signed_in.client)
    await other.post("/sign-in", {"username": "alice", "password": PASSWORD})
    path, at = "/settings/account/password", "/settings/account"
    for current, new, words in (
        ("wrong password", "another good one", "This is not your password."),
        (PASSWORD, "short", "at least 10 characters"),
        (PASSWORD, "aaaaaaaaaaaaaa", "too easy to guess"),
    ):
        response = await signed_in.post(path, {"current": current, "new": new}, at=at)
        assert response.status == 422
        assert words in await response.text()
    assert (await signed_in.post(path, {"current": PASSWORD, "new": "another good one"}, at=at)).status == 303
    assert (await other.get("/settings")).status == 303
    assert (await signed_in.get("/settings")).status == 200
    assert (await other.post("/sign-in", {"username": "alice", "password": PASSWORD})).status == 422
    assert (await other.post("/sign-in", {"username": "alice", "password": "another good one"})).status == 303


async def test_reset_password_closes_every_session(signed_in: Browser, instance: Instance) -> None:
    """Whoever had the old password is out everywhere."""
    password_hash = await hash_password("set by the admin")
    async with instance.change() as change:
        assert await actions.reset_password(change, username="alice", password_hash=password_hash)
        assert not await actions.reset_password(change, username="nobody", password_hash=password_hash)
    assert (await signed_in.get("/settings")).status == 303


async def test_closed(opened: Opened, instance: Instance) -> None:
    """A closed server makes no account, whatever is sent."""
    browser = await opened(Registration.CLOSED)
    assert (await browser.get("/sign-up")).status == 403
    response = await browser.post("/sign-up", {"username": "bob", "password": PASSWORD}, at="/sign-in")
    assert response.status == 403
    assert await instance.database.fetch("SELECT id FROM users") == []


async def test_open(opened: Opened, instance: Instance) -> None:
    """An open server makes an account with keys and signs its owner in; errors stand beside the fields."""
    browser = await opened(Registration.OPEN)
    response = await browser.post("/sign-up", {"username": "b b", "password": "short"})
    page = await response.text()
    assert response.status == 422
    assert 'value="b b"' in page
    assert "small letters" in page
    assert "short" not in page.replace("minlength", "")
    assert (await browser.post("/sign-up", {"username": "@Bob@here.test", "password": PASSWORD})).status == 303
    assert (await browser.get("/settings")).status == 200
    row = await instance.database.fetch_one(
        "SELECT a.*, u.role, k.rsa_pem FROM accounts a JOIN users u ON u.account_id = a.id "
        "JOIN account_keys k ON k.account_id = a.id"
    )
    assert row is not None
    assert (row["username"], row["uri"], row["role"]) == ("bob", "https://here.test/users/bob", 0)
    assert "PRIVATE KEY" in row["rsa_pem"]
    assert "PRIVATE KEY" not in row["public_keys"]
    again = Browser(browser.client)
    response = await again.post("/sign-up", {"username": "BOB", "password": PASSWORD})
    assert response.status == 422
    assert "This name is taken." in await response.text()


async def test_extra_fields_change_nothing(opened: Opened, instance: Instance) -> None:
    """Nobody makes themselves an admin by sending more than the form has."""
    browser = await opened(Registration.OPEN)
    extra = {"role": "2", "is_admin": "1", "id": "1", "email": "a@b.test"}
    await browser.post("/sign-up", {"username": "bob", "password": PASSWORD, **extra})
    assert await instance.database.fetch_value("SELECT role FROM users") == 0
    assert await instance.database.fetch_value("SELECT email FROM users") is None


async def test_invites(opened: Opened, alice: int, instance: Instance, clock: SettableClock) -> None:
    """An invitation opens the door once, for two weeks, unless it is withdrawn; nothing else opens it."""
    host = await opened(Registration.INVITE)
    await host.post("/sign-in", {"username": "alice", "password": PASSWORD})

    async def invite() -> str:
        page = await (await host.post("/settings/invites")).text()
        return page.split("/sign-up?invite=")[1].split("<")[0]

    async def join(username: str, code: str) -> int:
        guest = Browser(host.client)
        fields = {"username": username, "password": PASSWORD, "invite": code}
        return (await guest.post("/sign-up", fields)).status

    code = await invite()
    kept = await instance.database.fetch_value("SELECT code_hash FROM invites")
    assert code not in kept
    assert await join("bob", "") == 422
    assert await join("bob", "guessed") == 422
    assert await join("bob", kept) == 422, "the hash opens nothing"
    assert await join("alice", code) == 422, "a taken name uses nothing up"
    assert await join("bob", code) == 303
    assert await join("carol", code) == 422
    late = await invite()
    clock.advance(14 * 86_400_000)
    assert await join("carol", late) == 422
    withdrawn = await invite()
    [row] = await instance.database.fetch("SELECT id FROM invites WHERE expires_at > $1", clock())
    await host.post(f"/settings/invites/{row['id']}/withdraw", at="/settings/invites")
    assert await join("carol", withdrawn) == 422
    assert await instance.database.fetch_value("SELECT count(*) FROM users") == 2


async def test_no_invites_elsewhere(signed_in: Browser) -> None:
    """Where sign-up is not by invitation there is nothing to invite to."""
    assert (await signed_in.get("/settings/invites")).status == 404
    assert (await signed_in.post("/settings/invites", at="/settings")).status == 404


@pytest.mark.parametrize(
    ("username", "good"),
    [
        ("alice", True), ("a", True), ("a_1", True), ("a" * 30, True),
        ("", False), ("a" * 31, False), ("Alice", False), ("älice", False), ("a-b", False), ("a.b", False),
        ("a b", False), ("аlice", False), ("admin", False), ("actor", False), ("inbox", False), ("_", False),
        ("a\n", False), ("../x", False),
    ],
)  # fmt: skip
def test_usernames(username: str, good: bool) -> None:
    """Names are plain, not those of the server, and the same everywhere."""
    assert (username_problem(username) == "") is good


async def test_passwords() -> None:
    """Hashes are Argon2id with the advised costs, and differ; odd kept values match nothing."""
    first, second = await hash_password("pässword 1"), await hash_password("pässword 1")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert await password_matches("pa\u0308ssword 1", first), "however the letters were composed"
    assert not await password_matches("password 1", first)
    for kept in (None, "", "!", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"):
        assert not await password_matches("", kept)
    assert password_problem("x" * 201)
    assert password_problem("Alexandria1", username="alexandria")

"""Sessions: what browsers hold, what the database holds, and when they end."""

from __future__ import annotations

from rossgram_fed.instance import Instance
from rossgram_fed.web.sessions import LIFETIME, token_hash
from tests.conftest import SettableClock
from tests.rossgram_fed.web.browser import Browser

COOKIE = "__Host-session"


async def _sessions(instance: Instance) -> list[str]:
    return [row["token_hash"] for row in await instance.database.fetch("SELECT token_hash FROM sessions")]


async def test_cookie_flags(browser: Browser) -> None:
    """The session cookie is for this host alone, out of reach of scripts and of requests from elsewhere."""
    await browser.post("/enter", at="/form")
    [header] = [header for header in browser.set_cookies if header.startswith(COOKIE)]
    value, *flags = header.split("; ")
    assert set(flags) == {"Path=/", f"Max-Age={LIFETIME}", "HttpOnly", "SameSite=Lax", "Secure"}
    assert len(value.partition("=")[2]) == 43


async def test_only_the_hash_is_kept(browser: Browser, instance: Instance) -> None:
    """A stolen database opens no session."""
    await browser.post("/enter", at="/form")
    assert await _sessions(instance) == [token_hash(browser.cookies[COOKIE])]


async def test_planted_session_is_never_used(browser: Browser, instance: Instance) -> None:
    """A cookie that somebody planted before sign-in does not become the session (fixation)."""
    browser.cookies[COOKIE] = "A" * 43
    await browser.post("/enter", at="/form")
    assert browser.cookies[COOKIE] != "A" * 43
    browser.cookies = {COOKIE: "A" * 43}
    assert (await browser.get("/private")).status == 303


async def test_rotated_at_sign_in(browser: Browser, instance: Instance) -> None:
    """Signing in again gives a new token and closes the old session."""
    await browser.post("/enter", at="/form")
    first = browser.cookies[COOKIE]
    await browser.post("/enter", at="/form")
    assert browser.cookies[COOKIE] != first
    assert await _sessions(instance) == [token_hash(browser.cookies[COOKIE])]


async def test_odd_cookies_are_nobody(browser: Browser) -> None:
    """Whatever a client sends as a cookie, it is at worst nobody."""
    for odd in ("", "x", "A" * 5000, "'; DROP TABLE sessions; --", "\x80\xff".encode("latin-1").decode("latin-1")):
        response = await browser.fetch("GET", "/form", Cookie=f"{COOKIE}={odd}")
        assert response.status == 200
        assert response.headers["X-Viewer"] == "nobody"


async def test_slides_and_ends(browser: Browser, clock: SettableClock) -> None:
    """A session in use lives on, with its cookie; one unused for 60 days is over."""
    await browser.post("/enter", at="/form")
    for _ in range(3):
        clock.advance((LIFETIME - 3600) * 1000)
        assert (await browser.get("/private")).status == 200
        assert any(header.startswith(COOKIE) for header in browser.set_cookies)
    clock.advance(60_000)
    await browser.get("/private")
    assert not browser.set_cookies, "and not written at every look"
    clock.advance(LIFETIME * 1000)
    assert (await browser.get("/private")).status == 303


async def test_ends_with_its_user(browser: Browser, instance: Instance) -> None:
    """Nobody stays signed in to an account that was disabled, suspended or deleted."""
    await browser.post("/enter", at="/form")
    for table, column in (("users", "disabled_at"), ("accounts", "suspended_at"), ("accounts", "deleted_at")):
        for value, status in ((1, 303), (None, 200)):
            async with instance.change() as change:
                await change.tx.execute(f"UPDATE {table} SET {column} = $1", value)
            cookies = dict(browser.cookies)
            assert (await browser.get("/private")).status == status, column
            browser.cookies = cookies


async def test_guards(browser: Browser, instance: Instance) -> None:
    """Pages for the signed in lead to the sign-in page and back; those for admins are closed to others."""
    response = await browser.get("/private?a=1&b=2")
    assert response.headers["Location"] == "/sign-in?next=/private%3Fa%3D1%26b%3D2"
    response = await browser.get("/private", Accept="application/activity+json")
    assert response.status == 401
    assert await response.json() == {"error": "Sign in to do this."}
    token = await browser.token("/form")
    response = await browser.fetch("POST", "/private", data={"csrf": token}, Referer="https://here.test/form?x=1")
    assert response.headers["Location"] == "/sign-in?next=/form%3Fx%3D1", "a form leads back to its page"
    response = await browser.fetch("POST", "/private", data={"csrf": token}, Referer="https://here.test.evil/form")
    assert response.headers["Location"] == "/sign-in?next=/"
    await browser.post("/enter", at="/form")
    assert (await browser.get("/admin")).status == 403
    async with instance.change() as change:
        await change.tx.execute("UPDATE users SET role = 2")
    assert (await browser.get("/admin")).status == 200


async def test_reading_sets_no_cookie(browser: Browser) -> None:
    """A page without a form leaves nothing behind in the browser."""
    await browser.get("/gone")
    assert not browser.set_cookies


async def test_flash_is_shown_once_and_only_ours(browser: Browser) -> None:
    """A message reaches the next page, escaped, once; one that somebody else wrote is not shown."""
    await browser.post("/enter", at="/form")
    assert "Hello &amp; welcome." in await browser.text("/form")
    assert "Hello" not in await browser.text("/form")
    for forged in ("SGVsbG8.0000", "SGVsbG8", ".", "é.x", "SGVsbG8." + "0" * 64):
        browser.cookies["__Host-flash"] = forged
        assert 'class="flash"' not in await browser.text("/form")

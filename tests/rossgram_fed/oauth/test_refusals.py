"""What apps, and people who pretend to be one, do not get."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from rossgram_fed.models import AccessToken, App, AuthorizationCode
from rossgram_fed.oauth.codes import LIFETIME
from tests.apps import ApiSite, Client
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.rossgram_fed.oauth.flow import CALLBACK, CHALLENGE, OOB, VERIFIER, an_app, answer_in

_UNREGISTERED: list[tuple[dict[str, object], str]] = [
    ({"redirect_uris": "javascript:alert(1)"}, "a script"),
    ({"redirect_uris": "Feed:javascript:alert(1)"}, "a script within another scheme"),
    ({"redirect_uris": "JavaScript:alert(1)"}, "a script in other letters"),
    ({"redirect_uris": "data:text/html,x"}, "a page in an address"),
    ({"redirect_uris": "vbscript:x"}, "another script"),
    ({"redirect_uris": "file:///etc/passwd"}, "a file"),
    ({"redirect_uris": "intent://x#Intent;end"}, "an intent"),
    ({"redirect_uris": "https://app.example/cb#x"}, "a fragment"),
    ({"redirect_uris": "https://app.example/\\@evil.example"}, "what browsers read as another host"),
    ({"redirect_uris": "https://me:pw@app.example/"}, "a name and a password"),
    ({"redirect_uris": "https:///cb"}, "no host"),
    ({"redirect_uris": "/cb"}, "no scheme"),
    ({"redirect_uris": "myapp://caf\u00e9"}, "letters that no header carries"),
    ({"redirect_uris": ["https://app.example/cb", "javascript:x"]}, "a bad one behind a good one"),
    ({"redirect_uris": ""}, "none"),
    ({"redirect_uris": [f"https://app.example/{number}" for number in range(21)]}, "too many"),
    ({"redirect_uris": "https://app.example/" + "x" * 2000}, "too long"),
    ({"client_name": ""}, "no name"),
    ({"client_name": "\u202e\u200b"}, "a name that nobody sees"),
    ({"client_name": "x" * 61}, "a long name"),
    ({"website": "javascript:alert(1)"}, "a website that is a script"),
    ({"scopes": "read everything"}, "a scope that there is not"),
    ({"scopes": "admin:read:accounts"}, "scopes that are not to be had here"),
    ({"redirect_uris": {"a": "b"}}, "a mapping"),
]


async def test_apps_that_are_not_registered(site: ApiSite) -> None:
    """An app that could run something, send codes elsewhere or pretend to be another is refused, and not kept."""
    for fields, reason in _UNREGISTERED:
        given = {"client_name": "Dunes", "redirect_uris": CALLBACK, "scopes": "read", **fields}
        reply = await site.nobody.post("/api/v1/apps", **given)
        assert reply.status == 422, reason
        assert reply.body["error"].startswith("Validation failed"), reason
        assert await App.all().count() == 0, reason


async def test_plain_http_is_for_this_machine_alone(site: ApiSite) -> None:
    """A server on https sends no code over the open network; programs on the person's own machine may listen."""
    for uri, status in (
        ("http://app.example/cb", 422),
        ("http://127.0.0.1.evil.example/", 422),
        ("http://localhost:4711/", 200),
        ("http://127.0.0.1/", 200),
        ("http://[::1]:99/", 200),
    ):
        reply = await site.nobody.post("/api/v1/apps", client_name="Dunes", redirect_uris=uri)
        assert reply.status == status, uri


_NOT_TOGETHER = [
    ({"client_id": "nobody"}, "an app that nobody registered"),
    ({"client_id": ""}, "no app"),
    ({"redirect_uri": "https://evil.example/"}, "another host"),
    ({"redirect_uri": f"{CALLBACK}/"}, "a slash more"),
    ({"redirect_uri": f"{CALLBACK}?x=1"}, "a query more"),
    ({"redirect_uri": CALLBACK.upper()}, "other letters"),
    ({"redirect_uri": ""}, "no address"),
    ({"redirect_uri": OOB}, "a way that it did not register"),
]


async def test_nobody_is_sent_to_a_stranger(site: ApiSite) -> None:
    """As long as app and address do not belong together, people are told on a page, signed in or not."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app, hers = await an_app(site), await site.browser(alice)
    for wrong, reason in _NOT_TOGETHER:
        for browser in (site.visitor, hers):
            response = await browser.get(app.page(**wrong))
            assert (response.status, "Location" in response.headers) == (400, False), reason
        given = {**app.asking, **wrong, "answer": "allow"}
        posted = await hers.post("/oauth/authorize", given, at="/settings")
        assert (posted.status, "Location" in posted.headers) == (400, False), reason
    assert await AuthorizationCode.all().count() == 0


_MISTAKES = [
    ({"response_type": "token"}, "unsupported_response_type", "the implicit grant"),
    ({"response_type": ""}, "unsupported_response_type", "no type"),
    ({"scope": "read write push"}, "invalid_scope", "more than it registered for"),
    ({"scope": "nonsense"}, "invalid_scope", "a scope that there is not"),
    ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request", "a challenge in plain"),
    ({"code_challenge": CHALLENGE}, "invalid_request", "a challenge that is plain by default"),
    ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request", "no hash"),
    ({"code_challenge_method": "S256"}, "invalid_request", "a method without a challenge"),
    ({"response_mode": "web_message"}, "invalid_request", "a mode that there is not"),
]


async def test_apps_hear_what_is_wrong(site: ApiSite) -> None:
    """A mistake of the app is told to the app, once somebody is signed in, and nothing is kept."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app, browser = await an_app(site), await site.browser(alice)
    for wrong, error, reason in _MISTAKES:
        assert "Location" not in (await site.visitor.get(app.page(**wrong))).headers, reason
        response = await browser.get(app.page(**wrong))
        assert response.status == 303, reason
        assert urlsplit(response.headers["Location"]).netloc == "app.example", reason
        assert answer_in(response)["error"] == error, reason
        assert answer_in(response)["state"] == "a state & more", reason
        given = {name: value for name, value in {**app.asking, **wrong, "answer": "allow"}.items() if value}
        posted = await browser.post("/oauth/authorize", given, at="/settings")
        assert answer_in(posted)["error"] == error, reason
    assert await AuthorizationCode.all().count() == 0


async def test_the_page_is_guarded(site: ApiSite) -> None:
    """The page cannot be framed, its form leads to the app alone, and no answer counts that is not from it."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app, browser = await an_app(site), await site.browser(alice)
    page = await browser.get(app.page())
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://app.example;" in policy
    assert page.headers["X-Frame-Options"] == "DENY"
    answer = {**app.asking, "answer": "allow"}
    assert (await browser.fetch("POST", "/oauth/authorize", data=answer)).status == 403
    assert (await browser.fetch("POST", "/oauth/authorize/", data=answer)).status == 308
    foreign = await browser.fetch("POST", "/oauth/authorize", data=answer, Origin="https://evil.example")
    assert foreign.status == 403
    assert await AuthorizationCode.all().count() == 0
    assert "<script" not in await page.text()


async def test_a_name_is_text(site: ApiSite) -> None:
    """What an app calls itself is shown as text, without marks that turn the letters around it."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await an_app(site, client_name="<b>Bank</b>\u202e")
    page = await (await site.browser(alice)).text(app.page())
    assert "<bdi>&lt;b&gt;Bank&lt;/b&gt;</bdi>" in page
    assert "\u202e" not in page


async def test_signing_in_first(site: ApiSite) -> None:
    """Whoever is not signed in signs in on that page and comes back to the question, however long it is."""
    app = await an_app(site)
    state = "s" * 3000
    page = await site.visitor.text(app.page(state=state))
    assert 'action="/sign-in"' in page
    assert state in page
    async with site.instance.change() as change:
        alice = await a_person(change)
    again = await (await site.browser(alice)).text(app.page(force_login="true"))
    assert 'action="/sign-in"' in again
    assert "force_login" not in again


_NO_TOKEN = [
    ({"client_secret": "guess"}, 401, "invalid_client", "a wrong secret"),
    ({"client_secret": ""}, 401, "invalid_client", "no secret"),
    ({"client_id": "nobody"}, 401, "invalid_client", "another client"),
    ({"code": "guess"}, 400, "invalid_grant", "a wrong code"),
    ({"code": ""}, 400, "invalid_request", "no code"),
    ({"redirect_uri": f"{CALLBACK}/"}, 400, "invalid_grant", "another address"),
    ({"redirect_uri": ""}, 400, "invalid_grant", "no address"),
    ({"code_verifier": ""}, 400, "invalid_grant", "no verifier"),
    ({"code_verifier": "w" * 43}, 400, "invalid_grant", "another verifier"),
    ({"code_verifier": CHALLENGE}, 400, "invalid_grant", "the challenge itself"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type", "passwords are not taken"),
    ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type", "nothing is refreshed"),
    ({"grant_type": ""}, 400, "invalid_request", "no grant type"),
]


async def test_codes_that_open_nothing(site: ApiSite) -> None:
    """Whoever cannot show all that belongs to a code gets no token, and no reason to guess on; the app still does."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await an_app(site)
    code = await app.code(await site.browser(alice), code_challenge=CHALLENGE, code_challenge_method="S256")
    good = {"code": code, "code_verifier": VERIFIER}
    for wrong, status, error, reason in _NO_TOKEN:
        given = {**good, **wrong}
        reply = await app.exchange(given.pop("code"), **given)
        assert (reply.status, reply.body["error"]) == (status, error), reason
        assert reply.body["error_description"], reason
    assert await AccessToken.all().count() == 0
    assert (await app.exchange(**good)).status == 200


async def test_a_verifier_without_a_challenge(site: ApiSite) -> None:
    """Nobody can take the challenge out of a question and have the code for it."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await an_app(site)
    code = await app.code(await site.browser(alice))
    assert (await app.exchange(code, code_verifier=VERIFIER)).body["error"] == "invalid_grant"
    assert await AccessToken.all().count() == 0


async def test_another_apps_code(site: ApiSite) -> None:
    """A code is of no use to an app that it was not given to."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app, other = await an_app(site), await an_app(site)
    code = await app.code(await site.browser(alice))
    assert (await other.exchange(code)).body["error"] == "invalid_grant"
    assert await AccessToken.all().count() == 0


async def test_a_code_used_twice(site: ApiSite) -> None:
    """The second use gets nothing, and takes what the first one got."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await an_app(site)
    code = await app.code(await site.browser(alice))
    first = await app.exchange(code)
    client = Client(site.visitor.client, first.body["access_token"])
    assert (await client.get("/oauth/userinfo")).status == 200
    assert (await app.exchange(code)).body["error"] == "invalid_grant"
    assert (await client.get("/oauth/userinfo")).status == 401
    assert await AccessToken.all().count() == 0
    assert (await app.exchange(code)).body["error"] == "invalid_grant"


async def test_a_code_used_twice_at_once(site: ApiSite) -> None:
    """However close together two uses are, one gets a token at most, and loses it to the other."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await an_app(site)
    code = await app.code(await site.browser(alice))
    replies = await asyncio.gather(*[app.exchange(code) for _ in range(4)])
    assert sorted(reply.status for reply in replies) == [200, 400, 400, 400]
    assert await AccessToken.all().count() == 0


async def test_a_code_runs_out(site: ApiSite, clock: SettableClock) -> None:
    """After ten minutes a code opens nothing."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await an_app(site)
    code = await app.code(await site.browser(alice))
    clock.advance(LIFETIME + 1)
    assert (await app.exchange(code)).body["error"] == "invalid_grant"
    assert await AccessToken.all().count() == 0


async def test_another_apps_token_is_not_revoked(site: ApiSite) -> None:
    """Only the app that holds a token takes it back, with its secret."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app, other = await an_app(site), await an_app(site)
    client = await app.client(alice)
    for client_id, secret in ((other.client_id, other.client_secret), (app.client_id, "guess"), ("", "")):
        fields = {"client_id": client_id, "client_secret": secret, "token": client.token or ""}
        reply = await site.nobody.form("POST", "/oauth/revoke", list(fields.items()))
        assert (reply.status, reply.body["error"]) == (403, "unauthorized_client")
    assert (await client.get("/oauth/userinfo")).status == 200


async def test_a_stale_token_is_not_in_the_way(site: ApiSite) -> None:
    """An app whose token is gone can register and sign in although it still sends that token."""
    stale = Client(site.visitor.client, "gone")
    assert (await stale.post("/api/v1/apps", client_name="Dunes", redirect_uris=OOB)).status == 200
    assert (await stale.post("/oauth/token", grant_type="client_credentials")).body["error"] == "invalid_client"


async def test_guessing_is_slow(site: ApiSite) -> None:
    """After so many tries from one address nobody is answered, right or wrong."""
    app = await an_app(site)
    right = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": app.client_secret}
    for _ in range(120):
        await site.nobody.post("/oauth/token", **{**right, "client_secret": "guess"})
    last = await site.nobody.post("/oauth/token", **right)
    assert last.status == 429
    assert int(last.headers["Retry-After"]) > 0
    assert await AccessToken.all().count() == 0

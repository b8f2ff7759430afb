"""Signing in with an app, from the first request to the last."""

from __future__ import annotations

import base64

from rossgram_fed.models import Account
from tests.apps import ApiSite, Client
from tests.builders import a_person
from tests.rossgram_fed.oauth.flow import CALLBACK, CHALLENGE, OOB, VERIFIER, an_app, answer_in


async def _alice(site: ApiSite) -> Account:
    async with site.instance.change() as change:
        return await a_person(change)


_ADDRESSES = [
    (CALLBACK, f"{CALLBACK}?code=", "https://app.example", "a page of a web app"),
    ("https://app.example/cb?a=1", "https://app.example/cb?a=1&code=", "https://app.example", "a query of its own"),
    ("HTTPS://App.Example", "HTTPS://App.Example?code=", "https://app.example", "large letters, which stay"),
    ("icecubesapp://", "icecubesapp://?code=", "icecubesapp:", "an app on a phone"),
    ("Ivory://x", "Ivory://x?code=", "ivory:", "one that writes its scheme large"),
    ("com.example.app:/cb", "com.example.app:/cb?code=", "com.example.app:", "one by the name of its domain"),
    ("http://127.0.0.1:4711/", "http://127.0.0.1:4711/?code=", "http://127.0.0.1:4711", "a program on this machine"),
    ("http://[::1]:4711/", "http://[::1]:4711/?code=", "http:", "the same by IPv6, of which policies know no hosts"),
]


async def test_an_app_is_signed_in(site: ApiSite) -> None:
    """Whoever says yes is sent back with a code and the state, and the code becomes a token that works."""
    browser = await site.browser(await _alice(site))
    for redirect_uri, begins, source, reason in _ADDRESSES:
        app = await an_app(site, redirect_uri=redirect_uri)
        response = await app.answered(browser, code_challenge=CHALLENGE, code_challenge_method="S256")
        assert response.status == 303, reason
        assert response.headers["Location"].startswith(begins), reason
        assert response.headers["Cache-Control"] == "no-store", reason
        assert f"form-action 'self' {source};" in response.headers["Content-Security-Policy"], reason
        answer = answer_in(response)
        assert (answer["state"], answer["iss"]) == ("a state & more", f"{site.instance.settings.base_url}/"), reason
        reply = await app.exchange(answer["code"], code_verifier=VERIFIER)
        assert reply.status == 200, (reason, reply.body)
        assert reply.headers["Cache-Control"] == "no-store", reason
        assert reply.headers["Access-Control-Allow-Origin"] == "*", reason
        assert (reply.body["token_type"], reply.body["scope"]) == ("Bearer", "read write"), reason
        who = await Client(site.visitor.client, reply.body["access_token"]).get("/oauth/userinfo")
        assert who.body["preferred_username"] == "alice", reason
        assert not await _secrets_kept(site, app.client_secret, answer["code"], reply.body["access_token"]), reason


async def _secrets_kept(site: ApiSite, *secrets: str) -> list[str]:
    """What the tables of this feature hold of secrets as they are."""
    rows = [
        str(dict(row))
        for table in ("apps", "authorization_codes", "access_tokens")
        for row in await site.instance.database.fetch(f"SELECT * FROM {table}")
    ]
    return [row for row in rows if any(secret in row for secret in secrets)]


async def test_a_code_is_shown_for_carrying_over(site: ApiSite) -> None:
    """An app without an address gets its code by hand, and it works."""
    app = await an_app(site, redirect_uri=OOB)
    response = await app.answered(await site.browser(await _alice(site)))
    assert response.status == 200
    page = await response.text()
    code = page.partition('aria-label="Code">')[2].partition("<")[0]
    assert (await app.exchange(code)).status == 200


async def test_other_ways_to_answer(site: ApiSite) -> None:
    """An answer travels behind # or as a form that leads to the app alone, as the app wants it."""
    app = await an_app(site)
    browser = await site.browser(await _alice(site))
    behind = await app.answered(browser, response_mode="fragment")
    assert behind.headers["Location"].startswith(f"{CALLBACK}#code=")
    posted = await app.answered(browser, response_mode="form_post")
    page = await posted.text()
    assert f'action="{CALLBACK}"' in page
    assert 'name="state" value="a state &amp; more"' in page
    assert "form-action 'self' https://app.example;" in posted.headers["Content-Security-Policy"]


async def test_no_is_an_answer(site: ApiSite) -> None:
    """Whoever says no is sent back with that, and nothing is kept."""
    app = await an_app(site)
    response = await app.answered(await site.browser(await _alice(site)), "deny")
    assert answer_in(response)["error"] == "access_denied"
    assert answer_in(response)["state"] == "a state & more"
    assert await site.instance.database.fetch("SELECT id FROM authorization_codes") == []


async def test_apps_sign_in_for_themselves(site: ApiSite) -> None:
    """A client's credentials become a token of the app itself, whichever way they are sent."""
    app = await an_app(site)
    pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    wanted = {"grant_type": "client_credentials", "scope": "read"}
    posted = {**wanted, "client_id": app.client_id, "client_secret": app.client_secret}
    for given, headers in ((posted, {}), (wanted, {"Authorization": f"Basic {pair}"})):
        as_json = await site.nobody.call("POST", "/oauth/token/", headers=headers, **given)
        as_form = await site.nobody.call("POST", "/oauth/token/", data=given, headers=headers)
        for reply in (as_json, as_form):
            assert reply.status == 200, (headers, reply.body)
            itself = Client(site.visitor.client, reply.body["access_token"])
            shown = await itself.get("/api/v1/apps/verify_credentials")
            assert (shown.status, shown.body["name"], "client_secret" in shown.body) == (200, "Dunes", False)
            assert (await itself.get("/api/v1/accounts/verify_credentials")).status in (403, 422)


async def test_a_token_is_taken_back(site: ApiSite) -> None:
    """Its app takes a token away, once and again; it opens nothing from then on."""
    app = await an_app(site)
    client = await app.client(await _alice(site))
    assert (await client.get("/oauth/userinfo")).status == 200
    mine = {"client_id": app.client_id, "client_secret": app.client_secret, "token": client.token or ""}
    for _ in range(2):
        reply = await site.nobody.form("POST", "/oauth/revoke", list(mine.items()))
        assert (reply.status, reply.body) == (200, {})
    assert (await client.get("/oauth/userinfo")).status == 401


async def test_what_this_server_can_do(site: ApiSite) -> None:
    """The metadata names the addresses that there are; pages of other origins may read them."""
    path = "/.well-known/oauth-authorization-server"
    reply = await site.nobody.get(path)
    assert reply.status == 200
    assert (await site.nobody.get(f"{path}/")).body == reply.body
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    base = site.instance.settings.base_url
    assert reply.body["authorization_endpoint"] == f"{base}/oauth/authorize"
    assert reply.body["code_challenge_methods_supported"] == ["S256"]
    assert "password" not in reply.body["grant_types_supported"]
    for asked in (path, "/oauth/token"):
        assert (await site.nobody.call("OPTIONS", asked)).status == 204, asked

"""Signing in with an app, from the first request to the last."""

from __future__ import annotations

import base64

import pytest

from tests.apps import ApiSite, Client
from tests.builders import a_person
from tests.rossgram_fed.oauth.flow import CALLBACK, CHALLENGE, OOB, VERIFIER, an_app, answer_in


async def _alice(site: ApiSite):
    async with site.instance.change() as change:
        return await a_person(change)


@pytest.mark.parametrize(
    ("redirect_uri", "begins", "reason"),
    [
        (CALLBACK, f"{CALLBACK}?code=", "a page of a web app"),
        ("https://app.example/cb?a=1", "https://app.example/cb?a=1&code=", "one with a query of its own"),
        ("icecubesapp://", "icecubesapp://?code=", "an app on a phone"),
        ("com.example.app:/cb", "com.example.app:/cb?code=", "one by the name of its domain"),
        ("http://127.0.0.1:4711/", "http://127.0.0.1:4711/?code=", "a program on this machine"),
    ],
)
async def test_an_app_is_signed_in(site: ApiSite, redirect_uri: str, begins: str, reason: str) -> None:
    """Whoever says yes is sent back with a code and the state, and the code becomes a token that works."""
    alice = await _alice(site)
    app = await an_app(site, redirect_uri=redirect_uri)
    response = await app.answered(await site.browser(alice), code_challenge=CHALLENGE, code_challenge_method="S256")
    assert response.status == 303
    assert response.headers["Location"].startswith(begins), reason
    assert response.headers["Cache-Control"] == "no-store"
    answer = answer_in(response)
    assert answer["state"] == "a state & more"
    assert answer["iss"] == f"{site.instance.settings.base_url}/"
    reply = await app.exchange(answer["code"], code_verifier=VERIFIER)
    assert reply.status == 200, reply.body
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert (reply.body["token_type"], reply.body["scope"]) == ("Bearer", "read write")
    who = await Client(site.visitor.client, reply.body["access_token"]).get("/oauth/userinfo")
    assert who.body["preferred_username"] == "alice"
    assert not await _secrets_kept(site, app.client_secret, answer["code"], reply.body["access_token"])


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


@pytest.mark.parametrize("as_json", [False, True], ids=["form", "JSON"])
@pytest.mark.parametrize("basic", [False, True], ids=["post", "basic"])
async def test_apps_sign_in_for_themselves(site: ApiSite, as_json: bool, basic: bool) -> None:
    """A client's credentials become a token of the app itself, whichever way they are sent."""
    app = await an_app(site)
    given = {"grant_type": "client_credentials", "scope": "read"}
    headers = {}
    if basic:
        pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    else:
        given |= {"client_id": app.client_id, "client_secret": app.client_secret}
    if as_json:
        reply = await site.nobody.call("POST", "/oauth/token/", headers=headers, **given)
    else:
        reply = await site.nobody.call("POST", "/oauth/token/", data=given, headers=headers)
    assert reply.status == 200, reply.body
    itself = Client(site.visitor.client, reply.body["access_token"])
    shown = await itself.get("/api/v1/apps/verify_credentials")
    assert (shown.status, shown.body["name"]) == (200, "Dunes")
    assert "client_secret" not in shown.body
    assert (await itself.get("/oauth/userinfo")).status in (401, 403)


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

"""Every endpoint of the API, by the table that serves it: who is let in, with which token, and to whose things.

The lists are made from that table, so a new endpoint is held to this from its first day.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator

import pytest

from rossgram_fed.api.call import Call
from rossgram_fed.api.openapi import plain_path
from rossgram_fed.api.routes import ROUTES
from rossgram_fed.api.serving import PREFIXES, add_api
from rossgram_fed.api.table import Route, Who
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account
from rossgram_fed.models.accounts import Role
from rossgram_fed.oauth.callers import CALLERS, REVOKED, Callers
from rossgram_fed.oauth.scopes import SCOPES, covers
from rossgram_fed.routes import add_routes
from tests.apps import ApiSite, Client, Reply, opened_api
from tests.builders import a_person
from tests.rossgram_fed.web.browser import browser_for, plain_app
from tests.rows import all_rows
from tests.security.belongings import Belongings, filled, move_in

NO_TOKEN = "The access token is invalid"
NO_PERSON = "This method requires an authenticated user"
NO_SCOPE = "This action is outside the authorized scopes"
GONE = "Record not found"
SILENT = "POST /api/v2/notifications/{group_key}/dismiss"
"""Says yes to whatever group it is, as Mastodon's does, and puts one's own away alone."""

CLOSED = [route for route in ROUTES if route.who not in (Who.ANYBODY, Who.CLIENT)]
PERSONAL = [route for route in CLOSED if route.who is not Who.APP]
BY_TOKEN = [route for route in ROUTES if route.who is not Who.CLIENT]
WITHOUT_SCOPE = {
    "/api/v1/announcements": "notices to everybody here, and which of them one has put away",
    "/api/v1/apps/verify_credentials": "what the app itself is called",
    "/api/v1/emails/check_confirmation": "whether an address is confirmed, which nothing here asks for",
}
READING = {
    "POST /oauth/userinfo": "what GET says (OpenID Connect Core, section 5.3.1)",
    "POST /api/v1/statuses/{id}/translate": "is refused, since nothing is translated here; it would change nothing",
}
"""Routes by other methods than GET that change nothing."""

ON_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For what is settled before anything is asked of the database."""


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[ApiSite]:
    async with opened_api(instance) as opened:
        yield opened


@pytest.fixture
async def hers(site: ApiSite) -> Belongings:
    return await move_in(site)


def named(route: Route) -> str:
    return f"{route.method} {plain_path(route)}"


def refused(reply: Reply, status: int, sentence: str) -> bool:
    """Whether a reply is exactly that refusal, as JSON."""
    said = reply.body.get("error") if isinstance(reply.body, dict) else None
    return (reply.status, said) == (status, sentence)


async def everything_refuses(
    routes: list[Route], hers: Belongings, client: Client, status: int, sentence: str, **headers: str
) -> None:
    """Send to each what its owner would; each must refuse with the same words."""
    wrong = []
    for route in routes:
        reply = await client.call(route.method, hers.path(route), headers=headers, **hers.body(route))
        if not refused(reply, status, sentence):
            wrong.append((named(route), reply.status, reply.body))
    assert not wrong


async def an_app(site: ApiSite, name: str) -> tuple[Account, Client]:
    async with site.instance.change() as change:
        person = await a_person(change, name)
    return person, await site.app(person)


def test_what_changes_something_names_a_scope() -> None:
    """Each route that changes something asks for a scope that says so; what is somebody's own is read with one, too."""
    for route in ROUTES:
        if route.method == "GET":
            asks = bool(route.scope) or route.who in (Who.ANYBODY, Who.CLIENT) or route.path in WITHOUT_SCOPE
        else:
            asks = (
                route.who is Who.CLIENT
                or named(route) in READING
                or route.scope.startswith(("write:", "push", "admin:write"))
            )
            assert route.who is not Who.ANYBODY, f"{named(route)} changes something for anybody"
        assert asks, f"{named(route)} asks for no scope that lets an app do it"
        assert not route.scope or any(covers((route.scope,), one) for one in SCOPES), f"{named(route)}: no such scope"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_route_without_a_scope_is_none(method: str) -> None:
    """Who forgets the scope of something that changes things hears of it when the module is read."""

    async def handler(_call: Call) -> None: ...

    with pytest.raises(ValueError, match="scope"):
        Route(method, "/api/v1/things", handler)
    with pytest.raises(ValueError, match="scope"):
        Route(method, "/api/v1/things", handler, scope="write:things")


@ON_SQLITE
async def test_nothing_is_served_beside_the_table(site: ApiSite) -> None:
    """Below the API's addresses there are its routes, the page that asks a person, and nothing else."""
    served = {
        (one.method, one.resource.canonical)
        for one in site.visitor.client.server.app.router.routes()  # type: ignore[attr-defined]  # a TestServer
        if one.resource is not None and one.resource.canonical.startswith(PREFIXES)
    }
    promised = {(route.method, plain_path(route)) for route in ROUTES}
    refusing = {(method, f"{prefix}{{tail}}") for prefix in PREFIXES for method in ("*", "OPTIONS")}
    asking = {(method, "/oauth/authorize") for method in ("GET", "HEAD", "POST")}
    assert {(method, path) for method, path in served - refusing - asking if method != "HEAD"} <= promised
    for method in ("GET", "POST", "PROPFIND"):
        reply = await site.nobody.call(method, "/api/v1/admin/accounts")
        assert refused(reply, 404, "This address does not exist here")


@ON_SQLITE
async def test_nobody_in_particular(site: ApiSite, hers: Belongings) -> None:
    """Without a token, or with one in any other place than the header, apps get what is for everybody alone."""
    token = hers.app.token or ""
    browser = await site.browser(hers.alice)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    before = await all_rows(site.instance.database)
    await everything_refuses(CLOSED, hers, site.nobody, 401, NO_TOKEN)
    for reason, headers in (
        ("a browser that she is signed in with", {"Cookie": cookie}),
        ("another scheme", {"Authorization": f"Basic {b64encode(f'alice:{token}'.encode()).decode()}"}),
        ("no scheme", {"Authorization": token}),
        ("an empty token", {"Authorization": "Bearer "}),
    ):
        for method, path in (("GET", "/api/v1/preferences"), ("POST", "/api/v1/statuses")):
            reply = await site.nobody.call(method, path, headers=headers, status="In her name")
            assert refused(reply, 401, NO_TOKEN), reason
    for path in (f"?access_token={token}", f"?bearer_token={token}"):
        assert refused(await site.nobody.get(f"/api/v1/preferences{path}"), 401, NO_TOKEN), path
    reply = await site.nobody.post("/api/v1/statuses", status="In her name", access_token=token)
    assert refused(reply, 401, NO_TOKEN)
    assert await all_rows(site.instance.database) == before


@ON_SQLITE
async def test_an_app_for_itself(site: ApiSite, hers: Belongings) -> None:
    """An app for which nobody stands has every scope and yet does nothing that a person does."""
    app = await site.app(None, scopes=" ".join(SCOPES))
    before = await all_rows(site.instance.database)
    await everything_refuses(PERSONAL, hers, app, 422, NO_PERSON)
    assert await all_rows(site.instance.database) == before


@ON_SQLITE
async def test_every_scope_but_the_one(site: ApiSite, hers: Belongings) -> None:
    """A token with every scope but those that cover a route's own is refused there, also where none is needed."""
    for wanted in sorted({route.scope for route in ROUTES if route.scope}):
        others = [scope for scope in SCOPES if not covers((scope,), wanted)]
        app = await site.app(hers.alice, scopes=" ".join(others))
        routes = [route for route in BY_TOKEN if route.scope == wanted]
        before = await all_rows(site.instance.database)
        await everything_refuses(routes, hers, app, 403, NO_SCOPE)
        assert await all_rows(site.instance.database) == before, wanted


_USER = "SELECT u.id FROM users u JOIN accounts a ON a.id = u.account_id WHERE a.username ="
ENDS = {
    "suspended": "UPDATE accounts SET suspended_at = 1 WHERE username = 'suspended'",
    "deleted": "UPDATE accounts SET deleted_at = 1 WHERE username = 'deleted'",
    "disabled": f"UPDATE users SET disabled_at = 1 WHERE id IN ({_USER} 'disabled')",
    "forgotten": f"DELETE FROM users WHERE id IN ({_USER} 'forgotten')",
    "revoked": f"DELETE FROM access_tokens WHERE user_id IN ({_USER} 'revoked')",
    "unchanged": "UPDATE accounts SET bio = '' WHERE username = 'unchanged'",
}
"""How a token ends, by the name of whom it happens to; a token of the last one is none because a letter is too many."""


@ON_SQLITE
async def test_tokens_that_are_none(site: ApiSite, hers: Belongings) -> None:
    """Whoever is suspended, deleted, disabled or gone has no token any more, even for what is for everybody."""
    apps = {name: (await an_app(site, name))[1] for name in ENDS}
    for name, app in apps.items():
        assert (await app.get("/api/v1/preferences")).status == 200
        async with site.instance.change() as change:
            await change.tx.execute(ENDS[name])
            change.tx.signal(REVOKED)
    apps["unchanged"] = Client(site.visitor.client, f"{apps['unchanged'].token}x")
    before = await all_rows(site.instance.database)
    for app in apps.values():
        await everything_refuses(BY_TOKEN, hers, app, 401, NO_TOKEN)
    assert await all_rows(site.instance.database) == before


async def test_other_peoples_things_are_not_there(site: ApiSite, hers: Belongings) -> None:
    """For an app of somebody else, whatever it may do, things of alice's do not exist, and stay as they are."""
    _, app = await an_app(site, "bob")
    before = await all_rows(site.instance.database)
    archive = [one for one in hers.routes if "/archive/" in one.path]
    others = [one for one in hers.routes if one not in archive and named(one) != SILENT]
    await everything_refuses(others, hers, app, 404, GONE)
    await everything_refuses(archive, hers, app, 404, "There is no such post of yours.")
    silent = next(one for one in ROUTES if named(one) == SILENT)
    assert (await app.post(hers.path(silent))).status == 200
    assert (await app.get("/api/v1/push/subscription")).status == 404
    assert await all_rows(site.instance.database) == before
    for route in hers.routes:
        if route.method == "GET" and not route.path.startswith("/api/v1/media"):
            assert (await hers.app.get(hers.path(route))).status == 200, f"{named(route)} leads to nothing of hers"


async def test_things_that_nobody_has(site: ApiSite, hers: Belongings) -> None:
    """An id that there is not, or that is none, is not there for anybody, and nothing breaks."""
    wrong = []
    before = await all_rows(site.instance.database)
    for route in hers.routes:
        for value in ("1", "0", "9" * 30, "-1", "%00", "%F0%9F%98%80", "x" * 3000):
            reply = await hers.app.call(route.method, filled(route, value), **hers.body(route))
            if reply.status != 404 or list(reply.body) != ["error"]:
                wrong.append((named(route), value[:10], reply.status, reply.body))
    assert not wrong
    assert await all_rows(site.instance.database) == before


@ON_SQLITE
async def test_no_scope_makes_anybody_staff(site: ApiSite, hers: Belongings) -> None:
    """An app with every scope there is does nothing of the staff's for a member."""
    staff = [route for route in ROUTES if route.who is Who.STAFF]
    app = await site.app(hers.alice, scopes=" ".join(SCOPES))
    before = await all_rows(site.instance.database)
    await everything_refuses(staff, hers, app, 403, "This action is not allowed")
    assert await all_rows(site.instance.database) == before


@ON_SQLITE
async def test_what_is_for_the_staff(instance: Instance) -> None:
    """A route for the staff is not for members, whatever scope their token has."""
    told: list[int] = []

    async def handler(call: Call) -> dict[str, str]:
        told.append(call.account_id)
        return {}

    route = Route("POST", "/api/v1/admin/things", handler, scope="write:accounts", who=Who.STAFF)
    app = plain_app(instance)
    app[CALLERS] = Callers(instance)
    add_routes(app)
    add_api(app, (route,))
    visitor = await browser_for(app)
    site = ApiSite(instance, visitor)
    try:
        for name, role, status in (("alice", Role.MEMBER, 403), ("mo", Role.MODERATOR, 200), ("ada", Role.ADMIN, 200)):
            async with instance.change() as change:
                person = await a_person(change, name, role=role)
            reply = await (await site.app(person)).post(route.path)
            assert (reply.status, bool(told)) == (status, status == 200), name
        assert (await site.nobody.post(route.path)).status == 401
        assert (await (await site.app(None)).post(route.path)).status == 422
        assert len(told) == 2
    finally:
        await visitor.client.close()

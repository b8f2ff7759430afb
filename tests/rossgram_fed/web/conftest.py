"""An application with a few pages that show what the plumbing does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from rossgram_fed.instance import INSTANCE, Instance
from rossgram_fed.web.bodies import takes_uploads
from rossgram_fed.web.csrf import form_of, machine
from rossgram_fed.web.errors import Gone, TooMany
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.negotiation import activity_response, wants_activity
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, admin_only, sign_browser_in, signed_in, viewer_of
from tests.builders import a_person
from tests.rossgram_fed.web.browser import Browser, browser_for, plain_app


async def form_page(request: web.Request) -> web.StreamResponse:
    viewer = await viewer_of(request)
    who = viewer.username if viewer else "nobody"
    response = await render(request, "accounts/settings.html", may_invite=False)
    response.headers["X-Viewer"] = who
    return response


async def echo(request: web.Request) -> web.StreamResponse:
    return web.json_response(dict(form_of(request).values))


@signed_in
@takes_uploads
async def upload(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    files = [(one.field, one.file_name, one.size, one.too_large) for one in form_of(request).uploads]
    return web.json_response({"viewer": viewer.username, "files": files, "fields": dict(form_of(request).values)})


async def sign_in(request: web.Request) -> web.StreamResponse:
    async with request.app[INSTANCE].change() as change:
        user_id = await change.tx.fetch_value("SELECT id FROM users LIMIT 1")
        await sign_browser_in(request, change, user_id=user_id)
    return see_other("/form", "Hello & welcome.")


@signed_in
async def private(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    return web.Response(text=viewer.username)


@admin_only
async def for_admins(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    return web.Response(text=viewer.username)


async def inbox(request: web.Request) -> web.StreamResponse:
    return web.Response(status=202)


async def broken(request: web.Request) -> web.StreamResponse:
    raise ZeroDivisionError("a secret of the house")


async def gone(request: web.Request) -> web.StreamResponse:
    raise Gone


async def throttled(request: web.Request) -> web.StreamResponse:
    raise TooMany("Come back later.", retry_at=request.app[INSTANCE].clock() + 90_500)


async def document(request: web.Request) -> web.StreamResponse:
    return activity_response({"id": "x"}) if wants_activity(request) else web.Response(text="page")


@pytest.fixture
async def browser(instance: Instance) -> AsyncIterator[Browser]:
    """A browser before an application with sample pages, on a server where alice lives."""
    app = plain_app(instance)
    app.router.add_get("/form", form_page)
    app.router.add_post("/form", echo)
    app.router.add_post("/upload", upload)
    app.router.add_post("/enter", sign_in)
    app.router.add_get("/private", private)
    app.router.add_post("/private", private)
    app.router.add_get("/admin", for_admins)
    app.router.add_post("/inbox", machine(inbox))
    app.router.add_get("/broken", broken)
    app.router.add_get("/gone", gone)
    app.router.add_get("/throttled", throttled)
    app.router.add_get("/document", document)
    async with instance.change() as change:
        await a_person(change, "alice")
    made = await browser_for(app)
    yield made
    await made.client.close()

"""To one's own server and back: the way out for visitors, and the question before anything is done for those who come.

A visitor makes us ask one server, that of the handle they typed, and only so often. Nothing is done by looking.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from activitypub.errors import ActivityPubError
from rossgram_fed.accounts.mentions import handle_from
from rossgram_fed.accounts.profiles import profile_by_handle
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.follows.relations import relation
from rossgram_fed.instance import INSTANCE
from rossgram_fed.interact.intents import Intent, way_home
from rossgram_fed.interact.subjects import Subject, public_subject
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.search.resolving import NotFoundAnywhere, resolve
from rossgram_fed.web.addresses import address_group, client_address
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form, clean_text
from rossgram_fed.web.headers import CONTENT_SECURITY_POLICY
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in, viewer_of
from rossgram_fed.web.throttle import Limit, count_try
from webfinger.errors import WebFingerError
from webfinger.handles import Handle

BY_ADDRESS = Limit("interact:address", tries=10, minutes=15)
BY_ALL = Limit("interact:all", tries=300, minutes=15)
"""What visitors make us ask of others in all, from wherever they come."""
BY_ACCOUNT = Limit("interact:account", tries=60, minutes=15)
SECONDS = 10.0
LONGEST_ADDRESS = 2000
LONGEST_HANDLE = 320

_POLICY = CONTENT_SECURITY_POLICY.replace("form-action 'self'", "form-action 'self' https:")
"""This one form leads elsewhere: to the server of whoever sends it."""


async def ask(request: web.Request) -> web.Response:
    """``GET /interact?do=follow&uri=…``: where is your account?"""
    found = await _subject(request, request.query.get("uri", ""))
    if await viewer_of(request) is not None:
        return see_other(found.path)
    return await _show(request, found, _intent(request.query.get("do", "")), Form())


async def send(request: web.Request) -> web.Response:
    """``POST /interact``: on to the visitor's own server, if it says where."""
    form, instance = form_of(request), request.app[INSTANCE]
    found, intent = await _subject(request, form.value("uri")), _intent(form.value("do"))
    typed = form.text("handle", most=LONGEST_HANDLE, least=1)
    handle = handle_from(instance.settings, typed)
    if form.ok and (handle is None or "@" not in typed.removeprefix("@")):
        form.error("handle", "A handle looks like @name@server.example.")
    if handle is None or not form.ok:
        return await _show(request, found, intent, form, status=422)
    if not handle.host:
        return see_other(f"/sign-in?next={found.path}")
    await count_try(instance, BY_ADDRESS, subject=address_group(client_address(request)))
    await count_try(instance, BY_ALL, subject="everybody")
    address = await _way_home(request, handle, intent, found, form)
    if not form.ok:
        return await _show(request, found, intent, form, status=422)
    if not address:
        return await _show(request, found, intent, form, elsewhere=handle.host)
    return web.Response(status=303, headers={"Location": address, "Content-Security-Policy": _POLICY})


@signed_in
async def authorize(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /authorize_interaction?uri=…``: what somebody came back with; they are asked before anything is done."""
    text = clean_text(request.query.get("uri", ""))
    instance = request.app[INSTANCE]
    if not text or len(text) > LONGEST_ADDRESS:
        return see_other("/search")
    await count_try(instance, BY_ACCOUNT, subject=str(viewer.account_id))
    try:
        path = await resolve(request.app[NETWORK], text, viewer_id=viewer.account_id)
    except NotFoundAnywhere as why:
        raise NotFound(str(why)) from why
    if path is None:
        raise NotFound("That is neither a handle nor an address.")
    return await _question(request, viewer, path)


async def _question(request: web.Request, viewer: Viewer, path: str) -> web.Response:
    instance = request.app[INSTANCE]
    if path.startswith("/p/"):
        posts = await posts_by_ids(instance.database, [int(path.removeprefix("/p/"))], viewer_id=viewer.account_id)
        if not posts:
            raise NotFound
        return await render(request, "interact/authorize.html", post=posts[0], account=posts[0].author, relation=None)
    profile = await profile_by_handle(instance.database, instance.settings, path.removeprefix("/@"))
    if profile is None or profile.deleted or profile.suspended:
        raise NotFound
    account = profile.account
    stands = await relation(instance.database, viewer.account_id, account.id)
    return await render(request, "interact/authorize.html", post=None, account=account, relation=stands)


async def _way_home(request: web.Request, handle: Handle, intent: Intent, found: Subject, form: Form) -> str:
    network = request.app[NETWORK]
    allow_http = network.instance.settings.development.allow_http_and_private_networks
    try:
        async with asyncio.timeout(SECONDS):
            known = await remote_accounts.look_up(network, handle)
    except (ActivityPubError, WebFingerError, TimeoutError):
        # No more than that: what exactly went wrong on the way to somewhere is not for whoever comes by.
        form.error("handle", f"{handle.host} does not know {handle}, or does not answer.")
        return ""
    return way_home(known.links, intent, uri=found.uri, allow_http=allow_http and not network.instance.settings.https)


async def _subject(request: web.Request, uri: str) -> Subject:
    found = await public_subject(request.app[INSTANCE].database, uri) if 0 < len(uri) <= LONGEST_ADDRESS else None
    if found is None:
        raise NotFound
    return found


def _intent(text: str) -> Intent:
    try:
        return Intent(text)
    except ValueError as error:
        raise NotFound from error


async def _show(
    request: web.Request, found: Subject, intent: Intent, form: Form, *, elsewhere: str = "", status: int = 200
) -> web.Response:
    response = await render(
        request, "interact/ask.html", status, subject=found, intent=intent, form=form, elsewhere=elsewhere
    )
    response.headers["Content-Security-Policy"] = _POLICY
    return response

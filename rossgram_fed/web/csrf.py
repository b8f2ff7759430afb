"""No form from elsewhere: every unsafe request proves twice that it comes from a page of ours.

First the browser says so (``Sec-Fetch-Site``, ``Origin``); then the form carries a token, an HMAC of this browser's
session, or, before sign-in, of a cookie of its own. A client that sends neither header is no browser that could be
tricked, and the token alone decides. The check comes before the handler, which finds the form already read
(``form_of``); it is skipped only for handlers wrapped in ``machine``, which authenticate each request otherwise.
"""

from __future__ import annotations

import hmac
import secrets
from functools import wraps
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from markupsafe import Markup

from rossgram_fed.config import Settings
from rossgram_fed.instance import INSTANCE
from rossgram_fed.web.bodies import close_uploads, is_upload, read_form
from rossgram_fed.web.cookies import put_cookie, read_cookie
from rossgram_fed.web.errors import Forbidden, SignInNeeded
from rossgram_fed.web.forms import Form
from rossgram_fed.web.secrets import SECRETS, signature
from rossgram_fed.web.sessions import COOKIE, viewer_of

FIELD = "csrf"
_VISITOR = "visitor"
_VISITOR_SECONDS = 24 * 3600
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM: web.RequestKey[Form] = web.RequestKey("form")
_MACHINE = "machine"


def machine(handler: Handler) -> Handler:
    """Wrap the handler of an endpoint for servers, whose every request is signed: no form, no token, no session."""

    @wraps(handler)
    async def wrapped(request: web.Request) -> web.StreamResponse:
        return await handler(request)

    setattr(wrapped, _MACHINE, True)
    return wrapped


def is_machine(request: web.Request) -> bool:
    """Say whether this request is for an endpoint for servers."""
    return getattr(request.match_info.handler, _MACHINE, False)


def form_of(request: web.Request) -> Form:
    """Return the form of this (unsafe, checked) request."""
    return request[_FORM]


def csrf_token(request: web.Request) -> str:
    """Return this browser's form token; gives a browser without a session the cookie its token belongs to.

    Call it after ``viewer_of``, which drops the cookie of a session that is no longer open.
    """
    session = read_cookie(request, COOKIE)
    if session:
        return signature(request.app[SECRETS], "form of session", session)
    visitor = read_cookie(request, _VISITOR)
    if not visitor:
        visitor = secrets.token_urlsafe(16)
        put_cookie(request, _VISITOR, visitor, seconds=_VISITOR_SECONDS)
    return signature(request.app[SECRETS], "form of visitor", visitor)


def csrf_field(request: web.Request) -> Markup:
    """Return the hidden field that every form carries, first of all its fields."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token(request))


@web.middleware
async def guard_forms(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Read the form of every unsafe request and refuse those that are not from a page of ours."""
    if request.method in _SAFE or is_machine(request) or request.match_info.http_exception is not None:
        return await handler(request)
    settings = request.app[INSTANCE].settings
    refuse_foreign_origin(request, settings)
    if is_upload(request) and await viewer_of(request) is None:
        raise SignInNeeded("Sign in to send photos.")
    form = await read_form(request, settings.limits)
    try:
        await viewer_of(request)
        if not hmac.compare_digest(form.value(FIELD).encode(), csrf_token(request).encode()):
            raise Forbidden("This page was open for too long. Go back, load it again, and repeat what you did.")
        request[_FORM] = form
        return await handler(request)
    finally:
        close_uploads(form)


def refuse_foreign_origin(request: web.Request, settings: Settings) -> None:
    """Raise ``Forbidden`` when the browser says that a page of somebody else sent this (Fetch Metadata; RFC 6454)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise Forbidden("This was sent by a page of another site, so it was not done.")
    origin = request.headers.get("Origin")
    if origin is None or origin.lower() == _origin_of(settings):
        return
    if request.headers.get("Host", "") == origin.partition("://")[2]:
        raise Forbidden(f"This server's address is {settings.base_url}. Open the page there and repeat what you did.")
    raise Forbidden("This was sent by a page of another site, so it was not done.")


def _origin_of(settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    default = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.removesuffix(default)}".lower()

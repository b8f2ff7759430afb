"""Cookies: asked for while a request is handled, written in one place when its response goes out.

Every cookie is HttpOnly, SameSite=Lax and for the whole host. On https it is Secure and carries the ``__Host-`` prefix
(RFC 6265bis), so no neighbouring name can plant it. On http the port is part of the name, because browsers do not keep
cookies of different ports apart and two servers may run on one machine.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from rossgram_fed.config import Settings
from rossgram_fed.instance import INSTANCE

_PENDING: web.RequestKey[dict[str, tuple[str, int]]] = web.RequestKey("cookies")


def cookie_name(settings: Settings, name: str) -> str:
    """Return the name under which browsers keep one of our cookies."""
    if settings.https:
        return f"__Host-{name}"
    port = urlsplit(settings.base_url).port
    return f"{name}-{port}" if port else name


def read_cookie(request: web.Request, name: str) -> str:
    """Return a cookie's value as it came, or as it is about to be set; empty when there is none."""
    full = cookie_name(request.app[INSTANCE].settings, name)
    pending: dict[str, tuple[str, int]] = request.get(_PENDING, {})
    if full in pending:
        return pending[full][0]
    return request.cookies.get(full, "")


def put_cookie(request: web.Request, name: str, value: str, *, seconds: int) -> None:
    """Send a cookie with the response to this request; ``value`` holds only characters that need no quoting."""
    full = cookie_name(request.app[INSTANCE].settings, name)
    pending = request.get(_PENDING)
    if pending is None:
        pending = request[_PENDING] = {}
    pending[full] = (value, seconds)


def drop_cookie(request: web.Request, name: str) -> None:
    """Have the browser forget a cookie."""
    put_cookie(request, name, "", seconds=0)


def write_cookies(request: web.Request, response: web.StreamResponse) -> None:
    """Write what was asked for into the response's headers, once they are being made."""
    pending = request.get(_PENDING)
    if not pending:
        return
    secure = "; Secure" if request.app[INSTANCE].settings.https else ""
    for name, (value, seconds) in pending.items():
        response.headers.add("Set-Cookie", f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")

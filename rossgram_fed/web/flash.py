"""A message for the next page ("Saved."), carried there by a signed cookie that lives for a minute."""

from __future__ import annotations

import base64
import hmac

from aiohttp import web

from rossgram_fed.web.cookies import drop_cookie, put_cookie, read_cookie
from rossgram_fed.web.secrets import SECRETS, signature

_COOKIE = "flash"
_SECONDS = 60
_MOST = 300
_MESSAGE: web.ResponseKey[str] = web.ResponseKey("flash")


def see_other(path: str, flash: str = "") -> web.Response:
    """Send the browser on to another page of ours after a form (303), with a message to show there."""
    response = web.Response(status=303, headers={"Location": path, "Cache-Control": "private, no-cache"})
    if flash:
        response[_MESSAGE] = flash
    return response


def carry_message(request: web.Request, response: web.StreamResponse) -> None:
    """Put a response's message into the cookie."""
    message = response.get(_MESSAGE)
    if message:
        text = base64.urlsafe_b64encode(message[:_MOST].encode()).decode().rstrip("=")
        put_cookie(request, _COOKIE, f"{text}.{signature(request.app[SECRETS], 'flash', text)}", seconds=_SECONDS)


def take_message(request: web.Request) -> str:
    """Return the message for this page, once; empty when there is none or we did not write it."""
    cookie = read_cookie(request, _COOKIE)
    if not cookie:
        return ""
    drop_cookie(request, _COOKIE)
    text, _, mark = cookie.partition(".")
    if not hmac.compare_digest(
        mark.encode("utf-8", "replace"), signature(request.app[SECRETS], "flash", text).encode()
    ):
        return ""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()

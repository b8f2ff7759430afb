"""What every response says about itself, whoever made it: the headers that keep browsers on our side.

A handler that sets one of them itself is left alone; photos bring a stricter policy of their own.
"""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.web.cookies import write_cookies
from rossgram_fed.web.flash import carry_message

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
"""Pages have no script, so none may run."""
WITH_OWN_SCRIPTS = f"{CONTENT_SECURITY_POLICY}; connect-src 'self'; script-src 'self'"
"""For the few pages that do have one: files of ours at ``/static`` may run and ask this server, and nothing that stands
in the page may."""

_SCRIPTS = web.RequestKey("own_scripts", bool)

_ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # Not "no-referrer": with that, browsers send "Origin: null" with our own forms.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def allow_own_scripts(request: web.Request) -> None:
    """Let the page that answers this request run our own scripts; ``script`` in templates calls it."""
    request[_SCRIPTS] = True


async def finish(request: web.Request, response: web.StreamResponse) -> None:
    """Complete the headers of a response that is about to be sent."""
    headers = response.headers
    if _SCRIPTS in request and "Content-Security-Policy" not in headers:
        headers["Content-Security-Policy"] = WITH_OWN_SCRIPTS
    for name, value in _ALWAYS:
        if name not in headers:
            headers[name] = value
    headers["Server"] = "Rossgram"
    carry_message(request, response)
    write_cookies(request, response)

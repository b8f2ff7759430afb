"""The middleware around all that may fail: what goes wrong becomes a page in words, or JSON for who asked for that.

The only ``except Exception`` outside the worker loop is here; what it catches is logged under an id the page shows.
"""

from __future__ import annotations

import logging
import secrets
from urllib.parse import quote

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from rossgram_fed.instance import INSTANCE
from rossgram_fed.web.csrf import is_machine
from rossgram_fed.web.errors import Refusal, SignInNeeded, TooMany
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import safe_next
from rossgram_fed.web.negotiation import wants_activity
from rossgram_fed.web.rendering import render, render_without_viewer

logger = logging.getLogger(__name__)

_SENTENCES = {
    400: ("This did not work", "The request could not be understood."),
    403: ("Not allowed", "You may not see or do this."),
    404: ("Nothing here", "There is nothing at this address, or you may not see it."),
    405: ("Not like this", "This address cannot be used in that way."),
    413: ("Too large", "What was sent is larger than this server takes."),
    415: ("Not readable", "What was sent is in a form that this server does not read."),
}


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals, aiohttp's own errors and our mistakes into answers."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return await _refuse(request, refusal)
    except web.HTTPException as error:
        return await _answer_http(request, error)
    except Exception as error:
        if isinstance(error, ConnectionError) and (request.transport is None or request.transport.is_closing()):
            return web.Response(status=400)  # whoever sent it hung up in the middle, and nobody reads this
        reference = secrets.token_hex(4)
        logger.exception("%s %s failed (%s)", request.method, request.path, reference)
        return _broken(request, reference)


async def _refuse(request: web.Request, refusal: Refusal) -> web.StreamResponse:
    if isinstance(refusal, SignInNeeded) and not _for_machine(request):
        return see_other(f"/sign-in?next={quote(_way_back(request), safe='/')}")
    headers = {}
    if isinstance(refusal, TooMany):
        headers["Retry-After"] = str(refusal.seconds_left(request.app[INSTANCE].clock()))
    return await _answer(request, refusal.status, refusal.title, refusal.sentence, headers)


def _way_back(request: web.Request) -> str:
    """Return where somebody wanted to go; after a form, to the page that held it rather than to what it did."""
    if request.method in ("GET", "HEAD"):
        return safe_next(request.path_qs)
    here = request.app[INSTANCE].settings.base_url
    referer = request.headers.get("Referer", "")
    return safe_next(referer.removeprefix(here)) if referer.startswith(f"{here}/") else "/"


async def _answer_http(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    if error.status < 400:
        raise error
    title, sentence = _SENTENCES.get(error.status, ("This did not work", "The request was refused."))
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return await _answer(request, error.status, title, sentence, headers)


async def _answer(
    request: web.Request, status: int, title: str, sentence: str, headers: dict[str, str]
) -> web.StreamResponse:
    if _for_machine(request):
        response = _json(status, sentence)
    else:
        response = await render(request, "errors/error.html", status, title=title, sentence=sentence)
    response.headers.update(headers)
    return response


def _broken(request: web.Request, reference: str) -> web.StreamResponse:
    sentence = f"Something went wrong here, not with you. The people who run this server can look up {reference}."
    if _for_machine(request):
        return _json(500, sentence)
    return render_without_viewer(request, "errors/error.html", 500, title="Our mistake", sentence=sentence)


def _for_machine(request: web.Request) -> bool:
    return is_machine(request) or wants_activity(request)


def _json(status: int, sentence: str) -> web.Response:
    headers = {"Content-Type": "application/json; charset=utf-8", "Vary": "Accept"}
    return web.Response(body=orjson.dumps({"error": sentence}), status=status, headers=headers)

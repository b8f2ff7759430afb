"""HTML for people, ActivityPub JSON for servers, at the same address.

HTML is the default. JSON is sent when the Accept header prefers it; both of ActivityPub's media types
(ActivityPub, section 3.2) count alike, whatever their parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import orjson
from aiohttp import web

ACTIVITY_TYPE = "application/activity+json; charset=utf-8"
_MACHINE_TYPES = frozenset({"application/activity+json", "application/ld+json", "application/json"})
_PEOPLE_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def wants_activity(request: web.Request) -> bool:
    """Say whether this client prefers ActivityPub JSON to a page."""
    accept = request.headers.get("Accept", "").lower()
    if "json" not in accept:
        return False
    return _prefers_json(accept) if len(accept) <= 512 else _prefers_json.__wrapped__(accept)


@lru_cache(maxsize=512)
def _prefers_json(accept: str) -> bool:
    json, html = (0.0, 0), (0.0, 0)
    for place, item in enumerate(accept.split(",")):
        media_type, *parameters = (part.strip() for part in item.split(";"))
        if media_type in _MACHINE_TYPES:
            json = max(json, (_quality(parameters), -place))
        elif media_type in _PEOPLE_TYPES:
            html = max(html, (_quality(parameters), -place))
    return json[0] > 0 and json > html


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0


def activity_response(document: Mapping[str, object] | bytes, status: int = 200) -> web.Response:
    """Answer with an ActivityPub document, given as a value or as ready bytes."""
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    return web.Response(body=body, status=status, headers={"Content-Type": ACTIVITY_TYPE, "Vary": "Accept"})

"""What this API can do, for programs (OpenAPI) and for people (a page), made of the table that serves it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from rossgram_fed.api import openapi
from rossgram_fed.api.call import Call
from rossgram_fed.api.table import Answer, Route, Who
from rossgram_fed.instance import INSTANCE
from rossgram_fed.web.rendering import render

TABLE: web.AppKey[Iterable[Route]] = web.AppKey("api_table", Iterable[Route])
"""Every endpoint that an application serves."""
_WRITTEN: web.AppKey[dict[str, bytes]] = web.AppKey("api_description", dict)

_CALLERS = {
    Who.CLIENT: "an app, by its id and secret where it has them",
    Who.ANYBODY: "anybody",
    Who.APP: "an app",
    Who.USER: "an app that acts for somebody",
    Who.STAFF: "an app that acts for a moderator or an admin",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One endpoint on the page."""

    method: str
    path: str
    summary: str
    caller: str
    scope: str
    takes: tuple[str, ...]


async def describe(call: Call) -> Answer:
    """Describe this API, as OpenAPI 3.1"""
    return Answer(_written(call.request.app))


async def page(request: web.Request) -> web.StreamResponse:
    """``GET /api``: the same for people."""
    areas: defaultdict[str, list[Line]] = defaultdict(list)
    for route in request.app[TABLE]:
        if not route.undocumented:
            areas[openapi.area_of(route)].append(_line(route))
    lines = {area: sorted(areas[area], key=lambda line: (line.path, line.method)) for area in sorted(areas)}
    return await render(request, "api/index.html", areas=lines)


def _line(route: Route) -> Line:
    takes = getattr(route.takes, "__struct_fields__", ())
    return Line(
        route.method, openapi.plain_path(route), openapi.summary_of(route), _CALLERS[route.who], route.scope, takes
    )


def _written(app: web.Application) -> bytes:
    """Return the description; it is written once, when somebody first asks."""
    kept = app[_WRITTEN]
    if not kept:
        kept["openapi"] = orjson.dumps(openapi.document(app[TABLE], app[INSTANCE].settings))
    return kept["openapi"]


def install(app: web.Application, table: Iterable[Route]) -> None:
    """Let an application describe the endpoints of a table."""
    app[TABLE] = table
    app[_WRITTEN] = {}


ROUTES = (Route("GET", "/api/openapi.json", describe, who=Who.ANYBODY, gives=dict[str, Any]),)

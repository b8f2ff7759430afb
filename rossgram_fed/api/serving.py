"""Puts the table of endpoints into an application: tokens, scopes, limits, parameters, answers, refusals as JSON.

Nothing here knows an endpoint, and no endpoint repeats what is done here: who calls is settled before its handler runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from inspect import signature

import msgspec
from aiohttp import web

from rossgram_fed.api import description, figures, limits, parameters
from rossgram_fed.api.call import Call, PersonNeeded
from rossgram_fed.api.reading_entries import SHELF
from rossgram_fed.api.reading_kept import Shelf
from rossgram_fed.api.streaming_hub import hub_for
from rossgram_fed.api.table import Answer, Route, Who
from rossgram_fed.api.trends import TRENDS
from rossgram_fed.instance import INSTANCE
from rossgram_fed.models.accounts import Role
from rossgram_fed.oauth.callers import CALLERS, Caller
from rossgram_fed.oauth.scopes import covers
from rossgram_fed.streaming.life import STREAMING, Streaming
from rossgram_fed.timelines.trends import Trends
from rossgram_fed.web.csrf import is_machine, machine
from rossgram_fed.web.errors import Forbidden, NotFound, Refusal, SignInNeeded, TooMany
from rossgram_fed.web.sessions import Handler

_JSON = "application/json; charset=utf-8"
_ENCODER = msgspec.json.Encoder()
PREFIXES = ("/api/", "/oauth/", "/.well-known/oauth-authorization-server")
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After",
}
_PREFLIGHT = {
    **_CORS,
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    # The star covers all but the first one (Fetch, section 3.3.3); the others are for browsers that know no star.
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, *",
    "Access-Control-Max-Age": "86400",
}


def add_api(app: web.Application, routes: Iterable[Route]) -> None:
    """Serve every route, with and without a slash at its end, and say no in JSON to whatever else begins alike."""
    table = tuple(routes)
    description.install(app, table)
    app[limits.COUNTS] = limits.Counts()
    app[TRENDS] = Trends()
    app[SHELF] = Shelf()
    app[figures.FIGURES] = figures.Figures()
    app[STREAMING] = Streaming(hub_for)
    app.on_shutdown.append(app[STREAMING].close)
    router = app.router
    for route in table:
        router.add_route(route.method, route.path, machine(_served(route)))
    for prefix in PREFIXES:
        router.add_route("OPTIONS", f"{prefix}{{tail:.*}}", machine(_preflight))
        router.add_route("*", f"{prefix}{{tail:.*}}", machine(_without_slash))


def _served(route: Route) -> Handler:
    takes_params = len(signature(route.handler).parameters) > 1

    async def serve(request: web.Request) -> web.StreamResponse:
        headers = dict(_CORS)
        try:
            call = Call(request, route, None if route.who is Who.CLIENT else await _caller(request))
            if call.caller is not None:
                headers["Cache-Control"] = "private, no-store"
            _admit(call)
            headers.update(limits.count(call))
            if not takes_params:
                return _answer(await route.handler(call), headers)
            loose, files = await parameters.read(request, route, call.settings.limits)
            try:
                call.uploads = files
                wanted = parameters.converted(loose, route.takes) if route.takes is not None else loose
                return _answer(await route.handler(call, wanted), headers)
            finally:
                for one in files:
                    one.file.close()
        except Refusal as refusal:
            return _refused(request, refusal, headers)

    return serve


async def _caller(request: web.Request) -> Caller | None:
    """Return who calls; a token that is none is refused even where none is needed, so that apps notice."""
    token = bearer(request)
    if token is None:
        return None
    caller = await request.app[CALLERS].find(token)
    if caller is None:
        raise SignInNeeded("The access token is invalid")
    return caller


def bearer(request: web.Request) -> str | None:
    """Return the token that a request shows (RFC 6750, sections 2.1 and 2.3); None without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return None


def _admit(call: Call) -> None:
    route, caller = call.route, call.caller
    if caller is None:
        if route.who not in (Who.ANYBODY, Who.CLIENT):
            raise SignInNeeded("The access token is invalid")
        return
    if route.scope and not covers(caller.scopes, route.scope):
        raise Forbidden("This action is outside the authorized scopes")
    if route.who in (Who.USER, Who.STAFF) and caller.account_id is None:
        raise PersonNeeded
    if route.who is Who.STAFF and caller.role < Role.MODERATOR:
        raise Forbidden("This action is not allowed")


def _answer(given: object, headers: dict[str, str]) -> web.StreamResponse:
    if isinstance(given, web.StreamResponse):
        if not given.prepared:
            given.headers.extend(headers)
        return given
    if not isinstance(given, Answer):
        given = Answer(given)
    body = given.value if isinstance(given.value, bytes) else _ENCODER.encode(given.value)
    return web.Response(body=body, status=given.status, headers={"Content-Type": _JSON, **headers, **given.headers})


def _refused(request: web.Request, refusal: Refusal, headers: dict[str, str]) -> web.Response:
    if isinstance(refusal, TooMany):
        headers = {**headers, "Retry-After": str(refusal.seconds_left(request.app[INSTANCE].clock()))}
    if isinstance(refusal, SignInNeeded):
        headers = {**headers, "WWW-Authenticate": 'Bearer realm="Rossgram", error="invalid_token"'}
    headers = {**headers, **refusal.headers}
    body = _ENCODER.encode({"error": refusal.sentence, **refusal.more})
    return web.Response(body=body, status=refusal.status, headers={"Content-Type": _JSON, **headers})


async def _preflight(request: web.Request) -> web.Response:
    return web.Response(status=204, headers=_PREFLIGHT)


async def _without_slash(request: web.Request) -> web.StreamResponse:
    """Serve an address that has a slash too many as the one that it means; refuse all others."""
    path = request.rel_url.raw_path
    if path.endswith("/"):
        meant = request.clone(rel_url=request.rel_url.with_path(path.rstrip("/"), encoded=True, keep_query=True))
        match = await request.app.router.resolve(meant)
        if match.http_exception is None and match.handler is not request.match_info.handler:
            match.add_app(request.app)
            # aiohttp has no other way to serve a request as another.
            meant._match_info = match
            if not is_machine(meant):
                return web.Response(status=308, headers={"Location": str(meant.rel_url)})
            return await match.handler(meant)
    return _refused(request, NotFound("This address does not exist here"), dict(_CORS))

"""Streams: what happens, told while it happens, over WebSockets and as server-sent events.

https://docs.joinmastodon.org/methods/streaming/. A connection is there for as long as its token is: it ends when the
token is revoked, or whose it is is suspended, disabled or gone.
"""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import hdrs, web

from rossgram_fed.api.call import Call
from rossgram_fed.api.serving import bearer
from rossgram_fed.api.streaming_sockets import converse
from rossgram_fed.api.table import Route, Who
from rossgram_fed.lists.queries import list_of
from rossgram_fed.oauth.callers import CALLERS, Caller
from rossgram_fed.oauth.scopes import covers
from rossgram_fed.streaming.ears import Ear
from rossgram_fed.streaming.hub import Full, Hub
from rossgram_fed.streaming.life import STREAMING
from rossgram_fed.streaming.streams import Kind, NoStream, Stream, stream_named
from rossgram_fed.web.errors import BadRequest, SignInNeeded, TooMany
from rossgram_fed.web.measuring import answer_is_ready

THUMP_SECONDS = 15.0
"""Between two signs that the server is still there, on streams of events."""
WAIT = 60_000
"""Milliseconds after which somebody may try again for whom there was no room."""
_EVENTS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Access-Control-Allow-Origin": "*",
}


async def health(_call: Call) -> web.Response:
    """Say that streams are served."""
    return web.Response(text="OK")


async def sockets(call: Call) -> web.StreamResponse:
    """Open a WebSocket for any number of streams."""
    request = call.request
    if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
        raise BadRequest("Unknown channel requested")
    caller = await _caller(request)
    hub = request.app[STREAMING].hub(request.app)
    ear = _ear(request, caller)
    _join(hub, ear, now=call.instance.clock())

    async def choose(wanted: Mapping[str, str]) -> Stream:
        return await _chosen(call, ear, stream_named(wanted["stream"], tag=wanted["tag"], list_id=wanted["list"]))

    try:
        return await converse(request, hub, ear, choose)
    finally:
        hub.leave(ear)


async def events(call: Call) -> web.StreamResponse:
    """Tell of one stream as server-sent events."""
    request, query = call.request, call.request.query
    name = call.word("stream").replace("/", ":")
    if query.get("only_media", "").lower() in ("true", "1", "on") and name.startswith("public"):
        name += ":media"
    try:
        stream = stream_named(name, tag=query.get("tag", ""), list_id=query.get("list", ""))
    except NoStream as problem:
        known = str(problem) != "Unknown stream type"
        raise BadRequest(str(problem) if known else "Unknown channel requested") from problem
    caller = await _caller(request)
    hub = request.app[STREAMING].hub(request.app)
    ear = _ear(request, caller)
    stream = await _chosen(call, ear, stream)
    _join(hub, ear, now=call.instance.clock())
    try:
        hub.subscribe(ear, stream)
        return await _write(request, ear)
    finally:
        hub.leave(ear)


async def _write(request: web.Request, ear: Ear) -> web.StreamResponse:
    response = web.StreamResponse(headers=_EVENTS)
    response.force_close()
    await response.prepare(request)
    answer_is_ready(request)
    text = b":)\n"
    while not ear.ended:
        async with ear.sending():
            await response.write(text)
        messages = await ear.take(THUMP_SECONDS)
        text = b"".join(message.as_event for message in messages) or b":thump\n"
    return response


async def _caller(request: web.Request) -> Caller:
    """Return who calls, by a header, the query or the name of the WebSocket's protocol, as apps in browsers do it."""
    token = bearer(request) or request.query.get("access_token") or request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL)
    if not token:
        raise SignInNeeded("Missing access token")
    caller = await request.app[CALLERS].find(token.strip())
    if caller is None or caller.account_id is None:
        raise SignInNeeded("Invalid access token")
    return caller


def _ear(request: web.Request, caller: Caller) -> Ear:
    transport = request.transport
    return Ear(
        token_id=caller.token_id,
        account_id=caller.account_id or 0,
        scopes=caller.scopes,
        cut=transport.abort if transport is not None else lambda: None,
    )


def _join(hub: Hub, ear: Ear, *, now: int) -> None:
    try:
        hub.join(ear)
    except Full as problem:
        raise TooMany(str(problem), retry_at=now + WAIT) from problem


async def _chosen(call: Call, ear: Ear, stream: Stream) -> Stream:
    """Return a stream that somebody may hear; raise ``SignInNeeded``, as Mastodon does, for one that they may not."""
    if not covers(ear.scopes, stream.scope):
        raise SignInNeeded("Access token does not have the required scopes")
    if stream.kind is Kind.LIST and await list_of(call.database, stream.list_id, account_id=ear.account_id) is None:
        raise SignInNeeded("Not authorized to stream this list")
    return stream


_AT = "/api/v1/streaming"
ROUTES = (
    Route("GET", _AT, sockets, who=Who.CLIENT, undocumented=True),
    Route("GET", f"{_AT}/health", health, who=Who.CLIENT, undocumented=True),
    Route("GET", f"{_AT}/{{stream:[a-z/]+[a-z]}}", events, who=Who.CLIENT, undocumented=True),
)

"""Servers that somebody wants nothing of; apps call it blocking a domain."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.paging import Paging, linked
from rossgram_fed.api.table import Answer, Nothing, Route
from rossgram_fed.follows.hosts import mute_host, unmute_host
from rossgram_fed.follows.listing import muted_hosts


class HostsParams(Paging, kw_only=True):
    """A stretch of the list."""


class HostParams(msgspec.Struct, kw_only=True):
    """Which server."""

    domain: str


async def show(call: Call, params: HostsParams) -> Answer:
    """Show the servers that one wants nothing of."""
    span = params.span(usual=100, most=200)
    rows = await muted_hosts(
        call.database, call.account_id, before=span.before, after=span.after, limit=span.limit, order=span.order
    )
    found = span.newest_first(rows)
    return linked(call, [host for _, host in found], cursors=[cursor for cursor, _ in found], limit=span.limit)


async def add(call: Call, params: HostParams) -> Nothing:
    """Want nothing of a server: nothing of it is shown, and follows both ways end."""
    async with call.instance.change() as change:
        await mute_host(change, params.domain, account_id=call.account_id)
    return Nothing()


async def remove(call: Call, params: HostParams) -> Nothing:
    """Let a server near again."""
    async with call.instance.change() as change:
        await unmute_host(change, params.domain, account_id=call.account_id)
    return Nothing()


_PATH = "/api/v1/domain_blocks"
ROUTES = (
    Route("GET", _PATH, show, scope="read:blocks", takes=HostsParams, gives=list[str]),
    Route("POST", _PATH, add, scope="write:blocks", takes=HostParams, gives=Nothing),
    Route("DELETE", _PATH, remove, scope="write:blocks", takes=HostParams, gives=Nothing),
)

"""The directory: accounts that want to be found."""

from __future__ import annotations

import msgspec

from rossgram_fed.accounts.finding import directory
from rossgram_fed.api.accounts import accounts_in_order
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.table import Route, Who

MOST = 80
FURTHEST = 10_000


class DirectoryParams(msgspec.Struct, kw_only=True):
    """Which part of it, in which order."""

    order: str = "active"
    local: bool = False
    limit: int = 40
    offset: int = 0


async def show(call: Call, params: DirectoryParams) -> list[Account]:
    """Show accounts that want to be found: ``active``, who posted last first, or ``new``."""
    ids = await directory(
        call.database,
        viewer_id=call.viewer_id,
        local=params.local,
        newest=params.order == "new",
        limit=min(max(params.limit, 1), MOST),
        offset=min(max(params.offset, 0), FURTHEST),
    )
    return await accounts_in_order(call, ids)


ROUTES = (Route("GET", "/api/v1/directory", show, who=Who.ANYBODY, takes=DirectoryParams, gives=list[Account]),)

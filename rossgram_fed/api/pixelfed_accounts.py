"""People, as Pixelfed's app asks for them: by name, followed by whom one follows, popular; and one's avatar."""

from __future__ import annotations

from typing import Any

import msgspec

from rossgram_fed.accounts.finding import account_called, directory
from rossgram_fed.api.accounts import account, accounts_in_order
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.pixelfed import Mutual, detailed, mutual_from
from rossgram_fed.api.profile import remove_avatar
from rossgram_fed.api.table import Route
from rossgram_fed.follows.listing import familiar_followers, mutuals
from rossgram_fed.follows.suggestions import suggested

MOST_MUTUALS = 24
MOST_POPULAR = 40
MOST_LISTED = 40
FURTHEST = 250


class ListingParams(msgspec.Struct, kw_only=True):
    """Which page of it."""

    page: int = 1


async def by_name(call: Call) -> Account | list[Any]:
    """Show the account with a name; where nobody has it, an empty list, as from Pixelfed."""
    found = await account_called(call.database, call.settings, call.word("username"))
    return [] if found is None else detailed(await account(call, found))


async def mutual(call: Call) -> list[Account]:
    """Show who follows an account of those whom one follows."""
    account_id = call.id()
    found = await familiar_followers(call.database, call.account_id, [account_id], most=MOST_MUTUALS)
    return await accounts_in_order(call, found[account_id])


async def popular(call: Call) -> list[Account]:
    """Show whom one might like to follow."""
    found = await suggested(call.database, call.account_id, limit=MOST_POPULAR)
    return await accounts_in_order(call, [one for one, _ in found])


async def listing(call: Call, params: ListingParams) -> list[Account]:
    """Show people here who want to be found, a page at a time, those who posted last first."""
    before = (min(max(params.page, 1), FURTHEST) - 1) * MOST_LISTED
    ids = await directory(
        call.database, viewer_id=call.account_id, local=True, newest=False, limit=MOST_LISTED, offset=before
    )
    return await accounts_in_order(call, ids)


async def writable(call: Call) -> list[Mutual]:
    """Show whom one follows and who follow back, for writing to them."""
    ids = await mutuals(call.database, call.account_id)
    return [mutual_from(one) for one in await accounts_in_order(call, ids)]


_READ, _FOLLOWS = "read:accounts", "read:follows"
ROUTES = (
    Route("GET", "/api/v1.1/accounts/username/{username}", by_name, scope=_READ, gives=Account | list[Any]),
    Route("GET", "/api/v1.1/accounts/mutuals/{id}", mutual, scope=_FOLLOWS, gives=list[Account]),
    Route("DELETE", "/api/v1.1/accounts/avatar", remove_avatar, scope="write:accounts", gives=Account),
    Route("GET", "/api/v1.1/discover/accounts/popular", popular, scope=_READ, gives=list[Account]),
    # The app asks with one letter too many.
    Route("GET", "/api/v1.1/discover/accounts/populars", popular, scope=_READ, gives=list[Account], undocumented=True),
    Route("GET", "/api/v1.1/directory/listing", listing, scope=_READ, takes=ListingParams, gives=list[Account]),
    Route("GET", "/api/v1.1/direct/compose/mutuals", writable, scope=_FOLLOWS, gives=list[Mutual]),
)

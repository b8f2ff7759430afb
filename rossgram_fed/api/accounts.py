"""Accounts: who somebody is, and finding them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from activitypub.errors import ActivityPubError
from rossgram_fed.accounts.finding import account_called, accounts_matching
from rossgram_fed.accounts.mentions import handle_from
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.lists import List, list_from
from rossgram_fed.api.entities.pixelfed import detailed
from rossgram_fed.api.entities.tags import Featured, featured_from
from rossgram_fed.api.parameters import Ids
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.api.table import Route, Who
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.follows.tags import featured_tags
from rossgram_fed.lists.queries import lists_with
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.forms import clean_text
from webfinger.errors import WebFingerError

MOST_AT_ONCE = 80
MOST_FOUND = 80
FURTHEST = 10_000
SECONDS = 10.0
"""How long somebody who searches waits for another server."""


class IdsParams(msgspec.Struct, kw_only=True):
    """Which accounts."""

    id: Ids = msgspec.field(default_factory=Ids)


class LookupParams(msgspec.Struct, kw_only=True):
    """Whose handle."""

    acct: str


class PeopleSearchParams(msgspec.Struct, kw_only=True):
    """What to look for, and among whom."""

    q: str = ""
    limit: int = 40
    offset: int = 0
    resolve: bool = False
    following: bool = False


async def show(call: Call) -> Account:
    """Show an account."""
    return detailed(await account(call, call.id()))


async def show_many(call: Call, params: IdsParams) -> list[Account]:
    """Show several accounts; those that are not there are left out."""
    return await accounts_in_order(call, params.id[:MOST_AT_ONCE])


async def lookup(call: Call, params: LookupParams) -> Account:
    """Show the account with a handle, if this server knows it."""
    found = await account_called(call.database, call.settings, params.acct)
    if found is None:
        raise NotFound("Record not found")
    return await account(call, found)


async def search(call: Call, params: PeopleSearchParams) -> list[Account]:
    """Find accounts by the beginning of a name, or by a whole handle; ``resolve`` asks its server as well."""
    text = clean_text(params.q)
    limit, offset = min(max(params.limit, 1), MOST_FOUND), min(max(params.offset, 0), FURTHEST)
    if not text or len(text) > 500:
        return []
    exact = await _exactly(call, text, resolve=params.resolve) if not params.following and not offset else None
    found = await accounts_matching(
        call.database, text, viewer_id=call.account_id, limit=limit, offset=offset, following=params.following
    )
    ids = found if exact is None else [exact, *(one for one in found if one != exact)]
    return await accounts_in_order(call, ids[:limit])


async def show_featured_tags(call: Call) -> list[Featured]:
    """Show the tags on somebody's profile."""
    account_id = await existing(call)
    return [featured_from(one, call.settings) for one in await featured_tags(call.database, account_id)]


async def show_lists(call: Call) -> list[List]:
    """Show in which of one's lists an account stands."""
    account_id = await existing(call)
    return [list_from(one) for one in await lists_with(call.database, account_id, account_id=call.account_id)]


async def account(call: Call, account_id: int) -> Account:
    """Return an account; raises ``NotFound``."""
    found = await accounts_by_ids(call.database, call.settings, [account_id])
    if account_id not in found:
        raise NotFound("Record not found")
    return found[account_id]


async def accounts_in_order(call: Call, ids: Sequence[int]) -> list[Account]:
    """Return accounts as their ids come; those that are not there (any more) are left out."""
    found = await accounts_by_ids(call.database, call.settings, ids)
    return [found[one] for one in dict.fromkeys(ids) if one in found]


async def existing(call: Call, account_id: int | None = None) -> int:
    """Return the id in the path, if it is that of an account; raises ``NotFound``."""
    wanted = call.id() if account_id is None else account_id
    if await call.database.fetch_value("SELECT 1 FROM accounts WHERE id = $1 AND deleted_at IS NULL", wanted) is None:
        raise NotFound("Record not found")
    return wanted


async def _exactly(call: Call, text: str, *, resolve: bool) -> int | None:
    """Return the account whose whole handle was typed, asking its own server where nobody here knows it."""
    handle = handle_from(call.settings, text)
    known = await account_called(call.database, call.settings, text)
    if known is not None or not resolve or handle is None or not handle.host:
        return known
    try:
        async with asyncio.timeout(SECONDS):
            return await remote_accounts.by_handle(call.request.app[NETWORK], handle)
    except (ActivityPubError, WebFingerError, TimeoutError):
        return None


ROUTES = (
    Route(
        "GET",
        "/api/v1/accounts",
        show_many,
        scope="read:accounts",
        who=Who.ANYBODY,
        takes=IdsParams,
        gives=list[Account],
    ),
    Route(
        "GET",
        "/api/v1/accounts/lookup",
        lookup,
        scope="read:accounts",
        who=Who.ANYBODY,
        takes=LookupParams,
        gives=Account,
    ),
    Route(
        "GET",
        "/api/v1/accounts/search",
        search,
        scope="read:accounts",
        takes=PeopleSearchParams,
        gives=list[Account],
        limit="search",
    ),
    Route("GET", "/api/v1/accounts/{id}", show, scope="read:accounts", who=Who.ANYBODY, gives=Account),
    Route(
        "GET",
        "/api/v1/accounts/{id}/featured_tags",
        show_featured_tags,
        scope="read:accounts",
        who=Who.ANYBODY,
        gives=list[Featured],
    ),
    Route("GET", "/api/v1/accounts/{id}/lists", show_lists, scope="read:lists", gives=list[List]),
)

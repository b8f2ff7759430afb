"""Accounts in lists that other rows make: followers, followed, blocked, muted, recommended, in a list.

The ids in ``Link`` are those of the rows, not of the accounts: pages go by when somebody came to the list.
"""

from __future__ import annotations

from collections.abc import Callable

from rossgram_fed.api.accounts import existing
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.words import instant
from rossgram_fed.api.paging import Paging, linked
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.api.table import Answer, Route, Who
from rossgram_fed.follows.listing import People, people
from rossgram_fed.visibility import heard


class PeopleParams(Paging, kw_only=True):
    """A stretch of a list of people."""


async def page(
    call: Call, params: Paging, which: People, owner_id: int, *, for_viewer: bool = False, whole: bool = False
) -> Answer:
    """Return a stretch of a list.

    ``for_viewer`` leaves out whom the viewer does not want to see; ``whole``: ``limit=0`` means all of it.
    """
    span = params.span(usual=40, most=80)
    limit = 1000 if whole and params.limit == 0 else span.limit
    rows = await people(
        call.database,
        which,
        owner_id,
        before=span.before,
        after=span.after,
        limit=limit,
        order=span.order,
        viewer_id=call.viewer_id if for_viewer else None,
    )
    entries = span.newest_first(rows)
    accounts = await accounts_by_ids(call.database, call.settings, [one.account_id for one in entries])
    shown = []
    for entry in entries:
        account = accounts.get(entry.account_id)
        if account is None:
            continue
        if which is People.MUTED:
            account.mute_expires_at = None if entry.until is None else instant(entry.until)
        shown.append(account)
    return linked(call, shown, cursors=[one.cursor for one in entries], limit=limit)


async def followers(call: Call, params: PeopleParams) -> Answer:
    """Show who follows an account, as far as this server knows."""
    return await _of_somebody(call, params, People.FOLLOWERS)


async def following(call: Call, params: PeopleParams) -> Answer:
    """Show whom an account follows, as far as this server knows."""
    return await _of_somebody(call, params, People.FOLLOWING)


async def endorsements_of(call: Call, params: PeopleParams) -> Answer:
    """Show whom somebody recommends on their profile."""
    return await _of_somebody(call, params, People.ENDORSED)


async def endorsements(call: Call, params: PeopleParams) -> Answer:
    """Show whom one recommends on one's own profile."""
    return await page(call, params, People.ENDORSED, call.account_id)


async def blocks(call: Call, params: PeopleParams) -> Answer:
    """Show whom one blocks."""
    return await page(call, params, People.BLOCKED, call.account_id)


async def mutes(call: Call, params: PeopleParams) -> Answer:
    """Show whom one muted, and until when."""
    return await page(call, params, People.MUTED, call.account_id)


async def _of_somebody(call: Call, params: Paging, which: People) -> Answer:
    """Return a list of somebody's; it is empty for those whom they block, of who is suspended, and who hides it."""
    account_id = await existing(call)
    if call.viewer_id != account_id and not await _shown(call, which, account_id):
        return Answer([])
    return await page(call, params, which, account_id, for_viewer=True)


async def _shown(call: Call, which: People, account_id: int) -> bool:
    hidden = "" if which is People.ENDORSED else "AND NOT a.hides_network "
    row = await call.database.fetch_one(
        f"SELECT 1 AS free FROM accounts a WHERE a.id = $1 AND {heard('a')} {hidden}"  # noqa: S608 - constants
        "AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = a.id AND b.target_id = $2)",
        account_id,
        call.viewer_id or 0,
    )
    return row is not None


def _route(path: str, handler: Callable[..., object], scope: str, *, who: Who = Who.USER) -> Route:
    return Route("GET", f"/api/v1/{path}", handler, scope=scope, who=who, takes=PeopleParams, gives=list[Account])


ROUTES = (
    _route("accounts/{id}/followers", followers, "read:accounts", who=Who.ANYBODY),
    _route("accounts/{id}/following", following, "read:accounts", who=Who.ANYBODY),
    _route("accounts/{id}/endorsements", endorsements_of, "read:accounts", who=Who.ANYBODY),
    _route("endorsements", endorsements, "read:accounts"),
    _route("blocks", blocks, "read:blocks"),
    _route("mutes", mutes, "read:mutes"),
)

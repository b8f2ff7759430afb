"""Lists: accounts that somebody reads together."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.accounts_lists import PeopleParams, page
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.lists import REPLIES, List, list_from
from rossgram_fed.api.parameters import Ids
from rossgram_fed.api.table import Answer, Nothing, Route
from rossgram_fed.follows.listing import People
from rossgram_fed.lists import actions
from rossgram_fed.lists.queries import list_of, lists_of
from rossgram_fed.models.reading import RepliesShown
from rossgram_fed.web.errors import Invalid, NotFound

_POLICIES = {word: policy for policy, word in REPLIES.items()}


class ListFields(msgspec.Struct, kw_only=True):
    """What a list is to be."""

    title: str | None = None
    replies_policy: str | None = None
    exclusive: bool | None = None


class MembersParams(msgspec.Struct, kw_only=True):
    """Who."""

    account_ids: Ids = msgspec.field(default_factory=Ids)


async def index(call: Call) -> list[List]:
    """Show one's lists."""
    return [list_from(one) for one in await lists_of(call.database, call.account_id)]


async def show(call: Call) -> List:
    """Show a list."""
    return await _shown(call, call.id())


async def create(call: Call, params: ListFields) -> List:
    """Make a list."""
    async with call.instance.change() as change:
        list_id = await actions.create_list(
            change,
            account_id=call.account_id,
            title=params.title or "",
            replies=_policy(params) or RepliesShown.LIST,
            exclusive=bool(params.exclusive),
        )
    return await _shown(call, list_id)


async def update(call: Call, params: ListFields) -> List:
    """Change a list; what is not said stays."""
    list_id = call.id()
    async with call.instance.change() as change:
        await actions.update_list(
            change,
            list_id,
            account_id=call.account_id,
            title=params.title,
            replies=_policy(params),
            exclusive=params.exclusive,
        )
    return await _shown(call, list_id)


async def delete(call: Call) -> Nothing:
    """Remove a list."""
    async with call.instance.change() as change:
        await actions.delete_list(change, call.id(), account_id=call.account_id)
    return Nothing()


async def members(call: Call, params: PeopleParams) -> Answer:
    """Show who stands in a list; ``limit=0`` asks for all at once."""
    list_id = int((await _shown(call, call.id())).id)
    return await page(call, params, People.IN_LIST, list_id, whole=True)


async def add(call: Call, params: MembersParams) -> Nothing:
    """Put accounts that one follows into a list."""
    async with call.instance.change() as change:
        await actions.add_members(change, call.id(), account_id=call.account_id, member_ids=params.account_ids)
    return Nothing()


async def remove(call: Call, params: MembersParams) -> Nothing:
    """Take accounts out of a list."""
    ids = params.account_ids[: actions.MOST_MEMBERS]
    async with call.instance.change() as change:
        await actions.remove_members(change, call.id(), account_id=call.account_id, member_ids=ids)
    return Nothing()


async def _shown(call: Call, list_id: int) -> List:
    found = await list_of(call.database, list_id, account_id=call.account_id)
    if found is None:
        raise NotFound("Record not found")
    return list_from(found)


def _policy(params: ListFields) -> RepliesShown | None:
    if params.replies_policy is None:
        return None
    if params.replies_policy not in _POLICIES:
        raise Invalid(f"'{params.replies_policy[:50]}' is not a valid replies_policy")
    return _POLICIES[params.replies_policy]


_ONE, _MEMBERS = "/api/v1/lists/{id}", "/api/v1/lists/{id}/accounts"
ROUTES = (
    Route("GET", "/api/v1/lists", index, scope="read:lists", gives=list[List]),
    Route("POST", "/api/v1/lists", create, scope="write:lists", takes=ListFields, gives=List),
    Route("GET", _ONE, show, scope="read:lists", gives=List),
    Route("PUT", _ONE, update, scope="write:lists", takes=ListFields, gives=List),
    Route("DELETE", _ONE, delete, scope="write:lists", gives=Nothing),
    Route("GET", _MEMBERS, members, scope="read:lists", takes=PeopleParams, gives=list[Account]),
    Route("POST", _MEMBERS, add, scope="write:lists", takes=MembersParams, gives=Nothing),
    Route("DELETE", _MEMBERS, remove, scope="write:lists", takes=MembersParams, gives=Nothing),
)

"""Requests to follow somebody who decides about each."""

from __future__ import annotations

from rossgram_fed.api.accounts_lists import PeopleParams, page
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.relationships import Relationship
from rossgram_fed.api.relationships import relationship
from rossgram_fed.api.table import Answer, Route
from rossgram_fed.follows import actions
from rossgram_fed.follows.listing import People
from rossgram_fed.follows.relations import relation
from rossgram_fed.web.errors import NotFound


async def show(call: Call, params: PeopleParams) -> Answer:
    """Show who asks to follow one."""
    return await page(call, params, People.REQUESTS, call.account_id)


async def authorize(call: Call) -> Relationship:
    """Let somebody follow who asked."""
    follower_id = await _asking(call)
    async with call.instance.change() as change:
        await actions.accept(change, account_id=call.account_id, follower_id=follower_id)
    return await relationship(call, follower_id)


async def reject(call: Call) -> Relationship:
    """Refuse a request."""
    follower_id = await _asking(call)
    async with call.instance.change() as change:
        await actions.decline(change, account_id=call.account_id, follower_id=follower_id)
    return await relationship(call, follower_id)


async def _asking(call: Call) -> int:
    """Return who in the path asks to follow; raises ``NotFound``, also for who follows already."""
    account_id = call.id()
    if not (await relation(call.database, call.account_id, account_id)).asks:
        raise NotFound("Record not found")
    return account_id


ROUTES = (
    Route("GET", "/api/v1/follow_requests", show, scope="read:follows", takes=PeopleParams, gives=list[Account]),
    Route("POST", "/api/v1/follow_requests/{id}/authorize", authorize, scope="write:follows", gives=Relationship),
    Route("POST", "/api/v1/follow_requests/{id}/reject", reject, scope="write:follows", gives=Relationship),
)

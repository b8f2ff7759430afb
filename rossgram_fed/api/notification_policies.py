"""Whose news comes through, and the requests of those whose news waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.notifications import Merged, NotificationRequest, OldPolicy, Policy, Summary
from rossgram_fed.api.entities.words import instant
from rossgram_fed.api.paging import Paging, paged
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.reading import accounts_by_ids, statuses_by_ids
from rossgram_fed.api.table import Answer, Nothing, Route
from rossgram_fed.models.news import Wanted
from rossgram_fed.notifications import policy, requests
from rossgram_fed.notifications.requests import Request
from rossgram_fed.web.errors import NotFound

Word = Literal["accept", "filter", "drop"]
_WANTED: dict[Word, Wanted] = {"accept": Wanted.ACCEPT, "filter": Wanted.FILTER, "drop": Wanted.DROP}
_WORDS = {wanted: word for word, wanted in _WANTED.items()}


class PolicyParams(msgspec.Struct, kw_only=True):
    """What is decided anew; the rest stays."""

    for_not_following: Word | None = None
    for_not_followers: Word | None = None
    for_new_accounts: Word | None = None
    for_private_mentions: Word | None = None
    for_limited_accounts: Word | None = None


class OldPolicyParams(msgspec.Struct, kw_only=True):
    """The same from older apps."""

    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None


class Ids(msgspec.Struct, kw_only=True):
    """Several requests."""

    id: list[Id] = []


async def show(call: Call) -> Policy:
    """Show whose news comes through."""
    found = await policy.policy_of(call.database, call.account_id)
    names = policy.NAMES
    words = {f"for_{name}": _WORDS[getattr(found, name)] for name in names}
    return Policy(**words, summary=await _summary(call))


async def update(call: Call, params: PolicyParams) -> Policy:
    """Decide whose news comes through from now on."""
    chosen = {name: getattr(params, f"for_{name}") for name in policy.NAMES}
    await _decide(call, {name: _WANTED[word] for name, word in chosen.items() if word is not None})
    return await show(call)


async def show_old(call: Call) -> OldPolicy:
    """Show whose news comes through, as older apps know it."""
    found = await policy.policy_of(call.database, call.account_id)
    names = [name.removeprefix("filter_") for name in OldPolicyParams.__struct_fields__]
    held = {f"filter_{name}": getattr(found, name) is not Wanted.ACCEPT for name in names}
    return OldPolicy(**held, summary=await _summary(call))


async def update_old(call: Call, params: OldPolicyParams) -> OldPolicy:
    """Decide whose news comes through, as older apps do."""
    chosen = {name.removeprefix("filter_"): value for name, value in msgspec.structs.asdict(params).items()}
    await _decide(
        call,
        {name: Wanted.FILTER if value else Wanted.ACCEPT for name, value in chosen.items() if value is not None},
    )
    return await show_old(call)


async def index(call: Call, params: Paging) -> Answer:
    """List whose news waits."""
    span = params.span(usual=40, most=80)
    found = await requests.requests(call.database, call.account_id, span)
    answer = paged(call, found, cursor_of=lambda one: one.last_id, limit=span.limit)
    return Answer(await _shown(call, found), headers=answer.headers)


async def show_request(call: Call) -> NotificationRequest:
    """Show what waits of one account."""
    found = await requests.request(call.database, call.account_id, call.id())
    shown = await _shown(call, [found] if found is not None else [])
    if not shown:
        raise NotFound("Record not found")
    return shown[0]


async def accept(call: Call) -> Nothing:
    """Let an account's news through, now and from now on."""
    return await _accept(call, [await _known(call)])


async def dismiss(call: Call) -> Nothing:
    """Put away what waits of an account."""
    return await _dismiss(call, [await _known(call)])


async def accept_many(call: Call, params: Ids) -> Nothing:
    """Let the news of several accounts through."""
    return await _accept(call, params.id)


async def dismiss_many(call: Call, params: Ids) -> Nothing:
    """Put away what waits of several accounts."""
    return await _dismiss(call, params.id)


async def merged(call: Call) -> Merged:
    """Say whether all that was let through is among the news: here it is at once."""
    return Merged(merged=True)


async def _decide(call: Call, chosen: dict[str, Wanted]) -> None:
    async with call.instance.change() as change:
        before = await policy.policy_of(change.tx, call.account_id)
        await policy.set_policy(change, policy.changed(before, chosen), account_id=call.account_id)


async def _summary(call: Call) -> Summary:
    waiting = await requests.pending(call.database, call.account_id)
    return Summary(waiting.requests, waiting.news)


async def _known(call: Call) -> int:
    if await requests.request(call.database, call.account_id, call.id()) is None:
        raise NotFound("Record not found")
    return call.id()


async def _accept(call: Call, actor_ids: Sequence[int]) -> Nothing:
    async with call.instance.change() as change:
        await requests.accept(change, account_id=call.account_id, actor_ids=actor_ids)
    return Nothing()


async def _dismiss(call: Call, actor_ids: Sequence[int]) -> Nothing:
    async with call.instance.change() as change:
        await requests.dismiss(change, account_id=call.account_id, actor_ids=actor_ids)
    return Nothing()


async def _shown(call: Call, found: Sequence[Request]) -> list[NotificationRequest]:
    accounts = await accounts_by_ids(call.database, call.settings, [one.actor_id for one in found])
    post_ids = sorted({one.last_post_id for one in found if one.last_post_id is not None})
    statuses = await statuses_by_ids(call.database, call.settings, post_ids, viewer_id=call.account_id)
    return [
        NotificationRequest(
            id=str(one.actor_id),
            created_at=instant(one.first_at),
            updated_at=instant(one.last_at),
            notifications_count=str(one.count),
            account=accounts[one.actor_id],
            last_status=statuses.get(one.last_post_id or 0),
        )
        for one in found
        if one.actor_id in accounts
    ]


_READ, _WRITE = "read:notifications", "write:notifications"
_V1, _V2 = "/api/v1/notifications", "/api/v2/notifications"
_ONE = f"{_V1}/requests/{{id:[0-9]+}}"
ROUTES = (
    Route("GET", f"{_V2}/policy", show, scope=_READ, gives=Policy),
    Route("PATCH", f"{_V2}/policy", update, scope=_WRITE, takes=PolicyParams, gives=Policy),
    Route("GET", f"{_V1}/policy", show_old, scope=_READ, gives=OldPolicy),
    Route("PUT", f"{_V1}/policy", update_old, scope=_WRITE, takes=OldPolicyParams, gives=OldPolicy),
    Route("GET", f"{_V1}/requests", index, scope=_READ, takes=Paging, gives=list[NotificationRequest]),
    Route("GET", f"{_V1}/requests/merged", merged, scope=_READ, gives=Merged),
    Route("POST", f"{_V1}/requests/accept", accept_many, scope=_WRITE, takes=Ids, gives=Nothing),
    Route("POST", f"{_V1}/requests/dismiss", dismiss_many, scope=_WRITE, takes=Ids, gives=Nothing),
    Route("GET", _ONE, show_request, scope=_READ, gives=NotificationRequest),
    Route("POST", f"{_ONE}/accept", accept, scope=_WRITE, gives=Nothing),
    Route("POST", f"{_ONE}/dismiss", dismiss, scope=_WRITE, gives=Nothing),
)

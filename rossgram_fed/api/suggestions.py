"""Whom one might like to follow."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.accounts import accounts_in_order, existing
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.table import Nothing, Route
from rossgram_fed.follows.suggestions import dismiss, suggested

MOST = 80


class SuggestionsParams(msgspec.Struct, kw_only=True):
    """How many."""

    limit: int = 40


class Suggestion(msgspec.Struct):
    """An account, and why it is suggested (https://docs.joinmastodon.org/entities/Suggestion/)."""

    source: str
    sources: list[str]
    account: Account


async def show(call: Call, params: SuggestionsParams) -> list[Suggestion]:
    """Show whom one might like to follow, and why."""
    found = dict(await suggested(call.database, call.account_id, limit=min(max(params.limit, 1), MOST)))
    return [
        Suggestion("past_interactions", ["friends_of_friends"], account)
        if found[int(account.id)]
        else Suggestion("global", ["most_followed"], account)
        for account in await accounts_in_order(call, list(found))
    ]


async def show_accounts(call: Call, params: SuggestionsParams) -> list[Account]:
    """Show whom one might like to follow."""
    return [one.account for one in await show(call, params)]


async def remove(call: Call) -> Nothing:
    """Suggest an account no more."""
    target_id = await existing(call)
    async with call.instance.change() as change:
        await dismiss(change, account_id=call.account_id, target_id=target_id)
    return Nothing()


_PATH = "/api/v1/suggestions"
ROUTES = (
    Route("GET", "/api/v2/suggestions", show, scope="read:accounts", takes=SuggestionsParams, gives=list[Suggestion]),
    Route("GET", _PATH, show_accounts, scope="read:accounts", takes=SuggestionsParams, gives=list[Account]),
    Route("DELETE", f"{_PATH}/{{id}}", remove, scope="write:accounts", gives=Nothing),
)

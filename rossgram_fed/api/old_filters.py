"""Filters as apps knew them before Mastodon 4.0: one word each. What is changed here is changed for newer apps too."""

from __future__ import annotations

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.filters import OldFilter, old_filter_of
from rossgram_fed.api.filter_params import OldParams, expiry
from rossgram_fed.api.filters import keyword
from rossgram_fed.api.table import Nothing, Route
from rossgram_fed.filters import actions, queries
from rossgram_fed.filters.actions import Terms
from rossgram_fed.models.reading import FilterAction


async def index(call: Call) -> list[OldFilter]:
    """List one's filters, word by word."""
    rules = await queries.rules_of(call.database, call.account_id)
    return [old_filter_of(rule, word) for rule in rules for word in rule.keywords]


async def show(call: Call) -> OldFilter:
    """Show one word."""
    return old_filter_of(*await keyword(call, call.id()))


async def create(call: Call, params: OldParams) -> OldFilter:
    """Make a filter of one word."""
    phrase = params.phrase or ""
    async with call.instance.change() as change:
        terms = Terms(
            title=phrase[: actions.LONGEST_TITLE],
            contexts=params.context or (),
            action=_action(params.irreversible, FilterAction.WARN),
            expires_at=expiry(params.expires_in, now=change.now),
        )
        rule_id = await actions.create(change, terms, account_id=call.account_id)
        keyword_id = await actions.add_keyword(
            change, phrase, account_id=call.account_id, rule_id=rule_id, whole_word=params.whole_word is not False
        )
    return old_filter_of(*await keyword(call, keyword_id))


async def update(call: Call, params: OldParams) -> OldFilter:
    """Change one word, and where and how long its filter holds."""
    rule, word = await keyword(call, call.id())
    async with call.instance.change() as change:
        terms = Terms(
            title=rule.title,
            contexts=rule.contexts if params.context is None else params.context,
            action=_action(params.irreversible, rule.action),
            expires_at=expiry(params.expires_in, now=change.now, before=rule.expires_at),
        )
        await actions.update(change, terms, account_id=call.account_id, rule_id=rule.id)
        await actions.change_keyword(
            change,
            word.text if params.phrase is None else params.phrase,
            account_id=call.account_id,
            keyword_id=word.id,
            whole_word=word.whole_word if params.whole_word is None else params.whole_word,
        )
    return old_filter_of(*await keyword(call, word.id))


async def delete(call: Call) -> Nothing:
    """Drop one word, and its filter when it was the last."""
    rule, word = await keyword(call, call.id())
    async with call.instance.change() as change:
        await actions.remove_keyword(change, account_id=call.account_id, keyword_id=word.id)
        if len(rule.keywords) == 1 and not rule.posts:
            await actions.delete(change, account_id=call.account_id, rule_id=rule.id)
    return Nothing()


def _action(irreversible: bool | None, before: FilterAction) -> FilterAction:
    if irreversible is None:
        return before
    return FilterAction.HIDE if irreversible else FilterAction.WARN


_READ, _WRITE = "read:filters", "write:filters"
_BASE, _ONE = "/api/v1/filters", "/api/v1/filters/{id:[0-9]+}"
ROUTES = (
    Route("GET", _BASE, index, scope=_READ, gives=list[OldFilter]),
    Route("POST", _BASE, create, scope=_WRITE, takes=OldParams, gives=OldFilter),
    Route("GET", _ONE, show, scope=_READ, gives=OldFilter),
    Route("PUT", _ONE, update, scope=_WRITE, takes=OldParams, gives=OldFilter),
    Route("DELETE", _ONE, delete, scope=_WRITE, gives=Nothing),
)

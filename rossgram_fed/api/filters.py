"""Filters, as apps know them since Mastodon 4.0."""

from __future__ import annotations

from collections.abc import Sequence

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.filters import (
    Filter,
    FilterKeyword,
    FilterStatus,
    filter_of,
    keyword_of,
    status_of,
)
from rossgram_fed.api.filter_params import (
    ACTIONS,
    FilterParams,
    KeywordParams,
    PostParams,
    WordParams,
    expiry,
    whole,
)
from rossgram_fed.api.statuses import post_id_of, shown
from rossgram_fed.api.table import Nothing, Route
from rossgram_fed.filters import actions, queries
from rossgram_fed.filters.actions import Terms
from rossgram_fed.filters.rules import FilteredStatus, Keyword, Rule
from rossgram_fed.instance import Change
from rossgram_fed.models.reading import FilterAction
from rossgram_fed.web.errors import Invalid, NotFound


async def index(call: Call) -> list[Filter]:
    """List one's filters."""
    return [filter_of(one) for one in await queries.rules_of(call.database, call.account_id)]


async def show(call: Call) -> Filter:
    """Show a filter."""
    return filter_of(await rule(call, call.id()))


async def create(call: Call, params: FilterParams) -> Filter:
    """Make a filter."""
    async with call.instance.change() as change:
        terms = Terms(
            title=params.title or "",
            contexts=params.context or (),
            action=ACTIONS[params.filter_action] if params.filter_action else FilterAction.WARN,
            expires_at=expiry(params.expires_in, now=change.now),
        )
        rule_id = await actions.create(change, terms, account_id=call.account_id)
        await _put_words(change, call, whole(params.keywords_attributes), rule_id=rule_id, known=())
    return filter_of(await rule(call, rule_id))


async def update(call: Call, params: FilterParams) -> Filter:
    """Change a filter."""
    before = await rule(call, call.id())
    async with call.instance.change() as change:
        terms = Terms(
            title=before.title if params.title is None else params.title,
            contexts=before.contexts if params.context is None else params.context,
            action=ACTIONS[params.filter_action] if params.filter_action else before.action,
            expires_at=expiry(params.expires_in, now=change.now, before=before.expires_at),
        )
        await actions.update(change, terms, account_id=call.account_id, rule_id=before.id)
        words = whole(params.keywords_attributes)
        await _put_words(change, call, words, rule_id=before.id, known=before.keywords)
    return filter_of(await rule(call, before.id))


async def delete(call: Call) -> Nothing:
    """Drop a filter."""
    found = await rule(call, call.id())
    async with call.instance.change() as change:
        await actions.delete(change, account_id=call.account_id, rule_id=found.id)
    return Nothing()


async def keywords(call: Call) -> list[FilterKeyword]:
    """List the words of a filter."""
    return [keyword_of(one) for one in (await rule(call, call.id())).keywords]


async def add_keyword(call: Call, params: WordParams) -> FilterKeyword:
    """Put a word into a filter."""
    found = await rule(call, call.id())
    async with call.instance.change() as change:
        keyword_id = await actions.add_keyword(
            change,
            params.keyword,
            account_id=call.account_id,
            rule_id=found.id,
            whole_word=params.whole_word is not False,
        )
    return keyword_of((await keyword(call, keyword_id))[1])


async def show_keyword(call: Call) -> FilterKeyword:
    """Show a word of a filter."""
    return keyword_of((await keyword(call, call.id()))[1])


async def change_keyword(call: Call, params: WordParams) -> FilterKeyword:
    """Change a word of a filter."""
    _, before = await keyword(call, call.id())
    async with call.instance.change() as change:
        await actions.change_keyword(
            change,
            params.keyword or before.text,
            account_id=call.account_id,
            keyword_id=before.id,
            whole_word=before.whole_word if params.whole_word is None else params.whole_word,
        )
    return keyword_of((await keyword(call, before.id))[1])


async def remove_keyword(call: Call) -> Nothing:
    """Take a word out of a filter."""
    _, found = await keyword(call, call.id())
    async with call.instance.change() as change:
        await actions.remove_keyword(change, account_id=call.account_id, keyword_id=found.id)
    return Nothing()


async def posts(call: Call) -> list[FilterStatus]:
    """List the posts of a filter."""
    return [status_of(one) for one in (await rule(call, call.id())).posts]


async def add_post(call: Call, params: PostParams) -> FilterStatus:
    """Put a post into a filter."""
    found = await rule(call, call.id())
    post_id = await post_id_of(call, params.status_id)
    await shown(call, post_id)
    async with call.instance.change() as change:
        await actions.add_post(change, account_id=call.account_id, rule_id=found.id, post_id=post_id)
    held = (await rule(call, found.id)).posts
    return next(status_of(one) for one in held if one.post_id == post_id)


async def show_post(call: Call) -> FilterStatus:
    """Show a post of a filter."""
    return status_of(await _post(call))


async def remove_post(call: Call) -> Nothing:
    """Take a post out of a filter."""
    found = await _post(call)
    async with call.instance.change() as change:
        await actions.remove_post(change, account_id=call.account_id, part_id=found.id)
    return Nothing()


async def rule(call: Call, rule_id: int) -> Rule:
    """Return one of the caller's filters; raise ``NotFound`` for others."""
    found = await queries.rule_by_id(call.database, call.account_id, rule_id)
    if found is None:
        raise NotFound("Record not found")
    return found


async def keyword(call: Call, keyword_id: int) -> tuple[Rule, Keyword]:
    """Return a word of one of the caller's filters; raise ``NotFound`` for others."""
    found = await queries.rule_with(call.database, call.account_id, "filter_keywords", keyword_id)
    if found is None:
        raise NotFound("Record not found")
    return found, next(one for one in found.keywords if one.id == keyword_id)


async def _post(call: Call) -> FilteredStatus:
    found = await queries.rule_with(call.database, call.account_id, "filtered_posts", call.id())
    if found is None:
        raise NotFound("Record not found")
    return next(one for one in found.posts if one.id == call.id())


async def _put_words(
    change: Change, call: Call, words: Sequence[KeywordParams], *, rule_id: int, known: Sequence[Keyword]
) -> None:
    """Add, change and remove words of a filter; raise ``Invalid`` for one that it does not have."""
    held = {one.id: one for one in known}
    for word in words:
        if word.id is None:
            if not word.destroy:
                await actions.add_keyword(
                    change,
                    word.keyword or "",
                    account_id=call.account_id,
                    rule_id=rule_id,
                    whole_word=word.whole_word is not False,
                )
            continue
        before = held.get(word.id)
        if before is None:
            raise Invalid("Validation failed: This filter has no such keyword")
        if word.destroy:
            await actions.remove_keyword(change, account_id=call.account_id, keyword_id=before.id)
            continue
        await actions.change_keyword(
            change,
            before.text if word.keyword is None else word.keyword,
            account_id=call.account_id,
            keyword_id=before.id,
            whole_word=before.whole_word if word.whole_word is None else word.whole_word,
        )


_READ, _WRITE = "read:filters", "write:filters"
_BASE = "/api/v2/filters"
_ONE, _WORD, _POST = (f"{_BASE}/{part}{{id:[0-9]+}}" for part in ("", "keywords/", "statuses/"))
ROUTES = (
    Route("GET", _BASE, index, scope=_READ, gives=list[Filter]),
    Route("POST", _BASE, create, scope=_WRITE, takes=FilterParams, gives=Filter),
    Route("GET", _ONE, show, scope=_READ, gives=Filter),
    Route("PUT", _ONE, update, scope=_WRITE, takes=FilterParams, gives=Filter),
    Route("DELETE", _ONE, delete, scope=_WRITE, gives=Nothing),
    Route("GET", f"{_ONE}/keywords", keywords, scope=_READ, gives=list[FilterKeyword]),
    Route("POST", f"{_ONE}/keywords", add_keyword, scope=_WRITE, takes=WordParams, gives=FilterKeyword),
    Route("GET", _WORD, show_keyword, scope=_READ, gives=FilterKeyword),
    Route("PUT", _WORD, change_keyword, scope=_WRITE, takes=WordParams, gives=FilterKeyword),
    Route("DELETE", _WORD, remove_keyword, scope=_WRITE, gives=Nothing),
    Route("GET", f"{_ONE}/statuses", posts, scope=_READ, gives=list[FilterStatus]),
    Route("POST", f"{_ONE}/statuses", add_post, scope=_WRITE, takes=PostParams, gives=FilterStatus),
    Route("GET", _POST, show_post, scope=_READ, gives=FilterStatus),
    Route("DELETE", _POST, remove_post, scope=_WRITE, gives=Nothing),
)

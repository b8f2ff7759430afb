"""Search: accounts, posts and tags, here and, where an app asks for it, at another server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from rossgram_fed.accounts.finding import account_called, accounts_matching
from rossgram_fed.api.accounts import accounts_in_order
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.entities.tags import TagEntity, tag_from
from rossgram_fed.api.paging import Paging
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.reading import statuses_by_ids
from rossgram_fed.api.table import Route, Who
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.follows.tags import tags_by_names
from rossgram_fed.search import resolving
from rossgram_fed.search.posts import Part, posts_saying, with_author
from rossgram_fed.search.queries import accounts_like, tags_like
from rossgram_fed.search.resolving import Found, NotFoundAnywhere
from rossgram_fed.search.words import by_author, question_from
from rossgram_fed.web.errors import Invalid, SignInNeeded

LONGEST = 500
MOST = 40
FURTHEST = 400
"""How far into what was found an app may go."""


class SearchParams(Paging, kw_only=True):
    """What is looked for, and where."""

    q: str = ""
    type: Literal["accounts", "hashtags", "statuses"] | None = None
    resolve: bool = False
    following: bool = False
    account_id: Id | None = None
    offset: int = 0

    def wants(self, kind: str) -> bool:
        """Say whether one kind of thing is looked for."""
        return self.type in (None, kind)


class Results(msgspec.Struct):
    """What was found."""

    accounts: list[Account]
    statuses: list[Status]
    hashtags: list[TagEntity]


class OldResults(msgspec.Struct):
    """The same with tags as bare names, as Mastodon gave it before 3.0."""

    accounts: list[Account]
    statuses: list[Status]
    hashtags: list[str]


async def search(call: Call, params: SearchParams) -> Results:
    """Find accounts, posts and tags; with ``resolve`` a handle or an address is looked up at its own server."""
    text = params.q.strip()
    if not text:
        return Results([], [], [])
    if len(text) > LONGEST:
        raise Invalid(f"Validation failed: What is looked for may have {LONGEST} characters")
    if call.viewer_id is None and (params.resolve or params.offset):
        raise SignInNeeded("Search queries pagination and resolving need a user")
    exact = await _exactly(call, text, resolve=params.resolve) if not params.offset else None
    if resolving.is_address(text):
        return await _shown(call, params, exact=exact)
    post_ids = await _posts(call, params, text) if params.wants("statuses") and not text.startswith("@") else []
    account_ids = await _accounts(call, params, text) if params.wants("accounts") and not text.startswith("#") else []
    names = await _tags(call, params, text) if params.wants("hashtags") and not text.startswith("@") else []
    return await _shown(call, params, exact=exact, account_ids=account_ids, post_ids=post_ids, names=names)


async def old_search(call: Call, params: SearchParams) -> OldResults:
    """Find accounts, posts and tags, for older apps."""
    found = await search(call, params)
    return OldResults(found.accounts, found.statuses, [one.name for one in found.hashtags])


async def _exactly(call: Call, text: str, *, resolve: bool) -> Found | None:
    """Return what a whole handle or an address names; nothing where there is nothing."""
    if not resolving.is_address(text) and not text.startswith("#"):
        account_id = await account_called(call.database, call.settings, text)
        if account_id is not None:
            return Found(account_id=account_id)
    if resolve and call.viewer_id is not None:
        try:
            return await resolving.find(call.request.app[NETWORK], text, viewer_id=call.viewer_id)
        except NotFoundAnywhere:
            return None
    return await resolving.known(call.database, text, viewer_id=call.viewer_id) if resolving.is_address(text) else None


async def _posts(call: Call, params: SearchParams, text: str) -> list[int]:
    question = await with_author(call.database, call.settings, question_from(text), viewer_id=call.viewer_id)
    if question is None:
        return []
    if params.account_id is not None:
        question = question.marked(by_author(params.account_id))
    span = params.span(usual=20, most=MOST)
    part = Part(before=span.before, after=span.after, limit=span.limit, offset=_offset(params))
    return await posts_saying(call.database, question, viewer_id=call.viewer_id, part=part)


async def _accounts(call: Call, params: SearchParams, text: str) -> list[int]:
    limit, offset = _limit(params), _offset(params)
    if call.viewer_id is None:
        return [one.id for one in await accounts_like(call.database, text.removeprefix("@"), viewer_id=None)][:limit]
    return await accounts_matching(
        call.database, text, viewer_id=call.viewer_id, limit=limit, offset=offset, following=params.following
    )


async def _tags(call: Call, params: SearchParams, text: str) -> list[str]:
    found = [one.name for one in await tags_like(call.database, text, viewer_id=call.viewer_id, of_words=True)]
    return found[_offset(params) : _offset(params) + _limit(params)]


async def _shown(
    call: Call,
    params: SearchParams,
    *,
    exact: Found | None,
    account_ids: Sequence[int] = (),
    post_ids: Sequence[int] = (),
    names: Sequence[str] = (),
) -> Results:
    """Return what was found as apps see it; what was named exactly comes first."""
    if exact is not None and exact.account_id is not None and params.wants("accounts"):
        account_ids = [exact.account_id, *(one for one in account_ids if one != exact.account_id)]
    if exact is not None and exact.post_id is not None and params.wants("statuses"):
        post_ids = [exact.post_id, *(one for one in post_ids if one != exact.post_id)]
    statuses = await statuses_by_ids(call.database, call.settings, post_ids, viewer_id=call.viewer_id)
    tags = await tags_by_names(call.database, names, viewer_id=call.viewer_id, now=call.instance.clock())
    return Results(
        accounts=await accounts_in_order(call, account_ids[: _limit(params)]),
        statuses=[statuses[one] for one in post_ids if one in statuses],
        hashtags=[tag_from(one, call.settings, viewed=call.viewer_id is not None) for one in tags],
    )


def _limit(params: SearchParams) -> int:
    return params.span(usual=20, most=MOST).limit


def _offset(params: SearchParams) -> int:
    return min(max(params.offset, 0), FURTHEST)


ROUTES = (
    Route(
        "GET",
        "/api/v2/search",
        search,
        scope="read:search",
        who=Who.ANYBODY,
        takes=SearchParams,
        gives=Results,
        limit="search",
    ),
    Route(
        "GET", "/api/v1/search", old_search, scope="read:search", takes=SearchParams, gives=OldResults, limit="search"
    ),
)

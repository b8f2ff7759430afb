"""Timelines: home, lists, public posts, tags, direct posts. What belongs in each: ``rossgram_fed.timelines``."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.paging import Paging
from rossgram_fed.api.reading_entries import page, page_of_circle
from rossgram_fed.api.table import Answer, Route, Who
from rossgram_fed.lists.queries import list_of
from rossgram_fed.timelines.circles import home_circle, list_circle
from rossgram_fed.timelines.profiles import direct_to
from rossgram_fed.timelines.public import Sieve, public, tagged
from rossgram_fed.web.errors import NotFound


class PublicParams(Paging):
    """Which public posts."""

    local: bool = False
    remote: bool = False
    only_media: bool = False

    @property
    def sieve(self) -> Sieve:
        """The same, as timelines take it."""
        return Sieve(local=self.local, remote=self.remote, only_media=self.only_media)


class TagParams(PublicParams):
    """Which posts with the tag in the path or others."""

    any: list[str] = msgspec.field(default_factory=list)
    all: list[str] = msgspec.field(default_factory=list)
    none: list[str] = msgspec.field(default_factory=list)


async def home(call: Call, params: Paging) -> Answer:
    """Show what the people and tags that one follows brought."""
    return await page_of_circle(call, home_circle(), (call.account_id,), params.span())


async def of_list(call: Call, params: Paging) -> Answer:
    """Show what the members of a list posted."""
    chosen = await list_of(call.database, call.id(), account_id=call.account_id)
    if chosen is None:
        raise NotFound("Record not found")
    circle = list_circle(chosen.replies)
    return await page_of_circle(call, circle, (call.account_id, chosen.id), params.span())


async def of_everybody(call: Call, params: PublicParams) -> Answer:
    """Show public posts."""
    span = params.span()
    found = await public(call.database, call.viewer_id, span, sieve=params.sieve)
    return await page(call, found, limit=span.limit)


async def of_tag(call: Call, params: TagParams) -> Answer:
    """Show public posts with a tag, or one of some, and with all of others and none of more."""
    # Pixelfed's app asks for the first page of a tag with 0.
    params.max_id = params.max_id or None
    span = params.span()
    found = await tagged(
        call.database,
        call.viewer_id,
        span,
        sieve=params.sieve,
        any_of=[call.word("name"), *params.any],
        all_of=params.all,
        none_of=params.none,
    )
    return await page(call, found, limit=span.limit)


async def direct(call: Call, params: Paging) -> Answer:
    """Show direct posts by and to oneself; conversations show them in threads."""
    span = params.span()
    found = await direct_to(call.database, call.account_id, span)
    return await page(call, found, limit=span.limit)


async def of_link(_call: Call, _params: Paging) -> list[Status]:
    """Show posts with a link that trends; links do not trend here, so there are none."""
    return []


ROUTES = tuple(
    Route("GET", f"/api/v1/timelines/{path}", handler, scope=scope, who=who, takes=takes, gives=list[Status])
    for path, handler, scope, who, takes in (
        ("home", home, "read:statuses", Who.USER, Paging),
        ("public", of_everybody, "read:statuses", Who.ANYBODY, PublicParams),
        ("tag/{name}", of_tag, "read:statuses", Who.ANYBODY, TagParams),
        ("list/{id}", of_list, "read:lists", Who.USER, Paging),
        ("direct", direct, "read:statuses", Who.USER, Paging),
        ("link", of_link, "read:statuses", Who.ANYBODY, Paging),
    )
)

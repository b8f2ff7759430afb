"""News, one by one: listed, shown, counted and put away."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.notifications import Count, Notification, notification_of
from rossgram_fed.api.paging import Paging, paged
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.reading import accounts_by_ids, statuses_by_ids
from rossgram_fed.api.reading_reports import reports_by_ids, warnings_by_ids
from rossgram_fed.api.table import Answer, Nothing, Route
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader
from rossgram_fed.notifications import actions, news
from rossgram_fed.notifications.groups import key_of
from rossgram_fed.notifications.kinds import TYPES, kinds_of
from rossgram_fed.notifications.news import News, Wish
from rossgram_fed.web.errors import NotFound

MOST_COUNTED = 1000


class Wanted(Paging, kw_only=True):
    """Which news are asked for, and which stretch of them."""

    types: list[str] = msgspec.field(default_factory=list)
    exclude_types: list[str] = msgspec.field(default_factory=list)
    account_id: Id | None = None
    include_filtered: bool = False

    def wish(self) -> Wish:
        """Return the same in our words."""
        kinds = kinds_of(self.types) if self.types else frozenset(TYPES)
        return Wish(
            kinds=kinds - kinds_of(self.exclude_types), actor_id=self.account_id, filtered=self.include_filtered
        )


class CountParams(Wanted, kw_only=True):
    """Which are counted, and how far."""

    def most(self) -> int:
        """Return how far to count."""
        return 100 if self.limit is None else min(max(self.limit, 1), MOST_COUNTED)


async def index(call: Call, params: Wanted) -> Answer:
    """List what happened."""
    span = params.span(usual=40, most=80)
    found = await news.within(call.database, call.account_id, span, wish=params.wish())
    entities = await shown(call, found)
    answer = paged(call, found, cursor_of=lambda one: one.id, limit=span.limit)
    return Answer(entities, headers=answer.headers)


async def show(call: Call) -> Notification:
    """Show one piece of news."""
    found = await shown(call, await news.by_ids(call.database, call.account_id, [call.id()]))
    if not found:
        raise NotFound("Record not found")
    return found[0]


async def clear(call: Call) -> Nothing:
    """Put all news away."""
    async with call.instance.change() as change:
        await actions.clear(change, account_id=call.account_id)
    return Nothing()


async def dismiss(call: Call) -> Nothing:
    """Put one piece of news away."""
    async with call.instance.change() as change:
        if not await actions.dismiss(change, account_id=call.account_id, notification_id=call.id()):
            raise NotFound("Record not found")
    return Nothing()


async def unread_count(call: Call, params: CountParams) -> Count:
    """Count what was not seen yet."""
    return Count(await news.unread(call.database, call.account_id, params.wish(), most=params.most()))


async def shown(call: Call, found: Sequence[News]) -> list[Notification]:
    """Return news as apps see them; what speaks of somebody or something that is gone is left out."""
    return await shown_to(call.database, call.settings, found, viewer_id=call.account_id)


async def shown_to(reader: Reader, settings: Settings, found: Sequence[News], *, viewer_id: int) -> list[Notification]:
    """The same, wherever they are read."""
    post_ids = sorted({one.shown_id for one in found if one.shown_id is not None})
    accounts = await accounts_by_ids(reader, settings, [one.actor_id for one in found])
    statuses = await statuses_by_ids(reader, settings, post_ids, viewer_id=viewer_id)
    reports = await reports_by_ids(reader, settings, [one.report_id for one in found])
    warnings = await warnings_by_ids(reader, settings, [one.warning_id for one in found])
    return [
        notification_of(
            one,
            key_of(one),
            accounts[one.actor_id],
            status=statuses.get(one.shown_id or 0),
            report=reports.get(one.report_id or 0),
            warning=warnings.get(one.warning_id or 0),
        )
        for one in found
        if one.actor_id in accounts and (one.shown_id is None or one.shown_id in statuses)
    ]


_READ, _WRITE = "read:notifications", "write:notifications"
ROUTES = (
    Route("GET", "/api/v1/notifications", index, scope=_READ, takes=Wanted, gives=list[Notification]),
    Route("POST", "/api/v1/notifications/clear", clear, scope=_WRITE, gives=Nothing),
    Route("GET", "/api/v1/notifications/unread_count", unread_count, scope=_READ, takes=CountParams, gives=Count),
    Route("GET", "/api/v1/notifications/{id:[0-9]+}", show, scope=_READ, gives=Notification),
    Route("POST", "/api/v1/notifications/{id:[0-9]+}/dismiss", dismiss, scope=_WRITE, gives=Nothing),
)

"""Posts that wait for their time: listed, given another time, taken back."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.scheduled import ScheduledStatus
from rossgram_fed.api.paging import Paging, paged
from rossgram_fed.api.reading_scheduled import scheduled_by_id, scheduled_from, waiting_draft
from rossgram_fed.api.status_params import instant_from
from rossgram_fed.api.table import Answer, Nothing, Route
from rossgram_fed.posts import saved, scheduling
from rossgram_fed.web.errors import NotFound


class TimeParams(msgspec.Struct, kw_only=True):
    """Another time."""

    scheduled_at: str | None = None


async def index(call: Call, params: Paging) -> Answer:
    """List what waits for its time, the newest made first."""
    span = params.span()
    found = [
        draft
        for draft in await saved.drafts_of(call.database, call.account_id, scheduled=True)
        if span.after < draft.id < span.before
    ]
    found.sort(key=lambda draft: draft.id, reverse=not span.upwards)
    page = span.newest_first(found[: span.limit])
    items = [await scheduled_from(call, draft) for draft in page]
    return paged(call, items, cursor_of=lambda one: int(one.id), limit=span.limit)


async def show(call: Call) -> ScheduledStatus:
    """Show what waits for its time."""
    return await scheduled_by_id(call, call.id())


async def update(call: Call, params: TimeParams) -> ScheduledStatus:
    """Give it another time."""
    draft = await waiting_draft(call, call.id())
    if params.scheduled_at:
        at = instant_from(params.scheduled_at, now=call.instance.clock())
        async with call.instance.change() as change:
            await scheduling.schedule(change, draft.id, account_id=call.account_id, at=at, zone=draft.zone or "UTC")
    return await scheduled_by_id(call, draft.id)


async def delete(call: Call) -> Nothing:
    """Take it back, with its photos."""
    draft = await waiting_draft(call, call.id())
    async with call.instance.change() as change:
        if not await saved.forget(change, draft.id, account_id=call.account_id):
            raise NotFound("Record not found")
    return Nothing()


ROUTES = (
    Route(
        "GET",
        "/api/v1/scheduled_statuses",
        index,
        scope="read:statuses",
        takes=Paging,
        gives=list[ScheduledStatus],
    ),
    Route("GET", "/api/v1/scheduled_statuses/{id}", show, scope="read:statuses", gives=ScheduledStatus),
    Route(
        "PUT",
        "/api/v1/scheduled_statuses/{id}",
        update,
        scope="write:statuses",
        takes=TimeParams,
        gives=ScheduledStatus,
    ),
    Route("DELETE", "/api/v1/scheduled_statuses/{id}", delete, scope="write:statuses", gives=Nothing),
)

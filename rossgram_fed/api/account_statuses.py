"""What one account posted."""

from __future__ import annotations

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.paging import Paging
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.api.reading_entries import page
from rossgram_fed.api.table import Answer, Route, Who
from rossgram_fed.timelines.profiles import Choice, pinned_by, posted_by
from rossgram_fed.web.errors import NotFound


class AccountStatusesParams(Paging):
    """Which of them."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    pinned: bool = False
    tagged: str = ""


async def statuses(call: Call, params: AccountStatusesParams) -> Answer:
    """Show what an account posted and boosted, or what it pinned."""
    account_id = call.id()
    if account_id not in await accounts_by_ids(call.database, call.settings, [account_id]):
        raise NotFound("Record not found")
    if params.pinned:
        return await page(call, await pinned_by(call.database, account_id, viewer_id=call.viewer_id), limit=40)
    span = params.span()
    choice = Choice(params.only_media, params.exclude_replies, params.exclude_reblogs, params.tagged)
    found = await posted_by(call.database, account_id, span, viewer_id=call.viewer_id, choice=choice)
    return await page(call, found, limit=span.limit)


ROUTES = (
    Route(
        "GET",
        "/api/v1/accounts/{id}/statuses",
        statuses,
        scope="read:statuses",
        who=Who.ANYBODY,
        takes=AccountStatusesParams,
        gives=list[Status],
    ),
)

"""News in groups, as newer apps show them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.notifications import Count, Grouped, group_of, partly, sample_of
from rossgram_fed.api.notifications import CountParams, Wanted
from rossgram_fed.api.paging import linked
from rossgram_fed.api.reading import accounts_by_ids, statuses_by_ids
from rossgram_fed.api.reading_reports import reports_by_ids, warnings_by_ids
from rossgram_fed.api.table import Answer, Nothing, Route
from rossgram_fed.notifications import actions, groups, news
from rossgram_fed.notifications.groups import GROUPED, Group
from rossgram_fed.web.errors import NotFound

MOST_ACCOUNTS = 80


class ListParams(Wanted, kw_only=True):
    """A page of groups; ``grouped_types`` are those that the app knows how to show so."""

    grouped_types: list[str] = msgspec.field(default_factory=lambda: list(GROUPED))
    expand_accounts: str = "full"


class GroupCountParams(CountParams, kw_only=True):
    """How many groups are new."""

    grouped_types: list[str] = msgspec.field(default_factory=lambda: list(GROUPED))


async def index(call: Call, params: ListParams) -> Answer:
    """List what happened, with likes, boosts and new followers in groups."""
    span = params.span(usual=40, most=80)
    page = await groups.page(call.database, call.account_id, span, wish=params.wish(), grouped=params.grouped_types)
    value = await _grouped(call, page.groups, partial=params.expand_accounts == "partial_avatars", paged=True)
    if not page.groups:
        return Answer(value)
    cursors = [page.newest_id, page.oldest_id]
    return linked(call, value, cursors=cursors, limit=0 if page.more else len(cursors) + 1)


async def show(call: Call) -> Grouped:
    """Show one group."""
    return await _grouped(call, [await _group(call)], partial=False, paged=False)


async def accounts(call: Call) -> list[Account]:
    """List whoever is in a group."""
    group = await _group(call)
    ids = list(dict.fromkeys(one.actor_id for one in group.news))[:MOST_ACCOUNTS]
    found = await accounts_by_ids(call.database, call.settings, ids)
    return [found[one] for one in ids if one in found]


async def dismiss(call: Call) -> Nothing:
    """Put a group away."""
    group = await groups.group(call.database, call.account_id, call.word("group_key"))
    async with call.instance.change() as change:
        for one in group.news if group is not None else ():
            await actions.dismiss(change, account_id=call.account_id, notification_id=one.id)
    return Nothing()


async def unread_count(call: Call, params: GroupCountParams) -> Count:
    """Count the groups in which something was not seen yet."""
    ids = await news.unread_ids(call.database, call.account_id, params.wish(), most=groups.WINDOW)
    keys = {groups.key_of(one, params.grouped_types) for one in await news.by_ids(call.database, call.account_id, ids)}
    return Count(min(len(keys), params.most()))


async def _group(call: Call) -> Group:
    group = await groups.group(call.database, call.account_id, call.word("group_key"))
    if group is None:
        raise NotFound("Record not found")
    return group


async def _grouped(call: Call, found: Sequence[Group], *, partial: bool, paged: bool) -> Grouped:
    """Return groups with the accounts and posts they name; groups about what is gone are left out."""
    people = await accounts_by_ids(call.database, call.settings, [one for group in found for one in sample_of(group)])
    post_ids = sorted({group.news[0].shown_id or 0 for group in found} - {0})
    statuses = await statuses_by_ids(call.database, call.settings, post_ids, viewer_id=call.account_id)
    shown = [
        group
        for group in found
        if group.news[0].actor_id in people and (group.news[0].shown_id is None or group.news[0].shown_id in statuses)
    ]
    newest = [group.news[0] for group in shown]
    reports = await reports_by_ids(call.database, call.settings, [one.report_id for one in newest])
    warnings = await warnings_by_ids(call.database, call.settings, [one.warning_id for one in newest])
    first = {group.news[0].actor_id for group in shown}
    value = Grouped(
        accounts=[one for number, one in people.items() if not partial or number in first],
        statuses=list(statuses.values()),
        notification_groups=[
            group_of(
                group,
                report=reports.get(one.report_id or 0),
                warning=warnings.get(one.warning_id or 0),
                paged=paged,
            )
            for group, one in zip(shown, newest, strict=True)
        ],
    )
    if partial:
        value.partial_accounts = [partly(one) for number, one in people.items() if number not in first]
    return value


_READ, _WRITE = "read:notifications", "write:notifications"
_KEY = "/api/v2/notifications/{group_key:[a-z._]+-[0-9-]+}"
ROUTES = (
    Route("GET", "/api/v2/notifications", index, scope=_READ, takes=ListParams, gives=Grouped),
    Route("GET", "/api/v2/notifications/unread_count", unread_count, scope=_READ, takes=GroupCountParams, gives=Count),
    Route("GET", _KEY, show, scope=_READ, gives=Grouped),
    Route("GET", f"{_KEY}/accounts", accounts, scope=_READ, gives=list[Account]),
    Route("POST", f"{_KEY}/dismiss", dismiss, scope=_WRITE, gives=Nothing),
)

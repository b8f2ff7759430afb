"""Pages of timelines as apps are given them: posts, and boosts around posts, in the order of their cursors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.paging import Span, linked
from rossgram_fed.api.reading import boosts_by_ids, statuses_by_ids
from rossgram_fed.api.table import Answer
from rossgram_fed.timelines.entries import Entry, Stretch


def stretch_of(span: Span) -> Stretch:
    """Return what an app asks for as timelines take it."""
    return Stretch(span.before, span.after, span.limit, span.upwards)


async def shown(call: Call, entries: Sequence[Entry]) -> list[Status]:
    """Return what entries stand for, in their order; what the caller may not see is left out."""
    plain = [one.post_id for one in entries if one.boost_id is None]
    boosts = [one.boost_id for one in entries if one.boost_id is not None]
    posts = await statuses_by_ids(call.database, call.settings, plain, viewer_id=call.viewer_id)
    boosted = await boosts_by_ids(call.database, call.settings, boosts, viewer_id=call.viewer_id)
    found = (posts.get(one.post_id) if one.boost_id is None else boosted.get(one.boost_id) for one in entries)
    return [one for one in found if one is not None]


async def page(
    call: Call, entries: Sequence[Entry], *, limit: int, cursor_of: Callable[[Entry], int] = lambda one: one.cursor
) -> Answer:
    """Answer with a page of a timeline, and the links to its neighbours."""
    return linked(call, await shown(call, entries), cursors=[cursor_of(one) for one in entries], limit=limit)

"""Pages of timelines as apps are given them: posts, and boosts around posts, in the order of their cursors."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from aiohttp import web

from rossgram_fed.api.call import Call
from rossgram_fed.api.paging import linked
from rossgram_fed.api.reading_kept import BOOSTS, Shelf, encoded, with_facts
from rossgram_fed.api.reading_viewer import facts
from rossgram_fed.api.table import Answer
from rossgram_fed.ids import Stretch
from rossgram_fed.timelines.circles import Circle
from rossgram_fed.timelines.entries import Entry
from rossgram_fed.timelines.gathering import gathered

SHELF: web.AppKey[Shelf] = web.AppKey("kept_posts", Shelf)
"""Where an application keeps posts that are encoded."""
_ALSO, _ALSO_OF_BOOSTS = f", {facts('$1')}", f", {BOOSTS}"


async def page(call: Call, entries: Sequence[Entry], *, limit: int) -> Answer:
    """Answer with a page of a timeline, and the links to its neighbours."""
    shown = await with_facts(call.database, entries, viewer_id=call.viewer_id)
    return await _answer(call, shown, cursors=[one.cursor for one in entries], limit=limit)


async def page_of_circle(call: Call, circle: Circle, arguments: tuple[int, ...], span: Stretch) -> Answer:
    """The same for a timeline whose query reads all that is needed."""
    found = await gathered(call.database, circle, arguments, span, also=_ALSO, also_of_boosts=_ALSO_OF_BOOSTS)
    return await _answer(call, found, cursors=[one.cursor for one in found], limit=span.limit)


async def _answer(call: Call, entries: Sequence[Entry], *, cursors: Sequence[int], limit: int) -> Answer:
    parts = await encoded(call.request.app[SHELF], call.database, call.settings, entries, viewer_id=call.viewer_id)
    whole = b"[" + b",".join([text for _, text in parts]) + b"]"
    return linked(call, msgspec.Raw(whole), cursors=cursors, limit=limit)

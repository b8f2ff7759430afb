"""Lists in pages: ``max_id``, ``since_id``, ``min_id`` and ``limit`` in, a ``Link`` header out (RFC 8288).

``max_id`` and ``since_id`` walk from the newest; ``min_id`` gives the page right above an id, still the newest first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.table import Answer
from rossgram_fed.ids import LARGEST_ID, Stretch

_LEFT_OUT = ("max_id", "since_id", "min_id")


class Paging(msgspec.Struct, kw_only=True):
    """What every list takes; Structs of lists inherit it."""

    max_id: Id | None = None
    since_id: Id | None = None
    min_id: Id | None = None
    limit: int | None = None

    def span(self, *, usual: int = 20, most: int = 40) -> Stretch:
        """Return the stretch of ids that is asked for; an absurd limit becomes the nearest sane one."""
        limit = usual if self.limit is None else min(max(self.limit, 1), most)
        upwards = self.min_id is not None
        after = self.min_id if self.min_id is not None else (self.since_id or 0)
        return Stretch(
            before=LARGEST_ID if self.max_id is None else self.max_id, after=after, limit=limit, upwards=upwards
        )


def paged(call: Call, items: Sequence[Any], *, cursor_of: Callable[[Any], int], limit: int) -> Answer:
    """Return a list with links to what is older and what is newer; ``cursor_of`` gives an item's id in its order."""
    cursors = [cursor_of(item) for item in items]
    return linked(call, items, cursors=cursors, limit=limit)


def linked(call: Call, items: Any, *, cursors: Sequence[int], limit: int) -> Answer:
    """The same for a value whose cursors are known: an encoded list, a mapping."""
    if not cursors:
        return Answer(items)
    kept = [(key, value) for key, value in call.request.query.items() if key not in _LEFT_OUT]
    others = f"{urlencode(kept)}&" if kept else ""
    address = f"{call.settings.base_url}{call.request.path}?{others}"
    links = []
    if len(cursors) >= limit:
        links.append(f'<{address}max_id={min(cursors)}>; rel="next"')
    links.append(f'<{address}min_id={max(cursors)}>; rel="prev"')
    return Answer(items, headers={"Link": ", ".join(links)})

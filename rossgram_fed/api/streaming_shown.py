"""What streams bring, as apps read it: the same entities as everywhere, to the viewer, as text.

What a post is to everybody is made once, and kept (``reading_kept``); what it is to the viewer, filters included, is
made for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from rossgram_fed.announcements.queries import reactions_to, shown_now
from rossgram_fed.api import conversations, notifications
from rossgram_fed.api.announcements import announcement_from
from rossgram_fed.api.reading_kept import Shelf, encoded, with_facts
from rossgram_fed.instance import Instance
from rossgram_fed.notifications import news
from rossgram_fed.posts.conversations import conversation_of
from rossgram_fed.timelines.entries import Entry

_ENCODER = msgspec.json.Encoder()


class _Reaction(msgspec.Struct):
    """How often an announcement has an emoji now."""

    name: str
    count: int
    announcement_id: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What is needed to make entities."""

    instance: Instance
    shelf: Shelf

    async def status(self, entry: Entry, *, viewer_id: int) -> str | None:
        """Return a post or boost; None where the viewer may not see it."""
        database = self.instance.database
        entries = await with_facts(database, [entry], viewer_id=viewer_id)
        found = await encoded(self.shelf, database, self.instance.settings, entries, viewer_id=viewer_id)
        return found[0].decode() if found else None

    async def notification(self, news_id: int, *, viewer_id: int) -> str | None:
        """Return a piece of news; None where it waits among the requests, or speaks of what is gone."""
        database, settings = self.instance.database, self.instance.settings
        found = [one for one in await news.by_ids(database, viewer_id, [news_id]) if not one.filtered]
        entities = await notifications.shown_to(database, settings, found, viewer_id=viewer_id)
        return _text(entities[0]) if entities else None

    async def conversation(self, thread_id: int, *, viewer_id: int) -> str | None:
        """Return a thread of direct posts; None for who takes no part in it."""
        database, settings = self.instance.database, self.instance.settings
        one = await conversation_of(database, viewer_id, thread_id=thread_id)
        found = [one] if one is not None else []
        entities = await conversations.shown_to(database, settings, found, viewer_id=viewer_id)
        return _text(entities[0]) if entities else None

    async def announcement(self, announcement_id: int) -> str | None:
        """Return an announcement as it is to everybody; None when it is over."""
        database, settings = self.instance.database, self.instance.settings
        notices = await shown_now(database, settings, now=self.instance.clock())
        found = [one for one in notices if one.id == announcement_id]
        return _text(announcement_from(found[0], read=False, reactions=[])) if found else None

    async def reaction(self, announcement_id: int, name: str) -> str:
        """Return how often an announcement has an emoji."""
        found = await reactions_to(self.instance.database, [announcement_id], account_id=0)
        counts: Sequence[int] = [one.count for one in found.get(announcement_id, []) if one.name == name]
        return _text(_Reaction(name, sum(counts), str(announcement_id)))


def _text(entity: object) -> str:
    return _ENCODER.encode(entity).decode()

"""What streams bring, as apps read it: the same entities as everywhere, to the viewer, as text.

What a post is to everybody is made once, and kept (``reading_kept``); what it is to each viewer is read for all posts
and viewers together.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from rossgram_fed.announcements.queries import reactions_to, shown_now
from rossgram_fed.api import conversations, notifications
from rossgram_fed.api.announcements import announcement_from
from rossgram_fed.api.reading_kept import Shelf, encoded, facts_for_many
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

    async def statuses(self, wanted: Mapping[Entry, Collection[int]]) -> dict[tuple[Entry, int], str]:
        """Return posts and boosts for those to whom each is to be shown, as far as they may see it.

        To most people a post looks the same; what does is one and the same text.
        """
        database, settings = self.instance.database, self.instance.settings
        alike: dict[frozenset[int], list[Entry]] = defaultdict(list)
        for entry, viewers in wanted.items():
            alike[frozenset(viewers)].append(entry)
        theirs: dict[int, list[Entry]] = defaultdict(list)
        for viewers, entries in alike.items():
            for viewer_id, known in (await facts_for_many(database, entries, viewers=viewers)).items():
                theirs[viewer_id] += known
        texts: dict[bytes, str] = {}
        found: dict[tuple[Entry, int], str] = {}
        for viewer_id, entries in theirs.items():
            for entry, text in await encoded(self.shelf, database, settings, entries, viewer_id=viewer_id):
                if text not in texts:
                    texts[text] = text.decode()
                found[entry._replace(facts=()), viewer_id] = texts[text]
            await asyncio.sleep(0)  # there may be thousands, and others want an answer meanwhile
        return found

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

"""Who is told of what happened: for each act, the streams it is in and those of their listeners whose it is.

The rules are those of the timelines (``timelines.belonging``), asked for all listeners at once, and for all posts and
boosts at once that come one after the other.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from itertools import groupby

from rossgram_fed.api.streaming_shown import Shown
from rossgram_fed.models.posts import Visibility
from rossgram_fed.oauth.scopes import covers
from rossgram_fed.streaming.acts import Act, Event
from rossgram_fed.streaming.ears import MOST_AT_ONCE, Ear
from rossgram_fed.streaming.hub import Heard, Hub
from rossgram_fed.streaming.streams import Kind, Stream, streams_of_public
from rossgram_fed.timelines import belonging
from rossgram_fed.timelines.belonging import Place
from rossgram_fed.timelines.entries import Entry

USER, NEWS = Stream(Kind.USER, "user"), Stream(Kind.NEWS, "user:notification")
DIRECT = Stream(Kind.DIRECT, "direct")
_OF_POSTS = (Kind.USER, Kind.PUBLIC, Kind.TAG, Kind.LIST)
_NAMES = {Act.POST: "update", Act.EDIT: "status.update", Act.BOOST: "update"}
"""What apps are told of acts that show them a post."""


class Teller:
    """Tells the acts of one process to those who listen in it."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._database = shown.instance.database
        self._ways: dict[Act, Callable[[Hub, Event], Awaitable[None]]] = {
            Act.GONE: self._gone,
            Act.UNBOOST: self._unboost,
            Act.NEWS: self._news,
            Act.MERGED: self._merged,
            Act.FILTERS: self._filters,
            Act.NOTICE: self._notice,
            Act.REACTION: self._reaction,
        }

    async def tell(self, hub: Hub, events: Sequence[Event]) -> None:
        """Tell of acts, in their order."""
        for showing, some in groupby(events, key=lambda event: event.act in _NAMES):
            if showing:
                await self._show(hub, list(some))
                continue
            for event in some:
                await self._ways[event.act](hub, event)
                await asyncio.sleep(0)  # as in _show

    async def _show(self, hub: Hub, events: Sequence[Event]) -> None:
        """Tell of posts, edits and boosts: whom they concern, and what each is shown, is asked for all of them."""
        posts = {event.ids[0] for event in events if event.act is not Act.BOOST}
        boosts = {event.ids[0] for event in events if event.act is Act.BOOST}
        places = await self._places(hub, posts)
        heard = await self._home(hub, posts, boosts)
        for post_id, some in (await self._public(hub, places)).items():
            heard[post_id] += some
        entries = [_entry(event) for event in events]
        wanted = {one: {ear.account_id for ear, _ in heard[one.cursor]} for one in entries if heard[one.cursor]}
        shown = await self._shown.statuses(wanted)
        for event, entry in zip(events, entries, strict=True):
            if entry.post_id in places and places[entry.post_id].visibility is Visibility.DIRECT:
                await self._conversation(hub, entry.post_id, places[entry.post_id])
            payloads: dict[str, list[Heard]] = defaultdict(list)
            for ear, stream in heard[entry.cursor]:
                if (entry, ear.account_id) in shown:
                    payloads[shown[entry, ear.account_id]].append((ear, stream))
            waiting = [hub.tell(theirs, _NAMES[event.act], payload) for payload, theirs in payloads.items()]
            if max(waiting, default=0) >= MOST_AT_ONCE:
                await asyncio.sleep(0)  # those who are quick are sent it before more comes

    async def _places(self, hub: Hub, posts: Collection[int]) -> Mapping[int, Place]:
        """Return where posts can be besides homes and lists, if anybody listens there."""
        elsewhere = any(hub.streams(kind) for kind in (Kind.PUBLIC, Kind.TAG, Kind.DIRECT))
        return await belonging.places_of(self._database, posts) if elsewhere else {}

    async def _home(self, hub: Hub, posts: Collection[int], boosts: Collection[int]) -> dict[int, list[Heard]]:
        """Return who hears of posts and boosts at home and in lists."""
        ears: dict[int, list[Heard]] = defaultdict(list)
        for ear in _ears(hub, USER):
            ears[ear.account_id].append((ear, USER))
        lists = {
            stream.list_id: [(ear, stream) for ear in some] for stream, some in hub.streams(Kind.LIST).items()
        }  # fmt: skip
        found: dict[int, list[Heard]] = defaultdict(list)
        for asked, at_home, in_lists in (
            (posts, belonging.at_home, belonging.in_lists),
            (boosts, belonging.boosted_home, belonging.boosted_in_lists),
        ):
            for one, viewer_id in await at_home(self._database, asked, viewers=ears):
                found[one] += ears[viewer_id]
            for one, list_id in await in_lists(self._database, asked, lists=lists):
                found[one] += lists[list_id]
        return found

    async def _public(self, hub: Hub, places: Mapping[int, Place]) -> dict[int, list[Heard]]:
        """Return who hears of posts on public streams and those of their tags."""
        heard = {
            post_id: [(ear, stream) for stream in _public_streams(hub, place) for ear in _ears(hub, stream)]
            for post_id, place in places.items()
        }
        viewers = {ear.account_id for some in heard.values() for ear, _ in some}
        concerned = [post_id for post_id, some in heard.items() if some]
        open_for = await belonging.open_for(self._database, concerned, viewers=viewers)
        return {
            post_id: [(ear, stream) for ear, stream in heard[post_id] if (post_id, ear.account_id) in open_for]
            for post_id in concerned
        }

    async def _gone(self, hub: Hub, event: Event) -> None:
        """Tell of what everybody could see to all who hear of posts, of other things to those whom it was meant for."""
        post_id, author_id, visibility, *named = event.ids
        heard = [(ear, stream) for kind in _OF_POSTS for stream, ears in hub.streams(kind).items() for ear in ears]
        if visibility > Visibility.UNLISTED:
            meant = {author_id, *named}
            if visibility == Visibility.FOLLOWERS:
                viewers = {ear.account_id for ear, _ in heard}
                meant |= await belonging.following(self._database, author_id, viewers=viewers)
            heard = [(ear, stream) for ear, stream in heard if ear.account_id in meant]
        hub.tell(heard, "delete", str(post_id))

    async def _unboost(self, hub: Hub, event: Event) -> None:
        boost_id, booster_id = event.ids
        heard = [
            (ear, stream) for kind in (Kind.USER, Kind.LIST) for stream, ears in hub.streams(kind).items()
            for ear in ears
        ]  # fmt: skip
        viewers = {ear.account_id for ear, _ in heard}
        viewers = await belonging.following(self._database, booster_id, viewers=viewers)
        hub.tell([one for one in heard if one[0].account_id in viewers], "delete", str(boost_id))

    async def _news(self, hub: Hub, event: Event) -> None:
        news_id, account_id = event.ids
        heard = _of_news(hub, account_id)
        payload = await self._shown.notification(news_id, viewer_id=account_id) if heard else None
        if payload is not None:
            hub.tell(heard, "notification", payload)

    async def _merged(self, hub: Hub, event: Event) -> None:
        hub.tell(_of_news(hub, event.ids[0]), "notifications_merged", "1")

    async def _filters(self, hub: Hub, event: Event) -> None:
        hub.tell([(ear, USER) for ear in hub.of(event.ids[0])], "filters_changed", "")

    async def _conversation(self, hub: Hub, post_id: int, place: Place) -> None:
        ears = _ears(hub, DIRECT)
        viewers = await belonging.addressed(self._database, post_id, viewers={ear.account_id for ear in ears})
        for viewer_id in viewers:
            payload = await self._shown.conversation(place.thread_id, viewer_id=viewer_id)
            if payload is not None:
                hub.tell([(ear, DIRECT) for ear in hub.of(viewer_id)], "conversation", payload)

    async def _notice(self, hub: Hub, event: Event) -> None:
        heard = [(ear, USER) for ear in _ears(hub, USER)]
        payload = await self._shown.announcement(event.ids[0]) if heard else None
        if payload is None:
            hub.tell(heard, "announcement.delete", str(event.ids[0]))
        else:
            hub.tell(heard, "announcement", payload)

    async def _reaction(self, hub: Hub, event: Event) -> None:
        heard = [(ear, USER) for ear in _ears(hub, USER)]
        if heard:
            hub.tell(heard, "announcement.reaction", await self._shown.reaction(event.ids[0], event.word))


def _ears(hub: Hub, stream: Stream) -> list[Ear]:
    return list(hub.streams(stream.kind).get(stream, ()))


def _entry(event: Event) -> Entry:
    if event.act is Act.BOOST:
        boost_id, post_id, booster_id = event.ids
        return Entry(boost_id, post_id, boost_id, booster_id)
    return Entry(event.ids[0], event.ids[0])


def _public_streams(hub: Hub, place: Place) -> list[Stream]:
    """Return the streams that somebody hears and that a post can be in."""
    if place.visibility is not Visibility.PUBLIC:
        return []
    streams = list(streams_of_public(local=place.local, media=place.media)) if place.opening else []
    tags = hub.streams(Kind.TAG)
    return streams + [one for one in tags if one.tag in place.tags and (place.local or not one.local)]


def _of_news(hub: Hub, account_id: int) -> list[Heard]:
    """Return where somebody hears of news: on the stream of news, and on their own where the token allows it."""
    allowed = [ear for ear in hub.of(account_id) if covers(ear.scopes, NEWS.scope)]
    return [(ear, stream) for ear in allowed for stream in (USER, NEWS)]

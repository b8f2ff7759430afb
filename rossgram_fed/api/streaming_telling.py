"""Who is told of what happened: for each act, the streams it is in and those of their listeners whose it is.

The rules are those of the timelines (``timelines.belonging``), asked for all listeners at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable

from rossgram_fed.api.streaming_shown import Shown
from rossgram_fed.models.posts import Visibility
from rossgram_fed.oauth.scopes import covers
from rossgram_fed.streaming.acts import Act, Event
from rossgram_fed.streaming.ears import Ear
from rossgram_fed.streaming.hub import Hub
from rossgram_fed.streaming.streams import Kind, Stream, streams_of_public
from rossgram_fed.timelines import belonging
from rossgram_fed.timelines.belonging import Place
from rossgram_fed.timelines.entries import Entry

USER, NEWS = Stream(Kind.USER, "user"), Stream(Kind.NEWS, "user:notification")
DIRECT = Stream(Kind.DIRECT, "direct")
_OF_POSTS = (Kind.USER, Kind.PUBLIC, Kind.TAG, Kind.LIST)
Heard = tuple[Ear, Stream]


class Teller:
    """Tells the acts of one process to those who listen in it."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._database = shown.instance.database
        self._ways: dict[Act, Callable[[Hub, Event], Awaitable[None]]] = {
            Act.POST: self._post,
            Act.EDIT: self._edit,
            Act.GONE: self._gone,
            Act.BOOST: self._boost,
            Act.UNBOOST: self._unboost,
            Act.NEWS: self._news,
            Act.MERGED: self._merged,
            Act.FILTERS: self._filters,
            Act.NOTICE: self._notice,
            Act.REACTION: self._reaction,
        }

    async def tell(self, hub: Hub, event: Event) -> None:
        """Tell of one act."""
        await self._ways[event.act](hub, event)

    async def _post(self, hub: Hub, event: Event) -> None:
        await self._told_of_post(hub, event.ids[0], "update")

    async def _edit(self, hub: Hub, event: Event) -> None:
        await self._told_of_post(hub, event.ids[0], "status.update")

    async def _told_of_post(self, hub: Hub, post_id: int, name: str) -> None:
        place = await belonging.place_of(self._database, post_id)
        if place is None or place.visibility is Visibility.ARCHIVED:
            return
        if place.visibility is Visibility.DIRECT:
            await self._conversation(hub, post_id, place)
            return
        heard = [*await self._home(hub, post_id), *await self._public(hub, post_id, place)]
        lists = await belonging.in_lists(self._database, post_id, lists=_lists(hub))
        heard += _of_lists(hub, lists)
        await self._send(hub, name, Entry(post_id, post_id), heard)

    async def _home(self, hub: Hub, post_id: int) -> list[Heard]:
        ears = _ears(hub, USER)
        viewers = await belonging.at_home(self._database, post_id, viewers={ear.account_id for ear in ears})
        return [(ear, USER) for ear in ears if ear.account_id in viewers]

    async def _public(self, hub: Hub, post_id: int, place: Place) -> list[Heard]:
        """Return who hears of a post on public streams and those of its tags."""
        if place.visibility is not Visibility.PUBLIC:
            return []
        streams = list(streams_of_public(local=place.local, media=place.media)) if place.opening else []
        streams += [one for one in hub.streams(Kind.TAG) if one.tag in place.tags and (place.local or not one.local)]
        heard = [(ear, stream) for stream in streams for ear in _ears(hub, stream)]
        viewers = await belonging.open_for(self._database, post_id, viewers={ear.account_id for ear, _ in heard})
        return [(ear, stream) for ear, stream in heard if ear.account_id in viewers]

    async def _boost(self, hub: Hub, event: Event) -> None:
        boost_id, post_id, booster_id = event.ids
        ears = _ears(hub, USER)
        viewers = await belonging.boosted_home(self._database, boost_id, viewers={ear.account_id for ear in ears})
        lists = await belonging.boosted_in_lists(self._database, boost_id, lists=_lists(hub))
        heard = [(ear, USER) for ear in ears if ear.account_id in viewers] + _of_lists(hub, lists)
        await self._send(hub, "update", Entry(boost_id, post_id, boost_id, booster_id), heard)

    async def _send(self, hub: Hub, name: str, entry: Entry, heard: Iterable[Heard]) -> None:
        """Make the post once for each of the people, and send it on each of their streams."""
        people: dict[int, list[Heard]] = defaultdict(list)
        for ear, stream in heard:
            people[ear.account_id].append((ear, stream))
        for viewer_id, theirs in people.items():
            payload = await self._shown.status(entry, viewer_id=viewer_id)
            if payload is not None:
                _tell_all(hub, theirs, name, payload)

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
        _tell_all(hub, heard, "delete", str(post_id))

    async def _unboost(self, hub: Hub, event: Event) -> None:
        boost_id, booster_id = event.ids
        heard = [
            (ear, stream) for kind in (Kind.USER, Kind.LIST) for stream, ears in hub.streams(kind).items()
            for ear in ears
        ]  # fmt: skip
        viewers = {ear.account_id for ear, _ in heard}
        viewers = await belonging.following(self._database, booster_id, viewers=viewers)
        _tell_all(hub, [one for one in heard if one[0].account_id in viewers], "delete", str(boost_id))

    async def _news(self, hub: Hub, event: Event) -> None:
        news_id, account_id = event.ids
        heard = _of_news(hub, account_id)
        payload = await self._shown.notification(news_id, viewer_id=account_id) if heard else None
        if payload is not None:
            _tell_all(hub, heard, "notification", payload)

    async def _merged(self, hub: Hub, event: Event) -> None:
        _tell_all(hub, _of_news(hub, event.ids[0]), "notifications_merged", "1")

    async def _filters(self, hub: Hub, event: Event) -> None:
        _tell_all(hub, [(ear, USER) for ear in hub.of(event.ids[0])], "filters_changed", "")

    async def _conversation(self, hub: Hub, post_id: int, place: Place) -> None:
        ears = _ears(hub, DIRECT)
        viewers = await belonging.addressed(self._database, post_id, viewers={ear.account_id for ear in ears})
        for viewer_id in viewers:
            payload = await self._shown.conversation(place.thread_id, viewer_id=viewer_id)
            if payload is not None:
                _tell_all(hub, [(ear, DIRECT) for ear in hub.of(viewer_id)], "conversation", payload)

    async def _notice(self, hub: Hub, event: Event) -> None:
        heard = [(ear, USER) for ear in _ears(hub, USER)]
        payload = await self._shown.announcement(event.ids[0]) if heard else None
        if payload is None:
            _tell_all(hub, heard, "announcement.delete", str(event.ids[0]))
        else:
            _tell_all(hub, heard, "announcement", payload)

    async def _reaction(self, hub: Hub, event: Event) -> None:
        heard = [(ear, USER) for ear in _ears(hub, USER)]
        if heard:
            _tell_all(hub, heard, "announcement.reaction", await self._shown.reaction(event.ids[0], event.word))


def _ears(hub: Hub, stream: Stream) -> list[Ear]:
    return list(hub.streams(stream.kind).get(stream, ()))


def _lists(hub: Hub) -> list[int]:
    return [stream.list_id for stream in hub.streams(Kind.LIST)]


def _of_lists(hub: Hub, lists: Collection[int]) -> list[Heard]:
    return [
        (ear, stream) for stream, ears in hub.streams(Kind.LIST).items() if stream.list_id in lists for ear in ears
    ]  # fmt: skip


def _of_news(hub: Hub, account_id: int) -> list[Heard]:
    """Return where somebody hears of news: on the stream of news, and on their own where the token allows it."""
    allowed = [ear for ear in hub.of(account_id) if covers(ear.scopes, NEWS.scope)]
    return [(ear, stream) for ear in allowed for stream in (USER, NEWS)]


def _tell_all(hub: Hub, heard: Iterable[Heard], name: str, payload: str) -> None:
    for ear, stream in heard:
        hub.tell(ear, stream, name, payload)

"""The recent photos of a stranger somebody here began to follow, so that their profile is not empty.

Read from their outbox within fixed bounds: posts, pages, requests, and only on their own origin. Collections come in
pages (Mastodon, GoToSocial, Misskey) or whole (Takahe), with posts inside their Create, bare, or as mere addresses.
Where an outbox only counts (Pixelfed) there is nothing to read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from activitypub.errors import ActivityPubError, MalformedDocument
from activitypub.objects import Collection, Note
from activitypub.origin import same_origin
from activitypub.parse import parse_collection, parse_note
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_documents import passing
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import remote
from rossgram_fed.posts.fetching import take

MOST_PAGES = 5
MOST_REQUESTS = 40


@dataclass(slots=True)
class _Reading:
    """One outbox being read, and what it may still cost."""

    network: Network
    actor_uri: str
    followers_uri: str
    requests: int = MOST_REQUESTS
    pages: int = MOST_PAGES
    visited: set[str] = field(default_factory=set)

    async def get(self, uri: str) -> dict[str, object] | None:
        """Fetch a document of the actor's own origin, once; None when it is elsewhere, too much, or not to be had."""
        if self.requests <= 0 or uri in self.visited or not same_origin(uri, self.actor_uri):
            return None
        self.requests -= 1
        self.visited.add(uri)
        fetched = await self.network.get(uri)
        return fetched.document if same_origin(fetched.url, self.actor_uri) else None


async def backfill(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``backfill``: read the recent photos of the account ``account_id`` and keep them.

    Raises ``Unreachable`` and passing refusals, to be tried again.
    """
    account_id = int(str(payload["account_id"]))
    row = await network.instance.database.fetch_one(
        "SELECT uri, outbox, followers_uri FROM accounts WHERE id = $1 AND domain <> '' AND outbox <> '' "
        "AND deleted_at IS NULL AND suspended_at IS NULL",
        account_id,
    )
    if row is None:
        return
    limits = network.instance.settings.limits
    reading = _Reading(network, row["uri"], row["followers_uri"])
    notes: list[Note] = []
    try:
        async for note in _notes(reading, row["outbox"]):
            notes.append(note)
            if len(notes) >= limits.backfill_posts:
                break
    except ActivityPubError as error:
        if passing(error) and not notes:
            raise
    async with network.instance.change() as change:
        for note in reversed(notes):
            await take(change, note, account_id=account_id, wanted=True)
        await change.tx.execute("UPDATE accounts SET backfilled_at = $1 WHERE id = $2", change.now, account_id)


async def _notes(reading: _Reading, outbox: str) -> AsyncIterator[Note]:
    """Walk through an outbox, the newest first, and give what is worth keeping."""
    async for item in _items(reading, outbox):
        note = await _note(reading, item)
        if note is not None and _worth_keeping(reading, note):
            yield note


async def _items(reading: _Reading, outbox: str) -> AsyncIterator[object]:
    document = await reading.get(outbox)
    page = parse_collection(document) if document is not None else None
    while page is not None:
        for item in page.items:
            yield item
        page = await _next_page(reading, page)


async def _next_page(reading: _Reading, page: Collection) -> Collection | None:
    following = page.first or page.next
    if isinstance(following, Collection):
        return following
    if not following or reading.pages <= 0:
        return None
    reading.pages -= 1
    document = await reading.get(following)
    return parse_collection(document) if document is not None else None


async def _note(reading: _Reading, item: object) -> Note | None:
    """Return the post in an item of an outbox, fetching what is only named; None for boosts and the unreadable.

    What a page contains is believed, since the page came from the author's own origin, as the post's id must.
    """
    if isinstance(item, Mapping) and item.get("type") == "Create":
        item = item.get("object")
    try:
        if isinstance(item, str):
            item = await reading.get(item)
            if isinstance(item, Mapping) and item.get("type") == "Create":
                item = item.get("object")
        return parse_note(item) if isinstance(item, Mapping) else None
    except MalformedDocument:
        return None
    except ActivityPubError as error:
        if passing(error):
            raise
        return None


def _worth_keeping(reading: _Reading, note: Note) -> bool:
    """Say whether a post is the author's own, open to all, has pictures, and answers nobody."""
    return (
        note.attributed_to == reading.actor_uri
        and same_origin(note.id, reading.actor_uri)
        and remote.has_pictures(note)
        and not note.in_reply_to
        and remote.visibility_in(note, reading.followers_uri) in (Visibility.PUBLIC, Visibility.UNLISTED)
    )

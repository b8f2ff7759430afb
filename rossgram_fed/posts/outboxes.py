"""What a stranger published, read from their own server: the outbox or, where that only counts, the feed of addresses.

Outboxes come in pages (Mastodon, GoToSocial, Misskey) or whole (Takahē), with posts inside their Create, bare, or as
addresses. Pixelfed's has a number and nothing else; its Atom feed names the posts, each of which is then read as
ActivityPub.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial

from activitypub.activities import Announce
from activitypub.errors import ActivityPubError, MalformedDocument
from activitypub.objects import Note
from activitypub.origin import host_of, is_http_url, same_host, same_origin
from activitypub.parse import parse_activity, parse_note
from rossgram_fed.database import Reader
from rossgram_fed.federation.atom_links import BadFeed, addresses_in
from rossgram_fed.federation.budget import Budget
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_accounts import JRD
from rossgram_fed.federation.remote_collections import Reading
from rossgram_fed.federation.remote_documents import passing
from rossgram_fed.visibility import heard
from webfinger.errors import WebFingerError
from webfinger.handles import Handle
from webfinger.lookup import lookup

FEED_OF = "http://schemas.google.com/g/2010#updates-from"
"""The relation by which WebFinger names somebody's feed."""
ATOM = "application/atom+xml"


@dataclass(frozen=True, slots=True)
class Stranger:
    """A remote account whose posts may be read."""

    id: int
    uri: str
    username: str
    domain: str
    outbox: str
    followers_uri: str
    following_uri: str
    featured_uri: str
    featured_tags_uri: str

    @property
    def home(self) -> str:
        """The host that speaks for them."""
        return host_of(self.uri)


async def stranger(reader: Reader, account_id: int) -> Stranger | None:
    """Return a remote account that is neither gone nor suspended, else None."""
    row = await reader.fetch_one(
        "SELECT id, uri, username, domain, outbox, followers_uri, following_uri, featured_uri, featured_tags_uri "  # noqa: S608 - constants
        f"FROM accounts WHERE id = $1 AND domain <> '' AND deleted_at IS NULL AND {heard('accounts')}",
        account_id,
    )
    return None if row is None else Stranger(**{name: row[name] for name in Stranger.__dataclass_fields__})


@dataclass(slots=True)
class Outbox:
    """A stranger's outbox being read; ``network`` is one that charges ``budget``."""

    network: Network
    budget: Budget
    owner: Stranger
    reading: Reading
    total: int | None = None
    """How many posts it says it has, once it was opened."""

    @classmethod
    def of(cls, network: Network, budget: Budget, owner: Stranger) -> Outbox:
        """Return the outbox of ``owner`` for an errand with this budget."""
        away = network.within(budget)
        return cls(away, budget, owner, Reading(away, budget))

    async def published(self) -> AsyncIterator[Note | Announce]:
        """Give what they published and boosted, the newest first as a rule; what we have only if it came whole.

        Raises ``ActivityPubError`` when a page cannot be had, and ``BudgetSpent``.
        """
        empty = True
        if self.owner.outbox:
            async for item in self.reading.items(self.owner.outbox, owner=self.owner.uri):
                empty, self.total = False, self.reading.total
                if (found := await self.read(item)) is not None:
                    yield found
            self.total = self.reading.total
        if not empty:
            return
        for address in await self._fed():
            if (found := await self.read(address)) is not None:
                yield found

    async def read(self, item: object) -> Note | Announce | None:
        """Read an item, fetching what is only named, from the owner's origin alone; None for what is of no use.

        What a page contains is believed, since the page came from the author's own origin, as the post's id must.
        """
        item = _created(item)
        try:
            if isinstance(item, str):
                item = _created(await self._named(item))
            if not isinstance(item, Mapping):
                return None
            if item.get("type") == "Announce":
                boost = parse_activity(item)
                return boost if isinstance(boost, Announce) and boost.actor == self.owner.uri else None
            note = parse_note(item)
        except MalformedDocument:
            return None
        except ActivityPubError as error:
            if passing(error):
                raise
            return None
        own = note.attributed_to == self.owner.uri and same_origin(note.id, self.owner.uri)
        return note if own else None

    async def _named(self, uri: str) -> Mapping[str, object] | None:
        """Fetch what an item only names, unless it is here already, was deleted, or is elsewhere."""
        if uri in self.reading.visited or not same_origin(uri, self.owner.uri):
            return None
        database = self.network.instance.database
        known = "SELECT 1 AS known FROM posts WHERE uri = $1 UNION ALL SELECT 1 FROM tombstones WHERE uri = $1"
        if await database.fetch_one(known, uri) is not None:
            return None
        self.reading.visited.add(uri)
        fetched = await self.network.get(uri)
        return fetched.document if same_origin(fetched.url, self.owner.uri) else None

    async def _fed(self) -> tuple[str, ...]:
        """Return the addresses in the owner's feed; none when there is no feed that we read."""
        allow_http = self.network.instance.settings.development.allow_http_and_private_networks
        try:
            answer = await self.network.client.get_file(await self._feed_address(), ATOM)
            if not same_host(answer.url, self.owner.uri):
                return ()
            return addresses_in(answer.body, allow_http=allow_http)
        except BadFeed:
            return ()
        except ActivityPubError as error:
            if passing(error):
                raise
            return ()

    async def _feed_address(self) -> str:
        """Return where the feed is: what WebFinger says, if that is on the owner's host, else the usual place."""
        settings = self.network.instance.settings
        handle = Handle(self.owner.username, self.owner.domain)
        scheme = "http" if self.owner.uri.startswith("http:") else "https"
        try:
            found = await lookup(handle, partial(_json, self.network), scheme=scheme)
        except (ActivityPubError, WebFingerError):
            return f"{self.owner.uri}.atom"
        allow_http = settings.development.allow_http_and_private_networks
        for link in found.links if found.actor_uri == self.owner.uri else ():
            if link.rel == FEED_OF and is_http_url(link.href, allow_http) and same_host(link.href, self.owner.uri):
                return link.href
        return f"{self.owner.uri}.atom"


def _created(item: object) -> object:
    """Return what a Create created, and everything else as it is."""
    return item.get("object") if isinstance(item, Mapping) and item.get("type") == "Create" else item


async def _json(network: Network, url: str) -> object:
    return await network.client.get_json(url, JRD)

"""The one reader of other servers' collections: outboxes, featured posts, answers, threads.

Collections come in pages or whole, with the first page inside or behind an address, their items as objects, as
addresses or mixed, one alone without a list. Pages are read from their owner's own origin only, each once, and no more
than the budget allows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from activitypub.objects import Collection
from activitypub.origin import same_origin
from activitypub.parse import parse_collection
from rossgram_fed.federation.budget import Budget
from rossgram_fed.federation.network import Network

Start = str | Mapping[str, object]
"""The address of a collection, or the collection as it stands in its owner's document."""


@dataclass(slots=True)
class Reading:
    """The reading of collections on behalf of one errand; ``network`` is one that charges ``budget``.

    Addresses once read are not read again, so collections whose pages lead in a circle come to their end.
    """

    network: Network
    budget: Budget
    visited: set[str] = field(default_factory=set)
    total: int | None = None
    """How many items the collection opened last says it has."""

    async def items(self, start: Start, *, owner: str) -> AsyncIterator[object]:
        """Give the items of a collection of ``owner`` (any address on its origin), page after page, as they were sent.

        Raises ``ActivityPubError`` when a page cannot be had, and ``BudgetSpent``.
        """
        page, pages = await self._opened(start, owner), 0
        self.total = page.total if page is not None else None
        while page is not None:
            for item in page.items:
                yield item
            following = page.first or page.next
            if isinstance(following, Collection):
                page = following
                continue
            pages += 1
            page = await self.page(following, owner=owner) if self.budget.reaches(pages) else None

    async def page(self, uri: str, *, owner: str) -> Collection | None:
        """Fetch one collection or page; None for what is elsewhere, was read before, or came from elsewhere."""
        if not uri or uri in self.visited or not same_origin(uri, owner):
            return None
        self.visited.add(uri)
        fetched = await self.network.get(uri)
        return parse_collection(fetched.document) if same_origin(fetched.url, owner) else None

    async def _opened(self, start: Start, owner: str) -> Collection | None:
        if isinstance(start, str):
            return await self.page(start, owner=owner)
        collection = parse_collection(start)
        if collection.items or collection.first or collection.next:
            return collection
        return await self.page(collection.id, owner=owner)

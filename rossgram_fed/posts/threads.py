"""The talk about a post, made whole: what answers it elsewhere is read when somebody here looks at it.

Asked for by people who are signed in, or by an answer to something unknown; never by visitors. A post's answers are
asked for at most every quarter of an hour, and not in its first minutes, when they are still being delivered. What is
for everybody is taken, and nothing else, and only what really answers something in the thread.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

import contextlib
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from activitypub import fields
from activitypub.audience import Audience, visibility_of
from activitypub.errors import ActivityPubError, Refused
from activitypub.objects import Note
from activitypub.origin import host_of, is_http_url, same_origin
from activitypub.parse import parse_note
from rossgram_fed.database import Row
from rossgram_fed.federation import errands, remote_accounts, remote_documents
from rossgram_fed.federation.addresses import LONGEST_URI, is_local
from rossgram_fed.federation.budget import THREAD, THREAD_OVERHEARD, Budget, BudgetSpent
from rossgram_fed.federation.network import MINUTE, Network
from rossgram_fed.federation.remote_collections import Reading, Start
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.fetching import take
from rossgram_fed.visibility import heard

COOL_DOWN = 15 * MINUTE
"""Between two readings of a post's answers."""
FIRST_MINUTES = 5 * MINUTE
"""While a post is so young its answers are not asked for, unless there are none here."""
MOST_MEMBERS = 1_000
"""Posts of a thread that are compared with what is found."""
MOST_BRANCHES = 20
"""Answers known here whose own answers are asked for in one go."""

_OPEN = f"p.visibility <= {int(Visibility.UNLISTED)}"
_ROW = (
    "SELECT p.id, p.uri, p.local, p.in_reply_to_id, p.in_reply_to_uri, p.thread_id, p.context_uri, p.replies_uri, "
    "p.replies_count, p.replies_fetched_at, p.published_at FROM posts p JOIN accounts a ON a.id = p.account_id "
    f"WHERE p.id = $1 AND {_OPEN} AND a.deleted_at IS NULL AND {heard('a')}"
)


async def look(network: Network, post_id: int) -> None:
    """Have the rest of the talk about a post fetched, since somebody who is signed in looks at it."""
    now = network.instance.clock()
    if network.threads_seen.get(post_id, now=now):
        return
    network.threads_seen.put(post_id, True, now=now)
    row = await network.instance.database.fetch_one(_ROW, post_id)
    if row is None:
        return
    async with network.instance.change() as change:
        await _ask_for_parent(change, row)
        if _is_due(row, now=change.now):
            await errands.fetch_thread(change, post_id=post_id)


async def fetch_thread(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``fetch_thread``: read what answers the post ``post_id``, within the budget for who asked.

    What cannot be read is left for the next time somebody looks.
    """
    row = await network.instance.database.fetch_one(_ROW, int(str(payload["post_id"])))
    if row is None or not _is_due(row, now=network.instance.clock()):
        return
    overheard = bool(payload.get("overheard"))
    budget = Budget(THREAD_OVERHEARD if overheard else THREAD, home="" if row["local"] else host_of(row["uri"]))
    talk = _Talk(network, network.within(budget), budget, row)
    with contextlib.suppress(BudgetSpent):
        await talk.read(again=not overheard)
    async with network.instance.change() as change:
        await talk.note_time(change)


def _is_due(row: Row, *, now: int) -> bool:
    if row["replies_fetched_at"] > now - COOL_DOWN or (row["local"] and not row["replies_count"]):
        return False
    return row["published_at"] <= now - FIRST_MINUTES or not row["replies_count"]


async def _ask_for_parent(change: Change, row: Row) -> None:
    uri = row["in_reply_to_uri"]
    allow_http = change.settings.development.allow_http_and_private_networks
    if uri and row["in_reply_to_id"] is None and not is_local(change.settings, uri) and is_http_url(uri, allow_http):
        await errands.fetch_parent(change, uri, post_id=row["id"], climbed=1)


class _Branch(NamedTuple):
    """A collection of answers to be read, and whose it is."""

    start: Start
    owner: str
    depth: int


@dataclass(slots=True)
class _Talk:
    """One thread while its missing parts are being read; ``away`` is the network that charges ``budget``."""

    network: Network
    away: Network
    budget: Budget
    row: Row
    known: set[str] = field(default_factory=set)
    """Addresses of what is in the thread."""
    seen: set[str] = field(default_factory=set)
    waiting: defaultdict[str, list[tuple[Note, Mapping[str, object]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """What answers something that we have not met (yet), by its address."""
    branches: deque[_Branch] = field(default_factory=deque)
    abroad: deque[tuple[str, _Branch]] = field(default_factory=deque)
    """What collections name on other servers: read last, so that it cannot use up what their own answers need."""
    asked: set[str] = field(default_factory=set)
    """Posts whose answers were asked for."""

    async def read(self, *, again: bool) -> None:
        """Read the post ``again``, if so, then every collection of answers that is met; raises ``BudgetSpent``."""
        await self._begin(again=again)
        reading = Reading(self.away, self.budget)
        while self.branches or self.abroad:
            if self.branches:
                await self._read_branch(reading, self.branches.popleft())
            else:
                await self._take(*self.abroad.popleft())

    async def _read_branch(self, reading: Reading, branch: _Branch) -> None:
        """Go through one collection; what cannot be read of it is left out."""
        self.asked.add(branch.owner)
        try:
            async for item in reading.items(branch.start, owner=branch.owner):
                await self._consider(item, branch)
        except ActivityPubError:
            return
        except BudgetSpent as spent:
            if not spent.one_host_only:
                raise

    async def note_time(self, change: Change) -> None:
        """Write down that these posts' answers were asked for now."""
        await change.tx.execute("UPDATE posts SET replies_fetched_at = $1 WHERE id = $2", change.now, self.row["id"])
        for uri in self.asked:
            await change.tx.execute("UPDATE posts SET replies_fetched_at = $1 WHERE uri = $2", change.now, uri)

    async def _begin(self, *, again: bool) -> None:
        """Find out where to read: at the post, and at the answers to it that we have."""
        database, row = self.network.instance.database, self.row
        members = await database.fetch(
            f"SELECT p.uri FROM posts p WHERE p.thread_id = $1 AND {_OPEN} ORDER BY p.id LIMIT {MOST_MEMBERS}",
            row["thread_id"],
        )
        self.known = {member["uri"] for member in members} | {row["uri"]}
        if not row["local"]:
            replies: Start = await self._read_again() if again else row["replies_uri"]
            for start in (row["context_uri"], replies):
                self._branch(start, row["uri"], 0)
        if not again:
            return
        branches = await database.fetch(
            f"SELECT p.uri, p.replies_uri FROM posts p WHERE p.thread_id = $1 AND p.id <> $2 AND {_OPEN} "
            f"AND p.local = FALSE AND p.replies_uri <> '' AND p.replies_fetched_at <= $3 "
            f"ORDER BY p.replies_fetched_at, p.id LIMIT {MOST_BRANCHES}",
            row["thread_id"],
            row["id"],
            self.network.instance.clock() - COOL_DOWN,
        )
        for branch in branches:
            self._branch(branch["replies_uri"], branch["uri"], 1)

    async def _read_again(self) -> Start:
        """Read the post itself, for its numbers and its collection of answers; one that is gone is looked into."""
        try:
            document = await remote_documents.fetch(self.away, self.row["uri"])
            note = parse_note(document)
            account_id = await remote_accounts.by_uri(self.away, note.attributed_to)
        except ActivityPubError as error:
            if isinstance(error, Refused) and error.status == remote_accounts.GONE:
                async with self.network.instance.change() as change:
                    await errands.confirm_delete(change, self.row["uri"])
            return str(self.row["replies_uri"])
        async with self.network.instance.change() as change:
            await take(change, note, account_id=account_id)
        return _replies_in(document)

    def _branch(self, start: Start, owner: str, depth: int) -> None:
        """Queue a collection of answers, if it is its owner's to keep."""
        where = fields.address(start)
        inside = isinstance(start, Mapping) and not where
        if (inside or same_origin(where, owner)) and self.budget.reaches(depth):
            self.branches.append(_Branch(start, owner, depth))

    async def _consider(self, item: object, branch: _Branch) -> None:
        """Take what an item names or contains, unless that is known; what is on another server has to wait."""
        item = item.get("object") if isinstance(item, Mapping) and item.get("type") == "Create" else item
        uri = fields.address(item)
        settings = self.network.instance.settings
        if not uri or uri in self.seen or uri in self.known or len(uri) > LONGEST_URI or is_local(settings, uri):
            return
        self.seen.add(uri)
        self.budget.item()
        if await self._is_settled(uri):
            return
        if same_origin(uri, branch.owner):
            await self._take(item if isinstance(item, Mapping) and item.get("type") else uri, branch)
        else:
            self.abroad.append((uri, branch))

    async def _take(self, item: str | Mapping[str, object], branch: _Branch) -> None:
        """Keep an answer, or hold it until what it answers is met: a document of the origin whose collection it is in,
        or an address, which is read.
        """
        try:
            document = await remote_documents.fetch(self.away, item) if isinstance(item, str) else item
            note = parse_note(document)
            if note.id in self.known or not _is_for_all(note):
                return
            self.waiting[note.in_reply_to].append((note, document))
            await self._join(note.in_reply_to, branch.depth + 1)
        except ActivityPubError:
            return
        except BudgetSpent as spent:
            if not spent.one_host_only:
                raise

    async def _is_settled(self, uri: str) -> bool:
        """Say whether a post is here already or was deleted."""
        known = "SELECT 1 AS known FROM posts WHERE uri = $1 UNION ALL SELECT 1 FROM tombstones WHERE uri = $1"
        return await self.network.instance.database.fetch_one(known, uri) is not None

    async def _join(self, uri: str, depth: int) -> None:
        """Keep what answers ``uri``, if that is in the thread, and what answers that in turn."""
        joined = [uri] if uri in self.known else []
        while joined:
            for note, document in self.waiting.pop(joined.pop(), ()):
                if await self._keep(note):
                    self.known.add(note.id)
                    joined.append(note.id)
                    self._branch(_replies_in(document), note.id, depth)

    async def _keep(self, note: Note) -> bool:
        if not same_origin(note.id, note.attributed_to):
            return False
        account_id = await remote_accounts.by_uri(self.away, note.attributed_to)
        async with self.network.instance.change() as change:
            return await take(change, note, account_id=account_id, wanted=True) is not None


def _is_for_all(note: Note) -> bool:
    """Say whether a note is an answer that everybody may read."""
    return bool(note.in_reply_to) and visibility_of(note.to, note.cc, "") in (Audience.PUBLIC, Audience.UNLISTED)


def _replies_in(document: Mapping[str, object]) -> Start:
    """Return the collection of answers that a post's document names or contains."""
    replies = document.get("replies")
    return replies if isinstance(replies, str | Mapping) else ""

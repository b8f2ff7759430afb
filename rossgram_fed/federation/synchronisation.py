"""Whether two servers agree on who follows whom (FEP-8fcf): what we say of it, and what we make of what others say.

The rule: a digest goes to the origin whose people it is about and to no other, and only with what is for followers
alone. What others say is believed when they signed it, of their own followers only, and leads to no more than one look
at their own origin in an hour; ``rossgram_fed.follows.synchronisation`` takes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from activitypub import fields
from activitypub.http import Request
from activitypub.objects import PUBLIC
from activitypub.origin import host_of, same_origin
from activitypub.signatures import claim_of
from activitypub.synchronization import HEADER, MOST_FOLLOWERS, NOBODY, Claim, claim_in, digest_of
from rossgram_fed.database import Database
from rossgram_fed.federation import errands
from rossgram_fed.federation.addresses import LONGEST_URI, followers_synchronization_uri
from rossgram_fed.federation.arrivals import Sender
from rossgram_fed.federation.recent import Recent
from rossgram_fed.federation.single_flight import SingleFlight
from rossgram_fed.instance import Instance
from rossgram_fed.models.relations import FollowState

SIGNAL = "follows"
"""Fired with the id of the account whose followers changed."""
KEPT_MS = 5 * 60_000
COOL_DOWN = 3_600_000
"""Milliseconds between two looks at one stranger's followers."""

_PUBLIC = PUBLIC.encode()


@dataclass(frozen=True, slots=True)
class _Followers:
    """What one of our people has to say; nothing for those who are followed by too many."""

    actor: str
    collection: str
    digests: Mapping[str, str] | None
    """By the origin that the followers are of."""


class Synchronisation:
    """Makes the header of what goes out, and reads that of what comes in."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._followers: Recent[int, _Followers] = Recent(most=2000, milliseconds=KEPT_MS)
        self._readings: SingleFlight[_Followers | None] = SingleFlight()
        self._followed: Recent[int, str] = Recent(most=10_000, milliseconds=KEPT_MS)
        self._looked: Recent[int, bool] = Recent(most=20_000, milliseconds=COOL_DOWN)
        instance.database.signals.listen(SIGNAL, self._changed)

    async def headers_for(self, account_id: int, inbox: str, body: bytes) -> Mapping[str, str]:
        """Return the headers to deliver an activity with: none but for what its sender says to followers alone.

        For nearly everything that costs one look at the bytes.
        """
        if _PUBLIC in body:
            return {}
        followers = await self._followers_of(account_id)
        if followers is None or followers.digests is None or not _is_for(followers, orjson.loads(body)):
            return {}
        digest = followers.digests.get(origin_of(inbox), NOBODY)
        return {HEADER: str(Claim(followers.collection, followers_synchronization_uri(followers.actor), digest))}

    async def heard(self, request: Request, sender: Sender) -> None:
        """Look at the header of a verified request of the sender's, and ask for a look at their followers if we
        disagree about them. What is not theirs, not signed or not readable is nothing.
        """
        if HEADER not in request.headers:
            return
        claim = claim_in(request, claim_of(request).covered)
        if claim is None or len(claim.url) > LONGEST_URI or not same_origin(claim.url, sender.uri):
            return
        instance, now = self._instance, self._instance.clock()
        if self._looked.get(sender.account_id, now=now):
            return
        if await self._digest_of_ours(sender, collection=claim.collection) in (None, claim.digest):
            return
        self._looked.put(sender.account_id, True, now=now)
        async with instance.change() as change:
            await errands.synchronise_followers(change, account_id=sender.account_id, url=claim.url)

    async def _followers_of(self, account_id: int) -> _Followers | None:
        now = self._instance.clock()
        known = self._followers.get(account_id, now=now)
        if known is not None:
            return known
        return await self._readings.run(str(account_id), lambda: self._read_followers(account_id))

    async def _read_followers(self, account_id: int) -> _Followers | None:
        database, now = self._instance.database, self._instance.clock()
        me = await database.fetch_one(
            "SELECT uri, followers_uri FROM accounts WHERE id = $1 AND domain = ''", account_id
        )
        if me is None:
            return None
        by_origin = await followers_by_origin(database, account_id)
        digests = None if by_origin is None else {origin: digest_of(uris) for origin, uris in by_origin.items()}
        made = _Followers(me["uri"], me["followers_uri"], digests)
        self._followers.put(account_id, made, now=now)
        return made

    async def _digest_of_ours(self, sender: Sender, *, collection: str) -> str | None:
        """Return the digest of our people who follow the sender; None when the collection is not the sender's."""
        now, database = self._instance.clock(), self._instance.database
        own = await database.fetch_value("SELECT followers_uri FROM accounts WHERE id = $1", sender.account_id)
        if own != collection:
            return None
        known = self._followed.get(sender.account_id, now=now)
        if known is None:
            rows = await database.fetch(
                "SELECT a.uri FROM follows f JOIN accounts a ON a.id = f.follower_id "
                "WHERE f.followed_id = $1 AND f.state = $2 AND a.domain = ''",
                sender.account_id,
                int(FollowState.ACCEPTED),
            )
            known = digest_of(row["uri"] for row in rows)
            self._followed.put(sender.account_id, known, now=now)
        return known

    def _changed(self, account_id: str) -> None:
        """Forget what was made of an account's followers; without one, signals were missed and all may be stale."""
        if not account_id:
            self._followers.clear()
            self._followed.clear()
            return
        self._followers.forget(int(account_id))
        self._followed.forget(int(account_id))


async def followers_by_origin(database: Database, account_id: int) -> Mapping[str, list[str]] | None:
    """Return the ids of an account's followers by their origin; None when they are more than we speak of."""
    rows = await database.fetch(
        "SELECT a.uri FROM follows f JOIN accounts a ON a.id = f.follower_id "
        "WHERE f.followed_id = $1 AND f.state = $2 LIMIT $3",
        account_id,
        int(FollowState.ACCEPTED),
        MOST_FOLLOWERS + 1,
    )
    if len(rows) > MOST_FOLLOWERS:
        return None
    by_origin: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_origin[origin_of(row["uri"])].append(row["uri"])
    return by_origin


def _is_for(followers: _Followers, document: Mapping[str, object]) -> bool:
    """Say whether an activity is its sender's own and addressed to their followers."""
    named = (*fields.addresses(document.get("to"), 1000), *fields.addresses(document.get("cc"), 1000))
    return document.get("actor") == followers.actor and followers.collection in named


def origin_of(uri: str) -> str:
    """Return scheme and authority in one spelling."""
    return f"{uri.partition(':')[0].lower()}://{host_of(uri)}"

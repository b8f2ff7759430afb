"""Who signs, as far as we know: remote accounts with their parsed keys, in front of the table.

Only keys that the account's own actor document lists, fetched from its own origin, ever get here. What is remembered
lasts a minute, or until the account changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass
from itertools import islice

import orjson

from activitypub.errors import BadSignature
from activitypub.keys import PublicKey, load_public
from activitypub.origin import host_of
from rossgram_fed.database import Row
from rossgram_fed.database.engine import FAILURES, placeholders
from rossgram_fed.federation.arrivals import Sender
from rossgram_fed.federation.recent import Recent
from rossgram_fed.instance import Instance
from rossgram_fed.models.accounts import Standing

MINUTE = 60_000
_AT_ONCE = 256
PROOFS = "proofs"
"""Marks, as ``for``, a listed key that proves documents and signs no request."""


@dataclass(frozen=True, slots=True)
class KnownSender:
    """A remote account as the inbox sees it."""

    sender: Sender
    keys: Mapping[str, PublicKey]
    """Those that sign requests and LD-signatures, by key id."""
    proof_keys: Mapping[str, PublicKey]
    """Those that make object integrity proofs, by key id."""
    suspended: bool
    """Here, by itself or with its host. Whom their own server suspended may speak: they are to say when that ends."""
    deleted: bool
    application: bool = False
    """Whether it is a server's own actor or another program, and no person."""


class KnownSenders:
    """Finds remote accounts by their actor id; a known one costs no query."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._by_uri: Recent[str, KnownSender] = Recent(most=20_000, milliseconds=MINUTE)
        self._uris: Recent[str, str] = Recent(most=20_000, milliseconds=2 * MINUTE)
        self._together = _Together(instance)
        instance.database.signals.listen("account", self._changed)

    async def find(self, uri: str) -> KnownSender | None:
        """Return the remote account with this actor id, or None when we have not met it."""
        now = self._instance.clock()
        known = self._by_uri.get(uri, now=now)
        if known is not None:
            return known
        row = await self._together.get(uri)
        if row is None:
            return None
        listed = orjson.loads(row["public_keys"])
        known = KnownSender(
            sender=Sender(account_id=row["id"], uri=row["uri"], host=host_of(row["uri"])),
            keys=parsed_keys(listed),
            proof_keys=parsed_keys(listed, use=PROOFS),
            suspended=(row["suspended_at"] is not None and not row["suspended_there"])
            or row["host_standing"] == Standing.SUSPENDED,
            deleted=row["deleted_at"] is not None,
            application=row["actor_type"] == "Application",
        )
        self._by_uri.put(uri, known, now=now)
        self._uris.put(str(row["id"]), uri, now=now)
        return known

    def _changed(self, account_id: str) -> None:
        """Drop a changed account; without one, signals were missed and all may be stale."""
        if not account_id:
            self._by_uri.clear()
        uri = self._uris.get(account_id, now=self._instance.clock())
        if uri is not None:
            self._by_uri.forget(uri)


class _Together:
    """Reads accounts by actor id; those asked for while a read is under way are read together by the next one.

    A server that closes sends Deletes by the thousand, each of somebody else: handing every look-up to another thread,
    or over a socket, would cost more than all else about them.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._wanted: dict[str, asyncio.Future[Row | None]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def get(self, uri: str) -> Row | None:
        """Return the row of a remote account, or None."""
        answer = self._wanted.get(uri)
        if answer is None:
            answer = self._wanted[uri] = asyncio.get_running_loop().create_future()
            if self._reader is None:  # in a context of its own: it outlives whatever change this task may be in
                self._reader = asyncio.create_task(self._read_all(), context=Context())
        return await asyncio.shield(answer)

    async def _read_all(self) -> None:
        try:
            while self._wanted:
                chosen = dict(islice(self._wanted.items(), _AT_ONCE))
                for uri in chosen:
                    del self._wanted[uri]
                await self._read(chosen)
        finally:
            self._reader = None

    async def _read(self, chosen: Mapping[str, asyncio.Future[Row | None]]) -> None:
        # As many placeholders as the next power of two, so that few different statements are prepared.
        uris = [*chosen, *[""] * ((1 << (len(chosen) - 1).bit_length()) - len(chosen))]
        try:
            rows = await self._instance.database.fetch(
                "SELECT id, uri, actor_type, public_keys, suspended_at, suspended_there, host_standing, deleted_at "  # noqa: S608 - placeholders only
                f"FROM accounts WHERE uri IN ({placeholders(len(uris))}) AND domain <> ''",
                *uris,
            )
            found = {row["uri"]: row for row in rows}
            for uri, answer in chosen.items():
                answer.set_result(found.get(uri))
        except FAILURES as error:
            for answer in chosen.values():
                answer.set_exception(error)
                answer.exception()  # seen: those who waited may all have left
        finally:
            for answer in chosen.values():
                answer.cancel()


def parsed_keys(listed: Iterable[Mapping[str, str]], *, use: str = "") -> dict[str, PublicKey]:
    """Return the keys for one use of a list like ``accounts.public_keys`` by their ids, less those we do not accept."""
    keys: dict[str, PublicKey] = {}
    for key in listed:
        if key.get("for", "") != use:
            continue
        try:
            keys[key["id"]] = load_public(key["pem"])
        except BadSignature:
            continue  # a key of a kind we do not accept is as good as none
    return keys

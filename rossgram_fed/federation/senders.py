"""Who signs, as far as we know: remote accounts with their parsed keys, in front of the table.

Only keys that the account's own actor document lists, fetched from its own origin, ever get here. What is remembered
lasts a minute, or until the account changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from activitypub.errors import BadSignature
from activitypub.keys import PublicKey, load_public
from activitypub.origin import host_of
from rossgram_fed.federation.arrivals import Sender
from rossgram_fed.federation.recent import Recent
from rossgram_fed.instance import Instance
from rossgram_fed.models.accounts import Standing

MINUTE = 60_000
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
    """By itself, or with its host."""
    deleted: bool
    application: bool = False
    """Whether it is a server's own actor or another program, and no person."""


class KnownSenders:
    """Finds remote accounts by their actor id; a known one costs no query."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._by_uri: Recent[str, KnownSender] = Recent(most=20_000, milliseconds=MINUTE)
        self._uris: Recent[str, str] = Recent(most=20_000, milliseconds=2 * MINUTE)
        instance.database.signals.listen("account", self._changed)

    async def find(self, uri: str) -> KnownSender | None:
        """Return the remote account with this actor id, or None when we have not met it."""
        now = self._instance.clock()
        known = self._by_uri.get(uri, now=now)
        if known is not None:
            return known
        row = await self._instance.database.fetch_one(
            "SELECT id, uri, actor_type, public_keys, suspended_at, host_standing, deleted_at FROM accounts "
            "WHERE uri = $1 AND domain <> ''",
            uri,
        )
        if row is None:
            return None
        listed = orjson.loads(row["public_keys"])
        known = KnownSender(
            sender=Sender(account_id=row["id"], uri=row["uri"], host=host_of(row["uri"])),
            keys=parsed_keys(listed),
            proof_keys=parsed_keys(listed, use=PROOFS),
            suspended=row["suspended_at"] is not None or row["host_standing"] == Standing.SUSPENDED,
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

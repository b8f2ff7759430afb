"""Our own actors' keys: made once, stored apart from the accounts, and kept parsed in memory.

Only the key of the account that speaks signs a POST; every GET is signed by the server's own actor, so that no other
server learns who is looking.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from activitypub.keys import dump_private, load_private, make_ed25519, make_rsa, public_pem
from activitypub.signatures import SigningKey
from rossgram_fed.federation import addresses
from rossgram_fed.federation.account_rows import insert_account
from rossgram_fed.instance import Change, Instance

_KEPT = 4096
"""Parsed keys in memory; each takes a few kilobytes."""


class NoSuchKey(Exception):
    """The account has no keys: it is remote, or it was deleted."""


@dataclass(frozen=True, slots=True)
class NewKeys:
    """Fresh keys for an account, as PEM."""

    rsa_pem: str
    rsa_public_pem: str
    ed25519_pem: str
    ed25519_public_pem: str


def make_account_keys() -> NewKeys:
    """Make an RSA-2048 and an Ed25519 key. Takes about 100 ms: call it in a thread, before the change."""
    rsa, ed25519 = make_rsa(), make_ed25519()
    return NewKeys(dump_private(rsa), public_pem(rsa), dump_private(ed25519), public_pem(ed25519))


async def store_account_keys(change: Change, account_id: int, keys: NewKeys) -> None:
    """Give a local account its keys and list their public halves with it."""
    actor = await change.tx.fetch_value("SELECT uri FROM accounts WHERE id = $1", account_id)
    await change.tx.execute(
        "INSERT INTO account_keys (account_id, rsa_pem, ed25519_pem) VALUES ($1, $2, $3)",
        account_id,
        keys.rsa_pem,
        keys.ed25519_pem,
    )
    listed = [
        {"id": addresses.key_id(actor), "pem": keys.rsa_public_pem},
        {"id": addresses.multikey_id(actor), "pem": keys.ed25519_public_pem},
    ]
    await change.tx.execute(
        "UPDATE accounts SET public_keys = $1 WHERE id = $2", orjson.dumps(listed).decode(), account_id
    )
    change.tx.signal("account", str(account_id))


class Signers:
    """Hands out the parsed key of a local account."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._keys: OrderedDict[int, SigningKey] = OrderedDict()
        self._server_id: int | None = None

    async def key_of(self, account_id: int) -> SigningKey:
        """Return the key that signs what an account sends; raise ``NoSuchKey`` when there is none."""
        if known := self._keys.get(account_id):
            self._keys.move_to_end(account_id)
            return known
        row = await self._instance.database.fetch_one(
            "SELECT a.uri, k.rsa_pem FROM account_keys k JOIN accounts a ON a.id = k.account_id WHERE a.id = $1",
            account_id,
        )
        if row is None:
            raise NoSuchKey(f"Account {account_id} has no key to sign with.")
        key = SigningKey(addresses.key_id(row["uri"]), load_private(row["rsa_pem"]))
        self._keys[account_id] = key
        if len(self._keys) > _KEPT:
            self._keys.popitem(last=False)
        return key

    async def proof_key_of(self, account_id: int) -> SigningKey:
        """Return the Ed25519 key that proves what an account published; raise ``NoSuchKey`` when there is none."""
        row = await self._instance.database.fetch_one(
            "SELECT a.uri, k.ed25519_pem FROM account_keys k JOIN accounts a ON a.id = k.account_id WHERE a.id = $1",
            account_id,
        )
        if row is None:
            raise NoSuchKey(f"Account {account_id} has no key to prove things with.")
        return SigningKey(addresses.multikey_id(row["uri"]), load_private(row["ed25519_pem"]))

    async def server_key(self) -> SigningKey:
        """Return the key of the server's own actor."""
        if self._server_id is None:
            self._server_id = await ensure_server_actor(self._instance)
        return await self.key_of(self._server_id)


async def ensure_server_actor(instance: Instance, *, make_keys: Callable[[], NewKeys] = make_account_keys) -> int:
    """Return the id of the server's own account, making it at the first start."""
    found = await _server_account(instance)
    if found is not None:
        return found
    keys = await asyncio.to_thread(make_keys)
    settings = instance.settings
    async with instance.change() as change:
        account_id = change.new_id()
        values = {
            "username": settings.host,
            "uri": addresses.server_actor_uri(settings),
            "url": settings.base_url,
            "actor_type": "Application",
            "name": settings.server.name,
            "inbox": f"{addresses.server_actor_uri(settings)}/inbox",
            "shared_inbox": addresses.shared_inbox_uri(settings),
            "locked": True,
            "discoverable": False,
        }
        if await insert_account(change, account_id, values):
            await store_account_keys(change, account_id, keys)
            return account_id
    found = await _server_account(instance)  # another process made it meanwhile
    if found is None:
        raise NoSuchKey("The server's own account could not be made.")
    return found


async def _server_account(instance: Instance) -> int | None:
    found = await instance.database.fetch_value(
        "SELECT id FROM accounts WHERE uri = $1 AND domain = ''", addresses.server_actor_uri(instance.settings)
    )
    return None if found is None else int(found)

"""Write what an origin said about one of its actors into its row.

The caller has checked that the document comes from the actor's own origin; here it is made fit to be shown and kept.
"""

from __future__ import annotations

import contextlib
import unicodedata
from dataclasses import dataclass

import orjson

from activitypub.actors import Actor
from activitypub.errors import BadSignature, ForeignId, MalformedDocument, Refused, Unreachable
from activitypub.keys import load_multibase, public_pem
from activitypub.origin import host_of, is_http_url, same_host, same_origin
from rossgram_fed.database import Row
from rossgram_fed.federation import errands
from rossgram_fed.federation.account_rows import insert_account
from rossgram_fed.federation.domain_rules import verdict_in
from rossgram_fed.federation.senders import PROOFS
from rossgram_fed.instance import Change
from rossgram_fed.markup import clean

LONGEST_NAME = 200
LONGEST_USERNAME = 200
MOST_LINKS = 16
MOST_ALIASES = 50
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_JOINER = "\u200d"
_NOT_IN_NAMES = frozenset("@/?#\\<>\"'")


@dataclass(frozen=True, slots=True)
class HandleOf:
    """The handle somebody bears here."""

    username: str
    domain: str
    confirmed: bool
    """Whether WebFinger at ``domain`` leads back to the actor."""


async def store_actor(change: Change, actor: Actor, *, handle: HandleOf | None = None) -> int:
    """Insert or update the row of a remote actor and return its account id.

    Without ``handle`` a known account keeps the one it has. Raises ``ForeignId`` when the row is one of ours,
    ``Refused`` (410) when the account was deleted, because nothing late brings it back, ``MalformedDocument`` for
    an unusable name, and ``Unreachable`` when another process writes the same row at this moment.
    """
    row = await change.tx.fetch_one(
        "SELECT id, username, domain, deleted_at, moved_to_uri FROM accounts WHERE uri = $1", actor.id
    )
    if row is not None and not row["domain"]:
        raise ForeignId("Nobody else speaks for our accounts.")
    if row is not None and row["deleted_at"] is not None:
        raise Refused(f"{actor.id} was deleted.", status=410)
    if handle is None and row is not None:
        handle = HandleOf(row["username"], row["domain"], confirmed=False)
    handle = handle or HandleOf(actor.preferred_username, host_of(actor.id), confirmed=False)
    _check_username(handle.username)
    account_id = int(row["id"]) if row is not None else change.new_id()
    handle = await _unclaimed(change, actor, handle, account_id=account_id)
    verdict = await verdict_in(change, actor.id, handle.domain)
    values = _values(change, actor, handle) | {
        "host_standing": int(verdict.standing),
        "media_refused": verdict.media_refused,
    }
    if row is not None:
        await _update(change, account_id, values)
        await _note_move(change, actor, account_id, moved_to_uri=row["moved_to_uri"])
    elif not await insert_account(change, account_id, values):
        raise Unreachable(f"{actor.id} is being written by another process of ours; try again.")
    await _note_suspension(change, account_id, suspended=actor.suspended)
    change.tx.signal("account", str(account_id))
    return account_id


async def mark_deleted(change: Change, account_id: int) -> None:
    """Note that an origin says its actor is gone for good; the row stays as a tombstone without keys.

    What was queued for its own inbox is given up."""
    await change.tx.execute(
        "UPDATE accounts SET deleted_at = $2, updated_at = $2, public_keys = '[]' "
        "WHERE id = $1 AND deleted_at IS NULL AND domain <> ''",
        account_id,
        change.now,
    )
    await change.tx.execute(
        "UPDATE deliveries SET state = 2, finished_at = $2, leased_until = 0, last_error = 'The account is gone.' "
        "WHERE state = 0 AND inbox = (SELECT inbox FROM accounts WHERE id = $1) AND NOT EXISTS "
        "(SELECT 1 FROM accounts a WHERE a.inbox = deliveries.inbox AND a.deleted_at IS NULL)",
        account_id,
        change.now,
    )
    change.tx.signal("account", str(account_id))


def own_keys(actor: Actor) -> list[dict[str, str]]:
    """Return the keys that are the actor's: owned by it and on its origin. Whatever else it lists proves nothing.

    Those for object integrity proofs (``assertionMethod``, FEP-521a) are marked, and sign no request.
    """
    listed = [
        {"id": key.id, "pem": key.pem}
        for key in actor.public_keys
        if key.owner == actor.id and same_origin(key.id, actor.id)
    ]
    for multikey in actor.multikeys:
        if multikey.controller == actor.id and same_origin(multikey.id, actor.id):
            with contextlib.suppress(BadSignature):  # a key of a kind we do not accept is as good as none
                pem = public_pem(load_multibase(multikey.multibase))
                listed.append({"id": multikey.id, "pem": pem, "for": PROOFS})
    return listed


def _check_username(username: str) -> None:
    if not username or len(username) > LONGEST_USERNAME:
        raise MalformedDocument("The actor's name is missing or too long.")
    if any(character in _NOT_IN_NAMES or unicodedata.category(character)[0] in "CZ" for character in username):
        raise MalformedDocument("The actor's name has characters that no name has.")


async def _unclaimed(change: Change, actor: Actor, handle: HandleOf, *, account_id: int) -> HandleOf:
    """Settle who bears a handle that another actor has here: whoever WebFinger confirms, else who had it first.

    Where both are on one host, that host may have lost its database: it is looked into.
    """
    other: Row | None = await change.tx.fetch_one(
        "SELECT id, uri FROM accounts WHERE username = $1 AND domain = $2 AND uri <> $3",
        handle.username,
        handle.domain,
        actor.id,
    )
    if other is None:
        return handle
    if not handle.confirmed:
        return HandleOf(f"{handle.username}~{change.new_id()}", handle.domain, confirmed=False)
    await change.tx.execute(
        "UPDATE accounts SET username = username || $2 WHERE id = $1", other["id"], f"~{other['id']}"
    )
    change.tx.signal("account", str(other["id"]))
    if same_host(other["uri"], actor.id):
        await errands.succeed_account(change, account_id=other["id"], target_id=account_id)
    return handle


async def _note_move(change: Change, actor: Actor, account_id: int, *, moved_to_uri: str) -> None:
    """Forget that somebody moved who says so no longer; have looked into what they say anew."""
    if not actor.moved_to and moved_to_uri:
        await change.tx.execute("UPDATE accounts SET moved_to_uri = '' WHERE id = $1", account_id)
    elif actor.moved_to not in ("", actor.id, moved_to_uri):
        await errands.move_account(change, account_id=account_id, target_uri=actor.moved_to)


async def _note_suspension(change: Change, account_id: int, *, suspended: bool) -> None:
    """Hide whom their own server suspended, for as long as it says so; what our staff decided stands by itself."""
    if suspended:
        await change.tx.execute(
            "UPDATE accounts SET suspended_at = $2, suspended_there = TRUE WHERE id = $1 AND suspended_at IS NULL",
            account_id,
            change.now,
        )
        return
    await change.tx.execute(
        "UPDATE accounts SET suspended_at = NULL, suspended_there = FALSE WHERE id = $1 AND suspended_there", account_id
    )


def _values(change: Change, actor: Actor, handle: HandleOf) -> dict[str, object]:
    allow_http = change.settings.development.allow_http_and_private_networks

    def usable(url: str) -> str:
        return url if url and is_http_url(url, allow_http) else ""

    def own(url: str) -> str:
        return url if usable(url) and same_host(url, actor.id) else ""

    links = [{"name": field.name[:LONGEST_NAME], "value": clean(field.value)} for field in actor.fields[:MOST_LINKS]]
    return {
        "username": handle.username,
        "domain": handle.domain,
        "uri": actor.id,
        "url": own(actor.url) or actor.id,
        "actor_type": actor.kind,
        "name": _plain(actor.name)[:LONGEST_NAME],
        "bio_html": clean(actor.summary),
        "links": orjson.dumps(links).decode(),
        "avatar_url": usable(actor.icon),
        "header_url": usable(actor.image),
        "inbox": own(actor.inbox),
        "shared_inbox": own(actor.shared_inbox),
        "outbox": own(actor.outbox),
        "followers_uri": own(actor.followers),
        "following_uri": own(actor.following),
        "featured_uri": own(actor.featured),
        "featured_tags_uri": own(actor.featured_tags),
        "public_keys": orjson.dumps(own_keys(actor)).decode(),
        "also_known_as": orjson.dumps(actor.also_known_as[:MOST_ALIASES]).decode(),
        "locked": actor.locked,
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "updated_at": change.now,
        "fetched_at": change.now,
    }


async def _update(change: Change, account_id: int, values: dict[str, object]) -> None:
    pairs = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
    await change.tx.execute(f"UPDATE accounts SET {pairs} WHERE id = $1", account_id, *values.values())  # noqa: S608 - our own names


def _plain(text: str) -> str:
    """Drop what would make a name break a line or turn the text around it (the joiner of emoji may stay)."""
    dropped = {
        character for character in set(text) if unicodedata.category(character) in _UNSEEN and character != _JOINER
    }
    return "".join(character for character in text if character not in dropped).strip()

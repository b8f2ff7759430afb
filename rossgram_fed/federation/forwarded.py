"""Activities that somebody else than their actor posts to us: forwarded by the server of a post that was answered.

The rule: who forwards is heard only if we know them, and is believed in nothing. An activity counts when a signature of
its actor inside it holds, by a key that the actor's own document lists; then what is taken into effect is what that
signature covers. Otherwise the origin is asked: for the object, or whether what is said to be deleted is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from activitypub import fields
from activitypub.activities import Activity, Announce, Create, Delete, Unknown, Update
from activitypub.actors import Actor
from activitypub.errors import MalformedDocument, MissingSignature, SignatureError
from activitypub.http import Request
from activitypub.objects import PUBLIC
from activitypub.origin import same_origin
from activitypub.parse import parse_activity
from activitypub.signatures import claim_of, integrity_proof, linked_data
from rossgram_fed.federation import errands, gate
from rossgram_fed.federation.authentication import signer_of
from rossgram_fed.federation.gate import ForeignKey, Turned
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.relaying import subscribed_relay
from rossgram_fed.federation.scribes import NotCanonical, TooSlow
from rossgram_fed.federation.senders import KnownSender
from rossgram_fed.instance import Change

LARGEST = 64 * 1024
"""Bytes of a document whose signatures are looked at."""

_KINDS = ("Create", "Update", "Delete", "Announce")


async def receive(network: Network, request: Request, document: Mapping[str, Any], turned: ForeignKey) -> None:
    """Take an activity that is not by who signed the request, or ask its origin about it.

    Raises ``Turned`` for everything that is not written down; ``turned`` itself where nothing speaks for it.
    """
    if document.get("type") not in _KINDS:
        raise turned
    now = datetime.fromtimestamp(network.instance.clock() / 1000, UTC)
    forwarder = await _check_forwarder(network, request, turned)
    actor = gate.actor_of(document)
    await gate.check_host(network.rules, actor)
    author = await network.senders.find(actor)
    if author is not None:
        gate.check_sender(author, document)
    if await _is_relayed(network, document, forwarder):
        await _as_announced(network, document, forwarder, turned)
        return
    if author is not None:
        believed = await _believed(network, document, author, now=now) if len(request.body) <= LARGEST else None
        if believed is not None:
            meant, activity = believed
            body = orjson.dumps(meant)
            await network.acceptance.accept(author.sender.account_id, document=meant, activity=activity, body=body)
            return
    if not (document.keys() & {"proof", "signature"} or document["type"] == "Delete"):
        raise turned
    await _ask_origin(network, document, actor, author, turned)
    raise Turned(202, "We do not take your word for it, and ask where it comes from.")


async def _check_forwarder(network: Network, request: Request, turned: ForeignKey) -> KnownSender:
    """Return who forwards; turn away one whom we do not know, or who did not sign. Nobody is fetched for it."""

    def admit(forwarder: KnownSender | None) -> None:
        if forwarder is None:
            raise turned
        if forwarder.suspended or forwarder.deleted:
            raise Turned(403, "Who forwards this is suspended here, or gone.")

    claim = claim_of(request)
    return await signer_of(network, request, claim, claim.key_id.partition("#")[0], admit=admit, ask=False)


async def _is_relayed(network: Network, document: Mapping[str, Any], forwarder: KnownSender) -> bool:
    """Say whether a relay of ours passes on a new post, signed inside by its author."""
    if document["type"] != "Create" or not document.keys() & {"proof", "signature"}:
        return False
    return await subscribed_relay(network.instance.database, forwarder.sender.account_id) is not None


async def _as_announced(network: Network, document: Mapping[str, Any], relay: KnownSender, turned: ForeignKey) -> None:
    """Write a relayed Create down as what other relays send instead, an Announce by the relay.

    So there is one way for what relays bring, with one budget, and the post is read from its origin.
    """
    uri = fields.address(document.get("object"))
    if not same_origin(uri, gate.actor_of(document)):
        raise turned
    announced: dict[str, object] = {
        "id": fields.address(document.get("id")),
        "type": "Announce",
        "actor": relay.sender.uri,
        "to": [PUBLIC],
        "object": uri,
    }
    activity, body = parse_activity(announced), orjson.dumps(announced)
    await network.acceptance.accept(relay.sender.account_id, document=announced, activity=activity, body=body)


async def _believed(
    network: Network, document: Mapping[str, Any], author: KnownSender, *, now: datetime
) -> tuple[dict[str, object], Activity] | None:
    """Return what the author signed of a document; None when nothing in it proves that they said it.

    Of an actor nothing is believed this way: names and keys are read from their origin only.
    """
    try:
        meant = _proved(document, author, now=now)
        if meant is None:
            meant = await _signed(network, document, author, now=now)
        activity = parse_activity(meant)
    except (SignatureError, NotCanonical, MalformedDocument):
        return None
    if activity.actor != author.sender.uri or isinstance(activity, Unknown):
        return None
    thing = getattr(activity, "object", None)
    if isinstance(thing, Actor) or thing == activity.actor:
        return None
    if not isinstance(activity, Delete) and PUBLIC not in (*activity.to, *activity.cc):
        return None
    return (meant, activity) if isinstance(activity, Announce | Create | Delete | Update) else None


def _proved(document: Mapping[str, Any], author: KnownSender, *, now: datetime) -> dict[str, Any] | None:
    """Return what the author's proofs cover; None when there is none of theirs, raises when one does not hold."""
    try:
        proofs = integrity_proof.proofs_of(document)
    except MissingSignature:
        return None
    covered: list[dict[str, Any]] = []
    for proof in proofs:
        key = author.proof_keys.get(proof["verificationMethod"])
        if isinstance(key, Ed25519PublicKey):
            covered.append(integrity_proof.check(document, proof, key, now=now))
    return covered[0] if covered and all(one == covered[0] for one in covered) else None


async def _signed(
    network: Network, document: Mapping[str, Any], author: KnownSender, *, now: datetime
) -> dict[str, Any]:
    """Return what the author's LD-signature covers; raises when it does not hold, or takes too long to find out."""
    claim = linked_data.claim_of(document, now=now)
    key = author.keys.get(claim.creator)
    if key is None:
        raise MissingSignature("The document's signature is not by a key that its actor lists.")
    if network.poisoners.get(author.sender.host, now=network.instance.clock()):
        raise NotCanonical("Documents of this host took too long lately.")
    try:
        meaning = await network.scribes.meaning(document)
    except TooSlow:
        network.poisoners.put(author.sender.host, True, now=network.instance.clock())
        raise
    linked_data.check(claim, meaning.text, key)
    return meaning.document


async def _ask_origin(
    network: Network, document: Mapping[str, Any], actor: str, author: KnownSender | None, turned: ForeignKey
) -> None:
    """Leave the question that the origin can answer to a job; raise ``turned`` when there is none."""
    uri = fields.address(document.get("object"))
    if document["type"] == "Announce" or not same_origin(uri, actor):
        raise turned
    async with network.instance.change() as change:
        if uri == actor:
            if author is not None:
                await errands.refresh_account(change, uri, account_id=author.sender.account_id)
        elif document["type"] != "Delete":
            await errands.fetch_post(change, uri)
        elif author is not None and await _is_open_post(change, uri, author.sender.account_id):
            await errands.confirm_delete(change, uri)


async def _is_open_post(change: Change, uri: str, account_id: int) -> bool:
    """Say whether we have a public post to ask about: of others an origin says 404 to strangers in any case."""
    row = await change.tx.fetch_one(
        "SELECT id FROM posts WHERE uri = $1 AND account_id = $2 AND local = FALSE AND visibility <= 1", uri, account_id
    )
    return row is not None

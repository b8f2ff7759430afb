"""Who sent this request? The one place that answers; nothing it did not answer for is believed.

The signer must be the activity's actor, and the key must be one that the actor's own document lists at its own origin:
a document found at the key's address proves nothing and is never fetched. What can be refused without the network is
refused before it is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from activitypub.errors import ActivityPubError, SignatureError
from activitypub.http import Request
from activitypub.keys import PublicKey
from activitypub.signatures import Claim, check, claim_of, precheck
from rossgram_fed.federation import gate, remote_accounts
from rossgram_fed.federation.arrivals import Sender
from rossgram_fed.federation.gate import Turned
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_documents import passing
from rossgram_fed.federation.remote_rows import own_keys
from rossgram_fed.federation.senders import KnownSender, parsed_keys

FETCH_SECONDS = 10
"""How long a sender may wait while we fetch who they are."""
COME_BACK_AFTER = 120
"""Seconds after which a sender whose own server did not answer us may try again."""


async def authenticate(network: Network, request: Request, document: Mapping[str, object]) -> Sender:
    """Return who signed; raise ``Turned`` with the answer for everybody else.

    At most one actor is fetched: one we do not know, or one whose key may have changed. Nothing of it is kept before
    the signature holds.
    """
    now = datetime.fromtimestamp(network.instance.clock() / 1000, UTC)
    try:
        claim = claim_of(request)
        uri = gate.actor_of(document)
        gate.check_names(network.instance.settings, actor=uri, key_id=claim.key_id)
        precheck(request, claim, now=now)
    except SignatureError as error:
        raise Turned(401, str(error)) from error
    known = await network.senders.find(uri)
    gate.check_sender(known, document)
    problem = _problem(request, claim, known.keys, now=now) if known is not None else ""
    if known is None or (problem and _may_ask_again(network, uri)):
        known = await _introduce(network, request, claim, uri, now=now)
        gate.check_sender(known, document)
    elif problem:
        raise Turned(401, problem)
    await network.hosts.heard_from(known.sender.host, scheme=claim.scheme)
    return known.sender


def _may_ask_again(network: Network, actor: str) -> bool:
    """Allow one fetch of a known actor in a while: its key may have changed, or somebody only pretends so."""
    now = network.instance.clock()
    if network.refetched.get(actor, now=now):
        return False
    network.refetched.put(actor, True, now=now)
    return True


async def _introduce(network: Network, request: Request, claim: Claim, uri: str, *, now: datetime) -> KnownSender:
    """Read the actor from its origin, check the signature with the keys it lists, and only then keep it."""
    try:
        async with asyncio.timeout(FETCH_SECONDS), network.key_fetches:
            actor = await remote_accounts.read(network, uri)
            if actor.id != uri:
                raise Turned(401, "The document at the actor's address is another actor's.")
            if problem := _problem(request, claim, parsed_keys(own_keys(actor)), now=now):
                raise Turned(401, problem)
            await remote_accounts.keep(network, actor)
    except TimeoutError as error:
        raise Turned(503, "Your actor could not be read in time.", retry_after=COME_BACK_AFTER) from error
    except ActivityPubError as error:
        raise _as_answer(error) from error
    known = await network.senders.find(uri)
    if known is None:
        raise Turned(401, "The document at the actor's address is another actor's.")
    return known


def _as_answer(error: ActivityPubError) -> Turned:
    """Say 503 where the sender's server failed us and may be better later, 401 where it proved nothing."""
    sentence = f"Your actor could not be read: {error}"
    return Turned(503, sentence, retry_after=COME_BACK_AFTER) if passing(error) else Turned(401, sentence)


def _problem(request: Request, claim: Claim, keys: Mapping[str, PublicKey], *, now: datetime) -> str:
    """Say what is wrong with the signature; empty when it holds."""
    key = keys.get(claim.key_id)
    if key is None:
        return "The signature's key is not one that the activity's actor lists."
    try:
        check(request, claim, key, now=now)
    except SignatureError as error:
        return str(error)
    return ""

"""Who sent this request? The one place that answers; nothing it did not answer for is believed.

The signer must be the activity's actor, and the key must be one that the actor's own document lists at its own origin:
a document found at the key's address proves nothing and is never fetched. What can be refused without the network is
refused before it is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from activitypub.errors import (
    ActivityPubError,
    AddressRefused,
    Refused,
    SignatureError,
    Unreachable,
)
from activitypub.http import Request
from activitypub.signatures import Claim, check, claim_of, precheck
from rossgram_fed.federation import gate, remote_accounts
from rossgram_fed.federation.arrivals import Sender
from rossgram_fed.federation.gate import Turned
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.senders import KnownSender

FETCH_SECONDS = 10
"""How long a sender may wait while we fetch who they are."""
COME_BACK_AFTER = 120
"""Seconds after which a sender whose own server did not answer us may try again."""


async def authenticate(network: Network, request: Request, document: Mapping[str, object]) -> Sender:
    """Return who signed; raise ``Turned`` with the answer for everybody else.

    At most two fetches are made: of an actor we do not know, or of one whose key changed.
    """
    now = datetime.fromtimestamp(network.instance.clock() / 1000, UTC)
    try:
        claim = claim_of(request)
        actor = gate.actor_of(document)
        gate.check_names(network.instance.settings, actor=actor, key_id=claim.key_id)
        precheck(request, claim, now=now)
    except SignatureError as error:
        raise Turned(401, str(error)) from error
    known = await network.senders.find(actor)
    gate.check_sender(known, document)
    if known is None:
        known = await _fetch(network, actor, document)
        problem = _problem(request, claim, known, now=now)
    else:
        problem = _problem(request, claim, known, now=now)
        if problem and _may_ask_again(network, actor):
            known = await _fetch(network, actor, document)
            problem = _problem(request, claim, known, now=now)
    if problem:
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


async def _fetch(network: Network, actor: str, document: Mapping[str, object]) -> KnownSender:
    try:
        async with asyncio.timeout(FETCH_SECONDS), network.key_fetches:
            await remote_accounts.by_uri(network, actor, refresh=True)
    except TimeoutError as error:
        raise Turned(503, "Your actor could not be read in time.", retry_after=COME_BACK_AFTER) from error
    except ActivityPubError as error:
        raise _as_answer(error) from error
    known = await network.senders.find(actor)
    if known is None:
        raise Turned(401, "The document at the actor's address is another actor's.")
    gate.check_sender(known, document)
    return known


def _as_answer(error: ActivityPubError) -> Turned:
    """Say 503 where the sender's server failed us and may be better later, 401 where it proved nothing."""
    silent = isinstance(error, Unreachable) and not isinstance(error, AddressRefused)
    busy = isinstance(error, Refused) and (error.status >= 500 or error.status == 429)
    sentence = f"Your actor could not be read: {error}"
    return Turned(503, sentence, retry_after=COME_BACK_AFTER) if silent or busy else Turned(401, sentence)


def _problem(request: Request, claim: Claim, known: KnownSender, *, now: datetime) -> str:
    """Say what is wrong with the signature; empty when it holds."""
    key = known.keys.get(claim.key_id)
    if key is None:
        return "The signature's key is not one that the activity's actor lists."
    try:
        check(request, claim, key, now=now)
    except SignatureError as error:
        return str(error)
    return ""

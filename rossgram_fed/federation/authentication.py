"""Who signed this request? The one place that answers; nothing it did not answer for is believed.

Whoever posts must be the activity's actor, or somebody known who forwards it; whoever reads may be anybody. The key
must be one that the signer's own document lists at its own origin: a document found at the key's address proves nothing
and is never fetched. What can be refused without the network is refused before it is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from activitypub.errors import ActivityPubError, SignatureError
from activitypub.http import Request
from activitypub.keys import PublicKey
from activitypub.origin import host_of
from activitypub.signatures import Claim, check_key, claim_of, precheck
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

Admit = Callable[[KnownSender | None], None]
"""Raises ``Turned`` for those who are not let in, whatever they signed."""


async def authenticate(network: Network, request: Request, document: Mapping[str, object]) -> Sender:
    """Return who signed an activity; raise ``Turned`` with the answer for everybody but its actor."""
    uri = gate.actor_of(document)
    await gate.check_farewell(network.senders, network.instance.settings, uri, document)
    try:
        claim = claim_of(request)
    except SignatureError as error:
        raise Turned(401, str(error)) from error
    gate.check_names(network.instance.settings, actor=uri, key_id=claim.key_id)
    known = await signer_of(network, request, claim, uri, admit=lambda known: gate.check_sender(known, document))
    return known.sender


async def signer_of(
    network: Network, request: Request, claim: Claim, uri: str, *, admit: Admit, ask: bool = True
) -> KnownSender:
    """Return the account ``uri`` if it is who signed a request; raise ``Turned`` otherwise.

    ``admit`` is asked before anything is fetched, and again when something was; it raises for those who are not let in,
    and is handed None for a stranger. At most one actor is fetched, and none without ``ask``: one we do not know, or
    one whose key may have changed. Nothing of it is kept before the signature holds.
    """
    now = datetime.fromtimestamp(network.instance.clock() / 1000, UTC)
    await gate.check_host(network.rules, uri)
    try:
        precheck(request, claim, now=now)
    except SignatureError as error:
        raise Turned(401, str(error)) from error
    known = await network.senders.find(uri)
    admit(known)
    problem = _problem(request, claim, known.keys) if known is not None else "We do not know who signed this."
    if problem and ask and (known is None or _may_ask_again(network, uri)):
        known = await _introduce(network, request, claim, uri)
        admit(known)
    elif problem or known is None:
        raise Turned(401, problem)
    await network.hosts.heard_from(known.sender.host, scheme=claim.scheme)
    return known


def _may_ask_again(network: Network, actor: str) -> bool:
    """Allow one fetch of a known actor in a while: its key may have changed, or somebody only pretends so."""
    now = network.instance.clock()
    if network.refetched.get(actor, now=now):
        return False
    network.refetched.put(actor, True, now=now)
    return True


async def _introduce(network: Network, request: Request, claim: Claim, uri: str) -> KnownSender:
    """Read the actor from its origin, check the signature with the keys it lists, and only then keep it."""
    try:
        async with asyncio.timeout(FETCH_SECONDS), network.key_fetches.at(host_of(uri), partial(_is_met, network, uri)):
            met = await network.senders.find(uri)  # perhaps while we waited for a place
            if met is not None and not _problem(request, claim, met.keys):
                return met
            actor = await remote_accounts.read(network, uri)
            if actor.id != uri:
                raise Turned(401, "The document at the actor's address is another actor's.")
            if problem := _problem(request, claim, parsed_keys(own_keys(actor))):
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


async def _is_met(network: Network, uri: str) -> bool:
    """Whether anybody of the actor's host is known here."""
    sql = "SELECT 1 FROM accounts WHERE domain = $1 LIMIT 1"
    return await network.instance.database.fetch_one(sql, host_of(uri)) is not None


def _as_answer(error: ActivityPubError) -> Turned:
    """Say 503 where the sender's server failed us and may be better later, 401 where it proved nothing."""
    sentence = f"Your actor could not be read: {error}"
    return Turned(503, sentence, retry_after=COME_BACK_AFTER) if passing(error) else Turned(401, sentence)


def _problem(request: Request, claim: Claim, keys: Mapping[str, PublicKey]) -> str:
    """Say what is wrong with the signature of a request that passed ``precheck``; empty when it holds."""
    key = keys.get(claim.key_id)
    if key is None:
        return "The signature's key is not one that the activity's actor lists."
    try:
        check_key(request, claim, key)
    except SignatureError as error:
        return str(error)
    return ""

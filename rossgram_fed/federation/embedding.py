"""Signatures inside what we send, so that others may pass it on: an LD-signature, and a proof if the admin wants one.

The rule: only what is public anyway carries one, because a signed document is an admission that anybody can check. The
queue holds activities unsigned. They are signed when the first of their deliveries needs them, once for all of them,
and anew each day: the bytes depend on nothing but the activity and the day, so a repetition is recognised as one.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import orjson

from activitypub.fields import addresses
from activitypub.objects import PUBLIC
from activitypub.signatures import integrity_proof, linked_data
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.recent import Recent
from rossgram_fed.federation.scribes import NotCanonical
from rossgram_fed.federation.single_flight import SingleFlight
from rossgram_fed.ids import instant_of

logger = logging.getLogger(__name__)

KINDS = frozenset({"Create", "Update", "Delete", "Announce"})
"""What others pass on."""
DAY = 86_400_000
LASTS = timedelta(days=2)

_KEPT_MS = 10 * 60_000


class Embedding:
    """Signs what is about to be delivered, and keeps it for the deliveries that follow."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._signed: Recent[int, bytes] = Recent(most=1000, milliseconds=_KEPT_MS)
        self._under_way: SingleFlight[bytes] = SingleFlight()

    async def body_of(self, activity_id: int, account_id: int, body: bytes) -> bytes:
        """Return what to send of an activity in the queue: signed if it is public and the account's own, else as it is.

        Raises ``NoSuchKey`` when the account has no keys.
        """
        now = self._network.instance.clock()
        known = self._signed.get(activity_id, now=now)
        if known is None:
            known = await self._under_way.run(str(activity_id), lambda: self._sign(activity_id, account_id, body))
            self._signed.put(activity_id, known, now=now)
        return known

    async def _sign(self, activity_id: int, account_id: int, body: bytes) -> bytes:
        document: dict[str, object] = orjson.loads(body)
        if not is_for_passing_on(document):
            return body
        key = await self._network.signers.key_of(account_id)
        if key.key_id.partition("#")[0] != document.get("actor"):
            return body  # somebody else's, passed on as it came
        made = instant_of(activity_id)
        days = max(0, self._network.instance.clock() - made) // DAY
        created = datetime.fromtimestamp((made + days * DAY) // 1000, UTC)
        if self._network.instance.settings.federation.integrity_proofs:
            proof_key = await self._network.signers.proof_key_of(account_id)
            document = integrity_proof.attach(linked_data.with_terms(document), proof_key, created=created)
        # The signature comes last: it covers the proof, which does not cover it.
        prepared = linked_data.prepare(document, creator=key.key_id, created=created, expires=created + LASTS)
        try:
            document = linked_data.attach(prepared, await self._network.scribes.signable(prepared), key)
        except NotCanonical as problem:
            logger.warning("Activity %d goes out without an LD-signature: %s", activity_id, problem)
        return orjson.dumps(document)


def is_for_passing_on(document: dict[str, object]) -> bool:
    """Say whether an activity is of a kind that others pass on, public, and not signed yet."""
    if document.get("type") not in KINDS or "signature" in document or "proof" in document:
        return False
    return PUBLIC in (*addresses(document.get("to"), 1000), *addresses(document.get("cc"), 1000))

"""One try at one delivery, and what its outcome means: delivered, later, or never.

The table at the top is the whole policy. An answer, even an unfriendly one, shows that a host is alive; only silence
and its own failures count against it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum, auto

from activitypub.errors import ActivityPubError, AddressRefused, Refused
from rossgram_fed.database import Row
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.signers import NoSuchKey

FINAL = frozenset({400, 405, 406, 413, 415, 422, 501})
"""The other side understood us and will not take it; asking again changes nothing."""
PATIENT = frozenset({408, 429})
"""Not now: the whole schedule applies."""
MOST_REFUSALS = 6
"""Tries, half a day in all, while the other side says 401, 403, 404 or another 4xx: it may be mending itself."""
ALWAYS = 1000
SECONDS = 75
"""For one try, redirects and the second knock included."""


class Fate(Enum):
    """What becomes of a row."""

    DELIVERED = auto()
    LATER = auto()
    FINAL = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended."""

    row: Row
    fate: Fate
    error: str = ""
    answered: bool | None = None
    """True: the host is alive; False: it was silent or failed; None: this says nothing about it."""
    retry_after: int | None = None
    """Seconds the other side asked for."""
    most_attempts: int = ALWAYS
    ask_whether_gone: bool = False
    """Whether the actor behind the inbox is to be read again; one that is gone gets nothing more."""
    rest_until: int = 0
    """Instant until which the whole host asked to be left alone."""


async def attempt(network: Network, row: Row, body: bytes) -> Outcome:
    """Sign and post one delivery."""
    host = row["host"]
    try:
        key = await network.signers.key_of(row["account_id"])
    except NoSuchKey as error:
        return Outcome(row, Fate.FINAL, str(error))
    first = await network.hosts.scheme_for(host)
    try:
        async with asyncio.timeout(SECONDS):
            extra = await network.synchronisation.headers_for(row["account_id"], row["inbox"], body)
            worked = await network.client.post(row["inbox"], body, key=key, first=first, extra=extra)
    except TimeoutError:
        return Outcome(row, Fate.LATER, f"{host} took too long to answer.", answered=False)
    except AddressRefused as error:
        return Outcome(row, Fate.FINAL, str(error))
    except Refused as error:
        return outcome_of(row, error, now=network.instance.clock())
    except ActivityPubError as error:
        return Outcome(row, Fate.LATER, str(error), answered=False)
    await network.hosts.learn(host, tried=first, worked=worked)
    return Outcome(row, Fate.DELIVERED, answered=True)


def outcome_of(row: Row, refusal: Refused, *, now: int) -> Outcome:
    """Decide what an answer other than success means."""
    status, reason, wait = refusal.status, str(refusal), refusal.retry_after
    if status in FINAL:
        return Outcome(row, Fate.FINAL, reason, answered=True)
    if status >= 500:
        return Outcome(row, Fate.LATER, reason, answered=False, retry_after=wait)
    if status in PATIENT:
        rest_until = now + wait * 1000 if status == 429 and wait else 0
        return Outcome(row, Fate.LATER, reason, answered=True, retry_after=wait, rest_until=rest_until)
    return Outcome(
        row,
        Fate.LATER,
        reason,
        answered=True,
        retry_after=wait,
        most_attempts=MOST_REFUSALS,
        ask_whether_gone=status in (404, 410),
    )

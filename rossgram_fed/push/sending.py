"""The job that wakes an app up: through the one outward door, a few times at most, and not for longer than it matters.

What is sent is looked up when it is sent: news that are no longer true, of a token that was revoked or for somebody who
may not sign in any more are not. A push service that knows a subscription no more ends it, and so does an address that
nothing may be sent to.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from activitypub.client import retry_after
from activitypub.errors import AddressRefused, Unreachable
from activitypub.http import Response
from rossgram_fed.database import Row
from rossgram_fed.federation import errands
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.transport import Deadlines
from rossgram_fed.ids import Stretch
from rossgram_fed.jobs.retry import next_attempt
from rossgram_fed.notifications import news
from rossgram_fed.notifications.news import News
from rossgram_fed.push import actions
from rossgram_fed.push.messages import SECONDS_KEPT, recipient_from, request_for
from rossgram_fed.push.sealing import opened
from rossgram_fed.push.wording import URGENT, message_for
from rossgram_fed.secrets_file import Secrets

MOST_TRIES = 4
DEADLINES = Deadlines(total=10, connect=5, read=5)
"""Push services answer at once; whoever does not holds up the others."""
ANSWER_BYTES = 16 * 1024
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429})
_FIND = (
    "SELECT s.id, s.token_id, s.endpoint, s.p256dh, s.auth, s.standard, s.sealed_token, a.id AS account_id "
    "FROM push_subscriptions s JOIN access_tokens t ON t.id = s.token_id JOIN users u ON u.id = s.user_id "
    "JOIN accounts a ON a.id = u.account_id WHERE s.id = $1 AND u.disabled_at IS NULL AND a.suspended_at IS NULL "
    "AND a.deleted_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a job asks for."""

    subscription_id: int
    notification_id: int
    tried: int


class Pusher:
    """Sends what ``errands.push`` asks for."""

    def __init__(self, network: Network, secrets: Secrets, *, chance: Callable[[], float] = random.random) -> None:
        self._network = network
        self._secrets = secrets
        self._chance = chance

    async def push(self, payload: Mapping[str, object]) -> None:
        """Wake an app up with a piece of news, or see that it is tried again."""
        errand = Errand(*(int(str(payload[name])) for name in ("subscription_id", "notification_id", "tried")))
        instance = self._network.instance
        row = await instance.database.fetch_one(_FIND, errand.subscription_id)
        found = await self._news(row, errand) if row is not None else None
        if row is None or found is None or instance.clock() - found.created_at > SECONDS_KEPT * 1000:
            return
        try:
            response = await self._send(row, found)
        except AddressRefused:
            await self._end(errand)
        except Unreachable:
            await self._later(errand, None)
        else:
            if response is not None:
                await self._note(errand, response)

    async def _news(self, row: Row, errand: Errand) -> News | None:
        number = errand.notification_id
        database = self._network.instance.database
        found = await news.within(database, row["account_id"], Stretch(number + 1, number - 1, limit=1))
        return found[0] if found else None

    async def _send(self, row: Row, found: News) -> Response | None:
        instance = self._network.instance
        base_url = instance.settings.base_url
        token = opened(self._secrets, row["sealed_token"], token_id=row["token_id"])
        message = await message_for(instance.database, found, base_url=base_url, token=token)
        if message is None:
            return None
        recipient = recipient_from(
            endpoint=row["endpoint"], p256dh=row["p256dh"], auth=row["auth"], standard=bool(row["standard"])
        )
        request = request_for(
            recipient, message, self._secrets, subject=base_url, now=instance.clock(), urgent=found.kind in URGENT
        )
        return await self._network.transport.send(request, limit=ANSWER_BYTES, deadlines=DEADLINES)

    async def _note(self, errand: Errand, response: Response) -> None:
        if response.status in _GONE:
            await self._end(errand)
        elif response.status in _LATER or response.status >= 500:
            now = datetime.fromtimestamp(self._network.instance.clock() / 1000, UTC)
            await self._later(errand, retry_after(response, now))
        else:
            taken = 200 <= response.status < 300
            async with self._network.instance.change() as change:
                note = actions.note_success if taken else actions.note_failure
                await note(change, subscription_id=errand.subscription_id)

    async def _end(self, errand: Errand) -> None:
        async with self._network.instance.change() as change:
            await actions.remove(change, subscription_id=errand.subscription_id)

    async def _later(self, errand: Errand, seconds: int | None) -> None:
        """Try again after a while; the last time a message came to nothing it is counted against its subscription."""
        tried = errand.tried + 1
        wait = None if seconds is None else seconds * 1000
        async with self._network.instance.change() as change:
            when = next_attempt(tried, now=change.now, chance=self._chance(), retry_after=wait)
            if when is None or tried >= MOST_TRIES:
                await actions.note_failure(change, subscription_id=errand.subscription_id)
                return
            await errands.push(
                change,
                subscription_id=errand.subscription_id,
                notification_id=errand.notification_id,
                tried=tried,
                run_at=when,
            )

"""What arrives: verified and written down before the sender gets an answer, taken into effect afterwards.

A request that is refused gets a status and a sentence, and leaves nothing behind. An accepted one is a row, and the row
is worked on until it has had its effect: in batches, and one by one when a batch contains something that fails.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from activitypub.activities import Activity, Create, Delete, Undo, Unknown, Update
from activitypub.actors import Actor
from activitypub.errors import MalformedDocument
from activitypub.http import Request
from activitypub.objects import Note
from activitypub.origin import host_of, is_http_url, same_origin
from activitypub.parse import load, parse_activity
from rossgram_fed.database import Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation import errands, forwarded
from rossgram_fed.federation.acceptance import SIGNAL
from rossgram_fed.federation.account_rows import is_stale
from rossgram_fed.federation.addresses import is_local
from rossgram_fed.federation.arrivals import Arrival, Handlers, Sender
from rossgram_fed.federation.authentication import authenticate
from rossgram_fed.federation.forwarding import Forwarding
from rossgram_fed.federation.gate import ForeignKey, Turned
from rossgram_fed.federation.network import Network
from rossgram_fed.instance import Change
from rossgram_fed.jobs import queue
from rossgram_fed.jobs.retry import next_attempt
from rossgram_fed.models.accounts import Standing
from rossgram_fed.visibility import heard

logger = logging.getLogger(__name__)

READ_SECONDS = 10
"""How long a sender may take to send a body."""
BATCH = 64
MOST_ATTEMPTS = 4
"""Tries for an arrival that fails: after that it is kept with its error and left alone."""

_CONTENT_TYPES = ("application/activity+json", "application/ld+json", "application/json")


async def receive(network: Network, request: Request) -> None:
    """Verify an activity that was posted to us and write it down; return when it is safe.

    Raises ``Turned`` with the answer for everything that is not accepted, and for what needs no row.
    """
    try:
        document = load(request.body)
    except MalformedDocument as error:
        raise Turned(400, str(error)) from error
    try:
        sender = await authenticate(network, request, document)
    except ForeignKey as foreign:
        await forwarded.receive(network, request, document, foreign)
        return
    try:
        activity = parse_activity(document)
    except MalformedDocument as error:
        raise Turned(400, str(error)) from error
    if activity.actor != sender.uri:
        raise Turned(401, "The activity's actor is not who signed it.")
    if isinstance(activity, Unknown):
        raise Turned(202, f"We do nothing about a {activity.kind[:100]}.")
    await network.acceptance.accept(sender.account_id, document=document, activity=activity, body=request.body)
    await network.synchronisation.heard(request, sender)


async def request_from(request: web.Request, *, base_url: str, limit: int) -> Request:
    """Read an incoming request into a value, at most ``limit`` bytes of it and for at most ten seconds."""
    if request.content_type not in _CONTENT_TYPES:
        raise Turned(415, "Send activities as application/activity+json.")
    if "Content-Encoding" in request.headers:
        raise Turned(415, "Send activities uncompressed.")
    if not request.raw_path.startswith("/"):
        raise Turned(400, "The request's target is not a path.")
    if (request.content_length or 0) > limit:
        raise Turned(413, f"An activity may have {limit} bytes.")
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise Turned(413, f"An activity may have {limit} bytes.")
    except TimeoutError as error:
        raise Turned(408, "The body took too long to arrive.") from error
    return Request(request.method, f"{base_url}{request.raw_path}", request.headers, bytes(body))


@dataclass(frozen=True, slots=True)
class _Senders:
    """Who sent a batch."""

    known: dict[int, Sender]
    gone: set[int]
    """Those whose account ended: only their Delete still counts."""


class InboxSource:
    """Takes what was accepted into effect."""

    signal = SIGNAL

    def __init__(self, network: Network, handlers: Handlers, *, chance: Callable[[], float] = random.random) -> None:
        self._instance = network.instance
        self._acceptance = network.acceptance
        self._handlers = handlers
        self._forwarding = Forwarding()
        self._chance = chance

    async def work_once(self) -> int:
        """Work on the rows that have waited longest, in one transaction if all goes well; return how many."""
        instance = self._instance
        if not await queue.is_due(instance.database, queue.Queue.INBOX, now=instance.clock()):
            return 0
        try:
            async with instance.change() as change:
                rows = await queue.claim(change.tx, queue.Queue.INBOX, now=change.now, limit=BATCH)
                senders = await _senders(change, rows)
                for row in rows:
                    await self._handle(change, row, senders)
                await queue.done(change.tx, queue.Queue.INBOX, [row["id"] for row in rows], now=change.now)
                return len(rows)
        except Exception:  # one of many failed, and took the others' transaction with it
            logger.info("A batch of arrivals failed; working on them one by one.", exc_info=True)
        return await self._one_by_one()

    async def _one_by_one(self) -> int:
        async with self._instance.change() as change:
            rows = await queue.claim(change.tx, queue.Queue.INBOX, now=change.now, limit=BATCH)
        for row in rows:
            try:
                async with self._instance.change() as change:
                    await self._handle(change, row, await _senders(change, [row]))
                    await queue.done(change.tx, queue.Queue.INBOX, [row["id"]], now=change.now)
            except Exception as error:
                logger.exception("Arrival %s could not be taken into effect.", row["id"])
                await self._put_off(row, f"{type(error).__name__}: {error}")
        return len(rows)

    def _read(self, row: Row) -> tuple[dict[str, object], Activity]:
        read = self._acceptance.read
        known = read.get(row["dedupe_key"], now=self._instance.clock())
        if known is None:
            document = load(bytes(row["body"]))
            return document, parse_activity(document)
        read.forget(row["dedupe_key"])
        return known

    async def _put_off(self, row: Row, reason: str) -> None:
        async with self._instance.change() as change:
            when = next_attempt(row["attempts"], now=change.now, chance=self._chance())
            if when is None or row["attempts"] >= MOST_ATTEMPTS:
                await queue.fail(change.tx, queue.Queue.INBOX, row["id"], now=change.now, error=reason)
            else:
                await queue.retry(change.tx, queue.Queue.INBOX, row["id"], run_at=when, error=reason)

    async def _handle(self, change: Change, row: Row, senders: _Senders) -> None:
        sender, gone = senders.known.get(row["sender_id"]), senders.gone
        if sender is None:
            return
        document, activity = self._read(row)
        if sender.account_id in gone and not isinstance(activity, Delete):
            return
        doubtful = unproven(activity)
        if doubtful is not None:
            await _fetch_instead(change, doubtful)
            return
        arrival = Arrival(change, activity, sender, document)
        plan = await self._forwarding.plan(arrival)
        for handler in self._handlers.get(type(activity), ()):
            if await handler(arrival):
                if plan is not None:
                    await self._forwarding.forward(arrival, plan, body=bytes(row["body"]))
                break
        if isinstance(activity, Delete) and activity.object == sender.uri:
            # Some servers (Takahe) send an Update right behind the Delete of an account; nothing brings it back.
            gone.add(sender.account_id)


def unproven(activity: Activity) -> str | None:
    """Say whether the signature proves what an activity holds: None if it does, else what to fetch instead.

    A signature speaks for its actor's own things only (FEP-fe34). What somebody else wrote is fetched from its origin;
    an empty string means that there is nothing to fetch and the activity is to be dropped.
    """
    inner = getattr(activity, "object", None)
    if isinstance(activity, Create | Update) and isinstance(inner, Note):
        own = same_origin(inner.id, activity.actor) and inner.attributed_to == activity.actor
        return None if own else inner.id
    if isinstance(inner, Actor):
        return None if inner.id == activity.actor else ""
    if isinstance(activity, Undo) and isinstance(inner, Activity):
        return None if inner.actor == activity.actor else ""
    return None


async def _fetch_instead(change: Change, uri: str) -> None:
    settings = change.settings
    allow_http = settings.development.allow_http_and_private_networks
    if is_local(settings, uri) or not is_http_url(uri, allow_http):
        return
    await errands.fetch_post(change, uri)


async def _senders(change: Change, rows: Sequence[Row]) -> _Senders:
    """Read who sent the rows, and ask for those read long ago; the suspended are left out with what they sent.

    Whom their own server suspended is heard: that it is over comes from them.
    """
    ids = sorted({row["sender_id"] for row in rows})
    if not ids:
        return _Senders({}, set())
    found = await change.tx.fetch(
        f"SELECT a.id, a.uri, a.deleted_at, a.fetched_at FROM accounts a WHERE a.id IN ({placeholders(len(ids))}) "  # noqa: S608 - placeholders only
        f"AND ({heard('a')} OR (a.suspended_there AND a.host_standing < {int(Standing.SUSPENDED)})) AND a.domain <> ''",
        *ids,
    )
    for row in found:
        if is_stale(row["fetched_at"], now=change.now):
            await errands.refresh_account(change, row["uri"], account_id=row["id"])
    return _Senders(
        known={row["id"]: Sender(account_id=row["id"], uri=row["uri"], host=host_of(row["uri"])) for row in found},
        gone={row["id"] for row in found if row["deleted_at"] is not None},
    )

"""Answers kept as ready bytes, so that a document that everybody asks for is made once.

An answer is dropped when its account changes, here or (on PostgreSQL) in another process, and after a minute in any
case. Only answers that are the same for everybody who is let in belong here; whether somebody is,
is asked before (``visitors.for_servers``), and the headers that say so are put on each copy.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from rossgram_fed.federation.recent import Recent
from rossgram_fed.instance import Instance

KEPT_MS = 60_000
MOST = 10_000
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    account_id: int | None = None
    """Whose change makes it stale."""

    def response(self) -> web.Response:
        """Return it as a response of its own."""
        return web.Response(status=self.status, headers=self.headers, body=self.body)


def answer(
    document: object, *, content_type: str, status: int = 200, account_id: int | None = None, vary: str = ""
) -> Answer:
    """Make an answer of a JSON document, or of ready bytes; every site may read it."""
    headers = CIMultiDict({"Content-Type": content_type, "Access-Control-Allow-Origin": "*"})
    if vary:
        headers["Vary"] = vary
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    return Answer(status, CIMultiDictProxy(headers), body, account_id)


def refusal(status: int, sentence: str, *, retry_after: int | None = None) -> web.Response:
    """Answer with a sentence that says why."""
    response = answer({"error": sentence}, content_type=_JSON, status=status).response()
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


class Ready:
    """Keeps answers for a short while."""

    def __init__(self, instance: Instance) -> None:
        self._clock = instance.clock
        self._answers: Recent[str, Answer] = Recent(most=MOST, milliseconds=KEPT_MS)
        self._keys: Recent[str, set[str]] = Recent(most=MOST, milliseconds=2 * KEPT_MS)
        instance.database.signals.listen("account", self._changed)

    async def get(self, key: str, make: Callable[[], Awaitable[Answer]], *, milliseconds: int = KEPT_MS) -> Answer:
        """Return the answer under ``key``, making it if need be; only successes and 410 are kept."""
        now = self._clock()
        kept = self._answers.get(key, now=now)
        if kept is not None:
            return kept
        made = await make()
        if made.status in (200, 410):
            self._answers.put(key, made, now=now, milliseconds=milliseconds)
            if made.account_id is not None:
                account = str(made.account_id)
                keys = self._keys.get(account, now=now) or set()
                keys.add(key)
                self._keys.put(account, keys, now=now)
        return made

    def _changed(self, account_id: str) -> None:
        """Drop what an account's change makes stale; without an account, signals were missed and all may be stale."""
        if not account_id:
            self._answers.clear()
        for key in self._keys.get(account_id, now=self._clock()) or ():
            self._answers.forget(key)
        self._keys.forget(account_id)

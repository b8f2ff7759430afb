"""Strangers' files that could not be had, and those that lead elsewhere: what pictures and videos have in common.

An address that gave nothing usable is left alone for growing whiles, whoever asks for it.
"""

from __future__ import annotations

import asyncio
import hashlib
from urllib.parse import urljoin
from weakref import WeakValueDictionary

from activitypub.errors import AddressRefused, Refused
from activitypub.http import Response
from activitypub.origin import host_of
from rossgram_fed.config import Settings
from rossgram_fed.instance import Change, Instance
from rossgram_fed.media.errors import BadPicture, Interrupted

MOST_REDIRECTS = 3

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({401, 403, 404, 410, 451})
_MINUTE, _DAY = 60_000, 24 * 60 * 60_000
_LASTING = 6
"""After so many failures in a row, or one that says it is for good, a file counts as gone."""


class NotToBeHad(Exception):
    """The file cannot be shown now; the text says why."""


class LastingFailure(Exception):
    """The address will give nothing usable for a long while; the text says why."""


class Slots:
    """How many files are fetched at the same time, of everybody and of each host."""

    def __init__(self, *, at_once: int, per_host: int) -> None:
        self.everybody = asyncio.Semaphore(at_once)
        self._per_host = per_host
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, host: str) -> asyncio.Semaphore:
        """Return the turn of a host; hold on to it while it is used."""
        slot = self._hosts.get(host)
        if slot is None:
            slot = self._hosts[host] = asyncio.Semaphore(self._per_host)
        return slot


async def refuse_what_failed(instance: Instance, url: str) -> None:
    """Raise ``NotToBeHad`` for an address that gave nothing lately."""
    failed = await instance.database.fetch_one(
        "SELECT reason, retry_at FROM media_failures WHERE id = $1", _address_id(url)
    )
    if failed is not None and failed["retry_at"] > instance.clock():
        raise NotToBeHad(failed["reason"])


async def note_failure(instance: Instance, url: str, error: Exception) -> NotToBeHad | LastingFailure:
    """Write down when to try again, and return what says whether it is worth while."""
    bad = isinstance(error, BadPicture) and not isinstance(error, Interrupted)
    lasting = bad or (isinstance(error, Refused) and error.status in _GONE)
    async with instance.change() as change:
        row = await change.tx.fetch_one(
            "INSERT INTO media_failures (id, failures, reason, retry_at) VALUES ($1, 1, $2, $3) "
            "ON CONFLICT (id) DO UPDATE SET failures = media_failures.failures + 1, reason = $2 RETURNING failures",
            _address_id(url),
            str(error)[:500],
            change.now,
        )
        failures = int(row["failures"]) if row is not None else 1
        pause = _DAY if lasting else min(_DAY, 5 * _MINUTE * 4 ** min(failures - 1, 5))
        await change.tx.execute(
            "UPDATE media_failures SET retry_at = $1 WHERE id = $2", change.now + pause, _address_id(url)
        )
    return LastingFailure(str(error)) if lasting or failures >= _LASTING else NotToBeHad(str(error))


async def forget_failure(change: Change, url: str) -> None:
    """An address gave what was asked for."""
    await change.tx.execute("DELETE FROM media_failures WHERE id = $1", _address_id(url))


def refuse_ourselves(settings: Settings, url: str) -> None:
    """Raise ``AddressRefused`` for an address on this server."""
    if host_of(url) == host_of(settings.base_url):
        raise AddressRefused("We do not fetch our own pictures from ourselves.")


def redirected(response: Response) -> str:
    """Return where an answer leads; raise ``Refused`` for one that says no, ``AddressRefused`` for no address."""
    location = response.headers.get("Location", "")
    if response.status not in _REDIRECTS or not location:
        raise Refused(f"The other server answered {response.status}.", status=response.status)
    try:
        return urljoin(response.url, location)
    except ValueError as error:
        raise AddressRefused("The other server redirects to what is no address.") from error


def _address_id(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()

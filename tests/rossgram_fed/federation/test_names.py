"""Names are looked up beside everything else."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from rossgram_fed.federation.names import AT_ONCE, Names


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A name server that answers nobody until the event is set."""
    event = threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        event.wait(100)
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield event
    event.set()


async def test_names_of_this_machine() -> None:
    """The system knows its own name, with the port that was asked for."""
    names = Names()
    found = await names.resolve("localhost", 443)
    await names.close()
    assert {(one["host"], one["port"], one["hostname"]) for one in found} == {("127.0.0.1", 443, "localhost")}


async def test_dead_names_hold_up_nobody_else(answered: threading.Event) -> None:
    """However many look-ups hang, what others do in threads goes on; each ends as an error of the network."""
    names = Names()
    hanging = [asyncio.create_task(names.resolve(f"h{number}.test")) for number in range(2 * AT_ONCE)]
    async with asyncio.timeout(60):
        assert await asyncio.to_thread(lambda: 1) == 1
    assert not any(task.done() for task in hanging)
    answered.set()
    ended = await asyncio.gather(*hanging, return_exceptions=True)
    await names.close()
    assert all(isinstance(one, OSError) for one in ended)

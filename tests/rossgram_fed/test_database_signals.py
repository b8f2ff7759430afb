"""Signals: fired at commit, heard by tasks, by listeners and, on PostgreSQL, by other processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from rossgram_fed.database import Database, Signals, open_database
from tests.databases import Engine


@pytest.fixture
async def pair(postgresql_engine: Engine) -> AsyncIterator[tuple[Database, Database]]:
    """Two servers' views of one PostgreSQL database."""
    url = postgresql_engine.migrated()
    one, two = await open_database(url), await open_database(url)
    try:
        yield one, two
    finally:
        await one.close()
        await two.close()
        postgresql_engine.drop(url)


async def test_a_signal_before_the_wait_counts() -> None:
    """Whoever waits after the signal does not wait, but only once."""
    signals = Signals()
    signals.fire("jobs")
    assert await signals.wait("jobs", 0)
    assert not await signals.wait("jobs", 0)
    assert not await signals.wait("other", 0)


async def test_all_waiters_wake() -> None:
    """One signal wakes everybody who waits for it."""
    signals = Signals()
    waiting = [asyncio.create_task(signals.wait("jobs", 60)) for _ in range(3)]
    await asyncio.sleep(0)
    signals.fire("jobs")
    await asyncio.wait_for(asyncio.gather(*waiting), 60)


async def test_listeners_hear_the_subject() -> None:
    """Listeners are told what it is about, and an empty subject when anything may have changed."""
    signals, heard = Signals(), []
    signals.listen("account", heard.append)
    signals.fire("account", "17")
    signals.fire("jobs", "3")
    signals.fire_all()
    assert heard == ["17", ""]


async def test_signals_cross_processes(pair: tuple[Database, Database]) -> None:
    """A committed signal reaches the other process once, with its subject; a rolled-back one reaches nobody."""
    one, two = pair
    heard: list[tuple[str, str]] = []
    for name, database in (("one", one), ("two", two)):
        database.signals.listen("account", lambda about, name=name: heard.append((name, about)))
    with pytest.raises(ZeroDivisionError):
        async with one.transaction() as tx:
            tx.signal("account", "1")
            raise ZeroDivisionError
    async with one.transaction() as tx:
        tx.signal("account", "17 and 4")
        tx.signal("account", "17 and 4")
        tx.signal("jobs")
    assert await two.signals.wait("jobs", 60)
    async with two.transaction() as tx:
        tx.signal("back")
    assert await one.signals.wait("back", 60)
    assert sorted(heard) == [("one", "17 and 4"), ("two", "17 and 4")]


async def test_a_broken_listening_connection_is_restored(pair: tuple[Database, Database]) -> None:
    """When PostgreSQL drops the connection it is opened anew, and everybody is told that something may be lost."""
    one, two = pair
    lost = asyncio.Event()
    two.signals.listen("account", lambda about: lost.set() if not about else None)
    killed = await one.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database() AND query LIKE 'LISTEN%'"
    )
    assert len(killed) == 2
    await asyncio.wait_for(lost.wait(), 60)
    async with one.transaction() as tx:
        tx.signal("account", "5")
    heard: asyncio.Queue[str] = asyncio.Queue()
    two.signals.listen("account", heard.put_nowait)
    async with one.transaction() as tx:
        tx.signal("account", "6")
    async with asyncio.timeout(60):
        while await heard.get() != "6":
            pass

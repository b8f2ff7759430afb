"""Fixtures of the stories: a small fediverse of whole servers, and the people on them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from rossgram_fed.config import LimitSettings, Registration, Settings
from rossgram_fed.database import Row
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import Fediverse, Server
from tests.journeys.pages import Page
from tests.journeys.visitor import Visitor, first_run, sign_up


@dataclass
class World:
    """Servers and the people who visit them."""

    fediverse: Fediverse
    clock: SettableClock
    closing: AsyncExitStack
    servers: dict[str, Server] = field(default_factory=dict)

    async def server(self, name: str, *, registration: Registration = Registration.OPEN, workers: int = 32) -> Server:
        """Start https://NAME.test, or start it again with what it had."""
        if name in self.servers:
            settings = self.servers[name].instance.settings
        else:
            settings = self._settings(name, registration, workers)
        self.servers[name] = await self.fediverse.whole_server(name, settings=settings)
        return self.servers[name]

    def _settings(self, name: str, registration: Registration, workers: int) -> Settings:
        settings = self.fediverse.settings(name)
        limits = LimitSettings(picture_processes=1, photo_megabytes=2, photo_megapixels=8)
        server = replace(settings.server, registration=registration)
        return replace(settings, limits=limits, server=server, federation=replace(settings.federation, workers=workers))

    async def admin(self, name: str, username: str) -> Visitor:
        """The one who runs a server: starts it if it is not there, and opens its first page."""
        if name not in self.servers:
            await self.server(name)
        return await self._kept(first_run(self.fediverse, name, username))

    async def person(self, name: str, username: str, *, path: str = "/sign-up") -> Visitor:
        """Somebody who signs up."""
        return await self._kept(sign_up(self.fediverse, name, username, path=path))

    async def member(self, name: str, username: str) -> Visitor:
        """Somebody who signs up at a server of their own, which somebody else runs."""
        await self.admin(name, "keeper")
        return await self.person(name, username)

    def stranger(self, name: str) -> Visitor:
        """Somebody who only looks."""
        visitor = Visitor.at(self.fediverse, name)
        self.closing.push_async_callback(visitor.close)
        return visitor

    async def place(self, name: str, page: Page) -> str:
        """The path that a server gave to the post which a page of another shows; empty when it has it not."""
        uri = page.uri
        found = await self.rows(name, "SELECT id FROM posts WHERE uri = $1", uri)
        return f"/p/{found[0]['id']}" if found else ""

    async def rows(self, name: str, sql: str, *arguments: object) -> Sequence[Row]:
        """What a server's tables hold."""
        return await self.servers[name].instance.database.fetch(sql, *arguments)

    async def settle(self) -> None:
        """Let every server do all that is due."""
        await self.fediverse.settle()

    async def _kept(self, coming: Awaitable[Visitor]) -> Visitor:
        visitor = await coming
        self.closing.push_async_callback(visitor.close)
        return visitor


@pytest.fixture
async def world(tmp_path: Path, clock: SettableClock, sqlite_engine: Engine) -> AsyncIterator[World]:
    """An empty fediverse on SQLite."""
    async with AsyncExitStack() as closing:
        yield await _world(tmp_path, clock, sqlite_engine, closing)


@pytest.fixture
async def world_in_peace(tmp_path: Path, clock: SettableClock, sqlite_engine: Engine) -> AsyncIterator[World]:
    """Another one, to compare with."""
    folder = tmp_path / "peace"
    folder.mkdir()
    async with AsyncExitStack() as closing:
        yield await _world(folder, clock, sqlite_engine, closing)


@pytest.fixture
async def world_on_either(tmp_path: Path, clock: SettableClock, engine: Engine) -> AsyncIterator[World]:
    """An empty fediverse, on each engine in turn."""
    async with AsyncExitStack() as closing:
        yield await _world(tmp_path, clock, engine, closing)


async def _world(folder: Path, clock: SettableClock, engine: Engine, closing: AsyncExitStack) -> World:
    fediverse = Fediverse(folder, clock=clock, new_database=engine.migrated)
    closing.push_async_callback(fediverse.close)
    return World(fediverse, clock, closing)

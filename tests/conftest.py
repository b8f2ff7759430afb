"""Fixtures only: a settable clock, settings, and a running instance on either engine with fresh, empty tables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from rossgram_fed.config import ServerSettings, Settings, StorageSettings
from rossgram_fed.database import Database, open_database
from rossgram_fed.instance import Instance
from tests.databases import Engine, PostgresqlEngine, SqliteEngine

# Nothing here is signed by a real authority, and reading all of those takes 20 ms for every client; some clients insist
# on there being one.
_AUTHORITY = tempfile.NamedTemporaryFile(suffix=".pem")  # noqa: SIM115 - for as long as the tests run
trustme.CA().cert_pem.write_to_path(_AUTHORITY.name)
os.environ["SSL_CERT_FILE"] = _AUTHORITY.name

# The same examples every time, however slow the machine: what fails then is what somebody changed.
hypothesis_settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")

NOON = 1_780_000_000_000
"""Where a test's clock starts: 28 May 2026, 20:26:40 UTC."""


class SettableClock:
    """A clock that stands still until a test moves it; in milliseconds since 1970 UTC, as ``Instance.clock``."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, milliseconds: int) -> None:
        self.now += milliseconds


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a server at https://here.test with a data folder of its own."""
    return Settings(
        server=ServerSettings(base_url="https://here.test", name="Here"),
        storage=StorageSettings(data=tmp_path / "data"),
    )


@pytest.fixture(scope="session")
def engines() -> list[Engine]:
    """Those that were asked for so far."""
    return []


@pytest.fixture(scope="session")
def sqlite_engine(tmp_path_factory: pytest.TempPathFactory, engines: list[Engine]) -> Engine:
    engines.append(SqliteEngine(tmp_path_factory.mktemp("sqlite")))
    return engines[-1]


@pytest.fixture(scope="session")
def postgresql_engine(engines: list[Engine]) -> Iterator[Engine]:
    """A PostgreSQL server for this session (one per xdist worker); its folder's short name fits a socket path."""
    engine = PostgresqlEngine(Path(tempfile.mkdtemp(prefix="rgpg")) / "data")
    engines.append(engine)
    yield engine
    engine.stop()


@pytest.fixture(autouse=True)
def databases_come_back(engines: list[Engine]) -> Iterator[None]:
    """Whatever databases a test, or what it alone uses, has asked for are dropped after it."""
    before = {url for engine in engines for url in engine.lent}
    yield
    for engine in engines:
        for url in engine.lent - before:
            engine.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"], scope="session")
def engine(request: pytest.FixtureRequest) -> Engine:
    """Both engines in turn: whoever asks for this, or for ``instance``, runs once on each.

    It is the session's so that pytest runs what wants SQLite first, and Tortoise need not learn the other dialect anew
    for every test.
    """
    made: Engine = request.getfixturevalue(f"{request.param}_engine")
    return made


@pytest.fixture
def database_url(engine: Engine) -> str:
    """The URL of a database with fresh, empty tables."""
    return engine.migrated()


@pytest.fixture
async def empty_database(engine: Engine) -> AsyncIterator[Database]:
    """An open database without any tables."""
    database = await open_database(engine.empty())
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def instance(database_url: str, settings: Settings, clock: SettableClock) -> AsyncIterator[Instance]:
    """A server's core with empty tables; Tortoise's models use its database for as long as the test lasts."""
    database = await open_database(database_url)
    try:
        with database.active():
            storage = replace(settings.storage, database=database_url)
            yield Instance(settings=replace(settings, storage=storage), database=database, clock=clock)
    finally:
        await database.close()

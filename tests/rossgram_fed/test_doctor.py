"""The doctor: every complaint is found in real surroundings that are really ill."""

from __future__ import annotations

import asyncio
import sqlite3
import struct
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from rossgram_fed.config import DevelopmentSettings, ServerSettings, Settings, StorageSettings
from rossgram_fed.database import open_database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.doctor.clock import examine_clock
from rossgram_fed.doctor.findings import Finding, State
from rossgram_fed.doctor.folders import examine_folders
from rossgram_fed.doctor.names import examine_names
from rossgram_fed.doctor.tables import examine_tables
from rossgram_fed.secrets_file import load_or_create
from tests.databases import Engine
from tests.ports import free_port


async def gather(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]


async def only(findings: AsyncIterator[Finding]) -> Finding:
    (finding,) = await gather(findings)
    return finding


def folder_settings(data: Path, database: str = "") -> Settings:
    return Settings(storage=StorageSettings(data=data, database=database))


@pytest.mark.parametrize(
    ("host", "state", "says"),
    [
        pytest.param("localhost", State.WELL, "this machine", id="looking around"),
        pytest.param("no-such-name.invalid", State.WRONG, "leads nowhere", id="no record"),
        pytest.param("192.168.7.7", State.UNSURE, "not reachable from the internet", id="private address"),
        pytest.param("198.51.100.77", State.UNSURE, "not reachable from the internet", id="documentation address"),
        pytest.param("8.8.8.8", State.WELL, "leads to 8.8.8.8", id="public address"),
    ],
)
async def test_names(host: str, state: State, says: str) -> None:
    """A name must lead to a machine that strangers can reach."""
    finding = await only(examine_names(Settings(server=ServerSettings(base_url=f"https://{host}"))))
    assert (finding.state, says in finding.sentence) == (state, True), finding


async def test_the_account_domain_is_looked_up_too() -> None:
    """Handles end in the account domain, so that name must lead somewhere as well."""
    server = ServerSettings(base_url="https://localhost", account_domain="no-such-name.invalid")
    assert [one.state for one in await gather(examine_names(Settings(server=server)))] == [State.WELL, State.WRONG]


class TimeServer(asyncio.DatagramProtocol):
    """Answers with one time, as RFC 4330 has it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert len(data) == 48
        self._transport.sendto(bytes(40) + struct.pack("!II", int(self._seconds) + 2_208_988_800, 0), addr)


@pytest.mark.parametrize(
    ("theirs", "state", "says"),
    [
        pytest.param(1_000_000, State.WELL, "0.0 seconds", id="right"),
        pytest.param(1_000_020, State.UNSURE, "20.0 seconds behind", id="a little behind"),
        pytest.param(999_000, State.WRONG, "1000.0 seconds ahead of", id="far ahead"),
    ],
)
async def test_clock(theirs: int, state: State, says: str) -> None:
    """The clock is compared with a time server's."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: TimeServer(theirs), local_addr=("127.0.0.1", 0)
    )
    try:
        port = transport.get_extra_info("sockname")[1]
        finding = await only(examine_clock(lambda: 1_000_000.0, server="127.0.0.1", port=port))
    finally:
        transport.close()
    assert (finding.state, says in finding.sentence) == (state, True), finding


async def test_a_clock_without_a_time_server() -> None:
    """No answer is no verdict."""
    finding = await only(examine_clock(lambda: 0.0, server="127.0.0.1", port=free_port()))
    assert finding.state is State.UNSURE


async def test_folders_before_the_first_start(tmp_path: Path) -> None:
    """Nothing is there yet, which is well, and the doctor makes nothing."""
    found = await gather(examine_folders(folder_settings(tmp_path / "data")))
    assert {one.state for one in found} == {State.WELL}
    assert not (tmp_path / "data").exists()


async def test_secrets_that_others_can_read(tmp_path: Path) -> None:
    """A loose file mode is found."""
    load_or_create(tmp_path)
    (tmp_path / "secrets.toml").chmod(0o644)
    found = {one.subject: one for one in await gather(examine_folders(folder_settings(tmp_path)))}
    assert found["secrets"].state is State.WRONG
    assert found["secrets"].mend == f"chmod 600 {tmp_path}/secrets.toml"


async def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    """A media folder that cannot be written to is found."""
    (tmp_path / "media").write_text("")
    found = {one.subject: one for one in await gather(examine_folders(folder_settings(tmp_path)))}
    assert found["media folder"].state is State.WRONG


async def test_no_database_yet(tmp_path: Path) -> None:
    """The doctor makes no database."""
    assert (await only(examine_tables(folder_settings(tmp_path)))).state is State.WELL
    assert not list(tmp_path.iterdir())


async def test_a_database_that_is_none(tmp_path: Path) -> None:
    """A file of something else is found."""
    (tmp_path / "rossgram.sqlite3").write_bytes(b"no database" * 500)
    found = await gather(examine_tables(folder_settings(tmp_path)))
    assert found[0].state is State.WRONG


async def test_a_database_of_another_version(tmp_path: Path) -> None:
    """Missing tables are found, with the command that makes them."""
    sqlite3.connect(tmp_path / "rossgram.sqlite3").execute("CREATE TABLE other (id INTEGER)").connection.close()
    whole, tables = await gather(examine_tables(folder_settings(tmp_path)))
    assert whole.state is State.WELL
    assert "rossgram migrate" in tables.mend


async def test_a_good_database(engine: Engine, tmp_path: Path) -> None:
    """Both engines are examined: whole from the start, and well once the migrations have been applied."""
    url = engine.empty()
    try:
        database = await open_database(url)
        before = await gather(examine_tables(folder_settings(tmp_path, url)))
        await migrate(database)
        await database.close()
        after = await gather(examine_tables(folder_settings(tmp_path, url)))
    finally:
        engine.drop(url)
    assert [one.state for one in before] == [State.WELL, State.UNSURE], before
    assert [one.state for one in after] == [State.WELL, State.WELL], after


async def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    """A PostgreSQL that is not running is found."""
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/rossgram"
    finding = await only(examine_tables(folder_settings(tmp_path, url)))
    assert finding.state is State.WRONG
    assert "Start PostgreSQL" in finding.mend


async def test_private_addresses_are_fine_in_development() -> None:
    """With the switch on, a private address is what was asked for."""
    settings = Settings(server=ServerSettings(base_url="http://10.0.0.9"))
    settings = replace(settings, development=DevelopmentSettings(allow_http_and_private_networks=True))
    assert (await only(examine_names(settings))).state is State.WELL

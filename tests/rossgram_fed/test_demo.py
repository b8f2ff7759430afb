"""The demo: two servers in one process, a story that crosses between them over HTTP."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession
from typer.testing import CliRunner

from rossgram_fed.cli.commands import application
from rossgram_fed.demo.cast import COMMENTS, FOLLOWS, HILLS, LIKES, PEOPLE, SEA, SHOTS
from rossgram_fed.demo.pictures import draw_landscape, draw_portrait
from rossgram_fed.demo.servers import ThisMachine, demo_settings, running
from rossgram_fed.demo.story import STEPS, Story
from tests.ports import free_port

CROSSING = {person.username: person.home for person in PEOPLE}


async def test_the_story_crosses(tmp_path: Path) -> None:
    """What is done on one server is there on the other: follows, posts, photos, likes and comments."""
    async with AsyncExitStack() as stack:
        servers = {}
        for name in (SEA, HILLS):
            settings = demo_settings(name, port=free_port(), data=tmp_path / name)
            servers[name] = await stack.enter_async_context(running(settings))
        told = [sentence async for sentence in Story(servers, width=240).unfold()]
        assert len(told) == STEPS
        for name, server in servers.items():
            fetch = server.instance.database.fetch_value
            heard = sum(1 for shot in SHOTS if CROSSING[shot.author] != name)
            here = sum(1 for one, other in FOLLOWS if name in (CROSSING[one], CROSSING[other]))
            assert await fetch("SELECT COUNT(*) FROM follows WHERE state = 1") == here
            remote = "SELECT COUNT(*) FROM posts p JOIN accounts a ON a.id = p.account_id WHERE a.domain <> ''"
            assert await fetch(f"{remote} AND p.photo_count > 0") >= heard
        assert await servers[SEA].instance.database.fetch_value("SELECT COUNT(*) FROM likes") >= 2
        async with ClientSession() as browser:
            port = servers[SEA].url.rpartition(":")[2]
            page = await browser.get(f"http://127.0.0.1:{port}/@anna", headers={"Host": f"sea.localhost:{port}"})
            assert page.status == 200
            assert "Anna Lind" in await page.text()


async def test_the_demo_knows_no_strangers() -> None:
    """Nothing the demo does leaves this machine."""
    with pytest.raises(OSError, match="only its own two servers"):
        await ThisMachine().resolve("photos.example", 443)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        pytest.param(None, "holds no finished demo", id="somebody else's folder"),
        pytest.param("9000", "say so with --port", id="another port"),
    ],
)
def test_a_folder_that_cannot_be_used(tmp_path: Path, told: str | None, says: str) -> None:
    """The demo overwrites nothing and breaks no ids."""
    (tmp_path / ("told" if told else "mine.txt")).write_text(told or "mine")
    result = CliRunner().invoke(application, ["demo", "--once", "--folder", str(tmp_path), "--port", "8001"])
    assert result.exit_code == 1
    assert says in result.stderr


def test_pictures_are_drawn_alike() -> None:
    """The same seed is the same picture, another seed another."""
    assert draw_landscape(5, width=64, height=48) == draw_landscape(5, width=64, height=48)
    assert draw_landscape(5, width=64, height=48) != draw_landscape(6, width=64, height=48)
    assert draw_portrait(1, size=32) != draw_portrait(2, size=32)


def test_the_cast_is_consistent() -> None:
    """Everybody who says or likes something has a home, and about something that is posted."""
    names = set(CROSSING)
    assert {name for pair in FOLLOWS for name in pair} <= names
    assert {shot.author for shot in SHOTS} | {said.author for said in COMMENTS} <= names
    assert all(number < len(SHOTS) for _, number in LIKES)

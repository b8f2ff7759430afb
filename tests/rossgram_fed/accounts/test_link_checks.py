"""Profile links that are verified, and those that are not: with a real server and pages elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from rossgram_fed.accounts import actions, link_checks
from rossgram_fed.accounts.bio import links_from
from rossgram_fed.accounts.forms import ProfileDraft
from rossgram_fed.activities import job_handlers
from rossgram_fed.jobs.runner import JobHandler
from rossgram_fed.models import Account
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import FakePeer, Fediverse, Server

PROFILE = "https://here.test/@alice"
DAY = 24 * 60 * 60_000
PAGE = f'<p>Me: <a rel="me" href="{PROFILE}">photos</a>'.encode()


class House:
    def __init__(self, fediverse: Fediverse, server: Server, alice: Account, site: FakePeer) -> None:
        self.fediverse, self.server, self.alice, self.site = fediverse, server, alice, site

    async def saves(self, *addresses: str, name: str = "Site") -> None:
        draft = ProfileDraft(name="Alice", links=tuple((name, address) for address in addresses))
        async with self.server.instance.change() as change:
            await actions.update_profile(change, account_id=self.alice.id, draft=draft)
        await self.fediverse.settle()

    async def verified(self) -> list[str]:
        column = await self.server.instance.database.fetch_value("SELECT links FROM accounts WHERE username = 'alice'")
        return [link.verified_host for link in links_from(column)]


@pytest.fixture
async def house(tmp_path: Path, clock: SettableClock, sqlite_engine: Engine) -> AsyncIterator[House]:
    fediverse = Fediverse(tmp_path, clock=clock, new_database=sqlite_engine.migrated)
    try:
        jobs: dict[str, JobHandler] = {}
        server = await fediverse.server("here", jobs=jobs)
        jobs.update(job_handlers(server.network))
        site = await fediverse.peer("blog.test")
        with server.instance.database.active():
            async with server.instance.change() as change:
                alice = await a_person(change)
        yield House(fediverse, server, alice, site)
    finally:
        await fediverse.close()


async def test_a_link_is_verified_and_checked_again(house: House, clock: SettableClock) -> None:
    """A page that links back makes a link verified, with its host; it is looked at each month and after each edit, and
    when it stops saying so the mark goes. The request carries neither a cookie nor anybody's signature.
    """
    house.site.serve("/", PAGE, content_type="text/html; charset=utf-8", **{"Set-Cookie": "seen=1"})
    await house.saves("https://blog.test/", "just words", "https://blog.test/missing")
    assert await house.verified() == ["blog.test", "", ""]
    for asked in house.site.received:
        assert not {"Signature", "Signature-Input", "Cookie", "Authorization", "Referer"} & set(asked.headers)
    clock.advance(29 * DAY)
    await house.fediverse.settle()
    assert house.site.asked_for("/") == 1
    clock.advance(2 * DAY)
    await house.fediverse.settle()
    assert house.site.asked_for("/") == 2
    house.site.serve("/", b"", status=503)
    clock.advance(31 * DAY)
    await house.fediverse.settle()
    assert await house.verified() == ["blog.test", "", ""], "nobody answered"
    await house.saves("https://blog.test/", name="Renamed")
    assert await house.verified() == ["blog.test"]
    clock.advance(62 * DAY)
    await house.fediverse.settle()
    assert await house.verified() == [""], "not for three months"
    house.site.serve("/", PAGE, content_type="text/html")
    await house.saves("https://blog.test/")
    assert await house.verified() == ["blog.test"]
    house.site.serve("/", b"<p>Under new management", content_type="text/html")
    clock.advance(31 * DAY)
    await house.fediverse.settle()
    assert await house.verified() == [""]
    await house.saves()
    asked = len(house.site.received)
    clock.advance(31 * DAY)
    await house.fediverse.settle()
    assert len(house.site.received) == asked, "no links, nothing to look at"


async def test_pages_that_prove_nothing(house: House) -> None:
    """Other addresses, other types, too much, redirects without end or to the inside: no mark. What is proven by a
    redirect is the place it led to, and that is what is shown (cases 132 and 152).
    """
    other = await house.fediverse.peer("other.test")
    other.serve("/me", PAGE, content_type="text/html")

    def leads(path: str, to: str) -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": to})

        house.site.answers[path] = answer

    leads("/short", "https://other.test/me")
    leads("/loop", "https://blog.test/loop")
    leads("/inside", "https://10.0.0.1/")
    leads("/home", "https://here.test/@alice")
    house.site.serve("/text", PAGE, content_type="text/plain")
    house.site.serve("/json", PAGE)
    house.site.serve("/large", PAGE + b" " * link_checks.LARGEST_PAGE, content_type="text/html")
    house.site.serve("/actor", PAGE.replace(b"/@alice", b"/users/alice"), content_type="text/html")
    house.site.serve("/other", PAGE.replace(b"/@alice", b"/@alice2"), content_type="text/html")
    house.site.serve("/gone", PAGE, content_type="text/html", status=404)
    paths = ("short", "loop", "inside", "home", "text", "json", "large", "actor", "other", "gone")
    found = {}
    for start in range(0, len(paths), 4):
        chosen = paths[start : start + 4]
        await house.saves(*(f"https://blog.test/{path}" for path in chosen))
        found |= dict(zip(chosen, await house.verified(), strict=True))
    assert found.pop("short") == "other.test"
    assert set(found.values()) == {""}, found
    await house.saves("https://10.0.0.1/", "https://here.test/@alice", "http://blog.test:99/", "https://127.0.0.1/")
    assert await house.verified() == ["", "", "", ""]
    house.site.serve("/", PAGE, content_type="text/html")
    await house.saves("https://blog.test/")
    async with house.server.instance.change() as change:
        await change.tx.execute("UPDATE accounts SET suspended_at = 1 WHERE id = $1", house.alice.id)
    asked = len(house.site.received)
    await link_checks.verify_links(house.server.network, {"account_id": house.alice.id})
    assert len(house.site.received) == asked

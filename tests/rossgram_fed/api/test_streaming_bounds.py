"""Streams end with what allowed them, take little of the machine, and tell nobody what is not theirs."""

from __future__ import annotations

import asyncio
import socket as sockets
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from rossgram_fed.accounts.actions import change_password, delete_account
from rossgram_fed.config import Settings
from rossgram_fed.database import open_database
from rossgram_fed.database.signals import WANTED_FOR
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import AccessToken, Account, User
from rossgram_fed.models.reading import AccountList
from rossgram_fed.moderation import standing
from rossgram_fed.moderation.staff import COMMAND_LINE
from rossgram_fed.oauth.callers import REMEMBERED
from rossgram_fed.oauth.tokens import take_back
from rossgram_fed.streaming import ears, hub
from rossgram_fed.streaming.acts import SIGNAL
from rossgram_fed.streaming.life import STREAMING
from tests.apps import ApiSite, Client, opened_api
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.listening import PATIENCE, URL, events, listening

Deed = Callable[[Change, Account], Awaitable[object]]


async def _signs_out(change: Change, account: Account) -> None:
    token = await AccessToken.get(user__account_id=account.id)
    assert await take_back(change, user_id=int(token.user_id or 0), token_id=token.id)


async def _new_password(change: Change, account: Account) -> None:
    user = await User.get(account_id=account.id)
    await change_password(change, user_id=user.id, password_hash="!", keep_session=None)


async def _suspends(change: Change, account: Account) -> None:
    await standing.suspend(change, COMMAND_LINE, account_id=account.id, reason="Spam")


async def _deletes(change: Change, account: Account) -> None:
    await delete_account(change, account_id=account.id)


async def _disables(change: Change, account: Account) -> None:
    """As another process does it on SQLite, of which no signal comes."""
    await User.filter(account_id=account.id).update(disabled_at=change.now)


async def _removes_the_app(change: Change, account: Account) -> None:
    token = await AccessToken.get(user__account_id=account.id)
    await change.tx.execute("DELETE FROM apps WHERE id = $1", token.app_id)


ENDS: dict[str, Deed] = {
    "the token is revoked": _signs_out,
    "they have a new password": _new_password,
    "they are suspended (CVE-2025-62175)": _suspends,
    "they are gone": _deletes,
    "they are disabled by another process": _disables,
    "the app is gone (CVE-2024-25619)": _removes_the_app,
}


@pytest.mark.parametrize("deed", ENDS.values(), ids=ENDS)
async def test_streams_end_with_the_token(site: ApiSite, clock: SettableClock, deed: Deed) -> None:
    """A socket and a stream of events are closed within five seconds, and can be opened no more; others stay."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change, "alice"), await a_person(change, "bob")
    ana, ben = await site.app(alice), await site.app(bob)
    async with (
        listening(site, ben, "public") as other,
        listening(site, ana, "user", "public") as ear,
        events(site, ana, "public") as response,
    ):
        async with site.instance.change() as change:
            await deed(change, alice)
        assert hub.CHECK_SECONDS < 5
        await ear.ends()
        async with asyncio.timeout(PATIENCE):
            assert await response.content.read() == b""
        clock.advance(REMEMBERED)
        with pytest.raises(WSServerHandshakeError) as refused:
            async with site.visitor.client.ws_connect(f"{URL}?access_token={ana.token}"):
                pass
        assert refused.value.status == 401
        post = (await ben.post("/api/v1/statuses", status="still here")).body
        assert (await other.heard())[2]["id"] == post["id"]


ANSWERS = (
    # scopes, stream, what is said (nothing: it is heard)
    ("read", "user", ""),
    ("read", "user:notification", ""),
    ("read:statuses", "user", ""),
    ("read:statuses", "public", ""),
    ("read:statuses", "user:notification", "Access token does not have the required scopes"),
    ("read:notifications", "user:notification", ""),
    ("read:notifications", "user", "Access token does not have the required scopes"),
    ("read:notifications", "direct", "Access token does not have the required scopes"),
    ("write", "public", "Access token does not have the required scopes"),
    ("push", "hashtag=x", "Access token does not have the required scopes"),
    ("read", "hashtag", "Missing tag name parameter"),
    ("read", "list", "Missing list name parameter"),
    ("read", "list=1", "Not authorized to stream this list"),
    ("read", "user:other", "Unknown stream type"),
    ("read", "", "Unknown stream type"),
)


async def test_what_a_token_lets_one_hear(site: ApiSite) -> None:
    """Each stream needs its scope, and a list its owner; on the user's stream news come by their own scope alone."""
    async with site.instance.change() as change:
        alice, eve = await a_person(change, "alice"), await a_person(change, "eve")
        await AccountList.create(id=77, account_id=eve.id, title="x", created_at=1)
    apps = {scopes: await site.app(alice, scopes=scopes) for scopes in dict.fromkeys(one for one, _, _ in ANSWERS)}
    for scopes, stream, said in (*ANSWERS, ("read", "list=77", "Not authorized to stream this list")):
        async with listening(site, apps[scopes]) as ear:
            name, _, about = stream.partition("=")
            await ear.say(type="subscribe", stream=name, tag=about, list=about)
            if said:
                told = await ear.raw()
                status = 400 if said.startswith(("Missing", "Unknown")) else 401
                assert told == {"error": said, "status": status}, (scopes, stream)
            await ear.settled()
            assert any(one.streams for one in site_hub(site).of(alice.id)) is not bool(said), (scopes, stream)
    async with listening(site, apps["read:statuses"], "user", "public") as ear:
        eva = await site.app(eve)
        await eva.post("/api/v1/statuses", status="@alice hello")
        assert (await ear.heard())[:2] == (["public"], "update"), "no notification before it"
        await eva.post("/api/v1/statuses", status="another")
        assert (await ear.heard())[:2] == (["public"], "update"), "nor after it"


def site_hub(site: ApiSite) -> hub.Hub:
    """The hub of a site."""
    app = site.visitor.client.app
    return app[STREAMING].hub(app)


REFUSED = (
    # path, whose token, status, sentence
    ("", None, 400, "Unknown channel requested"),
    ("/nothing", "alice", 400, "Unknown channel requested"),
    ("/user/other", "alice", 400, "Unknown channel requested"),
    ("/hashtag", "alice", 400, "Missing tag name parameter"),
    ("/list?list=9", "alice", 401, "Not authorized to stream this list"),
    ("/user", None, 401, "Missing access token"),
    ("/public", None, 401, "Missing access token"),
    ("/user", "nobody", 401, "Invalid access token"),
    ("/public", "the app itself", 401, "Invalid access token"),
    ("/user/notification", "statuses", 401, "Access token does not have the required scopes"),
)


async def test_refused_streams_of_events(site: ApiSite) -> None:
    """What is no stream, and what a token does not allow, is refused in a sentence, and nothing is left open."""
    async with site.instance.change() as change:
        alice = await a_person(change, "alice")
    tokens = {
        None: site.nobody, "alice": await site.app(alice), "statuses": await site.app(alice, scopes="read:statuses"),
        "the app itself": await site.app(None), "nobody": Client(site.visitor.client, "x"),
    }  # fmt: skip
    for path, whose, status, sentence in REFUSED:
        reply = await tokens[whose].get(URL + path)
        assert (reply.status, reply.body["error"]) == (status, sentence), path
    for headers in ({}, {"Sec-WebSocket-Protocol": "x"}):
        with pytest.raises(WSServerHandshakeError) as refused:
            async with site.visitor.client.ws_connect(URL, headers=headers):
                pass
        assert refused.value.status == 401
    assert site_hub(site).count == 0


async def test_how_much_one_may_ask_for(site: ApiSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections of one person and of all, streams of one connection, and messages are bounded."""
    monkeypatch.setattr(hub, "MOST_OF_ONE", 2)
    monkeypatch.setattr(hub, "MOST_EARS", 3)
    monkeypatch.setattr(hub, "MOST_STREAMS", 2)
    async with site.instance.change() as change:
        alice, bob = await a_person(change, "alice"), await a_person(change, "bob")
    ana, ben = await site.app(alice), await site.app(bob)

    async def is_full(app: Client) -> bool:
        reply = await app.get(f"{URL}/public")
        assert (reply.status, "Retry-After" in reply.headers) == (429, True)
        return True

    async with listening(site, ana) as first, listening(site, ana, "user"):
        assert await is_full(ana)
        async with listening(site, ben):
            assert await is_full(ben)
            assert "\nrossgram_streams 3\n" in await site.visitor.text("/metrics")
        for tag in ("one", "two", "two"):
            await first.subscribe("hashtag", tag=tag)
        await first.say(type="subscribe", stream="hashtag", tag="three")
        assert (await first.raw())["status"] == 429
        await first.say(type="subscribe", stream="hashtag", tag="x" * 5000)
        message = await first.socket.receive(PATIENCE)
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1009)
    async with listening(site, ben) as ear:
        for _ in range(200):
            await ear.say(type="nonsense")
        while (message := await ear.socket.receive(PATIENCE)).type is WSMsgType.TEXT:
            pass
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1008)


async def test_whoever_does_not_read_is_cut_off(site: ApiSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with a full line loses the connection at once, and others hear everything meanwhile."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change, "alice"), await a_person(change, "bob")
    ana, ben = await site.app(alice), await site.app(bob)
    server = site.visitor.client.server
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (server.host, server.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=1024)
    writer.write(
        f"GET {URL}?stream=public&access_token={ana.token} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert (await asyncio.wait_for(reader.readline(), PATIENCE)).startswith(b"HTTP/1.1 101")
    async with listening(site, ben, "public") as other:
        everybody = site_hub(site)
        while not (slow := [one for one in everybody.of(alice.id) if one.streams]):
            await asyncio.sleep(0)
        (ear,) = slow
        (stream,) = ear.streams
        while not ear.ended:
            for _ in range(20):
                ear.hear(ears.Message(stream, "update", "x" * 50_000))
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            while everybody.of(alice.id):
                await asyncio.sleep(0)
        assert ear.why == "Too slow"
        post = (await ben.post("/api/v1/statuses", status="still here")).body
        assert (await other.heard())[2]["id"] == post["id"]
    writer.close()


async def test_nobody_listens_nothing_is_asked(site: ApiSite) -> None:
    """Without listeners an act costs no statement, and its signal is kept by nobody."""
    async with site.instance.change() as change:
        alice = await a_person(change, "alice")
    ana = await site.app(alice)
    everybody = site_hub(site)
    await ana.post("/api/v1/statuses", status="Hello")
    assert (everybody.count, everybody.waiting) == (0, 0)


async def test_what_fails_does_not_end_the_streams(site: ApiSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an act that cannot be told the next one is."""
    async with site.instance.change() as change:
        alice = await a_person(change, "alice")
    ana = await site.app(alice)
    async with listening(site, ana, "user") as ear:
        with monkeypatch.context() as patched:
            patched.setattr("rossgram_fed.timelines.belonging.at_home", None)
            await ana.post("/api/v1/statuses", status="lost")
            while site_hub(site).waiting:
                await asyncio.sleep(0)
        post = (await ana.post("/api/v1/statuses", status="Hello")).body
        assert (await ear.heard())[2]["id"] == post["id"]


async def test_acts_of_other_processes(
    postgresql_engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process does is heard here; it tells of nothing as long as nobody said that somebody listens."""
    url = postgresql_engine.migrated()
    here, there = [Instance(settings=settings, database=await open_database(url)) for _ in range(2)]
    try:
        with here.database.active():
            async with opened_api(here) as one, opened_api(there) as two:
                async with here.change() as change:
                    alice = await a_person(change, "alice")
                ana = await one.app(alice)
                monkeypatch.setattr(there.database.signals, "_heard_all_since", -2 * WANTED_FOR)
                assert not there.database.signals.crosses(SIGNAL)
                async with listening(one, ana, "user") as ear, asyncio.timeout(PATIENCE):
                    while not there.database.signals.crosses(SIGNAL):
                        await asyncio.sleep(0)
                    reply = await Client(two.visitor.client, ana.token).post("/api/v1/statuses", status="from there")
                    assert (await ear.heard())[2]["id"] == reply.body["id"]
    finally:
        await here.database.close()
        await there.database.close()
        postgresql_engine.drop(url)

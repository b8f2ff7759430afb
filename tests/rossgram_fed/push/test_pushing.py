"""Pushes as an app's device takes them in: decrypted with its own keys, from a server that does what servers do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from rossgram_fed.oauth.callers import revoke
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import PostDraft
from rossgram_fed.push import actions
from rossgram_fed.push.actions import MOST_FAILURES
from rossgram_fed.push.sealing import opened, sealed
from rossgram_fed.push.sending import MOST_TRIES
from rossgram_fed.reactions import actions as reactions
from rossgram_fed.secrets_file import Secrets
from tests.builders import a_post
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import Fediverse
from tests.rossgram_fed.push.phones import HOUR, SECRETS, Phone, a_phone, answering, unpacked


@pytest.fixture
async def fediverse(tmp_path: Path, clock: SettableClock, sqlite_engine: Engine) -> AsyncIterator[Fediverse]:
    """Servers on SQLite: the engine does not matter here."""
    made = Fediverse(tmp_path, clock=clock, new_database=sqlite_engine.migrated)
    yield made
    await made.close()


@pytest.fixture(params=[True, False], ids=["standard", "draft"])
async def phone(request: pytest.FixtureRequest, fediverse: Fediverse) -> Phone:
    return await a_phone(fediverse, standard=request.param)


async def test_a_device_reads_what_happened(phone: Phone) -> None:
    """What arrives is encrypted for the device alone, tells what happened, and is signed as this server (RFC 8292)."""
    answering(phone.service, 201)
    await phone.subscribed()
    await phone.liked(caption="Dünen " + "x" * 5000)
    (message,) = phone.service.received
    assert (message.headers["TTL"], message.headers["Urgency"]) == (str(48 * 3600), "normal")
    assert b"token" not in message.body
    told = phone.device.read(message)
    assert told["access_token"] == "the token"
    assert (told["notification_type"], told["title"]) == ("favourite", "Bob likes your post")
    assert told["body"].startswith("Dünen")
    assert len(told["body"]) <= 140
    assert isinstance(told["notification_id"], int)
    words = message.headers["Authorization"].split(" ", 1)[1]
    token = words.removeprefix("t=").split(",")[0]
    head, claims, signature = (unpacked(part) for part in token.split("."))
    assert orjson.loads(head) == {"typ": "JWT", "alg": "ES256"}
    said = orjson.loads(claims)
    assert (said["aud"], said["sub"]) == ("https://push.test", "https://here.test")
    assert 0 < said["exp"] - phone.server.instance.clock() // 1000 <= 24 * 3600
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    SECRETS.vapid.public_key().verify(encode_dss_signature(r, s), token.rsplit(".", 1)[0].encode(), ec.ECDSA(SHA256()))


@pytest.mark.parametrize(
    ("status", "left", "later", "reason"),
    [
        (201, 1, 0, "taken"),
        (404, 0, 0, "the push service does not know it"),
        (410, 0, 0, "the app was removed"),
        (400, 1, 0, "what we sent was wrong: sending it again helps nobody"),
        (302, 1, 0, "no redirect is followed"),
        (429, 1, 1, "too many"),
        (503, 1, 1, "the push service is ill"),
    ],
)
async def test_what_a_push_service_answers(
    fediverse: Fediverse, status: int, left: int, later: int, reason: str
) -> None:
    """Each answer has its consequence for the subscription and for the message."""
    phone = await a_phone(fediverse)
    answering(phone.service, status, Location="https://push.test/two")
    await phone.subscribed()
    await phone.liked()
    assert len(phone.service.received) == 1, reason
    assert await phone.subscriptions() == left, reason
    assert await phone.waiting() == later, reason


async def test_an_ill_service_is_left_alone(fediverse: Fediverse, clock: SettableClock) -> None:
    """A message is tried a few times, not before the service asks for it; then it is dropped and counted."""
    phone = await a_phone(fediverse)
    answering(phone.service, 503, Retry_After="7200")
    await phone.subscribed()
    await phone.liked()
    for tries in range(1, MOST_TRIES + 1):
        assert len(phone.service.received) == tries
        clock.advance(HOUR)
        await phone.server.worker.run_until_idle()
        assert len(phone.service.received) == tries, "an hour is too early"
        clock.advance(2 * HOUR)
        await phone.server.worker.run_until_idle()
    assert len(phone.service.received) == MOST_TRIES
    assert await phone.waiting() == 0
    assert await phone.failures() == 1
    subscription_id = await phone.server.instance.database.fetch_value("SELECT id FROM push_subscriptions")
    async with phone.server.instance.change() as change:
        for _ in range(MOST_FAILURES):
            await actions.note_failure(change, subscription_id=subscription_id)
    assert await phone.subscriptions() == 0


@pytest.mark.parametrize("how", ["revoked", "unsubscribed", "suspended", "taken back", "not wanted", "policy", "old"])
async def test_nobody_is_woken_up(fediverse: Fediverse, clock: SettableClock, how: str) -> None:
    """Without token, subscription, standing, or anything to tell, nothing is sent."""
    phone = await a_phone(fediverse)
    await phone.subscribed(policy="followed" if how == "policy" else "all")
    instance = phone.server.instance
    async with instance.change() as change:
        post = await a_post(change, phone.alice)
        act = reactions.boost if how == "not wanted" else reactions.like
        await act(change, account_id=phone.bob.id, post_id=post.id)
        if how == "revoked":
            await revoke(change, token_id=phone.token_id)
        if how == "unsubscribed":
            await actions.unsubscribe(change, token_id=phone.token_id)
        if how == "suspended":
            await change.tx.execute("UPDATE accounts SET suspended_at = 1 WHERE id = $1", phone.alice.id)
        if how == "taken back":
            await reactions.unlike(change, account_id=phone.bob.id, post_id=post.id)
    if how == "old":
        clock.advance(49 * HOUR)
    await phone.server.worker.run_until_idle()
    assert phone.service.received == []
    assert await phone.waiting() == 0


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("https://inside.test/one", "a name that leads into the house, whatever it led to before"),
        ("https://10.1.2.3/one", "a private address"),
    ],
)
async def test_private_addresses_get_nothing(fediverse: Fediverse, endpoint: str, reason: str) -> None:
    """A subscription that leads where nothing may be sent ends without a connection."""
    phone = await a_phone(fediverse)
    fediverse.names.addresses["inside.test"] = ["10.0.0.7"]
    await phone.subscribed(endpoint=endpoint)
    await phone.liked()
    assert phone.service.received == [], reason
    assert await phone.subscriptions() == 0, reason


async def test_endless_answers_are_cut_off(fediverse: Fediverse) -> None:
    """An answer that does not end is not read to its end."""
    phone = await a_phone(fediverse)
    sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(status=201)
        await response.prepare(request)
        try:
            for _ in range(1000):
                await response.write(b"x" * 100_000)
                sent += 1
        except OSError:
            pass
        return response

    phone.service.answers["/one"] = answer
    await phone.subscribed()
    await phone.liked()
    assert sent < 1000
    assert await phone.failures() == 0


def test_tokens_are_sealed() -> None:
    """A sealed token opens with the same secrets for the same id only."""
    kept = sealed(SECRETS, "secret token", token_id=7)
    assert "secret" not in kept
    assert opened(SECRETS, kept, token_id=7) == "secret token"
    assert opened(SECRETS, kept, token_id=8) == ""
    assert opened(Secrets(csrf=b"q" * 32, setup_token=""), kept, token_id=7) == ""


async def test_mentions_are_urgent(fediverse: Fediverse) -> None:
    """Words to somebody may wake their device up."""
    phone = await a_phone(fediverse)
    await phone.subscribed()
    async with phone.server.instance.change() as change:
        await publish(change, author_id=phone.bob.id, draft=PostDraft(caption="@alice look", words_alone=True))
    await phone.server.worker.run_until_idle()
    assert [one.headers["Urgency"] for one in phone.service.received] == ["high"]

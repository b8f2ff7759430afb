"""A telephone with an app: a server, a push service, keys of its own, and somebody who does things."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import http_ece
import orjson
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rossgram_fed.federation import errands
from rossgram_fed.models import AccessToken, Account, App, User
from rossgram_fed.push import actions
from rossgram_fed.push.actions import NewSubscription
from rossgram_fed.push.sealing import sealed
from rossgram_fed.push.sending import Pusher
from rossgram_fed.reactions import actions as reactions
from rossgram_fed.secrets_file import Secrets
from tests.builders import a_person, a_post
from tests.fediverse import FakePeer, Fediverse, Received, Server

SECRETS = Secrets(csrf=b"p" * 32, setup_token="setup")
HOUR = 3600 * 1000


class Device:
    """An app on somebody's telephone, which keeps its own keys."""

    def __init__(self, *, standard: bool) -> None:
        self.standard = standard
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"0123456789abcdef"

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def read(self, message: Received) -> dict[str, Any]:
        """Decrypt a message as a browser would."""
        if self.standard:
            assert message.headers["Content-Encoding"] == "aes128gcm"
            raw = http_ece.decrypt(message.body, private_key=self.key, auth_secret=self.secret)
        else:
            assert message.headers["Content-Encoding"] == "aesgcm"
            raw = http_ece.decrypt(
                message.body,
                salt=unpacked(message.headers["Encryption"].removeprefix("salt=")),
                private_key=self.key,
                dh=unpacked(message.headers["Crypto-Key"].split(";")[0].removeprefix("dh=")),
                auth_secret=self.secret,
                version="aesgcm",
            )
        found: dict[str, Any] = orjson.loads(raw)
        return found


class Phone:
    """A server, a push service, somebody whose app is subscribed, and somebody who does things."""

    def __init__(self, server: Server, service: FakePeer, device: Device) -> None:
        self.server, self.service, self.device = server, service, device
        self.alice: Account
        self.bob: Account
        self.token_id = 0

    async def subscribed(self, *, endpoint: str = "https://push.test/one", policy: str = "all") -> None:
        async with self.server.instance.change() as change:
            self.alice, self.bob = await a_person(change), await a_person(change, "bob")
            user = await User.get(account_id=self.alice.id)
            app = await App.create(
                id=change.new_id(), client_id="c", secret_hash="s", name="App", scopes="push", created_at=change.now
            )
            self.token_id = change.new_id()
            await AccessToken.create(
                id=self.token_id, app_id=app.id, user_id=user.id, token_hash="t", scopes="push", created_at=change.now
            )
            new = NewSubscription(
                token_id=self.token_id,
                user_id=user.id,
                endpoint=endpoint,
                p256dh=packed(self.device.point),
                auth=packed(self.device.secret),
                standard=self.device.standard,
                alerts={"favourite": True, "mention": True, "reblog": False},
                policy=policy,
                sealed_token=sealed(SECRETS, "the token", token_id=self.token_id),
            )
            await actions.subscribe(change, new)

    async def subscriptions(self) -> int:
        return int(await self.server.instance.database.fetch_value("SELECT COUNT(*) FROM push_subscriptions"))

    async def failures(self) -> int:
        return int(await self.server.instance.database.fetch_value("SELECT failures FROM push_subscriptions"))

    async def waiting(self) -> int:
        return int(await self.server.instance.database.fetch_value("SELECT COUNT(*) FROM jobs WHERE state = 0"))

    async def liked(self, *, caption: str = "Dunes") -> None:
        async with self.server.instance.change() as change:
            post = await a_post(change, self.alice, caption=caption)
            await reactions.like(change, account_id=self.bob.id, post_id=post.id)
        await self.server.worker.run_until_idle()


async def a_phone(fediverse: Fediverse, *, standard: bool = True) -> Phone:
    jobs: dict[str, Callable[[dict[str, object]], Awaitable[None]]] = {}
    server = await fediverse.server("here", jobs=jobs)
    jobs[errands.PUSH] = Pusher(server.network, SECRETS, chance=lambda: 0.5).push
    return Phone(server, await fediverse.peer("push.test"), Device(standard=standard))


def answering(service: FakePeer, status: int, **headers: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={key.replace("_", "-"): value for key, value in headers.items()})

    service.answers["/one"] = answer


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

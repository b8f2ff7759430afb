"""How an app asks to be woken up, and what is refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rossgram_fed.models import Job, PushSubscription
from rossgram_fed.push.sealing import opened
from rossgram_fed.reactions import actions as reactions
from tests.apps import ApiSite
from tests.builders import a_person, a_post
from tests.rossgram_fed.web.browser import SECRETS

PATH = "/api/v1/push/subscription"
POINT = (
    ec.derive_private_key(7, ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)
KEY = base64.urlsafe_b64encode(POINT).decode()
AUTH = base64.urlsafe_b64encode(b"0123456789abcdef").decode().rstrip("=")
FORM = [
    ("subscription[endpoint]", "https://push.example/one"),
    ("subscription[keys][p256dh]", KEY),
    ("subscription[keys][auth]", AUTH),
]


async def test_an_app_subscribes(site: ApiSite) -> None:
    """A form with brackets makes a subscription, JSON changes it, a second one replaces it, and it can be ended."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        post = await a_post(change, alice)
    app, other = await site.app(alice), await site.app(bob)
    assert (await app.get(PATH)).status == 404
    made = await app.form("POST", PATH, [*FORM, ("data[alerts][favourite]", "true"), ("data[alerts][poll]", "0")])
    assert made.status == 200
    assert made.body["endpoint"] == "https://push.example/one"
    assert made.body["alerts"]["favourite"] is True
    assert made.body["alerts"]["poll"] is made.body["alerts"]["mention"] is False
    assert len(base64.urlsafe_b64decode(made.body["server_key"] + "==")) == 65
    assert (made.body["standard"], made.body["policy"]) == (False, "all")
    assert (await app.get(PATH)).body == made.body
    assert (await other.get(PATH)).status == 404
    row = await PushSubscription.get()
    assert app.token is not None
    assert app.token not in row.sealed_token
    assert opened(SECRETS, row.sealed_token, token_id=row.token_id) == app.token
    async with site.instance.change() as change:
        await reactions.like(change, account_id=bob.id, post_id=post.id)
    assert await Job.filter(kind="push").count() == 1
    changed = await app.put(PATH, data={"alerts": {"mention": True}, "policy": "followed"})
    assert (changed.body["alerts"]["favourite"], changed.body["policy"]) == (False, "followed")
    async with site.instance.change() as change:
        await reactions.boost(change, account_id=bob.id, post_id=post.id)
    assert await Job.filter(kind="push").count() == 1
    await app.form("POST", PATH, [*FORM, ("subscription[standard]", "true")])
    assert await PushSubscription.all().count() == 1
    assert (await app.get(PATH)).body["standard"] is True
    assert (await other.delete(PATH)).status == 200
    assert (await app.delete(PATH)).body == {}
    assert (await app.get(PATH)).status == (await app.put(PATH)).status == 404


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("endpoint", "http://push.example/one", "no TLS"),
        ("endpoint", "https://127.0.0.1/one", "this machine"),
        ("endpoint", "https://10.0.0.1/one", "a private address"),
        ("endpoint", "https://push.example:8443/one", "another port"),
        ("endpoint", "https://user:pass@push.example/", "a name and password"),
        ("endpoint", "OWN", "an address of this server"),
        ("endpoint", "https://push.example/" + "x" * 3000, "too long"),
        ("keys][p256dh", base64.b64encode(b"\x04" + b"\x01" * 64).decode(), "a point that is not on the curve"),
        ("keys][p256dh", "AAAA", "too short"),
        ("keys][auth", "AAAA", "a secret that is too short"),
        ("keys][auth", "?", "no base64"),
    ],
)
async def test_bad_subscriptions_are_refused(site: ApiSite, field: str, value: str, reason: str) -> None:
    """What nothing could or may be sent to is refused, and leaves nothing."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await site.app(alice)
    own = f"{site.instance.settings.base_url}/inbox"
    name = f"subscription[{field}]"
    fields = [(key, kept) for key, kept in FORM if key != name] + [(name, own if value == "OWN" else value)]
    assert (await app.form("POST", PATH, fields)).status == 422, reason
    assert await PushSubscription.all().count() == 0, reason


async def test_pushes_need_their_scope(site: ApiSite) -> None:
    """A token without the scope ``push`` may not subscribe."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await site.app(alice, scopes="read write")
    assert (await app.form("POST", PATH, FORM)).status == 403
    assert await PushSubscription.all().count() == 0

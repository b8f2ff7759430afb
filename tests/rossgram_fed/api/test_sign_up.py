"""Joining by app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from rossgram_fed.accounts.actions import create_invite
from rossgram_fed.config import Registration
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Invite, User
from tests.apps import ApiSite, Client, opened_api
from tests.builders import a_person

GOOD: dict[str, Any] = {
    "username": "Bella",
    "email": "bella@example.org",
    "password": "four quiet horses",
    "agreement": True,
    "locale": "en",
}


def joined_by(instance: Instance, registration: Registration, *, sign_ups: int = 20) -> Instance:
    settings = instance.settings
    server = replace(settings.server, registration=registration)
    limits = replace(settings.limits, sign_ups=sign_ups)
    return replace(instance, settings=replace(settings, server=server, limits=limits))


@pytest.fixture
async def open_site(instance: Instance) -> AsyncIterator[ApiSite]:
    async with opened_api(joined_by(instance, Registration.OPEN)) as opened:
        yield opened


async def _people() -> int:
    return await User.all().count()


async def test_an_app_lets_somebody_join(open_site: ApiSite) -> None:
    """The token that comes back works at once, for the person who joined and with the app's scopes."""
    itself = await open_site.app(None, scopes="read write")
    reply = await itself.post("/api/v1/accounts", **GOOD)
    assert reply.status == 200, reply.body
    assert (reply.body["token_type"], reply.body["scope"]) == ("Bearer", "read write")
    hers = Client(open_site.visitor.client, reply.body["access_token"])
    own = await hers.get("/api/v1/accounts/verify_credentials")
    assert (own.status, own.body["acct"]) == (200, "bella")
    assert (await hers.get("/api/v1/emails/check_confirmation")).body is True
    assert own.body["source"]["privacy"] == "public"
    assert own.body["role"]["permissions"] == "0"
    signed_in = await open_site.visitor.post("/sign-in", {"username": "bella", "password": GOOD["password"]})
    assert signed_in.status == 303


_WRONG = (
    ({"username": ""}, {"username": "ERR_BLANK"}, "no name"),
    ({"username": "admin"}, {"username": "ERR_RESERVED"}, "a name that speaks for the server"),
    ({"username": "a b"}, {"username": "ERR_INVALID"}, "a name with a space"),
    ({"username": "alice"}, {"username": "ERR_TAKEN"}, "somebody's name"),
    ({"password": "short"}, {"password": "ERR_TOO_SHORT"}, "a short password"),
    ({"password": "x" * 300}, {"password": "ERR_TOO_LONG"}, "an endless one"),
    ({"agreement": False}, {"agreement": "ERR_ACCEPTED"}, "rules that nobody agreed to"),
    (
        {"username": "", "password": "", "agreement": False},
        {"username": "ERR_BLANK", "password": "ERR_BLANK", "agreement": "ERR_ACCEPTED"},
        "everything at once",
    ),
)


async def test_what_is_wrong_is_named(open_site: ApiSite) -> None:
    """Each thing that is wrong is named by its parameter, and nobody has joined."""
    async with open_site.instance.change() as change:
        await a_person(change)
    itself = await open_site.app(None)
    for wrong, errors, reason in _WRONG:
        reply = await itself.post("/api/v1/accounts", **{**GOOD, **wrong})
        assert reply.status == 422, reason
        assert {name: found[0]["error"] for name, found in reply.body["details"].items()} == errors, reason
        assert reply.body["error"].startswith("Validation failed: "), reason
        assert await _people() == 1, reason


async def test_nobody_makes_themselves_an_admin(open_site: ApiSite) -> None:
    """What an app sends beside the parameters changes nothing about who joins."""
    itself = await open_site.app(None)
    more = {"role": 2, "admin": True, "is_admin": "1", "confirmed": True, "user": {"role": 2}}
    assert (await itself.post("/api/v1/accounts", **GOOD, **more)).status == 200
    user = await User.get()
    assert (user.role, user.quota_megabytes, user.disabled_at) == (0, None, None)


@pytest.mark.parametrize(
    ("registration", "invite", "status", "reason"),
    [
        (Registration.CLOSED, "", 403, "nobody may join"),
        (Registration.CLOSED, "good", 403, "not even with an invitation"),
        (Registration.INVITE, "", 403, "an invitation is needed"),
        (Registration.INVITE, "bad", 422, "one that never was"),
        (Registration.INVITE, "good", 200, "one from somebody here"),
    ],
)
async def test_closed_doors(
    instance: Instance, registration: Registration, invite: str, status: int, reason: str
) -> None:
    """An app opens no door that the page does not, and an invitation is used up."""
    async with opened_api(joined_by(instance, registration)) as site:
        async with site.instance.change() as change:
            alice = await User.get(account_id=(await a_person(change)).id)
            await create_invite(change, user_id=alice.id, code="good")
        itself = await site.app(None)
        reply = await itself.post("/api/v1/accounts", **GOOD, invite_code=invite)
        assert reply.status == status, reason
        assert reply.status == 200 or reply.body["error"]
        assert await Account.filter(username="bella").count() == (1 if status == 200 else 0)
        assert (await Invite.get()).uses_left == (0 if status == 200 else 1)


async def test_only_apps_themselves_and_only_so_often(instance: Instance) -> None:
    """Neither a token of a person nor one without the scope will do; pages and apps count together."""
    async with opened_api(joined_by(instance, Registration.OPEN, sign_ups=1)) as site:
        async with site.instance.change() as change:
            alice = await a_person(change)
        assert (await (await site.app(alice)).post("/api/v1/accounts", **GOOD)).status == 403
        assert (await (await site.app(None, scopes="read")).post("/api/v1/accounts", **GOOD)).status == 403
        assert (await site.nobody.post("/api/v1/accounts", **GOOD)).status == 401
        assert await _people() == 1
        itself = await site.app(None)
        assert (await itself.post("/api/v1/accounts", **GOOD)).status == 200
        again = await itself.post("/api/v1/accounts", **{**GOOD, "username": "carla"})
        assert again.status == 429
        assert int(again.headers["Retry-After"]) > 0
        page = await site.visitor.post("/sign-up", {"username": "carla", "password": GOOD["password"]})
        assert page.status == 429
        assert await _people() == 2

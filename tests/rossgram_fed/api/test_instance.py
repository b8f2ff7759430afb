"""What apps are told about this server."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from rossgram_fed.config import Registration
from rossgram_fed.instance import Instance
from rossgram_fed.models import DomainRule
from rossgram_fed.models.accounts import Role, Standing
from rossgram_fed.software import VERSION
from tests.apps import ApiSite, opened_api
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.web.browser import SECRETS


async def test_what_this_server_is(site: ApiSite) -> None:
    """Apps are told the version whose API they find, who runs the server, how much there is, and the true limits."""
    async with site.instance.change() as change:
        alice = await a_person(change, role=Role.ADMIN)
        await a_post(change, alice, caption="Dunes")
        await a_stranger(change)
    shown, before = await site.nobody.get("/api/v2/instance"), await site.nobody.get("/api/v1/instance/")
    settings, limits = site.instance.settings, site.instance.settings.limits
    assert shown.body["version"] == before.body["version"] == f"4.5.0 (compatible; Rossgram {VERSION})"
    assert "pixelfed" not in str(shown.body).lower()
    assert shown.body["domain"] == before.body["uri"] == settings.account_domain
    assert shown.body["contact"]["account"]["acct"] == before.body["contact_account"]["acct"] == "alice"
    assert before.body["stats"] == {"user_count": 1, "status_count": 1, "domain_count": 1}
    made = shown.body["configuration"]
    assert made == before.body["configuration"]
    assert made["statuses"]["max_media_attachments"] == limits.photos_per_post
    assert made["statuses"]["max_characters"] == limits.caption_characters
    assert made["media_attachments"]["image_size_limit"] == limits.photo_megabytes << 20
    assert made["vapid"]["public_key"] == SECRETS.vapid_public
    assert made["timelines_access"]["live_feeds"] == {"local": "public", "remote": "public"}
    assert (await site.nobody.get("/api/v1/timelines/public")).status == 200, "as it says"
    assert made["urls"]["streaming"].startswith("ws")
    assert shown.headers["Access-Control-Allow-Origin"] == "*"
    for picture in (shown.body["thumbnail"]["url"], shown.body["icon"][0]["src"]):
        found = await site.visitor.get(picture.removeprefix(settings.base_url))
        assert (found.status, found.content_type) == (200, "image/png")


@pytest.mark.parametrize(
    ("registration", "enabled", "invites", "reason"),
    [
        (Registration.OPEN, True, False, "everybody may join"),
        (Registration.INVITE, False, True, "only by invitation, which an app cannot see"),
        (Registration.CLOSED, False, False, "nobody may"),
    ],
)
async def test_who_may_join(
    instance: Instance, registration: Registration, enabled: bool, invites: bool, reason: str
) -> None:
    """Apps are told whether they may offer to join."""
    server = replace(instance.settings.server, registration=registration)
    async with opened_api(replace(instance, settings=replace(instance.settings, server=server))) as site:
        shown = (await site.nobody.get("/api/v2/instance")).body["registrations"]
        before = (await site.nobody.get("/api/v1/instance")).body
    assert (shown["enabled"], before["registrations"], before["invites_enabled"]) == (enabled, enabled, invites), reason
    assert (shown["message"] is None) is enabled


async def test_servers_that_are_known(site: ApiSite) -> None:
    """The list names each server once, and not this one."""
    async with site.instance.change() as change:
        await a_person(change)
        for name in ("a", "b"):
            await a_stranger(change, username=name)
    reply = await site.nobody.get("/api/v1/instance/peers")
    assert len(reply.body) == 1
    assert site.instance.settings.account_domain not in reply.body


async def test_a_closed_circle_tells_nobody_whom_it_knows(instance: Instance) -> None:
    """Where servers are chosen by name, strangers are not told which, nor how much happens."""
    federation = replace(instance.settings.federation, allow_list_only=True)
    async with opened_api(replace(instance, settings=replace(instance.settings, federation=federation))) as site:
        async with site.instance.change() as change:
            alice = await a_person(change)
        app = await site.app(alice)
        for path in ("/api/v1/instance/peers", "/api/v1/instance/activity"):
            assert (await site.nobody.get(path)).status == 401
            assert (await app.get(path)).status == 200


async def test_twelve_weeks(site: ApiSite) -> None:
    """What was posted this week is counted in this week, and there are twelve of them."""
    async with site.instance.change() as change:
        await a_post(change, await a_person(change), caption="Dunes")
    weeks = (await site.nobody.get("/api/v1/instance/activity")).body
    assert len(weeks) == 12
    assert (weeks[0]["statuses"], weeks[0]["registrations"]) == ("1", "1")
    assert all(isinstance(value, str) for week in weeks for value in week.values())


async def test_rules_stand_where_one_joins(instance: Instance) -> None:
    """The rules of the settings are told to apps, and shown as text on the page about the server and at sign-up."""
    server = replace(instance.settings.server, registration=Registration.OPEN, rules=("Be kind.", "No <b>ads</b>."))
    async with opened_api(replace(instance, settings=replace(instance.settings, server=server))) as site:
        told = (await site.nobody.get("/api/v1/instance/rules")).body
        assert told == (await site.nobody.get("/api/v2/instance")).body["rules"]
        for path in ("/about", "/sign-up"):
            assert "No &lt;b&gt;ads&lt;/b&gt;." in await site.visitor.text(path)
    assert [(rule["id"], rule["text"]) for rule in told] == [("1", "Be kind."), ("2", "No <b>ads</b>.")]


async def test_smaller_ones(site: ApiSite) -> None:
    """What else apps ask of a server when they start is answered."""
    for path in (
        "instance/rules",
        "instance/extended_description",
        "instance/privacy_policy",
        "instance/translation_languages",
        "instance/languages",
        "custom_emojis",
    ):
        assert (await site.nobody.get(f"/api/v1/{path}")).status == 200, path


async def test_who_is_kept_away_is_told_to_people_here(site: ApiSite) -> None:
    """People here see which servers the admins keep away and why they are told so; nobody else does."""
    async with site.instance.change() as change:
        alice = await a_person(change)
        await DomainRule.create(
            host="far.test",
            standing=Standing.SUSPENDED,
            comment="ask Eve",
            public_comment="Spam.",
            created_at=change.now,
        )
        await DomainRule.create(host="open.test", standing=Standing.OPEN, created_at=change.now)
    assert (await site.nobody.get("/api/v1/instance/domain_blocks")).status == 401
    (told,) = (await (await site.app(alice)).get("/api/v1/instance/domain_blocks")).body
    assert told["digest"] == sha256(b"far.test").hexdigest()
    assert (told["domain"], told["severity"], told["comment"]) == ("far.test", "suspend", "Spam.")

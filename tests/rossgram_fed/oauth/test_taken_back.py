"""What people allowed ends when they say so, when they are gone, and when nobody uses it."""

from __future__ import annotations

import pytest

from rossgram_fed.accounts.actions import change_password, delete_account, reset_password
from rossgram_fed.instance import Change
from rossgram_fed.jobs.pruning import DAY, FORGOTTEN_APPS, prune
from rossgram_fed.models import AccessToken, Account, App, AuthorizationCode, User
from rossgram_fed.moderation.staff import COMMAND_LINE
from rossgram_fed.moderation.standing import suspend
from rossgram_fed.oauth import tokens
from tests.apps import ApiSite, Client
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.rossgram_fed.oauth.flow import an_app


async def test_people_see_their_apps_and_sign_them_out(site: ApiSite) -> None:
    """The list says what an app may do in words; one goes, then all; nobody signs out somebody else's."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
    app = await an_app(site, scopes="read:notifications push")
    first, second = await app.client(alice), await app.client(alice)
    browser, other = await site.browser(alice), await site.browser(bob)
    page = await browser.text("/settings/apps")
    assert "See your notifications" in page
    assert page.count("<strong><bdi>Dunes</bdi></strong>") == 2
    assert "Dunes" not in await other.text("/settings/apps")
    token = await AccessToken.all().order_by("id").first()
    assert token is not None
    path = f"/settings/apps/{token.id}/remove"
    assert (await other.post(path, at="/settings")).status == 404
    assert (await first.get("/api/v1/apps/verify_credentials")).status == 200
    assert (await browser.post(path, at="/settings/apps")).status == 303
    assert (await first.get("/api/v1/apps/verify_credentials")).status == 401
    assert (await second.get("/api/v1/apps/verify_credentials")).status == 200
    assert (await browser.post("/settings/apps/remove-all", at="/settings/apps")).status == 303
    assert (await second.get("/api/v1/apps/verify_credentials")).status == 401
    third = await app.client(alice)
    assert (await browser.post("/settings/sessions/end-all", at="/settings/sessions")).status == 303
    assert (await third.get("/api/v1/apps/verify_credentials")).status == 401


async def _password(change: Change, account: Account) -> None:
    user = await User.get(account_id=account.id)
    await change_password(change, user_id=user.id, password_hash="x", keep_session=None)


async def _reset(change: Change, account: Account) -> None:
    assert await reset_password(change, username=account.username, password_hash="x")


async def _suspend(change: Change, account: Account) -> None:
    await suspend(change, COMMAND_LINE, account_id=account.id, reason="Spam")


async def _delete(change: Change, account: Account) -> None:
    await delete_account(change, account_id=account.id)


async def test_apps_are_signed_out(site: ApiSite) -> None:
    """A new password, set here or by the command line, a suspension and the end of an account end tokens and codes."""
    app = await an_app(site)
    for number, ends in enumerate((_password, _reset, _suspend, _delete)):
        async with site.instance.change() as change:
            person = await a_person(change, f"person{number}")
        client = await app.client(person)
        code = await app.code(await site.browser(person))
        assert (await client.get("/oauth/userinfo")).status == 200, ends
        async with site.instance.change() as change:
            await ends(change, person)
        assert (await client.get("/oauth/userinfo")).status == 401, ends
        assert (await app.exchange(code)).body["error"] == "invalid_grant", ends
        assert await AccessToken.filter(user_id__isnull=False).count() == 0, ends


async def test_what_nobody_uses_is_forgotten(site: ApiSite, clock: SettableClock) -> None:
    """Apps that nobody signed in with go, with their codes; those that somebody uses stay."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    used, unused = await an_app(site), await an_app(site)
    await used.client(alice)
    await unused.code(await site.browser(alice))
    clock.advance(2 * DAY)
    await prune(site.instance)
    assert await AuthorizationCode.all().count() == 0
    assert await App.all().count() == 2
    clock.advance(FORGOTTEN_APPS)
    await prune(site.instance)
    assert [app.client_id for app in await App.all()] == [used.client_id]
    assert await AccessToken.all().count() == 1


async def test_tokens_do_not_pile_up(site: ApiSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that asks for token after token loses its oldest, and nobody else loses any."""
    monkeypatch.setattr(tokens, "MOST_OF_ONE_APP", 2)
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await an_app(site)
    hers = await app.client(alice)
    given = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": app.client_secret}
    made = [(await site.nobody.post("/oauth/token", **given)).body["access_token"] for _ in range(4)]
    itself = [Client(site.visitor.client, token) for token in made]
    answers = [(await one.get("/api/v1/apps/verify_credentials")).status for one in itself]
    assert answers == [401, 401, 200, 200]
    assert (await hers.get("/oauth/userinfo")).status == 200

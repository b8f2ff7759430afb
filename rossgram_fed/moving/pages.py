"""The settings about moving. Other servers are asked only for who is signed in, seldom, and for what they typed."""

from __future__ import annotations

import asyncio

from aiohttp import web

from activitypub.errors import ActivityPubError
from rossgram_fed.accounts.mentions import handle_from
from rossgram_fed.accounts.own_password import check_own_password
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.instance import INSTANCE
from rossgram_fed.moving import actions
from rossgram_fed.moving.queries import situation_of
from rossgram_fed.moving.targets import NoTarget, check_target
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import Invalid, NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in
from rossgram_fed.web.throttle import Limit, count_try
from webfinger.errors import WebFingerError

LOOKS = Limit("move:looks", tries=20, minutes=15)
SECONDS = 15.0
LONGEST_HANDLE = 320


@signed_in
async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /settings/move``."""
    return await _show(request, viewer)


@signed_in
async def add_alias(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /settings/move/aliases``: name another account by its handle."""
    form = form_of(request)
    account_id = await _looked_up(request, viewer, form, "alias")
    if form.ok:
        uri = await _uri_of(request, account_id)
        try:
            async with request.app[INSTANCE].change() as change:
                await actions.add_alias(change, account_id=viewer.account_id, uri=uri)
        except Invalid as refusal:
            form.error("alias", refusal.sentence)
    if not form.ok:
        return await _show(request, viewer, aliasing=form, status=422)
    return see_other("/settings/move", "Added. You can move here from that account now.")


@signed_in
async def remove_alias(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /settings/move/aliases/remove``."""
    async with request.app[INSTANCE].change() as change:
        await actions.remove_alias(change, account_id=viewer.account_id, uri=form_of(request).value("uri"))
    return see_other("/settings/move", "Removed.")


@signed_in
async def move(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /settings/move``: send one's followers to another account, which is asked first whether it agrees."""
    form = form_of(request)
    await check_own_password(request, viewer, form, name="password", password=form.secret("password"))
    target_id = await _agreeing_target(request, viewer, form) if form.ok else 0
    if form.ok:
        try:
            async with request.app[INSTANCE].change() as change:
                await actions.move_away(change, account_id=viewer.account_id, target_id=target_id)
        except Invalid as refusal:
            form.error("", refusal.sentence)
    if not form.ok:
        return await _show(request, viewer, leaving=form, status=422)
    return see_other("/settings/move", "You have moved. Your followers are being told.")


@signed_in
async def cancel(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /settings/move/cancel``: use this account again."""
    async with request.app[INSTANCE].change() as change:
        await actions.cancel_redirect(change, account_id=viewer.account_id)
    return see_other("/settings/move", "You can use this account again.")


async def _agreeing_target(request: web.Request, viewer: Viewer, form: Form) -> int:
    """Return the account that was typed, once it said itself that it is the viewer's; else note why not."""
    target_id = await _looked_up(request, viewer, form, "target")
    if not form.ok:
        return 0
    try:
        async with asyncio.timeout(SECONDS):
            return await check_target(
                request.app[NETWORK],
                mover_uri=await _uri_of(request, viewer.account_id),
                target_uri=await _uri_of(request, target_id),
            )
    except NoTarget as why:
        form.error("target", str(why))
    except ActivityPubError as error:
        form.error("target", f"The new account could not be read: {error}")
    except TimeoutError:
        form.error("target", "The other server did not answer in time. Try again in a moment.")
    return 0


async def _looked_up(request: web.Request, viewer: Viewer, form: Form, name: str) -> int:
    """Return the account id behind a handle that was typed; else note why there is none."""
    network = request.app[NETWORK]
    handle = handle_from(network.instance.settings, form.text(name, most=LONGEST_HANDLE, least=1))
    if handle is None:
        form.error(name, "A handle looks like @name@server.example.")
    if handle is None or not form.ok:
        return 0
    await count_try(network.instance, LOOKS, subject=str(viewer.account_id))
    try:
        async with asyncio.timeout(SECONDS):
            return await remote_accounts.by_handle(network, handle)
    except (ActivityPubError, WebFingerError) as error:
        form.error(name, f"That account could not be found: {error}")
    except TimeoutError:
        form.error(name, "The other server did not answer in time. Try again in a moment.")
    return 0


async def _uri_of(request: web.Request, account_id: int) -> str:
    uri = await request.app[INSTANCE].database.fetch_value("SELECT uri FROM accounts WHERE id = $1", account_id)
    return str(uri)


async def _show(
    request: web.Request,
    viewer: Viewer,
    *,
    aliasing: Form | None = None,
    leaving: Form | None = None,
    status: int = 200,
) -> web.Response:
    situation = await situation_of(request.app[INSTANCE].database, viewer.account_id)
    if situation is None:
        raise NotFound
    return await render(
        request,
        "moving/move.html",
        status,
        situation=situation,
        aliasing=aliasing or Form(),
        leaving=leaving or Form(),
    )

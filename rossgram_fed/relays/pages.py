"""``/admin/relays``: the relays of this server, for its admins."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from activitypub.errors import ActivityPubError
from activitypub.origin import is_http_url
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.addresses import LONGEST_URI, is_local
from rossgram_fed.federation.network import NETWORK, Network
from rossgram_fed.instance import INSTANCE
from rossgram_fed.relays import actions
from rossgram_fed.relays.actions import Address
from rossgram_fed.relays.queries import relays
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, admin_only

logger = logging.getLogger(__name__)

SECONDS = 12.0
PATH = "/admin/relays"


@admin_only
async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /admin/relays``."""
    return await _page(request, Form())


@admin_only
async def add(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/relays``: ask a relay, given by its inbox or its actor, to take us on."""
    form = form_of(request)
    typed = form.text("address", most=LONGEST_URI, least=1)
    if form.ok:
        try:
            address = await _address_from(request.app[NETWORK], typed)
            async with request.app[INSTANCE].change() as change:
                await actions.subscribe(change, address)
        except Invalid as refusal:
            form.error("address", str(refusal))
    if not form.ok:
        return await _page(request, form, status=422)
    logger.info("%s subscribed this server to the relay %.255r.", viewer.username, typed)
    return see_other(PATH, "The relay was asked.")


@admin_only
async def ask(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/relays/{id}/ask``: ask a relay once more."""
    async with request.app[INSTANCE].change() as change:
        await actions.ask_again(change, id_in_path(request))
    return see_other(PATH, "The relay was asked again.")


@admin_only
async def send(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/relays/{id}/send``: let public photos go to a relay, or not."""
    sends = form_of(request).flag("sends")
    async with request.app[INSTANCE].change() as change:
        await actions.set_sending(change, id_in_path(request), sends=sends)
    return see_other(PATH, "Public photos go to it from now on." if sends else "Nothing more goes to it.")


@admin_only
async def remove(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/relays/{id}/remove``: leave a relay."""
    relay_id = id_in_path(request)
    async with request.app[INSTANCE].change() as change:
        await actions.unsubscribe(change, relay_id)
    logger.info("%s removed the relay %d.", viewer.username, relay_id)
    return see_other(PATH, "The relay was removed.")


async def _address_from(network: Network, typed: str) -> Address:
    """Read what an admin typed: the address of an inbox, or of an actor, which is then looked up.

    Raises ``Invalid`` with what is wrong with it.
    """
    settings = network.instance.settings
    if not is_http_url(typed, settings.development.allow_http_and_private_networks):
        raise Invalid("That is no address of a relay; they look like https://relay.example/inbox.")
    if is_local(settings, typed):
        raise Invalid("That is this server itself.")
    rule = await network.rules.of_address(typed)
    if rule.closed:
        raise Invalid(rule.sentence)
    if typed.rstrip("/").endswith("/inbox"):
        return Address(typed)
    try:
        async with asyncio.timeout(SECONDS):
            account_id = await remote_accounts.by_uri(network, typed)
    except ActivityPubError as error:
        raise Invalid(f"There is no relay at that address: {error}") from error
    except TimeoutError as error:
        raise Invalid("The relay did not answer in time. Try again in a moment.") from error
    inbox = await network.instance.database.fetch_value("SELECT inbox FROM accounts WHERE id = $1", account_id)
    return Address(str(inbox), account_id)


async def _page(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    instance = request.app[INSTANCE]
    return await render(
        request,
        "admin/relays.html",
        status=status,
        form=form,
        relays=await relays(instance.database),
        days=instance.settings.federation.relay_days,
    )

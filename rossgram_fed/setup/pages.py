"""The first-run page: whoever holds the one-time token that ``serve`` prints becomes the admin."""

from __future__ import annotations

import hmac

from aiohttp import web

from rossgram_fed.accounts.forms import SignUpDraft, read_sign_up
from rossgram_fed.accounts.new_users import NameTaken, create_user, prepare_user
from rossgram_fed.accounts.queries import has_admin
from rossgram_fed.instance import INSTANCE
from rossgram_fed.models.accounts import Role
from rossgram_fed.setup.first_run import is_over
from rossgram_fed.web import sessions
from rossgram_fed.web.addresses import address_group, client_address
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.rendering import render
from rossgram_fed.web.secrets import SECRETS
from rossgram_fed.web.throttle import Limit, count_try

TRIES = Limit("setup:address", tries=10, minutes=15)


async def setup_page(request: web.Request) -> web.StreamResponse:
    """``GET /setup?token=…``; 404 once somebody runs this server."""
    if await is_over(request):
        raise NotFound
    form = Form.starting_with({"token": request.query.get("token", "")[:200]})
    return await _show(request, form)


async def set_up(request: web.Request) -> web.StreamResponse:
    """``POST /setup``: makes the admin, once, and signs them in."""
    if await is_over(request):
        raise NotFound
    instance, form = request.app[INSTANCE], form_of(request)
    await count_try(instance, TRIES, subject=address_group(client_address(request)))
    draft = read_sign_up(form, instance.settings)
    expected = request.app[SECRETS].setup_token
    if not expected or not hmac.compare_digest(form.value("token").strip().encode(), expected.encode()):
        form.error("token", "This is not the token that the server printed when it started.")
    if form.ok and await _begin(request, form, draft):
        return see_other("/", f"This server is yours, @{draft.username}. Begin with a photo.")
    return await _show(request, form, status=422)


async def _begin(request: web.Request, form: Form, draft: SignUpDraft) -> bool:
    new = await prepare_user(draft.username, draft.password, role=Role.ADMIN)
    try:
        async with request.app[INSTANCE].change() as change:
            if await has_admin(change.tx):
                raise NotFound
            created = await create_user(change, new)
            await sessions.sign_browser_in(request, change, user_id=created.user_id)
    except NameTaken as taken:
        form.error("username", taken.sentence)
    return form.ok


async def _show(request: web.Request, form: Form, *, status: int = 200) -> web.StreamResponse:
    settings = request.app[INSTANCE].settings
    here = "" if request.host.lower() == settings.host.lower() else request.host
    return await render(request, "setup/setup.html", status, form=form, other_host=here)

"""Coming and going: sign in, sign up, sign out."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.accounts.forms import SignInDraft, SignUpDraft, read_sign_in, read_sign_up
from rossgram_fed.accounts.joining import INVITED, InviteSpent, check_open, count_joining, join
from rossgram_fed.accounts.new_users import NameTaken, prepare_user
from rossgram_fed.accounts.passwords import password_matches
from rossgram_fed.accounts.queries import UserRecord, user_by_username
from rossgram_fed.config import Registration
from rossgram_fed.instance import INSTANCE, Instance
from rossgram_fed.web import sessions
from rossgram_fed.web.addresses import address_group, client_address
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form, safe_next
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in, viewer_of
from rossgram_fed.web.throttle import Limit, count_try, forget_tries

BY_ACCOUNT = Limit("sign-in:account", tries=5, minutes=15)
BY_ADDRESS = Limit("sign-in:address", tries=30, minutes=15)

WRONG = "This name and this password do not belong together."
"""The same for names that exist and names that do not."""

SUSPENDED = (
    "This account is suspended: nobody can sign in to it, and nobody sees it. If you think that is a mistake, write to "
    "the people who run this server."
)
"""For those alone who know the password, so that nobody else learns it here."""


async def sign_in_page(request: web.Request) -> web.StreamResponse:
    """``GET /sign-in``."""
    goal = safe_next(request.query.get("next", ""))
    if await viewer_of(request) is not None:
        return see_other(goal)
    return await render(request, "accounts/sign_in.html", form=Form(), next=goal)


async def sign_in(request: web.Request) -> web.StreamResponse:
    """``POST /sign-in``: the sixth wrong password in a quarter of an hour has to wait."""
    instance, form = request.app[INSTANCE], form_of(request)
    goal = safe_next(form.value("next"))
    draft = read_sign_in(form, instance.settings)
    user = await _recognise(request, instance, draft)
    if user is None:
        form.error("", WRONG)
        return await render(request, "accounts/sign_in.html", 422, form=form, next=goal)
    await forget_tries(instance, BY_ACCOUNT, subject=draft.username)
    if user.suspended:
        form.error("", SUSPENDED)
        return await render(request, "accounts/sign_in.html", 403, form=form, next=goal)
    async with instance.change() as change:
        await sessions.sign_browser_in(request, change, user_id=user.id)
    return see_other(goal)


async def _recognise(request: web.Request, instance: Instance, draft: SignInDraft) -> UserRecord | None:
    await count_try(instance, BY_ADDRESS, subject=address_group(client_address(request)))
    await count_try(instance, BY_ACCOUNT, subject=draft.username)
    user = await user_by_username(instance.database, draft.username)
    known = user if user is not None and (user.active or user.suspended) else None
    matches = await password_matches(draft.password, known.password_hash if known else None)
    return known if matches else None


async def sign_up_page(request: web.Request) -> web.StreamResponse:
    """``GET /sign-up``, as open as the settings say; an invitation's link carries its code."""
    if await viewer_of(request) is not None:
        return see_other("/")
    registration = request.app[INSTANCE].settings.server.registration
    if registration is Registration.CLOSED:
        return await render(request, "accounts/closed.html", 403)
    form = Form.starting_with({"invite": request.query.get("invite", "")[:100]})
    return await render(request, "accounts/sign_up.html", form=form)


async def sign_up(request: web.Request) -> web.StreamResponse:
    """``POST /sign-up``: makes the account and signs its owner in."""
    instance, form = request.app[INSTANCE], form_of(request)
    check_open(instance.settings)
    await count_joining(instance, address=address_group(client_address(request)))
    draft = read_sign_up(form, instance.settings)
    if instance.settings.server.registration is Registration.INVITE and not draft.invite:
        form.error("invite", INVITED)
    if form.ok and await _join(request, instance, form, draft=draft):
        return see_other("/", f"Welcome, @{draft.username}. Post a photo, or find people to follow under Explore.")
    return await render(request, "accounts/sign_up.html", 422, form=form)


async def _join(request: web.Request, instance: Instance, form: Form, *, draft: SignUpDraft) -> bool:
    new = await prepare_user(draft.username, draft.password)
    try:
        async with instance.change() as change:
            created = await join(change, new, invite=draft.invite)
            await sessions.sign_browser_in(request, change, user_id=created.user_id)
    except NameTaken as taken:
        form.error("username", taken.sentence)
    except InviteSpent as spent:
        form.error("invite", spent.sentence)
    return form.ok


@signed_in
async def sign_out(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /sign-out``."""
    async with request.app[INSTANCE].change() as change:
        await sessions.end(change, user_id=viewer.user_id, session_id=viewer.session_id)
    sessions.forget_browser(request)
    return see_other("/", "You are signed out.")

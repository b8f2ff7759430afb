"""Settings about who one is: the menu, the profile with its avatar, the password, sessions, invitations, the end."""

from __future__ import annotations

import secrets

from aiohttp import web

from rossgram_fed.accounts import actions
from rossgram_fed.accounts.bio import typed_links
from rossgram_fed.accounts.forms import MOST_LINKS, read_password, read_profile
from rossgram_fed.accounts.own_password import check_own_password
from rossgram_fed.accounts.passwords import hash_password
from rossgram_fed.accounts.profiles import Profile, profile_of
from rossgram_fed.accounts.queries import open_invites
from rossgram_fed.config import Registration
from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.errors import BadPicture, NotStored
from rossgram_fed.media.keeping import Files, remove_files, write_files
from rossgram_fed.media.pictures import Recipe
from rossgram_fed.media.quota import share_of
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.oauth.callers import revoke_all
from rossgram_fed.web import sessions
from rossgram_fed.web.bodies import takes_uploads
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in


@signed_in
async def settings_page(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /settings``: where to go from here."""
    instance = request.app[INSTANCE]
    share = await share_of(instance.database, viewer.account_id, limits=instance.settings.limits, always=True)
    return await render(request, "accounts/settings.html", may_invite=_may_invite(request, viewer), share=share)


@signed_in
async def profile_page(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /settings/profile``."""
    profile = await _own_profile(request, viewer)
    return await _show_profile(request, profile, _profile_form(profile))


@signed_in
@takes_uploads
async def save_profile(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/profile``."""
    form, folder = form_of(request), request.app[STORAGE]
    draft = read_profile(form)
    avatar = await _develop(request, form, Recipe.AVATAR)
    header = await _develop(request, form, Recipe.HEADER)
    if not form.ok:
        await remove_files(folder, *(one for one in (avatar, header) if one is not None))
        return await _show_profile(request, await _own_profile(request, viewer), form, status=422)
    try:
        async with request.app[INSTANCE].change() as change:
            await actions.update_profile(
                change, account_id=viewer.account_id, draft=draft, avatar=avatar, header=header
            )
    except BaseException:
        await remove_files(folder, *(one for one in (avatar, header) if one is not None))
        raise
    return see_other("/settings/profile", "Your profile is saved.")


async def _develop(request: web.Request, form: Form, recipe: Recipe) -> Files | None:
    uploads = form.files(recipe)
    if not uploads:
        return None
    if uploads[0].too_large:
        form.error(recipe, "This file is larger than this server takes.")
        return None
    try:
        picture = await request.app[STUDIO].develop(await uploads[0].read(), recipe=recipe)
        return await write_files(request.app[STORAGE], picture)
    except (BadPicture, NotStored) as refusal:
        form.error(recipe, refusal.reason)
        return None


async def _own_profile(request: web.Request, viewer: Viewer) -> Profile:
    profile = await profile_of(request.app[INSTANCE].database, viewer.account_id)
    if profile is None or profile.deleted:
        raise NotFound
    return profile


def _profile_form(profile: Profile) -> Form:
    form = Form.starting_with({"name": profile.account.name, "bio": profile.bio})
    for name, value in typed_links(profile.links):
        form.values.add("link_name", name)
        form.values.add("link_value", value)
    switches = {
        "locked": profile.account.locked,
        "discoverable": profile.discoverable,
        "indexable": profile.account.indexable,
        "hides_network": profile.hides_network,
        "bot": profile.bot,
    }
    for switch, on in switches.items():
        if on:
            form.values.add(switch, "1")
    return form


async def _show_profile(request: web.Request, profile: Profile, form: Form, *, status: int = 200) -> web.StreamResponse:
    names, values = form.values.getall("link_name", []), form.values.getall("link_value", [])
    links = [*zip(names, values, strict=False), *[("", "")] * MOST_LINKS][:MOST_LINKS]
    return await render(request, "accounts/profile.html", status, profile=profile, form=form, links=links)


@signed_in
async def account_page(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /settings/account``: the password, and the end."""
    return await render(request, "accounts/account.html", form=Form(), leaving=Form())


@signed_in
async def change_password(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/account/password``: a new password signs every other browser out."""
    instance, form = request.app[INSTANCE], form_of(request)
    draft = read_password(form, username=viewer.username)
    await check_own_password(request, viewer, form, name="current", password=draft.current)
    if not form.ok:
        return await render(request, "accounts/account.html", 422, form=form, leaving=Form())
    password_hash = await hash_password(draft.new)
    async with instance.change() as change:
        await actions.change_password(
            change, user_id=viewer.user_id, password_hash=password_hash, keep_session=viewer.session_id
        )
    return see_other("/settings/account", "Your password is changed. Other browsers and all apps are signed out.")


@signed_in
async def delete_account(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/account/delete``: for those who type their own name and password."""
    form = form_of(request)
    if form.text("username", most=320).lower().lstrip("@") != viewer.username:
        form.error("username", f"Type {viewer.username} here, so that nothing ends by accident.")
    else:
        await check_own_password(request, viewer, form, name="password", password=form.secret("password"))
    if not form.ok:
        return await render(request, "accounts/account.html", 422, form=Form(), leaving=form)
    async with request.app[INSTANCE].change() as change:
        await actions.delete_account(change, account_id=viewer.account_id)
    sessions.forget_browser(request)
    return see_other("/", "Your account is deleted.")


@signed_in
async def sessions_page(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /settings/sessions``: where one is signed in."""
    found = await sessions.open_sessions(request.app[INSTANCE], user_id=viewer.user_id)
    return await render(request, "accounts/sessions.html", sessions=found)


@signed_in
async def end_session(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/sessions/{id}/end``."""
    session_id = id_in_path(request)
    async with request.app[INSTANCE].change() as change:
        if not await sessions.end(change, user_id=viewer.user_id, session_id=session_id):
            raise NotFound
    if session_id == viewer.session_id:
        sessions.forget_browser(request)
        return see_other("/", "You are signed out.")
    return see_other("/settings/sessions", "That browser is signed out.")


@signed_in
async def end_all_sessions(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/sessions/end-all``: sign out everywhere, here and in apps too."""
    async with request.app[INSTANCE].change() as change:
        await sessions.end_all(change, user_id=viewer.user_id)
        await revoke_all(change, user_id=viewer.user_id)
    sessions.forget_browser(request)
    return see_other("/", "You are signed out everywhere.")


@signed_in
async def invites_page(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /settings/invites``."""
    return await _show_invites(request, viewer, link="")


@signed_in
async def create_invite(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/invites``: the link is shown this once, because only its hash is kept."""
    if not _may_invite(request, viewer):
        raise NotFound
    code = secrets.token_urlsafe(16)
    async with request.app[INSTANCE].change() as change:
        await actions.create_invite(change, user_id=viewer.user_id, code=code)
    base = request.app[INSTANCE].settings.base_url
    return await _show_invites(request, viewer, link=f"{base}/sign-up?invite={code}")


@signed_in
async def withdraw_invite(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/invites/{id}/withdraw``."""
    async with request.app[INSTANCE].change() as change:
        await actions.withdraw_invite(change, user_id=viewer.user_id, invite_id=id_in_path(request))
    return see_other("/settings/invites", "That invitation opens nothing any more.")


async def _show_invites(request: web.Request, viewer: Viewer, *, link: str) -> web.StreamResponse:
    if not _may_invite(request, viewer):
        raise NotFound
    instance = request.app[INSTANCE]
    found = await open_invites(instance.database, user_id=viewer.user_id, now=instance.clock())
    return await render(request, "accounts/invites.html", invites=found, link=link, days=actions.INVITE_DAYS)


def _may_invite(request: web.Request, viewer: Viewer) -> bool:
    """Say whether invitations mean anything here; a closed server's admins have the command line."""
    return request.app[INSTANCE].settings.server.registration is Registration.INVITE

"""The settings of what new posts begin with."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.accounts.preferences import (
    AUDIENCE_NAMES,
    LANGUAGE,
    POLICIES,
    Preferences,
    preferences_of,
    set_preferences,
)
from rossgram_fed.accounts.time_zones import zones
from rossgram_fed.instance import INSTANCE
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in

AUDIENCES = {name: visibility for visibility, name in AUDIENCE_NAMES.items()}


@signed_in
async def show(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /settings/posts``."""
    chosen = await preferences_of(request.app[INSTANCE].database, user_id=viewer.user_id)
    return await render(request, "accounts/posts.html", form=Form.starting_with(chosen.as_typed))


@signed_in
async def save(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/posts``."""
    form = form_of(request)
    chosen = Preferences(
        comment_policy=form.choice("comments", POLICIES, Policy.EVERYONE),
        quote_policy=form.choice("quotes", POLICIES, Policy.EVERYONE),
        require_descriptions=form.flag("require_descriptions"),
        time_zone=form.text("zone", most=64),
        visibility=form.choice("visibility", AUDIENCES, Visibility.PUBLIC),
        sensitive=form.flag("sensitive"),
        language=form.text("language", most=16),
    )
    if chosen.language and not LANGUAGE.fullmatch(chosen.language):
        form.error("language", "Write a language as a code of two letters, such as en or es, or leave this empty.")
    if chosen.time_zone and chosen.time_zone not in zones():
        form.error("zone", "Choose a time zone by its name, such as Europe/Madrid or UTC.")
    if not form.ok:
        return await render(request, "accounts/posts.html", 422, form=form)
    async with request.app[INSTANCE].change() as change:
        await set_preferences(change, chosen, user_id=viewer.user_id)
    return see_other("/settings/posts", "Saved; it counts for new posts.")

"""The settings of what photos tell."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.accounts.photo_preferences import (
    TAG_POLICIES,
    PhotoPreferences,
    photo_preferences_of,
    set_photo_preferences,
)
from rossgram_fed.instance import INSTANCE
from rossgram_fed.licences import CHOICES
from rossgram_fed.models.accounts import TagPolicy
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in


@signed_in
async def show(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /settings/photos``."""
    chosen = await photo_preferences_of(request.app[INSTANCE].database, user_id=viewer.user_id)
    return await render(request, "accounts/photos.html", form=Form.starting_with(chosen.as_typed), licences=CHOICES)


@signed_in
async def save(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/photos``."""
    form = form_of(request)
    chosen = PhotoPreferences(
        shows_exif=form.flag("exif"),
        licence=form.choice("licence", {"": ""} | {one.name: one.name for one in CHOICES}, ""),
        tag_policy=form.choice("tags", TAG_POLICIES, TagPolicy.EVERYONE),
    )
    if not form.ok:
        return await render(request, "accounts/photos.html", 422, form=form, licences=CHOICES)
    async with request.app[INSTANCE].change() as change:
        await set_photo_preferences(change, chosen, user_id=viewer.user_id)
    return see_other("/settings/photos", "Saved.")

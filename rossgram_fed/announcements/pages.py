"""``/admin/announcements``, where admins write and end them, and the button that puts one away."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.announcements import actions
from rossgram_fed.announcements.queries import all_of_them
from rossgram_fed.instance import INSTANCE
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form, safe_next
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, admin_only, signed_in

PATH = "/admin/announcements"
DAY = 86_400_000
LENGTHS: dict[str, int | None] = {"": None, "1": DAY, "3": 3 * DAY, "7": 7 * DAY, "30": 30 * DAY}
"""How long one is shown, by what the form calls it."""


@admin_only
async def show(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /admin/announcements``."""
    return await _page(request, Form())


@admin_only
async def write(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /admin/announcements``."""
    form = form_of(request)
    text = form.text("text", most=actions.LONGEST, least=1, lines=True)
    length = form.choice("days", LENGTHS, None)
    if not form.ok:
        return await _page(request, form, status=422)
    async with request.app[INSTANCE].change() as change:
        await actions.announce(change, text=text, ends_at=change.now + length if length else None)
    return see_other(PATH, "Everybody who is signed in sees it now.")


@admin_only
async def end(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /admin/announcements/{id}/end``."""
    async with request.app[INSTANCE].change() as change:
        await actions.end(change, announcement_id=id_in_path(request))
    return see_other(PATH, "It is shown to nobody any more.")


@signed_in
async def dismiss(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /announcements/{id}/dismiss``."""
    async with request.app[INSTANCE].change() as change:
        await actions.dismiss(change, announcement_id=id_in_path(request), account_id=viewer.account_id)
    return see_other(safe_next(form_of(request).value("next")))


async def _page(request: web.Request, form: Form, *, status: int = 200) -> web.StreamResponse:
    instance = request.app[INSTANCE]
    found = await all_of_them(instance.database, instance.settings)
    return await render(request, "announcements/admin.html", status, form=form, announcements=found)

"""The admins' page about what takes the space, and who may take how much of it."""

from __future__ import annotations

import asyncio
import logging
import shutil

from aiohttp import web

from rossgram_fed.admin.storage_queries import largest_holders, space
from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.quota import MEGABYTE, set_quota
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, admin_only

logger = logging.getLogger(__name__)

MOST_MEGABYTES = 100_000_000


@admin_only
async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /admin/storage``."""
    return await _show(request, Form())


@admin_only
async def give_share(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/storage/share``: how many megabytes somebody here may use; empty for what everybody has."""
    form = form_of(request)
    username = form.text("username", most=31, least=1).removeprefix("@").lower()
    typed = form.text("megabytes", most=9)
    if typed and not (typed.isascii() and typed.isdecimal() and int(typed) <= MOST_MEGABYTES):
        form.error("megabytes", f"Write a whole number up to {MOST_MEGABYTES}, 0 for no bound, or nothing.")
    if form.ok:
        async with request.app[INSTANCE].change() as change:
            found = await set_quota(change, username=username, megabytes=int(typed) if typed else None)
        if found:
            logger.info("%s gave %s a share of %s MB.", viewer.username, username, typed or "the usual")
            return see_other("/admin/storage", "Their share is changed.")
        form.error("username", "Nobody here has this name.")
    return await _show(request, form, status=422)


async def _show(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    instance, storage = request.app[INSTANCE], request.app[STORAGE]
    disk = await asyncio.to_thread(shutil.disk_usage, instance.settings.storage.data)
    limits = instance.settings.limits
    return await render(
        request,
        "admin/storage.html",
        status=status,
        form=form,
        space=await space(instance.database),
        holders=await largest_holders(instance.database),
        usual=limits.quota_megabytes * MEGABYTE,
        cache=limits.remote_media_cache_megabytes * MEGABYTE,
        free=disk.free,
        reserve=storage.reserve,
        in_bucket=instance.settings.storage.photos_in.value == "s3",
        bucket=instance.settings.s3.bucket,
    )

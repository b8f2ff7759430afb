"""Notifications: who asks to follow, and what happened to the viewer's posts. Looking marks them as read."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.follows.queries import requests
from rossgram_fed.instance import INSTANCE
from rossgram_fed.notifications.actions import mark_read
from rossgram_fed.notifications.queries import notifications_page
from rossgram_fed.notifications.requests import pending
from rossgram_fed.web.paging import cursor_of, page_of
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in

PAGE_SIZE = 30
REQUESTS_SHOWN = 50


@signed_in
async def notifications(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /notifications``: requests first, then the news, the newest first."""
    instance = request.app[INSTANCE]
    before = cursor_of(request)
    found = await notifications_page(instance.database, viewer.account_id, before=before, limit=PAGE_SIZE + 1)
    page = page_of(found, PAGE_SIZE, id_of=lambda news: news.id, before=before)
    asking = () if before else await requests(instance.database, viewer.account_id, limit=REQUESTS_SHOWN)
    if any(news.unread for news in page):
        async with instance.change() as change:
            await mark_read(change, account_id=viewer.account_id, up_to=page.items[0].id)
    held = 0 if before else (await pending(instance.database, viewer.account_id)).requests
    return await render(request, "notifications/list.html", page=page, requests=asking, held=held)

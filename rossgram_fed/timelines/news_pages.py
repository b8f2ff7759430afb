"""Notifications: who asks to follow, and what happened to the viewer's posts. Looking marks them as read."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from rossgram_fed.follows.queries import requests
from rossgram_fed.instance import INSTANCE
from rossgram_fed.notifications.actions import mark_read
from rossgram_fed.notifications.folding import folded
from rossgram_fed.notifications.queries import NotificationView, notifications_page
from rossgram_fed.notifications.requests import pending
from rossgram_fed.posts.sifted import sifted_by_ids
from rossgram_fed.web.paging import Page, cursor_of, page_of
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
    page = await _sifted(request, viewer, page)
    held = 0 if before else (await pending(instance.database, viewer.account_id)).requests
    return await render(request, "notifications/list.html", page=page, lines=folded(page), requests=asking, held=held)


async def _sifted(request: web.Request, viewer: Viewer, page: Page[NotificationView]) -> Page[NotificationView]:
    """Return news without those of posts that a filter leaves out, and without the words of others that it names."""
    ids = sorted({news.post_id for news in page if news.post_id is not None})
    found = await sifted_by_ids(request.app[INSTANCE], viewer.account_id, ids, context="notifications")
    if not found.titles:
        return page
    kept = [news for news in page if news.post_id not in found.hidden]
    items = tuple(
        replace(news, excerpt=f"Filtered: {found.titles[news.post_id]}", thumb="")
        if news.post_id in found.titles
        else news
        for news in kept
    )
    return replace(page, items=items, left_out=len(page) - len(items))

"""The lists of what somebody has not published (drafts, posts that wait for their time), and what to do with each."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.federation.network import NETWORK
from rossgram_fed.instance import INSTANCE
from rossgram_fed.jobs.pruning import FORGOTTEN_DRAFTS
from rossgram_fed.posts import saved, scheduling
from rossgram_fed.posts.introductions import meet_mentioned
from rossgram_fed.web.errors import NotFound, Refusal
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in


@signed_in
async def drafts(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /drafts``: what was begun and not published."""
    database = request.app[INSTANCE].database
    found = await saved.drafts_of(database, viewer.account_id, scheduled=False)
    thumbs = await saved.thumbs_of(database, found)
    return await render(request, "posts/drafts.html", drafts=found, thumbs=thumbs, kept_for=FORGOTTEN_DRAFTS)


@signed_in
async def scheduled(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /scheduled``: what waits for its time, the next one first."""
    database = request.app[INSTANCE].database
    found = await saved.drafts_of(database, viewer.account_id, scheduled=True)
    times = {
        draft.id: scheduling.in_words(draft.publish_at, draft.zone) for draft in found if draft.publish_at is not None
    }
    thumbs = await saved.thumbs_of(database, found)
    return await render(request, "posts/scheduled.html", drafts=found, thumbs=thumbs, times=times)


@signed_in
async def delete(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /drafts/{id}/delete``."""
    async with request.app[INSTANCE].change() as change:
        if not await saved.forget(change, id_in_path(request), account_id=viewer.account_id):
            raise NotFound("There is no such draft of yours (any more).")
    return see_other("/drafts", "The draft is deleted.")


@signed_in
async def cancel(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /drafts/{id}/cancel``: let it wait as a draft, without a time."""
    async with request.app[INSTANCE].change() as change:
        await scheduling.unschedule(change, id_in_path(request), account_id=viewer.account_id)
    return see_other("/drafts", "It will not be published by itself any more.")


@signed_in
async def publish(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /drafts/{id}/publish``: publish what waits for its time now."""
    instance = request.app[INSTANCE]
    draft = await saved.draft_of(instance.database, viewer.account_id, draft_id=id_in_path(request))
    if draft is None or draft.post_id is not None:
        raise NotFound("There is no such draft of yours (any more).")
    await meet_mentioned(request.app[NETWORK], draft.naming)
    try:
        async with instance.change() as change:
            post_id = await scheduling.publish_now(change, draft, at=draft.publish_at)
    except Refusal as refusal:
        return see_other(f"/drafts/{draft.id}", refusal.sentence)
    return see_other(f"/p/{post_id}", "Posted.")

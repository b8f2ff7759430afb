"""The page of a post's deliveries, for its author and for those who run the server; to others it is not there."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.deliveries import actions
from rossgram_fed.deliveries.queries import MOST_SERVERS, Subject, sendings_of, subject_of
from rossgram_fed.instance import INSTANCE
from rossgram_fed.jobs.pruning import KEPT_WHEN_DONE
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in
from rossgram_fed.web.throttle import Limit, count_try

TRIES = Limit("deliveries:try", 20, 10)


@signed_in
async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /p/{id}/deliveries``: what was sent about a post, the newest first, and to whom."""
    instance, subject = request.app[INSTANCE], await _subject(request, viewer)
    return await render(
        request,
        "deliveries/post.html",
        subject=subject,
        own=subject.author_id == viewer.account_id,
        sendings=await sendings_of(instance.database, subject, now=instance.clock()),
        most=MOST_SERVERS,
        forgotten_before=instance.clock() - KEPT_WHEN_DONE,
    )


@signed_in
async def try_now(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/deliveries/try``: do not wait for the next try."""
    instance, subject = request.app[INSTANCE], await _subject(request, viewer)
    await count_try(instance, TRIES, subject=str(viewer.user_id))
    async with instance.change() as change:
        await actions.try_now(change, sender_id=subject.author_id, activity_ids=subject.activity_ids)
    return see_other(f"{subject.path}/deliveries", "It is being tried now; load this page again in a moment.")


async def _subject(request: web.Request, viewer: Viewer) -> Subject:
    subject = await subject_of(request.app[INSTANCE], id_in_path(request))
    if subject is None or not (subject.author_id == viewer.account_id or viewer.is_admin):
        raise NotFound
    return subject

"""Posting from apps: now or at a time, once for each idempotency key, with words, photos, videos and polls."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from rossgram_fed.accounts.preferences import preferences_of
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.scheduled import ScheduledStatus
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.media_changes import change_media
from rossgram_fed.api.reading_scheduled import scheduled_by_id
from rossgram_fed.api.status_params import StatusParams, draft_from, instant_from
from rossgram_fed.api.statuses import post_id_of, shown
from rossgram_fed.api.table import Route
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.instance import Change
from rossgram_fed.polls.drafts import checked
from rossgram_fed.posts import actions, saved, scheduling
from rossgram_fed.posts.drafts import PostDraft, check_photos, check_words
from rossgram_fed.posts.from_apps import form_of
from rossgram_fed.posts.introductions import meet_mentioned
from rossgram_fed.posts.repeating import Answered, answer, earlier


async def post(call: Call, params: StatusParams) -> Status | ScheduledStatus:
    """Publish a post, or have it published at a time."""
    draft = await _draft(call, params)
    at = instant_from(params.scheduled_at, now=call.instance.clock()) if params.scheduled_at else None
    await change_media(call, params.media_attributes or [], among=[photo.id for photo in draft.photos])
    await meet_mentioned(call.request.app[NETWORK], draft.naming)
    key, body = call.request.headers.get("Idempotency-Key", ""), msgspec.json.encode(params, enc_hook=int).decode()
    async with call.instance.change() as change:
        made = await earlier(change, key, body, user_id=call.user_id)
        if made is None:
            made = await _make(change, draft, at, account_id=call.account_id)
            await answer(change, key, user_id=call.user_id, made=made)
    return await scheduled_by_id(call, made.id) if made.scheduled else await shown(call, made.id)


async def _draft(call: Call, params: StatusParams) -> PostDraft:
    assert call.caller is not None
    chosen = await preferences_of(call.database, user_id=call.user_id)
    draft = draft_from(params, chosen, app_id=call.caller.app_id)
    if draft.parent_id is not None:
        draft = replace(draft, parent_id=await post_id_of(call, draft.parent_id))
    if draft.quoted_id is not None:
        draft = replace(draft, quoted_id=await post_id_of(call, draft.quoted_id))
    return draft


async def _make(change: Change, draft: PostDraft, at: int | None, *, account_id: int) -> Answered:
    """Publish a draft, or keep it until ``at``; what is wrong with it already is said now."""
    if at is None:
        return Answered(await actions.publish(change, author_id=account_id, draft=draft), scheduled=False)
    check_words(draft, change.settings.limits)
    check_photos(draft.photos, change.settings.limits, words=True, caption=draft.caption)
    if draft.poll is not None:
        draft = replace(draft, poll=checked(draft.poll))
    form = await form_of(change.tx, draft, account_id=account_id)
    photo_ids = [photo.id for photo in draft.photos]
    draft_id = await saved.save(change, form, account_id=account_id, photo_ids=photo_ids, draft_id=None)
    await scheduling.schedule(change, draft_id, account_id=account_id, at=at, zone="UTC")
    return Answered(draft_id, scheduled=True)


ROUTES = (
    Route(
        "POST",
        "/api/v1/statuses",
        post,
        scope="write:statuses",
        takes=StatusParams,
        gives=Status | ScheduledStatus,
    ),
)

"""Drafts that wait for their time, read for apps: with all that the app sent that made them."""

from __future__ import annotations

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.media import media_from
from rossgram_fed.api.entities.scheduled import Parameters, PollParameters, ScheduledStatus
from rossgram_fed.api.entities.words import VISIBILITIES, instant
from rossgram_fed.posts.drafts import PostDraft
from rossgram_fed.posts.from_apps import draft_of
from rossgram_fed.posts.saved import Draft, photos_in
from rossgram_fed.posts.saved import draft_of as saved_draft
from rossgram_fed.web.errors import NotFound


async def scheduled_by_id(call: Call, draft_id: int) -> ScheduledStatus:
    """Return somebody's own draft that waits for its time; raise ``NotFound``."""
    return await scheduled_from(call, await waiting_draft(call, draft_id))


async def waiting_draft(call: Call, draft_id: int) -> Draft:
    """Return the draft itself; raise ``NotFound`` for one that waits for no time, or is somebody else's."""
    draft = await saved_draft(call.database, call.account_id, draft_id=draft_id)
    if draft is None or draft.publish_at is None:
        raise NotFound("Record not found")
    return draft


async def scheduled_from(call: Call, draft: Draft) -> ScheduledStatus:
    """Return a draft as apps see it."""
    photos = await photos_in(call.database, call.account_id, draft)
    return ScheduledStatus(
        id=str(draft.id),
        scheduled_at=instant(draft.publish_at or 0),
        params=_parameters(draft_of(draft.form, call.settings.limits)),
        media_attachments=[media_from(photo, call.settings, open_to_all=False) for photo in photos],
    )


def _parameters(draft: PostDraft) -> Parameters:
    poll = draft.poll
    return Parameters(
        text=draft.caption,
        poll=None
        if poll is None
        else PollParameters(list(poll.options), poll.seconds, poll.multiple, poll.hides_totals),
        media_ids=[str(photo.id) for photo in draft.photos] or None,
        sensitive=draft.sensitive,
        spoiler_text=draft.warning or None,
        visibility=VISIBILITIES[draft.visibility],
        in_reply_to_id=_text(draft.parent_id),
        language=draft.language or None,
        application_id=_text(draft.app_id),
        quoted_status_id=_text(draft.quoted_id),
    )


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)

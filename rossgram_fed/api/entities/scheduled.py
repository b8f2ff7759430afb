"""Posts that wait for their time, as apps see them (https://docs.joinmastodon.org/entities/ScheduledStatus/)."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.entities.media import Media


class PollParameters(msgspec.Struct):
    """A poll as it was sent."""

    options: list[str]
    expires_in: int
    multiple: bool
    hide_totals: bool


class Parameters(msgspec.Struct):
    """A post as it was sent."""

    text: str
    poll: PollParameters | None
    media_ids: list[str] | None
    sensitive: bool | None
    spoiler_text: str | None
    visibility: str
    in_reply_to_id: str | None
    language: str | None
    application_id: str | None
    quoted_status_id: str | None
    scheduled_at: None = None
    idempotency: None = None
    with_rate_limit: bool = False


class ScheduledStatus(msgspec.Struct):
    """A post that waits for its time."""

    id: str
    scheduled_at: str
    params: Parameters
    media_attachments: list[Media]

"""What apps send to post and to edit, read into drafts. The words are Mastodon's, and some Pixelfed's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec

from rossgram_fed.accounts.preferences import LANGUAGE, Preferences
from rossgram_fed.api.entities.words import AUDIENCES
from rossgram_fed.api.parameters import Id
from rossgram_fed.media.pictures import Focal
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.polls.drafts import PollDraft
from rossgram_fed.posts.details import PostDetails
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.web.errors import Invalid

POLICIES = {"public": Policy.EVERYONE, "followers": Policy.FOLLOWERS, "nobody": Policy.NOBODY}
"""Who may quote, in Mastodon's words."""
LEAST_AHEAD = 5 * 60_000
"""Milliseconds between now and the time of a scheduled post."""
_LAST = 253_402_300_799_000
"""The end of the year 9999, behind which no instant can be written."""

Approval = Literal["public", "followers", "nobody"]


class PollParams(msgspec.Struct, kw_only=True):
    """A poll to ask."""

    options: list[str] = []
    expires_in: int | None = None
    multiple: bool | None = None
    hide_totals: bool | None = None

    def draft(self) -> PollDraft | None:
        """Return it as a draft; None for no poll."""
        if not self.options:
            return None
        return PollDraft(
            tuple(self.options),
            self.expires_in or 86_400,
            multiple=bool(self.multiple),
            hides_totals=bool(self.hide_totals),
        )


class MediaAttributes(msgspec.Struct, kw_only=True):
    """What changes about a file of a post."""

    id: Id
    description: str | None = None
    focus: str | None = None


class StatusParams(msgspec.Struct, kw_only=True):
    """A post to publish."""

    status: str | None = None
    media_ids: list[Id] | None = None
    media_attributes: list[MediaAttributes] | None = None
    poll: PollParams | None = None
    in_reply_to_id: Id | None = None
    sensitive: bool | None = None
    spoiler_text: str | None = None
    visibility: Literal["public", "unlisted", "private", "direct", ""] | None = None
    language: str | None = None
    scheduled_at: str | None = None
    quoted_status_id: Id | None = None
    quote_id: Id | None = None
    """How other servers and older apps call ``quoted_status_id``."""
    quote_approval_policy: Approval | None = None
    place_id: Id | None = None
    """The number of a city at GeoNames."""
    comments_disabled: bool | None = None
    cw: bool | None = None
    """How Pixelfed's older apps call ``sensitive``."""


class EditParams(msgspec.Struct, kw_only=True):
    """What a post shall say from now on. What is not sent stays as it is; ``poll`` as null takes the poll away."""

    status: str | None = None
    spoiler_text: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    media_ids: list[Id] | None = None
    media_attributes: list[MediaAttributes] | None = None
    poll: PollParams | msgspec.UnsetType | None = msgspec.UNSET
    quote_approval_policy: Approval | None = None
    place_id: Id | None = None
    comments_disabled: bool | None = None


def draft_from(params: StatusParams, chosen: Preferences, *, app_id: int) -> PostDraft:
    """Return what an app wants to publish; what it does not say is as its person chose."""
    sensitive = params.cw if params.sensitive is None else params.sensitive
    return PostDraft(
        caption=params.status or "",
        visibility=AUDIENCES[params.visibility] if params.visibility else chosen.visibility or Visibility.PUBLIC,
        photos=photos_from(params.media_ids or [], params.media_attributes),
        warning=" ".join((params.spoiler_text or "").split()),
        sensitive=chosen.sensitive if sensitive is None else sensitive,
        language=language_from(params.language) or chosen.language,
        comment_policy=comment_policy(params.comments_disabled, chosen.comment_policy),
        quote_policy=POLICIES.get(params.quote_approval_policy or "", chosen.quote_policy),
        parent_id=params.in_reply_to_id,
        quoted_id=params.quoted_status_id or params.quote_id,
        details=PostDetails(place=params.place_id or 0),
        poll=params.poll.draft() if params.poll else None,
        words_alone=True,
        app_id=app_id,
    )


def comment_policy(disabled: bool | None, usual: Policy) -> Policy:
    """Return who may comment, where an app says whether nobody may or (with None) nothing about it."""
    if disabled is None:
        return usual
    if disabled:
        return Policy.NOBODY
    return Policy.EVERYONE if usual is Policy.NOBODY else usual


def photos_from(ids: list[Id], attributes: list[MediaAttributes] | None) -> tuple[DraftPhoto, ...]:
    """Return the files of a post in their order, with the descriptions that came with them."""
    words = {one.id: one.description for one in attributes or []}
    return tuple(DraftPhoto(int(one), words.get(one)) for one in ids)


def language_from(code: str | None) -> str:
    """Return a language as posts keep it; nothing for what is no language."""
    code = (code or "").replace("_", "-")
    return code if LANGUAGE.fullmatch(code) and len(code) <= 16 else ""


def focal_from(text: str | None) -> Focal | None:
    """Read ``x,y`` with both from -1 to 1; None for nothing; raise ``Invalid`` for what is no point."""
    if not text:
        return None
    try:
        across, up = (float(part) for part in text.split(","))
    except ValueError:
        raise Invalid("Validation failed: A focus is two numbers from -1 to 1 with a comma between them.") from None
    if not (-1 <= across <= 1 and -1 <= up <= 1):
        raise Invalid("Validation failed: A focus is two numbers from -1 to 1 with a comma between them.")
    return across, up


def instant_from(text: str, *, now: int) -> int:
    """Read the time of a scheduled post (ISO 8601; UTC where no zone is named), in milliseconds since 1970 UTC.

    Raises ``Invalid``, in Mastodon's words, for what is no time, or too near.
    """
    try:
        moment = datetime.fromisoformat(text)
        instant = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Invalid("Record invalid") from None
    if instant > _LAST:
        raise Invalid("Record invalid")
    if instant < now + LEAST_AHEAD:
        raise Invalid("Validation failed: Scheduled at must be at least five minutes in the future")
    return instant

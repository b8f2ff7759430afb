"""What a post says as its author typed it, and what it said before."""

from __future__ import annotations

from typing import Any

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.media import Media, media_from
from rossgram_fed.api.entities.words import instant
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.api.statuses import resolved
from rossgram_fed.api.table import Route, Who
from rossgram_fed.config import Settings
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.history import Version, history_of
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.views import PostView
from rossgram_fed.web.errors import NotFound


class StatusSource(msgspec.Struct):
    """A post as it was typed."""

    id: str
    text: str
    spoiler_text: str


class Answer(msgspec.Struct):
    """What one could choose in a poll."""

    title: str


class Answers(msgspec.Struct):
    """A poll as it was at one time."""

    options: list[Answer]


class Edit(msgspec.Struct):
    """A post as it was at one time (https://docs.joinmastodon.org/entities/StatusEdit/)."""

    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    account: Account
    media_attachments: list[Media]
    emojis: list[Any]
    poll: Answers | msgspec.UnsetType = msgspec.UNSET


async def source(call: Call) -> StatusSource:
    """Show one's own post as it was typed, for editing it."""
    post = await _post(call)
    if not (post.own and post.local):
        raise NotFound("Record not found")
    return StatusSource(str(post.id), post.caption, post.warning)


async def history(call: Call) -> list[Edit]:
    """List what a post said and says, the oldest first."""
    post = await _post(call)
    accounts = await accounts_by_ids(call.database, call.settings, [post.author.id])
    if post.author.id not in accounts:
        raise NotFound("Record not found")
    versions = await history_of(call.database, post)
    return [_edit(one, accounts[post.author.id], call.settings) for one in reversed(versions)]


def _edit(version: Version, account: Account, settings: Settings) -> Edit:
    open_to_all = version.visibility <= Visibility.UNLISTED
    return Edit(
        content=version.content_html,
        spoiler_text=version.warning,
        sensitive=version.sensitive,
        created_at=instant(version.since),
        account=account,
        media_attachments=[media_from(one, settings, open_to_all=open_to_all) for one in version.photos],
        emojis=[],
        poll=Answers([Answer(one) for one in version.answers]) if version.answers else msgspec.UNSET,
    )


async def _post(call: Call) -> PostView:
    found = await posts_by_ids(call.database, [await resolved(call)], viewer_id=call.viewer_id)
    if not found:
        raise NotFound("Record not found")
    return found[0]


ROUTES = (
    Route("GET", "/api/v1/statuses/{id}/source", source, scope="read:statuses", gives=StatusSource),
    Route(
        "GET",
        "/api/v1/statuses/{id}/history",
        history,
        scope="read:statuses",
        who=Who.ANYBODY,
        gives=list[Edit],
    ),
)

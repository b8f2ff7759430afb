"""Polls as apps see them (https://docs.joinmastodon.org/entities/Poll/)."""

from __future__ import annotations

from typing import Any

import msgspec

from rossgram_fed.api.entities.words import instant
from rossgram_fed.polls.queries import PollView

UNSET = msgspec.UNSET
Unset = msgspec.UnsetType


class PollOption(msgspec.Struct):
    """An answer to choose."""

    title: str
    votes_count: int | None
    """None while its author hides the numbers."""


class Poll(msgspec.Struct):
    """What a post gives to choose from."""

    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[Any]
    voted: bool | Unset = UNSET
    own_votes: list[int] | Unset = UNSET


def poll_from(view: PollView, *, viewer_id: int | None, now: int | None = None) -> Poll:
    """Return a poll as apps see it; without ``now`` it is over when it was closed, moments after its end."""
    poll = Poll(
        id=str(view.id),
        expires_at=None if view.expires_at is None else instant(view.expires_at),
        expired=view.closed if now is None else view.is_over(now),
        multiple=view.multiple,
        votes_count=view.votes,
        voters_count=view.voters,
        options=[PollOption(one.title, one.votes if view.tells else None) for one in view.options],
        emojis=[],
    )
    if viewer_id is not None:
        poll.voted = view.voted or view.author_id == viewer_id
        poll.own_votes = [place for place, one in enumerate(view.options) if one.chosen]
    return poll

"""Somebody's lists (https://docs.joinmastodon.org/entities/List/)."""

from __future__ import annotations

import msgspec

from rossgram_fed.lists.queries import ListView
from rossgram_fed.models.reading import RepliesShown

REPLIES: dict[RepliesShown, str] = {
    RepliesShown.NONE: "none",
    RepliesShown.LIST: "list",
    RepliesShown.FOLLOWED: "followed",
}


class List(msgspec.Struct):
    """A list of accounts."""

    id: str
    title: str
    replies_policy: str
    exclusive: bool


def list_from(view: ListView) -> List:
    """Return a list as apps see it."""
    return List(str(view.id), view.title, REPLIES[view.replies], view.exclusive)

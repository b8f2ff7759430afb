"""Quotes as apps see them (https://docs.joinmastodon.org/entities/Quote/), and who may make them."""

from __future__ import annotations

from typing import Any

import msgspec

from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import QuoteState

STATES = {
    QuoteState.PENDING: "pending",
    QuoteState.ACCEPTED: "accepted",
    QuoteState.REJECTED: "rejected",
}
AUTOMATIC: dict[int, list[str]] = {
    int(Policy.EVERYONE): ["public"],
    int(Policy.FOLLOWERS): ["followers"],
    int(Policy.NOBODY): [],
}


class Quote(msgspec.Struct):
    """A post inside another; without it where it may not be shown."""

    state: str
    quoted_status: Any


class ShallowQuote(msgspec.Struct):
    """The same inside a post that is inside another itself."""

    state: str
    quoted_status_id: str | None


class QuoteApproval(msgspec.Struct):
    """Who may quote a post, and whether the viewer may."""

    automatic: list[str]
    manual: list[str]
    current_user: str

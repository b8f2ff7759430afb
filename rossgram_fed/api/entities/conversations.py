"""Conversations as apps see them (https://docs.joinmastodon.org/entities/Conversation/)."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.statuses import Status


class Conversation(msgspec.Struct):
    """A thread of direct posts."""

    id: str
    unread: bool
    accounts: list[Account]
    last_status: Status | None

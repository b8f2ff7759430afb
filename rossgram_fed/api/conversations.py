"""Conversations: threads of direct posts, listed, read and put away."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Protocol

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.conversations import Conversation
from rossgram_fed.api.paging import Paging, linked
from rossgram_fed.api.reading import accounts_by_ids, statuses_by_ids
from rossgram_fed.api.table import Answer, Nothing, Route
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader
from rossgram_fed.instance import Change
from rossgram_fed.posts import conversations
from rossgram_fed.web.errors import NotFound


class Mark(Protocol):
    """Notes something about a conversation."""

    def __call__(self, change: Change, *, account_id: int, thread_id: int) -> Awaitable[None]:
        """Do it."""


async def index(call: Call, params: Paging) -> Answer:
    """List conversations, those with the newest posts first."""
    span = params.span()
    found = await conversations.conversations_of(
        call.database,
        call.account_id,
        between=(span.after, span.before),
        upwards=span.upwards,
        limit=span.limit,
    )
    items = await _entities(call, found)
    return linked(call, items, cursors=[one.last_id for one in found], limit=span.limit)


async def read(call: Call) -> Conversation:
    """Note that a conversation was read."""
    return await _marked(call, conversations.mark_read)


async def unread(call: Call) -> Conversation:
    """Note that a conversation is to be read again."""
    return await _marked(call, conversations.mark_unread)


async def _marked(call: Call, mark: Mark) -> Conversation:
    thread_id = call.id()
    async with call.instance.change() as change:
        await mark(change, account_id=call.account_id, thread_id=thread_id)
    found = await conversations.conversation_of(call.database, call.account_id, thread_id=thread_id)
    if found is None:
        raise NotFound("Record not found")
    return (await _entities(call, [found]))[0]


async def delete(call: Call) -> Nothing:
    """Take a conversation out of the list until something new is said in it."""
    async with call.instance.change() as change:
        await conversations.put_away(change, account_id=call.account_id, thread_id=call.id())
    return Nothing()


async def _entities(call: Call, found: Sequence[conversations.Conversation]) -> list[Conversation]:
    return await shown_to(call.database, call.settings, found, viewer_id=call.account_id)


async def shown_to(
    reader: Reader, settings: Settings, found: Sequence[conversations.Conversation], *, viewer_id: int
) -> list[Conversation]:
    """Return conversations as apps see them."""
    posts = await statuses_by_ids(reader, settings, [one.last_id for one in found], viewer_id=viewer_id)
    people = await accounts_by_ids(reader, settings, [each for one in found for each in one.people])
    return [
        Conversation(
            id=str(one.thread_id),
            unread=one.unread,
            accounts=[people[each] for each in one.people if each in people],
            last_status=posts.get(one.last_id),
        )
        for one in found
    ]


ROUTES = (
    Route(
        "GET",
        "/api/v1/conversations",
        index,
        scope="read:statuses",
        takes=Paging,
        gives=list[Conversation],
    ),
    Route("POST", "/api/v1/conversations/{id}/read", read, scope="write:conversations", gives=Conversation),
    Route("POST", "/api/v1/conversations/{id}/unread", unread, scope="write:conversations", gives=Conversation),
    Route("DELETE", "/api/v1/conversations/{id}", delete, scope="write:conversations", gives=Nothing),
)

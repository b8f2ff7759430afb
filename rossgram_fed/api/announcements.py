"""What the people who run this server tell everybody (https://docs.joinmastodon.org/methods/announcements/)."""

from __future__ import annotations

from typing import Any

import msgspec

from rossgram_fed.announcements import actions
from rossgram_fed.announcements.queries import Notice, Reactions, reactions_to, read_by, shown_now
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Tag
from rossgram_fed.api.entities.words import instant
from rossgram_fed.api.table import Nothing, Route


class Reaction(msgspec.Struct):
    """One emoji under an announcement."""

    name: str
    count: int
    me: bool


class Announcement(msgspec.Struct):
    """An announcement (https://docs.joinmastodon.org/entities/Announcement/)."""

    id: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    published_at: str
    updated_at: str
    read: bool
    reactions: list[Reaction]
    tags: list[Tag]
    mentions: list[Any] = []
    statuses: list[Any] = []
    emojis: list[Any] = []
    published: bool = True


async def listing(call: Call) -> list[Announcement]:
    """List the announcements that are shown now."""
    found = await shown_now(call.database, call.settings, now=call.instance.clock())
    read = await read_by(call.database, account_id=call.account_id) if found else frozenset()
    reactions = await reactions_to(call.database, [one.id for one in found], account_id=call.account_id)
    return [announcement_from(one, read=one.id in read, reactions=reactions.get(one.id, [])) for one in found]


def announcement_from(notice: Notice, *, read: bool, reactions: list[Reactions]) -> Announcement:
    """Return an announcement as apps show it."""
    return Announcement(
        id=str(notice.id),
        content=notice.text_html,
        starts_at=instant(notice.starts_at) if notice.starts_at is not None else None,
        ends_at=instant(notice.ends_at) if notice.ends_at is not None else None,
        all_day=notice.all_day,
        published_at=instant(notice.created_at),
        updated_at=instant(notice.updated_at),
        read=read,
        reactions=[Reaction(one.name, one.count, one.mine) for one in reactions],
        tags=[Tag(name, url) for name, url in notice.tags.items()],
    )


async def dismiss(call: Call) -> Nothing:
    """Put an announcement away."""
    announcement_id = call.id()
    async with call.instance.change() as change:
        await actions.dismiss(change, announcement_id=announcement_id, account_id=call.account_id)
    return Nothing()


async def react(call: Call) -> Nothing:
    """Answer an announcement with an emoji."""
    announcement_id, name = call.id(), call.word("name")
    async with call.instance.change() as change:
        await actions.react(change, announcement_id=announcement_id, account_id=call.account_id, name=name)
    return Nothing()


async def unreact(call: Call) -> Nothing:
    """Take an emoji back."""
    announcement_id, name = call.id(), call.word("name")
    async with call.instance.change() as change:
        await actions.unreact(change, announcement_id=announcement_id, account_id=call.account_id, name=name)
    return Nothing()


_ONE = "/api/v1/announcements/{id}"

ROUTES = (
    Route("GET", "/api/v1/announcements", listing, gives=list[Announcement]),
    Route("POST", f"{_ONE}/dismiss", dismiss, scope="write:accounts", gives=Nothing),
    Route("PUT", f"{_ONE}/reactions/{{name}}", react, scope="write:favourites", gives=Nothing),
    Route("DELETE", f"{_ONE}/reactions/{{name}}", unreact, scope="write:favourites", gives=Nothing),
)

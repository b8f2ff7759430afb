"""News in groups: likes and boosts of one post, new followers and new people here, if they came within the same
twelve hours.

A group is known by a key that tells what is in it, so that nothing is stored: ``favourite-POST-SPAN`` and
``reblog-POST-SPAN``, ``follow-SPAN`` and ``admin.sign_up-SPAN``, and ``ungrouped-ID`` for what stands alone. A span is
a number of twelve hours since 1970.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace

from rossgram_fed.database import Reader
from rossgram_fed.ids import LARGEST_ID, SEQUENCE_BITS, Stretch
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.kinds import TYPES
from rossgram_fed.notifications.news import News, Wish, by_ids, within

SPAN = 12 * 3600 * 1000
"""Milliseconds."""
GROUPED = ("favourite", "follow", "reblog", "admin.sign_up")
"""The types that are grouped."""
WINDOW = 400
"""News that one page looks at; a page may end early because of it, and the next one goes on from there."""
MOST_IN_GROUP = 1000
SAMPLE = 8
"""Accounts that stand for a group."""
_KEY = re.compile(r"(favourite|reblog|follow|admin\.sign_up)-(?:(\d{1,19})-)?(\d{1,7})|ungrouped-(\d{1,19})")
_KINDS = {
    "favourite": NotificationKind.LIKE,
    "reblog": NotificationKind.BOOST,
    "follow": NotificationKind.FOLLOW,
    "admin.sign_up": NotificationKind.SIGNED_UP,
}


@dataclass(slots=True)
class Group:
    """News that are told as one, the newest first."""

    key: str
    news: list[News] = field(default_factory=list)
    on_page: int = 0
    """How many of them are within the stretch of the page; those below it come first on the next one again."""


@dataclass(frozen=True, slots=True)
class Page:
    """Groups, and the stretch of ids that they were put together of."""

    groups: list[Group]
    newest_id: int = 0
    oldest_id: int = 0
    more: bool = False


def key_of(news: News, grouped: Container[str] = GROUPED) -> str:
    """Return the key of the group that a piece of news belongs to."""
    name = TYPES[news.kind]
    if name not in GROUPED or name not in grouped:
        return f"ungrouped-{news.id}"
    about = f"-{news.post_id}" if news.post_id is not None else ""
    return f"{name}{about}-{news.created_at // SPAN}"


async def page(
    reader: Reader, account_id: int, part: Stretch, *, wish: Wish, grouped: Container[str] = GROUPED
) -> Page:
    """Return the groups of a stretch of news, as many as its limit, those with the newest news first."""
    found = await within(reader, account_id, replace(part, limit=WINDOW), wish=wish)
    if not found:
        return Page([])
    walked = part.newest_first(found)
    taken = _taken(walked, grouped, part.limit)
    on_page = walked[:taken]
    groups = _gathered(found, grouped, {key_of(one, grouped) for one in on_page}, {one.id for one in on_page})
    ids = [one.id for one in on_page]
    return Page(groups, newest_id=max(ids), oldest_id=min(ids), more=taken < len(found) or len(found) == WINDOW)


async def group(reader: Reader, account_id: int, key: str) -> Group | None:
    """Return the group of a key, as far as there is still something in it."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    name, about, span, alone = match.groups()
    if alone:
        found = await by_ids(reader, account_id, [min(int(alone), LARGEST_ID)])
        return Group(key, found, on_page=len(found)) if found else None
    low = int(span) * SPAN
    # An id is made in the same change as the row, so that it tells the instant.
    part = Stretch(
        before=min(low + SPAN << SEQUENCE_BITS, LARGEST_ID),
        after=(low << SEQUENCE_BITS) - 1,
        limit=WINDOW if about is None else MOST_IN_GROUP,
    )
    found = await within(reader, account_id, part, wish=Wish(kinds=frozenset({_KINDS[name]})))
    found = [one for one in found if key_of(one) == key]
    return Group(key, found, on_page=len(found)) if found else None


def _taken(walked: list[News], grouped: Container[str], limit: int) -> int:
    """Return how many of the news, in this order, fit into so many groups."""
    keys: set[str] = set()
    for count, one in enumerate(walked):
        keys.add(key_of(one, grouped))
        if len(keys) > limit:
            return count
    return len(walked)


def _gathered(found: Iterable[News], grouped: Container[str], keys: set[str], on_page: set[int]) -> list[Group]:
    groups: dict[str, Group] = {}
    for one in found:
        key = key_of(one, grouped)
        if key not in keys:
            continue
        kept = groups.setdefault(key, Group(key))
        kept.news.append(one)
        kept.on_page += one.id in on_page
    return list(groups.values())

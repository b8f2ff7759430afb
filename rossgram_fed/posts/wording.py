"""What a caption comes to: its HTML, its tags, the people it names; and telling those people.

Whom a caption names must be known here already (``posts.introductions`` sees to that before).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from rossgram_fed import caption as captions
from rossgram_fed.accounts.mentions import resolve
from rossgram_fed.federation.addresses import tag_url
from rossgram_fed.instance import Change
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify
from rossgram_fed.posts.drafts import cleaned
from rossgram_fed.posts.parents import Parent


@dataclass(frozen=True, slots=True)
class Wording:
    """A caption, read."""

    caption: str
    html: str
    tags: tuple[str, ...]
    mentioned: tuple[int, ...]


async def wording_of(change: Change, caption: str) -> Wording:
    """Read a caption as it was typed."""
    caption = cleaned(caption)
    mentioned = await resolve(change.tx, change.settings, caption)
    html = captions.render(caption, tag_url=partial(tag_url, change.settings), mentioned=mentioned)
    people = dict.fromkeys(one.account_id for one in mentioned.values())
    return Wording(caption=caption, html=html, tags=captions.tags_in(caption), mentioned=tuple(people))


async def notify_addressed(
    change: Change, author_id: int, post_id: int, addressed: Iterable[int], *, parent: Parent | None
) -> None:
    """Give those here whom a post is addressed to the news of it."""
    for account_id in addressed:
        answered = parent is not None and account_id == parent.author_id
        kind = NotificationKind.COMMENT if answered else NotificationKind.MENTION
        await notify(change, account_id=account_id, kind=kind, actor_id=author_id, post_id=post_id)

"""News of one sort in one line: "Ana and 3 others liked your post", as long as they stand on one page.

What has words of its own (a comment, a mention) is never folded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rossgram_fed.cards import AccountCard
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.queries import NotificationView

_FOLDED = (NotificationKind.LIKE, NotificationKind.BOOST, NotificationKind.FOLLOW)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: its newest piece of news, and who else did the same."""

    news: NotificationView
    actors: tuple[AccountCard, ...]
    """Each once, the latest first; the first is that of ``news``."""
    unread: bool

    @property
    def others(self) -> int:
        """How many did it besides the first."""
        return len(self.actors) - 1


def folded(found: Iterable[NotificationView]) -> list[Line]:
    """Return the lines of a page of news, each where its newest stood."""
    lines: dict[tuple[int, int], list[NotificationView]] = {}
    for news in found:
        key = (int(news.kind), news.post_id or 0) if news.kind in _FOLDED else (-1, news.id)
        lines.setdefault(key, []).append(news)
    return [_line(together) for together in lines.values()]


def _line(together: list[NotificationView]) -> Line:
    actors = {news.actor.id: news.actor for news in together}
    return Line(together[0], tuple(actors.values()), unread=any(news.unread for news in together))

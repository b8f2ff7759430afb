"""What a person is told, newest first, as long as it is still true.

A like that was taken back is not shown, though its row stays, so that liking again tells nobody twice.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Database, Row
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.markup import text_of
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.news import Wanted
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.models.relations import FollowState, NotificationKind
from rossgram_fed.notifications import staff
from rossgram_fed.renditions import renditions_from, thumb_path
from rossgram_fed.visibility import heard, listed, news_wanted, not_blocked, visible

_STILL_TRUE = (
    f"((n.kind = {int(NotificationKind.LIKE)} AND EXISTS (SELECT 1 FROM likes s WHERE s.account_id = n.actor_id "
    f"AND s.post_id = n.post_id)) OR (n.kind = {int(NotificationKind.BOOST)} AND EXISTS (SELECT 1 FROM boosts s "
    f"WHERE s.account_id = n.actor_id AND s.post_id = n.post_id)) OR (n.kind = {int(NotificationKind.FOLLOW)} "
    f"AND EXISTS (SELECT 1 FROM follows s WHERE s.follower_id = n.actor_id AND s.followed_id = n.account_id "
    f"AND s.state = {int(FollowState.ACCEPTED)})) OR n.kind IN ({int(NotificationKind.FOLLOW_REQUEST)}, "
    f"{int(NotificationKind.FOLLOW_ACCEPTED)}, {int(NotificationKind.MOVED)}) OR (n.kind IN "
    f"({int(NotificationKind.COMMENT)}, {int(NotificationKind.MENTION)}, {int(NotificationKind.POSTED)}, "
    f"{int(NotificationKind.POLL_OVER)}, {int(NotificationKind.EDITED)}) AND EXISTS (SELECT 1 FROM posts p "
    f"WHERE p.id = n.post_id AND {visible('n.account_id')})) OR (n.kind = {int(NotificationKind.QUOTE)} "
    "AND EXISTS (SELECT 1 FROM authorizations s WHERE s.account_id = n.actor_id AND s.post_id = n.post_id "
    f"AND s.kind = {int(AuthorizationKind.QUOTE)} AND s.revoked_at IS NULL)) OR (n.kind = "
    f"{int(NotificationKind.TAGGED)} AND EXISTS (SELECT 1 FROM people_in_posts s JOIN posts p ON p.id = s.post_id "
    f"WHERE s.post_id = n.post_id AND s.account_id = n.account_id AND s.withdrawn_at IS NULL "
    f"AND {visible('n.account_id')})) OR (n.kind = {int(NotificationKind.NOT_PUBLISHED)} "
    "AND EXISTS (SELECT 1 FROM drafts d WHERE d.account_id = n.account_id AND d.problem <> '')))"
)
_LET_THROUGH = (
    "EXISTS (SELECT 1 FROM notification_permissions ok WHERE ok.account_id = n.account_id "
    "AND ok.actor_id = n.actor_id) "
    "OR EXISTS (SELECT 1 FROM notification_policies np WHERE np.account_id = n.account_id "
    f"AND np.limited_accounts = {int(Wanted.ACCEPT)})"
)
TRUE_FOR = (
    f"n.account_id = $1 AND ({staff.TRUE} OR ({_STILL_TRUE} AND {news_wanted('n.account_id', 'n.actor_id')} "
    f"AND {not_blocked('n.account_id', 'n.actor_id')} AND EXISTS (SELECT 1 FROM accounts na WHERE na.id = n.actor_id "
    f"AND {heard('na')})))"
)
"""News of ``notifications n`` for the account ``$1`` that is still true, whether it waits among the requests or not."""
SHOWN = (
    f"{TRUE_FOR} AND NOT n.filtered AND (n.kind IN ({staff.KINDS}) OR EXISTS (SELECT 1 FROM accounts nl "
    f"WHERE nl.id = n.actor_id AND {listed('nl', 'n.account_id')}) OR {_LET_THROUGH})"
)
"""And that came through. Those who were limited later are heard no more, unless that was allowed."""
UNREAD = (
    "n.read_at IS NULL AND n.id > COALESCE((SELECT mk.last_read_id FROM markers mk JOIN users mu ON mu.id = mk.user_id "
    "WHERE mu.account_id = $1 AND mk.timeline = 'notifications'), 0)"
)
"""And that was seen neither on our pages nor, as far as it said, in an app."""
_HANDLE = "CASE WHEN t.domain = '' THEN '@' || t.username ELSE '@' || t.username || '@' || t.domain END"
_REPORTED = f"(SELECT {_HANDLE} FROM reports tr JOIN accounts t ON t.id = tr.target_id WHERE tr.id = n.report_id)"
_MOVED_TO = (
    f"(SELECT {_HANDLE} "
    f"FROM accounts t WHERE n.kind = {int(NotificationKind.MOVED)} AND a.moved_to_uri <> '' AND t.uri = a.moved_to_uri "
    f"AND t.deleted_at IS NULL AND {heard('t')})"
)
_COVER = (
    "(SELECT i.id FROM photos i WHERE i.post_id = n.post_id AND i.position >= np.cover AND i.kind <> 'audio' "
    "ORDER BY i.position, i.id LIMIT 1)"
)


@dataclass(frozen=True, slots=True)
class NotificationView:
    """One piece of news."""

    id: int
    kind: NotificationKind
    actor: AccountCard
    post_id: int | None
    thumb: str
    """Path of a small picture of the post; empty when it has none."""
    excerpt: str
    """The first words of a comment or mention; empty for other kinds."""
    created_at: int
    unread: bool
    moved_to: str
    """The handle of the account that somebody lives at now, for the news of a move."""
    report_id: int | None
    reported: str
    """The handle of the account that a report is about."""

    @property
    def path(self) -> str:
        """Where following the news leads."""
        if self.moved_to:
            return f"/{self.moved_to}"
        if self.kind is NotificationKind.NOT_PUBLISHED:
            return "/drafts"
        if self.kind is NotificationKind.WARNED:
            return "/warnings"
        if self.report_id is not None:
            return f"/admin/reports/{self.report_id}"
        if self.post_id is None:
            return self.actor.path
        return f"/p/{self.post_id}/quotes" if self.kind is NotificationKind.QUOTE else f"/p/{self.post_id}"


async def unread_count(database: Database, account_id: int) -> int:
    """Return how much a person was told and has not seen, counted up to a hundred."""
    rows = await database.fetch(
        f"SELECT COUNT(*) AS unread FROM (SELECT 1 FROM notifications n WHERE {UNREAD} AND {SHOWN} "
        "LIMIT 100) AS counted",
        account_id,
    )
    return int(rows[0]["unread"])


async def notifications_page(
    database: Database, account_id: int, *, before: int | None = None, limit: int = 30
) -> tuple[NotificationView, ...]:
    """Return a person's news from below the id ``before``, the newest first, in one statement."""
    rows = await database.fetch(
        f"SELECT n.id, n.kind, n.post_id, n.created_at, n.read_at, n.report_id, {CARD_COLUMNS}, "
        f"np.content_html, np.warning, {_MOVED_TO} AS moved_to, {_REPORTED} AS reported, "
        "h.id AS photo_id, h.state AS photo_state, h.kind AS photo_kind, h.renditions, "
        "h.still_url, pa.media_refused AS post_media_refused "
        "FROM notifications n "
        "JOIN accounts a ON a.id = n.actor_id LEFT JOIN posts np ON np.id = n.post_id "
        "LEFT JOIN accounts pa ON pa.id = np.account_id "
        f"LEFT JOIN photos h ON h.id = {_COVER} "
        f"WHERE n.id < $2 AND {SHOWN} ORDER BY n.id DESC LIMIT {int(limit)}",
        account_id,
        LARGEST_ID if before is None else before,
    )
    return tuple(_view(row) for row in rows)


def _view(row: Row) -> NotificationView:
    kind = NotificationKind(row["kind"])
    spoken = kind in (NotificationKind.COMMENT, NotificationKind.MENTION)
    return NotificationView(
        id=row["id"],
        kind=kind,
        actor=card_from(row),
        post_id=row["post_id"],
        thumb=_thumb(row),
        excerpt=(row["warning"] or text_of(row["content_html"], 140)) if spoken else "",
        created_at=row["created_at"],
        unread=row["read_at"] is None,
        moved_to=row["moved_to"] or "",
        report_id=row["report_id"],
        reported=row["reported"] or "",
    )


def _thumb(row: Row) -> str:
    if row["photo_id"] is None or row["post_media_refused"]:
        return ""
    return thumb_path(
        row["photo_id"],
        kind=row["photo_kind"],
        state=PhotoState(row["photo_state"]),
        renditions=renditions_from(row["renditions"]),
        still_url=row["still_url"],
    )

"""News as apps see them (https://docs.joinmastodon.org/entities/Notification/), alone and in groups."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.reports import AccountWarning, Report
from rossgram_fed.api.entities.statuses import UNSET, Status, Unset
from rossgram_fed.api.entities.words import instant
from rossgram_fed.notifications.groups import SAMPLE, Group
from rossgram_fed.notifications.kinds import TYPES
from rossgram_fed.notifications.news import News


class Notification(msgspec.Struct):
    """One piece of news."""

    id: str
    type: str
    created_at: str
    group_key: str
    account: Account
    filtered: bool
    """Whether it waits among the requests."""
    status: Status | Unset = UNSET
    report: Report | Unset = UNSET
    moderation_warning: AccountWarning | Unset = UNSET


class PartialAccount(msgspec.Struct):
    """As much of an account as a row of avatars needs."""

    id: str
    acct: str
    locked: bool
    bot: bool
    url: str
    avatar: str
    avatar_static: str


class NotificationGroup(msgspec.Struct):
    """News that are told as one."""

    group_key: str
    notifications_count: int
    type: str
    most_recent_notification_id: str
    sample_account_ids: list[str]
    page_min_id: str | Unset = UNSET
    page_max_id: str | Unset = UNSET
    latest_page_notification_at: str | Unset = UNSET
    status_id: str | Unset | None = UNSET
    report: Report | Unset = UNSET
    moderation_warning: AccountWarning | Unset = UNSET


class Grouped(msgspec.Struct):
    """Groups, and whatever they name."""

    accounts: list[Account]
    statuses: list[Status]
    notification_groups: list[NotificationGroup]
    partial_accounts: list[PartialAccount] | Unset = UNSET


class Count(msgspec.Struct):
    """How many."""

    count: int


class Summary(msgspec.Struct):
    """How much waits."""

    pending_requests_count: int
    pending_notifications_count: int


class Policy(msgspec.Struct):
    """Whose news comes through: ``accept``, ``filter`` or ``drop``."""

    for_not_following: str
    for_not_followers: str
    for_new_accounts: str
    for_private_mentions: str
    for_limited_accounts: str
    summary: Summary


class OldPolicy(msgspec.Struct):
    """The same as older apps know it."""

    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    summary: Summary


class NotificationRequest(msgspec.Struct):
    """Somebody whose news waits."""

    id: str
    created_at: str
    updated_at: str
    notifications_count: str
    """As text, which is what Mastodon sends."""
    account: Account
    last_status: Status | None


class Merged(msgspec.Struct):
    """Whether news that were let through are among the others by now."""

    merged: bool


def notification_of(
    news: News,
    key: str,
    account: Account,
    *,
    status: Status | None,
    report: Report | None,
    warning: AccountWarning | None,
) -> Notification:
    """Return one piece of news."""
    return Notification(
        id=str(news.id),
        type=TYPES[news.kind],
        created_at=instant(news.created_at),
        group_key=key,
        account=account,
        filtered=news.filtered,
        status=UNSET if status is None else status,
        report=UNSET if report is None else report,
        moderation_warning=UNSET if warning is None else warning,
    )


def group_of(group: Group, *, report: Report | None, warning: AccountWarning | None, paged: bool) -> NotificationGroup:
    """Return a group; ``paged`` tells which part of it is within the page."""
    newest = group.news[0]
    shown = NotificationGroup(
        group_key=group.key,
        notifications_count=len(group.news),
        type=TYPES[newest.kind],
        most_recent_notification_id=str(newest.id),
        sample_account_ids=[str(one) for one in sample_of(group)],
    )
    if newest.shown_id is not None:
        shown.status_id = str(newest.shown_id)
    if report is not None:
        shown.report = report
    if warning is not None:
        shown.moderation_warning = warning
    if paged:
        shown.page_max_id, shown.page_min_id = str(newest.id), str(group.news[group.on_page - 1].id)
        shown.latest_page_notification_at = instant(newest.created_at)
    return shown


def sample_of(group: Group) -> list[int]:
    """Return the accounts that stand for a group, whoever came last first."""
    return list(dict.fromkeys(one.actor_id for one in group.news))[:SAMPLE]


def partly(account: Account) -> PartialAccount:
    """Return as much of an account as a row of avatars needs."""
    return PartialAccount(
        id=account.id,
        acct=account.acct,
        locked=account.locked,
        bot=account.bot,
        url=account.url,
        avatar=account.avatar,
        avatar_static=account.avatar_static,
    )

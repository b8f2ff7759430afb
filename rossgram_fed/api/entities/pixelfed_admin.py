"""What Pixelfed's app shows to admins, as Pixelfed's resources write it; what is not here is null, empty or off."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.statuses import Status


class Stats(msgspec.Struct):
    """What there is here, for those who run it."""

    users: int
    statuses: int
    instances: int
    reports: int
    autospam_count: int


class Links(msgspec.Struct):
    """Where a list goes on."""

    first: str | None = None
    last: str | None = None
    prev: str | None = None
    next: str | None = None


class AdminUser(msgspec.Struct):
    """Somebody here, for those who run the server; there is no mail, so there is no address."""

    id: str
    profile_id: str
    name: str
    username: str
    is_admin: bool
    email: str
    email_verified_at: None
    two_factor_enabled: bool
    last_active_at: str | None
    created_at: str
    avatar: str
    bio: str
    statuses_count: int
    following_count: int
    followers_count: int
    is_private: bool


class AdminUsers(msgspec.Struct):
    """A page of people here."""

    data: list[AdminUser]
    links: Links


class Moderation(msgspec.Struct):
    """What was done about an account: limited here is what Pixelfed calls unlisted."""

    unlisted: bool
    suspended: bool
    cw: bool = False
    no_autolink: bool = False


class UserMeta(msgspec.Struct):
    """What stands beside one of them."""

    account: Account
    report_count: int
    moderation: Moderation


class AdminUserShown(msgspec.Struct):
    """One of them."""

    data: AdminUser
    meta: UserMeta


class AdminReport(msgspec.Struct):
    """A report that waits: of an account, or of the first of the posts it names."""

    id: str
    type: str
    message: str
    object_id: str
    object_type: str
    created_at: str
    reported_by_account: Account | None
    status: Status | None = None
    account: Account | None = None


class AdminInstance(msgspec.Struct):
    """Another server, by its name."""

    id: str
    domain: str
    software: None
    unlisted: bool
    auto_cw: bool
    banned: bool
    user_count: int
    status_count: int
    last_crawled_at: None
    notes: str
    created_at: str


class AdminInstances(msgspec.Struct):
    """A page of other servers."""

    data: list[AdminInstance]
    links: Links


class AdminInstanceShown(msgspec.Struct):
    """One of them."""

    data: AdminInstance

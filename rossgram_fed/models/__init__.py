"""The tables, their constraints and indexes; nothing else lives here.

Three habits hold for every table. Instants are integers, milliseconds since 1970 UTC, so both engines compare
them alike. JSON is kept as text. Every index is declared in ``Meta.indexes``: Tortoise makes none for a foreign key.
"""

from rossgram_fed.models.accounts import Account, AccountKeys, Attempt, Invite, Session, User
from rossgram_fed.models.announcements import Announcement, AnnouncementReaction, AnnouncementRead
from rossgram_fed.models.apps import AccessToken, App, AuthorizationCode, IdempotencyKey, PushSubscription
from rossgram_fed.models.authorizations import Authorization
from rossgram_fed.models.drafts import Draft, PostEdit
from rossgram_fed.models.federation import Delivery, DomainRule, Heartbeat, Host, InboxItem, Job, OutboxActivity
from rossgram_fed.models.media import ArrivingFile, MediaFailure, MediaFile
from rossgram_fed.models.moderation import Report, ReportCategory, StaffAction, Warning
from rossgram_fed.models.news import NotificationPermission, NotificationPolicy
from rossgram_fed.models.people import AccountNote, Endorsement, FeaturedTag
from rossgram_fed.models.polls import Poll, PollOption, PollVote
from rossgram_fed.models.posts import Mention, PersonInPost, Photo, Pin, Post, PostTag, Tag, Tombstone
from rossgram_fed.models.reading import (
    AccountList,
    ConversationMark,
    DismissedSuggestion,
    Filter,
    FilteredPost,
    FilterKeyword,
    HostMute,
    ListMember,
    Marker,
    TagFollow,
    ThreadMute,
)
from rossgram_fed.models.relations import Block, Bookmark, Boost, Follow, Like, Mute, Notification
from rossgram_fed.models.relays import Relay, RelayedPost
from rossgram_fed.models.searching import PostWords, UnreadPost

__all__ = [
    "AccessToken",
    "Account",
    "AccountKeys",
    "AccountList",
    "AccountNote",
    "Announcement",
    "AnnouncementReaction",
    "AnnouncementRead",
    "App",
    "ArrivingFile",
    "Attempt",
    "Authorization",
    "AuthorizationCode",
    "Block",
    "Bookmark",
    "Boost",
    "ConversationMark",
    "Delivery",
    "DismissedSuggestion",
    "DomainRule",
    "Draft",
    "Endorsement",
    "FeaturedTag",
    "Filter",
    "FilterKeyword",
    "FilteredPost",
    "Follow",
    "Heartbeat",
    "Host",
    "HostMute",
    "IdempotencyKey",
    "InboxItem",
    "Invite",
    "Job",
    "Like",
    "ListMember",
    "Marker",
    "MediaFailure",
    "MediaFile",
    "Mention",
    "Mute",
    "Notification",
    "NotificationPermission",
    "NotificationPolicy",
    "OutboxActivity",
    "PersonInPost",
    "Photo",
    "Pin",
    "Poll",
    "PollOption",
    "PollVote",
    "Post",
    "PostEdit",
    "PostTag",
    "PostWords",
    "PushSubscription",
    "Relay",
    "RelayedPost",
    "Report",
    "ReportCategory",
    "Session",
    "StaffAction",
    "Tag",
    "TagFollow",
    "ThreadMute",
    "Tombstone",
    "UnreadPost",
    "User",
    "Warning",
]

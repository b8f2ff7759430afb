"""The tables, their constraints and indexes; nothing else lives here.

Three habits hold for every table. Instants are integers, milliseconds since 1970 UTC, so both engines compare
them alike. JSON is kept as text. Every index is declared in ``Meta.indexes``: Tortoise makes none for a foreign key.
"""

from rossgram_fed.models.accounts import Account, AccountKeys, Attempt, Invite, Session, User
from rossgram_fed.models.authorizations import Authorization
from rossgram_fed.models.drafts import Draft, PostEdit
from rossgram_fed.models.federation import Delivery, DomainRule, Heartbeat, Host, InboxItem, Job, OutboxActivity
from rossgram_fed.models.media import ArrivingFile, MediaFailure, MediaFile
from rossgram_fed.models.moderation import Report, ReportCategory, StaffAction
from rossgram_fed.models.posts import Mention, PersonInPost, Photo, Pin, Post, PostTag, Tag, Tombstone
from rossgram_fed.models.relations import Block, Bookmark, Boost, Follow, Like, Mute, Notification
from rossgram_fed.models.relays import Relay, RelayedPost

__all__ = [
    "Account",
    "AccountKeys",
    "ArrivingFile",
    "Attempt",
    "Authorization",
    "Block",
    "Bookmark",
    "Boost",
    "Delivery",
    "DomainRule",
    "Draft",
    "Follow",
    "Heartbeat",
    "Host",
    "InboxItem",
    "Invite",
    "Job",
    "Like",
    "MediaFailure",
    "MediaFile",
    "Mention",
    "Mute",
    "Notification",
    "OutboxActivity",
    "PersonInPost",
    "Photo",
    "Pin",
    "Post",
    "PostEdit",
    "PostTag",
    "Relay",
    "RelayedPost",
    "Report",
    "ReportCategory",
    "Session",
    "StaffAction",
    "Tag",
    "Tombstone",
    "User",
]

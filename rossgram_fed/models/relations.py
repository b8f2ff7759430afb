"""What accounts do to each other and to posts: follows, likes, boosts, bookmarks, blocks, mutes, and the news of it."""

from __future__ import annotations

from enum import IntEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account
from rossgram_fed.models.posts import Post


class FollowState(IntEnum):
    """A follow counts only once the followed side said yes."""

    PENDING = 0
    ACCEPTED = 1


class NotificationKind(IntEnum):
    """What somebody is told about."""

    FOLLOW = 0
    FOLLOW_REQUEST = 1
    FOLLOW_ACCEPTED = 2
    LIKE = 3
    BOOST = 4
    COMMENT = 5
    MENTION = 6
    MOVED = 7
    QUOTE = 8
    TAGGED = 9
    POSTED = 10
    """Somebody whose every post they want to hear of has posted."""
    POLL_OVER = 11
    EDITED = 12
    """A post that they boosted says something else now."""
    NOT_PUBLISHED = 13
    """A draft of theirs could not be published at its time; they are its actor themselves."""
    SIGNED_UP = 14
    """Somebody joined; the staff is told."""
    REPORTED = 15
    """Somebody reported an account; the staff is told."""
    WARNED = 16
    """The staff has something to say to them; they are its actor themselves."""


class Follow(Model):
    """``follower`` follows, or asks to follow, ``followed``."""

    id = fields.BigIntField(primary_key=True, generated=False)
    follower: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="follows"
    )
    follower_id: int
    followed: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="followed_by"
    )
    followed_id: int
    state = fields.IntEnumField(FollowState)
    uri = fields.CharField(max_length=2048)
    """The id of the Follow activity."""
    shows_boosts = fields.BooleanField(default=True, db_default=True)
    notifies = fields.BooleanField(default=False, db_default=False)
    """Whether the follower is told of every post."""
    languages = fields.CharField(max_length=255, default="", db_default="")
    """Only posts in these, separated by spaces; empty for all."""
    created_at = fields.BigIntField()

    class Meta:
        table = "follows"
        unique_together = (("follower_id", "followed_id"),)
        indexes = [Index(fields=["followed_id", "state", "id"]), Index(fields=["follower_id", "state", "id"])]


class Like(Model):
    """``account`` likes ``post``."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="likes"
    )
    account_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", on_delete=fields.CASCADE, related_name="likes"
    )
    post_id: int
    uri = fields.CharField(max_length=2048, default="")
    created_at = fields.BigIntField()

    class Meta:
        table = "likes"
        unique_together = (("account_id", "post_id"),)
        indexes = [Index(fields=["post_id", "id"]), Index(fields=["account_id", "id"])]


class Boost(Model):
    """``account`` shares ``post`` with their followers."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="boosts"
    )
    account_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", on_delete=fields.CASCADE, related_name="boosts"
    )
    post_id: int
    uri = fields.CharField(max_length=2048)
    created_at = fields.BigIntField()

    class Meta:
        table = "boosts"
        unique_together = (("account_id", "post_id"),)
        indexes = [Index(fields=["post_id", "id"]), Index(fields=["account_id", "id"])]


class Bookmark(Model):
    """``account`` keeps ``post`` for themselves; nobody else learns of it."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="bookmarks"
    )
    account_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", on_delete=fields.CASCADE, related_name="bookmarks"
    )
    post_id: int
    created_at = fields.BigIntField()

    class Meta:
        table = "bookmarks"
        unique_together = (("account_id", "post_id"),)
        indexes = [Index(fields=["account_id", "id"]), Index(fields=["post_id"])]


class Block(Model):
    """``account`` blocks ``target``: neither sees nor reaches the other here."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="blocks"
    )
    account_id: int
    target: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="blocked_by"
    )
    target_id: int
    uri = fields.CharField(max_length=2048, default="")
    moved_from = fields.CharField(max_length=2048, default="", db_default="")
    """Whose block was carried over to this account, since they moved; empty for one that somebody made."""
    created_at = fields.BigIntField()

    class Meta:
        table = "blocks"
        unique_together = (("account_id", "target_id"),)
        indexes = [Index(fields=["target_id"])]


class Mute(Model):
    """``account`` does not want to see ``target``; the target never learns."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="mutes"
    )
    account_id: int
    target: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="muted_by"
    )
    target_id: int
    moved_from = fields.CharField(max_length=2048, default="", db_default="")
    """Whose mute was carried over to this account, since they moved; empty for one that somebody made."""
    hides_news = fields.BooleanField(default=True, db_default=True)
    """Whether their notifications are left out as well."""
    expires_at = fields.BigIntField(null=True)
    created_at = fields.BigIntField()

    class Meta:
        table = "mutes"
        unique_together = (("account_id", "target_id"),)
        indexes = [Index(fields=["target_id"])]


class Notification(Model):
    """``actor`` did something that ``account`` wants to know of."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="notifications"
    )
    account_id: int
    kind = fields.IntEnumField(NotificationKind)
    actor: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="caused"
    )
    actor_id: int
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "models.Post", null=True, on_delete=fields.CASCADE, related_name="news"
    )
    post_id: int | None
    created_at = fields.BigIntField()
    read_at = fields.BigIntField(null=True)
    filtered = fields.BooleanField(default=False, db_default=False)
    """Whether it waits among the requests (``models.news``)."""
    report_id = fields.BigIntField(null=True)
    """The report that it is about."""
    warning_id = fields.BigIntField(null=True)
    """The warning that it is about."""

    class Meta:
        table = "notifications"
        indexes = [
            Index(fields=["account_id", "id"]),
            Index(fields=["account_id", "read_at"]),
            Index(fields=["actor_id"]),
            Index(fields=["post_id"]),
        ]

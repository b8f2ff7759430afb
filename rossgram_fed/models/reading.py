"""How people order their own reading: lists, filters, tags they follow, how far they read, what they silenced."""

from __future__ import annotations

from enum import IntEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account, User
from rossgram_fed.models.posts import Post, Tag


class RepliesShown(IntEnum):
    """Which answers of its members a list shows."""

    NONE = 0
    LIST = 1
    """Those to other members."""
    FOLLOWED = 2
    """Those to anybody whom the list's owner follows."""


class FilterAction(IntEnum):
    """What happens to a post that a filter matches."""

    WARN = 0
    HIDE = 1
    BLUR = 2


class AccountList(Model):
    """Accounts that somebody reads together."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    title = fields.CharField(max_length=255)
    replies = fields.IntEnumField(RepliesShown, default=RepliesShown.LIST)
    exclusive = fields.BooleanField(default=False)
    """Whether the posts of its members are left out of the home timeline."""
    created_at = fields.BigIntField()

    class Meta:
        table = "lists"
        indexes = [Index(fields=["account_id", "id"])]


class ListMember(Model):
    """An account in a list; its owner follows it."""

    id = fields.BigIntField(primary_key=True, generated=False)
    list: fields.ForeignKeyRelation[AccountList] = fields.ForeignKeyField(
        "models.AccountList", on_delete=fields.CASCADE, related_name=False
    )
    list_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int

    class Meta:
        table = "list_members"
        unique_together = (("list_id", "account_id"),)
        indexes = [Index(fields=["account_id"])]


class Filter(Model):
    """Words and posts that somebody does not want to come across."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    title = fields.CharField(max_length=255)
    contexts = fields.CharField(max_length=128)
    """Where it holds, separated by spaces: ``home notifications public thread account``."""
    action = fields.IntEnumField(FilterAction, default=FilterAction.WARN)
    expires_at = fields.BigIntField(null=True)
    created_at = fields.BigIntField()

    class Meta:
        table = "filters"
        indexes = [Index(fields=["account_id", "id"])]


class FilterKeyword(Model):
    """A word or phrase of a filter."""

    id = fields.BigIntField(primary_key=True, generated=False)
    rule: fields.ForeignKeyRelation[Filter] = fields.ForeignKeyField(
        "models.Filter", on_delete=fields.CASCADE, related_name=False
    )
    rule_id: int
    keyword = fields.CharField(max_length=512)
    whole_word = fields.BooleanField(default=True)

    class Meta:
        table = "filter_keywords"
        indexes = [Index(fields=["rule_id"])]


class FilteredPost(Model):
    """One post that a filter matches, whatever it says."""

    id = fields.BigIntField(primary_key=True, generated=False)
    rule: fields.ForeignKeyRelation[Filter] = fields.ForeignKeyField(
        "models.Filter", on_delete=fields.CASCADE, related_name=False
    )
    rule_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", on_delete=fields.CASCADE, related_name=False
    )
    post_id: int

    class Meta:
        table = "filtered_posts"
        unique_together = (("rule_id", "post_id"),)
        indexes = [Index(fields=["post_id"])]


class TagFollow(Model):
    """Somebody follows a tag: its posts come to their home timeline."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "models.Tag", on_delete=fields.CASCADE, related_name=False
    )
    tag_id: int
    created_at = fields.BigIntField()

    class Meta:
        table = "tag_follows"
        unique_together = (("account_id", "tag_id"),)
        indexes = [Index(fields=["tag_id"])]


class Marker(Model):
    """How far somebody has read a timeline, on whichever device."""

    id = fields.BigIntField(primary_key=True, generated=False)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", on_delete=fields.CASCADE, related_name=False
    )
    user_id: int
    timeline = fields.CharField(max_length=32)
    last_read_id = fields.BigIntField()
    version = fields.IntField(default=1)
    updated_at = fields.BigIntField()

    class Meta:
        table = "markers"
        unique_together = (("user_id", "timeline"),)


class ThreadMute(Model):
    """Somebody wants no more news of a thread."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    thread_id = fields.BigIntField()
    created_at = fields.BigIntField()

    class Meta:
        table = "thread_mutes"
        unique_together = (("account_id", "thread_id"),)
        indexes = [Index(fields=["thread_id"])]


class ConversationMark(Model):
    """How far somebody has read a thread of direct posts, and up to where they put it away."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    thread_id = fields.BigIntField()
    read_id = fields.BigIntField(default=0)
    """The last post that was read."""
    removed_id = fields.BigIntField(default=0)
    """The last post when the conversation was put away; a later one brings it back."""

    class Meta:
        table = "conversation_marks"
        unique_together = (("account_id", "thread_id"),)
        indexes = [Index(fields=["thread_id"])]


class HostMute(Model):
    """Somebody wants nothing of a whole server (apps call it a domain block)."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    host = fields.CharField(max_length=255)
    created_at = fields.BigIntField()

    class Meta:
        table = "host_mutes"
        unique_together = (("account_id", "host"),)


class DismissedSuggestion(Model):
    """An account that somebody does not want suggested again."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    target: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    target_id: int

    class Meta:
        table = "dismissed_suggestions"
        unique_together = (("account_id", "target_id"),)
        indexes = [Index(fields=["target_id"])]

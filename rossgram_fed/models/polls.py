"""Questions with answers to choose from, here and from elsewhere."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account
from rossgram_fed.models.posts import Post


class Poll(Model):
    """The question a post asks."""

    id = fields.BigIntField(primary_key=True, generated=False)
    post: fields.OneToOneRelation[Post] = fields.OneToOneField(
        "models.Post", on_delete=fields.CASCADE, related_name="poll"
    )
    post_id: int
    multiple = fields.BooleanField(default=False)
    hides_totals = fields.BooleanField(default=False)
    """Whether numbers are shown only once it is over."""
    voters_count = fields.IntField(default=0)
    expires_at = fields.BigIntField(null=True)
    closed_at = fields.BigIntField(null=True)
    """When everybody who takes part was told that it is over."""
    fetched_at = fields.BigIntField(default=0, db_default=0)
    """When the author's server last told how a stranger's poll stands."""

    class Meta:
        table = "polls"
        indexes = [Index(fields=["closed_at", "expires_at"])]


class PollOption(Model):
    """An answer to choose."""

    id = fields.BigIntField(primary_key=True, generated=False)
    poll: fields.ForeignKeyRelation[Poll] = fields.ForeignKeyField(
        "models.Poll", on_delete=fields.CASCADE, related_name=False
    )
    poll_id: int
    position = fields.IntField()
    title = fields.CharField(max_length=255)
    votes_count = fields.IntField(default=0)

    class Meta:
        table = "poll_options"
        unique_together = (("poll_id", "position"),)


class PollVote(Model):
    """An answer that somebody chose."""

    id = fields.BigIntField(primary_key=True, generated=False)
    poll: fields.ForeignKeyRelation[Poll] = fields.ForeignKeyField(
        "models.Poll", on_delete=fields.CASCADE, related_name=False
    )
    poll_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    position = fields.IntField()
    uri = fields.CharField(max_length=2048, default="")
    created_at = fields.BigIntField()

    class Meta:
        table = "poll_votes"
        unique_together = (("poll_id", "account_id", "position"),)
        indexes = [Index(fields=["account_id"])]

"""What is not published, and what is no more: drafts, edits under way, posts that wait for their time, and history."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account
from rossgram_fed.models.posts import Post


class Draft(Model):
    """A composer's form as it was typed. No page shows it but its author's, and no query over posts can find it."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="drafts"
    )
    account_id: int
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "models.Post", null=True, on_delete=fields.CASCADE, related_name="drafts"
    )
    """The post that is being edited; null for one that is not published yet."""
    post_id: int | None
    form = fields.TextField(default="[]")
    """JSON: ``[[name, value], …]``; the photos are among them, in their order."""
    kept = fields.BooleanField(default=False)
    """Whether its author put it aside by name, so that the composer begins with an empty one."""
    publish_at = fields.BigIntField(null=True)
    """When it is to be published; null for never by itself."""
    zone = fields.CharField(max_length=64, default="")
    """The time zone in which that was typed."""
    problem = fields.TextField(default="")
    """Why it could not be published at its time."""
    created_at = fields.BigIntField()
    updated_at = fields.BigIntField()

    class Meta:
        table = "drafts"
        unique_together = (("account_id", "post_id"),)
        indexes = [Index(fields=["post_id"]), Index(fields=["updated_at"])]


class PostEdit(Model):
    """What a post said before one of its edits."""

    id = fields.BigIntField(primary_key=True, generated=False)
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", on_delete=fields.CASCADE, related_name="edits"
    )
    post_id: int
    said = fields.TextField()
    """JSON: see ``posts.history``."""
    written_at = fields.BigIntField()
    """Since when it said so."""
    created_at = fields.BigIntField()
    """Until when."""

    class Meta:
        table = "post_edits"
        indexes = [Index(fields=["post_id", "id"])]

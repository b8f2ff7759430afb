"""What people note about others, and what they show on their own profile."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account
from rossgram_fed.models.posts import Tag


class AccountNote(Model):
    """A private word of somebody about an account."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    target: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    target_id: int
    comment = fields.TextField(default="")

    class Meta:
        table = "account_notes"
        unique_together = (("account_id", "target_id"),)
        indexes = [Index(fields=["target_id"])]


class Endorsement(Model):
    """An account that somebody shows on their own profile."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    target: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    target_id: int
    created_at = fields.BigIntField()

    class Meta:
        table = "endorsements"
        unique_together = (("account_id", "target_id"),)
        indexes = [Index(fields=["target_id"])]


class FeaturedTag(Model):
    """A tag that somebody shows on their own profile."""

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
        table = "featured_tags"
        unique_together = (("account_id", "tag_id"),)
        indexes = [Index(fields=["tag_id"])]

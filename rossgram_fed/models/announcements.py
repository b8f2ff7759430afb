"""What the people who run this server tell everybody here."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account


class Announcement(Model):
    """A notice for everybody who signs in."""

    id = fields.BigIntField(primary_key=True, generated=False)
    text = fields.TextField()
    """As it was typed."""
    starts_at = fields.BigIntField(null=True)
    ends_at = fields.BigIntField(null=True)
    all_day = fields.BooleanField(default=False)
    updated_at = fields.BigIntField()
    created_at = fields.BigIntField()

    class Meta:
        table = "announcements"


class AnnouncementRead(Model):
    """Somebody has read an announcement."""

    id = fields.BigIntField(primary_key=True, generated=False)
    announcement: fields.ForeignKeyRelation[Announcement] = fields.ForeignKeyField(
        "models.Announcement", on_delete=fields.CASCADE, related_name=False
    )
    announcement_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int

    class Meta:
        table = "announcement_reads"
        unique_together = (("announcement_id", "account_id"),)
        indexes = [Index(fields=["account_id"])]


class AnnouncementReaction(Model):
    """An emoji that somebody gave to an announcement."""

    id = fields.BigIntField(primary_key=True, generated=False)
    announcement: fields.ForeignKeyRelation[Announcement] = fields.ForeignKeyField(
        "models.Announcement", on_delete=fields.CASCADE, related_name=False
    )
    announcement_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    name = fields.CharField(max_length=64)

    class Meta:
        table = "announcement_reactions"
        unique_together = (("announcement_id", "account_id", "name"),)
        indexes = [Index(fields=["account_id"])]

"""What people and other servers report, and what the staff did about it."""

from __future__ import annotations

from enum import IntEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account


class ReportCategory(IntEnum):
    """What a report is about, as whoever reports sees it; other servers do not say."""

    OTHER = 0
    SPAM = 1
    VIOLATION = 2


class Report(Model):
    """Somebody here, or another server, asks the moderators to look at an account and perhaps at some of its posts."""

    id = fields.BigIntField(primary_key=True, generated=False)
    reporter: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", null=True, on_delete=fields.SET_NULL, related_name="reports"
    )
    """Null for a server that reports in its own name, and for somebody who has left."""
    reporter_id: int | None
    host = fields.CharField(max_length=255, default="")
    """The server that the report came from; empty for people here."""
    target: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="reported_in"
    )
    target_id: int
    post_ids = fields.TextField(default="[]")
    """JSON: ids of the target's posts; kept when those are deleted, so that it shows how many there were."""
    comment = fields.TextField(default="")
    """Plain text."""
    category = fields.IntEnumField(ReportCategory, default=ReportCategory.OTHER)
    forwarded = fields.BooleanField(default=False)
    """Whether the target's own server was sent a copy."""
    created_at = fields.BigIntField()
    updated_at = fields.BigIntField()
    """When it was last added to."""
    resolved_at = fields.BigIntField(null=True)
    resolved_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", null=True, on_delete=fields.SET_NULL, related_name="resolved_reports"
    )
    resolved_by_id: int | None
    note = fields.TextField(default="")
    """What the staff decided, in their words."""

    class Meta:
        table = "reports"
        indexes = [
            Index(fields=["resolved_at", "id"]),
            Index(fields=["target_id", "id"]),
            Index(fields=["host", "resolved_at"]),
            Index(fields=["reporter_id"]),
            Index(fields=["resolved_by_id"]),
        ]


class Warning(Model):
    """A word of the staff to somebody here about what they did; it has no other effect."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="warnings"
    )
    account_id: int
    text = fields.TextField()
    created_at = fields.BigIntField()

    class Meta:
        table = "warnings"
        indexes = [Index(fields=["account_id", "id"])]


class StaffAction(Model):
    """A line of the staff's log: written once and never changed, so it holds names and refers to no row."""

    id = fields.BigIntField(primary_key=True, generated=False)
    actor_id = fields.BigIntField(null=True)
    """The account of whoever did it; null for somebody at the command line."""
    actor_name = fields.CharField(max_length=255)
    kind = fields.CharField(max_length=32)
    """``suspend``, ``limit``, ``delete_post`` and so on: ``rossgram_fed.moderation.log.Deed``."""
    target_id = fields.BigIntField(null=True)
    target_name = fields.CharField(max_length=600, default="")
    """The handle as it was then."""
    subject = fields.CharField(max_length=2048, default="")
    """The address of the post it was done to, where it was a post."""
    report_id = fields.BigIntField(null=True)
    reason = fields.TextField(default="")
    created_at = fields.BigIntField()

    class Meta:
        table = "staff_actions"
        indexes = [Index(fields=["target_id", "id"])]

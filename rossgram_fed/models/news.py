"""Whose news somebody wants among their notifications, and whose is put aside until they say so."""

from __future__ import annotations

from enum import IntEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account


class Wanted(IntEnum):
    """What happens to the news of one sort of people."""

    ACCEPT = 0
    FILTER = 1
    """It waits among the requests."""
    DROP = 2


class NotificationPolicy(Model):
    """What somebody decided about people they have little to do with."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    not_following = fields.IntEnumField(Wanted, default=Wanted.ACCEPT)
    not_followers = fields.IntEnumField(Wanted, default=Wanted.ACCEPT)
    new_accounts = fields.IntEnumField(Wanted, default=Wanted.ACCEPT)
    private_mentions = fields.IntEnumField(Wanted, default=Wanted.ACCEPT)
    limited_accounts = fields.IntEnumField(Wanted, default=Wanted.ACCEPT)

    class Meta:
        table = "notification_policies"


class NotificationPermission(Model):
    """Somebody whose news comes through, whatever the policy says."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    actor: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name=False
    )
    actor_id: int
    created_at = fields.BigIntField()

    class Meta:
        table = "notification_permissions"
        unique_together = (("account_id", "actor_id"),)
        indexes = [Index(fields=["actor_id"])]

"""The word of a post's author about what others do with it."""

from __future__ import annotations

from enum import IntEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account
from rossgram_fed.models.posts import Post


class AuthorizationKind(IntEnum):
    """What somebody was allowed to do with a post."""

    QUOTE = 0
    REPLY = 1


class Authorization(Model):
    """The word of a post's author that another post may quote or answer it (FEP-044f, GoToSocial).

    Ours, for posts here, are served at their address; a stranger's is one that we read at its origin and believe.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    uri = fields.CharField(max_length=2048, unique=True)
    kind = fields.IntEnumField(AuthorizationKind)
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", on_delete=fields.CASCADE, related_name="authorizations"
    )
    post_id: int
    """The post that is quoted or answered."""
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="authorizations"
    )
    account_id: int
    """Who quotes or answers."""
    instrument_uri = fields.CharField(max_length=2048)
    """The post that quotes or answers, which need not be here."""
    created_at = fields.BigIntField()
    revoked_at = fields.BigIntField(null=True)
    """Set when the author took it back; the row stays, so that asking again brings nothing."""

    checked_at = fields.BigIntField(null=True)
    """When a stranger's word was last read at its origin; null for ours."""

    class Meta:
        table = "authorizations"
        unique_together = (("post_id", "instrument_uri", "kind"),)
        indexes = [Index(fields=["account_id"]), Index(fields=["checked_at"])]

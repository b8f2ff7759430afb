"""Relays that this server subscribed to, and the posts that came through them."""

from __future__ import annotations

from enum import IntEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account
from rossgram_fed.models.posts import Post


class RelayState(IntEnum):
    """What a relay said to our Follow."""

    WAITING = 0
    ACCEPTED = 1
    REJECTED = 2


class RelayStyle(IntEnum):
    """Which of the two protocols of FEP-ae0c is spoken."""

    MASTODON = 0
    """Known by its inbox; gets our activities as they are, signed inside."""
    LITEPUB = 1
    """Known by its actor; gets an Announce of each post by the server's own actor."""


class Relay(Model):
    """A server that passes public posts on between those who subscribed to it."""

    id = fields.BigIntField(primary_key=True, generated=False)
    inbox = fields.CharField(max_length=2048, unique=True)
    style = fields.IntEnumField(RelayStyle, default=RelayStyle.MASTODON)
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", null=True, on_delete=fields.SET_NULL, related_name="relays"
    )
    """Its actor; of one known by its inbox alone, whoever accepted our Follow from there."""
    account_id: int | None
    state = fields.IntEnumField(RelayState, default=RelayState.WAITING)
    follow_uri = fields.CharField(max_length=2048)
    """The id of our Follow."""
    sends = fields.BooleanField(default=True)
    """Whether public photos from here go to it."""
    created_at = fields.BigIntField()
    answered_at = fields.BigIntField(null=True)

    class Meta:
        table = "relays"
        indexes = [Index(fields=["account_id"])]


class RelayedPost(Model):
    """A post that is here because a relay passed it on; forgotten when somebody here takes to it."""

    post: fields.OneToOneRelation[Post] = fields.OneToOneField(
        "models.Post", primary_key=True, on_delete=fields.CASCADE, related_name="relayed"
    )
    post_id: int
    relay: fields.ForeignKeyNullableRelation[Relay] = fields.ForeignKeyField(
        "models.Relay", null=True, on_delete=fields.SET_NULL, related_name="posts"
    )
    """Null for a relay that was removed since."""
    relay_id: int | None
    created_at = fields.BigIntField()

    class Meta:
        table = "relayed_posts"
        indexes = [Index(fields=["created_at"]), Index(fields=["relay_id"])]

"""Apps that act for people here (OAuth 2), what they may do, and where they are woken up."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import User


class App(Model):
    """A client somebody registered (RFC 7591); apps never expire, but those that nobody uses are forgotten."""

    id = fields.BigIntField(primary_key=True, generated=False)
    client_id = fields.CharField(max_length=64, unique=True)
    secret_hash = fields.CharField(max_length=64)
    """SHA-256 of the client's secret."""
    name = fields.CharField(max_length=255)
    website = fields.CharField(max_length=2048, default="")
    redirect_uris = fields.TextField(default="[]")
    """JSON: exactly these addresses may get codes."""
    scopes = fields.CharField(max_length=1024)
    """The most it may ask for, separated by spaces."""
    created_at = fields.BigIntField()

    class Meta:
        table = "apps"
        indexes = [Index(fields=["created_at"])]


class AuthorizationCode(Model):
    """What a person handed to an app, to be turned into a token once (RFC 6749, section 4.1)."""

    id = fields.BigIntField(primary_key=True, generated=False)
    app: fields.ForeignKeyRelation[App] = fields.ForeignKeyField(
        "models.App", on_delete=fields.CASCADE, related_name=False
    )
    app_id: int
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", on_delete=fields.CASCADE, related_name=False
    )
    user_id: int
    code_hash = fields.CharField(max_length=64, unique=True)
    redirect_uri = fields.CharField(max_length=2048)
    scopes = fields.CharField(max_length=1024)
    challenge = fields.CharField(max_length=128, default="")
    """The PKCE challenge by S256 (RFC 7636); empty for clients that sent none."""
    token_id = fields.BigIntField(null=True)
    """The token it became; a code used twice takes that one down."""
    expires_at = fields.BigIntField()
    created_at = fields.BigIntField()

    class Meta:
        table = "authorization_codes"
        indexes = [Index(fields=["expires_at"]), Index(fields=["user_id"]), Index(fields=["app_id"])]


class AccessToken(Model):
    """What an app shows with every request; without a user it acts for itself."""

    id = fields.BigIntField(primary_key=True, generated=False)
    app: fields.ForeignKeyRelation[App] = fields.ForeignKeyField(
        "models.App", on_delete=fields.CASCADE, related_name=False
    )
    app_id: int
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", on_delete=fields.CASCADE, related_name=False, null=True
    )
    user_id: int | None
    token_hash = fields.CharField(max_length=64, unique=True)
    scopes = fields.CharField(max_length=1024)
    seen_at = fields.BigIntField(default=0)
    created_at = fields.BigIntField()

    class Meta:
        table = "access_tokens"
        indexes = [Index(fields=["user_id", "id"]), Index(fields=["app_id"])]


class PushSubscription(Model):
    """Where an app wants to be woken up (RFC 8030), and about what; one for each token."""

    id = fields.BigIntField(primary_key=True, generated=False)
    token: fields.OneToOneRelation[AccessToken] = fields.OneToOneField(
        "models.AccessToken", on_delete=fields.CASCADE, related_name=False
    )
    token_id: int
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", on_delete=fields.CASCADE, related_name=False
    )
    user_id: int
    endpoint = fields.CharField(max_length=2048)
    p256dh = fields.CharField(max_length=255)
    auth = fields.CharField(max_length=255)
    standard = fields.BooleanField(default=False)
    """Whether the app reads RFC 8291; older ones read the draft before it."""
    alerts = fields.TextField(default="{}")
    """JSON: kind of notification to whether it is wanted."""
    policy = fields.CharField(max_length=16, default="all")
    """Whose acts count: ``all``, ``followed``, ``follower`` or ``none``."""
    sealed_token = fields.TextField(default="", db_default="")
    """The token itself, which apps want back in what they are sent, sealed with a key that is not in the database."""
    failures = fields.IntField(default=0)
    created_at = fields.BigIntField()

    class Meta:
        table = "push_subscriptions"
        indexes = [Index(fields=["user_id"])]


class IdempotencyKey(Model):
    """An answer that was given once already, so that a repeated request is answered alike."""

    id = fields.BigIntField(primary_key=True, generated=False)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", on_delete=fields.CASCADE, related_name=False
    )
    user_id: int
    key_hash = fields.CharField(max_length=64)
    body_hash = fields.CharField(max_length=64)
    post_id = fields.BigIntField(null=True)
    """The post, or the draft (for a scheduled one), that the first request made."""
    scheduled = fields.BooleanField(default=False)
    created_at = fields.BigIntField()

    class Meta:
        table = "idempotency_keys"
        unique_together = (("user_id", "key_hash"),)
        indexes = [Index(fields=["created_at"])]

"""Accounts (local and remote), the people who sign in to the local ones, and what proves who they are."""

from __future__ import annotations

from enum import IntEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Role(IntEnum):
    """What a user may do beyond using their own account."""

    MEMBER = 0
    MODERATOR = 1
    ADMIN = 2


class Policy(IntEnum):
    """Who may comment on a post, or quote it; its author always may, and so may whom it mentions."""

    EVERYONE = 0
    FOLLOWERS = 1
    NOBODY = 2


class TagPolicy(IntEnum):
    """Who may say on a photo of theirs that somebody is in it."""

    EVERYONE = 0
    FOLLOWED = 1
    """Only those whom the person follows."""
    NOBODY = 2


class Standing(IntEnum):
    """How far the admins of this server let a host, and all accounts on it, come."""

    OPEN = 0
    LIMITED = 1
    """Shown to their followers and to whoever goes looking, nowhere else."""
    SUSPENDED = 2
    """Neither heard nor shown nor told anything."""


class Account(Model):
    """An actor: local when ``domain`` is empty, remote otherwise. Remote rows mirror the origin's document."""

    id = fields.BigIntField(primary_key=True, generated=False)
    username = fields.CharField(max_length=255)
    domain = fields.CharField(max_length=255, default="")
    uri = fields.CharField(max_length=2048, unique=True)
    url = fields.CharField(max_length=2048, default="")
    actor_type = fields.CharField(max_length=32, default="Person")
    name = fields.CharField(max_length=2048, default="")
    bio = fields.TextField(default="")
    """The bio as its owner typed it; empty for remote accounts."""
    bio_html = fields.TextField(default="")
    """The bio as sanitised HTML."""
    links = fields.TextField(default="[]")
    """JSON: ``[{"name": str, "value": sanitised HTML}]``, the profile fields."""
    avatar_key = fields.CharField(max_length=255, default="")
    """The storage key of a local avatar."""
    avatar_url = fields.CharField(max_length=2048, default="")
    """Where a remote avatar lives at its origin; never shown to a browser."""
    header_key = fields.CharField(max_length=255, default="", db_default="")
    header_url = fields.CharField(max_length=2048, default="", db_default="")
    """The same of the wide picture above a profile."""
    inbox = fields.CharField(max_length=2048, default="")
    shared_inbox = fields.CharField(max_length=2048, default="")
    outbox = fields.CharField(max_length=2048, default="")
    followers_uri = fields.CharField(max_length=2048, default="")
    following_uri = fields.CharField(max_length=2048, default="")
    featured_uri = fields.CharField(max_length=2048, default="")
    featured_tags_uri = fields.CharField(max_length=2048, default="", db_default="")
    """Where a stranger's server lists the tags on their profile."""
    public_keys = fields.TextField(default="[]")
    """JSON: ``[{"id": str, "pem": str}]``, every key the origin's own actor document lists (SPKI PEM).

    A stranger's keys for object integrity proofs have ``"for": "proofs"`` besides.
    """
    locked = fields.BooleanField(default=False)
    discoverable = fields.BooleanField(default=True)
    indexable = fields.BooleanField(default=False)
    hides_network = fields.BooleanField(default=False, db_default=False)
    """Whether nobody else is told who follows this local account and whom it follows; how many, everybody is."""
    followers_count = fields.IntField(default=0)
    following_count = fields.IntField(default=0)
    posts_count = fields.IntField(default=0)
    created_at = fields.BigIntField()
    updated_at = fields.BigIntField()
    fetched_at = fields.BigIntField(default=0)
    """When a remote account was last read from its origin; 0 for local ones."""
    backfilled_at = fields.BigIntField(default=0)
    """When its recent posts were last fetched."""
    also_known_as = fields.TextField(default="[]", db_default="[]")
    """JSON: the URIs of accounts that are the same person's; a move to here is believed from these alone."""
    moved_to_uri = fields.CharField(max_length=2048, default="", db_default="")
    """Where the person has gone; empty for who has not moved."""
    moved_at = fields.BigIntField(null=True)
    counted_at = fields.BigIntField(default=0, db_default=0)
    """When the counters of a remote account were last read from its own collections."""
    limited_at = fields.BigIntField(null=True)
    suspended_at = fields.BigIntField(null=True)
    suspended_there = fields.BooleanField(default=False, db_default=False)
    """Whether it was their own server that suspended a stranger, and not the staff of this one."""
    host_standing = fields.IntEnumField(Standing, default=Standing.OPEN, db_default=Standing.OPEN)
    """What the rule for the account's host says, kept here so that queries need no list of hosts."""
    media_refused = fields.BooleanField(default=False, db_default=False)
    """Whether the rule for its host keeps its pictures out."""
    deleted_at = fields.BigIntField(null=True)
    """Set when the origin said it is gone; the row stays as its tombstone."""
    revision = fields.IntField(default=0, db_default=0)
    """Counts what was changed about the account as everybody sees it; only the database sets it."""

    class Meta:
        table = "accounts"
        unique_together = (("username", "domain"),)
        indexes = [Index(fields=["domain"])]


class AccountKeys(Model):
    """The private keys of a local account, kept apart so that no read of an account carries them."""

    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        "models.Account", primary_key=True, on_delete=fields.CASCADE, related_name="keys"
    )
    account_id: int
    rsa_pem = fields.TextField()
    """RSA-2048, PKCS#8 PEM; signs HTTP requests."""
    ed25519_pem = fields.TextField()
    """Ed25519, PKCS#8 PEM; published as a Multikey (FEP-521a)."""

    class Meta:
        table = "account_keys"


class User(Model):
    """Someone who signs in to a local account."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        "models.Account", on_delete=fields.CASCADE, related_name="user"
    )
    account_id: int
    email = fields.CharField(max_length=320, null=True, unique=True)
    password_hash = fields.CharField(max_length=255)
    role = fields.IntEnumField(Role, default=Role.MEMBER)
    comment_policy = fields.IntEnumField(Policy, default=Policy.EVERYONE, db_default=Policy.EVERYONE)
    """What the composer begins with."""
    quote_policy = fields.IntEnumField(Policy, default=Policy.EVERYONE, db_default=Policy.EVERYONE)
    tag_policy = fields.IntEnumField(TagPolicy, default=TagPolicy.EVERYONE, db_default=TagPolicy.EVERYONE)
    shows_exif = fields.BooleanField(default=False, db_default=False)
    """Whether the composer begins with telling how photos were taken."""
    licence = fields.CharField(max_length=40, default="", db_default="")
    """The licence that the composer begins with, as ``rossgram_fed.licences`` names it; empty for none."""
    require_descriptions = fields.BooleanField(default=False, db_default=False)
    """Whether they want no photo of theirs posted without a description."""
    default_visibility = fields.SmallIntField(default=0, db_default=0)
    """Who sees what they post, where an app does not say (``models.posts.Visibility``)."""
    default_sensitive = fields.BooleanField(default=False, db_default=False)
    default_language = fields.CharField(max_length=16, default="", db_default="")
    time_zone = fields.CharField(max_length=64, default="", db_default="")
    """An IANA name, for dates that they type; empty until they first type one."""
    quota_megabytes = fields.IntField(null=True)
    """How much of the storage they may fill, where it differs from the server's setting; 0 for as much as they like."""
    app_settings = fields.TextField(default="", db_default="")
    """JSON: how Pixelfed's app shall show things, as it keeps that with the server; empty until it did."""
    created_at = fields.BigIntField()
    seen_at = fields.BigIntField(default=0)
    disabled_at = fields.BigIntField(null=True)

    class Meta:
        table = "users"


class Session(Model):
    """A signed-in browser. Only the SHA-256 of its token is kept, so a stolen database opens no session."""

    id = fields.BigIntField(primary_key=True, generated=False)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", on_delete=fields.CASCADE, related_name="sessions"
    )
    user_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    user_agent = fields.CharField(max_length=255, default="")
    created_at = fields.BigIntField()
    seen_at = fields.BigIntField()
    expires_at = fields.BigIntField()

    class Meta:
        table = "sessions"
        indexes = [Index(fields=["user_id"]), Index(fields=["expires_at"])]


class Invite(Model):
    """A code that opens sign-up on a server where it is by invitation."""

    id = fields.BigIntField(primary_key=True, generated=False)
    code_hash = fields.CharField(max_length=64, unique=True)
    created_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", on_delete=fields.CASCADE, related_name="invites"
    )
    created_by_id: int
    uses_left = fields.IntField(default=1)
    created_at = fields.BigIntField()
    expires_at = fields.BigIntField()

    class Meta:
        table = "invites"
        indexes = [Index(fields=["created_by_id"])]


class Attempt(Model):
    """How often something throttled (a log-in, a sign-up) was tried, per subject and window."""

    id = fields.BigIntField(primary_key=True, generated=False)
    subject = fields.CharField(max_length=255, unique=True)
    """What is counted: ``login:account:alice``, ``login:address:203.0.113.7``."""
    count = fields.IntField(default=0)
    window_ends_at = fields.BigIntField()

    class Meta:
        table = "attempts"
        indexes = [Index(fields=["window_ends_at"])]

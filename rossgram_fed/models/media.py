"""Files in our storage, who needs them, those on their way in, and the pictures of others that could not be had.

A file is written before its rows and removed after the last of them, so a file without a row is an orphan that may be
swept away.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account
from rossgram_fed.models.posts import Photo


class MediaFile(Model):
    """Somebody needs a file in storage. When the last who did is gone, the sweep takes the rows, then the file."""

    id = fields.BigIntField(primary_key=True, generated=False)
    key = fields.CharField(max_length=64)
    """The file; others may need the same one."""
    digest = fields.CharField(max_length=64, default="", db_default="")
    """SHA-256 (hex) of the file, by which one that is here already is found; empty for files from before."""
    photo: fields.ForeignKeyNullableRelation[Photo] = fields.ForeignKeyField(
        "models.Photo", null=True, on_delete=fields.SET_NULL, related_name="files"
    )
    photo_id: int | None
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", null=True, on_delete=fields.SET_NULL, related_name="files"
    )
    """Whose avatar it is; null for a photo's file."""
    account_id: int | None
    remote = fields.BooleanField(default=False)
    """A copy of what lives at a stranger's server: it may be dropped to make room and fetched again."""
    source = fields.CharField(max_length=2048, default="")
    """The address a remote avatar was fetched from, so that a new one is noticed."""
    size = fields.BigIntField()
    created_at = fields.BigIntField()
    viewed_at = fields.BigIntField(default=0, db_default=0)
    """When somebody last looked at a stranger's file, to within some hours; 0 when nobody did since it was fetched."""

    class Meta:
        table = "media_files"
        indexes = [
            Index(fields=["key"]),
            Index(fields=["digest"]),
            Index(fields=["photo_id", "account_id"]),
            Index(fields=["account_id"]),
            Index(fields=["remote", "created_at"]),
        ]


class ArrivingFile(Model):
    """A file that somebody sends piece by piece; its bytes so far are a file on the disk, whose length is the offset.

    The row stays for a day after the last byte, so that who lost the answer can ask what became of it.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="arriving"
    )
    account_id: int
    name = fields.CharField(max_length=255)
    size = fields.BigIntField()
    """How long the whole file will be."""
    photo_id = fields.BigIntField(null=True)
    """The photo that was made of it; it may be gone since."""
    refusal = fields.TextField(default="")
    """Why no photo was made of it."""
    created_at = fields.BigIntField()

    class Meta:
        table = "arriving_files"
        indexes = [Index(fields=["account_id"]), Index(fields=["created_at"])]


class MediaFailure(Model):
    """An address that gave nothing usable; nobody knocks there again before ``retry_at``."""

    id = fields.CharField(max_length=64, primary_key=True)
    """SHA-256 (hex) of the address."""
    failures = fields.IntField(default=1)
    reason = fields.TextField(default="")
    retry_at = fields.BigIntField()

    class Meta:
        table = "media_failures"
        indexes = [Index(fields=["retry_at"])]

"""The storage that the settings ask for."""

from __future__ import annotations

from collections.abc import Mapping

from rossgram_fed.config import PhotosIn, Settings
from rossgram_fed.media.bucket import Bucket, BucketAddress
from rossgram_fed.media.shelves import Shelves
from rossgram_fed.media.storage import Folder, random_key
from rossgram_fed.secrets_file import BadSecrets, s3_keys

MEGABYTE = 1 << 20


def storage_from(settings: Settings, environment: Mapping[str, str]) -> Folder:
    """Return the storage; nothing is made and nobody asked yet.

    Raises ``BadSecrets`` when a bucket is named whose keys are nowhere, and ``bucket.NoLibrary``.
    """
    reserve = settings.storage.reserve_megabytes * MEGABYTE
    if not settings.s3.bucket:
        return Folder(settings.media_folder, reserve=reserve)
    return Shelves(
        settings.media_folder,
        bucket_from(settings, environment),
        copies=settings.storage.data / "copies",
        most=settings.s3.copies_megabytes * MEGABYTE,
        in_bucket=settings.storage.photos_in is PhotosIn.S3,
        reserve=reserve,
    )


def bucket_from(settings: Settings, environment: Mapping[str, str]) -> Bucket:
    """Return the bucket that the settings name; the same errors."""
    keys = s3_keys(settings.storage.data, environment)
    if keys is None:
        raise BadSecrets(
            f"s3.bucket names the bucket {settings.s3.bucket}, but nothing says what opens it. Set "
            "ROSSGRAM_S3_ACCESS_KEY_ID and ROSSGRAM_S3_SECRET_ACCESS_KEY, or write access_key_id and secret_access_key "
            f"below [s3] in {settings.storage.data / 'secrets.toml'}."
        )
    address = BucketAddress(
        endpoint=settings.s3.endpoint,
        name=settings.s3.bucket,
        region=settings.s3.region,
        access_key_id=keys.access_key_id,
        secret_access_key=keys.secret_access_key,
        prefix=settings.s3.prefix,
        path_style=settings.s3.path_style,
    )
    return Bucket(address, new_key=random_key)

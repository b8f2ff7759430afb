"""The bucket: does it take a file, give it back, and keep it from strangers?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from rossgram_fed.config import Settings
from rossgram_fed.doctor.findings import Finding, well, wrong
from rossgram_fed.media.bucket import Bucket, NoLibrary
from rossgram_fed.media.configured import bucket_from
from rossgram_fed.media.errors import MediaError
from rossgram_fed.secrets_file import BadSecrets

_WORDS = b"a word of the doctor's"


async def examine_bucket(settings: Settings, environment: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Put a small object into the bucket, look at it with the keys and without, and remove it."""
    if not settings.s3.bucket:
        return
    try:
        yield await _tried(bucket_from(settings, environment), settings.s3.bucket)
    except (BadSecrets, NoLibrary) as error:
        yield wrong("bucket", str(error), "Until then the server does not start.")
    except MediaError as error:
        yield wrong(
            "bucket",
            f"The bucket {settings.s3.bucket} cannot be used: {error}",
            "Look at s3.endpoint, s3.bucket and s3.region, and whether the keys may read, write, list and delete.",
        )


async def _tried(bucket: Bucket, name: str) -> Finding:
    (written,) = await bucket.put_all([(_WORDS, ".webp")])
    try:
        read = b"".join([piece async for piece in bucket.pieces(written.key)])
        is_open = await bucket.is_open_to_all(written.key)
    finally:
        await bucket.delete(written.key)
    if read != _WORDS:
        return wrong("bucket", f"The bucket {name} gives back other bytes than it got.", "Do not use it.")
    if is_open:
        return wrong(
            "bucket",
            f"Strangers can read the bucket {name}: whoever learns an address sees a photo, whomever it is for.",
            "Make it private: no public read, neither by a policy nor by an ACL. This server does the showing.",
        )
    return well("bucket", f"The bucket {name} takes files, gives them back, and keeps them from strangers.")

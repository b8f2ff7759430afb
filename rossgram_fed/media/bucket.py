"""Files in a bucket of an S3-compatible store, under the same keys as in a folder.

Nothing here is public: objects are made without an ACL, so they are as private as the bucket, and only this server
reads them, after it has looked who asks. An object is there whole or not at all; each is sent with its SHA-256, which
the store compares with what it got. What fails is tried again once, and then said.

The library that speaks S3 is an extra (``pip install 'rossgram-fed[s3]'``): a server with a folder needs none.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from types import ModuleType
from typing import TYPE_CHECKING

from rossgram_fed.media.errors import NotKept, NotReachable, UnknownKey
from rossgram_fed.media.storage import KEY, MEDIA_TYPES, Written

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

obstore: ModuleType | None
try:
    import obstore
    from obstore.exceptions import BaseError
    from obstore.store import S3Store
except ImportError:
    obstore = None

logger = logging.getLogger(__name__)

AT_ONCE = 4
"""Objects of one picture that are sent at the same time."""
SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 5, 30
SECONDS_TO_TRY = 20
_LISTED = 500
_IN_ONE = 5 << 20
"""Bytes up to which an object is sent in one request; what is larger goes in parts."""


class NoLibrary(Exception):
    """The settings name a bucket, and the extra that speaks S3 is not installed."""


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """Where a bucket is and what opens it."""

    endpoint: str
    """Such as ``https://s3.example.org``; empty for Amazon's own."""
    name: str
    region: str
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    prefix: str = ""
    """What every object's name begins with, so that one bucket serves several purposes."""
    path_style: bool = True
    """Whether the bucket is named in the path, as most stores but Amazon's want it, or in the host."""
    seconds_to_answer: float = SECONDS_TO_ANSWER


class Bucket:
    """The objects of one bucket; like a folder, but every word with it is one over the network."""

    def __init__(self, address: BucketAddress, *, new_key: Callable[[str], str]) -> None:
        """Open a bucket without asking it anything; raise ``NoLibrary``."""
        if obstore is None:
            raise NoLibrary("Photos are to be kept in a bucket; that needs: pip install 'rossgram-fed[s3]'")
        self._prefix = f"{address.prefix.strip('/')}/" if address.prefix.strip("/") else ""
        self._new_key = new_key
        config: S3Config = {
            "region": address.region or "us-east-1",
            "access_key_id": address.access_key_id,
            "secret_access_key": address.secret_access_key,
            "virtual_hosted_style_request": not address.path_style,
            "checksum_algorithm": "SHA256",
        }
        if address.endpoint:
            config["endpoint"] = address.endpoint.rstrip("/")
        options: ClientConfig = {
            "timeout": timedelta(seconds=address.seconds_to_answer),
            "connect_timeout": timedelta(seconds=SECONDS_TO_CONNECT),
            "allow_http": address.endpoint.startswith("http://"),
        }
        retries: RetryConfig = {"max_retries": 1, "retry_timeout": timedelta(seconds=SECONDS_TO_TRY)}
        self._store = S3Store(address.name, config=config, client_options=options, retry_config=retries)
        stranger: S3Config = {**config, "skip_signature": True}
        self._stranger = S3Store(address.name, config=stranger, client_options=options, retry_config=retries)

    async def put_all(self, files: Sequence[tuple[bytes, str]]) -> list[Written]:
        """Keep all of these, each with its suffix, or none; raise ``NotKept``."""
        turns = asyncio.Semaphore(AT_ONCE)
        written = [Written(self._new_key(suffix), hashlib.sha256(data).hexdigest()) for data, suffix in files]

        async def one(key: str, data: bytes) -> None:
            async with turns:
                await self._put(key, data)

        tasks = [asyncio.ensure_future(one(new.key, data)) for new, (data, _) in zip(written, files, strict=True)]
        try:
            await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # One that was given up may be there all the same: the store may have taken it and not said so.
            await self.delete(*(new.key for new in written))
            raise
        return written

    async def take(self, key: str, pieces: AsyncIterator[bytes]) -> str:
        """Write an object under a key that it has elsewhere, whole or not at all; return its SHA-256; ``NotKept``."""
        digest, begun = hashlib.sha256(), bytearray()

        async def whole() -> AsyncIterator[bytes]:
            yield bytes(begun)
            async for piece in pieces:
                digest.update(piece)
                yield piece

        async for piece in pieces:
            digest.update(piece)
            begun += piece
            if len(begun) > _IN_ONE:
                await self._put(key, whole())
                return digest.hexdigest()
        await self._put(key, bytes(begun))
        return digest.hexdigest()

    async def pieces(self, key: str) -> AsyncIterator[bytes]:
        """Yield an object's bytes; raise ``UnknownKey`` when there is none, ``NotReachable`` before the end too."""
        assert obstore is not None
        try:
            found = await obstore.get_async(self._store, self._path(key))
            async for piece in found.stream():
                yield bytes(piece)
        except FileNotFoundError as error:
            raise UnknownKey("the bucket has no object of this key") from error
        except (BaseError, OSError) as error:
            raise self._unreachable(error) from error

    async def sizes(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the sizes of those objects that are there; raise ``NotReachable``."""
        turns = asyncio.Semaphore(4 * AT_ONCE)

        async def one(key: str) -> int | None:
            async with turns:
                return await self._size(key)

        found = await asyncio.gather(*(one(key) for key in keys))
        return {key: size for key, size in zip(keys, found, strict=True) if size is not None}

    async def delete(self, *keys: str) -> None:
        """Remove objects; what the store does not remove now is found by the daily sweep, and only logged here."""
        assert obstore is not None
        if not keys:
            return
        try:
            await obstore.delete_async(self._store, [self._path(key) for key in keys])
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            logger.warning("%d objects could not be removed from the bucket: %s", len(keys), _first_line(error))

    async def old_keys(self, seconds: float = 0) -> AsyncIterator[list[str]]:
        """Yield the keys of all objects written longer ago than that, some at a time; raise ``NotReachable``."""
        assert obstore is not None
        horizon = datetime.now(UTC) - timedelta(seconds=seconds)
        try:
            async for found in obstore.list(self._store, prefix=self._prefix or None, chunk_size=_LISTED):
                names = [PurePosixPath(one["path"]).name for one in found if one["last_modified"] <= horizon]
                if keys := [name for name in names if KEY.fullmatch(name)]:
                    yield keys
        except (BaseError, OSError) as error:
            raise self._unreachable(error) from error

    async def is_open_to_all(self, key: str) -> bool:
        """Say whether somebody without keys can read an object, which nobody should."""
        assert obstore is not None
        try:
            await (await obstore.get_async(self._stranger, self._path(key))).bytes_async()
        except (BaseError, OSError):
            return False
        return True

    async def _put(self, key: str, data: bytes | AsyncIterator[bytes]) -> None:
        assert obstore is not None
        attributes = {"Content-Type": MEDIA_TYPES[PurePosixPath(key).suffix], "Cache-Control": "private, no-store"}
        try:
            await obstore.put_async(self._store, self._path(key), data, attributes=attributes)
        except (BaseError, OSError) as error:
            logger.warning("The bucket did not take a file: %s", _first_line(error))
            raise NotKept(_first_line(error)) from error

    async def _size(self, key: str) -> int | None:
        assert obstore is not None
        try:
            return int((await obstore.head_async(self._store, self._path(key)))["size"])
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise self._unreachable(error) from error

    def _path(self, key: str) -> str:
        return f"{self._prefix}{key[:2]}/{key}"

    @staticmethod
    def _unreachable(error: Exception) -> NotReachable:
        logger.warning("The bucket does not answer as it should: %s", _first_line(error))
        return NotReachable(_first_line(error))


def _first_line(error: Exception) -> str:
    """Return what a failure says, without the pages of detail that follow it."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]

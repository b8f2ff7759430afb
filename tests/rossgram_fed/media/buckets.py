"""Buckets to test against: a real one (moto speaks S3, on this machine only), and one that fails in every way."""

from __future__ import annotations

import asyncio
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from aiohttp import web
from aiohttp.test_utils import TestServer
from moto.server import ThreadedMotoServer

from rossgram_fed.media.bucket import Bucket, BucketAddress
from rossgram_fed.media.storage import random_key

NAME = "photos"


@contextmanager
def s3() -> Iterator[str]:
    """The address of an S3 server on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def make_bucket(endpoint: str) -> str:
    """Make a private bucket with a new name there."""
    name = f"photos-{uuid4().hex[:12]}"
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{name}", method="PUT")).close()
    return name


def bucket_at(endpoint: str, name: str = NAME, *, prefix: str = "", seconds: float = 10) -> Bucket:
    """A bucket as the server has it."""
    address = BucketAddress(endpoint, name, "us-east-1", "key", "secret", prefix=prefix, seconds_to_answer=seconds)
    return Bucket(address, new_key=random_key)


class FailingStore:
    """As much of S3 as puts, gets, lists and deletes objects, and breaks as it is told."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.trouble = ""
        """``500``, ``cut`` (hangs up in the middle), ``slow``, ``checksum``, ``late`` (keeps it, then says 500)."""
        self.spared = 0
        """So many objects are still taken before the trouble begins."""
        self.asked: list[tuple[str, str]] = []
        app = web.Application(client_max_size=1 << 28)
        app.router.add_route("*", f"/{NAME}/{{key:.+}}", self._object)
        app.router.add_route("*", f"/{NAME}", self._bucket)
        app.router.add_route("*", f"/{NAME}/", self._bucket)
        self.server = TestServer(app)

    @property
    def endpoint(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def _bucket(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path_qs))
        if request.method == "POST" and "delete" in request.query:
            if self.trouble:
                return web.Response(status=500)
            for key in re.findall(r"<Key>([^<]+)</Key>", await request.text()):
                self.objects.pop(key, None)
            return _xml("<DeleteResult></DeleteResult>")
        return web.Response(status=500 if self.trouble else 404)

    async def _object(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        self.asked.append((request.method, key))
        if request.method == "PUT":
            return await self._put(request, key)
        if self.trouble:
            return await self._fail(request)
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return web.Response(status=204)
        if key not in self.objects:
            return _xml("<Error><Code>NoSuchKey</Code></Error>", status=404)
        data = self.objects[key]
        return web.Response(body=data, headers={"ETag": '"x"', "Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT"})

    async def _put(self, request: web.Request, key: str) -> web.StreamResponse:
        body = await request.read()
        if self.spared > 0 or not self.trouble:
            self.spared -= 1
            self.objects[key] = body
            return web.Response(headers={"ETag": '"x"'})
        if self.trouble == "late":
            self.objects[key] = body
        return await self._fail(request)

    async def _fail(self, request: web.Request) -> web.StreamResponse:
        if self.trouble == "cut":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if self.trouble == "slow":
            await asyncio.sleep(3600)
        if self.trouble == "checksum":
            return _xml("<Error><Code>BadDigest</Code><Message>not what was promised</Message></Error>", status=400)
        return _xml("<Error><Code>InternalError</Code></Error>", status=500)


def _xml(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=f'<?xml version="1.0"?>{text}', content_type="application/xml", status=status)

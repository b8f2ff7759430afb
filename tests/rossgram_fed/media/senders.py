"""People with programs that send photos in pieces, and where the pieces come in."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientResponse, web

from tests.builders import a_person
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.samples import a_file
from tests.rossgram_fed.site import Site
from tests.rossgram_fed.web.browser import Browser

TUS = {"Tus_Resumable": "1.0.0"}
PHOTO = a_file(width=900, height=600)


@dataclass
class Sender:
    """Somebody with a program that sends photos."""

    browser: Browser
    account_id: int

    async def announce(self, size: int, name: str = "lake.jpg", **headers: str) -> ClientResponse:
        metadata = f"filename {base64.b64encode(name.encode()).decode()},filetype aW1hZ2UvanBlZw=="
        sent = TUS | {"Upload_Length": str(size), "Upload_Metadata": metadata} | headers
        return await self.browser.fetch("POST", "/uploads", **sent)

    async def begun(self, size: int = len(PHOTO)) -> str:
        response = await self.announce(size)
        assert response.status == 201, await response.text()
        return response.headers["Location"].partition("//")[2].partition("/")[2].join(("/", ""))

    async def add(self, path: str, offset: int, data: bytes, **headers: str) -> ClientResponse:
        sent = TUS | {"Upload_Offset": str(offset), "Content_Type": "application/offset+octet-stream"} | headers
        return await self.browser.fetch("PATCH", path, data=data, **sent)

    async def offset(self, path: str) -> int:
        response = await self.browser.fetch("HEAD", path, **TUS)
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
        return int(response.headers["Upload-Offset"])


@dataclass
class Counter:
    """Where photos come in."""

    gallery: Gallery
    app: web.Application
    site: Site
    path: Path

    async def sender(self, username: str) -> Sender:
        async with self.gallery.instance.change() as change:
            person = await a_person(change, username)
        return Sender(await self.site.browser(person), person.id)

    @property
    def held(self) -> list[str]:
        return sorted(file.name for file in self.path.glob("*"))

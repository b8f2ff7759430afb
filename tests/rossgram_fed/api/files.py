"""Files that apps send, and the forms they send them in."""

from __future__ import annotations

from io import BytesIO

from aiohttp import FormData
from PIL import Image

from tests.apps import Client, Reply


def a_png(width: int = 50, height: int = 50, *, colour: str = "teal") -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


async def send(app: Client, data: bytes, *, path: str = "/api/v2/media", name: str = "a.png", **fields: str) -> Reply:
    """Send a file as apps do."""
    form = FormData()
    form.add_field("file", data, filename=name, content_type="image/png")
    for field, value in fields.items():
        form.add_field(field, value)
    return await app.form("POST", path, form)

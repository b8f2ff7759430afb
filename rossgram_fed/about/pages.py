"""The pages about this server: what it is, who runs it, where its source is; and what happens to a photo."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from rossgram_fed.accounts.queries import admins
from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.facts import Facts
from rossgram_fed.posts.exif import lines_of
from rossgram_fed.sizes import (
    CALM,
    FEDERATED,
    FEDERATED_BYTES,
    FEDERATED_EDGE,
    FEED,
    FEED_EDGE,
    FULL,
    FULL_EDGE,
    GRID,
    GRID_EDGE,
    LARGE_QUALITY,
    LIGHT_BYTES,
    QUALITIES,
    jpeg_of,
)
from rossgram_fed.software import LICENCE, VERSION
from rossgram_fed.web.rendering import render

KINDS = ("JPEG", "PNG", "WebP", "GIF", "AVIF", "HEIC")
"""The kinds of pictures that are taken in."""
_EVERYTHING = Facts(
    make="A",
    model="B",
    lens="C",
    aperture=2,
    exposure="1",
    iso=100,
    focal_length=50,
    film="D",
    software="E",
    taken_at="F",
)

_FACTS = {"ISO": "ISO", "Taken": "when it was taken"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A size that is made of a photo."""

    purpose: str
    edge: int
    """Pixels."""
    square: bool
    formats: tuple[tuple[str, int], ...]
    """Names, and what encoders are asked for, of 100."""


KEPT = (
    Kept("For grids", GRID_EDGE, True, (("WebP", QUALITIES[GRID]), ("JPEG", QUALITIES[jpeg_of(GRID)]))),
    Kept("For feeds", FEED_EDGE, False, (("WebP", QUALITIES[FEED]), ("JPEG", QUALITIES[jpeg_of(FEED)]))),
    Kept("For a post's page", FULL_EDGE, False, (("WebP", QUALITIES[FULL]), ("JPEG", QUALITIES[jpeg_of(FULL)]))),
    Kept("For other servers", FEDERATED_EDGE, False, (("JPEG", QUALITIES[FEDERATED]),)),
)


async def photos(request: web.Request) -> web.Response:
    """``GET /about/photos``: what happens to a file, as the code has it."""
    return await render(
        request,
        "about/photos.html",
        kinds=KINDS,
        kept=KEPT,
        feed_kilobytes=LIGHT_BYTES // 1000,
        federated_megabytes=FEDERATED_BYTES // 1_000_000,
        large=(CALM // 1_000_000, LARGE_QUALITY),
        facts=[_FACTS.get(name, name.lower()) for name, _ in lines_of(_EVERYTHING)],
    )


async def show(request: web.Request) -> web.Response:
    """``GET /about``."""
    return await render(
        request,
        "about/about.html",
        admins=await admins(request.app[INSTANCE].database),
        version=VERSION,
        licence=LICENCE,
        edges={"grid": GRID_EDGE, "feed": FEED_EDGE, "full": FULL_EDGE, "federated": FEDERATED_EDGE},
    )

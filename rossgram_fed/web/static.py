"""Our own few files (style, icons, scripts): held in memory, packed, cached for ever under a name for their content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache

from aiohttp import web

from rossgram_fed.resources import static_folder
from rossgram_fed.web.errors import NotFound

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file: its bytes as they are and packed, and a name for this content."""

    content_type: str
    body: bytes
    packed: bytes
    version: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Read every file once; what is not of a known kind is not served."""
    found = {}
    folder = static_folder()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _TYPES:
            body = path.read_bytes()
            version = hashlib.sha256(body).hexdigest()[:10]
            packed = gzip.compress(body, 9, mtime=0)
            found[path.relative_to(folder).as_posix()] = StaticFile(_TYPES[path.suffix], body, packed, version)
    return found


@cache
def static_url(name: str) -> str:
    """Return the address of a file; it changes when the content does. Raises ``KeyError`` for a file we do not have."""
    return f"/static/{name}?v={static_files()[name].version}"


async def serve_static(request: web.Request) -> web.Response:
    """Answer with a file; for ever when asked for by its content's name, else to be checked each time."""
    file = static_files().get(request.match_info["name"])
    if file is None:
        raise NotFound
    current = request.query.get("v") == file.version
    headers = {
        "Content-Type": file.content_type,
        "ETag": f'"{file.version}"',
        "Vary": "Accept-Encoding",
        "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache",
    }
    if request.headers.get("If-None-Match", "") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=file.packed, headers={**headers, "Content-Encoding": "gzip"})
    return web.Response(body=file.body, headers=headers)

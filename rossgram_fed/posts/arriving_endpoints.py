"""Uploads that go on where they broke off: tus 1.0.0 (https://tus.io/protocols/resumable-upload), core and the
extensions creation, expiration and termination.

For whoever is signed in. These addresses take no form: what stands in for its token is the header ``Tus-Resumable``,
which no page of another site can make a browser send without asking us first, and we never agree.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from datetime import UTC, datetime
from email.utils import format_datetime
from io import FileIO

from aiohttp import web

from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.arriving import ARRIVING, Locked
from rossgram_fed.media.storage import STORAGE, lacking
from rossgram_fed.posts.arriving import Arrival, announce, arrival, cancel, largest, take_in
from rossgram_fed.posts.uploads import RefusedUpload
from rossgram_fed.web.bodies import SECONDS
from rossgram_fed.web.csrf import refuse_foreign_origin
from rossgram_fed.web.errors import BadRequest, Invalid, NoRoom, NotFound, Refusal, SignInNeeded, TooLarge, Unreadable
from rossgram_fed.web.forms import clean_text
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.sessions import Viewer, viewer_of
from rossgram_fed.web.throttle import Limit, count_try

VERSION = "1.0.0"
ANNOUNCED = Limit("uploads announced", 400, 60)
_PIECE = 1 << 18
_BODY = "application/offset+octet-stream"


class OtherVersion(Refusal):
    """412: another version of the protocol, or none."""

    status = 412


class OtherOffset(Refusal):
    """409: what was sent does not go on where the file ends."""

    status = 409


class InUse(Refusal):
    """423: another request is adding to the file."""

    status = 423


async def options(request: web.Request) -> web.Response:
    """``OPTIONS /uploads``: what is spoken here."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,expiration,termination",
        "Tus-Max-Size": str(largest(request.app[INSTANCE].settings.limits)),
    }
    return _answer(204, headers)


async def create(request: web.Request) -> web.Response:
    """``POST /uploads``: announce a file by ``Upload-Length`` and, in ``Upload-Metadata``, its ``filename``."""
    viewer, instance = await _sender(request), request.app[INSTANCE]
    size = _number(request, "Upload-Length")
    if size == 0:
        raise Invalid("This file is empty.")
    await count_try(instance, ANNOUNCED, subject=str(viewer.account_id))
    _refuse_without_room(request, size)
    async with instance.change() as change:
        made = await announce(change, viewer.account_id, name=_file_name(request), size=size)
    return _answer(201, {"Location": f"{instance.settings.base_url}/uploads/{made.id}", **_expires(made)})


async def head(request: web.Request) -> web.Response:
    """``HEAD /uploads/{id}``: how much of it is here."""
    viewer = await _sender(request)
    known = await _known(request, viewer)
    offset = known.size if known.decided else request.app[ARRIVING].offset(known.id)
    return _answer(200, {"Upload-Offset": str(offset), "Upload-Length": str(known.size), **_expires(known)})


async def outcome(request: web.Request) -> web.Response:
    """``GET /uploads/{id}``: what became of it, as JSON (ours, not of tus)."""
    viewer = await viewer_of(request)
    if viewer is None:
        raise SignInNeeded
    known = await _known(request, viewer)
    state = "photo" if known.photo_id is not None else "refused" if known.refusal else "arriving"
    told = {"name": known.name, "state": state, "photo": known.photo_id and str(known.photo_id), "error": known.refusal}
    return web.json_response(told, headers={"Cache-Control": "no-store"})


async def append(request: web.Request) -> web.Response:
    """``PATCH /uploads/{id}``: add to it from ``Upload-Offset`` on; with the last byte it becomes a photo.

    Answers 422 with a sentence when it is whole and no photo is made of it; 503 or 507 when that may be tried again by
    adding nothing at the end.
    """
    viewer = await _sender(request)
    if request.content_type != _BODY:
        raise Unreadable(f"Send the bytes as {_BODY}.")
    offset, arriving = _number(request, "Upload-Offset"), request.app[ARRIVING]
    known = await _known(request, viewer)
    if known.decided:
        return _decided(known, offset)
    try:
        with arriving.opened(known.id) as file:
            known = await _known(request, viewer)  # again: the one who had the lock before may have finished it
            if known.decided:
                arriving.remove(known.id)
                return _decided(known, offset)
            held = await _receive(request, file, known, offset)
            if held < known.size:
                return _answer(204, {"Upload-Offset": str(held), **_expires(known)})
            return await _finish(request, file, known, account_id=viewer.account_id)
    except Locked:
        raise InUse("Another request is adding to this file. Try again in a moment.") from None


async def remove(request: web.Request) -> web.Response:
    """``DELETE /uploads/{id}``: forget it."""
    viewer = await _sender(request)
    known = await _known(request, viewer)
    async with request.app[INSTANCE].change() as change:
        await cancel(change, known.id, account_id=viewer.account_id)
    request.app[ARRIVING].remove(known.id)
    return _answer(204)


async def _receive(request: web.Request, file: FileIO, known: Arrival, offset: int) -> int:
    """Write what comes; return how much is here then. What came before a broken connection stays."""
    held = file.seek(0, 2)
    if offset != held:
        raise OtherOffset(f"{held} bytes of this file are here. Go on from there.")
    if request.content_length is not None and held + request.content_length > known.size:
        raise TooLarge("This is more than was announced.")
    _refuse_without_room(request, known.size - held)
    try:
        while piece := await _soon(request):
            if held + len(piece) > known.size:
                raise TooLarge("This is more than was announced.")
            await asyncio.to_thread(_write, file, piece)
            held += len(piece)
    except TimeoutError:
        raise Refusal("Nothing came for too long. Go on from where it broke off.") from None
    except OSError as error:
        raise NoRoom("This server's disk is full. Go on later: what has arrived is kept for a day.") from error
    return held


def _write(file: FileIO, piece: bytes) -> None:
    """Write all of it or raise ``OSError``: a disk that is nearly full takes a part without a word."""
    left = memoryview(piece)
    while left:
        left = left[file.write(left) or 0 :]


async def _soon(request: web.Request) -> bytes:
    async with asyncio.timeout(SECONDS):
        return await request.content.read(_PIECE)


async def _finish(request: web.Request, file: FileIO, known: Arrival, *, account_id: int) -> web.Response:
    came = await take_in(request, file, known, account_id=account_id)
    if isinstance(came, RefusedUpload) and came.again:
        raise NoRoom(came.reason)
    request.app[ARRIVING].remove(known.id)
    if isinstance(came, RefusedUpload):
        raise Invalid(came.reason)
    return _answer(204, {"Upload-Offset": str(known.size), "Upload-Photo": str(came.photo_id)})


def _decided(known: Arrival, offset: int) -> web.Response:
    if offset != known.size:
        raise OtherOffset(f"{known.size} bytes of this file are here: all of it.")
    if known.refusal:
        raise Invalid(known.refusal)
    return _answer(204, {"Upload-Offset": str(known.size), "Upload-Photo": str(known.photo_id)})


async def _sender(request: web.Request) -> Viewer:
    refuse_foreign_origin(request, request.app[INSTANCE].settings)
    if request.headers.get("Tus-Resumable") != VERSION:
        raise OtherVersion(f"This server speaks tus {VERSION}; say so in the header Tus-Resumable.")
    viewer = await viewer_of(request)
    if viewer is None:
        raise SignInNeeded("Sign in to send photos.")
    return viewer


async def _known(request: web.Request, viewer: Viewer) -> Arrival:
    instance = request.app[INSTANCE]
    found = await arrival(instance.database, id_in_path(request), account_id=viewer.account_id, now=instance.clock())
    if found is None:
        raise NotFound("There is no such upload of yours (any more). Begin anew.")
    return found


def _refuse_without_room(request: web.Request, size: int) -> None:
    reserve = request.app[STORAGE].reserve
    if reserve and lacking(request.app[ARRIVING].path, reserve=reserve, ahead=size):
        raise NoRoom("This server's disk is nearly full, so it takes no photos now. Try again later.")


def _number(request: web.Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal()) or len(text) > 15:
        raise BadRequest(f"The header {header} must be there and hold a number of bytes.")
    return int(text)


def _file_name(request: web.Request) -> str:
    """Return the ``filename`` of ``Upload-Metadata``: pairs of a key and base64, with commas between."""
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                name = base64.b64decode(value, validate=True).decode("utf-8", "replace")
            except (binascii.Error, ValueError):
                raise BadRequest("The filename in Upload-Metadata is no base64.") from None
            return clean_text(name.replace("\\", "/").rpartition("/")[2])[:255]
    return ""


def _expires(known: Arrival) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(datetime.fromtimestamp(known.expires_at / 1000, UTC), usegmt=True)}


def _answer(status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status, headers={"Tus-Resumable": VERSION, "Cache-Control": "no-store", **(headers or {})}
    )

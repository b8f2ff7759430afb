"""The bytes of a sent form, read with limits into a ``Form``.

Ordinary forms are small. Only handlers marked ``takes_uploads`` are sent files, and only by people who are signed in;
each file goes to a temporary file, and one that is too long is thrown away while the others are kept.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import TypeVar
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.video import HEAD_BYTES, video_type
from rossgram_fed.web.errors import BadRequest, TooLarge, TooSlow, Unreadable
from rossgram_fed.web.forms import Form, Upload, clean_text

FORM_BYTES = 1 << 20
"""The most that the fields of a form, files apart, may take."""
FIELDS = 1000
SECONDS = 30
"""How long we wait for the next piece of a body; aiohttp itself waits for ever."""
_IN_MEMORY = 1 << 20
_PIECE = 1 << 18
_BROKEN = "The form arrived broken. Try again."
_TAKES_UPLOADS = "takes_uploads"

Decorated = TypeVar("Decorated", bound=Callable[..., Awaitable[web.StreamResponse]])


def takes_uploads(handler: Decorated) -> Decorated:
    """Mark a handler whose form carries files; put it innermost, below ``signed_in``."""
    setattr(handler, _TAKES_UPLOADS, True)
    return handler


def is_upload(request: web.Request) -> bool:
    """Say whether this request is a form with files for a handler that takes them."""
    return request.content_type == "multipart/form-data" and getattr(request.match_info.handler, _TAKES_UPLOADS, False)


async def read_form(request: web.Request, limits: LimitSettings) -> Form:
    """Read the body; raises a ``Refusal`` when it is too long, too slow or no form."""
    with _refusals():
        if is_upload(request):
            return await _read_multipart(request, limits)
        async with asyncio.timeout(SECONDS):
            return await _read_fields(request)


async def read_sent_form(request: web.Request, limits: LimitSettings, *, files: bool) -> Form:
    """Read a form that a program sent, in either of the two forms that forms have; files only where they are wanted."""
    with _refusals():
        if request.content_type == "multipart/form-data":
            return await _read_multipart(request, limits, files=files)
        async with asyncio.timeout(SECONDS):
            return await _read_fields(request)


async def read_body(request: web.Request) -> bytes:
    """Read a small body that is no form, with the limits of one."""
    with _refusals():
        async with asyncio.timeout(SECONDS):
            return await _read_whole(request)


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in words that what was sent came too slowly or broken."""
    try:
        yield
    except TimeoutError:
        raise TooSlow("What you sent did not arrive in time. Try again.") from None
    except (HttpProcessingError, web.RequestPayloadError) as error:
        raise BadRequest(_BROKEN) from error


async def _read_whole(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > FORM_BYTES:
            raise TooLarge(f"A form may be {FORM_BYTES >> 10} KiB long; this one is longer.")
    return bytes(body)


async def _read_fields(request: web.Request) -> Form:
    if not request.can_read_body:
        return Form()
    if request.content_type == "multipart/form-data":
        raise Unreadable("This form takes no files.")
    if request.content_type != "application/x-www-form-urlencoded":
        raise Unreadable("This address takes a form, not what was sent.")
    body = await _read_whole(request)
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS, errors="replace"
        )
    except ValueError:
        raise BadRequest(f"A form may have {FIELDS} fields; this one has more.") from None
    return Form(MultiDict(pairs))


async def _read_multipart(request: web.Request, limits: LimitSettings, *, files: bool = True) -> Form:
    form = Form()
    room = FORM_BYTES
    try:
        reader = await request.multipart()
        while (part := await _soon(reader.next())) is not None:
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise BadRequest("The form has a part without a name.")
            if len(form.values) + len(form.uploads) >= FIELDS:
                raise BadRequest(f"A form may have {FIELDS} fields; this one has more.")
            if part.filename is not None:
                await _read_file(form, part, limits, wanted=files)
                continue
            value = await _read_value(part, room)
            room -= len(value)
            form.values.add(part.name, value.decode("utf-8", "replace"))
    except (ValueError, AssertionError) as error:
        close_uploads(form)
        raise BadRequest(_BROKEN) from error
    except BaseException:
        close_uploads(form)
        raise
    return form


async def _read_value(part: BodyPartReader, room: int) -> bytes:
    value = b""
    while chunk := await _soon(part.read_chunk()):
        value += chunk
        if len(value) > room:
            raise TooLarge(f"The texts of a form may be {FORM_BYTES >> 10} KiB long; these are longer.")
    return value


async def _read_file(form: Form, part: BodyPartReader, limits: LimitSettings, *, wanted: bool) -> None:
    """Read one file; browsers send an empty, nameless one for an input where nothing was chosen."""
    chunk = await _soon(part.read_chunk(_PIECE))
    if not part.filename and not chunk:
        return
    if not wanted:
        raise Unreadable("This address takes no files.")
    if len(form.uploads) > limits.photos_per_post:
        raise TooLarge(f"A post may have {limits.photos_per_post} photos; these are more.")
    name = clean_text((part.filename or "").replace("\\", "/").rpartition("/")[2])[:255]
    content_type = part.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    upload = Upload(part.name or "", name, content_type, SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed when the request ends
    form.uploads.append(upload)
    is_video = bool(video_type(chunk[:HEAD_BYTES]))
    most = (limits.video_megabytes if is_video else limits.photo_megabytes) << 20
    while chunk:
        upload.size += len(chunk)
        if upload.size > 2 * most:
            what = "video" if is_video else "photo"
            raise TooLarge(f"A {what} may be {most >> 20} MB large; one of these is far larger.")
        upload.too_large = upload.size > most
        if not (upload.too_large or upload.no_room):
            await asyncio.to_thread(_write, upload, chunk)
        chunk = await _soon(part.read_chunk(_PIECE))
    if upload.too_large:
        await asyncio.to_thread(upload.file.truncate, HEAD_BYTES)


def _write(upload: Upload, chunk: bytes) -> None:
    """Add to a file; where the disk is full its bytes are given up, and what comes of it is named like any refusal."""
    try:
        upload.file.write(chunk)
        upload.file.flush()
    except OSError:
        upload.no_room = True
        with contextlib.suppress(OSError):  # what is still in its buffer cannot be written either
            upload.file.close()
        upload.file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when the request ends


Value = TypeVar("Value")


async def _soon(piece: Awaitable[Value]) -> Value:
    async with asyncio.timeout(SECONDS):
        return await piece


def close_uploads(form: Form) -> None:
    """Give the temporary files back."""
    for upload in form.uploads:
        upload.file.close()

"""Files that are meant to do harm: bombs in what they say about themselves, files in files, and disks that are full."""

from __future__ import annotations

import errno
import resource
import struct
import zlib
from io import BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile

import pytest
from PIL import Image

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.developing import develop
from rossgram_fed.media.errors import BadPicture, NotStored
from rossgram_fed.media.keeping import write_files
from rossgram_fed.media.storage import Folder
from rossgram_fed.media.studio import Studio
from rossgram_fed.posts.uploads import Developed, RefusedUpload, develop_all
from rossgram_fed.web.forms import Upload
from tests.rossgram_fed.media.colours import png_chunk, with_chunks
from tests.rossgram_fed.media.heic import HEIC_WITH_EVERYTHING
from tests.rossgram_fed.media.samples import KINDS, a_file, encoded, pixels
from tests.rossgram_fed.media.test_stripping import box, chunk, segment

LIMITS = LimitSettings()

SMALL_PNG, SMALL_JPEG = encoded(pixels(40, 30), "PNG"), encoded(pixels(40, 30), "JPEG")
SMALL_WEBP = encoded(pixels(40, 30), "WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")
EXPANDED = 200 << 20
"""Bytes that a text of 200 KB becomes."""


def squeezed(length: int) -> bytes:
    squeezer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    return b"".join(squeezer.compress(piece) for _ in range(length >> 20)) + squeezer.flush()


BOMB = squeezed(EXPANDED)
LOOP = b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x08\0\0\0\x08"
"""EXIF whose directories are each other."""
GREEDY = b"MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02\xff\xff\xff\xf0\0\0\0\x08\0\0\0\0"
"""EXIF with a name four billion letters long."""

BOMBS = {
    "a text in a PNG": with_chunks(SMALL_PNG, png_chunk(b"zTXt", b"Comment\0\0" + BOMB)),
    "XMP in a PNG": with_chunks(SMALL_PNG, png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + BOMB)),
    "a profile in a PNG": with_chunks(SMALL_PNG, png_chunk(b"iCCP", b"x\0\0" + BOMB)),
    "EXIF in a PNG": with_chunks(SMALL_PNG, png_chunk(b"eXIf", b"MM\0*" + bytes(20 << 20))),
    "a million chunks": SMALL_PNG[:33] + png_chunk(b"tEXt", b"a\0b") * 400_000 + SMALL_PNG[33:],
    "36 MB of EXIF": SMALL_JPEG[:2] + segment(0xE1, b"Exif\0\0" + bytes(65_000)) * 580 + SMALL_JPEG[2:],
    "36 MB of profile": SMALL_JPEG[:2]
    + b"".join(segment(0xE2, b"ICC_PROFILE\0" + bytes((n % 256, 255)) + bytes(65_000)) for n in range(580))
    + SMALL_JPEG[2:],
    "36 MB of Photoshop": SMALL_JPEG[:2]
    + segment(0xED, b"Photoshop 3.0\x008BIM" + bytes(65_000)) * 580
    + SMALL_JPEG[2:],
    "fill bytes": SMALL_JPEG[:2] + b"\xff" * (20 << 20) + SMALL_JPEG[2:],
    "directories that turn in circles": encoded(pixels(40, 30), "JPEG", exif=b"Exif\0\0" + LOOP),
    "a name without end": encoded(pixels(40, 30), "JPEG", exif=b"Exif\0\0" + GREEDY),
    "36 MB of XMP in a WebP": b"RIFF"
    + struct.pack("<I", len(SMALL_WEBP) - 8 + (36 << 20) + 8)
    + SMALL_WEBP[8:]
    + chunk(b"XMP ", bytes(36 << 20)),
    "a video behind a HEIC": HEIC_WITH_EVERYTHING + box(b"mpvd", bytes(36 << 20)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_a_file_says_cannot_hurt(name: str) -> None:
    """However much a file says about itself, it costs little time and memory, and nothing of it is kept."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    picture = develop(BOMBS[name], LIMITS)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime - before.ru_utime < 20
    assert after.ru_maxrss - before.ru_maxrss < 200 * 1024
    assert all(one.size < 20_000 for one in picture.renditions.values())
    assert picture.facts.known() == ({"make": "SECRETMAKE"} if "HEIC" in name else {})


def gif_frames(count: int) -> bytes:
    """A GIF that is tiny, large, and goes on and on."""
    frame = b"!\xf9\x04\0\0\0\0\0," + struct.pack("<HHHHB", 0, 0, 7000, 7000, 0) + b"\x02\x02\x4c\x01\0"
    return b"GIF89a" + struct.pack("<HHBBB", 7000, 7000, 0x80, 0, 0) + bytes(6) + frame * count + b";"


def boxes_without_end() -> bytes:
    """A HEIC that lists more properties than any photo has."""
    meta = HEIC_WITH_EVERYTHING[: HEIC_WITH_EVERYTHING.index(b"ipco") - 4]
    return meta + box(b"ipco", box(b"free", b"") * 100_000)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gif_frames(50_000), "frames without end, none of them whole"),
        (boxes_without_end(), "boxes without end"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + box(b"meta", bytes(4) + b"\0\0\0\1iinf" + b"\xff" * 8), "a huge box"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + box(b"meta", bytes(4) + box(b"iloc", b"\x02" + b"\xff" * 60)), "lies"),
        (SMALL_JPEG[:2] + b"\xff\xe5\0\x02" * 2_000_000 + SMALL_JPEG[2:], "millions of empty segments"),
        (SMALL_PNG[:33] + b"\xff\xff\xff\xffIDAT" + SMALL_PNG[33:], "a chunk of four gigabytes"),
        (SMALL_PNG[:16] + b"\x7f\xff\xff\xff" + SMALL_PNG[20:], "two billion pixels wide"),
        (b"RIFF\xff\xff\xff\xffWEBP" + SMALL_WEBP[12:], "a WebP longer than its file"),
        (SMALL_JPEG[:2] + b"\xff\xe1\xff\xff" + SMALL_JPEG[2:], "a segment that swallows the picture"),
        (SMALL_JPEG[:-2], "a JPEG without an end"),
        (b"\xff\xd8\xff" + SMALL_PNG, "a PNG that says it is a JPEG"),
        (SMALL_PNG[:8] + SMALL_JPEG, "a JPEG that says it is a PNG"),
    ],
)
def test_lies_are_refused(data: bytes, reason: str) -> None:
    """A file that is not what it says is refused with a sentence."""
    with pytest.raises(BadPicture) as refusal:
        develop(data, LIMITS)
    assert refusal.value.reason.endswith("."), reason


PAGE = b"<html><script>alert(1)</script></html>"
POLYGLOTS = {
    "a page in a JPEG's comment": SMALL_JPEG[:2] + segment(0xFE, PAGE) + SMALL_JPEG[2:],
    "a page in a JPEG's head": SMALL_JPEG[:2] + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\xff\xff" + PAGE) + SMALL_JPEG[20:],
    "a page behind a JPEG": SMALL_JPEG + PAGE,
    "an archive behind a PNG": SMALL_PNG + b"PK\x03\x04" + PAGE,
    "a page in a PNG": with_chunks(SMALL_PNG, png_chunk(b"tEXt", b"Comment\0" + PAGE), png_chunk(b"hTML", PAGE)),
    "a page in a WebP": b"RIFF"
    + struct.pack("<I", len(SMALL_WEBP) - 8 + len(chunk(b"HTML", PAGE)))
    + SMALL_WEBP[8:]
    + chunk(b"HTML", PAGE),
    "a page behind a GIF": encoded(pixels(40, 30), "GIF") + PAGE,
    "a page in a GIF": encoded(pixels(40, 30), "GIF", comment=PAGE),
    "a page in a HEIC": HEIC_WITH_EVERYTHING + box(b"free", PAGE),
    "a page behind an AVIF": encoded(pixels(40, 30), "AVIF", speed=10) + PAGE,
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_file_in_a_file_does_not_come_through(name: str) -> None:
    """What is hidden in a photo is in nothing that is kept of it."""
    assert PAGE in POLYGLOTS[name]
    for rendition in develop(POLYGLOTS[name], LIMITS).renditions.values():
        assert not any(trace in rendition.data for trace in (b"<html", b"<script", b"PK\x03\x04"))


class FullDisk(Folder):
    """A folder on a disk that is full after so many files."""

    def __init__(self, path: Path, room: int) -> None:
        super().__init__(path)
        self.room = room

    def _write(self, data: bytes, final: Path) -> None:
        self.room -= 1
        if self.room < 0:
            final.parent.mkdir(exist_ok=True)
            final.write_bytes(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        super()._write(data, final)


PHOTO = develop(a_file("PNG", 200, 150), LIMITS)


@pytest.mark.parametrize("room", range(6))
async def test_a_full_disk_keeps_nothing_half(tmp_path: Path, room: int) -> None:
    """Whichever file the disk has no room for, none of the photo's files stays."""
    folder = FullDisk(tmp_path, room)
    folder.prepare()
    with pytest.raises(NotStored):
        await write_files(folder, PHOTO)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_a_full_disk_is_told_of_by_file(tmp_path: Path, studio: Studio) -> None:
    """The photo that found no room is refused with its reason; the one before it stays."""
    folder = FullDisk(tmp_path, 5)
    folder.prepare()
    uploads = [Upload("files", name, "", SpooledTemporaryFile()) for name in ("a.jpg", "b.jpg")]  # noqa: SIM115
    for upload in uploads:
        upload.file.write(SMALL_JPEG)
    first = await develop_all(studio, folder, uploads[:1], limits=LimitSettings(photo_megabytes=1))
    second = await develop_all(studio, folder, uploads[1:], limits=LimitSettings(photo_megabytes=1))
    assert isinstance(first[0], Developed) and isinstance(second[0], RefusedUpload)
    assert second[0].reason == NotStored().reason
    kept = {file["key"] for file in first[0].files.values()}
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == kept


async def test_a_poisoned_file_costs_the_next_one_nothing(studio: Studio) -> None:
    """After every kind of bad file, alternating with good ones, the same few processes still work."""
    for data in (gif_frames(3), SMALL_JPEG[:-2], boxes_without_end(), b"", BOMBS["a profile in a PNG"][:5000]):
        with pytest.raises(BadPicture):
            await studio.develop(data)
        assert (await studio.develop(SMALL_JPEG)).width == 40
    assert len(studio.process_ids) <= LIMITS.picture_processes


@pytest.mark.parametrize("kind", [*KINDS, "HEIF"])
def test_what_is_kept_opens_again(kind: str) -> None:
    """An original is a file of its kind, which can be developed anew to the same sizes."""
    first = develop(HEIC_WITH_EVERYTHING if kind == "HEIF" else a_file(kind, 90, 60), LIMITS)
    again = develop(first.renditions["original"].data, LIMITS)
    assert (again.media_type, again.width, again.height) == (first.media_type, first.width, first.height)
    assert again.blurhash == first.blurhash
    if kind != "HEIF":
        assert Image.open(BytesIO(first.renditions["original"].data)).format == kind

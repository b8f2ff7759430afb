"""The original: without a word about its maker or its place, and with every pixel as it was."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

import pi_heif
import pytest
from PIL import Image

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.developing import develop
from rossgram_fed.media.errors import BadPicture
from rossgram_fed.media.stripping import strip
from tests.rossgram_fed.media.colours import png_chunk, with_chunks
from tests.rossgram_fed.media.heic import HEIC_WITH_EVERYTHING
from tests.rossgram_fed.media.samples import DISPLAY_P3, a_file, encoded, matrix_profile, pixels

LIMITS = LimitSettings()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" about="http://ns.adobe.com/xap/1.0/">SECRETXMP</x:xmpmeta>'
COORDINATES = struct.pack(">6I", 52, 1, 31, 1, 12, 1)
"""52° 31' 12" as EXIF writes it."""


def telling_exif(orientation: int = 1) -> bytes:
    """EXIF with a place, serial numbers, a maker's note and a thumbnail."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETMAKE"
    exif[0x013B] = "SECRETARTIST"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0), 29: "SECRETDATE"}
    photo = exif.get_ifd(0x8769)
    photo[0xA431], photo[0xA435] = "SECRETBODYSERIAL", "SECRETLENSSERIAL"
    photo[0x927C] = b"SECRETMAKERNOTE" * 20
    photo[0x9286] = b"ASCII\0\0\0SECRETCOMMENT"
    return exif.tobytes() + b"SECRETTHUMBNAIL"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def box(name: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + name + body


def chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)


def telling_jpeg(orientation: int = 1, **options: object) -> bytes:
    """A JPEG with everything that cameras, phones and programs are known to put into one."""
    plain = a_file("JPEG", 200, 120, **options)
    second = a_file("JPEG", 80, 60, exif=telling_exif())
    said = (
        segment(0xE0, b"JFXX\0\x10SECRETJFXX"),
        segment(0xE1, telling_exif(orientation)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0SECRETEXTENSION"),
        segment(0xE1, b"QVCI\0SECRETQVCI"),
        segment(0xE2, b"MPF\0SECRETMPF"),
        segment(0xE2, b"FPXR\0SECRETFPXR"),
        segment(0xE3, b"Meta\0SECRETMETA"),
        segment(0xE5, b"RMETA\0SECRETSAMSUNG"),
        segment(0xEB, b"JP\0\0SECRETC2PA"),
        segment(0xEC, b"Ducky\0SECRETDUCKY"),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0d\x1c\x02\x5a\0\x08SECRETED"),
        segment(0xEF, b"SECRETAPP15"),
        segment(0xFE, b"SECRETCOMMENT"),
    )
    return plain[:2] + b"".join(said) + plain[2:] + second + b"SECRETTAIL"


def telling_png(orientation: int = 1) -> bytes:
    texts = (
        png_chunk(b"eXIf", telling_exif(orientation)[6:]),
        png_chunk(b"tEXt", b"Comment\0SECRETTEXT"),
        png_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"SECRETHEX" * 9, 0)),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
        png_chunk(b"tIME", struct.pack(">HBBBBB", 2026, 5, 1, 12, 30, 0)),
        png_chunk(b"prVt", b"SECRETPRIVATE"),
    )
    plain = encoded(pixels(200, 120), "PNG", icc_profile=matrix_profile(DISPLAY_P3, gamma=2.2))
    return with_chunks(plain, *texts) + b"SECRETTAIL"


def telling_webp(orientation: int = 1) -> bytes:
    plain = encoded(pixels(200, 120), "WEBP", exif=telling_exif(orientation), xmp=XMP)
    body = plain[8:] + chunk(b"SECR", b"SECRETCHUNK")
    return b"RIFF" + len(body).to_bytes(4, "little") + body + b"SECRETTAIL"


def telling_gif() -> bytes:
    plain = encoded(pixels(200, 120), "GIF", comment=b"SECRETCOMMENT")
    place = plain.index(b"!\xfe")
    packet = b"!\xff\x0bXMP DataXMP\x09SECRETXMP\0" + b"!\x01\x0c" + bytes(12) + b"\x09SECRETTXT\0"
    return plain[:place] + packet + plain[place:] + b"SECRETTAIL"


def telling_avif() -> bytes:
    plain = encoded(pixels(200, 120), "AVIF", exif=telling_exif(), xmp=XMP)
    return (
        plain + box(b"uuid", b"SECRETUUID") + box(b"mdat", b"SECRETSPARE") + box(b"free", b"SECRETFREE") + b"SECRETTAIL"
    )


def telling_heic() -> bytes:
    return HEIC_WITH_EVERYTHING + box(b"sefd", b"SECRETSAMSUNG") + box(b"mpvd", b"SECRETVIDEO") + b"SECRETTAIL"


TELLING = {
    "JPEG": telling_jpeg(),
    "progressive JPEG": telling_jpeg(progressive=True),
    "JPEG with restarts": telling_jpeg(restart_marker_rows=2),
    "PNG": telling_png(),
    "WEBP": telling_webp(),
    "GIF": telling_gif(),
    "AVIF": telling_avif(),
    "HEIF": telling_heic(),
}
TRACES = (b"SECRET", b"Exif", b"GPS", b"xmpmeta", b"adobe.com", b"Photoshop", b"MPF\0", b"JFXX", b"tIME", COORDINATES)


def pixels_of(data: bytes) -> tuple[object, bytes]:
    """What a decoder makes of a file, every frame of it."""
    if data[4:12] == b"ftypheic":
        image = pi_heif.open_heif(data)
        return image.size, bytes(image.data)
    with Image.open(BytesIO(data)) as image:
        frames = []
        for number in range(getattr(image, "n_frames", 1) if image.format != "MPO" else 1):
            image.seek(number)
            frames.append(image.tobytes())
        return image.size, b"".join(frames)


@pytest.mark.parametrize("kind", TELLING)
def test_the_original_tells_nothing(kind: str) -> None:
    """No place, no serial number, no maker's note, no thumbnail, no second picture is in any byte of it."""
    data = TELLING[kind]
    assert data.count(b"SECRET") >= 2
    original = develop(data, LIMITS).renditions["original"].data
    assert [trace for trace in TRACES if trace in original] == []
    assert pixels_of(original) == pixels_of(data)


@pytest.mark.parametrize("kind", TELLING)
def test_nothing_else_tells_either(kind: str) -> None:
    """What was sent is in no rendition, and the exact place is in nothing that leaves the process."""
    picture = develop(TELLING[kind], LIMITS)
    for name, one in picture.renditions.items():
        assert [trace for trace in TRACES if trace in one.data] == [], name
    assert picture.near is None or picture.near == (52.52, 13.41)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_only_the_orientation_stays(orientation: int) -> None:
    """The original is turned as it was; its EXIF says that and nothing more."""
    for data in (telling_jpeg(orientation), telling_png(orientation), telling_webp(orientation)):
        picture = develop(data, LIMITS)
        original = picture.renditions["original"]
        with Image.open(BytesIO(original.data)) as image:
            assert dict(image.getexif()) == ({} if orientation == 1 else {0x0112: orientation})
        assert b"SECRET" not in original.data
        upright = (200, 120) if orientation < 5 else (120, 200)
        assert (original.width, original.height) == (picture.width, picture.height) == upright


def test_an_animation_stays_one() -> None:
    """Frames, their timing and that they repeat are no metadata."""
    frames = [pixels(60, 40, seed=seed) for seed in range(3)]
    for kind in ("GIF", "PNG", "WEBP"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=70, loop=0)
        original = develop(data, LIMITS).renditions["original"].data
        assert pixels_of(original) == pixels_of(data)
        with Image.open(BytesIO(original)) as image:
            assert (image.n_frames, image.info.get("loop")) == (3, 0)  # type: ignore[attr-defined]


def test_a_moving_avif_is_not_kept_as_it_was() -> None:
    """Where metadata cannot be taken off for certain there is no original, and the best JPEG stands for it."""
    frames = [pixels(60, 40, seed=seed) for seed in range(3)]
    data = encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:], exif=telling_exif(), xmp=XMP)
    picture = develop(data, LIMITS)
    assert not picture.original_kept
    assert all(b"SECRET" not in one.data for one in picture.renditions.values())


def test_a_jpeg_within_limits_is_not_compressed_again() -> None:
    """What others fetch is what was sent, without its metadata; and so are the sizes that it fits."""
    data = telling_jpeg()
    picture = develop(data, LIMITS)
    one = picture.renditions["federated"].data
    assert all(picture.renditions[name].data is one for name in ("original", "full-jpeg", "feed-jpeg"))
    assert pixels_of(one) == pixels_of(data)
    large = develop(a_file("JPEG", 2400, 1600, quality=95), LIMITS)
    assert large.renditions["federated"].data is large.renditions["original"].data
    assert large.renditions["full-jpeg"].data is not large.renditions["original"].data


def test_a_webp_within_limits_is_shown_as_it_is() -> None:
    """A still WebP serves the sizes that it fits; others fetch a JPEG all the same."""
    picture = develop(telling_webp(), LIMITS)
    assert picture.renditions["full"].data is picture.renditions["original"].data
    assert picture.renditions["federated"].media_type == "image/jpeg"


P3 = matrix_profile(DISPLAY_P3, gamma=2.2)
NOISE = Image.frombytes("RGB", (1900, 1400), random.Random(7).randbytes(1900 * 1400 * 3))
AS_RGB = segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("its colours are not sRGB", a_file("JPEG", icc_profile=P3)),
        ("it lies on its side", telling_jpeg(6)),
        ("it is too long", encoded(pixels(4400, 40), "JPEG")),
        ("it is in four inks", encoded(pixels(90, 60, mode="CMYK"), "JPEG")),
        ("it is too heavy", encoded(NOISE, "JPEG", quality=100, subsampling=0)),
        ("it is no JPEG", encoded(pixels(90, 60), "PNG")),
    ],
)
def test_what_is_beyond_the_limits_is_made_anew(reason: str, data: bytes) -> None:
    """Other servers get an upright sRGB JPEG that all of them take, whatever came in."""
    picture = develop(data, LIMITS)
    federated = picture.renditions["federated"]
    assert federated.data is not picture.renditions["original"].data, reason
    assert reason != "it is too heavy" or len(data) > 8_000_000
    with Image.open(BytesIO(federated.data)) as image:
        assert (image.format, image.mode) in (("JPEG", "RGB"), ("JPEG", "L"))
        assert image.info.get("progressive", reason == "it is too heavy") and "icc_profile" not in image.info
        assert max(image.size) <= 4096 and federated.size < 8_000_000


def bent(jpeg: bytes, old: bytes, new: bytes) -> bytes:
    assert old in jpeg
    return jpeg.replace(old, new, 1)


def test_only_common_jpegs_are_sent_on() -> None:
    """One whose numbers are no YCbCr is read here, but not everywhere."""
    plain = a_file("JPEG", 90, 60)
    assert strip("JPEG", plain).common
    assert not strip("JPEG", plain[:2] + AS_RGB + plain[2:]).common
    assert not strip("JPEG", bent(plain, b"\xff\xc0", b"\xff\xc9")).common
    assert not strip("JPEG", encoded(pixels(90, 60, mode="CMYK"), "JPEG")).common


@pytest.mark.parametrize("kind", TELLING)
def test_what_is_stripped_is_stripped(kind: str) -> None:
    """Doing it twice changes nothing: what is kept is read by the same reader."""
    name = kind.split()[1] if kind.startswith("progressive") else kind.split()[0]
    once = strip(name, TELLING[kind]).data
    assert strip(name, once).data == once


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF"])
def test_half_a_file_is_damaged(kind: str) -> None:
    """Wherever a file ends too early, the stripper says so or hands on what a decoder then refuses."""
    whole = strip(kind, TELLING[kind]).data
    for part in range(1, 20):
        with pytest.raises(BadPicture):
            develop(whole[: len(whole) * part // 20], LIMITS)


def test_nothing_is_left_behind_a_picture() -> None:
    """The gain map of an Ultra HDR photo and the film of a motion photo go, with every word that points at them."""
    words = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/>'
    )
    shining = encoded(pixels(200, 120), "MPO", save_all=True, append_images=[pixels(50, 30, seed=2)])
    film = box(b"ftyp", b"mp42" + bytes(4)) + box(b"mdat", b"SECRETFILM")
    data = shining[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + words) + shining[2:] + film
    picture = develop(data, LIMITS)
    kept = picture.renditions["original"].data
    assert kept is picture.renditions["federated"].data
    assert kept.count(b"\xff\xd8\xff") == 1
    assert [word for word in (b"hdrgm", b"MPF\0", b"ftyp", b"SECRET") if word in kept] == []
    assert Image.open(BytesIO(kept)).tobytes() == Image.open(BytesIO(shining)).tobytes()

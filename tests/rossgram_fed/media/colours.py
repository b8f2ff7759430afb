"""Colours as numbers for these tests: how far two are apart (CIEDE2000), patches, and profiles no library makes."""

from __future__ import annotations

import itertools
import math
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms

from rossgram_fed.media.pictures import Picture
from tests.rossgram_fed.media.samples import lab

Colour = tuple[float, ...]

PATCHES: tuple[tuple[int, int, int], ...] = (
    *((115, 82, 68), (194, 150, 130), (98, 122, 157), (87, 108, 67), (133, 128, 177), (103, 189, 170)),
    *((214, 126, 44), (80, 91, 166), (193, 90, 99), (94, 60, 108), (157, 188, 64), (224, 163, 46)),
    *((56, 61, 150), (70, 148, 73), (175, 54, 60), (231, 199, 31), (187, 86, 149), (8, 133, 161)),
    *((243, 243, 242), (200, 200, 200), (160, 160, 160), (122, 122, 121), (85, 85, 85), (52, 52, 52)),
)
"""The numbers of a well-known colour chart, taken for numbers of whichever space is tested."""
EDGE = 24
"""Pixels of one patch."""
ACROSS = 6

GREYS = tuple((grey,) for grey in range(15, 255, 10))


def chart(patches: tuple[tuple[int, ...], ...] = PATCHES, mode: str = "RGB") -> Image.Image:
    """A picture of the patches, row by row."""
    image = Image.new(mode, (ACROSS * EDGE, -(-len(patches) // ACROSS) * EDGE))
    for number, colour in enumerate(patches):
        x, y = number % ACROSS * EDGE, number // ACROSS * EDGE
        image.paste(colour if len(colour) > 1 else colour[0], (x, y, x + EDGE, y + EDGE))
    return image


def seen(image: Image.Image, count: int = len(PATCHES)) -> list[Colour]:
    """The colours in the middle of the patches."""
    rgb = image.convert("RGB")
    places = [(n % ACROSS * EDGE + EDGE // 2, n // ACROSS * EDGE + EDGE // 2) for n in range(count)]
    return [rgb.getpixel(place) for place in places]  # type: ignore[misc]


def as_seen(image: Image.Image) -> Image.Image:
    """A picture in sRGB, as everybody shows it who looks at profiles, as all browsers do."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))  # type: ignore[return-value]


def opened(picture: Picture, name: str) -> Image.Image:
    """Read one of the renditions of a picture."""
    return Image.open(BytesIO(picture.renditions[name].data))


def far(one: Colour, other: Colour) -> float:
    """How far two sRGB colours are apart: CIEDE2000."""
    return ciede2000(lab(one), lab(other))


def ciede2000(one: Colour, other: Colour) -> float:
    """CIE 142-2001, as in Sharma, Wu and Dalal (2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 if a or b else 0.0 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if not c1 * c2 else (h2 - h1 + 180) % 360 - 180
    if c1 * c2 and abs(h2 - h1) == 180:
        turn = h2 - h1
    light, chroma = l2 - l1, c2 - c1
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    l_mean, c_mean = (l1 + l2) / 2, (c1 + c2) / 2
    h_mean = h1 + h2 if not c1 * c2 else (h1 + h2) / 2 + (0 if abs(h1 - h2) <= 180 else 180 if h1 + h2 < 360 else -180)
    t = (
        1
        - 0.17 * math.cos(math.radians(h_mean - 30))
        + 0.24 * math.cos(math.radians(2 * h_mean))
        + 0.32 * math.cos(math.radians(3 * h_mean + 6))
        - 0.20 * math.cos(math.radians(4 * h_mean - 63))
    )
    s_l = 1 + 0.015 * (l_mean - 50) ** 2 / math.sqrt(20 + (l_mean - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c_mean, 1 + 0.015 * c_mean * t
    r_c = 2 * math.sqrt(c_mean**7 / (c_mean**7 + 25**7))
    r_t = -math.sin(math.radians(60 * math.exp(-(((h_mean - 275) / 25) ** 2)))) * r_c
    x, y, z = light / s_l, chroma / s_c, hue / s_h
    return math.sqrt(x * x + y * y + z * z + r_t * y * z)


def srgb_of(point: Colour) -> Colour:
    """The sRGB numbers of a Lab colour (D50), cut off at what sRGB can show."""
    lightness, a, b = point
    fy = (lightness + 16) / 116
    parts = (part**3 if part**3 > 0.008856 else (part - 16 / 116) / 7.787 for part in (fy + a / 500, fy, fy - b / 200))
    x, y, z = (part * white for part, white in zip(parts, (0.9642, 1.0, 0.8249), strict=True))
    linear = (
        3.1338561 * x - 1.6168667 * y - 0.4906146 * z,
        -0.9787684 * x + 1.9161415 * y + 0.0334540 * z,
        0.0719453 * x - 0.2289914 * y + 1.4052427 * z,
    )
    cut = (max(0.0, min(1.0, part)) for part in linear)
    return tuple(255 * (part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055) for part in cut)


INK_PATCHES = tuple(itertools.islice(itertools.product((0, 128, 255), (0, 128), (0, 128), (0, 128)), 24))


def ink_lab(inks: tuple[int, ...]) -> Colour:
    """The Lab of four inks in the press of ``ink_profile``."""
    cyan, magenta, yellow, black = (ink / 255 for ink in inks)
    lightness = 95 - 40 * cyan - 45 * magenta - 8 * yellow
    return lightness * (1 - 0.85 * black), 60 * magenta - 30 * cyan, 70 * yellow - 40 * cyan - 10 * magenta


def ink_profile() -> bytes:
    """An ICC v2 profile of a press with four inks: a table of 9 steps an ink."""
    steps = range(0, 256, 32)
    grid = [min(255, step) for step in (*steps, 255)]
    table = bytearray()
    for inks in itertools.product(grid, repeat=4):
        light, a, b = ink_lab(inks)
        table += bytes(
            (
                round(max(0, min(100, light)) * 2.55),
                round(max(-128, min(127, a)) + 128),
                round(max(-128, min(127, b)) + 128),
            )
        )
    curve = bytes(range(256))
    matrix = b"".join(struct.pack(">i", 65536 * (i == j)) for i in range(3) for j in range(3))
    lut = b"mft1\0\0\0\0" + bytes((4, 3, len(grid), 0)) + matrix + curve * 4 + bytes(table) + curve * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut, b"A2B1": lut})


def grey_profile(gamma: float) -> bytes:
    """An ICC v2 profile of grey with a gamma."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": curve})


def _profile(device: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    fixed = b"".join(struct.pack(">i", round(value * 65536)) for value in (0.9642, 1.0, 0.8249))
    tags = tags | {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 7) + b"SECRET\0" + bytes(78),
        b"mmod": b"mmod\0\0\0\0SECRETSERIALNUMBER",
        b"cprt": b"text\0\0\0\0SECRET\0",
        b"wtpt": b"XYZ \0\0\0\0" + fixed,
    }
    table, body, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI", start + len(body), b"test", 0x02400000) + device + space + connection
    head += bytes(12) + b"acsp" + bytes(28) + fixed
    return head + bytes(128 - len(head)) + table + body


def deep_png(image: Image.Image, *, profile: bytes = b"") -> bytes:
    """A PNG of 16 bits a channel, which Pillow reads and does not write."""
    rows = [image.crop((0, y, image.width, y + 1)).tobytes() for y in range(image.height)]
    body = zlib.compress(b"".join(b"\0" + bytes(part for value in row for part in (value, value)) for row in rows))
    chunks = [png_chunk(b"IHDR", struct.pack(">IIBBBBB", *image.size, 16, 2, 0, 0, 0))]
    if profile:
        chunks.append(png_chunk(b"iCCP", b"SECRET\0\0" + zlib.compress(profile)))
    return b"\x89PNG\r\n\x1a\n" + b"".join((*chunks, png_chunk(b"IDAT", body), png_chunk(b"IEND", b"")))


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """A PNG with more chunks behind its header."""
    return png[:33] + b"".join(chunks) + png[33:]

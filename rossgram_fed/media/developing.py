"""Make out of one uploaded file everything that is shown of it.

Pure computation over bytes, run in a process of its own (``studio``). Two kinds of files come out: those encoded here
from pixels alone, and the one that came in, without its metadata and otherwise byte for byte (``stripping``). The
latter is made of local photos only; of a stranger's file no byte survives. Nothing is ever enlarged, and a JPEG that
is within the limits already is not compressed a second time.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from rossgram_fed.config import LimitSettings
from rossgram_fed.media import blurhash, colour
from rossgram_fed.media.cropping import kept_part, reshaped
from rossgram_fed.media.editing import UNTOUCHED, Edits
from rossgram_fed.media.encoding import FULL_COLOUR, federated_jpeg, jpeg, light_webp, placeholder_of, webp
from rossgram_fed.media.errors import TOO_HUNGRY, BadPicture
from rossgram_fed.media.facts import Facts
from rossgram_fed.media.facts_in_files import facts_in, near_in
from rossgram_fed.media.opening import MEDIA_TYPES, Opened, decode, open_picture
from rossgram_fed.media.pictures import Focal, Picture, Recipe, Rendition
from rossgram_fed.media.shaping import cut, fitted, square, upright
from rossgram_fed.media.toning import toned
from rossgram_fed.sizes import (
    AVATAR_EDGE,
    FEDERATED,
    FEDERATED_BYTES,
    FEDERATED_EDGE,
    FEED,
    FEED_EDGE,
    FULL,
    FULL_EDGE,
    GRID,
    GRID_EDGE,
    HEADER_SIZE,
    LIGHT_BYTES,
    ORIGINAL,
    QUALITIES,
    jpeg_of,
)

NEAR = 0.9
"""How much shorter than wanted a large rendition may come out, when that is much cheaper to make."""

TILE_EDGE = 160
"""Pixels of the small squares that show filters."""

FULL_BYTES, FEED_BYTES = 1_200_000, 200_000
"""A sent file that fits a size is used for it as it is only when it is no larger than this."""

Renditions = dict[str, Rendition]


def develop(
    data: bytes,
    limits: LimitSettings,
    *,
    focal: Focal = (0.0, 0.0),
    recipe: Recipe = Recipe.PHOTO,
    edits: Edits = UNTOUCHED,
) -> Picture:
    """Turn an uploaded file into a picture; raise ``BadPicture`` with a sentence for whoever sent it.

    With ``edits`` nothing of the file is used as it is, and it is not among the renditions: it shows what was cut off.
    """
    opened = open_picture(data, megapixels=limits.photo_megapixels)
    try:
        renditions, small = _RECIPES[recipe](opened, edits, focal)
        blur, placeholder = _impression(small)
    except MemoryError as error:
        raise BadPicture(TOO_HUNGRY) from error
    largest = max((one for name, one in renditions.items() if name != ORIGINAL), key=lambda one: one.width * one.height)
    local = recipe is Recipe.PHOTO
    return Picture(
        renditions=renditions,
        blurhash=blur,
        placeholder=placeholder,
        width=largest.width,
        height=largest.height,
        media_type=MEDIA_TYPES[opened.kind],
        facts=facts_in(opened.file) if local else Facts(),
        near=near_in(opened.file) if local else None,
    )


def _photo(opened: Opened, edits: Edits, focal: Focal) -> tuple[Renditions, Image.Image]:
    sent = _as_it_is(opened) if edits == UNTOUCHED else None
    if sent and _is_within_limits(opened, sent):
        federated, master = sent, _master(opened, FULL_EDGE, edits=edits)
    else:
        federated, master = _federated(opened, edits)
    shown = _shown(master, focal)
    made: Renditions = {
        **({ORIGINAL: sent or _sent(opened)} if opened.file.clean and edits == UNTOUCHED else {}),
        FEDERATED: federated,
        **_webps(shown),
        **_jpegs({name: colour.opaque(image) for name, image in shown.items()}),
    }
    return made | (_fitting(opened, sent) if sent else {}), shown[FEED]


def _copy(opened: Opened, edits: Edits, focal: Focal) -> tuple[Renditions, Image.Image]:
    shown = _shown(_master(opened, FULL_EDGE, edits=edits), focal)
    return _webps(shown), shown[FEED]


def _avatar(opened: Opened, edits: Edits, focal: Focal) -> tuple[Renditions, Image.Image]:
    master = _master(opened, FEED_EDGE, edits=edits)
    return {"avatar": jpeg(square(colour.opaque(master), AVATAR_EDGE, focal=focal), quality=88)}, master


def _header(opened: Opened, edits: Edits, focal: Focal) -> tuple[Renditions, Image.Image]:
    master = _master(opened, FULL_EDGE, edits=edits)
    return {"header": jpeg(cut(colour.opaque(master), HEADER_SIZE, focal=focal), quality=85)}, master


def _proof(opened: Opened, edits: Edits, focal: Focal) -> tuple[Renditions, Image.Image]:
    master = _master(opened, FEED_EDGE, edits=edits)
    return {Recipe.PROOF: jpeg(colour.opaque(master), quality=90, subsampling=FULL_COLOUR)}, master


def _tile(opened: Opened, edits: Edits, focal: Focal) -> tuple[Renditions, Image.Image]:
    master = _master(opened, TILE_EDGE, edits=edits)
    return {Recipe.TILE: jpeg(square(colour.opaque(master), TILE_EDGE, focal=focal), quality=80)}, master


_RECIPES: dict[Recipe, Callable[[Opened, Edits, Focal], tuple[Renditions, Image.Image]]] = {
    Recipe.PHOTO: _photo,
    Recipe.COPY: _copy,
    Recipe.AVATAR: _avatar,
    Recipe.HEADER: _header,
    Recipe.PROOF: _proof,
    Recipe.TILE: _tile,
}


def _federated(opened: Opened, edits: Edits) -> tuple[Rendition, Image.Image]:
    """Make the JPEG for other servers, and return it with the picture in sRGB that the smaller sizes are made of.

    An unedited photo in Display P3 or Adobe RGB stays so, its profile along with it; only the small sizes are
    converted.
    """
    if edits != UNTOUCHED or not colour.is_kept(opened.file.icc, opened.image.mode):
        master = _master(opened, FEDERATED_EDGE, edits=edits)
        return federated_jpeg(colour.opaque(master)), master
    wide = colour.without_idle_alpha(upright(_decoded(opened, FEDERATED_EDGE), opened.orientation))
    federated = federated_jpeg(colour.opaque(wide), profile=opened.file.icc)
    return federated, colour.to_srgb(fitted(wide, FULL_EDGE, near=NEAR), opened.file.icc)


def _master(opened: Opened, long_edge: int, *, edits: Edits) -> Image.Image:
    """Decode the picture no larger than is needed, in sRGB, upright and edited."""
    size = opened.size if opened.orientation < 5 else opened.size[::-1]
    master = colour.to_srgb(_decoded(opened, int(long_edge / kept_part(edits, *size))), opened.file.icc)
    master = colour.without_idle_alpha(upright(master, opened.orientation))
    return master if edits == UNTOUCHED else toned(reshaped(master, edits), edits)


def _decoded(opened: Opened, long_edge: int) -> Image.Image:
    return fitted(colour.plain(decode(opened.image, long_edge=int(long_edge * NEAR))), long_edge, near=NEAR)


def _shown(master: Image.Image, focal: Focal) -> dict[str, Image.Image]:
    full = fitted(master, FULL_EDGE, near=NEAR)
    feed = fitted(full, FEED_EDGE)
    return {FULL: full, FEED: feed, GRID: square(feed if min(feed.size) >= GRID_EDGE else full, GRID_EDGE, focal=focal)}


def _webps(shown: dict[str, Image.Image]) -> Renditions:
    feed = light_webp(shown[FEED], quality=QUALITIES[FEED], method=2, most=LIGHT_BYTES)
    small = shown[FULL].size == shown[FEED].size
    return {
        GRID: webp(shown[GRID], quality=QUALITIES[GRID], method=2),
        FEED: feed,
        FULL: feed if small else webp(shown[FULL], quality=QUALITIES[FULL], method=1),
    }


def _jpegs(shown: dict[str, Image.Image]) -> Renditions:
    feed = jpeg(shown[FEED], quality=QUALITIES[jpeg_of(FEED)])
    small = shown[FULL].size == shown[FEED].size
    return {
        jpeg_of(GRID): jpeg(shown[GRID], quality=QUALITIES[jpeg_of(GRID)]),
        jpeg_of(FEED): feed,
        jpeg_of(FULL): feed if small else jpeg(shown[FULL], quality=QUALITIES[jpeg_of(FULL)]),
    }


def _sent(opened: Opened) -> Rendition:
    width, height = opened.size if opened.orientation < 5 else opened.size[::-1]
    return Rendition(data=opened.file.data, media_type=MEDIA_TYPES[opened.kind], width=width, height=height)


def _as_it_is(opened: Opened) -> Rendition | None:
    """Return the file that came in, if it can be shown as it is: upright, in usual colours, and read by everybody."""
    image, icc = opened.image, opened.file.icc
    still = not getattr(image, "is_animated", False)
    readable = opened.file.common if opened.kind == "JPEG" else opened.kind == "WEBP" and still
    if not readable or opened.orientation != 1:
        return None
    return _sent(opened) if colour.is_srgb(icc, image.mode) or colour.is_kept(icc, image.mode) else None


def _is_within_limits(opened: Opened, sent: Rendition) -> bool:
    within = max(sent.width, sent.height) <= FEDERATED_EDGE and sent.size < FEDERATED_BYTES
    return within and opened.kind == "JPEG"


def _fitting(opened: Opened, sent: Rendition) -> Renditions:
    """Return the sizes that the file that came in serves as it is."""
    sizes = ((FULL, FULL_EDGE, FULL_BYTES), (FEED, FEED_EDGE, FEED_BYTES))
    fits = [name for name, edge, most in sizes if max(sent.width, sent.height) <= edge and sent.size <= most]
    return {name if opened.kind == "WEBP" else jpeg_of(name): sent for name in fits}


def _impression(image: Image.Image) -> tuple[str, str]:
    tiny = colour.opaque(image.resize((32, 24), Image.Resampling.BILINEAR, reducing_gap=2.0))
    scale = 24 / max(image.size)
    shape = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return blurhash.encode(tiny.tobytes(), 32, height=24), placeholder_of(tiny.resize(shape))

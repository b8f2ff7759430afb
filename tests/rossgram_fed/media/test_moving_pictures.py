"""GIFs that move become videos that run by themselves; videos with a wide range of light become plain ones."""

from __future__ import annotations

import struct
from fractions import Fraction
from io import BytesIO

import av
import pytest
from PIL import Image

from rossgram_fed.media.gifs import moves
from rossgram_fed.media.video import BadVideo
from rossgram_fed.media.video_making import make_clip
from rossgram_fed.media.video_reading import Bounds
from rossgram_fed.models import Account, Photo
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts import actions, documents
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.queries import post_page
from rossgram_fed.posts.sources import post_source
from rossgram_fed.posts.uploads import RefusedUpload, Uploaded
from tests.builders import a_person
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.test_video_jobs import send, videos_of

BOUNDS = Bounds(seconds=180, bytes=100_000_000)


def a_gif(pictures: int, *, size: tuple[int, int] = (101, 67), milliseconds: int = 80) -> bytes:
    """A GIF of so many pictures, each of another colour, with words in it."""
    file = BytesIO()
    first, *rest = [Image.new("RGB", size, (number * 20 % 256, 90, 200)) for number in range(pictures)]
    first.save(file, "GIF", save_all=True, append_images=rest, duration=milliseconds, loop=0, comment=b"SECRET")
    return file.getvalue()


def a_bomb(pictures: int, *, side: int = 4096) -> bytes:
    """A GIF that says it is large, with very many pictures of one pixel, a few bytes each."""
    picture = b"\x21\xf9\x04\0\x08\0\0\0" + b"\x2c" + bytes(4) + b"\1\0\1\0\0" + b"\2\2\x4c\1\0"
    return b"GIF89a" + struct.pack("<HH", side, 2304) + b"\x80\0\0" + bytes(6) + picture * pictures + b";"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (a_gif(1), "one picture"),
        (b"GIF89a", "a head alone"),
        (a_gif(9)[:60], "one that ends in its first picture"),
        (b"\x89PNG", "no GIF"),
        (b"GIF89a" + bytes(7) + b"\x21\xfe" + b"\1x" * 600_000, "words without end"),
    ],
)
def test_what_does_not_move(data: bytes, reason: str) -> None:
    """What has no second picture that can be found is left to those who read pictures."""
    assert not moves(BytesIO(data)), reason
    assert moves(BytesIO(a_gif(2)))


async def test_a_gif_goes_on_moving(gallery: Gallery) -> None:
    """It comes in as a video does, tells nothing of what was in it, runs by itself, and is sent as an MP4."""
    async with gallery.instance.change() as change:
        alice: Account = await a_person(change)
    moving, still = await send(gallery, alice.id, a_gif(10), a_gif(1))
    assert isinstance(moving, Uploaded)
    assert isinstance(still, Uploaded)
    assert (await Photo.get(id=still.photo_id)).kind == "image"
    assert await videos_of(gallery).work_once() == 1
    photo = await Photo.get(id=moving.photo_id)
    assert (photo.kind, photo.state, photo.loops, photo.media_type) == ("video", PhotoState.READY, True, "video/mp4")
    assert (photo.width, photo.height, photo.duration) == (100, 68, 800)
    await gallery.sweep.unneeded()
    assert not [key for key in gallery.files if b"SECRET" in gallery.folder.path(key).read_bytes()]
    draft = PostDraft(caption="it moves", photos=(DraftPhoto(photo.id, description="colours"),))
    async with gallery.instance.change() as change:
        post_id = await actions.publish(change, author_id=alice.id, draft=draft)
    source = await post_source(gallery.instance.database, post_id)
    assert source is not None
    [file] = documents.note_from(source, gallery.instance.settings).attachments
    assert (file.media_type, file.kind, file.icon.endswith(".jpg")) == ("video/mp4", "image", True)
    with av.open(BytesIO(gallery.folder.path(file.url.rpartition("/")[2]).read_bytes()), "r") as played:
        assert [stream.type for stream in played.streams] == ["video"], "no sound: Mastodon shows it as a GIF"
        assert len(list(played.decode(video=0))) == 10
    page = await post_page(gallery.instance.database, post_id, viewer_id=None)
    assert page is not None
    assert (page.post.photos[0].loops, bool(page.post.photos[0].video)) == (True, True)


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_what_shows_through_is_white(disposal: int) -> None:
    """Where a GIF that moves is transparent, the page is white paper, in its still and in every picture of it."""
    pictures, file, played = [Image.new("RGBA", (64, 48), (0, 0, 0, 0)) for _ in range(5)], BytesIO(), BytesIO()
    for number, picture in enumerate(pictures):
        picture.paste((255, 0, 0, 255), (20 + 4 * number, 16, 28 + 4 * number, 32))
    first, *rest = pictures
    first.save(file, "GIF", save_all=True, append_images=rest, duration=100, disposal=disposal)
    clip = make_clip(BytesIO(file.getvalue()), played, BOUNDS)
    with av.open(BytesIO(played.getvalue()), "r") as container:
        shown = [frame.to_image() for frame in container.decode(video=0)]  # type: ignore[no-untyped-call]
    assert len(shown) == 5
    for image in (Image.open(BytesIO(clip.poster)), *shown):
        assert min(image.convert("RGB").getpixel((3, 3))) > 240


async def test_a_gif_where_no_videos_are_taken(gallery: Gallery) -> None:
    """It is a photo of its first picture then."""
    async with gallery.instance.change() as change:
        alice: Account = await a_person(change)
    [one] = await send(gallery, alice.id, a_gif(5), video_seconds=0)
    assert isinstance(one, Uploaded)
    assert (await Photo.get(id=one.photo_id)).kind == "image"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (a_bomb(2000), "more pictures in it"),
        (a_bomb(3, side=40_000), "pixels large"),
        (a_gif(10, milliseconds=40_000), "seconds long"),
        (a_gif(10)[:-40] + b"\xff" * 9, ""),
    ],
)
def test_gifs_that_are_refused(data: bytes, sentence: str) -> None:
    """Too many, too large or too slow pictures are refused before they are decoded; a broken one never crashes."""
    assert moves(BytesIO(data))
    try:
        make_clip(BytesIO(data), BytesIO(), BOUNDS)
    except BadVideo as refusal:
        assert sentence in refusal.reason
    else:
        assert not sentence


async def test_a_bomb_leaves_nothing(gallery: Gallery) -> None:
    """A GIF that is refused leaves its reason, and no file."""
    async with gallery.instance.change() as change:
        alice: Account = await a_person(change)
    [one] = await send(gallery, alice.id, a_bomb(2000))
    assert not isinstance(one, RefusedUpload)
    assert await videos_of(gallery).work_once() == 1
    photo = await Photo.get(id=one.photo_id)
    assert (photo.state, "more pictures in it" in photo.problem) == (PhotoState.FAILED, True)
    await gallery.sweep.unneeded()
    assert gallery.files == []


GREYS = {16: (0.508, 0.581, 0.751), 18: (0.5, 0.75, 1.0)}
"""The signals of 100, 203 and 1,000 candelas in PQ, and of about 50, 203 and 1,000 in HLG."""


def a_wide_clip(transfer: int) -> bytes:
    """Three grey bars in 10 bits and BT.2020, as a phone records them."""
    file, width, height = BytesIO(), 192, 64
    with av.open(file, "w", format="mov") as output:
        pictures = output.add_stream("libx265", rate=30, options={"x265-params": "log-level=none"})
        assert isinstance(pictures, av.VideoStream)
        pictures.width, pictures.height, pictures.pix_fmt = width, height, "yuv420p10le"
        context = pictures.codec_context
        context.color_primaries, context.color_trc, context.colorspace = 9, transfer, 9
        for number in range(3):
            frame = av.VideoFrame(width, height, "yuv420p10le")
            for place, plane in enumerate(frame.planes):
                wide = width if place == 0 else width // 2
                row = (
                    [round(64 + grey * 876) for grey in GREYS[transfer] for _ in range(64)]
                    if not place
                    else [512] * wide
                )
                plane.update((struct.pack(f"<{wide}H", *row) + bytes(plane.line_size - 2 * wide)) * plane.height)
            frame.pts, frame.time_base = number, Fraction(1, 30)
            output.mux(pictures.encode(frame))
        output.mux(pictures.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(("transfer", "expected"), [(16, (169, 199, 233)), (18, (139, 203, 234))])
def test_wide_light_is_not_grey(transfer: int, expected: tuple[int, int, int]) -> None:
    """What is white in PQ and HLG comes out bright, and says that it is plain video; the still looks the same."""
    target = BytesIO()
    clip = make_clip(BytesIO(a_wide_clip(transfer)), target, BOUNDS)
    assert clip.recompressed
    target.seek(0)
    with av.open(target, "r") as played:
        frame = next(played.decode(video=0))
        assert (frame.format.name, frame.color_trc, frame.color_primaries) == ("yuv420p", 1, 1)
        luma = bytes(frame.planes[0])[10 * frame.planes[0].line_size :]
        assert all(abs(luma[place] - grey) <= 3 for place, grey in zip((32, 96, 160), expected, strict=True))
    still = Image.open(BytesIO(clip.poster)).convert("L")
    shown = [still.getpixel((place, 10)) for place in (32, 96, 160)]
    # A video's 16 to 235 is a picture's 0 to 255.
    assert all(abs(a - (b - 16) * 255 / 219) <= 5 for a, b in zip(shown, expected, strict=True))  # type: ignore[operator]

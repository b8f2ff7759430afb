"""Videos: what is made of them, what is refused, and that none of it reaches the server's own process."""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path

import av
import pytest
from PIL import Image

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.video import BadVideo, Clip, playable_type, video_type
from rossgram_fed.media.video_making import make_clip
from rossgram_fed.media.video_reading import Bounds
from rossgram_fed.media.video_studio import VideoStudio
from tests.rossgram_fed.media.clips import SECRETS, a_clip, box

BOUNDS = Bounds(seconds=10, bytes=10_000_000)
WEBM = a_clip(frames=6, kind="webm", codec="libvpx", sound="vorbis")


def made(data: bytes) -> tuple[Clip, bytes]:
    target = BytesIO()
    clip = make_clip(BytesIO(data), target, BOUNDS)
    return clip, target.getvalue()


def shown(data: bytes) -> Image.Image:
    """The first frame, turned as a player turns it."""
    with av.open(BytesIO(data), "r") as container:
        frame = next(container.decode(video=0))
        image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        return image.rotate(frame.rotation, expand=True)


@pytest.mark.parametrize(
    ("recompressed", "size", "changes", "reason"),
    [
        (False, (160, 120), {}, "what everybody plays is packed anew and no more"),
        (False, (120, 160), {"kind": "mov", "turned": 90}, "a QuickTime file of a phone held upright"),
        (True, (120, 160), {"kind": "mov", "turned": 90, "codec": "libx265"}, "an iPhone's H.265, turned"),
        (True, (120, 160), {"turned": 270, "pixels": "yuv444p"}, "turned the other way, and colours nobody plays"),
        (True, (160, 120), {"turned": 180, "codec": "mpeg4", "sound": ""}, "upside down, of old, and silent"),
        (True, (160, 120), {"rate": 120, "frames": 60}, "slow motion comes out at sixty a second"),
        (True, (160, 120), {"kind": "mov", "sound": "pcm_s16le"}, "a sound that MP4 does not know"),
        (True, (160, 120), {"kind": "webm", "codec": "libvpx", "sound": "vorbis"}, "a WebM of old"),
        (True, (160, 120), {"kind": "webm", "codec": "libvpx-vp9", "sound": "libopus"}, "a WebM as browsers record it"),
        (True, (1920, 1080), {"width": 2560, "height": 1440, "frames": 3, "sound": ""}, "larger than we show"),
    ],
)
def test_what_is_made(recompressed: bool, size: tuple[int, int], changes: dict[str, object], reason: str) -> None:
    """A video comes out as H.264 and AAC, upright, of the right size, its contents first, and tells nothing."""
    data = a_clip(**changes)  # type: ignore[arg-type]
    assert any(secret in data for secret in SECRETS), "there is something to remove"
    clip, video = made(data)
    assert (clip.recompressed, (clip.width, clip.height)) == (recompressed, size), reason
    assert not any(secret in video for secret in SECRETS), reason
    assert video.find(b"moov") < video.find(b"mdat"), "it plays before all of it is there"
    with av.open(BytesIO(video), "r") as container:
        kinds = [stream.codec_context.codec.canonical_name for stream in container.streams]
        frames = sum(1 for _ in container.decode(video=0))
    assert kinds == (["h264"] if changes.get("sound") == "" else ["h264", "aac"]), reason
    expected = changes.get("frames", 15) if changes.get("rate") != 120 else 30
    assert frames == expected, reason
    assert abs(clip.duration - 500) < 120 or changes.get("frames") == 3
    # The same picture, the same way up, in the poster and in what is played.
    poster, first = Image.open(BytesIO(clip.poster)), shown(video)
    for x, y in ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)):
        seen, drawn = (
            image.convert("RGB").getpixel((int(x * image.width), int(y * image.height))) for image in (poster, first)
        )
        assert isinstance(seen, tuple) and isinstance(drawn, tuple)
        assert (seen[0] > 128) == (drawn[0] > 128) and (seen[2] > 128) == (drawn[2] > 128), (reason, seen, drawn)


def test_the_poster_is_not_black() -> None:
    """A video that begins in the dark is shown by its first picture that is not; one that is all dark, by its first."""
    clip, _ = made(a_clip(black=6))
    red = Image.open(BytesIO(clip.poster)).convert("RGB").getpixel((5, 5))
    assert isinstance(red, tuple) and red[0] > 150
    clip, _ = made(a_clip(black=99))
    assert clip.poster


def huge() -> bytes:
    """A video as wide as a wall."""
    return a_clip(width=5000, height=64, frames=2, sound="")


def nested() -> bytes:
    inside = b""
    for _ in range(3000):
        inside = box(b"moov", inside)
    return box(b"ftyp", b"isom", b"\0\0\0\0", b"isom") + inside


def many() -> bytes:
    """A table that says it has two thousand million entries."""
    data = a_clip(sound="")
    place = data.find(b"stsz") + 12
    return data[:place] + b"\x7f\xff\xff\xff" + data[place + 4 :]


REFUSED = [
    (b"", "nothing at all"),
    (a_clip()[:900], "cut off before its pictures"),
    (a_clip(frames=90)[:-6000], "cut off before its contents"),
    (box(b"ftyp", b"isom", b"\0\0\0\0", b"isom") + box(b"mdat", bytes(1000)), "no contents"),
    (box(b"ftyp", b"isom", b"\0\0\0\0", b"isom"), "a beginning alone"),
    (huge(), "too large a picture"),
    (nested(), "boxes in boxes in boxes"),
    (many(), "a table longer than the file"),
    (a_clip(frames=12, rate=1), "too long"),
    (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "a playlist"),
    (b"\xff\xd8\xff\xe0" + bytes(500), "a JPEG"),
    (a_clip(kind="matroska"), "another container"),
    (a_clip(kind="matroska").replace(b"matroska", b"webm\0\0\0\0"), "H.264 in what says it is a WebM"),
    (a_clip(kind="webm", codec="libvpx", sound="")[:300], "a WebM cut off before its pictures"),
    (a_clip(kind="webm", codec="libvpx", sound="", frames=12, rate=1), "a WebM that is too long"),
]


@pytest.mark.parametrize(("data", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_refused(data: bytes, reason: str) -> None:
    """What is no whole video within the bounds is refused with a sentence."""
    with pytest.raises(BadVideo) as refusal:
        made(data)
    assert refusal.value.reason.endswith("."), reason


def test_no_other_file_is_read(tmp_path: Path) -> None:
    """A file that says its pictures are in another one is refused, and the other is not opened."""
    data = a_clip(sound="")
    place = data.find(b"url \0\0\0\x01")
    assert place > 0
    # Not "in this file" any more; what follows stands for the other's name.
    data = data[: place + 7] + b"\0" + data[place + 8 :]
    (tmp_path / "secret.mp4").write_bytes(a_clip())
    try:
        clip, _ = made(data)
    except BadVideo:
        return
    assert clip.width == 160, "its own pictures, and no others"


def test_mutations() -> None:
    """Whatever becomes of the bytes of a video, it is made into one or refused with a sentence."""
    chance, originals = random.Random(7), [a_clip(frames=6), a_clip(frames=6, codec="mpeg4", kind="mov"), WEBM]
    for number in range(150):
        data = bytearray(originals[number % 3])
        for _ in range(chance.choice((1, 4, 30))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            clip, _ = made(bytes(data[: chance.choice((len(data), chance.randrange(1, len(data))))]))
        except BadVideo as refusal:
            assert refusal.reason.endswith(".")
        else:
            assert clip.duration > 0 and clip.poster


@pytest.mark.parametrize(
    ("head", "known", "playable"),
    [
        (b"\0\0\0\x18ftypisom", "video/mp4", "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime", "video/quicktime"),
        (b"\0\0\0\x18ftypheic", "", ""),
        (b"\0\0\0\x18ftypavif", "", ""),
        (b"\0\0\0\x18moov", "video/quicktime", ""),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", "", ""),
        (b"<html>", "", ""),
        (b"", "", ""),
    ],
)
def test_kinds(head: bytes, known: str, playable: str) -> None:
    """A video is known by its first bytes, whatever it is called."""
    assert (video_type(head), playable_type(head)) == (known, playable)


async def test_in_a_process_of_its_own(tmp_path: Path) -> None:
    """A video is made, refused, or too much for its process, and the server learns which in a sentence."""
    source = tmp_path / "source"
    source.write_bytes(a_clip())
    clip = await VideoStudio(LimitSettings()).prepare(source, tmp_path / "made")
    assert (clip.width, clip.duration, clip.poster[:2]) == (160, 500, b"\xff\xd8")
    assert (tmp_path / "made").stat().st_size > 1000
    source.write_bytes(huge())
    with pytest.raises(BadVideo, match="pixels large"):
        await VideoStudio(LimitSettings()).prepare(source, tmp_path / "not made")

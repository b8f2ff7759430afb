"""Open bytes that a stranger says are a video, and measure them before anything is made of them.

The demuxer is always MP4's, WebM's, or for moving pictures GIF's: no playlist, no other file and no address can be
meant by what is read. Whatever a header says about lengths is believed only to refuse, never to accept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

import av
from av import AudioStream, VideoFrame, VideoStream
from av.container import InputContainer
from PIL import Image, ImageStat

from rossgram_fed.media.gifs import is_gif
from rossgram_fed.media.video import (
    DAMAGED,
    HEAD_BYTES,
    MOST_PER_SECOND,
    MOST_PIXELS,
    WEBM,
    BadVideo,
    video_type,
)
from rossgram_fed.media.video_light import narrowed

MOST_TRACKS = 16
LONGEST_EDGE = 4096
POSTER_EDGE = 2048
_BLACK = 20
"""The mean lightness, of 255, up to which a picture counts as black."""
_LOOKED_AT = 90
"""Frames in which a first one that is not black is looked for."""

MOST_IN_A_GIF = 4_000_000_000
"""Pixels of all pictures of a GIF together; each of them is decoded, and none of it needs much room in the file."""
_PICTURES = frozenset({"gif", "h264", "hevc", "mpeg4", "vp9", "av1", "mjpeg"})
_MATROSKA = "matroska"
_WEBM_PICTURES = frozenset({"vp8", "vp9", "av1"})
_SOUNDS = frozenset(
    {"aac", "mp3", "alac", "ac3", "eac3", "opus", "vorbis", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be"}
)

BROKEN = (av.FFmpegError, ValueError, EOFError, OSError, ArithmeticError, LookupError, RuntimeError, TypeError)
"""What PyAV raises over bytes that are not what they claim."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a video may ask of this machine."""

    seconds: int
    bytes: int
    """The most that the finished file may take."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found by reading every packet once, and decoding the first few."""

    seconds: float
    frames: int
    size: tuple[int, int]
    """Width and height as they are coded."""
    pixel_format: str
    turn: int
    """Degrees by which the pictures must be turned counter-clockwise: 0, 90, 180 or 270."""
    stretch: float
    """How much wider than high a pixel is."""
    poster: bytes
    transfer: int
    """How its numbers mean light, as in ITU-T H.273."""


@contextmanager
def opened(source: BinaryIO) -> Iterator[tuple[InputContainer, VideoStream, AudioStream | None]]:
    """Open an MP4, QuickTime, WebM or GIF with its first picture and sound tracks; raise ``BadVideo`` for others."""
    source.seek(0)
    kind = _demuxer(source.read(HEAD_BYTES))
    source.seek(0)
    try:
        container = av.open(
            source,
            mode="r",
            format=kind,
            metadata_errors="replace",
            options={} if kind == "gif" else {"max_streams": "32"},
        )
    except MemoryError:
        raise
    except BROKEN as error:
        raise BadVideo(DAMAGED) from error
    with container:
        if len(container.streams) > MOST_TRACKS:
            raise BadVideo(f"This video has {len(container.streams)} tracks; this server reads up to {MOST_TRACKS}.")
        known = _WEBM_PICTURES if kind == _MATROSKA else _PICTURES
        yield container, _pictures(container, known), _sound(container)


def _demuxer(head: bytes) -> str:
    if is_gif(head):
        return "gif"
    return _MATROSKA if video_type(head) == WEBM else "mov"


def measure(source: BinaryIO, bounds: Bounds) -> Measured:
    """Read a file through; raise ``BadVideo`` for what is too long, too large, or not whole."""
    frames, end, start = 0, 0.0, None
    with opened(source) as (container, video, _):
        told = float(video.duration * video.time_base) if video.duration and video.time_base else 0.0
        _check_length(max(told, (container.duration or 0) / 1_000_000), bounds)
        for packet in container.demux(video):
            if packet.dts is None or packet.time_base is None:
                continue
            frames += 1
            if frames > bounds.seconds * MOST_PER_SECOND:
                raise BadVideo("This video has more pictures in it than this server takes.")
            if container.format.name == "gif":
                _check_pictures(frames, video)
            moment = float((packet.pts if packet.pts is not None else packet.dts) * packet.time_base)
            start = moment if start is None else min(start, moment)
            end = max(end, moment + float((packet.duration or 0) * packet.time_base))
    seconds = end - (start or 0.0)
    _check_length(seconds, bounds)
    if not frames or seconds <= 0 or seconds < 0.8 * told - 1:
        raise BadVideo(DAMAGED)
    with opened(source) as (container, video, _):
        return _look(container, video, seconds=seconds, frames=frames)


def decoded(container: InputContainer, video: VideoStream) -> Iterator[VideoFrame]:
    """Yield the pictures; raise ``BadVideo`` when one is larger than we read."""
    for frame in container.decode(video):
        check_size(frame.width, frame.height)
        yield frame


def check_size(width: int, height: int) -> None:
    """Raise ``BadVideo`` for pictures that are too large, or none."""
    if width <= 0 or height <= 0:
        raise BadVideo(DAMAGED)
    if max(width, height) > LONGEST_EDGE or width * height > MOST_PIXELS:
        raise BadVideo(f"This video is {width} × {height} pixels large; this server reads up to 4K (3840 × 2160).")


def _check_pictures(frames: int, video: VideoStream) -> None:
    if frames * video.codec_context.width * video.codec_context.height > MOST_IN_A_GIF:
        raise BadVideo("This GIF has more pictures in it than this server takes. Save it as a video and try again.")


def _check_length(seconds: float, bounds: Bounds) -> None:
    # A camera's clock and ours differ; nobody is refused for a tenth of a second.
    if seconds > bounds.seconds + 0.5:
        raise BadVideo(f"This video is {seconds:.0f} seconds long; this server takes up to {bounds.seconds}.")


def _pictures(container: InputContainer, known: frozenset[str]) -> VideoStream:
    tracks = [one for one in container.streams.video if not one.disposition & av.stream.Disposition.attached_pic]
    if not tracks:
        raise BadVideo("There is no picture in this video.")
    video = tracks[0]
    if video.codec_context is None or video.codec_context.codec.canonical_name not in known:
        raise BadVideo("This video is coded in a way that this server does not read. Save it as H.264 or H.265.")
    check_size(video.codec_context.width, video.codec_context.height)
    video.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    video.codec_context.thread_count = 2
    return video


def _sound(container: InputContainer) -> AudioStream | None:
    tracks = container.streams.audio
    known = (one for one in tracks if one.codec_context and one.codec_context.codec.canonical_name in _SOUNDS)
    found = next(known, None)
    if tracks and found is None:
        raise BadVideo("The sound of this video is coded in a way that this server does not read. Save it with AAC.")
    return found


def _look(container: InputContainer, video: VideoStream, *, seconds: float, frames: int) -> Measured:
    chosen: VideoFrame | None = None
    for number, frame in enumerate(decoded(container, video)):
        chosen = chosen or frame
        if number >= _LOOKED_AT:
            break
        if not _is_black(frame):
            chosen = frame
            break
    if chosen is None:
        raise BadVideo(DAMAGED)
    aspect = video.sample_aspect_ratio
    stretch = float(aspect) if aspect else 1.0
    stretch = stretch if 0.25 <= stretch <= 4 else 1.0
    turn = round(chosen.rotation / 90) * 90 % 360
    return Measured(
        seconds=seconds,
        frames=frames,
        size=(chosen.width, chosen.height),
        pixel_format=chosen.format.name,
        turn=turn,
        stretch=stretch,
        poster=_poster(narrowed(chosen), turn=turn, stretch=stretch),
        transfer=chosen.color_trc,
    )


def _is_black(frame: VideoFrame) -> bool:
    return ImageStat.Stat(_image(frame, width=32, height=32).convert("L")).mean[0] <= _BLACK


def _image(frame: VideoFrame, **size: int) -> Image.Image:
    image: Image.Image = frame.to_image(**size)  # type: ignore[no-untyped-call]
    return image


def _poster(frame: VideoFrame, *, turn: int, stretch: float) -> bytes:
    image = _image(frame)
    scale = min(1.0, POSTER_EDGE / max(image.width * stretch, image.height))
    size = max(1, round(image.width * stretch * scale)), max(1, round(image.height * scale))
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    turns = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
    if turn in turns:
        image = image.transpose(turns[turn])
    written = BytesIO()
    image.convert("RGB").save(written, "JPEG", quality=92)
    return written.getvalue()

"""Videos made on the spot: a few coloured frames, with sound, turned, with a place in them, or broken on purpose."""

from __future__ import annotations

import struct
from fractions import Fraction
from io import BytesIO

import av

PLACE = "+52.5200+013.4050/"
SECRETS = (b"52.52", b"013.40", b"SECRET", b"com.apple", b"\xa9xyz")

_TURNS = {
    90: (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30),
    180: (-65536, 0, 0, 0, -65536, 0, 0, 0, 1 << 30),
    270: (0, -65536, 0, 65536, 0, 0, 0, 0, 1 << 30),
}
"""The matrix of a track that is to be turned clockwise by so many degrees."""


_TRIED = {"strict": "experimental"}
"""The only encoder for Vorbis that is here is called that."""


def a_clip(
    *,
    width: int = 160,
    height: int = 120,
    frames: int = 15,
    rate: int = 30,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    kind: str = "mp4",
    sound: str = "aac",
    black: int = 0,
    turned: int = 0,
) -> bytes:
    """A video, red on the left and blue on the right after so many black frames, that tells where it was taken."""
    file = BytesIO()
    with av.open(file, "w", format=kind, options={"movflags": "use_metadata_tags"}) as output:
        output.metadata.update({"com.apple.quicktime.location.ISO6709": PLACE, "title": "SECRET", "location": PLACE})
        pictures = output.add_stream(codec, rate=rate, options={"x265-params": "log-level=none"})
        assert isinstance(pictures, av.VideoStream)
        pictures.width, pictures.height, pictures.pix_fmt = width, height, pixels
        pictures.metadata["title"] = "SECRET"
        hertz = 48_000 if sound == "libopus" else 44_100
        heard = output.add_stream(sound, rate=hertz, layout="stereo", options=_TRIED) if sound else None
        assert heard is None or isinstance(heard, av.AudioStream)
        for number in range(frames):
            output.mux(pictures.encode(_frame(width, height, dark=number < black).reformat(format=pixels)))
        if heard is not None:
            kind = "fltp" if sound in ("aac", "vorbis") else "s16"
            for number in range(int(frames / rate * hertz / 1024)):
                output.mux(heard.encode(_silence(number, kind=kind, hertz=hertz)))
            output.mux(heard.encode(None))
        output.mux(pictures.encode(None))
    data = bytearray(file.getvalue())
    if turned:
        place = data.find(b"tkhd") + 44
        data[place : place + 36] = struct.pack(">9i", *_TURNS[turned])
    return bytes(data)


def a_webm(frames: int = 5) -> bytes:
    """A silent WebM."""
    file = BytesIO()
    with av.open(file, "w", format="webm") as output:
        pictures = output.add_stream("libvpx-vp9", rate=30)
        assert isinstance(pictures, av.VideoStream)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        for _ in range(frames):
            output.mux(pictures.encode(_frame(64, 64, dark=False).reformat(format="yuv420p")))
        output.mux(pictures.encode(None))
    return file.getvalue()


def _frame(width: int, height: int, *, dark: bool) -> av.VideoFrame:
    row = bytes(3 * width) if dark else bytes([255, 0, 0] * (width // 2) + [0, 0, 255] * (width - width // 2))
    frame = av.VideoFrame(width, height, "rgb24")
    plane = frame.planes[0]
    plane.update((row + bytes(plane.line_size - 3 * width)) * height)
    return frame


def _silence(number: int, *, kind: str, hertz: int) -> av.AudioFrame:
    frame = av.AudioFrame(format=kind, layout="stereo", samples=1024)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.sample_rate, frame.pts, frame.time_base = hertz, number * 1024, Fraction(1, hertz)
    return frame


def box(kind: bytes, *parts: bytes) -> bytes:
    """One box of an MP4."""
    inside = b"".join(parts)
    return struct.pack(">I", 8 + len(inside)) + kind + inside

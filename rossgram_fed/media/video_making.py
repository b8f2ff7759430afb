"""Make out of one uploaded video the file that every browser plays: H.264 and AAC in an MP4 that begins at once.

Pure computation over opened files, run in a process of its own (``video_room``). What is H.264 and AAC within the
limits already is packed anew and not compressed a second time. Of the file that came in nothing goes on but its first
pictures' and first sound's data: no metadata, no other track, and no message among the pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

import av
from av import AudioFrame, AudioResampler, AudioStream, Packet, VideoFrame, VideoStream
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.filter import Graph

from rossgram_fed.media.video import DAMAGED, TOO_HUNGRY, BadVideo, Clip
from rossgram_fed.media.video_light import is_wide, narrowing
from rossgram_fed.media.video_reading import BROKEN, Bounds, Measured, check_size, measure, opened

LONG_EDGE, SHORT_EDGE = 1920, 1080
MOST_PER_SECOND = 60
SENT_BYTES = 95_000_000
"""Other servers take videos up to 99 MB."""
_BT709 = 1
"""As ITU-T H.273 numbers primaries, transfer and matrix alike."""
_MOST_BITS = 8_000_000
"""Per second, of what is compressed here."""
_SOUND_BITS = 128_000
_SOUND_RATE = 48_000
_SOUND_FRAME = 1024
_PER_SAMPLE = 48
"""Bytes of the table of contents for a frame, at most; it stands first, and room must be kept for it."""


def make_clip(source: BinaryIO, target: BinaryIO, bounds: Bounds) -> Clip:
    """Read a video from ``source`` and write what is played to ``target``; raise ``BadVideo`` with a sentence."""
    try:
        measured, size = measure(source, bounds), source.seek(0, 2)
        with opened(source) as (container, video, sound):
            copied = may_be_copied(measured, video, sound, size=size)
            with _output(target, measured) as output:
                if copied:
                    _copy(container, output, video, sound)
                else:
                    _compress(container, output, video, sound, measured=measured)
    except MemoryError as error:
        raise BadVideo(TOO_HUNGRY) from error
    except BROKEN as error:
        raise BadVideo(DAMAGED) from error
    width, height = shown_size(measured, coded=copied)
    return Clip(
        duration=max(1, round(measured.seconds * 1000)),
        width=width,
        height=height,
        recompressed=not copied,
        poster=measured.poster,
    )


def may_be_copied(measured: Measured, video: VideoStream, sound: AudioStream | None, *, size: int) -> bool:
    """Say whether the pictures and the sound are what everybody plays already."""
    rate = float(video.average_rate or 0)
    return (
        video.codec_context.codec.canonical_name == "h264"
        and measured.pixel_format == "yuv420p"
        and max(measured.size) <= LONG_EDGE
        and min(measured.size) <= SHORT_EDGE
        and measured.stretch == 1
        and not is_wide(measured.transfer)
        and 0 < rate <= MOST_PER_SECOND + 0.5
        and size <= SENT_BYTES
        and (sound is None or (sound.codec_context.codec.canonical_name == "aac" and sound.codec_context.channels <= 2))
    )


def shown_size(measured: Measured, *, coded: bool = False) -> tuple[int, int]:
    """Return width and height of what is played, upright; ``coded`` where the pictures stay as they are."""
    width, height = measured.size[0] * measured.stretch, float(measured.size[1])
    if measured.turn in (90, 270):
        width, height = height, width
    if coded:
        return round(width), round(height)
    scale = min(1.0, LONG_EDGE / max(width, height), SHORT_EDGE / min(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _output(target: BinaryIO, measured: Measured) -> OutputContainer:
    samples = max(measured.frames, measured.seconds * MOST_PER_SECOND) + measured.seconds * _SOUND_RATE / _SOUND_FRAME
    room = 16_384 + _PER_SAMPLE * (int(samples) + 100)
    target.seek(0)
    # bitexact: say neither which software wrote this nor when.
    options = {"moov_size": str(room), "fflags": "+bitexact", "movflags": "+use_metadata_tags"}
    return av.open(target, mode="w", format="mp4", options=options)


def _copy(container: InputContainer, output: OutputContainer, video: VideoStream, sound: AudioStream | None) -> None:
    pictures = output.add_stream_from_template(video)
    # What a camera writes among its pictures (SEI) may say where it was.
    silent = BitStreamFilterContext("filter_units=remove_types=6", video, pictures)
    tracks: dict[int, VideoStream | AudioStream] = {video.index: pictures}
    if sound is not None:
        tracks[sound.index] = output.add_stream_from_template(sound)
    for track in tracks.values():
        track.metadata.clear()
    for packet in container.demux(*(one for one in (video, sound) if one is not None)):
        if packet.dts is None:
            continue
        for kept in silent.filter(packet) if packet.stream.index == video.index else [packet]:
            kept.stream = tracks[packet.stream.index]
            output.mux(kept)
    for kept in silent.filter(None):
        kept.stream = pictures
        output.mux(kept)


def _compress(
    container: InputContainer,
    output: OutputContainer,
    video: VideoStream,
    sound: AudioStream | None,
    *,
    measured: Measured,
) -> None:
    pictures = _Pictures(output, video, measured)
    heard = None if sound is None else _Sound(output)
    streams = [one for one in (video, sound) if one is not None]
    for packet in container.demux(*streams):
        for frame in packet.decode():
            if isinstance(frame, VideoFrame):
                output.mux(list(pictures.take(frame)))
            elif isinstance(frame, AudioFrame) and heard is not None:
                output.mux(list(heard.take(frame)))
    for piece in (*pictures.end(), *(heard.end() if heard else ())):
        output.mux(piece)


class _Pictures:
    """The pictures, turned upright, made no larger than wanted, and compressed."""

    def __init__(self, output: OutputContainer, video: VideoStream, measured: Measured) -> None:
        rate = float(video.average_rate or 30)
        self._thinned = rate > MOST_PER_SECOND + 0.5
        self._measured = measured
        self._size = shown_size(measured)
        self._graph: Graph | None = None
        self._last = -1
        self._track = output.add_stream("libx264", rate=min(MOST_PER_SECOND, max(1, round(rate))))
        context = self._track.codec_context
        context.width, context.height, context.pix_fmt = *self._size, "yuv420p"
        context.thread_count = 2
        if is_wide(measured.transfer):
            context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.time_base = video.time_base or Fraction(1, 90_000)
        most = int(min(_MOST_BITS, SENT_BYTES * 8 * 0.9 / measured.seconds - _SOUND_BITS))
        context.options = {
            "preset": "veryfast",
            "crf": "23",
            "profile": "high",
            "g": "120",
            "maxrate": str(most),
            "bufsize": str(2 * most),
        }

    def take(self, frame: VideoFrame) -> Iterator[Packet[VideoStream]]:
        check_size(frame.width, frame.height)
        if (frame.width, frame.height) != self._measured.size or frame.format.name != self._measured.pixel_format:
            raise BadVideo("The pictures of this video change their size in the middle. Save it anew and try again.")
        if self._graph is None:
            self._graph = self._filters(frame)
        self._graph.push(frame)
        yield from self._filtered()

    def end(self) -> Iterator[Packet[VideoStream]]:
        if self._graph is not None:
            self._graph.push(None)
            yield from self._filtered()
        yield from self._track.encode(None)

    def _filtered(self) -> Iterator[Packet[VideoStream]]:
        while self._graph is not None:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if not isinstance(frame, VideoFrame) or frame.pts is None or frame.pts <= self._last:
                continue  # a second picture for the same moment
            self._last = frame.pts
            frame.pict_type = av.video.frame.PictureType.NONE
            yield from self._track.encode(frame)

    def _filters(self, frame: VideoFrame) -> Graph:
        graph = Graph()
        width, height = self._size
        chain = [
            graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or None
            )
        ]
        if self._thinned:
            chain.append(graph.add("fps", str(MOST_PER_SECOND)))
        turns = {90: ["cclock"], 180: ["clock", "clock"], 270: ["clock"]}
        chain += [graph.add("transpose", f"dir={direction}") for direction in turns.get(self._measured.turn, [])]
        if is_wide(self._measured.transfer):
            chain += [graph.add("scale", f"{width}:{height}"), *narrowing(graph, self._measured.transfer)]
        else:
            chain.append(graph.add("scale", f"{width}:{height}:out_color_matrix=bt709:out_range=tv"))
        chain.append(graph.add("setsar", "1"))
        chain.append(graph.add("format", "yuv420p"))
        chain.append(graph.add("buffersink"))
        graph.link_nodes(*chain).configure()
        if self._thinned:
            self._track.codec_context.time_base = Fraction(1, MOST_PER_SECOND)
        return graph


class _Sound:
    """The sound in stereo, compressed."""

    def __init__(self, output: OutputContainer) -> None:
        self._track = output.add_stream("aac", rate=_SOUND_RATE, layout="stereo")
        self._track.codec_context.bit_rate = _SOUND_BITS
        self._resampler = AudioResampler(format="fltp", layout="stereo", rate=_SOUND_RATE, frame_size=_SOUND_FRAME)

    def take(self, frame: AudioFrame) -> Iterator[Packet[AudioStream]]:
        for made in self._resampler.resample(frame):
            yield from self._track.encode(made)

    def end(self) -> Iterator[Packet[AudioStream]]:
        for made in self._resampler.resample(None):
            yield from self._track.encode(made)
        yield from self._track.encode(None)

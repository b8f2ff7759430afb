"""What a stranger's video is made of, read from its tables without decoding a picture: whether browsers play it.

Pure reading, bounded whatever the file says. It proves nothing more than what the tables claim; what lies in the
streams is read by browsers alone, in their own sandboxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from rossgram_fed.media.video import HEAD_BYTES, playable_type

_LARGEST_TABLE = 16 << 20
"""Bytes of an MP4's ``moov``; that of an hour's video has a few million."""
_MOST_BOXES = 4096
_WEBM_HEAD = 1 << 20
"""How much of a WebM is looked at; its tracks are told of before its pictures."""

_MP4_PICTURES = frozenset({b"avc1", b"avc3", b"av01", b"vp09", b"vp08"})
_MP4_SOUNDS = frozenset({b"mp4a", b"Opus", b"fLaC", b".mp3"})
_WEBM_CODECS = frozenset({b"V_VP8", b"V_VP9", b"V_AV1", b"A_VORBIS", b"A_OPUS"})
_EBML, _SEGMENT, _TRACKS, _TRACK, _CODEC, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1654AE6B, 0xAE, 0x86, 0x1F43B675
_BROKEN = (IndexError, ValueError, OSError)


def is_played_by_browsers(file: BinaryIO) -> bool:
    """Say whether a file claims to hold a picture, and nothing that browsers commonly cannot play."""
    file.seek(0)
    kind = playable_type(file.read(HEAD_BYTES))
    try:
        if kind == "video/webm":
            file.seek(0)
            codecs = set(_webm_codecs(file.read(_WEBM_HEAD)))
            return any(codec.startswith(b"V_") for codec in codecs) and codecs <= _WEBM_CODECS
        tracks = set(_mp4_tracks(file)) if kind else set()
    except _BROKEN:
        return False
    pictures = {codec for handler, codec in tracks if handler == b"vide"}
    sounds = {codec for handler, codec in tracks if handler == b"soun"}
    return bool(pictures) and pictures <= _MP4_PICTURES and sounds <= _MP4_SOUNDS


def _mp4_tracks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield what each track is for, and how it is coded (ISO/IEC 14496-12: ``hdlr``, ``stsd``)."""
    for kind, inside in _boxes(_moov(file)):
        if kind != b"trak":
            continue
        media = dict(_boxes(dict(_boxes(inside))[b"mdia"])) if b"mdia" in dict(_boxes(inside)) else {}
        table = dict(_boxes(media.get(b"minf", b""))).get(b"stbl", b"")
        described = dict(_boxes(table)).get(b"stsd", b"")
        for codec, _ in _boxes(described[8:]):
            yield media.get(b"hdlr", b"")[8:12], codec


def _moov(file: BinaryIO) -> bytes:
    """Find the table of a file among its outermost boxes, wherever it is; nothing when there is none."""
    place, end = 0, file.seek(0, 2)
    for _ in range(_MOST_BOXES):
        file.seek(place)
        head = file.read(16)
        size = int.from_bytes(head[:4], "big")
        header = 8
        if size == 1:
            size, header = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - place
        if len(head) < 8 or size < header or place + size > end:
            return b""
        if head[4:8] == b"moov":
            file.seek(place + header)
            return file.read(size - header) if size <= _LARGEST_TABLE else b""
        place += size
    return b""


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the boxes that lie in ``data``, with what is in them; those that are not whole end it."""
    place = 0
    for _ in range(_MOST_BOXES):
        size = int.from_bytes(data[place : place + 4], "big")
        if size < 8 or place + size > len(data):
            return
        yield data[place + 4 : place + 8], data[place + 8 : place + size]
        place += size


def _webm_codecs(data: bytes) -> Iterator[bytes]:
    """Yield how each track is coded (RFC 8794, RFC 9559), as far as tracks stand before the first pictures."""
    for kind, place, end in _elements(data, 0, len(data)):
        if kind != _SEGMENT:
            continue
        for inner, begins, ends in _elements(data, place, end):
            if inner == _CLUSTER:
                return
            if inner != _TRACKS:
                continue
            for track, first, last in _elements(data, begins, ends):
                found = _elements(data, first, last) if track == _TRACK else ()
                yield from (data[start:stop].rstrip(b"\0") for name, start, stop in found if name == _CODEC)


def _elements(data: bytes, place: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the elements between two places: the id, and where its content begins and ends."""
    for _ in range(_MOST_BOXES):
        if place >= end:
            return
        length = _length(data[place])
        kind = int.from_bytes(data[place : place + length], "big")
        place += length
        length = _length(data[place])
        size = int.from_bytes(data[place : place + length], "big") & ((1 << 7 * length) - 1)
        unknown = size == (1 << 7 * length) - 1
        place += length
        stop = end if unknown else min(end, place + size)
        yield kind, place, stop
        place = stop


def _length(first: int) -> int:
    """Return how many bytes a number takes whose first byte this is."""
    if not first:
        raise ValueError("this is no number of EBML")
    return 9 - first.bit_length()

"""Parcels between the server and a darkroom: what an honest darkroom never says is not believed."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from rossgram_fed.config import LimitSettings
from rossgram_fed.media import parcels
from rossgram_fed.media.developing import develop
from tests.rossgram_fed.media.samples import a_file

LIMITS = LimitSettings(picture_processes=2)

GOOD = b"".join(parcels.pack_picture(develop(a_file(), LIMITS)))
HEAD_LENGTH, BODY_LENGTH = parcels.LENGTHS.unpack(GOOD[:8])
HEAD, BODY = json.loads(GOOD[8 : 8 + HEAD_LENGTH]), GOOD[8 + HEAD_LENGTH :]


def bent(**changes: object) -> bytes:
    return json.dumps(HEAD | changes).encode()


def with_rendition(position: int, value: object) -> bytes:
    rows = [list(row) for row in HEAD["renditions"]]
    rows[0][position] = value
    return bent(renditions=rows)


@pytest.mark.parametrize(
    ("head", "body", "reason"),
    [
        (b"", BODY, "nothing"),
        (b"[]", BODY, "not an object"),
        (b"{}", BODY, "an empty object"),
        (b"\xff{", BODY, "not text"),
        (b"[" * 50_000, BODY, "very deep"),
        (bent(blurhash="<script>"), BODY, "markup instead of a blurhash"),
        (bent(placeholder='"><script>'), BODY, "markup instead of a placeholder"),
        (bent(media_type="text/html"), BODY, "not a picture's type"),
        (bent(width=0), BODY, "no width"),
        (bent(width=1e9), BODY, "a width that is no integer"),
        (bent(height=10**9), BODY, "a height beyond all pictures"),
        (bent(renditions=[]), b"", "no rendition"),
        (bent(renditions=[["grid"]]), BODY, "half a rendition"),
        (bent(renditions=7), BODY, "no list"),
        (with_rendition(0, "../../etc/passwd"), BODY, "a path instead of a name"),
        (with_rendition(1, "text/html"), BODY, "a page instead of a picture"),
        (with_rendition(1, ["image/webp"]), BODY, "a list instead of a type"),
        (with_rendition(2, "wide"), BODY, "a word instead of a width"),
        (with_rendition(1, "image/svg+xml"), BODY, "an original that is no photo"),
        (with_rendition(4, -1), BODY, "a file before the first"),
        (with_rendition(4, 10**9), BODY, "a file beyond the last"),
        (with_rendition(4, True), BODY, "a truth instead of a number"),
        (bent(renditions=HEAD["renditions"][:1]), BODY, "files that nobody names"),
        (bent(files=[]), b"", "no file"),
        (bent(files=[-1, *HEAD["files"][1:]]), BODY, "a negative size"),
        (bent(files=[10**9, *HEAD["files"][1:]]), BODY, "a size beyond the body"),
        (bent(facts=[]), BODY, "facts that are a list"),
        (bent(facts={"gps": "52.52 13.40"}), BODY, "a fact that is none"),
        (bent(facts={"make": "A\x00B"}), BODY, "a control character"),
        (bent(facts={"make": "A" * 101}), BODY, "a long name"),
        (bent(facts={"aperture": "2.8"}), BODY, "a text instead of a number"),
        (bent(facts={"aperture": float("nan")}), BODY, "a number that is none"),
        (bent(facts={"iso": 100.5}), BODY, "half an ISO"),
        (bent(facts={"exposure": "1/0"}), BODY, "no time at all"),
        (bent(facts={"taken_at": "yesterday"}), BODY, "a moment that is none"),
        (bent(near=[52.5212, 13.4]), BODY, "a place that is too exact"),
        (bent(near=[91, 0]), BODY, "a place beyond the pole"),
        (bent(near="home"), BODY, "a place that is a word"),
        (bent(), BODY + b"more", "bytes left over"),
        (bent(), BODY[:-1], "a byte short"),
        (bent(refused=["no"]), b"", "a refusal that is no sentence"),
        (bent(refused="a\nb"), b"", "a refusal of several lines"),
    ],
)
def test_what_a_darkroom_says_is_not_believed(head: bytes, body: bytes, reason: str) -> None:
    """An answer that an honest darkroom never gives is a ``ValueError``, for which the studio kills the process."""
    assert isinstance(parcels.unpack(bent(), BODY), parcels.Picture)
    with pytest.raises(ValueError, match=r"."):
        parcels.unpack(head, body)


def test_a_placeholder_is_base64() -> None:
    """What goes into pages as a ``data:`` address survives its own check."""
    assert b64decode(HEAD["placeholder"]).startswith(b"RIFF")

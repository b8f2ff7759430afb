"""Pictures in every shape that servers attach them in, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub import attachments, parse
from activitypub.objects import Note

HOST = "https://a.example"


def note(**changes: Any) -> Note:
    return parse.parse_note({"id": f"{HOST}/1", "type": "Note", "attributedTo": f"{HOST}/u", "content": "x", **changes})


IMAGE = {"type": "Image", "mediaType": "image/jpeg", "url": f"{HOST}/p.jpg"}


@pytest.mark.parametrize(
    ("attachment", "read", "reason"),
    [
        (IMAGE, [f"{HOST}/p.jpg"], "a single one"),
        ([IMAGE, {**IMAGE, "url": f"{HOST}/q.jpg"}], [f"{HOST}/p.jpg", f"{HOST}/q.jpg"], "in order"),
        ({**IMAGE, "url": "data:image/png;base64,x"}, [], "data (security row 32)"),
        ({**IMAGE, "url": "javascript:x"}, [], "a script (security row 32)"),
        ({**IMAGE, "url": None, "href": f"{HOST}/h.jpg"}, [f"{HOST}/h.jpg"], "by href"),
        ({**IMAGE, "url": {"type": "Link", "href": f"{HOST}/l.jpg"}}, [f"{HOST}/l.jpg"], "by a link"),
        (
            {**IMAGE, "url": [{"href": f"{HOST}/s.jpg", "mediaType": "image/jpeg", "width": 10},
                              {"href": f"{HOST}/b.jpg", "mediaType": "image/jpeg", "width": 99}]},
            [f"{HOST}/b.jpg"],
            "the widest of several renditions (FEP-1311)",
        ),
        ({**IMAGE, "url": [f"{HOST}/a.jpg"]}, [f"{HOST}/a.jpg"], "a list of one address"),
        ({"type": "Document", "url": f"{HOST}/x.PNG?y=1"}, [f"{HOST}/x.PNG?y=1"], "no media type, told by the suffix"),
        ({"type": "Document", "url": f"{HOST}/x"}, [], "no media type and no suffix"),
        ({"type": "Image", "url": f"{HOST}/x"}, [f"{HOST}/x"], "an Image is an image"),
        ({"type": "Document", "mediaType": "application/pdf", "url": f"{HOST}/x.pdf"}, [], "a document that is none"),
        ({"type": "Document", "mediaType": "text/html", "url": f"{HOST}/x.jpg"}, [], "a page that ends like a picture"),
        ({"type": "Link", "href": f"{HOST}/article"}, [], "a link to an article"),
        ({"type": "Link", "href": f"{HOST}/x.jpg"}, [f"{HOST}/x.jpg"], "a link to a picture (Lemmy)"),
        ({"type": "PropertyValue", "name": "x", "value": "y"}, [], "a property"),
        (["https://a.example/x.jpg", 5, None, [IMAGE]], [], "no objects"),
    ],
)  # fmt: skip
def test_attachments(attachment: Any, read: list[str], reason: str) -> None:
    """Pictures are found in every shape, and nothing else is taken for one."""
    assert [one.url for one in note(attachment=attachment).attachments] == read, reason


@pytest.mark.parametrize(
    ("change", "field", "read"),
    [
        ({"width": 0}, "width", None),
        ({"width": -5}, "width", None),
        ({"width": 10**9}, "width", None),
        ({"width": "640"}, "width", 640),
        ({"height": 480.0}, "height", 480),
        ({"blurhash": "x" * 500}, "blurhash", ""),
        ({"blurhash": "LEHV6n"}, "blurhash", ""),
        ({"blurhash": "~" * 28}, "blurhash", ""),
        ({"blurhash": 5}, "blurhash", ""),
        ({"focalPoint": [0.5]}, "focal_point", (0.0, 0.0)),
        ({"focalPoint": [9, -9]}, "focal_point", (1.0, -1.0)),
        ({"focalPoint": {"@list": [0.5, 0.25]}}, "focal_point", (0.5, 0.25)),
        ({"focalPoint": "0,0"}, "focal_point", (0.0, 0.0)),
        ({"name": "x" * 20_000}, "description", "x" * attachments.MAX_DESCRIPTION),
        ({"name": "title", "summary": "what is seen"}, "description", "what is seen"),
        ({"sensitive": True}, "sensitive", True),
    ],
)
def test_attachment_details(change: dict[str, Any], field: str, read: Any) -> None:
    """A wrong detail costs the detail (blurhashes a decoder may trust: security row 128)."""
    (one,) = note(attachment={**IMAGE, **change}).attachments
    assert getattr(one, field) == read


def test_image_posts_show_themselves() -> None:
    """A top-level Image is a post whose picture is itself."""
    found = note(type="Image", mediaType="image/png", url=f"{HOST}/self.png", name="A chair", content=None)
    assert [one.url for one in found.attachments] == [f"{HOST}/self.png"]


VIDEO = {"type": "Document", "mediaType": "video/mp4", "url": f"{HOST}/v.mp4"}


@pytest.mark.parametrize(
    ("change", "field", "read", "reason"),
    [
        ({"duration": "PT12.5S"}, "duration", 12_500, "Mastodon"),
        ({"duration": "PT1145S"}, "duration", 1_145_000, "PeerTube"),
        ({"duration": "PT1H2M3S"}, "duration", 3_723_000, "with hours"),
        ({"duration": 7}, "duration", 7000, "plain seconds"),
        ({"duration": "PT"}, "duration", None, "nothing said"),
        ({"duration": "PT99999H"}, "duration", None, "longer than any video"),
        ({"duration": "12"}, "duration", None, "no duration"),
        ({"duration": {"a": 1}}, "duration", None, "an object"),
        ({"icon": {"type": "Image", "url": f"{HOST}/s.jpg"}}, "icon", f"{HOST}/s.jpg", "Mastodon, ours"),
        ({"icon": f"{HOST}/s.jpg"}, "icon", f"{HOST}/s.jpg", "an address alone"),
        (
            {"icon": [{"type": "Image", "url": f"{HOST}/s.jpg", "width": 9}, {"url": f"{HOST}/b.jpg", "width": 99}]},
            "icon",
            f"{HOST}/b.jpg",
            "the widest (PeerTube)",
        ),
        ({"preview": {"type": "Image", "url": f"{HOST}/s.jpg"}}, "icon", f"{HOST}/s.jpg", "a preview"),
        ({"preview": [{"type": "Image", "rel": ["storyboard"], "url": f"{HOST}/s.jpg"}]}, "icon", "", "a storyboard"),
        ({"icon": {"type": "Image", "url": "javascript:x"}}, "icon", "", "no address"),
        ({"icon": {"type": "Video", "mediaType": "video/mp4", "url": f"{HOST}/t.mp4"}}, "icon", "", "no picture"),
        ({"icon": {"url": f"{HOST}/s.jpg", "icon": {"url": f"{HOST}/t.jpg"}}}, "icon", f"{HOST}/s.jpg", "nested"),
        (
            {"url": [{"href": f"{HOST}/v.mp4", "mediaType": "video/mp4", "height": 2160, "size": 9000},
                     {"href": f"{HOST}/v.mp4", "mediaType": "video/mp4", "height": 720, "size": 500},
                     {"href": f"{HOST}/v.mp4", "mediaType": "video/mp4", "height": 480, "size": 300}]},
            "size",
            500,
            "of several sizes the largest that a page shows whole",
        ),
        (
            {"url": [{"href": f"{HOST}/v.m3u8", "mediaType": "application/x-mpegURL",
                      "tag": [{"type": "Infohash", "name": "x"},
                              {"href": f"{HOST}/v.mp4", "mediaType": "video/mp4", "height": 720, "size": 7}]}]},
            "size",
            7,
            "a file inside the link to a playlist (PeerTube)",
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_videos(change: dict[str, Any], field: str, read: Any, reason: str) -> None:
    """Length, size and still of a video are read as servers write them; a wrong one costs itself, not the video."""
    (one,) = note(attachment={**VIDEO, **change}).attachments
    assert (one.url, one.kind, getattr(one, field)) == (f"{HOST}/v.mp4", "video", read), reason

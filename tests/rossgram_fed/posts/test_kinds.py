"""What is no plain note: videos, articles, pages, polls and pictures by themselves, as real servers send them.

A picture in them is a photo here, the title comes first, and it leads to the original.
"""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.origin import host_of
from activitypub.parse import parse_note
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Photo, Post
from rossgram_fed.posts.fetching import take
from tests.activitypub.documents import own
from tests.builders import a_stranger
from tests.rossgram_fed.posts.arrivals import PUBLIC

HERE = "https://an.example/users/ann"
PICTURE = "https://an.example/1.jpg"


def made(kind: str, **parts: Any) -> dict[str, Any]:
    return {"id": "https://an.example/9", "type": kind, "attributedTo": HERE, "to": [PUBLIC]} | parts


@pytest.mark.parametrize(
    ("document", "photos", "beginning", "reason"),
    [
        (
            own("peertube/video"),
            [("video", "https://tube.example/static/1080.mp4")],
            '<p><strong><a href="https://tube.example/videos/watch/0c1d" rel="nofollow noopener">A lathe</a></strong>'
            "</p><p>Turning a bowl.</p>",
            "PeerTube's still stands for its largest file",
        ),
        (
            own("wordpress/article"),
            [("image", "https://cdn.example/lens.png?fit=9&ssl=1")],
            '<p><strong><a href="https://blog.example/ten-lenses/" rel="nofollow noopener">Ten lenses</a></strong></p>'
            "<p>Long.</p>",
            "WordPress names one picture twice",
        ),
        (
            own("lemmy/page"),
            [("image", "https://lem.example/pictrs/image/wasp.png")],
            '<p><strong><a href="https://lem.example/post/7" rel="nofollow noopener">A wasp</a></strong></p>',
            "Lemmy's links to a picture and to an article",
        ),
        (
            made("Image", url=PICTURE, name="Fog"),
            [("image", PICTURE)],
            '<p><strong><a href="https://an.example/9" rel="nofollow noopener">Fog</a></strong></p>',
            "a picture alone; its address is no page",
        ),
        (
            made("Article", content="<p>Text</p>", icon={"type": "Image", "url": PICTURE}),
            [("image", PICTURE)],
            '<p><strong><a href="https://an.example/9" rel="nofollow noopener">https://an.example/9</a></strong></p>'
            "<p>Text</p>",
            "an article without title, whose icon is all there is to see",
        ),
        (
            made("Article", name="<img src=x onerror=alert(1)>", content="<p>Text</p>", image=PICTURE),
            [("image", PICTURE)],
            '<p><strong><a href="https://an.example/9" rel="nofollow noopener">&lt;img src=x onerror=alert(1)&gt;</a>',
            "a title is words",
        ),
        (
            made(
                "Question", content="<p>Tea?</p>", attachment={"type": "Image", "url": PICTURE}, oneOf=[{"name": "Yes"}]
            ),
            [("image", PICTURE)],
            "<p>Tea?</p>",
            "a poll is answered here",
        ),
        (
            made("Question", content="<p>Tea?</p>", attachment={"type": "Image", "url": PICTURE}),
            [("image", PICTURE)],
            '<p>Tea?</p><p><a href="https://an.example/9" rel="nofollow noopener">The poll is at an.example</a></p>',
            "a question of which nothing can be chosen is answered where it is",
        ),
        (
            made("Note", name="Title", content="<p>Words</p>", icon={"type": "Image", "url": PICTURE}),
            [],
            "<p>Words</p>",
            "a note has neither title nor icon",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "<" not in value else "",
)
async def test_what_is_kept_of_it(
    instance: Instance, document: dict[str, Any], photos: list[tuple[str, str]], beginning: str, reason: str
) -> None:
    """Photos in their order, a title that leads to the original, then what was written; and nothing that runs."""
    note = parse_note(document)
    async with instance.change() as change:
        author = await a_stranger(change, "ann", domain=host_of(note.attributed_to))
        await Account.filter(id=author.id).update(uri=note.attributed_to)
        post_id = await take(change, note, account_id=author.id, wanted=True)
    post = await Post.get(id=post_id)
    rows = await Photo.filter(post_id=post_id).order_by("position")
    assert [(row.kind, row.remote_url) for row in rows] == photos, reason
    assert post.photo_count == sum(kind in ("image", "video") for kind, _ in photos), reason
    assert post.content_html.startswith(beginning), reason
    assert "<img" not in post.content_html

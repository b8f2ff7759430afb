"""Whatever shows a small picture of a post shows the still of a video, ours or a stranger's, and the chosen cover."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from rossgram_fed.feeds.entries import entry_from
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Photo, Post
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify
from rossgram_fed.notifications.queries import notifications_page
from rossgram_fed.posts.queries import post_page
from rossgram_fed.posts.quoted import quoted_posts
from rossgram_fed.posts.tiles import profile_tiles
from tests.builders import a_person, a_post, a_stranger

KEY = "0" * 31


def rendition(number: int, kind: str) -> dict[str, Any]:
    suffix = kind.partition("/")[2]
    return {"key": f"{KEY}{number}.{suffix}", "media_type": kind, "width": 9, "height": 9, "size": 9}


OURS = {"grid": rendition(1, "image/webp"), "feed": rendition(2, "image/webp"), "video": rendition(3, "video/mp4")}


async def shown(change: Change, author: Account, *columns: dict[str, Any], cover: int = 0) -> Post:
    """A post of videos and what else is said."""
    post = await a_post(change, author)
    await Post.filter(id=post.id).update(photo_count=len(columns), cover=cover)
    for position, one in enumerate(columns):
        values = {"kind": "video", "state": PhotoState.READY, "created_at": 0} | one
        await Photo.create(id=change.new_id(), account_id=author.id, post_id=post.id, position=position, **values)
    return post


THEIRS = {"state": PhotoState.REMOTE, "remote_url": "https://there.test/v.mp4"}
STILL = {"still_url": "https://there.test/s.jpg"}
PICTURE = {"kind": "image", "renditions": orjson.dumps({"grid": rendition(7, "image/webp")}).decode()}


@pytest.mark.parametrize(
    ("local", "photos", "cover", "picture", "reason"),
    [
        (True, [{"renditions": orjson.dumps(OURS).decode()}], 0, f"/media/{KEY}1.webp", "ours"),
        (True, [PICTURE, {"renditions": orjson.dumps(OURS).decode()}], 1, f"/media/{KEY}1.webp", "the chosen cover"),
        (False, [THEIRS | STILL], 0, "/photos/{}/grid", "a stranger's with a still"),
        (False, [THEIRS | STILL | {"problem": "No."}], 0, "/photos/{}/grid", "one that is a link"),
        (False, [THEIRS], 0, "", "a stranger's without a still"),
        (False, [THEIRS | STILL | {"kind": "audio"}], 0, "", "a sound"),
    ],
)
async def test_the_still_is_shown(
    instance: Instance, local: bool, photos: list[dict[str, Any]], cover: int, picture: str, reason: str
) -> None:
    """Grids, quotes and news show one and the same picture, and no address that leads elsewhere."""
    async with instance.change() as change:
        alice = await a_person(change)
        author = alice if local else await a_stranger(change)
        other = await a_person(change, "bob")
        post = await shown(change, author, *photos, cover=cover)
        await notify(change, account_id=alice.id, actor_id=other.id, kind=NotificationKind.MENTION, post_id=post.id)
    photo = await Photo.filter(post_id=post.id, position=cover).first()
    assert photo is not None
    expected = picture.format(photo.id)
    [tile] = await profile_tiles(instance.database, author.id, viewer_id=None)
    [quoted] = (await quoted_posts(instance.database, [post.id], viewer_id=None)).values()
    [news] = await notifications_page(instance.database, alice.id)
    assert (tile.picture, quoted.thumb, news.thumb) == (expected,) * 3, reason


async def test_a_feed_has_the_still_and_the_video(instance: Instance) -> None:
    """An entry shows the still, has the video as enclosure unless it is covered, and is called what it is."""
    async with instance.change() as change:
        alice = await a_person(change)
        post = await shown(change, alice, {"renditions": orjson.dumps(OURS).decode(), "description": "Waves"})
        await Post.filter(id=post.id).update(content_html="", caption="")
    page = await post_page(instance.database, post.id, viewer_id=None)
    assert page is not None
    entry = entry_from(page.post, instance.settings, tags=[])
    assert entry.title == "Video by Alice"
    assert f'src="https://here.test/media/{KEY}2.webp"' in entry.html
    [file] = [link for link in entry.links if link.rel == "enclosure"]
    assert (file.href, file.media_type) == (f"https://here.test/media/{KEY}3.mp4", "video/mp4")
    await Photo.filter(post_id=post.id).update(sensitive=True)
    page = await post_page(instance.database, post.id, viewer_id=None)
    assert page is not None
    links = entry_from(page.post, instance.settings, tags=[]).links
    assert [link for link in links if link.rel == "enclosure"] == []

"""What strangers tell of their photos is kept as far as it is to be shown, and where exactly they were never is."""

from __future__ import annotations

import re

import orjson

from rossgram_fed.about.pages import KEPT, KINDS
from rossgram_fed.instance import Instance
from rossgram_fed.media.opening import MEDIA_TYPES
from rossgram_fed.models import Account, Photo, Post
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.told import told_of
from rossgram_fed.sizes import CALM, LARGE_QUALITY, QUALITIES
from tests.activitypub.test_telling import VERNISSAGE
from tests.rossgram_fed.posts.arrivals import a_note, a_picture, arrive
from tests.rossgram_fed.site import opened_site


def vernissage(sender: Account, name: str) -> dict[str, object]:
    """Its attachment, as if the sender's server were one of its kind."""
    return VERNISSAGE["attachment"][0] | {"url": a_picture(sender, name)["url"]}


async def arrived(instance: Instance, sender: Account, note: dict[str, object], kind: str = "Create") -> Post:
    """What became of a note."""
    activity = {"id": f"{note['id']}#{kind}", "type": kind, "actor": sender.uri, "object": note}
    assert await arrive(instance, sender, activity)
    return await Post.get(uri=note["id"])


async def test_vernissage_tells(instance: Instance, people: tuple[Account, Account]) -> None:
    """Camera, place by name, and the number of the place; none of the coordinates that came with it, anywhere."""
    _, sam = people
    post = await arrived(instance, sam, a_note(sam, attachment=[vernissage(sam, "1")]))
    assert (post.place_name, post.place_country, post.place_id) == ("Wrocław", "Poland", 3081368)
    rows = [
        *await instance.database.fetch("SELECT * FROM posts"),
        *await instance.database.fetch("SELECT * FROM photos"),
    ]
    kept = orjson.dumps([dict(row) for row in rows], default=str).decode()
    assert not re.search(r"51[.,]1|17[.,]03", kept)
    assert (post.latitude, post.longitude) == (None, None)
    (view,) = await posts_by_ids(instance.database, [post.id], viewer_id=None)
    told = await told_of(instance.database, view, viewer_id=None)
    assert told.place == "Wrocław, Poland"
    assert dict(told.photos[0].lines)["Camera"] == "SONY ILCE-7M4"
    assert dict(told.photos[0].lines)["Shutter"] == "1/200 s"


async def test_pixelfed_tells(instance: Instance, people: tuple[Account, Account]) -> None:
    """Place and licence of a post are kept, change with an edit, and go when the author takes them away."""
    _, sam = people
    place = {"type": "Place", "name": "Paris", "longitude": "2.35", "latitude": "48.85", "country": "France"}
    note = a_note(sam, attachment=[a_picture(sam, license="CC BY-SA", exifData=[{"name": "Model", "value": "X"}])])
    post = await arrived(instance, sam, note | {"location": place})
    assert (post.place_name, post.place_country, post.place_id, post.latitude) == ("Paris", "France", None, None)
    photo = await Photo.get(post_id=post.id)
    assert (photo.licence, bool(photo.shows_exif), photo.exif) == ("cc-by-sa", True, '{"model":"X"}')
    silent = note | {"attachment": [a_picture(sam)], "updated": "2026-05-28T20:10:00Z"}
    post = await arrived(instance, sam, silent, "Update")
    photo = await Photo.get(post_id=post.id)
    assert (post.place_name, post.place_country) == ("", "")
    assert (photo.licence, bool(photo.shows_exif), photo.exif) == ("", False, "{}")


async def test_what_is_told_is_shown_as_text(instance: Instance, people: tuple[Account, Account]) -> None:
    """A camera, a place or a licence with markup in it is text on the page, and a licence leads nowhere else."""
    _, sam = people
    evil = '<script>alert(1)</script><img src=x onerror="y">'
    told = [{"name": "Model", "value": evil}, {"name": "LensModel", "value": "{{ 7 * 7 }}"}]
    picture = a_picture(sam, exifData=told, license="https://evil.test/licenses/by/4.0/")
    place = {"type": "Place", "name": evil, "country": evil, "geonameId": "99"}
    post = await arrived(instance, sam, a_note(sam, attachment=[picture], location=place))
    async with opened_site(instance) as site:
        page = await site.visitor.text(f"/p/{post.id}")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "evil.test" not in page
    assert "{{ 7 * 7 }}" in page


async def test_the_page_about_files_says_what_the_code_does(instance: Instance) -> None:
    """Every size and quality that is made stands on the page, and every kind that is taken."""
    async with opened_site(instance) as site:
        page = await site.visitor.text("/about/photos")
        unknown = await site.visitor.get("/places/1")
        empty = await site.visitor.get("/places/2761369")
        nobody = await site.visitor.get("/@nobody/tagged")
        found = await site.visitor.text("/places?q=%C3%9F%00%22%3Cb%3E")
    assert {kind.upper().replace("HEIC", "HEIF") for kind in KINDS} == set(MEDIA_TYPES)
    assert {quality for one in KEPT for _, quality in one.formats} == set(QUALITIES.values())
    for one in KEPT:
        assert f"{one.edge} pixels" in page
        for name, quality in one.formats:
            assert f"{name} at quality {quality}" in page
    assert f"quality {LARGE_QUALITY} beyond {CALM // 1_000_000} megapixels" in page
    assert (unknown.status, empty.status, nobody.status) == (404, 200, 404)
    assert "<b>" not in found

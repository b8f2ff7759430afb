"""Serving pictures: to whom, with which headers, and never by way of a stranger's server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from rossgram_fed.federation.remote_media import REMOTE_MEDIA
from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.developing import develop
from rossgram_fed.media.keeping import Portrait, note_avatar, note_portrait, write_files
from rossgram_fed.media.pictures import Recipe
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.models import Account, Mention, Photo, User
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.media_pages import serve_avatar, serve_header, serve_media, serve_photo
from rossgram_fed.renditions import Rendition, copy_word
from rossgram_fed.secrets_file import Secrets
from rossgram_fed.web import plumbing, sessions
from rossgram_fed.web.cookies import cookie_name
from tests.builders import a_person
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.samples import a_file

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(gallery: Gallery) -> AsyncIterator[Client]:
    app = web.Application()
    app[INSTANCE], app[STUDIO], app[STORAGE] = gallery.instance, gallery.studio, gallery.folder
    app[REMOTE_MEDIA] = gallery.remote
    plumbing.install(app, secrets=Secrets(csrf=b"x" * 32, setup_token="y"))
    app.router.add_get("/media/{key}", serve_media)
    app.router.add_get("/photos/{photo_id}/{rendition}", serve_photo)
    app.router.add_get("/avatars/{account_id}", serve_avatar)
    app.router.add_get("/headers/{account_id}", serve_header)
    async with TestClient(TestServer(app)) as made:
        yield made


async def signed_in(gallery: Gallery, username: str) -> tuple[int, dict[str, str]]:
    """Somebody with an account here, and the header that says who they are."""
    async with gallery.instance.change() as change:
        account = await a_person(change, username)
        user = await User.get(account_id=account.id)
        token = sessions.new_token()
        await sessions.start(change, user_id=user.id, token=token)
    return account.id, {"Cookie": f"{cookie_name(gallery.instance.settings, sessions.COOKIE)}={token}"}


async def status_of(client: Client, path: str, headers: dict[str, str] | None = None) -> int:
    async with client.get(path, headers=headers or {}, allow_redirects=False) as response:
        return response.status


async def test_a_file_is_served_for_ever(gallery: Gallery, client: Client) -> None:
    """A file comes with its real type, may be kept for ever, and can do nothing but be shown."""
    data = b"RIFF0000WEBP"
    key = await gallery.folder.put(data, ".webp")
    assert await status_of(client, f"/media/{key}") == 404  # nobody's yet
    async with gallery.instance.change() as change:
        alice = await a_person(change)
        file = Rendition(key=key, media_type="image/webp", width=1, height=1, size=len(data))
        await note_avatar(change, {"avatar": file}, account_id=alice.id)
    async with client.get(f"/media/{key}") as response:
        assert (response.status, await response.read()) == (200, data)
        headers = response.headers
    assert headers["Content-Type"] == "image/webp"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
    async with client.get(f"/media/{key}", headers={"If-None-Match": headers["ETag"]}) as again:
        assert again.status == 304
    async with client.head(f"/media/{key}") as head:
        assert (head.status, head.headers["Content-Length"]) == (200, str(len(data)))


NOT_THERE = (
    "/media/" + "0" * 32 + ".webp",
    "/media/" + "0" * 32 + ".html",
    "/media/..%2f..%2fdatabase.sqlite3",
    "/media/%2e%2e",
    "/media/unfinished",
    "/media/a%00b",
    "/photos/1/grid",
    "/photos/x/grid",
    "/photos/-1/grid",
    "/photos/1e3/grid",
    "/photos/%D9%A1/grid",
    "/photos/99999999999999999999999999/grid",
    "/photos/" + "9" * 5000 + "/grid",
    "/avatars/1",
    "/avatars/x",
)


async def test_what_is_not_there_is_not_found(gallery: Gallery, client: Client) -> None:
    """No address reads anything but a picture, and what is missing may not be remembered as missing for ever."""
    for path in NOT_THERE:
        async with client.get(path) as response:
            assert response.status == 404, path[:80]
            assert "immutable" not in response.headers.get("Cache-Control", ""), path[:80]


async def test_a_remote_photo_comes_through_us(gallery: Gallery, client: Client) -> None:
    """The first look fetches, the second does not, and no answer sends a browser to the origin."""
    gallery.there.serve("/photo.jpg", a_file(width=1200, height=900))
    photo = await gallery.a_remote_photo()
    for name, width in (("grid", 640), ("feed", 1080), ("full", 1200)):
        async with client.get(f"/photos/{photo.id}/{name}", allow_redirects=False) as response:
            assert response.status == 200
            assert response.headers["Content-Type"] == "image/webp"
            assert response.headers["Cache-Control"] == "public, max-age=86400"
            assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert (await response.read()).startswith(b"RIFF")
        rows = await gallery.instance.database.fetch("SELECT width FROM photos")
        assert rows[0]["width"] == 1200, width
    assert gallery.there.asked_for("/photo.jpg") == 1


async def test_only_renditions_have_addresses(gallery: Gallery, client: Client) -> None:
    """A name that is no rendition is not found and causes no fetch."""
    photo = await gallery.a_remote_photo()
    for name in ("federated", "original", "avatar", "GRID", "grid.webp"):
        assert await status_of(client, f"/photos/{photo.id}/{name}") == 404, name
    assert gallery.there.received == []


async def test_a_failed_photo_is_not_found(gallery: Gallery, client: Client) -> None:
    """When the origin gives nothing usable the browser gets a 404 from us, and never a redirect."""
    photo = await gallery.a_remote_photo()
    assert await status_of(client, f"/photos/{photo.id}/grid") == 404
    assert await status_of(client, f"/photos/{photo.id}/grid") == 404
    assert gallery.there.asked_for("/photo.jpg") == 1


async def test_a_full_disk_is_no_missing_photo(gallery: Gallery, client: Client) -> None:
    """While there is no room for a copy the answer is 503, and the photo is there when there is room again."""
    gallery.there.serve("/photo.jpg", a_file())
    photo = await gallery.a_remote_photo()
    gallery.folder._reserve = 1 << 60
    assert await status_of(client, f"/photos/{photo.id}/grid") == 503
    assert gallery.files == []
    gallery.folder._reserve = 0
    assert await status_of(client, f"/photos/{photo.id}/grid") == 200


async def test_a_file_that_was_lost_is_fetched_again(gallery: Gallery, client: Client) -> None:
    """A row that says ready while its files are gone, after a restored backup for instance, mends itself."""
    gallery.there.serve("/photo.jpg", a_file())
    photo = await gallery.a_remote_photo()
    assert await status_of(client, f"/photos/{photo.id}/grid") == 200
    await gallery.folder.delete(*gallery.files)
    assert await status_of(client, f"/photos/{photo.id}/grid") == 200
    assert gallery.there.asked_for("/photo.jpg") == 2


async def test_photos_are_as_private_as_their_posts(gallery: Gallery, client: Client) -> None:
    """Who may not see a post does not see its photo either, nor make us fetch it; caches keep private ones to one."""
    gallery.there.serve("/photo.jpg", a_file())
    bob, as_bob = await signed_in(gallery, "bob")
    _, as_eve = await signed_in(gallery, "eve")
    for visibility, others, kept in (
        (Visibility.PUBLIC, 200, "public, max-age=86400"),
        (Visibility.UNLISTED, 200, "public, max-age=86400"),
        (Visibility.FOLLOWERS, 404, "private, no-cache"),
        (Visibility.DIRECT, 404, "private, no-cache"),
    ):
        gallery.there.received.clear()
        photo = await gallery.a_remote_photo(visibility=visibility)
        async with gallery.instance.change() as change:
            await Mention.create(id=change.new_id(), post_id=photo.post_id, account_id=bob)
        path = f"/photos/{photo.id}/grid"
        assert await status_of(client, path) == others, visibility
        assert await status_of(client, path, as_eve) == others, visibility
        assert (not gallery.there.received) == (others == 404), visibility
        async with client.get(path, headers=as_bob) as response:
            assert response.status == 200, visibility
            assert response.headers["Cache-Control"] == kept, visibility


async def test_apps_are_given_an_address_that_opens(gallery: Gallery, client: Client) -> None:
    """A stranger's photo that is not for everybody opens to whoever was given its whole address; no cache keeps it."""
    gallery.there.serve("/photo.jpg", a_file())
    photo = await gallery.a_remote_photo(visibility=Visibility.FOLLOWERS)
    path = f"/photos/{photo.id}/feed"
    for word in ("", "?word=", f"?word={'0' * 40}", "?word=%ff"):
        assert await status_of(client, path + word) == 404
    assert gallery.there.received == []
    async with client.get(f"{path}?word={copy_word(photo.id, photo.remote_url)}") as response:
        assert response.status == 200
        assert "private" in response.headers["Cache-Control"]
    assert await status_of(client, f"/photos/{photo.id + 1}/feed?word={copy_word(photo.id, photo.remote_url)}") == 404


async def test_an_upload_without_a_post_has_no_public_address(gallery: Gallery, client: Client) -> None:
    """A photo that waits in its owner's composer is nobody's business."""
    photo = await gallery.a_remote_photo()
    await Photo.filter(id=photo.id).update(post_id=None)
    assert await status_of(client, f"/photos/{photo.id}/grid") == 404


async def test_avatars_and_headers_of_ours_and_of_others(gallery: Gallery, client: Client) -> None:
    """Both are served from our storage as JPEG; the accounts of those who are suspended or gone show none."""
    async with gallery.instance.change() as change:
        alice, sam = await a_person(change), await gallery.a_sam(change)
    portraits: tuple[Portrait, ...] = ("avatar", "header")
    for what in portraits:
        gallery.there.serve(f"/{what}.png", a_file("PNG", 300, 300))
        picture = develop(a_file(), gallery.instance.settings.limits, recipe=Recipe(what))
        files = await write_files(gallery.folder, picture)
        async with gallery.instance.change() as change:
            key = await note_portrait(change, files, what, account_id=alice.id)
            await Account.filter(id=alice.id).update(**{f"{what}_key": key})
            await Account.filter(id=sam.id).update(**{f"{what}_url": f"https://there.test/{what}.png"})
        for account in (alice, sam, sam):
            async with client.get(f"/{what}s/{account.id}", allow_redirects=False) as response:
                assert response.status == 200, what
                assert response.headers["Content-Type"] == "image/jpeg"
                assert response.headers["Cache-Control"] == "public, max-age=300"
        assert gallery.there.asked_for(f"/{what}.png") == 1
    await Account.filter(id=alice.id).update(suspended_at=1)
    await Account.filter(id=sam.id).update(deleted_at=1)
    for what in portraits:
        assert [await status_of(client, f"/{what}s/{account.id}") for account in (alice, sam)] == [404, 404]


async def test_somebody_without_an_avatar(gallery: Gallery, client: Client) -> None:
    """No avatar, no picture, no request."""
    async with gallery.instance.change() as change:
        alice, sam = await a_person(change), await gallery.a_sam(change)
    assert [await status_of(client, f"/avatars/{account.id}") for account in (alice, sam)] == [404, 404]
    assert gallery.there.received == []

"""What takes the space is counted by kind and by person, and shares are given by admins alone."""

from __future__ import annotations

import orjson
import pytest

from rossgram_fed.admin.storage_queries import Space, largest_holders, space
from rossgram_fed.instance import Instance
from rossgram_fed.models import MediaFile, Photo, User
from rossgram_fed.models.posts import PhotoState
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.admin.conftest import Office


async def a_photo(instance: Instance, account_id: int, *, post_id: int | None, remote: bool = False) -> None:
    """A photo whose original has 1000 bytes and whose other file has 300."""
    async with instance.change() as change:
        renditions = {"original": {"key": "o", "size": 1000}, "feed": {"key": "f", "size": 300}}
        photo = await Photo.create(
            id=change.new_id(),
            account_id=account_id,
            post_id=post_id,
            state=PhotoState.READY,
            remote_url="https://there.test/a.jpg" if remote else "",
            renditions="{}" if remote else orjson.dumps(renditions).decode(),
            created_at=change.now,
        )
        for size in (300,) if remote else (1000, 300):
            await MediaFile.create(
                id=change.new_id(), key=str(size), photo_id=photo.id, size=size, remote=remote, created_at=change.now
            )


async def test_what_takes_the_space(instance: Instance) -> None:
    """Originals, other sizes, what waits, avatars, copies and what is needed by nobody are told apart."""
    async with instance.change() as change:
        alice, bob, sam = await a_person(change, "alice"), await a_person(change, "bob"), await a_stranger(change)
        post, theirs = await a_post(change, alice), await a_post(change, sam)
        for account_id, size in ((alice.id, 40), (None, 7)):
            await MediaFile.create(id=change.new_id(), key="x", account_id=account_id, size=size, created_at=0)
        await change.tx.execute("UPDATE users SET quota_megabytes = 2 WHERE account_id = $1", bob.id)
    await a_photo(instance, alice.id, post_id=post.id)
    await a_photo(instance, alice.id, post_id=None)
    await a_photo(instance, bob.id, post_id=None)
    await a_photo(instance, sam.id, post_id=theirs.id, remote=True)
    assert await space(instance.database) == Space(
        originals=3000, renditions=900, avatars=40, waiting=2600, remote=300, unneeded=7
    )
    holders = [(one.username, one.used, one.most) for one in await largest_holders(instance.database)]
    assert holders == [("alice", 2600, None), ("bob", 1300, 2 << 20)]


@pytest.mark.parametrize(
    ("typed", "status", "share"),
    [("250", 303, 250), ("0", 303, 0), ("", 303, None), ("-1", 422, 9), ("many", 422, 9), ("999999999", 422, 9)],
)
async def test_a_share_is_given(office: Office, typed: str, status: int, share: int | None) -> None:
    """A number, none at all for the usual share; anything else changes nothing and says why."""
    await User.filter(account_id=office.alice.id).update(quota_megabytes=9)
    fields = {"username": f"@{office.alice.username}", "megabytes": typed}
    answer = await office.admin.post("/admin/storage/share", fields, at="/admin/storage")
    assert answer.status == status
    assert (await User.get(account_id=office.alice.id)).quota_megabytes == share


async def test_shares_are_the_admins_word(office: Office) -> None:
    """Nobody else gives a share, and nobody who is not here gets one."""
    page = await office.admin.text("/admin/storage")
    assert "What takes the space" in page
    nobody = await office.admin.post(
        "/admin/storage/share", {"username": "nobody", "megabytes": "5"}, at="/admin/storage"
    )
    assert nobody.status == 422
    assert "Nobody here has this name." in await nobody.text()
    await User.filter(account_id=office.alice.id).update(quota_megabytes=9)
    settings = await office.people["member"].text("/settings")
    assert "Your photos use 0 bytes" in settings
    for browser in (*office.people.values(), office.site.visitor):
        token = await office.site.visitor.token("/sign-in")
        data = {"csrf": token, "username": office.alice.username, "megabytes": "1"}
        assert (await browser.fetch("POST", "/admin/storage/share", data=data)).status in (303, 403)
        assert (await browser.get("/admin/storage")).status in (303, 403, 404)
    assert (await User.get(account_id=office.alice.id)).quota_megabytes == 9

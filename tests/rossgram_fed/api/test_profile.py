"""An app changes the profile of whom it acts for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import FormData

from rossgram_fed.federation.actor_documents import ACTOR_COLUMNS, actor_document_of
from rossgram_fed.models import Account, Follow, MediaFile, User
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from tests.apps import ApiSite
from tests.builders import a_person, a_stranger
from tests.rossgram_fed.media.samples import a_file
from tests.rossgram_fed.posts.photos import sent

PATH = "/api/v1/accounts/update_credentials"


async def alice_with_a_follower(site: ApiSite) -> Account:
    async with site.instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await Follow.create(
            id=change.new_id(),
            follower_id=sam.id,
            followed_id=alice.id,
            state=FollowState.ACCEPTED,
            uri="https://there.test/f/1",
            created_at=change.now,
        )
    return alice


def form(*fields: tuple[str, str], **files: bytes) -> FormData:
    data = FormData()
    for name, value in fields:
        data.add_field(name, value)
    for name, content in files.items():
        data.add_field(name, content, filename=f"{name}.jpg", content_type="image/jpeg")
    return data


async def document(site: ApiSite, account: Account) -> dict[str, Any]:
    row = await site.instance.database.fetch_one(f"SELECT {ACTOR_COLUMNS} FROM accounts WHERE id = $1", account.id)
    assert row is not None
    return actor_document_of(site.instance.settings, row)


async def test_what_is_said_changes_and_the_rest_stays(site: ApiSite) -> None:
    """Each field changes by itself, other servers are told of the whole, and posts begin with what was chosen."""
    alice = await alice_with_a_follower(site)
    app = await site.app(alice)
    told = (await app.patch(PATH, display_name=" Alice  B ", note="By the #sea", bot=True, locked=True)).body
    assert (told["display_name"], told["source"]["note"], told["bot"], told["locked"]) == (
        "Alice  B",
        "By the #sea",
        True,
        True,
    )
    fields = [
        ("fields_attributes[0][name]", "Site"),
        ("fields_attributes[0][value]", "https://alice.test"),
        ("fields_attributes[1][name]", ""),
        ("fields_attributes[1][value]", ""),
        ("source[privacy]", "private"),
        ("source[sensitive]", "true"),
        ("source[language]", "de"),
        ("source[quote_policy]", "followers"),
    ]
    told = (await app.form("PATCH", PATH, fields)).body
    assert [(one["name"], one["value"]) for one in told["source"]["fields"]] == [("Site", "https://alice.test")]
    assert (told["display_name"], told["bot"]) == ("Alice  B", True), "what was not said stays"
    user = await User.get(account_id=alice.id)
    chosen = (user.default_visibility, user.default_sensitive, user.default_language, user.quote_policy)
    assert chosen == (Visibility.FOLLOWERS, True, "de", Policy.FOLLOWERS)
    told = (await app.patch(PATH, fields_attributes={"0": {"name": "Camera", "value": "Old"}}, bot=False)).body
    assert [one["name"] for one in told["fields"]] == ["Camera"]
    updates = [one for one, inboxes in await sent(site.instance) if inboxes == ["https://there.test/inbox"]]
    assert [one["type"] for one in updates] == ["Update"] * 3
    assert [one["object"]["type"] for one in updates] == ["Service", "Service", "Person"]


async def test_the_profile_as_it_is_typed(site: ApiSite) -> None:
    """One's own profile comes as one typed it, with null for pictures that there are not, and so does what changed."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await site.app(alice)
    await app.post("/api/v1/featured_tags", name="sea")
    changed = await app.patch("/api/v1/profile", note="By the #sea", fields_attributes=[{"name": "a", "value": "<b>"}])
    told = await app.get("/api/v1/profile")
    assert told.body == changed.body
    assert (told.body["note"], told.body["avatar"], told.body["header_static"]) == ("By the #sea", None, None)
    assert told.body["fields"] == [{"name": "a", "value": "<b>", "verified_at": None}]
    assert [tag["name"] for tag in told.body["featured_tags"]] == ["sea"]


async def test_pictures_are_made_shown_told_and_removed(site: ApiSite) -> None:
    """A header and an avatar are cut to their shapes, served here, told elsewhere; each goes without the other."""
    alice = await alice_with_a_follower(site)
    app, nobody = await site.app(alice), site.nobody
    blank = (await app.get("/api/v1/accounts/verify_credentials")).body
    for address in (blank["avatar"], blank["header"]):
        assert (await nobody.get(address.removeprefix("https://here.test"))).status == 200, address
    told = (
        await app.form("PATCH", PATH, form(avatar=a_file(width=300, height=200), header=a_file(width=900, height=900)))
    ).body
    assert told["avatar"].endswith(f"/avatars/{alice.id}")
    assert told["header"] == told["header_static"] == f"https://here.test/headers/{alice.id}"
    shown = await nobody.get(f"/headers/{alice.id}")
    assert (shown.status, shown.headers["Content-Type"]) == (200, "image/jpeg")
    actor = await document(site, alice)
    assert actor["image"]["url"].startswith("https://here.test/media/")
    assert actor["image"]["url"] != actor["icon"]["url"]
    assert (await nobody.get(actor["image"]["url"].removeprefix("https://here.test"))).body == shown.body
    first = (await Account.get(id=alice.id)).header_key
    assert (await app.form("PATCH", PATH, form(avatar=a_file(seed=2)))).status == 200
    assert (await Account.get(id=alice.id)).header_key == first, "the header stays"
    needed = [one.key for one in await MediaFile.filter(account_id=alice.id)]
    assert (len(needed), first in needed) == (2, True), "the avatar before is let go of"
    assert (await app.delete("/api/v1/profile/header")).body["header"].endswith("/static/no-header.png")
    assert [one.key for one in await MediaFile.filter(account_id=alice.id)] == [
        (await Account.get(id=alice.id)).avatar_key
    ]
    assert "image" not in await document(site, alice)
    assert (await nobody.get(f"/headers/{alice.id}")).status == 404
    assert (await app.delete("/api/v1/profile/avatar")).body["avatar"].endswith("/static/no-avatar.png")
    assert await MediaFile.filter(account_id=alice.id).count() == 0


_REFUSED: tuple[tuple[Callable[[], FormData], str, str], ...] = (
    (lambda: form(("display_name", "x" * 61)), "Display name is too long", "a name that pages have no room for"),
    (lambda: form(("note", "x" * 1001)), "Note is too long", "a bio that is a book"),
    (lambda: form(("source[privacy]", "direct")), "Source privacy", "posts that nobody would get"),
    (lambda: form(("source[language]", "no language")), "Source language", "no language"),
    (lambda: form(("source[quote_policy]", "friends")), "Source quote policy", "a policy that there is not"),
    (lambda: form(("locked", "perhaps")), "", "neither yes nor no"),
    (
        lambda: form(*[(f"fields_attributes[{n}][{part}]", "x") for n in range(5) for part in ("name", "value")]),
        "Profile fields are too many",
        "more fields than a profile shows",
    ),
    (lambda: form(("fields_attributes[0][value]", "x" * 501)), "Profile field value is too long", "a long value"),
    (lambda: form(avatar=a_file(), header=b"no picture"), "Header", "one good picture and one that is none"),
    (lambda: form(avatar=b"<svg onload=alert(1)>"), "Avatar", "no picture"),
)


async def test_what_is_refused_leaves_nothing(site: ApiSite) -> None:
    """No row, no file and no activity is left of a refused change."""
    alice = await alice_with_a_follower(site)
    app, before = await site.app(alice), orjson.dumps(await document(site, alice))
    for data, sentence, reason in _REFUSED:
        reply = await app.form("PATCH", PATH, data())
        assert reply.status == 422, reason
        assert reply.body["error"].startswith("Validation failed: ") and sentence in reply.body["error"], reason
        assert orjson.dumps(await document(site, alice)) == before, reason
        assert await sent(site.instance) == [], reason
        assert await MediaFile.all().count() == 0, reason
        assert [one for one in site.instance.settings.media_folder.rglob("*") if one.is_file()] == [], reason

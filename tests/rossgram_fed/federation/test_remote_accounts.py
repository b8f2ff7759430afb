"""What we believe of strangers: only what their own origin says, and only handles that lead back to them."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from activitypub.errors import ActivityPubError, AddressRefused, ForeignId, MalformedDocument, Refused, Unreachable
from rossgram_fed.federation import remote_accounts, remote_documents
from tests.conftest import SettableClock
from tests.fediverse import FakePeer, Fediverse, Server
from webfinger.handles import Handle

MINUTE = 60_000
JRD = "application/jrd+json"


async def the_row(server: Server, uri: str) -> dict[str, Any]:
    row = await server.instance.database.fetch_one("SELECT * FROM accounts WHERE uri = $1", uri)
    assert row is not None
    return dict(row)


async def strangers(server: Server) -> int:
    return int(await server.instance.database.fetch_value("SELECT count(*) FROM accounts WHERE domain <> ''"))


async def test_a_stranger_is_read_and_kept(either_fediverse: Fediverse) -> None:
    """An actor becomes a row with its keys, inboxes and handle; HTML is cleaned and foreign addresses are dropped."""
    here = await either_fediverse.server("here")
    there = await either_fediverse.peer("there.test")
    sam = there.actor(
        summary="<p>Hi<script>x()</script></p>",
        name="Sam\u202e\nSamson",
        url="https://elsewhere.test/@sam",
        icon={"type": "Image", "url": "javascript:alert(1)"},
        outbox="https://victim.test/outbox",
        manuallyApprovesFollowers=True,
        attachment=[{"type": "PropertyValue", "name": "Site", "value": "<a href='https://x.test'>x</a>"}],
    )
    account_id = await remote_accounts.by_uri(here.network, sam.id)
    row = await the_row(here, sam.id)
    assert (row["id"], row["username"], row["domain"]) == (account_id, "sam", "there.test")
    assert (row["name"], row["bio_html"]) == ("SamSamson", "<p>Hi</p>")
    assert (row["url"], row["avatar_url"], row["outbox"]) == (sam.id, "", "")
    assert (row["inbox"], row["shared_inbox"]) == (f"{sam.id}/inbox", "https://there.test/inbox")
    assert bool(row["locked"])
    assert [key["id"] for key in orjson.loads(row["public_keys"])] == [f"{sam.id}#main-key"]
    assert await remote_accounts.by_uri(here.network, sam.id) == account_id
    assert there.asked_for("/users/sam") == 1
    assert "Signature" in there.received[0].headers


async def test_a_refresh_updates_the_row(here: Server, there: FakePeer) -> None:
    """Reading somebody again changes their row and keeps its id."""
    sam = there.actor()
    account_id = await remote_accounts.by_uri(here.network, sam.id)
    image = {"type": "Image", "url": "https://pictures.test/wide.jpg"}
    there.serve("/users/sam", sam.document | {"name": "Samantha", "type": "Service", "image": image})
    await remote_accounts.refresh(here.network, {"uri": sam.id})
    row = await the_row(here, sam.id)
    assert (row["id"], row["name"], row["actor_type"]) == (account_id, "Samantha", "Service")
    assert row["header_url"] == "https://pictures.test/wide.jpg"


async def test_ten_who_ask_at_once_share_one_fetch(here: Server, there: FakePeer) -> None:
    """One actor is fetched once, however many want it at the same moment."""
    sam = there.actor()
    ids = await asyncio.gather(*(remote_accounts.by_uri(here.network, sam.id) for _ in range(10)))
    assert len(set(ids)) == 1
    assert there.asked_for("/users/sam") == 1
    assert await strangers(here) == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"id": "https://victim.test/users/vera"}, ActivityPubError),
        ({"id": "https://there.test/users/other"}, ActivityPubError),
        ({"id": "https://here.test/users/alice"}, ForeignId),
        ({"id": ""}, MalformedDocument),
        ({"inbox": "https://victim.test/inbox"}, ForeignId),
        ({"inbox": "http://127.0.0.1:6379/"}, ForeignId),
        ({"inbox": None}, MalformedDocument),
        ({"type": "Note"}, MalformedDocument),
        ({"preferredUsername": "sam/../vera"}, MalformedDocument),
        ({"preferredUsername": "sam\u202e"}, MalformedDocument),
        ({"preferredUsername": "x" * 400}, MalformedDocument),
    ],
)
async def test_actors_that_claim_what_is_not_theirs(
    here: Server, there: FakePeer, changes: dict[str, object], error: type[Exception]
) -> None:
    """A document that names another id, another host's inbox or an impossible name is refused and leaves no row."""
    sam = there.actor()
    there.serve("/users/sam", sam.document | changes)
    with pytest.raises(error):
        await remote_accounts.by_uri(here.network, sam.id)
    assert await strangers(here) == 0


@pytest.mark.parametrize(
    "uri",
    [
        "https://here.test/users/nobody",
        "https://HERE.test/users/nobody",
        "https://user@there.test/users/sam",
        "https://there.test/users/sam#x",
        "javascript:alert(1)",
        "nonsense",
        "",
    ],
)
async def test_addresses_that_no_actor_has(here: Server, there: FakePeer, uri: str) -> None:
    """An odd address, or one of ours, is refused before anything is sent."""
    there.actor()
    with pytest.raises((AddressRefused, Refused)):
        await remote_accounts.by_uri(here.network, uri)
    assert there.received == []


async def test_our_own_accounts_are_not_fetched(here: Server) -> None:
    """One of our own actors is found in the table."""
    assert await remote_accounts.by_uri(here.network, "https://here.test/actor") > 0
    with pytest.raises(Refused) as refused:
        await remote_accounts.by_uri(here.network, "https://here.test/users/nobody", refresh=True)
    assert refused.value.status == 404


async def test_a_gone_actor_is_marked_and_stays_so(here: Server, there: FakePeer, clock: SettableClock) -> None:
    """410 at the origin deletes the account here, and a document that appears there later does not bring it back."""
    sam = there.actor()
    account_id = await remote_accounts.by_uri(here.network, sam.id)
    there.serve("/users/sam", b"", status=410)
    await remote_accounts.refresh(here.network, {"uri": sam.id})
    row = await the_row(here, sam.id)
    assert (row["id"], row["deleted_at"], row["public_keys"]) == (account_id, clock.now, "[]")
    (job,) = await here.instance.database.fetch("SELECT kind, payload FROM jobs")
    assert (job["kind"], orjson.loads(job["payload"])) == ("erase_account", {"account_id": account_id})
    there.serve("/users/sam", sam.document)
    clock.advance(10 * MINUTE)
    for refresh in (False, True):
        with pytest.raises(Refused) as refused:
            await remote_accounts.by_uri(here.network, sam.id, refresh=refresh)
        assert refused.value.status == 410
    assert (await the_row(here, sam.id))["deleted_at"] is not None


async def test_a_missing_actor_is_not_deleted(here: Server, there: FakePeer) -> None:
    """404 at the origin proves nothing: the account stays as it is; a server in trouble is asked again later."""
    sam = there.actor()
    await remote_accounts.by_uri(here.network, sam.id)
    before = await the_row(here, sam.id)
    there.serve("/users/sam", b"", status=404)
    await remote_accounts.refresh(here.network, {"uri": sam.id})
    assert await the_row(here, sam.id) == before
    there.serve("/users/other", b"", status=503)
    with pytest.raises(Refused):
        await remote_accounts.refresh(here.network, {"uri": sam.id.replace("sam", "other")})


async def test_failures_are_remembered_for_a_while(here: Server, there: FakePeer, clock: SettableClock) -> None:
    """A fetch that failed is not repeated for five minutes, and works again after that."""
    sam = there.actor()
    there.serve("/users/sam", b"", status=404)
    for _ in range(3):
        with pytest.raises(Refused):
            await remote_accounts.by_uri(here.network, sam.id)
    assert there.asked_for("/users/sam") == 1
    there.serve("/users/sam", sam.document)
    clock.advance(6 * MINUTE)
    assert await remote_accounts.by_uri(here.network, sam.id)


def jrd(there: FakePeer, subject: str, href: str) -> None:
    links = [{"rel": "self", "type": "application/activity+json", "href": href}]
    there.serve("/.well-known/webfinger", {"subject": f"acct:{subject}", "links": links}, content_type=JRD)


async def test_a_handle_on_another_domain_needs_that_domain(fediverse: Fediverse, here: Server) -> None:
    """Split domains work when both sides agree; a domain that does not confirm an actor is not its domain (156)."""
    web, home = await fediverse.peer("photos.home.test"), await fediverse.peer("home.test")
    sam = web.actor(webfinger="sam@home.test")
    jrd(web, "sam@home.test", sam.id)
    jrd(home, "sam@home.test", sam.id)
    await remote_accounts.by_uri(here.network, sam.id)
    row = await the_row(here, sam.id)
    assert (row["username"], row["domain"]) == ("sam", "home.test")

    mallory = web.actor("mallory", webfinger="vera@home.test")
    await remote_accounts.by_uri(here.network, mallory.id)
    row = await the_row(here, mallory.id)
    assert (row["username"], row["domain"]) == ("mallory", "photos.home.test")

    squatter = web.actor("squatter", webfinger="alice@here.test")
    await remote_accounts.by_uri(here.network, squatter.id)
    row = await the_row(here, squatter.id)
    assert (row["username"], row["domain"]) == ("squatter", "photos.home.test")


async def test_two_actors_with_one_handle(here: Server, there: FakePeer) -> None:
    """The handle goes to whom WebFinger names now; the other keeps its row under a name of its own."""
    old = there.actor("sam", preferredUsername="sam")
    await remote_accounts.by_uri(here.network, old.id)
    new = there.actor("sam2", preferredUsername="sam")
    jrd(there, "sam@there.test", new.id)
    await remote_accounts.by_uri(here.network, new.id)
    assert (await the_row(here, new.id))["username"] == "sam"
    assert (await the_row(here, old.id))["username"].startswith("sam~")

    third = there.actor("sam3", preferredUsername="sam")
    await remote_accounts.by_uri(here.network, third.id)
    assert (await the_row(here, third.id))["username"].startswith("sam~")
    assert (await the_row(here, new.id))["username"] == "sam"


async def test_by_handle(here: Server, there: FakePeer) -> None:
    """A handle is looked up once and then known; nobody answers for one that does not exist."""
    sam = there.actor()
    account_id = await remote_accounts.by_handle(here.network, Handle("sam", "there.test"))
    assert (await the_row(here, sam.id))["id"] == account_id
    asked = len(there.received)
    assert await remote_accounts.by_handle(here.network, Handle("sam", "there.test")) == account_id
    assert len(there.received) == asked
    with pytest.raises(Refused):
        await remote_accounts.by_handle(here.network, Handle("nobody", "there.test"))
    with pytest.raises(Refused):
        await remote_accounts.by_handle(here.network, Handle("nobody", "here.test"))
    with pytest.raises(Unreachable):
        await remote_accounts.by_handle(here.network, Handle("sam", "nowhere.test"))


async def test_an_object_is_believed_from_its_own_origin_only(
    fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock
) -> None:
    """An object found elsewhere is read again at its own id; its origin's word is what counts (cases 18 and 21)."""
    other = await fediverse.peer("other.test")
    there.serve("/1", {"id": "https://there.test/1", "type": "Note", "content": "true"})
    assert (await remote_documents.fetch(here.network, "https://there.test/1"))["content"] == "true"

    other.serve("/copy", {"id": "https://there.test/1", "type": "Note", "content": "false"})
    assert (await remote_documents.fetch(here.network, "https://other.test/copy"))["content"] == "true"

    other.serve("/forged", {"id": "https://there.test/missing", "type": "Note", "content": "false"})
    with pytest.raises(ActivityPubError):
        await remote_documents.fetch(here.network, "https://other.test/forged")

    other.serve("/ours", {"id": "https://here.test/p/1", "type": "Note"})
    with pytest.raises(ForeignId):
        await remote_documents.fetch(here.network, "https://other.test/ours")

    there.serve("/2", b"", status=302, Location="https://other.test/evil")
    other.serve("/evil", {"id": "https://there.test/2", "type": "Note", "content": "false"})
    with pytest.raises(ActivityPubError):
        await remote_documents.fetch(here.network, "https://there.test/2")

    with pytest.raises(AddressRefused):
        await remote_documents.fetch(here.network, "https://here.test/p/1")

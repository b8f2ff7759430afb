"""Who somebody says they are: odd actor ids, documents that claim another's name, inbox or key, and later changes."""

from __future__ import annotations

from random import Random
from typing import Any

import orjson
import pytest

from activitypub.keys import public_pem
from activitypub.signatures import SigningKey
from tests.fediverse import Actor, a_key
from tests.security.house import HERE, INBOX, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERA = "https://victim.test/users/vera"
A_FIELD = {"type": "PropertyValue", "name": "a\x00", "value": "b"}

IDS: dict[str, object] = {
    "with a fragment": "https://victim.test/users/vera#main",
    "with a user name": "https://victim.test@there.test/users/mallory",
    "with a port and a user name": "https://victim.test:443@there.test/users/mallory",
    "with a backslash": "https://there.test\\@victim.test/users/vera",
    "with an escaped slash in its host": "https://victim.test%2f@there.test/users/mallory",
    "with an escape in its host": "https://%76ictim.test/users/vera",
    "with a dot after its host": "https://victim.test./users/vera",
    "with dots after its host": "https://victim.test../users/vera",
    "in capitals": "https://VICTIM.TEST/users/vera",
    "with wide letters": "https://\uff56ictim.test/users/vera",
    "with a wide dot": "https://victim\u3002test/users/vera",
    "with a letter that looks alike": "https://v\u0456ctim.test/users/vera",
    "with a soft hyphen": "https://vic\u00adtim.test/users/vera",
    "with its own port": "https://victim.test:443/users/vera",
    "with another port": "https://victim.test:8443/users/vera",
    "with a port that is none": "https://victim.test:99999/users/vera",
    "with a query": "https://victim.test/users/vera?x=1",
    "with dots in its path": "https://victim.test/users/./vera",
    "with two slashes": "https://victim.test//users/vera",
    "with NUL": "https://victim.test/users/vera\x00",
    "with a new line": "https://victim.test/users/vera\r\nX: y",
    "with a space before": " https://victim.test/users/vera",
    "with a space after": "https://victim.test/users/vera ",
    "by http": "http://victim.test/users/vera",
    "in a file": "file:///etc/passwd",
    "as a script": "javascript:alert(1)//https://victim.test/users/vera",
    "without a host": "https:///users/vera",
    "on loopback": "https://127.0.0.1/users/vera",
    "on loopback in short": "https://127.1/users/vera",
    "on loopback as a number": "https://2130706433/users/vera",
    "on loopback in hex": "https://0x7f000001/users/vera",
    "on loopback, IPv6": "https://[::1]/users/vera",
    "on a private address, mapped": "https://[::ffff:10.0.0.1]/users/vera",
    "on the cloud's own address": "https://169.254.169.254/latest/meta-data",
    "ours": f"{HERE}/users/alice",
    "ours, in capitals": "https://HERE.TEST/users/alice",
    "ours, with its port": "https://here.test:443/users/alice",
    "ours, with a dot": "https://here.test./users/alice",
    "ours, by way of dots": f"{HERE}/users/x/../alice",
    "our server's": f"{HERE}/actor",
    "nobody here": f"{HERE}/users/nobody",
    "several": ["https://there.test/users/mallory", "https://victim.test/users/vera"],
    "an object without id": {"type": "Person"},
    "an object with another's id": {"id": "https://victim.test/users/vera", "inbox": "https://there.test/inbox"},
    "a number": 1,
    "true": True,
    "too long": "https://victim.test/" + "v" * 3000,
    "too many bytes": "https://victim.test/" + "\u00fc" * 1500,
}


@pytest.mark.parametrize("what", IDS)
async def test_odd_actor_ids(strict_house: House, what: str) -> None:
    """An activity in an odd or another's name is refused, whatever key signs it, and changes nothing."""
    house = strict_house
    victim = await house.peer("victim.test")
    victim.actor("vera", key=2)
    mallory = house.there.actor("mallory", key=1)
    before = await house.counts()
    document = {"id": f"{mallory.id}#1", "type": "Follow", "actor": IDS[what], "object": f"{HERE}/users/alice"}
    for key_id in (f"{mallory.id}#main-key", f"{IDS[what]}#main-key"):
        if key_id.isascii() and key_id.isprintable() and " " not in key_id and len(key_id) < 2000:
            status, answer = await house.there.post(INBOX, document, SigningKey(key_id, a_key(1)))
            assert status in (400, 401, 403, 503), answer
    await house.settle()
    assert await house.counts() == before


CLAIMS: dict[str, tuple[dict[str, Any], bool]] = {
    "another's id": ({"id": "https://victim.test/users/vera"}, False),
    "a neighbour's id": ({"id": "https://there.test/users/admin"}, False),
    "one of our ids": ({"id": f"{HERE}/users/alice"}, False),
    "no id": ({"id": None}, False),
    "an inbox elsewhere": ({"inbox": "https://victim.test/inbox"}, False),
    "an inbox here": ({"inbox": f"{HERE}/inbox"}, False),
    "an inbox on loopback": ({"inbox": "http://127.0.0.1:6379/"}, False),
    "an inbox that is a script": ({"inbox": "javascript:alert(1)"}, False),
    "no inbox": ({"inbox": None}, False),
    "another's key": ({"publicKey": {"id": f"{VERA}#k", "owner": VERA, "publicKeyPem": public_pem(a_key(1))}}, False),
    "a name with an @": ({"preferredUsername": "alice@here.test"}, False),
    "a name with a slash": ({"preferredUsername": "../../etc"}, False),
    "a name with markup": ({"preferredUsername": "<script>alert(1)</script>"}, False),
    "a name that turns the text": ({"preferredUsername": "a\u202ecila"}, False),
    "a name with NUL and a line": ({"preferredUsername": "a\r\nb"}, False),
    "a name too long": ({"preferredUsername": "a" * 400}, False),
    "a collection's type": ({"type": "OrderedCollection"}, False),
    "a shared inbox elsewhere": ({"endpoints": {"sharedInbox": "https://victim.test/inbox"}}, True),
    "collections elsewhere": (
        {"followers": f"{VERA}/followers", "outbox": f"{HERE}/users/alice/outbox", "featured": "file:///etc"}, True
    ),
    "a page elsewhere": ({"url": "https://victim.test/@vera"}, True),
    "a page that is a script": ({"url": "javascript:alert(1)"}, True),
    "an icon that is none": ({"icon": {"type": "Image", "url": "data:text/html,<script>"}}, True),
    "our handle": ({"preferredUsername": "alice", "webfinger": "alice@here.test"}, True),
    "a victim's handle": ({"preferredUsername": "vera", "webfinger": "vera@victim.test"}, True),
    "NUL everywhere": ({"name": "a\x00b", "summary": "a\x00b", "attachment": [A_FIELD | {"value": "\x00"}]}, True),
    "texts without end": ({"name": "\U0001f600" * 5000, "summary": "\U0001f600" * 50000}, True),
    "lists without end": ({"attachment": [A_FIELD] * 5000, "alsoKnownAs": ["https://a.test"] * 5000}, True),
}  # fmt: skip
"""What an actor's document claims, and whether the actor may exist at all with that."""


@pytest.mark.parametrize("what", CLAIMS)
async def test_claims_of_an_actor_document(strict_house: House, what: str) -> None:
    """An actor's document gives it nothing of anybody else's: no id, name, domain, inbox, key or page."""
    house = strict_house
    victim = await house.peer("victim.test")
    victim.actor("vera", key=2)
    changes, accepted = CLAIMS[what]
    name = f"claims{list(CLAIMS).index(what)}"
    mallory = house.there.actor(name, key=1, **changes)
    before = await house.counts()
    document = {"id": f"{mallory.id}#1", "type": "Follow", "actor": mallory.id, "object": f"{HERE}/users/carol"}
    status, answer = await house.there.post(INBOX, document, mallory)
    await house.settle()
    if not accepted:
        assert status == 401, answer
        assert await house.counts() == before
        assert victim.posts == []
        return
    assert status == 202, answer
    await _is_theirs_alone(house, mallory)
    assert victim.posts == []


async def _is_theirs_alone(house: House, mallory: Actor) -> None:
    row = (await house.fetch("SELECT * FROM accounts WHERE uri = $1", mallory.id))[0]
    assert row["domain"] == "there.test"
    for column in ("inbox", "shared_inbox", "outbox", "followers_uri", "following_uri", "featured_uri", "url"):
        assert row[column] == "" or row[column].startswith("https://there.test/"), column
    assert row["avatar_url"] == "" or row["avatar_url"].startswith("https://")
    assert "\x00" not in row["name"] + row["bio_html"] + row["links"]
    for key in orjson.loads(row["public_keys"]):
        assert key["id"].startswith("https://there.test/")
    alice = (await house.fetch("SELECT * FROM accounts WHERE uri = $1", f"{HERE}/users/alice"))[0]
    assert (alice["domain"], alice["username"]) == ("", "alice")
    assert "here.test/users/alice/inbox" in alice["inbox"]


@pytest.mark.parametrize("what", CLAIMS)
async def test_claims_of_an_update(strict_house: House, what: str) -> None:
    """An Update of the sender's own actor gives it as little of anybody else's as its document does."""
    house = strict_house
    name = f"updates{list(CLAIMS).index(what)}"
    mallory = house.there.actor(name, key=1)
    hello = {"id": f"{mallory.id}#0", "type": "Follow", "actor": mallory.id, "object": f"{HERE}/users/carol"}
    assert await house.post(hello, mallory) == 202
    await house.settle()
    others = "SELECT * FROM accounts WHERE uri <> $1 ORDER BY id"
    victims = [dict(row) for row in await house.fetch(others, mallory.id)]
    document = mallory.document | CLAIMS[what][0]
    update = {"id": f"{mallory.id}#1", "type": "Update", "actor": mallory.id, "object": document}
    status = await house.post(update, mallory)
    assert status in (202, 400), status
    await house.settle()
    await _is_theirs_alone(house, mallory)
    row = (await house.fetch("SELECT username FROM accounts WHERE uri = $1", mallory.id))[0]
    assert row["username"] not in ("alice", "vera"), row["username"]
    assert [dict(row) for row in await house.fetch(others, mallory.id)] == victims


async def test_addresses_of_too_many_bytes(strict_house: House) -> None:
    """An address that no index holds, though it has few letters, is no address: what names it fails nowhere."""
    house = strict_house
    letters = Random(1)
    wide = "https://there.test/" + "".join(chr(letters.randrange(0x4E00, 0x9FA5)) for _ in range(2000))
    mallory = house.there.actor("wide", key=1)
    carol = f"{HERE}/users/carol"
    note = {
        "id": wide, "type": "Note", "attributedTo": mallory.id, "to": [carol], "inReplyTo": wide, "url": wide,
        "context": wide, "tag": [{"type": "Mention", "href": carol}], "attachment": [{"type": "Image", "url": wide}],
    }  # fmt: skip
    for number, (kind, thing, identity) in enumerate(
        (
            ("Follow", carol, wide),
            ("Create", note, f"{mallory.id}#1"),
            ("Create", note | {"id": "https://there.test/notes/wide"}, wide),
            ("Like", wide, wide),
            ("Delete", wide, wide),
            ("Update", mallory.document | {"url": wide, "outbox": wide, "icon": {"type": "Image", "url": wide}}, wide),
            ("Undo", wide, wide),
        )
    ):
        document = {"id": identity, "type": kind, "actor": mallory.id, "object": thing, "number": number}
        assert await house.post(document, mallory) in (202, 400), kind
    await house.settle()
    assert await house.value("SELECT COUNT(*) FROM inbox_items WHERE state <> 1") == 0
    assert await house.value("SELECT COUNT(*) FROM jobs WHERE state <> 1") == 0

"""What we say about ourselves: actors, WebFinger, NodeInfo and the collections of people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from rossgram_fed.federation.signers import store_account_keys
from rossgram_fed.models import Account
from rossgram_fed.models.relations import Follow, FollowState
from tests.builders import a_person, a_stranger
from tests.fediverse import Fediverse, Server, server_keys


async def alice_on(server: Server) -> Account:
    async with server.instance.change() as change:
        alice = await a_person(change)
        await store_account_keys(change, alice.id, server_keys())
    return alice


async def get(fediverse: Fediverse, path: str, **headers: str) -> tuple[int, dict[str, str], Any]:
    url = path if path.startswith("https:") else f"https://here.test{path}"
    async with fediverse.session.get(url, headers=headers, allow_redirects=False) as response:
        body = await response.read()
        try:
            return response.status, dict(response.headers), orjson.loads(body)
        except orjson.JSONDecodeError:
            return response.status, dict(response.headers), body.decode()


async def test_an_actor_says_all_that_others_need(either_fediverse: Fediverse) -> None:
    """The actor document has its own address as id, its inboxes, collections and both keys."""
    here = await either_fediverse.server("here")
    alice = await alice_on(here)
    status, headers, actor = await get(either_fediverse, "/users/alice", Accept="application/activity+json")
    assert (status, headers["Content-Type"]) == (200, "application/activity+json; charset=utf-8")
    assert "Accept" in headers["Vary"]
    assert (actor["id"], actor["type"], actor["preferredUsername"]) == (alice.uri, "Person", "alice")
    assert (actor["inbox"], actor["endpoints"]) == (f"{alice.uri}/inbox", {"sharedInbox": "https://here.test/inbox"})
    assert actor["publicKey"]["id"] == f"{alice.uri}#main-key"
    assert actor["publicKey"]["owner"] == actor["assertionMethod"][0]["controller"] == alice.uri
    assert actor["assertionMethod"][0]["publicKeyMultibase"].startswith("z6Mk")
    assert actor["webfinger"] == "alice@here.test"
    assert "PRIVATE" not in str(actor)


async def test_the_server_has_an_actor_of_its_own(fediverse: Fediverse, here: Server) -> None:
    """The server's actor is an Application, readable without a signature, under one address only."""
    status, _, actor = await get(fediverse, "/actor")
    assert (status, actor["id"], actor["type"]) == (200, "https://here.test/actor", "Application")
    assert actor["inbox"] == "https://here.test/actor/inbox"
    assert actor["preferredUsername"] == "here.test"
    assert (await get(fediverse, "/users/here.test"))[0] == 404


async def test_people_are_sent_to_the_profile(fediverse: Fediverse, here: Server) -> None:
    """A browser at an actor's address goes to the page; a name that is none goes nowhere odd."""
    await alice_on(here)
    status, headers, _ = await get(fediverse, "/users/alice", Accept="text/html,application/xhtml+xml")
    assert (status, headers["Location"]) == (302, "/@alice")
    _, headers, _ = await get(fediverse, "/users/%2F%2Fevil.test", Accept="text/html")
    assert headers.get("Location", "/") == "/"


@pytest.mark.parametrize("path", ["/users/nobody", "/users/ALICE", "/users/nobody/followers", "/users/a%00b"])
async def test_nobody_is_404(fediverse: Fediverse, here: Server, path: str) -> None:
    """Somebody who is not here is not found, and a remote account is never served as ours."""
    async with here.instance.change() as change:
        await a_stranger(change, "nobody", domain="there.test")
    status, _, answer = await get(fediverse, path, Accept="application/activity+json")
    assert (status, "error" in answer) == (404, True)


async def test_the_deleted_are_gone(fediverse: Fediverse, here: Server) -> None:
    """A deleted account answers 410 everywhere, its actor with a Tombstone, right after it was served."""
    alice = await alice_on(here)
    question = "/.well-known/webfinger?resource=acct:alice@here.test"
    assert (await get(fediverse, "/users/alice"))[0] == (await get(fediverse, question))[0] == 200
    async with here.instance.change() as change:
        await change.tx.execute("UPDATE accounts SET deleted_at = 1 WHERE id = $1", alice.id)
        change.tx.signal("account", str(alice.id))
    status, _, tombstone = await get(fediverse, "/users/alice")
    assert (status, tombstone["type"], tombstone["id"]) == (410, "Tombstone", alice.uri)
    assert (await get(fediverse, question))[0] == 410
    assert (await get(fediverse, "/users/alice/followers"))[0] == 410
    async with fediverse.session.post(f"{alice.uri}/inbox", data=b"{}") as response:
        assert response.status == 410


async def test_a_changed_account_is_served_changed(fediverse: Fediverse, here: Server) -> None:
    """Ready bytes are dropped when the account changes."""
    alice = await alice_on(here)
    assert (await get(fediverse, "/users/alice"))[2]["name"] == "Alice"
    async with here.instance.change() as change:
        await change.tx.execute("UPDATE accounts SET name = 'Ally' WHERE id = $1", alice.id)
        change.tx.signal("account", str(alice.id))
    assert (await get(fediverse, "/users/alice"))[2]["name"] == "Ally"


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("acct:alice@here.test", 200),
        ("acct:ALICE@HERE.test", 200),
        ("alice@here.test", 200),
        ("https://here.test/users/alice", 200),
        ("https://here.test/@alice", 200),
        ("https://here.test/", 200),
        ("https://here.test/actor", 200),
        ("acct:here.test@here.test", 200),
        ("acct:nobody@here.test", 404),
        ("acct:alice@elsewhere.test", 404),
        ("https://elsewhere.test/users/alice", 404),
        ("https://here.test/users/nobody", 404),
        ("https://here.test/@", 404),
        ("https://here.test/p/1", 404),
        ("", 400),
        ("acct:", 400),
        ("acct:alice", 400),
        ("mailto:alice@here.test", 400),
        ("https://", 400),
        ("https://a b/", 400),
        ("x" * 5000, 400),
    ],
)
async def test_webfinger_answers_as_rfc_7033_demands(
    fediverse: Fediverse, here: Server, resource: str, status: int
) -> None:
    """Malformed questions are 400, unknown people 404, known ones 200, always readable by every site."""
    await alice_on(here)
    answered, headers, _ = await get(fediverse, f"/.well-known/webfinger?resource={quote(resource, safe='')}")
    assert answered == status
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Content-Type"].startswith("application/jrd+json" if status == 200 else "application/json")


@pytest.mark.parametrize(
    "query", ["", "?", "?resource", "?resource=", "?rel=self", "?resource=a%40b.c&resource=d%40e.f", "?resource=%FF"]
)
async def test_a_question_without_one_resource_is_bad(fediverse: Fediverse, here: Server, query: str) -> None:
    """A missing, empty, doubled or undecodable resource is a bad request (RFC 7033, section 4.2)."""
    status, _, answer = await get(fediverse, f"/.well-known/webfinger{query}")
    assert (status, bool(answer["error"])) == (400, True)


async def test_webfinger_names_the_actor_and_the_page(fediverse: Fediverse, here: Server) -> None:
    """The descriptor leads to actor and profile, and gives only the links asked for."""
    alice = await alice_on(here)
    question = "/.well-known/webfinger?resource=acct:alice@here.test"
    _, _, found = await get(fediverse, question)
    assert (found["subject"], found["aliases"]) == ("acct:alice@here.test", [alice.url, alice.uri])
    assert {"rel": "self", "type": "application/activity+json", "href": alice.uri} in found["links"]
    _, _, found = await get(fediverse, f"{question}&rel=self")
    assert [link["rel"] for link in found["links"]] == ["self"]


async def test_a_separate_account_domain_has_one_subject(fediverse: Fediverse) -> None:
    """Both domains answer, and both say the same handle; the one that was asked stands among the aliases."""
    settings = fediverse.settings("here")
    settings = replace(settings, server=replace(settings.server, account_domain="home.test"))
    await alice_on(await fediverse.server("here", settings=settings))
    for host in ("home.test", "here.test"):
        status, _, found = await get(fediverse, f"/.well-known/webfinger?resource=acct:alice@{host}")
        assert (status, found["subject"]) == (200, "acct:alice@home.test")
        assert ("acct:alice@here.test" in found["aliases"]) == (host == "here.test")
    assert (await get(fediverse, "/users/alice"))[2]["webfinger"] == "alice@home.test"


async def test_host_meta_points_to_webfinger(fediverse: Fediverse, here: Server) -> None:
    """Both forms of host-meta carry the template."""
    status, headers, text = await get(fediverse, "/.well-known/host-meta")
    assert (status, headers["Content-Type"]) == (200, "application/xrd+xml; charset=utf-8")
    assert "https://here.test/.well-known/webfinger?resource={uri}" in text
    _, _, document = await get(fediverse, "/.well-known/host-meta.json")
    assert document["links"][0]["template"] == "https://here.test/.well-known/webfinger?resource={uri}"


async def test_nodeinfo_counts_what_is_here(either_fediverse: Fediverse) -> None:
    """Both versions are linked and served, and the figures are those of the tables."""
    here = await either_fediverse.server("here")
    await alice_on(here)
    _, headers, links = await get(either_fediverse, "/.well-known/nodeinfo")
    assert headers["Access-Control-Allow-Origin"] == "*"
    versions = [link["href"] for link in links["links"] if "nodeinfo" in link["rel"]]
    assert len(versions) == 2
    for url in versions:
        status, _, document = await get(either_fediverse, url)
        assert (status, document["software"]["name"], document["usage"]["users"]["total"]) == (200, "rossgram", 1)
        assert (document["protocols"], document["usage"]["localPosts"]) == (["activitypub"], 0)
    assert (await get(either_fediverse, "/nodeinfo/1.0"))[0] == 404


async def test_followers_come_in_pages(either_fediverse: Fediverse) -> None:
    """The collection says how many, its pages say who, newest first, each once; requests that wait are not in it."""
    here = await either_fediverse.server("here")
    alice = await alice_on(here)
    uris = []
    async with here.instance.change() as change:
        for number in range(45):
            stranger = await a_stranger(change, f"s{number}")
            uris.append(stranger.uri)
            await Follow.create(
                id=change.new_id(),
                follower_id=stranger.id,
                followed_id=alice.id,
                state=FollowState.PENDING if number == 44 else FollowState.ACCEPTED,
                uri=f"{stranger.uri}/f",
                created_at=change.now,
            )
    _, _, collection = await get(either_fediverse, "/users/alice/followers")
    assert (collection["type"], collection["totalItems"]) == ("OrderedCollection", 44)
    assert "orderedItems" not in collection
    listed, page = [], collection["first"]
    while page:
        _, _, document = await get(either_fediverse, page)
        assert (document["type"], document["partOf"]) == ("OrderedCollectionPage", alice.followers_uri)
        listed += document["orderedItems"]
        page = document.get("next")
    assert listed == list(reversed(uris[:44]))
    for odd in ("x", "-1", "9" * 30, ""):
        assert (await get(either_fediverse, f"/users/alice/following?page=true&before={odd}"))[0] == 200


async def test_an_inbox_of_nobody_is_404(fediverse: Fediverse, here: Server) -> None:
    """Whoever posts to somebody who is not here is told so before their signature is looked at."""
    async with fediverse.session.post("https://here.test/users/nobody/inbox", data=b"{}") as response:
        assert response.status == 404
        assert (await response.json())["error"].endswith(".")

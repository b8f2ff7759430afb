"""What holds for every endpoint: tokens, scopes, limits, slashes, refusals in JSON, other origins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rossgram_fed.api.parameters import nested
from rossgram_fed.instance import Instance
from tests.apps import ApiSite, opened_api
from tests.builders import a_person, a_post


async def test_a_post_is_read_by_an_app(site: ApiSite) -> None:
    """An app reads a post, with a slash behind the address or not, and sees what its person did to it."""
    async with site.instance.change() as change:
        alice = await a_person(change)
        post = await a_post(change, alice, caption="Dunes")
    app = await site.app(alice)
    plain, slashed = await app.get(f"/api/v1/statuses/{post.id}"), await app.get(f"/api/v1/statuses/{post.id}/")
    assert plain.status == slashed.status == 200
    assert plain.body == slashed.body
    assert plain.body["id"] == str(post.id)
    assert plain.headers["Cache-Control"] == "private, no-store", "what her app sees is for no cache"
    assert plain.body["account"]["acct"] == "alice"
    assert plain.body["favourited"] is False
    assert "favourited" not in (await site.nobody.get(f"/api/v1/statuses/{post.id}")).body


async def test_bad_tokens_are_refused_even_where_none_is_needed(site: ApiSite) -> None:
    """A token that is none is refused in JSON, with the header that says so."""
    for token, reason in (("made-up", "a token that nobody gave"), ("x" * 5000, "an absurd token")):
        reply = await site.nobody.get("/api/v1/statuses/1", Authorization=f"Bearer {token}")
        assert reply.status == 401, reason
        assert reply.body == {"error": "The access token is invalid"}, reason
        assert reply.headers["WWW-Authenticate"].startswith("Bearer"), reason


async def test_scopes_are_asked(site: ApiSite) -> None:
    """A token without the scope of an endpoint is refused there."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await site.app(alice, scopes="write")
    assert (await app.get(f"/api/v1/accounts/{alice.id}")).status == 403


async def test_unknown_addresses_and_other_origins(site: ApiSite) -> None:
    """What does not exist is said in JSON, and pages of other origins may ask everything."""
    reply = await site.nobody.get("/api/v1/nonsense")
    assert (reply.status, list(reply.body)) == (404, ["error"])
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    preflight = await site.nobody.call("OPTIONS", "/api/v1/statuses")
    assert preflight.status == 204
    allowed = preflight.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "Idempotency-Key", "*"} <= set(allowed)


async def test_calls_are_counted(instance: Instance) -> None:
    """One call too many in five minutes is refused, and the headers tell how many are left."""
    limits = replace(instance.settings.limits, api_calls=60)
    fewer = replace(instance, settings=replace(instance.settings, limits=limits))
    async with opened_api(fewer) as site:
        first = await site.nobody.get("/api/v1/accounts/1")
        assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("60", "59")
        for _ in range(59):
            await site.nobody.get("/api/v1/accounts/1")
        last = await site.nobody.get("/api/v1/accounts/1")
        assert last.status == 429
        assert int(last.headers["Retry-After"]) <= 300


@pytest.mark.parametrize(
    ("pairs", "tree", "reason"),
    [
        ([("a[]", "1"), ("a[]", "2")], {"a": ["1", "2"]}, "a list"),
        ([("a[1]", "2"), ("a[0]", "1")], {"a": ["1", "2"]}, "a list by places"),
        ([("p[options][]", "x"), ("p[multiple]", "true")], {"p": {"options": ["x"], "multiple": "true"}}, "a mapping"),
        ([("a", "1"), ("a", "2")], {"a": "2"}, "the last one wins"),
        ([("a[b][c][d][e][f]", "1")], {}, "too deep"),
        ([("a[", "1"), ("]", "1"), ("", "1")], {}, "no name"),
        ([("a", "1"), ("a[b]", "2")], {"a": {"b": "2"}}, "a value that becomes a mapping"),
    ],
)
def test_names_with_brackets(pairs: list[tuple[str, str]], tree: dict[str, object], reason: str) -> None:
    """Rails' brackets become lists and mappings."""
    assert nested(pairs) == tree, reason

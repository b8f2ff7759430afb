"""The client over a transport that is a function: what it sends, when it knocks again, and which answers it takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from multidict import CIMultiDict

from activitypub.client import is_activity, retry_after
from activitypub.errors import MalformedDocument, Refused, SignatureError
from activitypub.http import ACCEPT_ACTIVITY, ACTIVITY_JSON, LD_JSON, Request, Response
from activitypub.signatures import Scheme, check, claim_of
from tests.activitypub.signed import ACTOR, BODY, INBOX, NOW, http_time, rsa_key
from tests.activitypub.wire import KEY, a_client, answer, redirects, verifying


async def test_get_asks_in_the_words_that_every_server_knows() -> None:
    """A GET says who asks and for what, is signed, and its signature holds."""
    client, wire = a_client(verifying(None))
    fetched = await client.get(ACTOR, key=KEY)
    assert fetched.document == {"id": "x"}
    assert (fetched.url, fetched.scheme) == (ACTOR, Scheme.CAVAGE)
    (request,) = wire.sent
    assert request.headers["Accept"] == ACCEPT_ACTIVITY
    assert request.headers["User-Agent"] == "Rossgram/1.0 (+https://here.test/)"


async def test_post_sends_the_bytes_it_was_given() -> None:
    """A POST carries the body unchanged under the Content-Type that every inbox takes."""
    client, wire = a_client(verifying(None))
    assert await client.post(INBOX, BODY, key=KEY) is Scheme.CAVAGE
    (request,) = wire.sent
    assert (request.method, request.body, request.headers["Content-Type"]) == ("POST", BODY, ACTIVITY_JSON)


@pytest.mark.parametrize("first", list(Scheme))
@pytest.mark.parametrize("accepts", list(Scheme))
async def test_the_second_knock(first: Scheme, accepts: Scheme) -> None:
    """Whichever scheme a server knows, the one that worked is reported, after at most two tries."""
    client, wire = a_client(verifying(accepts))
    assert await client.post(INBOX, BODY, key=KEY, first=first) is accepts
    assert wire.schemes == ([first] if first is accepts else [first, accepts])
    assert (await client.get(ACTOR, key=KEY, first=first)).scheme is accepts


@pytest.mark.parametrize("status", [400, 401])
async def test_both_knocks_refused(status: int) -> None:
    """When no scheme is accepted the first answer counts: the second may only mean that the scheme is unknown."""
    answers = iter([answer(status), answer(400)])
    client, wire = a_client(lambda request: next(answers))
    with pytest.raises(Refused) as caught:
        await client.post(INBOX, BODY, key=KEY)
    assert caught.value.status == status
    assert len(wire.sent) == 2


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_every_2xx_to_a_post_is_success(status: int) -> None:
    """Servers answer deliveries with any of them."""
    client, _ = a_client(lambda request: answer(status))
    assert await client.post(INBOX, BODY, key=KEY) is Scheme.CAVAGE


@pytest.mark.parametrize("status", [304, 403, 404, 410, 413, 429, 500, 503])
async def test_other_answers_are_refusals_without_a_second_knock(status: int) -> None:
    """Only 400 and 401 can mean that the signature was not understood."""
    client, wire = a_client(lambda request: answer(status, Retry_After="120"))
    for call in (client.post(INBOX, BODY, key=KEY), client.get(ACTOR, key=KEY), client.get_json(ACTOR, "x/y")):
        wire.sent.clear()
        with pytest.raises(Refused) as caught:
            await call
        assert (caught.value.status, caught.value.retry_after) == (status, 120)
        assert len(wire.sent) == 1


async def test_a_get_with_a_query_is_tried_without_signing_it() -> None:
    """Some servers verify the path alone; the address asked stays the same."""

    def path_only(request: Request) -> Response:
        bare = Request(request.method, request.url.partition("?")[0], request.headers)
        claim = claim_of(bare)
        if claim.scheme is Scheme.RFC9421:
            return answer(401)
        try:
            check(bare, claim, rsa_key().public_key(), now=NOW)
        except SignatureError:
            return answer(401)
        return answer()

    client, wire = a_client(path_only)
    url = f"{ACTOR}/outbox?page=1"
    fetched = await client.get(url, key=KEY)
    assert fetched.scheme is Scheme.CAVAGE
    assert [request.url for request in wire.sent] == [url] * 3


async def test_redirects_are_followed_and_signed_anew() -> None:
    """Three redirects, relative and to another host, each signed for its own address; the last one is reported."""
    server = redirects("/b", "https://there.test/c?d", "//third.test/e#main-key")
    client, wire = a_client(server)
    fetched = await client.get(ACTOR, key=KEY)
    assert fetched.url == "https://third.test/e"
    assert [r.url for r in wire.sent] == [
        ACTOR,
        "https://here.test/b",
        "https://there.test/c?d",
        "https://third.test/e",
    ]
    for request in wire.sent:
        check(request, claim_of(request), rsa_key().public_key(), now=NOW)


@pytest.mark.parametrize("count", [4, 50])
async def test_too_many_redirects(count: int) -> None:
    """After the third redirect nothing more is asked."""
    client, wire = a_client(redirects(*[f"/{n}" for n in range(count)]))
    with pytest.raises(Refused, match="too often"):
        await client.get(ACTOR, key=KEY)
    assert len(wire.sent) == 4
    client, wire = a_client(redirects(*[f"/{n}" for n in range(count)], status=307))
    with pytest.raises(Refused, match="too often"):
        await client.post(INBOX, BODY, key=KEY)
    assert len(wire.sent) == 4


CONTENT_TYPES = [
    (True, ACTIVITY_JSON),
    (True, f"{ACTIVITY_JSON}; charset=utf-8"),
    (True, "Application/Activity+JSON"),
    (True, LD_JSON),
    (True, f"{LD_JSON}; charset=utf-8"),
    (True, 'application/ld+json;charset=utf-8;profile="https://www.w3.org/ns/activitystreams"'),
    (True, 'application/ld+json; profile="https://example.com/x https://www.w3.org/ns/activitystreams"'),
    (True, "application/ld+json; profile=https://www.w3.org/ns/activitystreams"),
    (False, "application/ld+json"),
    (False, 'application/ld+json; profile="https://www.w3.org/ns/json-ld#compacted"'),
    (False, 'application/ld+json; x="profile=https://www.w3.org/ns/activitystreams"'),
    (False, "application/json"),
    (False, 'application/json; profile="https://www.w3.org/ns/activitystreams"'),
    (False, "application/activity+json-seq"),
    (False, f"text/plain, {ACTIVITY_JSON}"),
    (False, f"text/html; x={ACTIVITY_JSON}"),
    (False, "text/plain"),
    (False, "image/png"),
    (False, ""),
]


@pytest.mark.parametrize(("accepted", "content_type"), CONTENT_TYPES)
async def test_only_what_is_labelled_as_activitypub_is_read(accepted: bool, content_type: str) -> None:
    """A file that somebody uploaded is never taken for its server's word, whatever it contains."""
    client, _ = a_client(lambda request: answer(Content_Type=content_type))
    if accepted:
        assert (await client.get(ACTOR, key=KEY)).document == {"id": "x"}
        return
    with pytest.raises(MalformedDocument, match="label"):
        await client.get(ACTOR, key=KEY)


@pytest.mark.parametrize("types", [[], [ACTIVITY_JSON, "text/html"], [ACTIVITY_JSON, ACTIVITY_JSON]])
def test_one_label_and_no_more(types: list[str]) -> None:
    """An answer without Content-Type, or with two, is not read."""
    assert not is_activity(Response(200, ACTOR, CIMultiDict([("Content-Type", kind) for kind in types])))


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'"text"', b"[" * 100_000])
async def test_what_is_no_object_is_malformed(body: bytes) -> None:
    """A document is one JSON object of reasonable depth."""
    client, _ = a_client(lambda request: answer(body=body))
    with pytest.raises(MalformedDocument):
        await client.get(ACTOR, key=KEY)
    with pytest.raises(MalformedDocument):
        await client.get_json(ACTOR, "application/jrd+json")


async def test_get_json_is_unsigned_and_says_what_it_wants() -> None:
    """WebFinger and NodeInfo are asked without a signature and may be labelled as they like."""
    client, wire = a_client(lambda request: answer(body=b'{"links":[]}', Content_Type="application/json"))
    assert await client.get_json("https://here.test/.well-known/nodeinfo", "application/json") == {"links": []}
    (request,) = wire.sent
    assert request.headers["Accept"] == "application/json"
    assert not {"Signature", "Signature-Input"} & set(request.headers)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999", 86_400),
        (http_time(NOW + timedelta(minutes=2)), 120),
        (http_time(NOW - timedelta(minutes=2)), 0),
        (http_time(NOW + timedelta(days=9)), 86_400),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after(text: str, expected: int | None) -> None:
    """Seconds or a date, never in the past, never more than a day; what is neither is not there."""
    assert retry_after(answer(503, Retry_After=text), NOW) == expected

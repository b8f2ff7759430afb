"""Anything at all, sent to the whole server: whatever it is, the answer is no error of ours. Bounded and repeatable."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from activitypub.signatures import Scheme
from rossgram_fed.routes import ACTIVITYPUB, FEEDS, FORMS, PAGES, PICTURES, WELL_KNOWN
from tests.security.house import HERE, INBOX, PUBLIC, House
from tests.security.test_odd_requests import FIELDS, PARAMETERS

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOUNDED = settings(
    max_examples=80,
    phases=[Phase.explicit, Phase.generate],  # what fails is shown as it was found: making it smaller takes minutes
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
HEADER_NAMES = """
    Accept Accept-Encoding Accept-Language Authorization Cookie Content-Type Content-Encoding Date Digest
    Content-Digest Signature Signature-Input Origin Referer Range If-Range If-None-Match If-Modified-Since
    Sec-Fetch-Site User-Agent X-Forwarded-For X-Forwarded-Proto X-Forwarded-Host Forwarded Host Upgrade TE
    X-HTTP-Method-Override Via Connection
"""
KIND_NAMES = """
    Create Update Delete Follow Accept Reject Undo Like Announce Block Add Remove Move Flag EmojiReact Note
    Article Question Image Video Person Service Tombstone Collection OrderedCollectionPage Document Mention
    Hashtag PropertyValue Link
"""
PROPERTY_NAMES = """
    id object to cc tag attachment url content contentMap name summary published updated inReplyTo icon
    attributedTo sensitive replies likes mediaType width height blurhash focalPoint href publicKey inbox
    endpoints preferredUsername context conversation language target items @context _misskey_reaction
    webfinger image
"""

PATHS = [path for path, _ in (*PAGES, *FEEDS, *PICTURES, *WELL_KNOWN, *FORMS)] + [path for _, path, _ in ACTIVITYPUB]
PATHS += ["/p/{id}", "/@{username}", "/static/{name}", "/{anything}", "/inbox"]
TEXT = st.text(max_size=40) | st.sampled_from(["alice", "1", "0", "%", "\x00", "\ufeff", "@a@there.test", "9" * 19])
METHODS = st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PATCH", "TRACE"])
HEADER = st.binary(max_size=60).map(lambda value: value.translate(None, b"\r\n\0"))
HEADERS = st.dictionaries(
    st.sampled_from(HEADER_NAMES.split()),
    HEADER,
    max_size=5,
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """A request line and headers with anything in them, for any address there is, and a body that may be any."""
    path = draw(st.sampled_from(PATHS))
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + quote(draw(TEXT).encode("utf-8", "surrogatepass"), safe="/@%") + rest.partition("}")[2]
    query = draw(st.dictionaries(st.sampled_from(PARAMETERS) | TEXT, TEXT, max_size=3))
    pairs = [f"{_escaped(name)}={_escaped(value)}" for name, value in query.items()]
    target = path + ("?" + "&".join(pairs) if pairs else "")
    body = draw(st.binary(max_size=60))
    lines = [f"{draw(METHODS)} {target} HTTP/1.1".encode(), b"Host: here.test", b"Connection: close"]
    lines += [name.encode() + b": " + value for name, value in draw(HEADERS).items() if name != "Host"]
    if body:
        lines.append(b"Content-Length: " + str(len(body)).encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _escaped(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="%/@:")


@settings(BOUNDED, max_examples=250)
@given(requests())
async def test_any_request(strict_house: House, request_bytes: bytes) -> None:
    """Any method, path, query, headers and body get an answer below 500."""
    answer = await strict_house.raw(request_bytes)
    assert answer.startswith(b"HTTP/1."), request_bytes
    assert int(answer[9:12]) < 500, request_bytes


@BOUNDED
@given(
    st.sampled_from([path for path, _ in FORMS]), TEXT, st.lists(st.tuples(st.sampled_from(FIELDS), TEXT), max_size=8)
)
async def test_any_form(strict_house: House, path: str, value: str, fields: list[tuple[str, str]]) -> None:
    """Any form with any fields, from somebody signed in, gets an answer below 500 and leads nowhere else."""
    house = strict_house
    if path in ("/sign-out", "/settings/sessions/end-all", "/settings/account/delete"):
        return
    where = path.replace("{id}", quote(value.encode("utf-8", "surrogatepass"), safe="")).replace("{queue}", "jobs")
    pairs = [("csrf", house.csrf("rick")), *fields]
    body = "&".join(f"{name}={_escaped(text)}" for name, text in pairs).encode()
    answer = await house.ask(
        where, by="rick", method="POST", data=body, Origin=HERE, Content_Type="application/x-www-form-urlencoded"
    )
    assert answer.status < 500
    assert answer.headers.get("Location", "/").startswith("/")


@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader")
@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionParam")
@BOUNDED
@given(st.binary(max_size=300), st.sampled_from(["/new", "/settings/profile"]))
async def test_any_upload(strict_house: House, content: bytes, path: str) -> None:
    """Any bytes as a form with files get an answer below 500 and leave no photo."""
    house = strict_house
    before = await house.counts()
    csrf = house.csrf("rick").encode()
    whole = b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + csrf + b"\r\n--x\r\n"
    for body in (
        content,
        whole + content,
        whole + b"Content-Disposition: form-data; " + content + b"\r\n\r\n\r\n--x--",
    ):
        answer = await house.ask(
            path, by="rick", method="POST", data=body, Origin=HERE, Content_Type="multipart/form-data; boundary=x"
        )
        assert answer.status < 500, body
    assert await house.counts() == before


WORDS = st.sampled_from(
    [f"{HERE}/users/carol", f"{HERE}/p/1", "https://there.test/users/fuzz", "https://there.test/notes/1", PUBLIC,
     "https://nowhere.test/\u00fc" * 90, "javascript:alert(1)", "\x00", "@id", "2026-11-22T05:00:00Z", "9999-99-99T"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | TEXT | WORDS
KINDS = st.sampled_from(KIND_NAMES.split())
NAMES = st.sampled_from(PROPERTY_NAMES.split())
THINGS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(KINDS, st.dictionaries(NAMES, inner, max_size=6)).map(lambda pair: {"type": pair[0], **pair[1]})
    ),
    max_leaves=20,
)


@settings(BOUNDED, max_examples=200)
@given(KINDS, st.dictionaries(NAMES, THINGS, max_size=8), st.sampled_from(Scheme))
async def test_any_activity(strict_house: House, kind: str, holds: dict[str, Any], scheme: Scheme) -> None:
    """Any activity that was signed well is refused in words or takes effect; none fails on its way to it."""
    house = strict_house
    fuzz = house.there.actor("fuzz", key=1)
    holds = {name: _possible(thing) for name, thing in holds.items()}
    if isinstance(holds.get("object"), dict) and "attributedTo" not in holds["object"]:
        holds["object"] |= {"id": f"https://there.test/notes/{len(str(holds))}"}
    if kind == "Delete" and holds.get("object") == fuzz.id:
        return  # that would be the end of them
    document = holds | {"type": kind, "actor": fuzz.id}
    status, answer = await house.there.post(INBOX, orjson.dumps(document), fuzz, scheme=scheme)
    assert status in (202, 400, 401), (status, answer)
    assert status == 202 or answer["error"].endswith(".")
    await house.settle()
    assert await house.value("SELECT COUNT(*) FROM inbox_items WHERE state <> 1") == 0
    assert await house.value("SELECT COUNT(*) FROM jobs WHERE state = 2") == 0


def _possible(thing: Any) -> Any:
    """Leave out what JSON cannot say."""
    if isinstance(thing, str):
        return thing.encode("utf-8", "ignore").decode()
    if isinstance(thing, list):
        return [_possible(one) for one in thing]
    if isinstance(thing, dict):
        return {_possible(name): _possible(one) for name, one in thing.items()}
    return thing


@BOUNDED
@given(
    st.binary(max_size=200) | st.dictionaries(NAMES, THINGS, max_size=6).map(lambda one: orjson.dumps(_possible(one)))
)
async def test_any_body(strict_house: House, body: bytes) -> None:
    """Any bytes, signed well by somebody nobody knows, get an answer below 500."""
    house = strict_house
    sam = house.there.actor("sam")
    status, _ = await house.there.send(house.there.signed(INBOX, body, sam))
    assert status < 500


@BOUNDED
@given(st.dictionaries(NAMES, THINGS, max_size=8), st.sampled_from(["Note", "Person", "Create", "Collection", "Video"]))
async def test_any_answer(strict_house: House, holds: dict[str, Any], kind: str) -> None:
    """Any document at an address that somebody here searches for gives a page, and that page shows."""
    house = strict_house
    holds = {name: _possible(thing) for name, thing in holds.items()}
    known = {"attributedTo": "https://there.test/users/fuzz"} if kind in ("Note", "Video") else {}
    number = len(str(holds))
    document = {**holds, **known, "id": f"https://there.test/any/{number}", "type": kind}
    house.there.actor("fuzz", key=1)
    house.there.serve(f"/any/{number}", document)
    house.clock.advance(3_600_000)
    answer = await house.ask(f"/search?q=https://there.test/any/{number}", by="carol")
    assert answer.status in (200, 303)
    if answer.status == 303:
        assert (await house.ask(quote(answer.headers["Location"], safe="/@%"), by="carol")).status < 500
    house.there.serve("/.well-known/webfinger", {**holds, "links": [holds]})
    assert (await house.ask(f"/search?q=@a{number}@there.test", by="carol")).status in (200, 303)
    del house.there.answers["/.well-known/webfinger"]

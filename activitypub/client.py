"""Get a document, post an activity: the outgoing half of the protocol over any ``Transport``.

Every request is signed anew for every address and every try, and knocks again in the other scheme when the first was
not understood. Of an answer nothing is believed but its status, its Content-Type and where it finally came from.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urljoin

from multidict import CIMultiDict

from activitypub.errors import AddressRefused, MalformedDocument, Refused, Unreachable
from activitypub.http import ACCEPT_ACTIVITY, ACTIVITY_JSON, Request, Response, Transport
from activitypub.origin import host_of, is_http_url, same_origin
from activitypub.parse import load
from activitypub.signatures import Scheme, SigningKey, sign
from activitypub.signatures.times import read_http_date

MOST_REDIRECTS = 3
LONGEST_WAIT = 24 * 60 * 60
"""Seconds of Retry-After that we obey."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_RESENDING = _REDIRECTS - {303}
"""After 303 the answer is to be fetched with GET: the activity itself was not taken."""
_KNOCK_AGAIN = frozenset({400, 401})

_PROFILE = "https://www.w3.org/ns/activitystreams"
_PARAMETER = re.compile(r";[ \t]*([A-Za-z0-9_-]+)=(?:\"([^\"]*)\"|([^\s;\"]+))")
_UNRESERVED = "-._~!$&'()*+,;=:@/?%"

Knock = tuple[Scheme, bool]
"""A scheme, and whether the query is signed."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as its server sent it; whether that server may speak for its ``id`` the caller must check."""

    document: dict[str, object]
    url: str
    """Where it finally came from, after redirects, without a fragment."""
    scheme: Scheme
    """The signature scheme that the server accepted."""


class Client:
    """Speaks ActivityPub over a transport. It keeps nothing between two calls."""

    def __init__(
        self, transport: Transport, user_agent: str, now: Callable[[], datetime], *, allow_http: bool = False
    ) -> None:
        self._transport = transport
        self._user_agent = user_agent
        self._now = now
        self._allow_http = allow_http

    def over(self, transport: Transport) -> Client:
        """Return the same client on another transport."""
        return Client(transport, self._user_agent, self._now, allow_http=self._allow_http)

    async def get(self, url: str, *, key: SigningKey, first: Scheme = Scheme.CAVAGE) -> Fetched:
        """Fetch an ActivityPub document with a signed GET, through at most three redirects.

        Raises ``Refused`` for any answer but success, ``Unreachable`` when there is none, ``MalformedDocument`` when it
        is not labelled as ActivityPub or is no JSON object.
        """
        used = first

        async def knock(request: Request) -> Response:
            nonlocal used
            response, used = await self._knock(request, key, first)
            return response

        response = await self._follow(self._get_request(url, ACCEPT_ACTIVITY), knock)
        if not is_activity(response):
            raise MalformedDocument(f"{host_of(response.url)} did not label its answer as ActivityPub.")
        return Fetched(load(response.body), response.url, used)

    async def get_json(self, url: str, accept: str) -> dict[str, object]:
        """Fetch a JSON object without a signature, as WebFinger and NodeInfo are; errors as ``get``."""
        return load((await self.get_file(url, accept)).body)

    async def get_file(self, url: str, accept: str) -> Response:
        """Fetch whatever is at an address, unsigned; errors as ``get``. ``url`` of the answer is where it came from."""
        return await self._follow(self._get_request(url, accept), self._transport.send)

    async def post(
        self,
        inbox: str,
        body: bytes,
        *,
        key: SigningKey,
        first: Scheme = Scheme.CAVAGE,
        extra: Mapping[str, str] | None = None,
    ) -> Scheme:
        """Deliver an activity, with ``extra`` headers if there are any; return the signature scheme that was accepted.

        Any 2xx is success. Redirects are followed on the same origin only: an inbox that moved to another host is for
        its actor's document to tell. Raises ``Refused`` and ``Unreachable`` as ``get`` does.
        """
        headers = CIMultiDict({"User-Agent": self._user_agent, "Content-Type": ACTIVITY_JSON, **(extra or {})})
        request = Request("POST", self._address(inbox), headers, body)
        for _ in range(MOST_REDIRECTS + 1):
            response, scheme = await self._knock(request, key, first)
            if response.status not in _RESENDING:
                self._expect_success(request, response)
                return scheme
            target = self._redirect(request, response)
            if not same_origin(target, request.url):
                raise Refused(f"{host_of(request.url)} sends deliveries elsewhere.", status=response.status)
            request = replace(request, url=target)
        raise Refused(f"{host_of(request.url)} redirects too often.", status=response.status)

    async def _follow(self, request: Request, send: Callable[[Request], Awaitable[Response]]) -> Response:
        """Send a GET through its redirects and return a success, its ``url`` being the last address asked."""
        for _ in range(MOST_REDIRECTS + 1):
            response = await send(request)
            if response.status not in _REDIRECTS:
                self._expect_success(request, response)
                return replace(response, url=request.url)
            request = replace(request, url=self._redirect(request, response))
        raise Refused(f"{host_of(request.url)} redirects too often.", status=response.status)

    async def _knock(self, request: Request, key: SigningKey, first: Scheme) -> tuple[Response, Scheme]:
        """Try the schemes in turn until one is not answered with 400 or 401; if all are, the first answer counts.

        The second answer would mislead: a server that knows one scheme calls the other one a bad request.
        """
        refused: tuple[Response, Scheme] | None = None
        for scheme, with_query in _knocks(request, first):
            response = await self._transport.send(self._signed(request, key, scheme=scheme, with_query=with_query))
            if response.status not in _KNOCK_AGAIN:
                return response, scheme
            refused = refused or (response, scheme)
        assert refused is not None
        return refused

    def _signed(self, request: Request, key: SigningKey, *, scheme: Scheme, with_query: bool) -> Request:
        try:
            return sign(request, key, scheme=scheme, now=self._now(), with_query=with_query)
        except ValueError as error:
            raise Unreachable(f"A request to {request.url[:200]} cannot be signed: {error}") from error

    def _get_request(self, url: str, accept: str) -> Request:
        return Request("GET", self._address(url), CIMultiDict({"User-Agent": self._user_agent, "Accept": accept}))

    def _redirect(self, request: Request, response: Response) -> str:
        location = response.headers.get("Location", "")
        if not location:
            raise Refused(f"{host_of(request.url)} redirects to nowhere.", status=response.status)
        try:
            return self._address(urljoin(request.url, location))
        except ValueError as error:
            raise AddressRefused(f"{host_of(request.url)} redirects to what is no address.") from error

    def _address(self, url: str) -> str:
        """Return the address as it goes over the wire; raise ``AddressRefused`` unless it is one we may use."""
        if not is_http_url(url, self._allow_http):
            raise AddressRefused(f"We do not ask {url[:200]!r}: only https addresses with a host name.")
        bare = url.partition("#")[0]
        scheme, _, rest = bare.partition("://")
        path, mark, query = rest.partition("?")
        path = "/" + path.partition("/")[2]
        return f"{scheme.lower()}://{host_of(url)}{quote(path + mark + query, safe=_UNRESERVED)}"

    def _expect_success(self, request: Request, response: Response) -> None:
        if 200 <= response.status < 300:
            return
        wait = retry_after(response, self._now())
        raise Refused(f"{host_of(request.url)} answered {response.status}.", status=response.status, retry_after=wait)


def is_activity(response: Response) -> bool:
    """Whether an answer is labelled as an ActivityPub document.

    Nothing less will do: a file somebody uploaded elsewhere on that host would otherwise pass for its owner's word.
    """
    values = response.headers.getall("Content-Type", [])
    if len(values) != 1:
        return False
    kind = values[0].partition(";")[0].strip().lower()
    if kind == "application/ld+json":
        parameters = _PARAMETER.findall(values[0])
        return any(
            name.lower() == "profile" and _PROFILE in (quoted + bare).split() for name, quoted, bare in parameters
        )
    return kind == ACTIVITY_JSON


def retry_after(response: Response, now: datetime) -> int | None:
    """Read Retry-After, a number of seconds or an HTTP date, as seconds from now; at most a day."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]{1,10}", text):
        return min(int(text), LONGEST_WAIT)
    moment = read_http_date(text)
    if moment is None:
        return None
    return max(0, min(moment - int(now.timestamp()), LONGEST_WAIT))


def _knocks(request: Request, first: Scheme) -> Iterator[Knock]:
    yield first, True
    yield first.other, True
    if request.method == "GET" and "?" in request.url:
        yield Scheme.CAVAGE, False  # some servers verify without the query

"""Who reads here and signs for it: a GET by another server's person, or by that server itself.

The rule: whoever signs a GET is proven as whoever posts is (``authentication.signer_of``), and those who are suspended
or gone are turned away. What somebody proven may see is the affair of ``rossgram_fed.visibility`` alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps

from aiohttp import web

from activitypub.errors import SignatureError
from activitypub.http import Request
from activitypub.origin import is_actor_id, same_host
from activitypub.signatures import Claim, claim_of
from rossgram_fed.federation import addresses
from rossgram_fed.federation.authentication import signer_of
from rossgram_fed.federation.gate import Turned
from rossgram_fed.federation.network import NETWORK, Network
from rossgram_fed.federation.ready import refusal
from rossgram_fed.federation.senders import KnownSender
from rossgram_fed.instance import INSTANCE

_KEY_BELOW = "/main-key"
"""GoToSocial's keys have addresses of their own below their actor's."""
_VARY = "Accept, Signature, Signature-Input"
_SIGN = "This server shows its documents to those alone who sign their requests."

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class RemoteViewer:
    """Somebody elsewhere who signed a GET."""

    account_id: int
    uri: str
    host: str
    """The host of ``uri``, normalised as ``activitypub.origin.host_of`` does."""
    is_server: bool
    """Whether it is a program: a server's own actor, which stands for its host and for nobody on it."""


_VISITOR: web.RequestKey[RemoteViewer | None] = web.RequestKey("visitor")
_MATTERS: web.RequestKey[bool] = web.RequestKey("whether it matters who reads")


def for_servers(handler: Handler) -> Handler:
    """Wrap the handler of a document: in secure mode it is asked only for those who prove who they are.

    Whatever depends on who reads is kept by no cache that others use.
    """

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        closed = request.app[INSTANCE].settings.federation.authorized_fetch
        refused = await _demanded(request) if closed else None
        response = await handler(request) if refused is None else refused
        if closed or request.get(_MATTERS, False):
            response.headers["Vary"] = _VARY
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


async def visitor_of(request: web.Request, *, ask: bool = False) -> RemoteViewer | None:
    """Return who reads, as far as that is proven; a signature that does not hold is as good as none.

    A stranger has no rights that everybody has not, so they are fetched only with ``ask``.
    """
    request[_MATTERS] = True
    if _VISITOR in request:
        return request[_VISITOR]
    try:
        return await who_signed(request.app[NETWORK], request, ask=ask) if is_signed(request) else None
    except Turned:
        return None


async def _demanded(request: web.Request) -> web.Response | None:
    """Note who reads; return the refusal for those who do not say, or are not let in."""
    try:
        visitor = request[_VISITOR] = await who_signed(request.app[NETWORK], request)
    except Turned as turned:
        return refusal(turned.status, turned.sentence, retry_after=turned.retry_after)
    return refusal(401, _SIGN) if visitor is None else None


async def who_signed(network: Network, request: web.Request, *, ask: bool = True) -> RemoteViewer | None:
    """Return who signed a GET; None when nobody did.

    Raises ``Turned`` when the signature does not hold (401), or is by somebody suspended here (403) or gone (410).
    Without ``ask`` nobody is fetched: a stranger is as good as a signature that does not hold.
    """
    if not is_signed(request):
        return None
    settings = network.instance.settings
    asked = Request(request.method, f"{settings.base_url}{request.raw_path}", request.headers, b"")
    claim = _claim_of(asked)
    uri = _owner_of(claim)
    if addresses.is_local(settings, uri) or same_host(uri, settings.base_url):
        raise Turned(403, "Nobody else speaks for our accounts.")
    if not is_actor_id(uri, settings.development.allow_http_and_private_networks):
        raise Turned(401, "The signature's key is at no address we accept.")
    known = await signer_of(network, asked, claim, uri, admit=_admit, ask=ask)
    sender = known.sender
    return RemoteViewer(sender.account_id, sender.uri, sender.host, is_server=known.application)


def is_signed(request: web.Request) -> bool:
    """Say whether a request carries a signature, whatever it may be worth."""
    return "Signature" in request.headers or "Signature-Input" in request.headers


def claimed_origin(request: web.Request) -> str:
    """Return where a signature says it comes from, as the beginning of all addresses there; empty where it says none.

    That is no proof of anything.
    """
    try:
        uri = _owner_of(claim_of(Request(request.method, "https://here.invalid/", request.headers, b"")))
    except SignatureError:
        return ""
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/" if rest else ""


def _claim_of(request: Request) -> Claim:
    try:
        return claim_of(request)
    except SignatureError as error:
        raise Turned(401, str(error)) from error


def _owner_of(claim: Claim) -> str:
    """Return whose key a signature claims to be by, as the key's address says; the actor's document has to agree."""
    return claim.key_id.partition("#")[0].removesuffix(_KEY_BELOW)


def _admit(known: KnownSender | None) -> None:
    if known is None:
        return
    if known.suspended:
        raise Turned(403, "This account is suspended here.")
    if known.deleted:
        raise Turned(410, "This account was deleted; nothing more is shown to it.")

"""Who reads here and signs for it: a GET by another server's person, or by that server itself.

The rule: whoever signs a GET is proven as whoever posts is (``authentication.signer_of``), and those who are suspended
or gone are turned away. What somebody proven may see is the affair of ``rossgram_fed.visibility`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from activitypub.errors import SignatureError
from activitypub.http import Request
from activitypub.origin import is_actor_id, same_host
from activitypub.signatures import Claim, claim_of
from rossgram_fed.federation import addresses
from rossgram_fed.federation.authentication import signer_of
from rossgram_fed.federation.gate import Turned
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.senders import KnownSender

_KEY_BELOW = "/main-key"
"""GoToSocial's keys have addresses of their own below their actor's."""


@dataclass(frozen=True, slots=True)
class RemoteViewer:
    """Somebody elsewhere who signed a GET."""

    account_id: int
    uri: str
    host: str
    """The host of ``uri``, normalised as ``activitypub.origin.host_of`` does."""
    is_server: bool
    """Whether it is a program: a server's own actor, which stands for its host and for nobody on it."""


async def who_signed(network: Network, request: web.Request, *, ask: bool = True) -> RemoteViewer | None:
    """Return who signed a GET; None when nobody did.

    Raises ``Turned`` when the signature does not hold (401), or is by somebody suspended here (403) or gone (410).
    Without ``ask`` nobody is fetched: a stranger is as good as a signature that does not hold.
    """
    if not is_signed(request):
        return None
    settings = network.instance.settings
    asked = Request(request.method, f"{settings.base_url}{request.raw_path}", request.headers, b"")
    claim = claim_from(asked)
    uri = owner_of(claim)
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


def claim_from(request: Request) -> Claim:
    """Read what a request says about its signature; raise ``Turned`` (401) when that cannot be read."""
    try:
        return claim_of(request)
    except SignatureError as error:
        raise Turned(401, str(error)) from error


def owner_of(claim: Claim) -> str:
    """Return whose key a signature claims to be by, as the key's address says; the actor's document has to agree."""
    return claim.key_id.partition("#")[0].removesuffix(_KEY_BELOW)


def _admit(known: KnownSender | None) -> None:
    if known is None:
        return
    if known.suspended:
        raise Turned(403, "This account is suspended here.")
    if known.deleted:
        raise Turned(410, "This account was deleted; nothing more is shown to it.")

"""Reading a stranger's word where it is: it counts if it says exactly what is claimed, from where it says it is."""

from __future__ import annotations

from activitypub.origin import is_http_url, same_origin
from activitypub.parse import parse_authorization
from rossgram_fed.federation.addresses import is_local
from rossgram_fed.federation.network import Network
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.quotes.documents import KINDS


async def author_in(network: Network, uri: str, *, kind: AuthorizationKind, instrument: str, target: str) -> str | None:
    """Return who allows ``instrument`` to use ``target``, according to the word at ``uri``; None when that is no such.

    Raises as ``network.get`` does. An earlier failure is not remembered: what was claimed too early is there now.
    """
    if not is_foreign(network, uri) or not same_origin(uri, target):
        return None
    fetched = await network.get(uri)
    stamp = parse_authorization(fetched.document)
    holds = (
        stamp.kind == KINDS[kind]
        and stamp.id == uri
        and same_origin(fetched.url, uri)
        and same_origin(stamp.attributed_to, uri)
        and stamp.interacting_object == instrument
        and stamp.interaction_target == target
    )
    return stamp.attributed_to if holds else None


def is_foreign(network: Network, uri: str) -> bool:
    """Say whether an address is one that we open, and not ours."""
    settings = network.instance.settings
    allow_http = settings.development.allow_http_and_private_networks
    return is_http_url(uri, allow_http) and not is_local(settings, uri)

"""Fetch any object by its id, and believe only what its own origin says about it (FEP-fe34)."""

from __future__ import annotations

from activitypub.errors import ActivityPubError, AddressRefused, ForeignId, MalformedDocument, Refused, Unreachable
from activitypub.origin import is_http_url, same_origin
from rossgram_fed.federation import addresses
from rossgram_fed.federation.network import MINUTE, Network


async def fetch(network: Network, uri: str) -> dict[str, object]:
    """Fetch the object at ``uri``; its id is on the origin that served it.

    Raises ``RequestFailed`` when nothing usable came, ``MalformedDocument`` when it has no id, ``ForeignId`` when the
    origin of its id does not confirm it. A fetch that failed is not repeated for a few minutes.
    """
    settings = network.instance.settings
    if addresses.is_local(settings, uri):
        raise AddressRefused("We do not fetch from ourselves.")
    if not is_http_url(uri, settings.development.allow_http_and_private_networks):
        raise AddressRefused("That is no address we open.")
    rule = await network.rules.of_address(uri)
    if rule.closed:
        raise AddressRefused(rule.sentence)
    now = network.instance.clock()
    if (failed := network.failures.get(uri, now=now)) is not None:
        raise failed.with_traceback(None)
    try:
        return await _fetch(network, uri)
    except ActivityPubError as error:
        network.failures.put(uri, error, now=now, milliseconds=MINUTE if isinstance(error, Unreachable) else None)
        raise


def passing(error: ActivityPubError) -> bool:
    """Say whether a failed request may work later: silence, a server's own trouble, or too many requests.

    What our own guard refuses stays refused: else a stranger's lie would be a job for days.
    """
    if isinstance(error, Refused):
        return error.status == 429 or error.status >= 500
    return isinstance(error, Unreachable) and not isinstance(error, AddressRefused)


async def _fetch(network: Network, uri: str) -> dict[str, object]:
    """Fetch once, and once more from the id the document gives itself when that is elsewhere."""
    fetched = await network.get(uri)
    named = _id_of(fetched.document)
    if _is_at(named, fetched.url, uri):
        return fetched.document
    if addresses.is_local(network.instance.settings, named):
        raise ForeignId(f"{uri} names an object of ours as its own.")
    again = await network.get(named)
    if _id_of(again.document) != named or not same_origin(named, again.url):
        raise ForeignId(f"{uri} names {named}, which does not confirm it.")
    return again.document


def _id_of(document: dict[str, object]) -> str:
    named = document.get("id")
    if not isinstance(named, str) or not named:
        raise MalformedDocument("The document has no id.")
    return named


def _is_at(named: str, served_by: str, asked: str) -> bool:
    """Say whether a document was served under its own id: after redirects within one origin at most."""
    return named in (served_by, asked.partition("#")[0]) and same_origin(named, served_by)

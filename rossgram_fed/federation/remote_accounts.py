"""Fetch, check and refresh strangers. A row of theirs says what their own origin says, and nothing else.

The document is read from the actor's own id, by a GET that the server's actor signs. The domain of a handle is believed
only when WebFinger there leads back to the actor; until then the actor's host stands in.
"""

from __future__ import annotations

from functools import partial

from activitypub.actors import Actor
from activitypub.errors import ActivityPubError, AddressRefused, ForeignId, MalformedDocument, Refused
from activitypub.origin import host_of, is_actor_id, same_host, same_origin
from activitypub.parse import parse_actor
from rossgram_fed.federation import addresses, errands, remote_documents
from rossgram_fed.federation.network import MINUTE, Network
from rossgram_fed.federation.remote_counts import recount
from rossgram_fed.federation.remote_documents import passing
from rossgram_fed.federation.remote_rows import HandleOf, mark_deleted, store_actor
from webfinger.errors import WebFingerError
from webfinger.handles import Handle, parse_handle
from webfinger.lookup import Found, confirm, lookup

JRD = "application/jrd+json, application/json"
GONE = 410


async def by_uri(network: Network, uri: str, *, refresh: bool = False) -> int:
    """Return the account with this actor id, fetching it when it is new, or again with ``refresh``.

    Raises ``Refused`` with status 410 for a deleted account and 404 for an unknown one of ours, ``RequestFailed`` when
    the origin gives nothing usable, ``MalformedDocument`` or ``ForeignId`` when what it gives is no actor of its own.
    """
    settings = network.instance.settings
    here = addresses.is_local(settings, uri)
    if not here and not is_actor_id(uri, settings.development.allow_http_and_private_networks):
        raise AddressRefused("That is no address of an actor.")
    row = await network.instance.database.fetch_one("SELECT id, domain, deleted_at FROM accounts WHERE uri = $1", uri)
    if row is not None and row["deleted_at"] is not None:
        raise Refused(f"{uri} was deleted.", status=GONE)
    if row is not None and (not refresh or not row["domain"]):
        return int(row["id"])
    if here:
        raise Refused(f"Nobody here has the address {uri}.", status=404)
    return await keep(network, await read(network, uri))


async def read(network: Network, uri: str) -> Actor:
    """Fetch an actor from its own origin and check it; nothing is written, unless the origin says it is gone."""
    return await network.actor_reads.run(uri, lambda: _read(network, uri))


async def keep(network: Network, actor: Actor) -> int:
    """Settle an actor's handle and write its row; return its account id."""
    return await network.actors_kept.run(actor.id, lambda: _keep(network, actor))


async def by_handle(network: Network, handle: Handle) -> int:
    """Return the account with this handle, looking it up at its domain when we do not know it.

    Raises what ``by_uri`` raises, and ``WebFingerError`` when the domain does not know the handle.
    """
    settings = network.instance.settings
    here = handle.host in ("", settings.host, settings.account_domain)
    known = await network.instance.database.fetch_one(
        "SELECT id FROM accounts WHERE username = $1 AND domain = $2 AND deleted_at IS NULL",
        handle.username,
        "" if here else handle.host,
    )
    if known is not None:
        return int(known["id"])
    if here:
        raise Refused(f"Nobody here is called {handle.username}.", status=404)
    found = await look_up(network, handle)
    return await by_uri(network, found.actor_uri)


async def look_up(network: Network, handle: Handle) -> Found:
    """Ask a handle's own domain whom it means and what else it links to; a failure is remembered for a while.

    Raises ``RequestFailed`` and ``WebFingerError``.
    """
    name, now = f"webfinger {handle}", network.instance.clock()
    if (failed := network.failures.get(name, now=now)) is not None:
        raise failed.with_traceback(None)
    try:
        return await lookup(handle, partial(_jrd, network), scheme=_scheme(network))
    except (ActivityPubError, WebFingerError) as error:
        network.failures.put(name, error, now=now, milliseconds=MINUTE)
        raise


async def refresh(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``refresh_account``: read ``{"uri"}`` and its counters again from its origin.

    One that is gone (410) is marked so. One that is not found (404) is left alone, unless its host says that its handle
    is another actor's now. Raises ``RequestFailed`` when the origin may answer later.
    """
    uri = str(payload["uri"])
    try:
        account_id = await by_uri(network, uri, refresh=True)
    except ActivityPubError as error:
        if passing(error):
            raise
        await _asked_in_vain(network, uri, missing=isinstance(error, Refused) and error.status == 404)
        return
    await recount(network, account_id)


async def find_successor(network: Network, account_id: int) -> int | None:
    """Return who bears the handle of an account whose actor is there no more, when the two live on one host.

    Asked is WebFinger at the handle's own domain; its word moves the handle. None when there is nobody, or none that
    can be told now.
    """
    row = await network.instance.database.fetch_one(
        "SELECT uri, username, domain FROM accounts WHERE id = $1 AND domain <> ''", account_id
    )
    handle = _parsed(f"{row['username'].partition('~')[0]}@{row['domain']}") if row is not None else None
    if row is None or handle is None:
        return None
    try:
        found = await lookup(handle, partial(_jrd, network), scheme=_scheme(network))
        if found.actor_uri == row["uri"] or not same_host(found.actor_uri, row["uri"]):
            return None
        return await by_uri(network, found.actor_uri, refresh=True)
    except (ActivityPubError, WebFingerError):
        return None


async def _asked_in_vain(network: Network, uri: str, *, missing: bool) -> None:
    """Let an account be whose origin has nothing usable to say of it, and ask again when it is stale again."""
    async with network.instance.change() as change:
        rows = await change.tx.fetch(
            "UPDATE accounts SET fetched_at = $2 WHERE uri = $1 AND domain <> '' AND deleted_at IS NULL RETURNING id",
            uri,
            change.now,
        )
    if missing and rows:
        await find_successor(network, int(rows[0]["id"]))


async def _read(network: Network, uri: str) -> Actor:
    settings = network.instance.settings
    if addresses.is_local(settings, uri) or not is_actor_id(uri, settings.development.allow_http_and_private_networks):
        raise AddressRefused("That is no address of an actor elsewhere.")
    try:
        document = await remote_documents.fetch(network, uri)
    except Refused as error:
        if error.status == GONE:
            await _mark_gone(network, uri)
        raise
    actor = parse_actor(document)
    if not same_origin(actor.id, uri):
        raise ForeignId(f"{uri} is {actor.id}, which is elsewhere.")
    _check(network, actor)
    return actor


async def _keep(network: Network, actor: Actor) -> int:
    handle = await _handle_of(network, actor)
    async with network.instance.change() as change:
        return await store_actor(change, actor, handle=handle)


def _check(network: Network, actor: Actor) -> None:
    settings = network.instance.settings
    if addresses.is_local(settings, actor.id) or same_host(actor.id, settings.base_url):
        raise ForeignId("Nobody else speaks for our accounts.")
    if not is_actor_id(actor.id, settings.development.allow_http_and_private_networks):
        raise MalformedDocument("The actor's id is no address we accept.")
    if not same_host(actor.inbox, actor.id):
        # We would be made to knock at a stranger's door in the actor's name.
        raise ForeignId("The actor's inbox is on another host.")


async def _handle_of(network: Network, actor: Actor) -> HandleOf:
    """Return the handle the actor may bear: the one WebFinger confirms, else its name at its own host."""
    own = Handle(actor.preferred_username, host_of(actor.id))
    claimed = _parsed(actor.webfinger) or own
    ours = (network.instance.settings.host, network.instance.settings.account_domain)
    for handle in dict.fromkeys((claimed, own)):
        if handle.host in ours:
            continue
        try:
            found = await confirm(handle, actor.id, partial(_jrd, network), scheme=_scheme(network))
        except (ActivityPubError, WebFingerError):
            continue
        if found.subject.host not in ours:
            return HandleOf(found.subject.username, found.subject.host, confirmed=True)
    return HandleOf(own.username, own.host, confirmed=False)


async def _jrd(network: Network, url: str) -> object:
    return await network.client.get_json(url, JRD)


def _scheme(network: Network) -> str:
    settings = network.instance.settings
    insecure = settings.development.allow_http_and_private_networks and not settings.https
    return "http" if insecure else "https"


def _parsed(text: str) -> Handle | None:
    try:
        return parse_handle(text) if text else None
    except WebFingerError:
        return None


async def _mark_gone(network: Network, uri: str) -> None:
    async with network.instance.change() as change:
        row = await change.tx.fetch_one("SELECT id FROM accounts WHERE uri = $1 AND domain <> ''", uri)
        if row is not None:
            await mark_deleted(change, int(row["id"]))
            await errands.erase_account(change, account_id=int(row["id"]))

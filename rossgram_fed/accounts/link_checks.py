"""Does the page behind a profile link say that it is this person's? Asked by a job, after each edit and every month.

The page must link back with ``rel="me"`` to exactly the address of the profile. What is shown as proven is the host
where the page was finally found, in full: a link that leads on to another place proves that place and no other.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from activitypub.errors import ActivityPubError
from activitypub.http import Response
from activitypub.origin import host_of
from rossgram_fed.accounts.bio import Link, column_of, links_from
from rossgram_fed.accounts.forms import MOST_LINKS
from rossgram_fed.accounts.page_links import own_links
from rossgram_fed.federation import addresses, errands
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_documents import passing

DAY = 24 * 60 * 60_000
EVERY = 30 * DAY
BELIEVED = 90 * DAY
"""How long what was found is believed while nobody answers."""
LARGEST_PAGE = 512 * 1024
"""Bytes of a page that are read; a larger one proves nothing."""
ACCEPT = "text/html, application/xhtml+xml"
_PAGES = frozenset({"text/html", "application/xhtml+xml"})


async def verify_links(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``verify_links``: look at every link of ``account_id`` and write down what was found."""
    account_id = int(str(payload["account_id"]))
    row = await network.instance.database.fetch_one(
        "SELECT url, links FROM accounts WHERE id = $1 AND domain = '' AND deleted_at IS NULL AND suspended_at IS NULL",
        account_id,
    )
    if row is None:
        return
    links = [link for link in links_from(row["links"])[:MOST_LINKS] if link.address]
    found = {link.value: await _check(network, link, profile=row["url"]) for link in links}
    async with network.instance.change() as change:
        latest = await change.tx.fetch_value("SELECT links FROM accounts WHERE id = $1", account_id)
        checked = [_as_found(link, found) for link in links_from(str(latest or "[]"))]
        await change.tx.execute("UPDATE accounts SET links = $2 WHERE id = $1", account_id, column_of(checked))
        if links:
            await errands.verify_links(change, account_id=account_id, at=change.now + EVERY)


def _as_found(link: Link, found: dict[str, Link]) -> Link:
    checked = found.get(link.value, link)
    return replace(link, verified_host=checked.verified_host, verified_at=checked.verified_at)


async def _check(network: Network, link: Link, *, profile: str) -> Link:
    """Return a link with what its page says; as it was when nobody answers, unless that has been long."""
    now = network.instance.clock()
    unproven = replace(link, verified_host="", verified_at=0)
    if addresses.is_local(network.instance.settings, link.address):
        return unproven
    try:
        page = await network.client.get_file(link.address, ACCEPT)
    except ActivityPubError as error:
        return link if passing(error) and link.verified_at > now - BELIEVED else unproven
    if not _is_page(page) or addresses.is_local(network.instance.settings, page.url):
        return unproven
    if not await asyncio.to_thread(_links_to, page.body, profile):
        return unproven
    return replace(link, verified_host=host_of(page.url), verified_at=now)


def _is_page(page: Response) -> bool:
    kind = page.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind in _PAGES and len(page.body) <= LARGEST_PAGE


def _links_to(page: bytes, profile: str) -> bool:
    return any(address == profile for address in own_links(page))

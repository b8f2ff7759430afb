"""Meeting those a caption names and we do not know, before it is published, so that they can be told.

Bounded: a few strangers, for a few seconds, all at once. Whoever is not found stays plain text in the caption.
"""

from __future__ import annotations

import asyncio
import logging

from activitypub.errors import ActivityPubError
from rossgram_fed.accounts.mentions import unknown_handles
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.network import Network
from webfinger.errors import WebFingerError
from webfinger.handles import Handle

MOST_STRANGERS = 8
SECONDS = 6.0

logger = logging.getLogger(__name__)


async def meet_mentioned(network: Network, caption: str) -> None:
    """Look up the strangers that a caption mentions."""
    instance = network.instance
    strangers = (await unknown_handles(instance.database, instance.settings, caption))[:MOST_STRANGERS]
    if not strangers:
        return
    try:
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(*(_meet(network, handle) for handle in strangers))
    except TimeoutError:
        logger.info("Not everybody whom a caption mentions was found in time.")


async def _meet(network: Network, handle: Handle) -> None:
    try:
        await remote_accounts.by_handle(network, handle)
    except (ActivityPubError, WebFingerError) as error:
        logger.info("%s was mentioned and not found: %s", handle, error)

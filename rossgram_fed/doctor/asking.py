"""Ask our own public address something, over the network, as a stranger would."""

from __future__ import annotations

import asyncio
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from rossgram_fed.config import Settings

SECONDS = 10
LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def authorities(settings: Settings) -> ssl.SSLContext:
    """Return the certificate authorities that this server trusts: the system's and the extra ones."""
    context = ssl.create_default_context()
    if settings.federation.extra_ca_file is not None:
        context.load_verify_locations(settings.federation.extra_ca_file)
    return context


async def get(url: str, settings: Settings) -> Answer:
    """GET a URL without following redirects. Raises ``OSError`` when there is no answer within ten seconds."""
    return await asyncio.to_thread(_get, url, settings)


def _get(url: str, settings: Settings) -> Answer:
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=SECONDS, context=authorities(settings))
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    )
    try:
        connection.request("GET", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read(LONGEST))
    except http.client.HTTPException as error:
        raise OSError(f"the answer was no HTTP ({error!r})") from error
    finally:
        connection.close()

"""TLS: does the public address have a certificate that others accept, and for how much longer?"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import cast
from urllib.parse import urlsplit

from rossgram_fed.config import Settings
from rossgram_fed.doctor.asking import SECONDS, authorities
from rossgram_fed.doctor.findings import Finding, unsure, well, wrong

SUBJECT = "TLS"
DAY = 86_400


async def examine_encryption(settings: Settings, *, now: float) -> AsyncIterator[Finding]:
    """Shake hands with the public address; ``now`` in seconds since 1970 UTC."""
    if not settings.https:
        yield well(SUBJECT, f"{settings.base_url} is not encrypted, which is fine for looking around on one machine.")
        return
    parts = urlsplit(settings.base_url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        expires = await _handshake(host, port, settings)
    except ssl.SSLCertVerificationError as error:
        yield wrong(
            SUBJECT,
            f"{host} shows a certificate that nobody accepts: {error.verify_message}.",
            "Let the proxy fetch one (Caddy does so by itself; for nginx: certbot --nginx) and serve its full chain; "
            "a private authority's certificate goes into federation.extra_ca_file.",
        )
    except (OSError, TimeoutError) as error:
        yield wrong(
            SUBJECT,
            f"Nothing speaks TLS at {host}, port {port}: {_said(error)}.",
            f"Start the proxy, let it listen on port {port}, and open that port in the firewall.",
        )
    else:
        days = int((expires - now) // DAY)
        if days < 14:
            yield unsure(
                SUBJECT,
                f"The certificate of {host} ends in {days} days.",
                "Something should have renewed it by now: look into the proxy's or certbot's log.",
            )
        else:
            yield well(SUBJECT, f"{host} has a certificate that is good for {days} more days.")


async def _handshake(host: str, port: int, settings: Settings) -> float:
    async with asyncio.timeout(SECONDS):
        _reader, writer = await asyncio.open_connection(host, port, ssl=authorities(settings))
    try:
        certificate = writer.get_extra_info("peercert")
        return ssl.cert_time_to_seconds(cast(str, certificate["notAfter"]))
    finally:
        writer.transport.abort()


def _said(error: BaseException) -> str:
    return str(error) or f"no answer within {SECONDS} seconds"

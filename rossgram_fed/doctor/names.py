"""DNS: does the public name lead to a machine, and can strangers reach that machine?"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from rossgram_fed.config import Settings
from rossgram_fed.configuration.agreement import is_loopback
from rossgram_fed.doctor.findings import Finding, unsure, well, wrong

SUBJECT = "DNS"


async def examine_names(settings: Settings) -> AsyncIterator[Finding]:
    """Look the public host up, and the account domain where it differs."""
    addresses = [settings.base_url, f"https://{settings.account_domain}"]
    for host in dict.fromkeys(urlsplit(address).hostname or "" for address in addresses):
        yield await _examine(host, settings)


async def _examine(host: str, settings: Settings) -> Finding:
    if is_loopback(host):
        return well(SUBJECT, f"{host} is this machine; nobody else can reach it.")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        return wrong(
            SUBJECT,
            f"{host} leads nowhere: {error.strerror or error}.",
            f"Add an A record (and AAAA for IPv6) for {host} at whoever keeps your domain; it can take an hour to "
            "be seen everywhere.",
        )
    addresses = sorted({str(entry[4][0]) for entry in found})
    private = [address for address in addresses if not ip_address(address.partition("%")[0]).is_global]
    shown = ", ".join(addresses)
    if private and not settings.development.allow_http_and_private_networks:
        return unsure(
            SUBJECT,
            f"{host} leads to {shown}, and {', '.join(private)} is not reachable from the internet.",
            "If only this machine sees it that way (an entry in /etc/hosts, a split DNS), all is well; otherwise "
            "other servers refuse it, so give the name the machine's public address.",
        )
    return well(SUBJECT, f"{host} leads to {shown}.")

"""What settings must agree on with one another."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from rossgram_fed.config import PhotosIn, Settings
from rossgram_fed.configuration.rules import is_address

Disagreement = tuple[str, str]
"""The setting to change, and the sentence that says why."""


def disagreements(settings: Settings) -> Iterator[Disagreement]:
    """Yield what cannot stand together."""
    development = settings.development
    host = urlsplit(settings.base_url).hostname or ""
    if not is_loopback(host) and not development.allow_http_and_private_networks:
        if not settings.https:
            yield (
                "server.base_url",
                f"server.base_url is {settings.base_url!r}, but other servers and browsers trust https only. "
                "Write https:// and let a proxy hold the certificate; plain http is for localhost.",
            )
        if is_address(host):
            yield (
                "server.base_url",
                f"server.base_url is {settings.base_url!r}, but other servers refuse a bare IP address. "
                "Use a domain name.",
            )
    if development.private_networks and not development.allow_http_and_private_networks:
        yield (
            "development.private_networks",
            "development.private_networks opens nothing while development.allow_http_and_private_networks is false. "
            "Remove the list; only a developer's machine needs it.",
        )
    if settings.storage.photos_in is PhotosIn.S3 and not settings.s3.bucket:
        yield (
            "storage.photos_in",
            'storage.photos_in is "s3", but s3.bucket names no bucket. Name one below [s3], or write "folder".',
        )
    if settings.storage.database.startswith("sqlite:"):
        file = Path(settings.database_url.removeprefix("sqlite:"))
        if file.is_dir():
            yield (
                "storage.database",
                f"storage.database names {file}, which is a folder. Name a file in it, such as "
                f'"sqlite:{file}/rossgram.sqlite3".',
            )


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine: ``localhost``, a name under it (RFC 6761, 6.3) or a loopback address."""
    if is_address(host):
        return ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")

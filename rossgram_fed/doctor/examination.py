"""The whole examination, in the order in which things must be right."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator

from rossgram_fed.config import Settings
from rossgram_fed.doctor.buckets import examine_bucket
from rossgram_fed.doctor.clock import examine_clock
from rossgram_fed.doctor.encryption import examine_encryption
from rossgram_fed.doctor.findings import Finding, unsure, well
from rossgram_fed.doctor.folders import examine_folders
from rossgram_fed.doctor.names import examine_names
from rossgram_fed.doctor.proxy import examine_proxy
from rossgram_fed.doctor.tables import examine_tables


async def examine(settings: Settings, *, time_server: str) -> AsyncIterator[Finding]:
    """Yield findings as they are made; nothing is changed. Takes up to a minute when nothing answers."""
    yield _federation(settings)
    for examination in (
        examine_folders(settings),
        examine_bucket(settings, os.environ),
        examine_tables(settings),
        examine_names(settings),
        examine_encryption(settings, now=time.time()),
        examine_proxy(settings),
        examine_clock(time.time, server=time_server),
    ):
        async for finding in examination:
            yield finding


def _federation(settings: Settings) -> Finding:
    if settings.development.allow_http_and_private_networks:
        return unsure(
            "configuration",
            "The development switch is on: federation accepts unencrypted http and reaches private networks.",
            "Unless this is a developer's machine, take the [development] section out of the configuration.",
        )
    if not settings.https:
        return unsure(
            "configuration",
            f"{settings.base_url} is for looking around: other servers cannot reach it.",
            "For a community set server.base_url to an https address; README.md shows how.",
        )
    return well("configuration", f"The server is {settings.base_url}, its people are @name@{settings.account_domain}.")

"""The folders: can the server write where it must, is there room, and does nobody else read its secrets?"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from rossgram_fed.config import Settings
from rossgram_fed.doctor.findings import Finding, unsure, well, wrong
from rossgram_fed.media.storage import lacking
from rossgram_fed.secrets_file import FILE, BadSecrets, check

GIGABYTE = 1_000_000_000


async def examine_folders(settings: Settings) -> AsyncIterator[Finding]:
    """Look at the data folder, the secrets in it, and the media folder."""
    for subject, folder in (("data folder", settings.storage.data), ("media folder", settings.media_folder)):
        for finding in _folder(subject, folder):
            yield finding
    yield _reserve(settings)
    yield _secrets(settings.storage.data)


def _folder(subject: str, folder: Path) -> Iterator[Finding]:
    if not folder.exists():
        if _writable_above(folder):
            yield well(subject, f"{folder} is not there yet; the first start makes it.")
        else:
            yield wrong(
                subject,
                f"{folder} is not there, and this user may not make it.",
                f"mkdir -p {folder} && chown {_user()} {folder}",
            )
        return
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"well")
    except OSError as error:
        yield wrong(
            subject,
            f"{folder} cannot be written to: {error.strerror}.",
            f"chown -R {_user()} {folder}, or free some room on that disk.",
        )
        return
    yield _room(subject, folder)


def _room(subject: str, folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    shown = f"{folder} can be written to and has {free / GIGABYTE:.1f} GB free."
    if free < GIGABYTE // 10:
        return wrong(subject, shown, "Free some room at once: without it nothing can be posted or received.")
    return unsure(subject, shown, "That is not much: free some room soon.") if free < GIGABYTE else well(subject, shown)


def _reserve(settings: Settings) -> Finding:
    """Say whether uploads are refused for want of room, or soon will be."""
    reserve = settings.storage.reserve_megabytes << 20
    missing = lacking(settings.media_folder, reserve=reserve)
    if not reserve:
        return well("room", "Nothing of the disk is reserved: storage.reserve_megabytes is 0.")
    if missing:
        return wrong(
            "room",
            f"The disk is full up to the {settings.storage.reserve_megabytes} MB that are never filled: photos are "
            "refused now.",
            "Free some room. `rossgram media gc --dry-run` says what could go.",
        )
    if lacking(settings.media_folder, reserve=reserve, ahead=reserve):
        return unsure(
            "room",
            "The disk is nearly full: copies of strangers' pictures are dropped to make room.",
            "Free some room. `rossgram media gc --dry-run` says what could go.",
        )
    return well("room", f"The last {settings.storage.reserve_megabytes} MB of the disk are kept for the database.")


def _secrets(data: Path) -> Finding:
    file = data / FILE
    if not file.exists():
        return well("secrets", f"{file} is not there yet; the first start makes it.")
    try:
        check(data)
    except BadSecrets as error:
        return wrong("secrets", str(error), f"Bring {file} back from a backup, or remove it.")
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        return wrong("secrets", f"Other users of this machine can read {file}.", f"chmod 600 {file}")
    return well("secrets", f"{file} is readable by its owner only.")


def _writable_above(folder: Path) -> bool:
    nearest = next(parent for parent in folder.absolute().parents if parent.exists())
    return os.access(nearest, os.W_OK)


def _user() -> str:
    return os.environ.get("USER") or str(os.getuid())

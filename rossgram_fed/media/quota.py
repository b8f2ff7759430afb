"""How much of the storage one person's photos fill, and how much they may.

What counts is what is kept for them: the originals and all sizes of their photos, posted or waiting, each file once.
The share is looked at twice: before a file is decoded, so that nobody makes us work for nothing, and again in the
change that keeps it, with their row locked, so that two uploads at once cannot both squeeze into what is left. What
takes the place of files that were accepted (a prepared video, a new crop) is asked too, and those stay when it does not
fit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from rossgram_fed.config import LimitSettings
from rossgram_fed.database import Reader
from rossgram_fed.instance import Change
from rossgram_fed.media.errors import OverShare

MEGABYTE = 1 << 20

_USED = (
    "SELECT SUM(held.size) FROM (SELECT MAX(f.size) AS size FROM photos h JOIN media_files f ON f.photo_id = h.id "
    "WHERE h.account_id = $1 GROUP BY f.key) AS held"
)
# An update, because it locks the row on both engines.
_LOCK = "UPDATE users SET quota_megabytes = quota_megabytes WHERE account_id = $1 RETURNING quota_megabytes"


@dataclass(frozen=True, slots=True)
class Share:
    """One person's part of the storage, in bytes."""

    used: int
    most: int
    """0: there is no bound."""

    def has_room_for(self, size: int) -> bool:
        """Say whether so much more fits."""
        return not self.most or self.used + size <= self.most

    @property
    def percent(self) -> int:
        """How full it is, 0 to 100; 0 without a bound."""
        return min(100, self.used * 100 // self.most) if self.most else 0

    @property
    def refusal(self) -> str:
        """One sentence for who wants to keep more."""
        return (
            f"This does not fit into your share of this server's storage: {self.used // MEGABYTE} of "
            f"{self.most // MEGABYTE} MB are used. Delete some photos, or ask the admins for more."
        )


async def share_of(reader: Reader, account_id: int, *, limits: LimitSettings, always: bool = False) -> Share:
    """Return what somebody here may use and uses; the latter is counted only where there is a bound, or ``always``."""
    own = await reader.fetch_value("SELECT quota_megabytes FROM users WHERE account_id = $1", account_id)
    most = limits.quota_megabytes if own is None else int(own)
    used = await reader.fetch_value(_USED, account_id) if most or always else 0
    return Share(int(used or 0), most * MEGABYTE)


async def locked_share_of(change: Change, account_id: int) -> Share:
    """Return the same as no other change can alter until this one ends."""
    row = await change.tx.fetch_one(_LOCK, account_id)
    own = None if row is None else row["quota_megabytes"]
    most = change.settings.limits.quota_megabytes if own is None else int(own)
    return Share(int(await change.tx.fetch_value(_USED, account_id) or 0) if most else 0, most * MEGABYTE)


@asynccontextmanager
async def within_share(change: Change, account_id: int) -> AsyncIterator[None]:
    """Take back what makes somebody's files outgrow their share: raise ``OverShare``, which undoes the change.

    What leaves them as large as they were, or smaller, always fits: nobody is kept from tidying up.
    """
    before = await locked_share_of(change, account_id)
    yield
    after = await locked_share_of(change, account_id)
    if after.used > before.used and not after.has_room_for(0):
        raise OverShare(before.refusal)


async def set_quota(change: Change, *, username: str, megabytes: int | None) -> bool:
    """Give somebody here a share of their own, 0 for no bound, None for the server's; False when there is nobody."""
    row = await change.tx.fetch_one(
        "UPDATE users SET quota_megabytes = $1 WHERE account_id = "
        "(SELECT id FROM accounts WHERE username = $2 AND domain = '' AND deleted_at IS NULL) RETURNING id",
        megabytes,
        username,
    )
    return row is not None

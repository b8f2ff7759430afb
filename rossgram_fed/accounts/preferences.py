"""What the composer begins with for somebody: who may comment on a new post and quote it, and in which time zone."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import Policy

POLICIES = {"everyone": Policy.EVERYONE, "followers": Policy.FOLLOWERS, "nobody": Policy.NOBODY}
POLICY_NAMES = {policy: name for name, policy in POLICIES.items()}
"""As forms write them."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """A user's beginnings."""

    comment_policy: Policy = Policy.EVERYONE
    quote_policy: Policy = Policy.EVERYONE
    require_descriptions: bool = False
    """Whether they want no photo of theirs posted without a description."""
    time_zone: str = ""
    """An IANA name, for dates that they type; empty until they choose one."""

    @property
    def as_typed(self) -> dict[str, str]:
        """What a form starts with."""
        typed = {"comments": POLICY_NAMES[self.comment_policy], "quotes": POLICY_NAMES[self.quote_policy]}
        typed |= {"zone": self.time_zone} if self.time_zone else {}
        return typed | ({"require_descriptions": "1"} if self.require_descriptions else {})


async def preferences_of(reader: Reader, *, user_id: int) -> Preferences:
    """Return what somebody chose, or what everybody begins with."""
    row = await reader.fetch_one(
        "SELECT comment_policy, quote_policy, require_descriptions, time_zone FROM users WHERE id = $1", user_id
    )
    if row is None:
        return Preferences()
    return Preferences(
        Policy(row["comment_policy"]),
        Policy(row["quote_policy"]),
        require_descriptions=bool(row["require_descriptions"]),
        time_zone=row["time_zone"],
    )


async def set_preferences(change: Change, preferences: Preferences, *, user_id: int) -> None:
    """Keep what somebody chose; posts that are there stay as they are."""
    await change.tx.execute(
        "UPDATE users SET comment_policy = $1, quote_policy = $2, require_descriptions = $3, time_zone = $4 "
        "WHERE id = $5",
        int(preferences.comment_policy),
        int(preferences.quote_policy),
        preferences.require_descriptions,
        preferences.time_zone,
        user_id,
    )


async def set_time_zone(change: Change, zone: str, *, account_id: int) -> None:
    """Keep the first time zone that somebody typed a date in, unless they chose one."""
    await change.tx.execute(
        "UPDATE users SET time_zone = $1 WHERE account_id = $2 AND time_zone = ''", zone, account_id
    )

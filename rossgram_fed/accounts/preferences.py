"""What new posts of somebody begin with, in the composer and from apps: who may see, comment and quote them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility

POLICIES = {"everyone": Policy.EVERYONE, "followers": Policy.FOLLOWERS, "nobody": Policy.NOBODY}
POLICY_NAMES = {policy: name for name, policy in POLICIES.items()}
"""As forms write them."""
AUDIENCE_NAMES = {Visibility.PUBLIC: "public", Visibility.UNLISTED: "unlisted", Visibility.FOLLOWERS: "followers"}
"""Those that a new post can begin with."""
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A language's code (BCP 47), as far as posts write it."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """A user's beginnings."""

    comment_policy: Policy = Policy.EVERYONE
    quote_policy: Policy = Policy.EVERYONE
    require_descriptions: bool = False
    """Whether they want no photo of theirs posted without a description."""
    time_zone: str = ""
    """An IANA name, for dates that they type; empty until they choose one."""
    visibility: Visibility | None = None
    """Who sees it; None where nothing is said about that."""
    sensitive: bool = False
    language: str = ""

    @property
    def as_typed(self) -> dict[str, str]:
        """What a form starts with."""
        typed = {"comments": POLICY_NAMES[self.comment_policy], "quotes": POLICY_NAMES[self.quote_policy]}
        typed |= {"zone": self.time_zone} if self.time_zone else {}
        typed |= {"visibility": AUDIENCE_NAMES[self.visibility]} if self.visibility in AUDIENCE_NAMES else {}
        typed |= {"sensitive": "1"} if self.sensitive else {}
        typed |= {"language": self.language} if self.language else {}
        return typed | ({"require_descriptions": "1"} if self.require_descriptions else {})


async def preferences_of(reader: Reader, *, user_id: int) -> Preferences:
    """Return what somebody chose, or what everybody begins with."""
    row = await reader.fetch_one(
        "SELECT comment_policy, quote_policy, require_descriptions, time_zone, default_visibility, default_sensitive, "
        "default_language FROM users WHERE id = $1",
        user_id,
    )
    if row is None:
        return Preferences()
    return Preferences(
        Policy(row["comment_policy"]),
        Policy(row["quote_policy"]),
        require_descriptions=bool(row["require_descriptions"]),
        time_zone=row["time_zone"],
        visibility=Visibility(row["default_visibility"]),
        sensitive=bool(row["default_sensitive"]),
        language=row["default_language"],
    )


async def set_preferences(change: Change, preferences: Preferences, *, user_id: int) -> None:
    """Keep what somebody chose; posts that are there stay as they are."""
    await change.tx.execute(
        "UPDATE users SET comment_policy = $1, quote_policy = $2, require_descriptions = $3, time_zone = $4, "
        "default_visibility = $5, default_sensitive = $6, default_language = $7 WHERE id = $8",
        int(preferences.comment_policy),
        int(preferences.quote_policy),
        preferences.require_descriptions,
        preferences.time_zone,
        int(preferences.visibility or Visibility.PUBLIC),
        preferences.sensitive,
        preferences.language,
        user_id,
    )


async def set_time_zone(change: Change, zone: str, *, account_id: int) -> None:
    """Keep the first time zone that somebody typed a date in, unless they chose one."""
    await change.tx.execute(
        "UPDATE users SET time_zone = $1 WHERE account_id = $2 AND time_zone = ''", zone, account_id
    )

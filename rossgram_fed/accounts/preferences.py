"""What the composer begins with for somebody: who may comment on a new post, and who may quote it."""

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

    @property
    def as_typed(self) -> dict[str, str]:
        """What a form starts with."""
        return {"comments": POLICY_NAMES[self.comment_policy], "quotes": POLICY_NAMES[self.quote_policy]}


async def preferences_of(reader: Reader, *, user_id: int) -> Preferences:
    """Return what somebody chose, or what everybody begins with."""
    row = await reader.fetch_one("SELECT comment_policy, quote_policy FROM users WHERE id = $1", user_id)
    return Preferences() if row is None else Preferences(Policy(row["comment_policy"]), Policy(row["quote_policy"]))


async def set_preferences(change: Change, preferences: Preferences, *, user_id: int) -> None:
    """Keep what somebody chose; posts that are there stay as they are."""
    await change.tx.execute(
        "UPDATE users SET comment_policy = $1, quote_policy = $2 WHERE id = $3",
        int(preferences.comment_policy),
        int(preferences.quote_policy),
        user_id,
    )

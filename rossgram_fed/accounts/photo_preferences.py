"""What somebody settled about what photos tell: how theirs were taken, their licence, and who may name them."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import TagPolicy

TAG_POLICIES = {"everyone": TagPolicy.EVERYONE, "followed": TagPolicy.FOLLOWED, "nobody": TagPolicy.NOBODY}
"""As forms write them."""
_NAMES = {policy: name for name, policy in TAG_POLICIES.items()}


@dataclass(frozen=True, slots=True)
class PhotoPreferences:
    """A user's beginnings, and their say about photos of others."""

    shows_exif: bool = False
    licence: str = ""
    """As ``rossgram_fed.licences`` names it."""
    tag_policy: TagPolicy = TagPolicy.EVERYONE

    @property
    def as_typed(self) -> dict[str, str]:
        """What the form starts with."""
        typed = {"licence": self.licence, "tags": _NAMES[self.tag_policy]}
        return typed | ({"exif": "1"} if self.shows_exif else {})


async def photo_preferences_of(reader: Reader, *, user_id: int) -> PhotoPreferences:
    """Return what somebody settled, or what everybody begins with."""
    row = await reader.fetch_one("SELECT shows_exif, licence, tag_policy FROM users WHERE id = $1", user_id)
    if row is None:
        return PhotoPreferences()
    return PhotoPreferences(bool(row["shows_exif"]), row["licence"], TagPolicy(row["tag_policy"]))


async def set_photo_preferences(change: Change, preferences: PhotoPreferences, *, user_id: int) -> None:
    """Keep what somebody settled; posts that are there stay as they are."""
    await change.tx.execute(
        "UPDATE users SET shows_exif = $1, licence = $2, tag_policy = $3 WHERE id = $4",
        preferences.shows_exif,
        preferences.licence,
        int(preferences.tag_policy),
        user_id,
    )

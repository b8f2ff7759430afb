"""What somebody chose for their posts (https://docs.joinmastodon.org/methods/preferences/); how apps show things is
the apps' own to remember, so those answers are what everybody begins with."""

from __future__ import annotations

import msgspec

from rossgram_fed.accounts.preferences import preferences_of
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import default_privacy
from rossgram_fed.api.own_account import QUOTES
from rossgram_fed.api.table import Route


class Preferences(msgspec.Struct):
    """Choices, by Mastodon's names for them."""

    visibility: str = msgspec.field(name="posting:default:visibility")
    sensitive: bool = msgspec.field(name="posting:default:sensitive")
    language: str | None = msgspec.field(name="posting:default:language")
    quotes: str = msgspec.field(name="posting:default:quote_policy")
    media: str = msgspec.field(name="reading:expand:media", default="default")
    spoilers: bool = msgspec.field(name="reading:expand:spoilers", default=False)
    moving: bool = msgspec.field(name="reading:autoplay:gifs", default=False)


async def show(call: Call) -> Preferences:
    """Show what somebody chose for new posts."""
    chosen = await preferences_of(call.database, user_id=call.user_id)
    return Preferences(
        visibility=default_privacy(int(chosen.visibility or 0)),
        sensitive=chosen.sensitive,
        language=chosen.language or None,
        quotes=QUOTES[chosen.quote_policy],
    )


ROUTES = (Route("GET", "/api/v1/preferences", show, scope="read:accounts", gives=Preferences),)

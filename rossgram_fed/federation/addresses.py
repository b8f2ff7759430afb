"""Every ActivityPub address we mint, and the way back from an address to what it names.

Pure functions of the settings. An address, once published, is kept for good: others hold it as an id.
"""

from __future__ import annotations

import re

from activitypub.origin import same_origin
from rossgram_fed.config import Settings
from rossgram_fed.ids import LARGEST_ID

USERNAME = re.compile(r"[a-z0-9_]{1,30}")
"""What a local username may be: the common ground of what the large servers accept."""

_ID = re.compile(r"[0-9]{1,19}")
_AGAIN = re.compile(r"/again/([0-9]{1,6})\Z")

LONGEST_URI = 2048
"""Characters of a stranger's address that our tables keep."""


def actor_uri(settings: Settings, username: str) -> str:
    """Return the id of a local actor."""
    return f"{settings.base_url}/users/{username}"


def server_actor_uri(settings: Settings) -> str:
    """Return the id of the server's own actor."""
    return f"{settings.base_url}/actor"


def inbox_uri(settings: Settings, username: str) -> str:
    """Return an actor's personal inbox."""
    return f"{actor_uri(settings, username)}/inbox"


def shared_inbox_uri(settings: Settings) -> str:
    """Return the inbox that all local actors share."""
    return f"{settings.base_url}/inbox"


def outbox_uri(settings: Settings, username: str) -> str:
    """Return an actor's outbox collection."""
    return f"{actor_uri(settings, username)}/outbox"


def followers_uri(settings: Settings, username: str) -> str:
    """Return an actor's followers collection; also the address of a followers-only audience."""
    return f"{actor_uri(settings, username)}/followers"


def followers_synchronization_uri(actor: str) -> str:
    """Return where a server reads which of its people follow an actor here (FEP-8fcf)."""
    return f"{actor}/followers_synchronization"


def following_uri(settings: Settings, username: str) -> str:
    """Return the collection of those an actor follows."""
    return f"{actor_uri(settings, username)}/following"


def featured_uri(settings: Settings, username: str) -> str:
    """Return the collection of posts an actor shows first."""
    return f"{actor_uri(settings, username)}/collections/featured"


def featured_tags_uri(settings: Settings, username: str) -> str:
    """Return the collection of tags on an actor's profile."""
    return f"{actor_uri(settings, username)}/collections/tags"


def key_id(actor: str) -> str:
    """Return the id of an actor's RSA key; some servers strip the fragment and compare the rest with the actor."""
    return f"{actor}#main-key"


def multikey_id(actor: str) -> str:
    """Return the id of an actor's Ed25519 key (FEP-521a)."""
    return f"{actor}#ed25519-key"


def profile_url(settings: Settings, username: str) -> str:
    """Return the address of a profile page for people."""
    return f"{settings.base_url}/@{username}"


def feed_url(settings: Settings, username: str) -> str:
    """Return the address of an account's Atom feed."""
    return f"{actor_uri(settings, username)}.atom"


def post_uri(settings: Settings, post_id: int) -> str:
    """Return a post's id, which is also the address of its page."""
    return f"{settings.base_url}/p/{post_id}"


def again_uri(settings: Settings, post_id: int, *, times: int) -> str:
    """Return a post's id once it was taken back from other servers so many times: no address is used again."""
    return f"{post_uri(settings, post_id)}/again/{times}" if times else post_uri(settings, post_id)


def times_again(uri: str) -> int:
    """Return how often one of our posts was taken back, by its id."""
    found = _AGAIN.search(uri)
    return int(found[1]) if found else 0


def create_uri(uri: str) -> str:
    """Return the id of the Create that published one of our posts, by the post's id."""
    return f"{uri}/activity"


def replies_uri(settings: Settings, post_id: int) -> str:
    """Return the collection of a post's comments."""
    return f"{post_uri(settings, post_id)}/replies"


def likes_uri(settings: Settings, post_id: int) -> str:
    """Return the collection that counts a post's likes."""
    return f"{post_uri(settings, post_id)}/likes"


def shares_uri(settings: Settings, post_id: int) -> str:
    """Return the collection that counts a post's boosts."""
    return f"{post_uri(settings, post_id)}/shares"


def boost_uri(settings: Settings, boost_id: int) -> str:
    """Return the id of an Announce."""
    return f"{settings.base_url}/boosts/{boost_id}"


def follow_uri(settings: Settings, follow_id: int) -> str:
    """Return the id of a Follow."""
    return f"{settings.base_url}/follows/{follow_id}"


def like_uri(settings: Settings, like_id: int) -> str:
    """Return the id of a Like."""
    return f"{settings.base_url}/likes/{like_id}"


def activity_uri(actor: str, what: str) -> str:
    """Return the id of an activity that nobody will ever fetch, as a fragment of its actor's id."""
    return f"{actor}#{what}"


def tag_url(settings: Settings, name: str) -> str:
    """Return the address of a tag's page."""
    return f"{settings.base_url}/tags/{name}"


def context_uri(settings: Settings, thread_id: int) -> str:
    """Return the collection of a whole thread (FEP-f228)."""
    return f"{settings.base_url}/contexts/{thread_id}"


def photo_url(settings: Settings, key: str) -> str:
    """Return the address of a file in our storage."""
    return f"{settings.base_url}/media/{key}"


def local_username(settings: Settings, uri: str) -> str | None:
    """Return whose actor id this is, or None when it is not exactly the id of a person here."""
    name = uri.removeprefix(f"{settings.base_url}/users/")
    return name if name != uri and USERNAME.fullmatch(name) else None


def local_post_id(settings: Settings, uri: str) -> int | None:
    """Return which post's id this is, or None when it is not exactly the id of a post here."""
    digits = _AGAIN.sub("", uri).removeprefix(f"{settings.base_url}/p/")
    if f"{settings.base_url}/p/{digits}" != _AGAIN.sub("", uri) or not _ID.fullmatch(digits):
        return None
    number = int(digits)
    return number if number <= LARGEST_ID and str(number) == digits else None


def is_local(settings: Settings, uri: str) -> bool:
    """Say whether an address is one of this server's, however its host is spelled."""
    return uri.startswith(f"{settings.base_url}/") or same_origin(uri, settings.base_url)

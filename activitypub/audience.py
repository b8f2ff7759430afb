"""Who may see a post, as ActivityPub says it in ``to`` and ``cc``.

The policy in words. Public: addressed to everybody. Unlisted: everybody is in copy, so it is readable by all and shown
in no public list. Followers: addressed to the author's followers, and to nobody else but those it mentions. Direct:
only those it names. What cannot be recognised is direct: doubt makes an audience smaller, never larger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from activitypub.objects import PUBLIC, PUBLIC_NAMES


class Audience(StrEnum):
    """The four audiences, from widest to narrowest."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    DIRECT = "direct"


def visibility_of(to: Collection[str], cc: Collection[str], followers: str) -> Audience:
    """Read the audience out of an addressing; ``followers`` is the author's collection, empty if they have none."""
    if not PUBLIC_NAMES.isdisjoint(to):
        return Audience.PUBLIC
    if not PUBLIC_NAMES.isdisjoint(cc):
        return Audience.UNLISTED
    if followers and (followers in to or followers in cc):
        return Audience.FOLLOWERS
    return Audience.DIRECT


def addressing(
    audience: Audience, followers: str, mentioned: Iterable[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write an audience as ``to`` and ``cc``; ``mentioned`` are actor ids, who are always addressed."""
    people = tuple(dict.fromkeys(mentioned))
    match audience:
        case Audience.PUBLIC:
            return (PUBLIC,), (followers, *people)
        case Audience.UNLISTED:
            return (followers,), (PUBLIC, *people)
        case Audience.FOLLOWERS:
            return (followers,), people
        case Audience.DIRECT:
            return people, ()

"""Likes and boosts as activities; pure.

The object is always a bare address: that is what every validator expects (Pixelfed's among them).
"""

from __future__ import annotations

from datetime import UTC, datetime

from activitypub.activities import Announce, Like, Undo
from activitypub.objects import PUBLIC
from activitypub.render import activity_document

Document = dict[str, object]


def like_document(*, uri: str, actor: str, post_uri: str, author: str) -> Document:
    """Return the Like with the id ``uri``."""
    return activity_document(Like(id=uri, actor=actor, to=(author,), object=post_uri))


def undo_like_document(*, uri: str, actor: str, post_uri: str, author: str) -> Document:
    """Return the Undo of a Like."""
    like = Like(id=uri, actor=actor, object=post_uri)
    return activity_document(Undo(id=f"{uri}/undo", actor=actor, to=(author,), object=like))


def announce_document(*, uri: str, actor: str, followers: str, post_uri: str, author: str, at: int) -> Document:
    """Return the Announce with the id ``uri``; ``at`` is its instant in milliseconds since 1970 UTC."""
    announce = _announce(uri=uri, actor=actor, followers=followers, post_uri=post_uri, author=author, at=at)
    return activity_document(announce)


def undo_announce_document(*, uri: str, actor: str, followers: str, post_uri: str, author: str, at: int) -> Document:
    """Return the Undo of an Announce."""
    announce = _announce(uri=uri, actor=actor, followers=followers, post_uri=post_uri, author=author, at=at)
    return activity_document(Undo(id=f"{uri}/undo", actor=actor, to=(PUBLIC,), cc=announce.cc, object=announce))


def _announce(*, uri: str, actor: str, followers: str, post_uri: str, author: str, at: int) -> Announce:
    published = datetime.fromtimestamp(at // 1000, UTC)  # relays drop fractions, and would break what is signed
    return Announce(id=uri, actor=actor, to=(PUBLIC,), cc=(followers, author), published=published, object=post_uri)

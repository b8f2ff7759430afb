"""What is said to relays, as activities; pure."""

from __future__ import annotations

from activitypub.activities import Follow, Undo
from activitypub.render import activity_document

Document = dict[str, object]


def follow_document(*, uri: str, actor: str, followed: str) -> Document:
    """Return the Follow that subscribes: of the Public collection (Mastodon), or of the relay's actor (LitePub)."""
    return activity_document(Follow(id=uri, actor=actor, to=(followed,), object=followed))


def undo_document(*, uri: str, actor: str, followed: str) -> Document:
    """Return the Undo of that Follow."""
    follow = Follow(id=uri, actor=actor, to=(followed,), object=followed)
    return activity_document(Undo(id=f"{uri}/undo", actor=actor, to=(followed,), object=follow))

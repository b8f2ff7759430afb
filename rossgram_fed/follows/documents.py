"""Follows, blocks and tags on profiles as activities; pure.

Accept and Reject carry the whole Follow: Pixelfed reads its actor, object and type out of the Accept.
"""

from __future__ import annotations

from urllib.parse import quote

from activitypub.activities import Accept, Add, Block, Follow, Reject, Remove, Undo
from activitypub.objects import PUBLIC, Hashtag
from activitypub.render import activity_document, hashtag_document
from rossgram_fed.config import Settings
from rossgram_fed.federation.addresses import activity_uri, tag_url

Document = dict[str, object]


def follow_document(*, uri: str, follower: str, followed: str) -> Document:
    """Return the Follow with the id ``uri``; the accounts are given by their ids."""
    return activity_document(_follow(uri, follower, followed))


def undo_follow_document(*, uri: str, follower: str, followed: str) -> Document:
    """Return the Undo of a Follow."""
    undo = Undo(id=f"{uri}/undo", actor=follower, to=(followed,), object=_follow(uri, follower, followed))
    return activity_document(undo)


def accept_document(*, uri: str, follower: str, followed: str, number: int) -> Document:
    """Return the Accept of a Follow; ``number`` keeps the ids of repeated answers apart."""
    accept = Accept(
        id=activity_uri(followed, f"accepts/{number}"),
        actor=followed,
        to=(follower,),
        object=_follow(uri, follower, followed),
    )
    return activity_document(accept)


def reject_document(*, uri: str, follower: str, followed: str, number: int) -> Document:
    """Return the Reject of a Follow, now or long after it was accepted."""
    reject = Reject(
        id=activity_uri(followed, f"rejects/{number}"),
        actor=followed,
        to=(follower,),
        object=_follow(uri, follower, followed),
    )
    return activity_document(reject)


def block_document(*, uri: str, account: str, target: str) -> Document:
    """Return the Block with the id ``uri``."""
    return activity_document(Block(id=uri, actor=account, to=(target,), object=target))


def undo_block_document(*, uri: str, account: str, target: str) -> Document:
    """Return the Undo of a Block."""
    block = Block(id=uri, actor=account, object=target)
    return activity_document(Undo(id=f"{uri}/undo", actor=account, to=(target,), object=block))


def featured_tag_document(
    settings: Settings, name: str, *, actor: str, followers: str, featured: str, number: int, shown: bool
) -> Document:
    """Return the Add that puts a tag on somebody's profile, or the Remove that takes it off, as Mastodon has them.

    Their target is the collection of pinned posts, not the one that tags are listed in.
    """
    tag = Hashtag(name=name, href=tag_url(settings, quote(name)))
    placed = Add if shown else Remove
    activity_id = activity_uri(actor, f"{'adds' if shown else 'removes'}/{number}")
    activity = placed(id=activity_id, actor=actor, to=(PUBLIC,), cc=(followers,), object=tag.href, target=featured)
    return activity_document(activity, hashtag_document(tag))


def _follow(uri: str, follower: str, followed: str) -> Follow:
    return Follow(id=uri, actor=follower, to=(followed,), object=followed)

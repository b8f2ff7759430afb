"""Posts as ActivityPub documents; pure.

A photo goes out as its federated JPEG: one plain address, sizes of that very file, the description as ``name``.
Mastodon shows the first four photos of a post, so a longer one says at its end that there is more, and where.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote

from activitypub.activities import Add, Create, Delete, Remove, Update
from activitypub.audience import Audience as Addressees
from activitypub.audience import addressing
from activitypub.objects import PUBLIC, Attachment, Exif, Hashtag, MentionTag, Note, Tombstone
from activitypub.render import activity_document, note_document, tombstone_document, with_context
from rossgram_fed.config import Settings
from rossgram_fed.federation import addresses
from rossgram_fed.licences import licence_of
from rossgram_fed.media.facts import Facts
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.policies import quotable
from rossgram_fed.posts.sources import MentionSource, PhotoSource, PostSource
from rossgram_fed.renditions import FEDERATED, VIDEO

Document = dict[str, Any]
Describe = Callable[[PostSource, Settings], Document]
"""Makes one kind of document of a post."""

SHOWN_ELSEWHERE = 4
"""Photos of one post that Mastodon shows."""

_ADDRESSEES = {
    Visibility.PUBLIC: Addressees.PUBLIC,
    Visibility.UNLISTED: Addressees.UNLISTED,
    Visibility.FOLLOWERS: Addressees.FOLLOWERS,
    Visibility.DIRECT: Addressees.DIRECT,
}


def note_from(post: PostSource, settings: Settings) -> Note:
    """Return a local post as a Note, or as a Question where it has a poll."""
    mentioned, sensitive = [one.uri for one in post.mentions], post.sensitive or bool(post.warning)
    to, cc = addressing(_ADDRESSEES[post.visibility], post.author_followers, mentioned)
    return Note(
        id=post.uri,
        attributed_to=post.author_uri,
        content=post.content_html + _more_photos(post) + _quoted_link(post),
        summary=post.warning,
        sensitive=sensitive,
        url=post.url,
        published=_moment(post.published_at),
        updated=_moment(post.edited_at) if post.edited_at is not None else None,
        to=to,
        cc=cc,
        in_reply_to=post.in_reply_to_uri,
        context=post.context_uri or addresses.context_uri(settings, post.thread_id),
        language=post.language,
        attachments=tuple(
            _attachment(photo, settings, sensitive=sensitive) for photo in post.photos if FEDERATED in photo.renditions
        ),
        hashtags=tuple(Hashtag(name=tag, href=addresses.tag_url(settings, quote(tag))) for tag in post.tags),
        mentions=tuple(MentionTag(href=one.uri, name=_handle(one, settings)) for one in post.mentions),
        replies=addresses.replies_uri(settings, post.id),
        likes=addresses.likes_uri(settings, post.id),
        shares=addresses.shares_uri(settings, post.id),
        likes_total=post.likes_count,
        shares_total=post.boosts_count,
        reply_authorization=post.reply_authorization,
        quote=post.quoted_uri,
        quote_authorization=post.quote_authorization,
        place=post.place,
        kind="Note" if post.poll is None else "Question",
        poll=post.poll,
    )


def post_document(post: PostSource, settings: Settings) -> Document:
    """Return the document of a local post, without ``@context``."""
    return note_document(note_from(post, settings), extras=_permissions(post))


def create_document(post: PostSource, settings: Settings) -> Document:
    """Return the Create that publishes a local post."""
    note = note_from(post, settings)
    create = Create(
        id=addresses.create_uri(post.uri),
        actor=post.author_uri,
        to=note.to,
        cc=note.cc,
        published=_moment(post.published_at, whole=True),
        object=note,
    )
    return activity_document(create, post_document(post, settings))


def update_document(post: PostSource, settings: Settings) -> Document:
    """Return the Update that tells of an edit; every edit has an id of its own."""
    return _update_document(post, settings, f"{post.uri}#updates/{post.edited_at}")


def requote_document(post: PostSource, settings: Settings, *, at: int) -> Document:
    """Return the Update that tells what became of a quote; it is no edit, and the post does not say that it is."""
    return _update_document(post, settings, f"{post.uri}#quote/{at}")


def tally_document(post: PostSource, settings: Settings, *, at: int) -> Document:
    """Return the Update that tells how a poll stands; it is no edit of the author's."""
    return _update_document(post, settings, f"{post.uri}#poll/{at}")


def untag_document(post: PostSource, settings: Settings, *, at: int) -> Document:
    """Return the Update that tells that somebody is no longer named; it is no edit of the author's."""
    return _update_document(post, settings, f"{post.uri}#people/{at}")


def _update_document(post: PostSource, settings: Settings, activity_id: str) -> Document:
    note = note_from(post, settings)
    update = Update(
        id=activity_id,
        actor=post.author_uri,
        to=note.to,
        cc=note.cc,
        published=_moment(post.edited_at or post.published_at, whole=True),
        object=note,
    )
    return activity_document(update, post_document(post, settings))


def delete_document(*, uri: str, actor: str, to: tuple[str, ...]) -> Document:
    """Return the Delete of a local post; its object is a Tombstone, since Pixelfed reads no bare address there."""
    return activity_document(Delete(id=f"{uri}#delete", actor=actor, to=to, object=uri))


def pin_document(*, uri: str, actor: str, followers: str, featured: str, at: int, pinned: bool) -> Document:
    """Return the Add that puts a post into its author's featured collection, or the Remove that takes it out."""
    kind = Add if pinned else Remove
    activity_id = f"{actor}#{'pin' if pinned else 'unpin'}/{uri.rpartition('/')[2]}/{at}"
    activity = kind(id=activity_id, actor=actor, to=(PUBLIC,), cc=(followers,), object=uri, target=featured)
    return activity_document(activity)


def tombstone(uri: str, *, deleted_at: int) -> Document:
    """Return what is served where a post was."""
    return with_context(tombstone_document(Tombstone(id=uri, former_type="Note", deleted=_moment(deleted_at))))


def _permissions(post: PostSource) -> Document:
    """Say what others may do with a post, in Pixelfed's words, GoToSocial's and FEP-044f's.

    Nobody but the author is written as the author alone: an empty list would be a missing one in JSON-LD.
    """
    audience = _audience(post)
    is_open = PUBLIC in audience
    replying = _may_reply(post, audience)
    return {
        "commentsEnabled": post.root_policy is not Policy.NOBODY,
        "capabilities": {
            "announce": PUBLIC if is_open else post.author_uri,
            "like": audience[-1],
            "reply": replying[-1],
        },
        "interactionPolicy": {
            "canLike": {"automaticApproval": audience},
            "canReply": {"automaticApproval": replying},
            "canAnnounce": {"automaticApproval": [PUBLIC] if is_open else [post.author_uri]},
            "canQuote": {"automaticApproval": _may_quote(post)},
        },
    }


def _audience(post: PostSource) -> list[str]:
    """Return who can see a post; the widest of them, which Pixelfed is told, comes last."""
    if post.visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
        return [PUBLIC]
    named = [one.uri for one in post.mentions]
    widest = [post.author_followers] if post.visibility is Visibility.FOLLOWERS else []
    return list(dict.fromkeys((*named, post.author_uri, *widest)))


def _may_reply(post: PostSource, audience: list[str]) -> list[str]:
    """Return who may answer a post, as the root of its thread has it; the widest of them comes last."""
    if post.root_policy is Policy.EVERYONE:
        return audience
    named = [one.uri for one in post.mentions] if post.author_uri == post.root_author else []
    widest = [post.root_followers] if post.root_policy is Policy.FOLLOWERS and post.root_followers else []
    return list(dict.fromkeys((*named, post.root_author, *widest)))


def _may_quote(post: PostSource) -> list[str]:
    match quotable(post.quote_policy, post.visibility):
        case Policy.EVERYONE:
            return [PUBLIC]
        case Policy.FOLLOWERS:
            return [post.author_uri, post.author_followers]
    return [post.author_uri]


def _attachment(photo: PhotoSource, settings: Settings, *, sensitive: bool) -> Attachment:
    """Describe a photo; what the post says of all holds for each, since Misskey asks the single files alone."""
    still, licence = photo.renditions[FEDERATED], licence_of(photo.licence)
    video = photo.renditions.get(VIDEO)
    rendition = video or still
    return Attachment(
        url=addresses.photo_url(settings, rendition["key"]),
        media_type=rendition["media_type"],
        description=photo.description,
        width=rendition["width"],
        height=rendition["height"],
        blurhash=photo.blurhash,
        focal_point=photo.focal_point,
        sensitive=photo.sensitive or sensitive,
        exif=_exif(photo.facts) if photo.facts is not None else None,
        licence=licence.title if licence else "",
        licence_url=licence.url if licence else "",
        duration=photo.duration if video else None,
        icon=addresses.photo_url(settings, still["key"]) if video else "",
    )


def _exif(facts: Facts) -> Exif:
    """Return how a photo was taken; who took it and what it shows are told elsewhere or not at all."""
    return Exif(
        make=facts.make,
        model=facts.model,
        lens=facts.lens,
        aperture=facts.aperture,
        exposure=facts.exposure,
        iso=facts.iso,
        focal_length=facts.focal_length,
        focal_length_35=facts.focal_length_35,
        film=facts.film,
        software=facts.software,
        taken_at=facts.taken_at[:19],
    )


def _more_photos(post: PostSource) -> str:
    more = len(post.photos) - SHOWN_ELSEWHERE
    if more <= 0:
        return ""
    words = "1 more photo" if more == 1 else f"{more} more photos"
    return f'<p><a href="{escape(post.url)}">{words}</a></p>'


def _quoted_link(post: PostSource) -> str:
    """Return what stands for the quote where quotes are not known; those who know them hide it by its class."""
    if not post.quoted_uri:
        return ""
    uri = escape(post.quoted_uri)
    return f'<p class="quote-inline">RE: <a href="{uri}">{uri}</a></p>'


def _handle(mention: MentionSource, settings: Settings) -> str:
    return f"@{mention.username}@{mention.domain or settings.account_domain}"


def _moment(instant: int, *, whole: bool = False) -> datetime:
    """Return an instant, in whole seconds for activities: relays write them so, and would break what is signed."""
    return datetime.fromtimestamp(instant // 1000 if whole else instant / 1000, UTC)

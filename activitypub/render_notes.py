"""Posts, comments and tombstones as documents.

The rule: lists stay lists even with one entry (Pixelfed drops the post otherwise), and an attachment is a ``Document``
with one plain ``url`` and no ``href`` (Mastodon makes a link card of that).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from activitypub.exif import exif_document
from activitypub.objects import Attachment, Authorization, Hashtag, Note, Tombstone
from activitypub.places import place_document
from activitypub.polls import poll_document

Document = dict[str, Any]

LD_JSON = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
QUOTE_RELATION = "https://misskey-hub.net/ns#_misskey_quote"
"""What a link to a quoted post is called among the tags (FEP-e232)."""


def time_text(moment: datetime) -> str:
    """Write an instant as UTC, ISO 8601 with ``Z``; milliseconds only where there are some."""
    moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond >= 1000 else "seconds")[:-6] + "Z"


def note_document(note: Note, *, extras: Mapping[str, Any] | None = None) -> Document:
    """Write a post or comment, without ``@context``; ``extras`` are added last (comment policy and the like)."""
    context = note.context or None
    document: Document = {
        "id": note.id,
        "type": note.kind,
        "attributedTo": note.attributed_to,
        "url": note.url or note.id,
        "to": list(note.to),
        "cc": list(note.cc),
        "summary": note.summary or None,
        "sensitive": note.sensitive,
        "content": note.content,
        "inReplyTo": note.in_reply_to or None,
        "attachment": [attachment_document(one) for one in note.attachments],
        "tag": _tags(note),
    }
    if note.name:
        document["name"] = note.name
    if note.published is not None:
        document["published"] = time_text(note.published)
    if note.updated is not None:
        document["updated"] = time_text(note.updated)
    if note.language:
        document["contentMap"] = {note.language: note.content}
    if context:
        document |= {"context": context, "conversation": context}
    if note.replies:
        document["replies"] = _replies(note.replies)
    if note.likes:
        document["likes"] = _counted(note.likes, note.likes_total)
    if note.shares:
        document["shares"] = _counted(note.shares, note.shares_total)
    if note.quote:
        document |= _quote(note)
    if note.reply_authorization:
        document["replyAuthorization"] = note.reply_authorization
    if note.place is not None:
        document["location"] = place_document(note.place)
    if note.poll is not None:
        document |= poll_document(note.poll, time_text(note.poll.ends_at) if note.poll.ends_at else "")
    return document | dict(extras or {})


def attachment_document(attachment: Attachment) -> Document:
    """Write a picture; sizes only when known, because Pixelfed refuses a post with a width of nothing."""
    document: Document = {
        "type": "Document",
        "mediaType": attachment.media_type,
        "url": attachment.url,
        "name": attachment.description or None,
    }
    if attachment.width and attachment.height:
        document |= {"width": attachment.width, "height": attachment.height}
    if attachment.blurhash:
        document["blurhash"] = attachment.blurhash
    if attachment.duration:
        document["duration"] = f"PT{attachment.duration / 1000:g}S"
    if attachment.icon:
        document["icon"] = {"type": "Image", "mediaType": "image/jpeg", "url": attachment.icon}
    if attachment.licence:
        document["license"] = attachment.licence
    if attachment.licence_url:
        document["schema:license"] = attachment.licence_url
    if attachment.exif is not None and (told := exif_document(attachment.exif)):
        document["exifData"] = told
    return document | {"focalPoint": list(attachment.focal_point), "sensitive": attachment.sensitive}


def hashtag_document(tag: Hashtag) -> Document:
    """Write a tag, without ``@context``."""
    return {"type": "Hashtag", "href": tag.href, "name": f"#{tag.name}"}


def _tags(note: Note) -> list[Document]:
    hashtags = [hashtag_document(tag) for tag in note.hashtags]
    mentions = [{"type": "Mention", "href": one.href, "name": one.name} for one in note.mentions]
    link = {"type": "Link", "mediaType": LD_JSON, "rel": QUOTE_RELATION, "href": note.quote}
    return [*hashtags, *mentions, link] if note.quote else [*hashtags, *mentions]


def _quote(note: Note) -> Document:
    """Name the quoted post in FEP-044f's way and in the three older ones, and the quoted author's word if it is there.

    The fourth older way, an object link (FEP-e232), stands among the tags.
    """
    document = dict.fromkeys(("quote", "quoteUrl", "quoteUri", "_misskey_quote"), note.quote)
    return document | {"quoteAuthorization": note.quote_authorization} if note.quote_authorization else document


def authorization_document(authorization: Authorization) -> Document:
    """Write an author's word for a quote or an answer, without ``@context``; it embeds neither of the two posts."""
    return {
        "id": authorization.id,
        "type": authorization.kind,
        "attributedTo": authorization.attributed_to,
        "interactingObject": authorization.interacting_object,
        "interactionTarget": authorization.interaction_target,
    }


def _replies(uri: str) -> Document:
    """Write the replies with an empty first page that leads on: Mastodon reads the page, and follows ``next``."""
    page = {"type": "CollectionPage", "partOf": uri, "next": f"{uri}?page=true", "items": list[str]()}
    return {"id": uri, "type": "Collection", "first": page}


def _counted(uri: str, total: int | None) -> Document:
    return {"id": uri, "type": "Collection", "totalItems": total or 0}


def tombstone_document(tombstone: Tombstone) -> Document:
    """Write what stands where something was, without ``@context``."""
    document: Document = {"id": tombstone.id, "type": "Tombstone"}
    if tombstone.former_type:
        document["formerType"] = tombstone.former_type
    if tombstone.deleted is not None:
        document["deleted"] = time_text(tombstone.deleted)
    return document

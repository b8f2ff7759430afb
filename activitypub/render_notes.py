"""Posts, comments and tombstones as documents.

The rule: lists stay lists even with one entry (Pixelfed drops the post otherwise), and an attachment is a ``Document``
with one plain ``url`` and no ``href`` (Mastodon makes a link card of that).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from activitypub.objects import Attachment, Note, Tombstone

Document = dict[str, Any]


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
    return document | {"focalPoint": list(attachment.focal_point), "sensitive": attachment.sensitive}


def _tags(note: Note) -> list[Document]:
    hashtags = [{"type": "Hashtag", "href": tag.href, "name": f"#{tag.name}"} for tag in note.hashtags]
    return [*hashtags, *({"type": "Mention", "href": one.href, "name": one.name} for one in note.mentions)]


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

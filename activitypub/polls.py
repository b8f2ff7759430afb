"""Polls in documents: a ``Question`` with ``oneOf`` or ``anyOf``, and a vote, which is a Note that has a name alone.

The shapes are Mastodon's, which Misskey, Takahē, GoToSocial and Fedify's servers write as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activitypub import fields
from activitypub.objects import Note, Poll, PollOption

MAX_OPTIONS = 20
MAX_TITLE = 255


def poll_of(document: Mapping[str, Any], kind: str) -> Poll | None:
    """Read what a ``Question`` gives to choose from; None for one that gives nothing."""
    if kind != "Question":
        return None
    for name, multiple in (("oneOf", False), ("anyOf", True)):
        options = tuple(_option(one) for one in fields.mappings(document.get(name), MAX_OPTIONS))
        if options and all(one.title for one in options):
            closed = fields.time(document.get("closed"))
            return Poll(
                options=options,
                multiple=multiple,
                ends_at=fields.time(document.get("endTime")) or closed,
                closed=closed is not None or fields.flag(document.get("closed")),
                voters=fields.count(document.get("votersCount")),
            )
    return None


def poll_document(poll: Poll, written: str) -> dict[str, Any]:
    """Write what a ``Question`` has more than a ``Note``; ``written`` is its ``endTime``, as text."""
    options = [
        {"type": "Note", "name": one.title, "replies": {"type": "Collection", "totalItems": one.votes}}
        for one in poll.options
    ]
    document: dict[str, Any] = {"anyOf" if poll.multiple else "oneOf": options, "votersCount": poll.voters or 0}
    if written:
        document["endTime"] = written
    return document | ({"closed": written} if poll.closed and written else {})


def vote_document(note: Note) -> dict[str, Any]:
    """Write a vote: what is chosen, in which poll, by whom and for whom; nothing that would make a comment of it."""
    return {
        "id": note.id,
        "type": "Note",
        "name": note.name,
        "attributedTo": note.attributed_to,
        "inReplyTo": note.in_reply_to,
        "to": list(note.to),
    }


def is_vote(note: Note) -> bool:
    """Say whether a note is a vote: it answers something, and has a name and nothing else."""
    return note.kind == "Note" and bool(note.name and note.in_reply_to) and not (note.content or note.attachments)


def _option(option: Mapping[str, Any]) -> PollOption:
    title = " ".join(fields.text(option.get("name"), MAX_TITLE).split())
    replies = fields.mapping(option.get("replies"))
    return PollOption(title, fields.count(replies.get("totalItems")) or 0)

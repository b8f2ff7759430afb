"""Polls and votes as ActivityPub values and documents; pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from activitypub.activities import Create
from activitypub.objects import Note, Poll, PollOption
from activitypub.polls import vote_document as note_of_vote
from activitypub.render import activity_document
from rossgram_fed.polls.queries import PollView

Document = dict[str, Any]


def poll_from(view: PollView) -> Poll:
    """Return a poll as others are told of it: without numbers while its author hides them."""
    return Poll(
        options=tuple(PollOption(one.title, one.votes if view.tells else 0) for one in view.options),
        multiple=view.multiple,
        ends_at=None if view.expires_at is None else datetime.fromtimestamp(view.expires_at / 1000, UTC),
        closed=view.closed,
        voters=view.voters,
    )


def vote_document(*, vote_id: int, voter: str, title: str, poll_uri: str, author: str, at: int) -> Document:
    """Return the Create of one vote, for the author of the poll alone, in Mastodon's shape."""
    uri = f"{voter}#votes/{vote_id}"
    vote = Note(id=uri, attributed_to=voter, name=title, in_reply_to=poll_uri, to=(author,))
    create = Create(
        id=f"{uri}/activity",
        actor=voter,
        to=(author,),
        published=datetime.fromtimestamp(at // 1000, UTC),
        object=vote,
    )
    return activity_document(create, note_of_vote(vote))

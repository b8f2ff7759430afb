"""Activities as they arrive from a proven sender, handed to the handlers as the inbox does."""

from __future__ import annotations

from typing import Any

from activitypub.activities import Activity
from activitypub.origin import host_of
from activitypub.parse import parse_activity
from rossgram_fed.accounts.inbound import HANDLERS as ACCOUNTS
from rossgram_fed.federation.arrivals import Arrival, Handlers, Sender
from rossgram_fed.follows.inbound import HANDLERS as FOLLOWS
from rossgram_fed.follows.remote_tags import HANDLERS as TAGS
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account
from rossgram_fed.polls.inbound import HANDLERS as POLLS
from rossgram_fed.posts.inbound import HANDLERS as POSTS
from rossgram_fed.quotes.inbound import HANDLERS as QUOTES
from rossgram_fed.reactions.inbound import HANDLERS as REACTIONS
from rossgram_fed.reports.inbound import HANDLERS as REPORTS

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
REGISTRIES: tuple[Handlers, ...] = (TAGS, QUOTES, POLLS, POSTS, ACCOUNTS, FOLLOWS, REACTIONS, REPORTS)


async def arrive(instance: Instance, sender: Account, document: dict[str, Any]) -> bool:
    """Hand a document to whoever it concerns; say whether it concerned anybody."""
    activity: Activity = parse_activity({"@context": "https://www.w3.org/ns/activitystreams", **document})
    assert activity.actor == sender.uri, "the inbox lets nobody speak for others"
    async with instance.change() as change:
        proven = Sender(account_id=sender.id, uri=sender.uri, host=host_of(sender.uri))
        arrival = Arrival(change=change, activity=activity, sender=proven, document=document)
        for registry in REGISTRIES:
            for handler in registry.get(type(activity), ()):
                if await handler(arrival):
                    return True
    return False


def a_note(author: Account, name: str = "1", **parts: Any) -> dict[str, Any]:
    """A public note with one photo, as most servers write it; ``parts`` replace or add."""
    note = {
        "id": f"{author.uri}/posts/{name}",
        "type": "Note",
        "attributedTo": author.uri,
        "content": f"<p>Photo {name}</p>",
        "published": "2026-05-28T20:00:00Z",
        "to": [PUBLIC],
        "cc": [author.followers_uri],
        "attachment": [a_picture(author, name)],
        "tag": [],
    }
    return note | parts


def a_picture(author: Account, name: str = "1", **parts: Any) -> dict[str, Any]:
    """One attachment."""
    picture = {
        "type": "Document",
        "mediaType": "image/jpeg",
        "url": f"https://{author.domain}/media/{name}.jpg",
        "name": f"Description {name}",
        "width": 1600,
        "height": 1200,
        "blurhash": "L6PZfSi_.AyE_3t7t7R**0o#DgR4",
        "focalPoint": [0.1, -0.2],
    }
    return picture | parts


def create(author: Account, name: str = "1", **parts: Any) -> dict[str, Any]:
    """The Create of such a note."""
    note = a_note(author, name, **parts)
    return activity(author, "Create", note, id=f"{note['id']}/activity", to=note["to"], cc=note["cc"])


def activity(author: Account, kind: str, thing: Any, **parts: Any) -> dict[str, Any]:
    """Any activity of the author."""
    return {"id": f"{author.uri}#{kind.lower()}", "type": kind, "actor": author.uri, "object": thing} | parts

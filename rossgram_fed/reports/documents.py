"""Reports as activities; pure.

What goes to another server is said by this server's own actor, so it names nobody who reported.
"""

from __future__ import annotations

from activitypub.activities import Flag
from activitypub.render import activity_document
from rossgram_fed.config import Settings
from rossgram_fed.federation.addresses import activity_uri, server_actor_uri

Document = dict[str, object]


def flag_document(settings: Settings, *, number: int, target: str, posts: tuple[str, ...], comment: str) -> Document:
    """Return the Flag about the account ``target`` and some of its posts, all given by their ids.

    ``number`` keeps the ids of Flags apart. Pixelfed takes a list of things of its own only, the account among them.
    """
    server = server_actor_uri(settings)
    flag = Flag(
        id=activity_uri(server, f"flags/{number}"),
        actor=server,
        to=(target,),
        object=(target, *posts),
        content=comment,
    )
    return activity_document(flag)

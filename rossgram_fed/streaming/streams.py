"""The streams an app can listen to, by the names that Mastodon gave them.

https://docs.joinmastodon.org/methods/streaming/#streams
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from rossgram_fed.caption import fold_tag
from rossgram_fed.ids import read_id

LONGEST_TAG = 200


class Kind(StrEnum):
    """What a stream is made of."""

    USER = "user"
    NEWS = "user:notification"
    PUBLIC = "public"
    TAG = "hashtag"
    LIST = "list"
    DIRECT = "direct"


_PUBLIC = frozenset(
    f"public{where}{what}" for where in ("", ":local", ":remote") for what in ("", ":media")
)  # fmt: skip
_KINDS = {
    "user": Kind.USER,
    "user:notification": Kind.NEWS,
    "hashtag": Kind.TAG,
    "hashtag:local": Kind.TAG,
    "list": Kind.LIST,
    "direct": Kind.DIRECT,
    **dict.fromkeys(_PUBLIC, Kind.PUBLIC),
}


class NoStream(ValueError):
    """Nothing can be listened to under this name; the message is for the app."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream."""

    kind: Kind
    name: str
    tag: str = ""
    """Folded."""
    list_id: int = 0
    shown: str = field(default="", compare=False)
    """The tag or list as the app wrote it."""

    @property
    def label(self) -> list[str]:
        """How messages say which stream they are of."""
        return [self.name, self.shown] if self.shown else [self.name]

    @property
    def local(self) -> bool:
        """Whether only posts from here are in it."""
        return ":local" in self.name

    @property
    def remote(self) -> bool:
        """Whether only posts from elsewhere are."""
        return ":remote" in self.name

    @property
    def media(self) -> bool:
        """Whether only posts with photos or videos are."""
        return self.name.endswith(":media")

    @property
    def scope(self) -> str:
        """The scope without which nobody may listen."""
        return "read:notifications" if self.kind is Kind.NEWS else "read:statuses"


def stream_named(name: str, *, tag: str = "", list_id: str = "") -> Stream:
    """Return the stream that an app asks for; raise ``NoStream`` for what is none."""
    kind = _KINDS.get(name)
    if kind is None:
        raise NoStream("Unknown stream type")
    if kind is Kind.TAG:
        tag = tag.strip()
        if not tag or len(tag) > LONGEST_TAG:
            raise NoStream("Missing tag name parameter")
        return Stream(kind, name, tag=fold_tag(tag.removeprefix("#")), shown=tag)
    if kind is Kind.LIST:
        found = read_id(list_id)
        if found is None:
            raise NoStream("Missing list name parameter")
        return Stream(kind, name, list_id=found, shown=list_id)
    return Stream(kind, name)


def streams_of_public(*, local: bool, media: bool) -> Iterator[Stream]:
    """Return the public streams that a post from here or elsewhere, with media or without, is in."""
    for where in ("", ":local" if local else ":remote"):
        for what in ("", ":media") if media else ("",):
            yield Stream(Kind.PUBLIC, f"public{where}{what}")

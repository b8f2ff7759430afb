"""Activities as frozen values: who does what to which object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from activitypub.actors import Actor
from activitypub.objects import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What every activity has. ``id`` may be empty: some servers send activities without one."""

    id: str
    actor: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(Activity):
    """``actor`` asks to follow the actor ``object``."""

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Activity):
    """``actor`` agrees to a Follow, given whole where the sender embedded it, or to something else, by its id."""

    object: Follow | str
    result: str = ""
    """Where the authorization is that a request asked for (FEP-044f)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Activity):
    """``actor`` refuses a Follow, or ends it later; or refuses something else, given by its id."""

    object: Follow | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Activity):
    """``actor`` published ``object``; a bare id means: fetch it from its origin."""

    object: Note | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Activity):
    """``actor`` changed a note or themselves."""

    object: Note | Actor | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Activity):
    """``actor`` deleted the object with this id; their own id means the whole account."""

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(Activity):
    """``actor`` likes the object; ``content`` holds an emoji reaction where the sender has them."""

    object: str
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Activity):
    """``actor`` shares the object."""

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn(Activity):
    """``actor``, a group, passes on what somebody else did (FEP-1b12): a Create, Update or Delete.

    Nothing of it is proven by the group's word; what it says of the object is a hint whether to go and look.
    """

    kind: str
    object: str
    """What was created, changed or deleted."""
    answers: str = ""
    """What that is said to answer."""
    pictured: bool = False
    """Whether there are said to be pictures in it; also where nothing is said at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Activity):
    """``actor`` blocks the actor ``object``."""

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Activity):
    """``actor`` puts the object into ``target``, a collection of theirs."""

    object: str
    target: str
    tag: str = ""
    """The name of the tag that the object is, without ``#``; such an object need not have an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Activity):
    """``actor`` takes the object out of ``target``, a collection of theirs."""

    object: str
    target: str
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Activity):
    """``actor`` reports actors and their posts, named by their ids, to the server that they live on."""

    object: tuple[str, ...]
    content: str = ""
    """Why, in words; a few servers send HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRequest(Activity):
    """``actor`` asks the author of the post ``object`` to authorize ``instrument``, a post of the actor's."""

    object: str
    instrument: Note | str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest(InteractionRequest):
    """The instrument quotes the object (FEP-044f)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRequest(InteractionRequest):
    """The instrument answers the object (GoToSocial's interaction controls)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Activity):
    """``actor`` says that the account ``object``, which has to be their own, lives at the actor ``target`` now."""

    object: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Activity):
    """``actor`` takes back an activity, given whole or by its id."""

    object: Follow | Like | Announce | Block | Accept | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Activity):
    """An activity of a type this package does not read; ``kind`` is what it called itself."""

    kind: str

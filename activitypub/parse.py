"""Activities and collections out of documents; the door through which every document comes in.

The rule: tolerant in shape, trusting in nothing. Who may speak for an id is decided in ``origin``, and who sent a
document by its signature. Arbitrary JSON raises ``MalformedDocument`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

import orjson

from activitypub import fields, jsonld
from activitypub.activities import (
    Accept,
    Activity,
    Add,
    Announce,
    Block,
    Create,
    Delete,
    Flag,
    Follow,
    Like,
    Move,
    PassedOn,
    QuoteRequest,
    Reject,
    Remove,
    ReplyRequest,
    Undo,
    Unknown,
    Update,
)
from activitypub.actors import ACTOR_TYPES, Actor
from activitypub.errors import MalformedDocument
from activitypub.objects import Authorization, Collection, Note
from activitypub.parse_actors import parse_actor, read_actor
from activitypub.parse_notes import MAX_TAG_NAME, NOTE_KINDS, parse_note, read_note, recipients

__all__ = ["load", "parse_activity", "parse_actor", "parse_authorization", "parse_collection", "parse_note"]

AUTHORIZATION_KINDS = frozenset({"QuoteAuthorization", "ReplyAuthorization"})

COLLECTION_KINDS = frozenset({"Collection", "CollectionPage", "OrderedCollection", "OrderedCollectionPage"})
PASSED_ON = frozenset({"Create", "Update", "Delete"})
"""What a group passes on that may have an effect here."""
MAX_ITEMS = 1_000
MAX_REACTION = 300
MAX_FLAGGED = 100
MAX_COMPLAINT = 10_000

_NOT_ACTIVITIES = NOTE_KINDS | ACTOR_TYPES | COLLECTION_KINDS | {"Tombstone"}


class _Common(TypedDict):
    id: str
    actor: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    published: datetime | None


def load(body: bytes) -> dict[str, object]:
    """Decode a body that must be one JSON object, nested at most ``jsonld.MAX_DEPTH`` levels, or raise."""
    # Counted before decoding: a megabyte of brackets costs a fifth of a second to become lists.
    brackets = body.count(b"{") + body.count(b"[")
    if brackets > jsonld.MAX_NODES:
        raise MalformedDocument("The body has too many objects and lists.")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedDocument("The body is not JSON.") from error
    if not isinstance(document, dict):
        raise MalformedDocument("The body is not a JSON object.")
    # Fewer brackets than levels cannot nest too deep; the others are walked.
    if brackets > jsonld.MAX_DEPTH:
        jsonld.survey(document)
    return document


def parse_activity(document: Mapping[str, Any]) -> Activity:
    """Read an activity; types we do not act on become ``Unknown``.

    Raises ``MalformedDocument`` when there is no actor or no object to act on, or when the document is an object, an
    actor or a collection and no activity.
    """
    return _read_activity(jsonld.plain(document))


def _read_activity(document: Mapping[str, Any]) -> Activity:
    kind = fields.kind(document.get("type"))
    if not kind or kind in _NOT_ACTIVITIES:
        raise MalformedDocument(f"A {kind or 'document without type'} is not an activity.")
    common = _common(document)
    thing = document.get("object")
    if isinstance(thing, list) and len(thing) == 1:
        thing = thing[0]
    match kind:
        case "Create":
            return _create(common, thing)
        case "Update":
            return Update(**common, object=_updated(thing, common["actor"]))
        case "Delete":
            return Delete(**common, object=_object_id(thing, kind))
        case "Follow":
            return Follow(**common, object=_object_id(thing, kind))
        case "Accept":
            return Accept(**common, object=_follow_or_id(thing, kind), result=fields.address(document.get("result")))
        case "Reject":
            return Reject(**common, object=_follow_or_id(thing, kind))
        case "Like" | "EmojiReact":
            return Like(**common, object=_object_id(thing, kind), content=_reaction(document))
        case "Announce":
            return _announce(common, thing)
        case "Add" | "Remove":
            return _placed(common, kind, document, thing)
        case "Block":
            return Block(**common, object=_object_id(thing, kind))
        case "Move":
            return Move(**common, object=_object_id(thing, kind), target=fields.address(document.get("target")))
        case "Undo":
            return Undo(**common, object=_undone(thing, common["actor"]))
        case "Flag":
            return _flag(common, document)
        case "QuoteRequest" | "ReplyRequest":
            asking = QuoteRequest if kind == "QuoteRequest" else ReplyRequest
            return asking(**common, object=_object_id(thing, kind), instrument=_instrument(document, common))
    return Unknown(**common, kind=kind)


def _common(document: Mapping[str, Any], default_actor: str = "") -> _Common:
    actor = fields.address(document.get("actor")) or default_actor
    if not actor:
        raise MalformedDocument("The activity names no actor.")
    return _Common(
        id=fields.address(document.get("id")),
        actor=actor,
        to=recipients(document.get("to")),
        cc=recipients(document.get("cc")),
        published=fields.time(document.get("published")),
    )


def _object_id(thing: Any, kind: str) -> str:
    identity = fields.address(thing)
    if not identity:
        raise MalformedDocument(f"The {kind} names no object.")
    return identity


def _create(common: _Common, thing: Any) -> Activity:
    if not isinstance(thing, dict):
        return Create(**common, object=_object_id(thing, "Create"))
    kind = fields.kind(thing.get("type"))
    if kind in NOTE_KINDS:
        return Create(**common, object=read_note(thing, common["actor"]))
    return Unknown(**common, kind=f"Create({kind})")


def _updated(thing: Any, actor: str) -> Note | Actor | str:
    """Read what was updated; an object too thin to be read whole gives its id, to be fetched."""
    kind = fields.kind(thing.get("type")) if isinstance(thing, dict) else ""
    if kind in NOTE_KINDS:
        return read_note(thing, actor)
    if kind in ACTOR_TYPES and fields.address(thing.get("inbox")):
        return read_actor(thing)
    return _object_id(thing, "Update")


def _instrument(document: Mapping[str, Any], common: _Common) -> Note | str:
    """Read the post that a request is about: whole, or by its id."""
    thing = document.get("instrument")
    if isinstance(thing, list) and len(thing) == 1:
        thing = thing[0]
    if isinstance(thing, dict) and fields.kind(thing.get("type")) in NOTE_KINDS:
        return read_note(thing, common["actor"])
    return _object_id(thing, "request")


def _announce(common: _Common, thing: Any) -> Activity:
    """Read a boost, or a whole activity of somebody else's, as groups announce them (Lemmy, PieFed)."""
    kind = fields.kind(thing.get("type")) if isinstance(thing, dict) else ""
    if kind in PASSED_ON:
        return _passed_on(common, kind, thing)
    if kind and "actor" in thing:
        return Unknown(**common, kind=f"Announce({kind})")
    return Announce(**common, object=_object_id(thing, "Announce"))


def _passed_on(common: _Common, kind: str, activity: Mapping[str, Any]) -> Activity:
    thing = activity.get("object")
    uri = _object_id(thing, f"Announce({kind})")
    if not isinstance(thing, dict):
        return PassedOn(**common, kind=kind, object=uri, pictured=True)
    if fields.kind(thing.get("type")) not in NOTE_KINDS:
        return PassedOn(**common, kind=kind, object=uri)
    note = read_note(thing, fields.address(activity.get("actor")))
    pictured = any(one.kind == "image" for one in note.attachments)
    return PassedOn(**common, kind=kind, object=uri, answers=note.in_reply_to, pictured=pictured)


def _placed(common: _Common, kind: str, document: Mapping[str, Any], thing: Any) -> Activity:
    """Read what is put into a collection, or taken out; Mastodon features tags too, which have no id."""
    uri, target = fields.address(thing), fields.address(document.get("target"))
    is_tag = isinstance(thing, dict) and fields.kind(thing.get("type")) == "Hashtag"
    tag = fields.text(thing.get("name"), MAX_TAG_NAME).strip().removeprefix("#") if is_tag else ""
    if not target or not (uri or tag):
        return Unknown(**common, kind=kind)
    return (Add if kind == "Add" else Remove)(**common, object=uri, target=target, tag=tag)


def _reaction(document: Mapping[str, Any]) -> str:
    given = fields.text(document.get("content"), MAX_REACTION)
    return given or fields.text(document.get("_misskey_reaction"), MAX_REACTION)


def _flag(common: _Common, document: Mapping[str, Any]) -> Flag:
    """Read a report: one id (Misskey), ids in any order, or whole objects; Lemmy says why in ``summary``."""
    flagged = fields.addresses(document.get("object"), MAX_FLAGGED)
    if not flagged:
        raise MalformedDocument("The Flag names no object.")
    words = fields.text(document.get("content"), MAX_COMPLAINT) or fields.text(document.get("summary"), MAX_COMPLAINT)
    return Flag(**common, object=flagged, content=words)


def _follow_or_id(thing: Any, kind: str) -> Follow | str:
    """Read the Follow that is answered: whole when it names both sides (Fedify expands ``actor`` to a Person)."""
    if isinstance(thing, dict) and fields.kind(thing.get("type")) == "Follow":
        target = fields.address(thing.get("object"))
        if target and fields.address(thing.get("actor")):
            return Follow(**_common(thing), object=target)
    return _object_id(thing, kind)


def _undone(thing: Any, actor: str) -> Follow | Like | Announce | Block | Accept | str:
    """Read what is taken back: whole where it can be acted on without its id (Misskey sends another id than before)."""
    kind = fields.kind(thing.get("type")) if isinstance(thing, dict) else ""
    target = fields.address(thing.get("object")) if kind else ""
    if not target:
        return _object_id(thing, "Undo")
    match kind:
        case "Follow":
            return Follow(**_common(thing, actor), object=target)
        case "Like" | "EmojiReact":
            return Like(**_common(thing, actor), object=target, content=_reaction(thing))
        case "Announce":
            return Announce(**_common(thing, actor), object=target)
        case "Block":
            return Block(**_common(thing, actor), object=target)
        case "Accept":
            return Accept(**_common(thing, actor), object=_follow_or_id(thing.get("object"), kind))
    return _object_id(thing, "Undo")


def parse_authorization(document: Mapping[str, Any]) -> Authorization:
    """Read an author's word for a quote or an answer; raise ``MalformedDocument`` when it lacks any of its parts."""
    document = jsonld.plain(document)
    kind = fields.kind(document.get("type"))
    if kind not in AUTHORIZATION_KINDS:
        raise MalformedDocument(f"A {kind[:50] or 'document without type'} authorizes nothing.")
    found = Authorization(
        id=fields.address(document.get("id")),
        kind=kind,
        attributed_to=fields.address(document.get("attributedTo")),
        interacting_object=fields.address(document.get("interactingObject")),
        interaction_target=fields.address(document.get("interactionTarget")),
    )
    if not (found.id and found.attributed_to and found.interacting_object and found.interaction_target):
        raise MalformedDocument("The authorization does not say who allows what to whom.")
    return found


def parse_collection(document: Mapping[str, Any]) -> Collection:
    """Read a collection or a page; its items stay as sent, at most ``MAX_ITEMS`` of them."""
    return _read_collection(jsonld.plain(document), with_first=True)


def _read_collection(document: Mapping[str, Any], *, with_first: bool) -> Collection:
    kind = fields.kind(document.get("type"))
    if kind not in COLLECTION_KINDS:
        raise MalformedDocument(f"A {kind[:50] or 'document without type'} is not a collection.")
    get = document.get
    listed = get("orderedItems") if get("orderedItems") is not None else get("items")
    first = get("first") if with_first else None
    page: Collection | str | None = fields.address(first) or None
    if isinstance(first, dict) and fields.kind(first.get("type")) in COLLECTION_KINDS:
        page = _read_collection(first, with_first=False)
    return Collection(
        id=fields.address(get("id")),
        kind=kind,
        total=fields.count(get("totalItems")),
        first=page,
        next=fields.address(get("next")),
        prev=fields.address(get("prev")),
        part_of=fields.address(get("partOf")),
        items=tuple(item for item in fields.items(listed, MAX_ITEMS) if isinstance(item, str | dict)),
    )

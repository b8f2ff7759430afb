"""Objects of the vocabulary as frozen values: what a note, its attachments and its tags are to us.

``parse`` makes them from documents, ``render`` makes documents of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
PUBLIC_NAMES = frozenset({PUBLIC, "as:Public", "Public"})
"""What servers call everybody."""


@dataclass(frozen=True, slots=True)
class Exif:
    """How a picture was taken (FEP-ee3a). Where it was taken is no part of it, whatever a document says."""

    make: str = ""
    model: str = ""
    lens: str = ""
    aperture: float | None = None
    """The f-number."""
    exposure: str = ""
    """Seconds as photographers write them: ``1/250``, ``2.5``."""
    iso: int | None = None
    focal_length: float | None = None
    """Millimetres."""
    focal_length_35: int | None = None
    """Millimetres that show as much on 35 mm film."""
    film: str = ""
    software: str = ""
    taken_at: str = ""
    """The camera's clock: ``2025-02-27T17:38:49``."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was, by name."""

    name: str
    country: str = ""
    """Its name, or a code of two letters."""
    latitude: float | None = None
    longitude: float | None = None
    """Degrees; both or neither."""
    geoname_id: int | None = None
    """Its number at GeoNames."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, video or sound that belongs to a note."""

    url: str
    media_type: str = ""
    kind: str = "image"
    """``image``, ``video`` or ``audio``."""
    description: str = ""
    width: int | None = None
    height: int | None = None
    blurhash: str = ""
    focal_point: tuple[float, float] = (0.0, 0.0)
    """x and y, each from -1 to 1."""
    sensitive: bool = False
    exif: Exif | None = None
    licence: str = ""
    """A name or an address, as it was written."""
    licence_url: str = ""
    """Where the licence can be read; only for writing, since reading takes what says most for ``licence``."""
    duration: int | None = None
    """Of a video or sound, in milliseconds."""
    icon: str = ""
    """The address of a picture that stands for a video until it is played; what we write is a JPEG."""
    size: int | None = None
    """Bytes, as its server says; only for reading."""
    place: Place | None = None
    """Where it was taken (Vernissage); only for reading."""


@dataclass(frozen=True, slots=True)
class Hashtag:
    """A tag as written, without the ``#``."""

    name: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class MentionTag:
    """Somebody named in the text."""

    href: str
    """The actor's id."""
    name: str = ""
    """``@user@host`` or ``@user``, as the sender wrote it."""


@dataclass(frozen=True, slots=True)
class PollOption:
    """An answer to choose."""

    title: str
    votes: int = 0


@dataclass(frozen=True, slots=True)
class Poll:
    """What a ``Question`` gives to choose from."""

    options: tuple[PollOption, ...]
    multiple: bool = False
    """Whether more than one may be chosen."""
    ends_at: datetime | None = None
    closed: bool = False
    voters: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A post or comment. Other object types that carry content are read into this shape too (see ``kind``)."""

    id: str
    attributed_to: str
    kind: str = "Note"
    """The type the document had."""
    content: str = ""
    """HTML as sent; sanitise before showing."""
    name: str = ""
    summary: str = ""
    """Plain text: the content warning."""
    sensitive: bool = False
    url: str = ""
    published: datetime | None = None
    """Aware, UTC."""
    updated: datetime | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    in_reply_to: str = ""
    context: str = ""
    language: str = ""
    attachments: tuple[Attachment, ...] = ()
    hashtags: tuple[Hashtag, ...] = ()
    mentions: tuple[MentionTag, ...] = ()
    replies: str = ""
    """URI of the replies collection."""
    likes: str = ""
    shares: str = ""
    likes_total: int | None = None
    shares_total: int | None = None
    may_reply: tuple[str, ...] | None = None
    """Who may answer, at once or once the author agrees: actors, collections, the public. None: nothing is said."""
    approves_replies: bool = False
    """Whether some of those who may answer need the author's word first (GoToSocial)."""
    reply_authorization: str = ""
    """Where the answered author's word for this answer is."""
    may_quote: tuple[str, ...] | None = None
    """Who may quote it, in the same way."""
    quote: str = ""
    """The post it quotes: a claim, until the quoted author's word is checked (FEP-044f)."""
    quote_authorization: str = ""
    """Where the quoted author's word is."""
    place: Place | None = None
    poll: Poll | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """An author's word that a post may quote theirs (FEP-044f), or answer it (GoToSocial)."""

    id: str
    kind: str
    """``QuoteAuthorization`` or ``ReplyAuthorization``."""
    attributed_to: str
    interacting_object: str
    """The post that quotes or answers."""
    interaction_target: str
    """The post that is quoted or answered."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Where something was."""

    id: str
    former_type: str = ""
    deleted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection or one page of it."""

    id: str
    kind: str
    """``Collection``, ``OrderedCollection``, ``CollectionPage`` or ``OrderedCollectionPage``."""
    total: int | None = None
    first: str | Collection | None = None
    next: str = ""
    prev: str = ""
    part_of: str = ""
    items: tuple[object, ...] = field(default=())
    """Raw items: URIs or documents."""

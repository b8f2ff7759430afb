"""What a person wants to publish, as frozen values, and the limits it must keep.

Forms and other doors make drafts; ``actions`` checks them, so that no door forgets to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from rossgram_fed.config import LimitSettings
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.polls.drafts import PollDraft
from rossgram_fed.posts.details import PostDetails
from rossgram_fed.web.errors import Invalid

WARNING_CHARACTERS = 200


class Keep(Enum):
    """What an edit may say of a part besides what it shall be."""

    AS_IT_IS = auto()


@dataclass(frozen=True, slots=True)
class DraftPhoto:
    """An uploaded photo in its place; ``description`` None leaves the one it has."""

    id: int
    description: str | None = None


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A post or, with ``parent_id``, a comment."""

    caption: str = ""
    visibility: Visibility = Visibility.PUBLIC
    photos: tuple[DraftPhoto, ...] = ()
    """In the order they shall have."""
    warning: str = ""
    sensitive: bool = False
    language: str = ""
    comment_policy: Policy = Policy.EVERYONE
    """Of a post at the root of a thread; its comments obey it."""
    quote_policy: Policy = Policy.EVERYONE
    parent_id: int | None = None
    quoted_id: int | None = None
    """The post that this one quotes, if its author lets it."""
    details: PostDetails = field(default_factory=PostDetails)
    poll: PollDraft | None = None
    words_alone: bool = False
    """Whether it may go without photos, and a direct one to nobody but its author: apps made for Mastodon post so."""
    app_id: int | None = None
    """The app that it is posted with."""

    @property
    def naming(self) -> str:
        """Return a text with everybody whom it names, in the caption or as being in the photos."""
        return f"{self.caption}\n{self.details.named}"


@dataclass(frozen=True, slots=True)
class PostEdit:
    """What a post shall say from now on."""

    caption: str
    warning: str = ""
    sensitive: bool = False
    photos: tuple[DraftPhoto, ...] | None = None
    """The photos that it shall have, its own and ones that wait, in their order; the others are removed. None leaves
    all as they are."""
    visibility: Visibility | None = None
    """None leaves it as it is; comments keep theirs."""
    comment_policy: Policy | None = None
    """None leaves it as it is."""
    quote_policy: Policy | None = None
    details: PostDetails | None = None
    """None leaves them as they are."""
    language: str | None = None
    """None leaves it as it is."""
    poll: PollDraft | Keep | None = Keep.AS_IT_IS
    """None takes the poll away."""
    words_alone: bool = False
    """Whether it may be left without photos; one that has none may stay so in any case."""

    @property
    def naming(self) -> str:
        """Return a text with everybody whom it names, in the caption or as being in the photos."""
        return f"{self.caption}\n{self.details.named}" if self.details else self.caption


def check_words(draft: PostDraft | PostEdit, limits: LimitSettings) -> None:
    """Raise ``Invalid`` when a text is longer than this server allows."""
    if len(draft.caption) > limits.caption_characters:
        raise Invalid(f"The caption is longer than {limits.caption_characters} characters.")
    if len(draft.warning) > WARNING_CHARACTERS:
        raise Invalid(f"The content warning is longer than {WARNING_CHARACTERS} characters.")
    for number, photo in enumerate(draft.photos or (), 1):
        if photo.description is not None and len(photo.description) > limits.description_characters:
            raise Invalid(
                f"The description of photo {number} is longer than {limits.description_characters} characters."
            )


def check_photos(photos: tuple[DraftPhoto, ...], limits: LimitSettings, *, words: bool, caption: str) -> None:
    """Raise ``Invalid`` when there are too many photos, the same one twice, or nothing at all.

    ``words`` says that words alone will do, as they do for a comment.
    """
    if not photos and not words:
        raise Invalid("A post needs at least one photo.")
    if not photos and not caption.strip():
        raise Invalid("This says nothing; write something first.")
    if len(photos) > limits.photos_per_post:
        raise Invalid(f"A post can have at most {limits.photos_per_post} photos.")
    if len({photo.id for photo in photos}) < len(photos):
        raise Invalid("The same photo is in this post twice.")


def cleaned(text: str) -> str:
    """Return a text as it is kept: one kind of line end, no NUL (PostgreSQL takes none), no space around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()

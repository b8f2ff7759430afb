"""What people typed about a post, read into drafts: the composer's form, the edit form and the comment form.

The order of the photos is the order of their cards in the form; buttons send the form with one card moved, so that
ordering works without a script and without a pointer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rossgram_fed.accounts.preferences import POLICIES
from rossgram_fed.config import LimitSettings
from rossgram_fed.ids import read_id
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.details import details_from
from rossgram_fed.posts.drafts import WARNING_CHARACTERS, DraftPhoto, PostDraft, PostEdit
from rossgram_fed.web.forms import Form

AUDIENCES: dict[str, Visibility] = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "followers": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}
AUDIENCE_NAMES = {visibility: name for name, visibility in AUDIENCES.items()}
"""As forms write them; archived posts have none."""
_MOST_CARDS = 100


@dataclass(frozen=True, slots=True)
class Cards:
    """The photos of a form in their order, and what the pressed button does to them."""

    photos: tuple[DraftPhoto, ...]
    verb: str
    """The pressed button: ``post``, ``post-anyway``, ``add``, or ``earlier``, ``later``, ``remove`` with a photo."""
    subject: int = 0
    """The photo that the button belongs to; 0 for none."""
    arrived: tuple[int, ...] = ()
    """Photos that came by another way (``/uploads``) since the form was shown."""

    @property
    def ids(self) -> tuple[int, ...]:
        """The photos' ids in order."""
        return tuple(photo.id for photo in self.photos)

    @property
    def descriptions(self) -> dict[int, str]:
        """What was typed about each photo."""
        return {photo.id: photo.description or "" for photo in self.photos}

    @property
    def undescribed(self) -> tuple[int, ...]:
        """Places (counted from 1) of the photos without a description."""
        return tuple(place for place, photo in enumerate(self.photos, 1) if not photo.description)

    def moved(self) -> Cards:
        """Return the cards as the pressed button wants them."""
        order = [photo for photo in self.photos if not (self.verb == "remove" and photo.id == self.subject)]
        if self.verb in ("earlier", "later") and self.subject in self.ids:
            place = self.ids.index(self.subject)
            other = place + (1 if self.verb == "later" else -1)
            if 0 <= other < len(order):
                order[place], order[other] = order[other], order[place]
        return replace(self, photos=tuple(order))


def cards_from(form: Form, limits: LimitSettings) -> Cards:
    """Read the photo cards and the pressed button; an overlong description is an error of its card."""
    photos = []
    for text in dict.fromkeys(form.values.getall("photo", ())[:_MOST_CARDS]):
        if photo_id := read_id(text):
            description = form.text(f"description-{photo_id}", most=limits.description_characters, lines=True)
            photos.append(DraftPhoto(photo_id, description))
    verb, _, subject = form.value("do", "post").partition(" ")
    known = {photo.id for photo in photos}
    came = (read_id(text) for text in dict.fromkeys(form.values.getall("arrived", ())[:_MOST_CARDS]))
    arrived = tuple(photo_id for photo_id in came if photo_id and photo_id not in known)
    return Cards(tuple(photos), verb=verb, subject=read_id(subject) or 0, arrived=arrived)


def draft_from(form: Form, cards: Cards, *, limits: LimitSettings) -> PostDraft:
    """Read the composer's form."""
    draft = PostDraft(
        caption=form.text("caption", most=limits.caption_characters, lines=True),
        visibility=form.choice("visibility", AUDIENCES, Visibility.PUBLIC),
        photos=cards.photos,
        warning=form.text("warning", most=WARNING_CHARACTERS),
        sensitive=form.flag("sensitive"),
        comment_policy=form.choice("comments", POLICIES, Policy.EVERYONE),
        quote_policy=form.choice("quotes", POLICIES, Policy.EVERYONE),
        quoted_id=read_id(form.value("quote")),
        details=details_from(form, cards.ids),
    )
    if not draft.photos:
        form.error("photos", "A post needs at least one photo.")
    elif len(draft.photos) > limits.photos_per_post:
        form.error("photos", f"A post can have at most {limits.photos_per_post} photos; remove some.")
    return draft


def edit_from(form: Form, cards: Cards, *, limits: LimitSettings, comment: bool, words: bool = False) -> PostEdit:
    """Read the edit form of a post, or of a comment, which needs no photo, as one of ``words`` alone needs none."""
    edit = PostEdit(
        caption=form.text("caption", most=limits.caption_characters, lines=True),
        warning=form.text("warning", most=WARNING_CHARACTERS),
        sensitive=form.flag("sensitive"),
        photos=cards.photos,
        visibility=None if comment else form.choice("visibility", AUDIENCES, None),
        comment_policy=None if comment else form.choice("comments", POLICIES, None),
        quote_policy=form.choice("quotes", POLICIES, None),
        details=None if comment else details_from(form, cards.ids),
    )
    if not cards.photos and not comment and not words:
        form.error("photos", "A post needs at least one photo; to remove the last one, delete the post.")
    elif not edit.caption and not cards.photos:
        form.error("caption", "This says nothing; to take it back, delete it.")
    return edit


def comment_from(form: Form, parent_id: int, *, limits: LimitSettings) -> PostDraft:
    """Read the comment form."""
    return PostDraft(
        caption=form.text("caption", most=limits.caption_characters, least=1, lines=True), parent_id=parent_id
    )

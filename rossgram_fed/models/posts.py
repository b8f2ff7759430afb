"""Posts and comments (a comment is a post with a parent), their photos, tags and mentions."""

from __future__ import annotations

from enum import IntEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from rossgram_fed.models.accounts import Account, Policy


class Visibility(IntEnum):
    """Who may see a post; a larger number is a smaller audience."""

    PUBLIC = 0
    UNLISTED = 1
    FOLLOWERS = 2
    DIRECT = 3
    ARCHIVED = 4
    """Nobody but the author, though the post and the talk about it stay; what it was before is kept beside it."""


class QuoteState(IntEnum):
    """What became of the quote in a post: it is shown as one only with the word of the quoted author."""

    NONE = 0
    PENDING = 1
    ACCEPTED = 2
    REJECTED = 3


class Approval(IntEnum):
    """Whether a comment from here waits for the word of whom it answers; until then its author alone sees it."""

    NONE = 0
    WAITING = 1
    REFUSED = 2


class PhotoState(IntEnum):
    """Where the bytes of a photo are."""

    READY = 0
    """Renditions are in our storage."""
    REMOTE = 1
    """Known by its URL at the origin; fetched when somebody looks at it."""
    FAILED = 2
    """The origin gave nothing usable; or a video from here could not be prepared, which ``problem`` tells of."""
    PROCESSING = 3
    """A video from here that is being prepared: its one rendition is the file as it was sent, which nobody is shown."""


class Post(Model):
    """A post or a comment. Its id sorts by the moment it was published."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="posts"
    )
    account_id: int
    uri = fields.CharField(max_length=2048, unique=True)
    url = fields.CharField(max_length=2048, default="")
    local = fields.BooleanField(default=False)
    visibility = fields.IntEnumField(Visibility)
    caption = fields.TextField(default="")
    """The caption as its author typed it; empty for remote posts."""
    content_html = fields.TextField(default="")
    """The caption as sanitised HTML."""
    warning = fields.CharField(max_length=2048, default="")
    sensitive = fields.BooleanField(default=False)
    language = fields.CharField(max_length=16, default="")
    photo_count = fields.IntField(default=0)
    cover = fields.IntField(default=0, db_default=0)
    """The position of the photo that stands for the post in grids."""
    archived_from = fields.IntEnumField(Visibility, null=True)
    """What an archived post was, and is again when it is brought back; or what a comment is to be once it may."""
    in_reply_to: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "models.Post", null=True, on_delete=fields.SET_NULL, related_name="replies"
    )
    in_reply_to_id: int | None
    in_reply_to_uri = fields.CharField(max_length=2048, default="")
    """The parent's URI, also while we do not have the parent; empty for a post that is no comment."""
    thread_id = fields.BigIntField()
    """The id of the post at the root of the thread as far as we know it; a root's own id."""
    context_uri = fields.CharField(max_length=2048, default="")
    comment_policy = fields.IntEnumField(Policy, default=Policy.EVERYONE, db_default=Policy.EVERYONE)
    approves_comments = fields.BooleanField(default=False, db_default=False)
    """Whether a stranger is to be asked before a comment on this is published (GoToSocial's ``manualApproval``)."""
    approval = fields.IntEnumField(Approval, default=Approval.NONE, db_default=Approval.NONE)
    quote_policy = fields.IntEnumField(Policy, default=Policy.EVERYONE, db_default=Policy.EVERYONE)
    quoted_uri = fields.CharField(max_length=2048, default="", db_default="")
    """The post that this one quotes, wherever it is; empty for a post that quotes none."""
    quoted: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "models.Post", null=True, on_delete=fields.SET_NULL, related_name="quotes"
    )
    quoted_id: int | None
    quote_state = fields.IntEnumField(QuoteState, default=QuoteState.NONE, db_default=QuoteState.NONE)
    quote_authorization = fields.CharField(max_length=2048, default="", db_default="")
    """The quoted author's word for it (FEP-044f), as an address on their origin."""
    replies_uri = fields.CharField(max_length=2048, default="", db_default="")
    """The collection of answers at a remote post's origin."""
    replies_fetched_at = fields.BigIntField(default=0, db_default=0)
    place_id = fields.BigIntField(null=True)
    """The number of its place at GeoNames, where there is one."""
    place_name = fields.CharField(max_length=200, default="", db_default="")
    """Where it was, as its author says; empty where nothing was said."""
    place_country = fields.CharField(max_length=100, default="", db_default="")
    latitude = fields.FloatField(null=True)
    """Of the place, to a hundredth of a degree, if its author here wants others to have it; never a stranger's."""
    longitude = fields.FloatField(null=True)
    app_id = fields.BigIntField(null=True)
    """The app it was posted with."""
    likes_count = fields.IntField(default=0)
    boosts_count = fields.IntField(default=0)
    replies_count = fields.IntField(default=0)
    published_at = fields.BigIntField()
    edited_at = fields.BigIntField(null=True)
    created_at = fields.BigIntField()  # when we stored it
    revision = fields.IntField(default=0, db_default=0)
    """Counts what was changed about the post as everybody sees it; only the database sets it (``models.revisions``)."""

    class Meta:
        table = "posts"
        indexes = [
            Index(fields=["account_id", "id"]),
            Index(fields=["thread_id", "id"]),
            Index(fields=["in_reply_to_id"]),
            Index(fields=["in_reply_to_uri"]),
            Index(fields=["quoted_id"]),
            Index(fields=["place_id", "id"]),
            Index(fields=["visibility", "local", "id"]),
        ]


class Photo(Model):
    """One photo of a post, or an upload that waits in its owner's composer (``post`` is null then)."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="photos"
    )
    account_id: int
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "models.Post", null=True, on_delete=fields.CASCADE, related_name="photos"
    )
    post_id: int | None
    draft: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "models.Draft", null=True, on_delete=fields.SET_NULL, related_name="photos"
    )
    """The composer that it waits in; null for a photo of a post, and for one that is swept away when it is old."""
    draft_id: int | None
    position = fields.IntField(default=0)
    state = fields.IntEnumField(PhotoState)
    kind = fields.CharField(max_length=16, default="image")
    """``image``, ``video`` or ``audio``; the last only of remote posts."""
    description = fields.TextField(default="")
    media_type = fields.CharField(max_length=64, default="")
    remote_url = fields.CharField(max_length=2048, default="")
    still_url = fields.CharField(max_length=2048, default="", db_default="")
    """Where a stranger's video has a picture that stands for it; empty where none was named."""
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    duration = fields.IntField(null=True)
    """Of a video, in milliseconds, as far as it is known."""
    loops = fields.BooleanField(default=False, db_default=False)
    """Whether a video was a moving picture without sound (a GIF), which runs by itself, over and over."""
    problem = fields.TextField(default="", db_default="")
    """Why a video from here could not be prepared, or a stranger's cannot be played here, as a sentence."""
    blurhash = fields.CharField(max_length=164, default="")
    placeholder = fields.TextField(default="")
    """A tiny blurred WebP as base64, for the moment before the photo is there."""
    focal_x = fields.FloatField(default=0.0)
    focal_y = fields.FloatField(default=0.0)
    edits = fields.TextField(default="{}", db_default="{}")
    """JSON: what its author had done to it (``media.editing``); the renditions are made of the original with these."""
    renditions = fields.TextField(default="{}")
    """JSON: ``{name: {"key", "media_type", "width", "height", "size"}}``, the names as in ``rossgram_fed.sizes``."""
    exif = fields.TextField(default="{}", db_default="{}")
    """JSON: what the file told about how it was taken (``media.facts``); never where."""
    shows_exif = fields.BooleanField(default=False, db_default=False)
    """Whether others are told how it was taken: its author's choice. Strangers' photos have what was told only."""
    licence = fields.CharField(max_length=40, default="", db_default="")
    """As ``rossgram_fed.licences`` names it; empty where nothing was said."""
    taken_near = fields.CharField(max_length=32, default="", db_default="")
    """Latitude and longitude to a hundredth of a degree, for proposing a place while an upload waits for its post."""
    sensitive = fields.BooleanField(default=False)
    created_at = fields.BigIntField()

    class Meta:
        table = "photos"
        indexes = [
            Index(fields=["post_id", "position"]),
            Index(fields=["account_id", "post_id"]),
            Index(fields=["draft_id"]),
        ]


class Tag(Model):
    """A hashtag; ``name`` is case-folded and without the ``#``."""

    id = fields.BigIntField(primary_key=True, generated=False)
    name = fields.CharField(max_length=128, unique=True)

    class Meta:
        table = "tags"


class PostTag(Model):
    """A post carries a tag."""

    id = fields.BigIntField(primary_key=True, generated=False)
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "models.Tag", on_delete=fields.CASCADE, related_name="uses"
    )
    tag_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", on_delete=fields.CASCADE, related_name="tags"
    )
    post_id: int

    class Meta:
        table = "post_tags"
        unique_together = (("tag_id", "post_id"),)
        indexes = [Index(fields=["post_id"])]


class Mention(Model):
    """A post is addressed to an account, by name or, for a direct post, by audience."""

    id = fields.BigIntField(primary_key=True, generated=False)
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", on_delete=fields.CASCADE, related_name="mentions"
    )
    post_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="mentioned_in"
    )
    account_id: int

    class Meta:
        table = "mentions"
        unique_together = (("post_id", "account_id"),)
        indexes = [Index(fields=["account_id", "post_id"])]


class PersonInPost(Model):
    """Somebody of whom the author says that they are in the photos; they are mentioned by the post as well."""

    id = fields.BigIntField(primary_key=True, generated=False)
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", on_delete=fields.CASCADE, related_name="people"
    )
    post_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="seen_in"
    )
    account_id: int
    created_at = fields.BigIntField()
    withdrawn_at = fields.BigIntField(null=True)
    """Set when the person took it back; the row stays, so that the author cannot say it again."""

    class Meta:
        table = "people_in_posts"
        unique_together = (("post_id", "account_id"),)
        indexes = [Index(fields=["account_id", "post_id"])]


class Pin(Model):
    """A post that its author shows before all others; the last pinned is the first shown."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="pins"
    )
    account_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", on_delete=fields.CASCADE, related_name="pins"
    )
    post_id: int
    created_at = fields.BigIntField()

    class Meta:
        table = "pins"
        unique_together = (("account_id", "post_id"),)
        indexes = [Index(fields=["post_id"])]


class Tombstone(Model):
    """A URI that was deleted, so that nothing late resurrects it and ours answer 410."""

    id = fields.BigIntField(primary_key=True, generated=False)
    uri = fields.CharField(max_length=2048, unique=True)
    actor_uri = fields.CharField(max_length=2048)
    """Who deleted it: only they can have meant their own."""
    created_at = fields.BigIntField()

    class Meta:
        table = "tombstones"

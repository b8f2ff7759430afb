"""What is understood of the documents other servers send, each in that server's own shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from activitypub import parse
from activitypub.activities import Accept, Add, Create, Delete, Follow, Like, PassedOn, Undo, Unknown
from activitypub.actors import ProfileField
from activitypub.audience import Audience, visibility_of
from activitypub.objects import PUBLIC, Hashtag, MentionTag, Note
from tests.activitypub.documents import own

ALICE = "https://photos.example/users/alice"


def created(name: str) -> Note:
    activity = parse.parse_activity(own(name))
    assert isinstance(activity, Create)
    assert isinstance(activity.object, Note)
    return activity.object


def test_mastodon_note() -> None:
    """Everything a Mastodon note says is read: pictures, tags, language, thread, counts."""
    note = created("mastodon/create_note")
    assert note.language == "en"
    assert note.in_reply_to == "https://photos.example/p/42"
    assert note.context == "https://masto.example/contexts/115001-115000"
    assert [one.kind for one in note.attachments] == ["image", "video"]
    picture = note.attachments[0]
    assert (picture.description, picture.width, picture.height) == ("Masts in fog", 1600, 1200)
    assert picture.focal_point == (0.12, -0.4)
    assert picture.blurhash == "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
    assert note.hashtags == (Hashtag("fog", "https://masto.example/tags/fog"),)
    assert note.mentions == (MentionTag(ALICE, "@alice@photos.example"),)
    assert (note.likes_total, note.shares_total) == (12, 4)
    assert note.replies == "https://masto.example/users/nora/statuses/115001/replies"
    assert visibility_of(note.to, note.cc, "https://masto.example/users/nora/followers") is Audience.PUBLIC


def test_mastodon_person() -> None:
    """Everything of a Mastodon profile that we show or verify is read."""
    actor = parse.parse_actor(own("mastodon/person"))
    assert (actor.preferred_username, actor.name, actor.webfinger) == ("nora", "Nora", "nora@masto.example")
    assert (actor.locked, actor.discoverable, actor.indexable) == (True, True, False)
    assert actor.shared_inbox == "https://masto.example/inbox"
    assert actor.featured.endswith("/collections/featured")
    assert actor.icon == "https://files.masto.example/avatars/nora.png"
    assert actor.fields == (ProfileField("Boat", '<a href="https://boat.example/" rel="me">boat.example</a>'),)
    assert actor.also_known_as == ("https://old.example/users/nora",)
    assert actor.public_keys[0].owner == actor.id
    assert actor.published == datetime(2019, 5, 1, tzinfo=UTC)


def test_pixelfed_note_and_numbered_tags() -> None:
    """Pixelfed's photo is read, and its tags also where they come as an object with numbers for keys."""
    note = created("pixelfed/create_note")
    assert [(one.width, one.height, one.description) for one in note.attachments] == [(1080, 1350, "Sand ripples")]
    reply = created("pixelfed/create_reply_tags_by_number")
    assert [tag.name for tag in reply.hashtags] == ["sky"]
    assert [mention.href for mention in reply.mentions] == [ALICE]


def test_gotosocial_note() -> None:
    """GoToSocial's bare recipients, single attachment and description in ``summary`` are read."""
    note = created("gotosocial/create_note")
    assert note.to == (PUBLIC,)
    assert note.cc == ("http://gts.example/users/otto/followers",)
    assert [one.description for one in note.attachments] == ["Moss on a stone"]
    assert [tag.name for tag in note.hashtags] == ["moss"]
    assert (note.summary, note.sensitive, note.language) == ("wet boots", True, "de")


def test_misskey_photo_only() -> None:
    """Misskey's undescribed photo without sizes is a photo, sensitive by itself."""
    (picture,) = created("misskey/create_photo_only").attachments
    assert (picture.description, picture.width, picture.sensitive) == ("", None, True)


def test_misskey_vote_has_no_content() -> None:
    """A vote is a note with a name and no content, so that who stores comments can tell."""
    note = created("misskey/vote")
    assert (note.name, note.content) == ("blue", "")


def test_takahe_public_in_short() -> None:
    """Takahē's bare ``as:Public`` is public; a direct note names its reader in ``cc`` only."""
    unlisted = created("takahe/create_unlisted")
    assert visibility_of(unlisted.to, unlisted.cc, "") is Audience.UNLISTED
    direct = created("takahe/create_direct")
    assert direct.cc == (ALICE,)
    assert visibility_of(direct.to, direct.cc, "https://taka.example/@rut@taka.example/followers/") is Audience.DIRECT


def test_fedify_note() -> None:
    """Collapsed lists and dates with nine decimals are read."""
    note = created("fedify/create_note")
    assert note.published == datetime(2026, 11, 7, 7, 43, 52, 515432, tzinfo=UTC)
    assert len(note.attachments) == 1
    assert note.to == (PUBLIC,)


def test_peertube_video() -> None:
    """A video is read as a note: page, person among the authors, largest file with its still, plain text as HTML."""
    note = parse.parse_note(own("peertube/video"))
    assert note.kind == "Video"
    assert note.attributed_to == "https://tube.example/accounts/vera"
    assert note.url == "https://tube.example/videos/watch/0c1d"
    assert note.content == "<p>Turning a bowl.</p><p>Oak &amp; &lt;ash&gt;.</p>"
    assert note.language == "fr"
    (video,) = note.attachments
    assert (video.url, video.kind, video.height) == ("https://tube.example/static/1080.mp4", "video", 1080)
    assert (video.icon, video.duration, video.size) == ("https://tube.example/thumb.jpg", 120_000, 4000)
    assert [tag.name for tag in note.hashtags] == ["wood"]


def test_lemmy_page() -> None:
    """A picture linked and named as lead image is one picture; an article linked is none."""
    note = parse.parse_note(own("lemmy/page"))
    assert (note.kind, note.name, note.language) == ("Page", "A wasp", "ko")
    assert [one.url for one in note.attachments] == ["https://lem.example/pictrs/image/wasp.png"]


def test_lemmy_server_actor_has_no_name() -> None:
    """A server's actor without ``preferredUsername`` goes by its host."""
    assert parse.parse_actor(own("lemmy/instance")).preferred_username == "lem.example"


def test_wordpress_article_and_person() -> None:
    """An article's summary is no warning; HTML escapes in picture addresses are undone; capabilities are read."""
    note = parse.parse_note(own("wordpress/article"))
    assert (note.summary, note.content, note.name) == ("", "<p>Long.</p>", "Ten lenses")
    assert [(one.url, one.description) for one in note.attachments] == [
        ("https://cdn.example/lens.png?fit=9&ssl=1", "A lens")
    ]
    actor = parse.parse_actor(own("wordpress/person"))
    assert actor.icon == "https://cdn.example/avatar?s=120&d=mm"
    assert actor.implements == ("https://datatracker.ietf.org/doc/html/rfc9421",)
    assert actor.url == "https://blog.example/author/xaver/"


def test_vernissage_note() -> None:
    """A blurhash that is none costs the blurhash, a category tag is passed over."""
    note = created("vernissage/create_note")
    assert [(one.description, one.blurhash) for one in note.attachments] == [("Red roofs", "")]
    assert [tag.name for tag in note.hashtags] == ["roofs"]


def follow(activity: Any) -> Follow:
    assert isinstance(activity.object, Follow)
    return activity.object


@pytest.mark.parametrize(
    ("name", "kind", "understood", "reason"),
    [
        ("mastodon/undo_follow", Undo, lambda it: follow(it).object == ALICE, "the Follow is embedded whole"),
        (
            "misskey/undo_follow_other_id",
            Undo,
            lambda it: (follow(it).actor, follow(it).object) == ("https://missk.example/users/a1b2", ALICE),
            "its inner id is another than before: only actor and object say which",
        ),
        ("snac/undo_follow_by_actor", Undo, lambda it: it.object == ALICE, "only the actor's address as object"),
        ("gotosocial/accept_follow", Accept, lambda it: follow(it).actor == ALICE, "the Follow is embedded whole"),
        (
            "fedify/accept_with_whole_person",
            Accept,
            lambda it: follow(it).actor == ALICE,
            "its actor is a whole Person",
        ),
        ("misskey/like_reaction", Like, lambda it: it.content == ":blobwow:", "a reaction is a like with content"),
        ("fedify/emoji_react", Like, lambda it: it.content == "🎉", "an EmojiReact is a like with content"),
        ("mastodon/delete_note", Delete, lambda it: it.object.endswith("/115001"), "a Tombstone stands for the note"),
        ("mastodon/delete_person", Delete, lambda it: it.object == it.actor, "the actor's bare id"),
        ("pixelfed/delete_person", Delete, lambda it: it.object == it.actor, "the actor as an object"),
        ("takahe/delete_whole_note", Delete, lambda it: it.object.endswith("/6470/"), "the note whole"),
        ("takahe/add_without_id", Add, lambda it: (it.id, it.target[-9:]) == ("", "featured/"), "no id of its own"),
        (
            "lemmy/announce_create_page",
            PassedOn,
            lambda it: (it.kind, it.object, it.pictured) == ("Create", "https://lem.example/post/7", True),
            "a group passes a Create on",
        ),
        ("lemmy/announce_vote", Unknown, lambda it: it.kind == "Announce(Like)", "an announced vote is no boost"),
    ],
)
def test_activities(name: str, kind: type, understood: Callable[[Any], bool], reason: str) -> None:
    """Each activity is understood as what its sender meant."""
    activity = parse.parse_activity(own(name))
    assert type(activity) is kind, reason
    assert understood(activity), reason


def test_collections() -> None:
    """Pages keep their items raw and lead on; a bare total is a collection too."""
    page = parse.parse_collection(own("mastodon/outbox_page"))
    assert page.part_of == "https://masto.example/users/nora/outbox"
    assert page.next.endswith("max_id=1&page=true")
    assert [type(item) for item in page.items] == [dict, str]
    bare = parse.parse_collection(own("pixelfed/outbox"))
    assert (bare.total, bare.first, bare.items) == (31, None, ())

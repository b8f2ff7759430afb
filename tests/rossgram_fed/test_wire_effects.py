"""What other servers send takes the effect it should: verified with its own signature at its own time, then handled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from activitypub.origin import host_of
from activitypub.parse_notes import recipients
from rossgram_fed.config import DevelopmentSettings, ServerSettings, Settings, StorageSettings
from rossgram_fed.database import open_database
from rossgram_fed.federation.network import build_network
from rossgram_fed.federation.signers import ensure_server_actor
from rossgram_fed.instance import Instance
from rossgram_fed.markup import text_of
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import NotificationKind
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import Names, server_keys
from tests.rossgram_fed.recordings import OWN, Sent, collections, sent_in
from tests.rossgram_fed.stage import Facts, Stage

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
Effect = tuple[list[tuple[str, ...]], list[tuple[str, ...]]]
"""The facts that an activity adds and those that it ends."""
NOTHING: Effect = ([], [])


def told(who: str, kind: NotificationKind, by: str) -> tuple[str, ...]:
    return ("told", who, by, str(int(kind)), "")


def identity(thing: Any) -> str:
    return str(thing["id"] if isinstance(thing, dict) else thing)


def accepted(sent: Sent, before: Facts) -> Effect:
    """A request of ours counts from now on, and who asked is told."""
    actor, ours = sent.document["actor"], identity(sent.document["object"]["actor"])
    new = ("follow", ours, actor, "accepted", "")
    return [new, told(ours, NotificationKind.FOLLOW_ACCEPTED, actor)], [("follow", ours, actor, "asked", "")]


def rejected(sent: Sent, before: Facts) -> Effect:
    """Ours follows no longer, or asks no longer."""
    pair = ("follow", identity(sent.document["object"]["actor"]), sent.document["actor"])
    return [], [fact for fact in before if fact[:3] == pair]


def followed(sent: Sent, before: Facts) -> Effect:
    """The stranger follows one of ours, who is told."""
    actor, ours = sent.document["actor"], sent.document["object"]
    return [("follow", actor, ours, "accepted", ""), told(ours, NotificationKind.FOLLOW, actor)], []


def created(sent: Sent, before: Facts) -> Effect:
    """The post is here with its photos, its videos and its audience; a vote in a poll is none."""
    actor, note = sent.document["actor"], sent.document["object"]
    if not note.get("content") and note.get("name"):
        return NOTHING
    to, cc = recipients(note.get("to")), recipients(note.get("cc"))
    audience = Visibility.PUBLIC if PUBLIC in to else Visibility.UNLISTED if PUBLIC in cc else Visibility.DIRECT
    if audience is Visibility.DIRECT and any("/followers" in one for one in to + cc):
        audience = Visibility.FOLLOWERS
    photos = [one for one in _listed(note.get("attachment")) if _is_seen(one)]
    parent = note.get("inReplyTo") or ""
    post = ("post", note["id"], parent, str(int(audience)), str(len(photos)))
    news = []
    author = next((fact[4] for fact in before if fact[:2] == ("author", parent)), "")
    if author:
        news.append(told(author, NotificationKind.COMMENT, actor))
    named = {tag.get("href") for tag in _listed(note.get("tag")) if tag.get("type") == "Mention"}
    ours = {one for one in named | set(to) if one.startswith(f"{sent.base_url}/users/")}
    news += [told(one, NotificationKind.MENTION, actor) for one in ours if one != author]
    return ([] if before[post] else [post, *news]), []


def _listed(value: Any) -> list[dict[str, Any]]:
    """Several, one alone (Fedify, Takahe), or several by number (Pixelfed)."""
    if isinstance(value, dict):
        return [value] if "type" in value else list(value.values())
    return value or []


def _is_seen(attachment: dict[str, Any]) -> bool:
    kind = str(attachment.get("mediaType", "")).partition("/")[0]
    return attachment["type"] in ("Image", "Video") or kind in ("image", "video")


def liked(sent: Sent, before: Facts) -> Effect:
    """The post is liked, whatever the reaction looks like; its author is told once, however often it is done."""
    return _reacted("like", NotificationKind.LIKE, sent, before)


def boosted(sent: Sent, before: Facts) -> Effect:
    """What we have is boosted, what we do not have is fetched first."""
    known = isinstance(sent.document["object"], str)
    return _reacted("boost", NotificationKind.BOOST, sent, before) if known else NOTHING


def _reacted(what: str, kind: NotificationKind, sent: Sent, before: Facts) -> Effect:
    actor, uri = sent.document["actor"], sent.document["object"]
    author = next(fact[4] for fact in before if fact[:2] == ("author", uri))
    news = told(author, kind, actor)
    is_news = author.startswith(sent.base_url) and not before[news]
    return [(what, actor, uri, "", ""), *([news] if is_news else [])], []


def blocked(sent: Sent, before: Facts) -> Effect:
    """Nobody follows anybody any more, and there is no more news of each other."""
    actor, ours = sent.document["actor"], sent.document["object"]
    ended = [fact for fact in before if fact[0] in ("follow", "told") and set(fact[1:3]) == {actor, ours}]
    return [("block", actor, ours, "", "")], [fact for fact in ended for _ in range(before[fact])]


def undone(sent: Sent, before: Facts) -> Effect:
    """What was done is not done any more, whatever id it has now."""
    actor, inner = sent.document["actor"], sent.document["object"]
    if isinstance(inner, str):
        return [], [("follow", actor, inner, "accepted", "")]
    what = {"Follow": "follow", "Like": "like", "EmojiReact": "like", "Announce": "boost", "Block": "block"}
    how = "accepted" if inner["type"] == "Follow" else ""
    return [], [(what[inner["type"]], actor, identity(inner["object"]), how, "")]


def deleted(sent: Sent, before: Facts) -> Effect:
    """The post, or the account with all that is its, is gone and stays so."""
    actor, uri = sent.document["actor"], identity(sent.document["object"])
    if uri == actor:
        own = {fact[1] for fact in before if fact[0] == "author" and fact[4] == actor}
        ended = [fact for fact in before if actor in fact[1:3] or (fact[0] in ("post", "author") and fact[1] in own)]
        return [("gone", actor, "", "", "")], [fact for fact in ended for _ in range(before[fact])]
    return [("buried", uri, "", "", "")], [fact for fact in before if fact[0] in ("post", "author") and fact[1] == uri]


def reported(sent: Sent, before: Facts) -> Effect:
    """Each of ours that is named is reported, once a day by one sender."""
    flagged = sent.document["object"]
    named = {identity(one) for one in (flagged if isinstance(flagged, list) else [flagged])}
    reports = [("report", host_of(sent.document["actor"]), one, "", "") for one in named if "/users/" in one]
    return [one for one in reports if not before[one] and one[2].count("/") == 4], []


def nothing(sent: Sent, before: Facts) -> Effect:
    """Accepted, and nothing comes of it in this release; or it changes words, which are looked at apart."""
    return NOTHING


EFFECTS: dict[str, Callable[[Sent, Facts], Effect]] = {
    "Accept": accepted,
    "Add": nothing,
    "Announce": boosted,
    "Block": blocked,
    "Create": created,
    "Delete": deleted,
    "EmojiReact": liked,
    "Flag": reported,
    "Follow": followed,
    "Like": liked,
    "Move": nothing,
    "Reject": rejected,
    "Remove": nothing,
    "Undo": undone,
    "Update": nothing,
}


async def a_stage(closing: AsyncExitStack, sent: Sent, *, clock: SettableClock, database: str, data: Path) -> Stage:
    """The server that an activity was sent to."""
    settings = Settings(
        server=ServerSettings(base_url=sent.base_url),
        storage=StorageSettings(data=data, database=database),
        development=DevelopmentSettings(allow_http_and_private_networks=True),
    )
    opened = await open_database(settings.database_url)
    closing.push_async_callback(opened.close)
    closing.enter_context(opened.active())
    instance = Instance(settings, opened, clock)
    await ensure_server_actor(instance, make_keys=server_keys)
    network = build_network(instance, resolver=Names())
    closing.push_async_callback(network.close)
    return Stage(instance, network)


async def is_gone(stage: Stage, sent: Sent) -> bool:
    row = await stage.row("SELECT deleted_at FROM accounts WHERE uri = $1", sent.document["actor"])
    return row.get("deleted_at") is not None


@pytest.mark.parametrize("collection", collections())
async def test_effects(collection: str, clock: SettableClock, engine: Engine, tmp_path: Path) -> None:
    """Each activity of a real server verifies, has exactly its effect on our tables, and none ends as a failure."""
    async with AsyncExitStack() as closing:
        closing_stage = await closing.enter_async_context(AsyncExitStack())
        stage: Stage | None = None
        for sent in sent_in(collection):
            clock.now = sent.at
            if stage is not None and await is_gone(stage, sent) and sent.document["type"] != "Update":
                await closing_stage.aclose()  # what is recorded next is from before the account's end
                stage = None
            if stage is None:
                stage = await a_stage(closing_stage, sent, clock=clock, database=engine.migrated(), data=tmp_path)
            await take(stage, sent)


async def take(stage: Stage, sent: Sent) -> None:
    """Prepare for one activity, deliver it, and compare what it changed with what it should have."""
    if await is_gone(stage, sent):
        before = await stage.facts()
        assert await stage.deliver(sent.request) == 410, sent.name
        assert await stage.facts() == before, "nothing brings an account back"
        return
    await stage.prepare(sent)
    before = await stage.facts()
    assert await stage.deliver(sent.request) == 202, sent.name
    after = await stage.facts()
    added, ended = EFFECTS[sent.document["type"]](sent, before)
    authors = [("author", one[1], "", "", sent.document["actor"]) for one in added if one[0] == "post"]
    assert after - before == Counter([*added, *authors]), sent.name
    assert (before - after) == Counter([*ended, *_news_of(before - after, sent)]), sent.name
    if sent.document["type"] == "Update":
        await check_words(stage, sent)
    failed = await stage.row("SELECT last_error FROM inbox_items WHERE state <> 1 OR attempts > 1 OR last_error <> ''")
    assert not failed, sent.name


def _news_of(ended: Facts, sent: Sent) -> list[tuple[str, ...]]:
    """News may go with a deleted post."""
    gone = sent.document["type"] == "Delete" and identity(sent.document["object"]) != sent.document["actor"]
    return [fact for fact in ended.elements() if fact[0] == "told"] if gone else []


async def check_words(stage: Stage, sent: Sent) -> None:
    """An edited post says what it says now, an edited profile too."""
    changed = sent.document["object"]
    if changed["type"] == "Note":
        row = await stage.row("SELECT content_html, edited_at FROM posts WHERE uri = $1", changed["id"])
        assert text_of(row["content_html"], 5000) == text_of(changed["content"], 5000), sent.name
        assert row["edited_at"] is not None
        return
    row = await stage.row("SELECT name, locked, domain FROM accounts WHERE uri = $1", changed["id"])
    assert row["domain"], "still a stranger"
    assert row["name"] == (changed.get("name") or ""), sent.name
    assert bool(row["locked"]) is bool(changed.get("manuallyApprovesFollowers")), sent.name


def test_there_is_something_to_send() -> None:
    """Our own documents hold an activity of every kind that we act on, so that the test above is never empty."""
    assert {sent.document["type"] for sent in sent_in(OWN)} >= EFFECTS.keys() - {"Remove"}


async def test_a_changed_byte(clock: SettableClock, sqlite_engine: Engine, tmp_path: Path) -> None:
    """The signatures are really checked: with another byte in the body nothing is accepted and nothing changes."""
    async with AsyncExitStack() as closing:
        sent = sent_in(OWN)[0]
        clock.now = sent.at
        stage = await a_stage(closing, sent, clock=clock, database=sqlite_engine.migrated(), data=tmp_path)
        await stage.prepare(sent)
        before = await stage.facts()
        request = sent.request
        changed = type(request)(request.method, request.url, request.headers, request.body + b" ")
        assert await stage.deliver(changed) in (401, 503)
        assert await stage.facts() == before

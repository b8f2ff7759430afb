"""Notes out of documents: posts, comments and everything else that carries content, with pictures and tags.

The rule: take what is usable, drop what is not, and raise only when there is no id. Every count and length is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, NamedTuple

from activitypub import fields, jsonld
from activitypub.attachments import attachments_of
from activitypub.errors import MalformedDocument
from activitypub.objects import PUBLIC, PUBLIC_NAMES, Hashtag, MentionTag, Note
from activitypub.origin import same_host
from activitypub.places import place_of
from activitypub.polls import poll_of

NOTE_KINDS = frozenset(
    {"Article", "Audio", "ChatMessage", "Document", "Event", "Image", "Note", "Page", "Question", "Video"}
)
"""Object types read as notes; ``Note.kind`` keeps which it was."""

MAX_CONTENT = 200_000
MAX_NAME = 2_048
MAX_SUMMARY = 20_000
MAX_RECIPIENTS = 1_000
MAX_TAGS_READ = 500
MAX_HASHTAGS = 100
MAX_MENTIONS = 200
MAX_TAG_NAME = 200
MAX_AUTHORS = 10
MAX_LINKS = 50

MAX_APPROVED = 100

_QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")
_APPROVALS = ("automaticApproval", "manualApproval", "always", "approvalRequired")
"""Today's names of GoToSocial's lists, and those that it gave them before."""
_QUOTE_RELATIONS = frozenset(
    {
        "https://misskey-hub.net/ns#_misskey_quote",
        "https://misskey-hub.net/ns/#_misskey_quote",
        "https://w3id.org/fep/044f#quote",
    }
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def parse_note(document: Mapping[str, Any]) -> Note:
    """Read a note, whatever its type calls it (``NOTE_KINDS``).

    Raises ``MalformedDocument`` for other types and when id or author is missing.
    """
    return read_note(jsonld.plain(document))


def read_note(document: Mapping[str, Any], author: str = "") -> Note:
    """Read a note out of a document in ActivityStreams' own names; ``author`` stands in where it names none."""
    kind = fields.kind(document.get("type"))
    if kind not in NOTE_KINDS:
        raise MalformedDocument(f"A {kind[:50] or 'document without type'} is not a post or comment.")
    identity = fields.address(document.get("id"))
    if not identity:
        raise MalformedDocument("The post has no id that is an http address.")
    attributed_to = _author(document.get("attributedTo")) or author
    if not attributed_to:
        raise MalformedDocument("The post names no author.")
    get = document.get
    words = _words(document, kind)
    hashtags, mentions, linked = _tags(get("tag"))
    attachments = attachments_of(document, kind)
    return Note(
        id=identity,
        attributed_to=attributed_to,
        kind=kind,
        content=words.content,
        name=words.name,
        summary=words.summary,
        sensitive=fields.flag(get("sensitive")),
        url=page_address(get("url"), identity),
        published=fields.time(get("published")),
        updated=fields.time(get("updated")),
        to=recipients(get("to")),
        cc=recipients(get("cc")),
        in_reply_to=fields.address(get("inReplyTo")),
        context=fields.address(get("context")) or fields.address(get("conversation")),
        language=words.language,
        attachments=attachments,
        hashtags=hashtags,
        mentions=mentions,
        replies=fields.address(get("replies")),
        likes=fields.address(get("likes")),
        shares=fields.address(get("shares")),
        likes_total=_total(get("likes")),
        shares_total=_total(get("shares")),
        may_reply=_may_reply(document),
        approves_replies=_approves(get("interactionPolicy"), "canReply"),
        reply_authorization=fields.address(get("replyAuthorization")),
        may_quote=_may(get("interactionPolicy"), "canQuote"),
        quote=_quote(document, linked),
        quote_authorization=fields.address(get("quoteAuthorization")),
        place=place_of(document) or next((one.place for one in attachments if one.place is not None), None),
        poll=poll_of(document, kind),
    )


def recipients(value: Any) -> tuple[str, ...]:
    """Read ``to`` or ``cc``: each address once, the public one always by its full name (Takahē sends ``as:Public``)."""
    found: list[str] = []
    for item in fields.items(value, MAX_RECIPIENTS):
        if isinstance(item, str) and item in PUBLIC_NAMES:
            found.append(PUBLIC)
        elif one := fields.address(item):
            found.append(one)
    return tuple(dict.fromkeys(found))


def page_address(value: Any, identity: str) -> str:
    """Read ``url``: an address, or the page among several links (PeerTube lists page, files and streams).

    Only the host that an ``id`` is on may say where its page is; for a page elsewhere the ``id`` stands in.
    """
    if isinstance(value, str):
        found = fields.address(value)
    else:
        links = fields.items(value, MAX_LINKS)
        pages = [link for link in links if isinstance(link, str) or _is_page(link)]
        found = next((one for link in pages or links if (one := fields.address(link))), "")
    return found if found and (found == identity or same_host(found, identity)) else identity


def _is_page(link: Any) -> bool:
    return isinstance(link, dict) and fields.text(link.get("mediaType"), 100).startswith("text/html")


def _author(value: Any) -> str:
    """Read ``attributedTo``; among several the person (PeerTube names the account and its channel, a group)."""
    if not isinstance(value, list):
        return fields.address(value)
    authors = value[:MAX_AUTHORS]
    people = [one for one in authors if isinstance(one, dict) and fields.kind(one.get("type")) == "Person"]
    return next((found for one in people + authors if (found := fields.address(one))), "")


class _Words(NamedTuple):
    content: str
    name: str
    summary: str
    language: str


def _words(document: Mapping[str, Any], kind: str) -> _Words:
    """Read everything written, as HTML, and in which language."""
    get = document.get
    content = fields.text(get("content"), MAX_CONTENT)
    by_language = fields.language_map(get("contentMap"))
    if not content and by_language:
        content = next(iter(by_language.values()))[:MAX_CONTENT]
    if content and fields.text(get("mediaType"), 50) in ("text/plain", "text/markdown"):
        content = _html_of(content)
    name = fields.text(get("name"), MAX_NAME) or fields.in_any_language(get("nameMap"))[:MAX_NAME]
    summary = fields.text(get("summary"), MAX_SUMMARY) or fields.in_any_language(get("summaryMap"))[:MAX_SUMMARY]
    if kind in ("Note", "Question", "ChatMessage") or fields.flag(get("sensitive")):
        return _Words(content, name, summary, _language(document, by_language, content))
    # In an article or a video the summary is what it is about, and no warning.
    content = content or (f"<p>{summary}</p>" if summary else "")
    return _Words(content, name, "", _language(document, by_language, content))


def _html_of(words: str) -> str:
    """Escape plain text or Markdown, a paragraph for each empty line."""
    paragraphs = (escape(part.strip(), quote=False) for part in words.replace("\r\n", "\n").split("\n\n"))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs if part)


def _language(document: Mapping[str, Any], by_language: Mapping[str, str], content: str) -> str:
    """Name the content's language: the map's key for it, or Lemmy's and PeerTube's ``language`` object."""
    named = next((key for key, words in by_language.items() if words == content), next(iter(by_language), ""))
    if not named:
        given = document.get("language")
        named = fields.text(given.get("identifier") if isinstance(given, dict) else given, 35)
    return named if named != "und" and _LANGUAGE.fullmatch(named) else ""


def _quote(document: Mapping[str, Any], linked: str) -> str:
    """Read which post is quoted: FEP-044f's name for it, else the older ones, else an object link (FEP-e232)."""
    for name in _QUOTES:
        if (value := document.get(name)) is not None and (found := fields.address(value)):
            return found
    return linked


def _may_reply(document: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Read who may answer: GoToSocial's policy, else Pixelfed's switch and its capabilities."""
    said = _may(document.get("interactionPolicy"), "canReply")
    if said is not None:
        return said
    if document.get("commentsEnabled") is False:
        return ()
    able = document.get("capabilities")
    if isinstance(able, list) and able:
        able = able[0]
    # Where comments are off Pixelfed writes "[]", which is no address and so nobody.
    return recipients(able["reply"]) if isinstance(able, dict) and able.get("reply") is not None else None


def _may(policy: Any, what: str) -> tuple[str, ...] | None:
    """Read one rule of a policy; one that is not there, or names nobody at all, says nothing."""
    rule = policy.get(what) if isinstance(policy, dict) else None
    if not isinstance(rule, dict):
        return None
    named = [one for name in _APPROVALS if (value := rule.get(name)) is not None for one in recipients(value)]
    return tuple(dict.fromkeys(named))[:MAX_APPROVED] or None


def _approves(policy: Any, what: str) -> bool:
    """Say whether a rule lets not everybody do something at once, and others when they have asked.

    Only under its newest name: servers that used the older ones answer no requests.
    """
    rule = policy.get(what) if isinstance(policy, dict) else None
    if not isinstance(rule, dict) or not recipients(rule.get("manualApproval")):
        return False
    return PUBLIC not in recipients(rule.get("automaticApproval"))


def _tags(value: Any) -> tuple[tuple[Hashtag, ...], tuple[MentionTag, ...], str]:
    """Read hashtags and mentions, each once, and the post that a link quotes; emoji and the rest are passed over."""
    hashtags: dict[str, Hashtag] = {}
    mentions: dict[str, MentionTag] = {}
    quote = ""
    for kind, tag in _typed(value):
        if kind == "Hashtag" and len(hashtags) < MAX_HASHTAGS:
            name = fields.text(tag.get("name"), MAX_TAG_NAME).strip().lstrip("#")
            if name and not any(letter.isspace() for letter in name):
                hashtags.setdefault(name.casefold(), Hashtag(name=name, href=fields.address(tag.get("href"))))
        elif kind == "Mention" and len(mentions) < MAX_MENTIONS and (href := fields.address(tag.get("href"))):
            mentions.setdefault(href, MentionTag(href=href, name=fields.text(tag.get("name"), MAX_TAG_NAME)))
        elif kind == "Link" and not quote and _is_quote(tag.get("rel")):
            quote = fields.address(tag.get("href"))
    return tuple(hashtags.values()), tuple(mentions.values()), quote


def _is_quote(rel: Any) -> bool:
    return any(one in _QUOTE_RELATIONS for one in fields.items(rel, MAX_LINKS) if isinstance(one, str))


def _typed(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((fields.kind(tag.get("type")), tag) for tag in fields.mappings(value, MAX_TAGS_READ))


def _total(value: Any) -> int | None:
    return fields.count(value.get("totalItems")) if isinstance(value, dict) else None

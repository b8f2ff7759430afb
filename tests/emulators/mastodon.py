"""Mastodon 4.7: who it takes for an actor, which activities it reads, and what it shows of a photo."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any
from urllib.parse import urlsplit

import orjson

Document = dict[str, Any]

AS2 = "https://www.w3.org/ns/activitystreams"
ACTOR_TYPES = {"Application", "Group", "Organization", "Person", "Service"}
READ = {
    "Create", "Announce", "Delete", "Follow", "Like", "Block", "Update", "Undo", "Accept", "Reject", "Flag", "Add",
    "Remove", "Move", "QuoteRequest",
}  # fmt: skip
USERNAME = re.compile(r"[a-z0-9_]+([a-z0-9_.-]+[a-z0-9_]+)?", re.IGNORECASE)
LARGEST_DOCUMENT = 1024 * 1024
MOST_PIXELS = 33_177_600
MOST_BYTES = 16 * 1024 * 1024
LONGEST_NAME, LONGEST_BIO, LONGEST_ALT, MOST_ALIASES = 2048, 20 * 1024, 10_000, 256


def refusals(activity: Document, *, by: str, reads: Set[str] = READ) -> list[str]:
    """Why Mastodon, or a server that looks as closely and ``reads`` more, would not process what ``by`` signed."""
    found = _json_ld(activity)
    if activity.get("actor") != by:
        found.append("the actor is not who signed")
    if activity.get("type") not in reads:
        found.append(f"it knows no {activity.get('type')}")
    thing = activity.get("object")
    if (
        activity.get("type") in ("Create", "Update")
        and isinstance(thing, dict)
        and thing.get("type") not in ACTOR_TYPES
    ):
        found += _note(thing)
    return found


def _json_ld(document: Document) -> list[str]:
    context = document.get("@context")
    named = context if isinstance(context, list) else [context]
    found = [] if AS2 in named else ["@context does not name ActivityStreams"]
    return found + (["larger than a megabyte"] if len(orjson.dumps(document)) > LARGEST_DOCUMENT else [])


def _note(note: Document) -> list[str]:
    if note.get("type") != "Note":
        return [f"a {note.get('type')} would be turned into a link"]
    found = []
    if urlsplit(str(note.get("url"))).hostname != urlsplit(str(note.get("id"))).hostname:
        found.append("url and id are on different hosts")
    for one in note.get("attachment") or []:
        if "href" in one:
            found.append("an attachment with href is shown as a link")
        if one.get("width", 1) * one.get("height", 1) > MOST_PIXELS:
            found.append("a photo has too many pixels")
        if len(str(one.get("summary") or one.get("name") or "")) > LONGEST_ALT:
            found.append("a description would be cut")
        focus = one.get("focalPoint", [0, 0])
        if not (isinstance(focus, list) and len(focus) == 2 and all(-1 <= place <= 1 for place in focus)):
            found.append("the focal point is no point")
        blurhash = one.get("blurhash")
        if blurhash and _components(blurhash) > 5:
            found.append("the blurhash has more than five components")
    return found


def _components(blurhash: str) -> int:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
    size = digits.index(blurhash[0])
    return max(size % 9 + 1, size // 9 + 1)


def actor_refusals(actor: Document, *, url: str) -> list[str]:
    """Why Mastodon would not take a document for an actor (``ProcessAccountService``)."""
    found = _json_ld(actor)
    if actor.get("id") != url:
        found.append("the id is not the address it was fetched from")
    if actor.get("type") not in ACTOR_TYPES:
        found.append(f"a {actor.get('type')} is no actor")
    for name in ("inbox", "outbox", "followers", "following", "featured"):
        address = actor.get(name)
        if address is None and (name == "inbox" or actor.get("type") == "Person"):
            found.append(f"no {name}")
        elif address is not None and urlsplit(str(address)).hostname != urlsplit(url).hostname:
            found.append(f"{name} is on another host")
    if actor.get("type") == "Person" and not USERNAME.fullmatch(str(actor.get("preferredUsername"))):
        found.append("the name is none it can read")
    if actor.get("url") is not None and urlsplit(str(actor["url"])).hostname != urlsplit(url).hostname:
        found.append("url is on another host and is not shown")
    if len(str(actor.get("name") or "")) > LONGEST_NAME or len(str(actor.get("summary") or "")) > LONGEST_BIO:
        found.append("name or bio would be cut")
    if len(actor.get("alsoKnownAs") or []) > MOST_ALIASES:
        found.append("too many aliases")
    key = actor.get("publicKey") or {}
    if key.get("owner") != url or not str(key.get("id", "")).startswith(f"{url}#") or "publicKeyPem" not in key:
        found.append("the key is not the actor's own")
    return found


def loop_refusals(jrd: Document, *, handle: str, actor: str) -> list[str]:
    """Why Mastodon would not believe that a handle is an actor's: WebFinger must lead back to it."""
    selves = [one.get("href") for one in jrd.get("links", []) if one.get("rel") == "self"]
    found = [] if actor in selves else ["rel=self is not the actor"]
    return found + ([] if jrd.get("subject") == f"acct:{handle}" else [f"the subject is {jrd.get('subject')}"])

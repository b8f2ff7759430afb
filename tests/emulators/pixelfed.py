"""Pixelfed 0.12: what its inbox drops, without a word and with a 200. One bad attachment drops the whole post.

After its InboxValidator, the validators behind its inbox workers, and the types that older servers still take.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

MEDIA_TYPES = {"image/jpeg", "image/jpg", "image/png", "image/gif", "video/mp4"}
"""What a server takes whose admin never touched the setting: the pictures of the oldest ones, and the video of those of
today; older ones take no video at all, whoever sends it.
"""
DEEPEST = 8
LARGEST = 5000
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

Document = dict[str, Any]


def drops(activity: Document, *, key_id: str, now: int) -> list[str]:
    """Why Pixelfed would drop an activity; empty when it takes it."""
    found = _envelope(activity, key_id=key_id)
    check = _CHECKS.get(str(activity.get("type")))
    if not found and check is not None:
        found += check(activity, now)
    return found


def _envelope(activity: Document, *, key_id: str) -> list[str]:
    found = []
    for name in ("id", "actor"):
        if not _is_url(activity.get(name)):
            found.append(f"{name} is no https address")
    if not isinstance(activity.get("type"), str):
        found.append("no type")
    if "object" not in activity:
        found.append("no object")
    if _depth(activity) > DEEPEST:
        found.append(f"nested deeper than {DEEPEST}")
    hosts = {urlsplit(str(one)).hostname for one in (activity.get("id"), activity.get("actor"), key_id)}
    if len(hosts) != 1:
        found.append(f"id, actor and key are on several hosts: {sorted(map(str, hosts))}")
    return found


def _create(activity: Document, now: int) -> list[str]:
    note = activity["object"]
    if not isinstance(note, dict):
        return ["the object of a Create is not a whole one"]
    if note.get("type") != "Note":
        return [f"a {note.get('type')} is no Note"]
    found = []
    if "to" not in activity or "to" not in note:
        found.append("nobody in to")
    if note.get("attributedTo") != activity["actor"]:
        found.append("attributedTo is not the actor")
    for name in ("id", "url"):
        if not _is_url(note.get(name)) or not _same_host(note[name], activity["actor"]):
            found.append(f"the note's {name} is no https address on the actor's host")
    if note.get("inReplyTo") is not None and not _is_url(note["inReplyTo"]):
        found.append("inReplyTo is no address")
    if "name" in note and note.get("inReplyTo"):
        found.append("a name on a reply is a vote in a poll")
    return found + _published(note, now) + _attachments(note)


def _published(note: Document, now: int) -> list[str]:
    try:
        when = datetime.fromisoformat(str(note.get("published")).replace("Z", "+00:00"))
    except ValueError:
        return ["published is no date"]
    present = datetime.fromtimestamp(now / 1000, UTC)
    too_late, too_early = when > present + timedelta(days=1), when < present - timedelta(days=20 * 365)
    return ["published is more than a day ahead or twenty years ago"] if too_late or too_early else []


def _attachments(note: Document) -> list[str]:
    attached = note.get("attachment")
    if not isinstance(attached, list):
        return ["attachment is not an array"]
    if not attached and not note.get("inReplyTo"):
        return ["no photo, and no reply"]
    return [flaw for one in attached for flaw in _attachment(one)]


def _attachment(one: Any) -> list[str]:
    if not isinstance(one, dict):
        return ["an attachment is no object"]
    found = []
    if one.get("type") not in ("Document", "Image", "Video"):
        found.append(f"an attachment is a {one.get('type')}")
    if one.get("mediaType") not in MEDIA_TYPES:
        found.append(f"mediaType is {one.get('mediaType')}")
    if not _is_url(one.get("url")):
        found.append("an attachment's url is no plain https string")
    if one.get("name") is not None and not isinstance(one["name"], str):
        found.append("a description is no text")
    blurhash = one.get("blurhash")
    if blurhash is not None and not (isinstance(blurhash, str) and 6 <= len(blurhash) <= 164):
        found.append("blurhash has not 6 to 164 characters")
    for side in ("width", "height"):
        if side in one and not (type(one[side]) is int and 1 <= one[side] <= LARGEST):
            found.append(f"{side} is not 1 to {LARGEST}")
    return found


def _delete(activity: Document, now: int) -> list[str]:
    gone = activity["object"]
    if not isinstance(gone, dict) or not isinstance(gone.get("type"), str):
        return ["the object of a Delete is not an object with a type"]
    return (
        [] if _is_url(gone.get("id")) and _same_host(gone["id"], activity["actor"]) else ["what is deleted has no id"]
    )


def _answer(activity: Document, now: int) -> list[str]:
    followed = activity["object"]
    if not isinstance(followed, dict):
        return ["what is answered is not embedded"]
    if followed.get("type") != "Follow":
        return []
    whole = all(_is_url(followed.get(name)) for name in ("id", "actor", "object"))
    return [] if whole and followed["object"] == activity["actor"] else ["the Follow is not embedded whole"]


def _undo(activity: Document, now: int) -> list[str]:
    undone = activity["object"]
    if not isinstance(undone, dict):
        return ["what is undone is not embedded"]
    whole = isinstance(undone.get("type"), str) and undone.get("actor") == activity["actor"]
    return [] if whole and _is_url(_id_of(undone.get("object"))) else ["what is undone is not embedded whole"]


def _of_an_address(activity: Document, now: int) -> list[str]:
    return [] if _is_url(activity["object"]) else [f"the object of a {activity['type']} is no bare https address"]


def _update(activity: Document, now: int) -> list[str]:
    changed = activity["object"]
    if not isinstance(changed, dict):
        return ["what changed is not embedded"]
    if changed.get("type") == "Note":
        return _create(activity, now)
    return [] if changed.get("id") == activity["actor"] else ["somebody else's profile"]


def _flag(activity: Document, now: int) -> list[str]:
    named = activity["object"] if isinstance(activity["object"], list) else [activity["object"]]
    bad = not named or len(named) > 20 or not all(_is_url(one) for one in named)
    return ["what is reported is not a list of addresses"] if bad else []


def _move(activity: Document, now: int) -> list[str]:
    own = activity["object"] == activity["actor"]
    return [] if own and _is_url(activity.get("target")) else ["a Move is not of the actor, to an address"]


_CHECKS: dict[str, Callable[[Document, int], list[str]]] = {
    "Create": _create, "Update": _update, "Delete": _delete, "Undo": _undo, "Accept": _answer, "Reject": _answer,
    "Follow": _of_an_address, "Like": _of_an_address, "Announce": _of_an_address, "Block": _of_an_address,
    "Flag": _flag, "Move": _move,
}  # fmt: skip


def _is_url(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"https://[a-z0-9.-]+/\S*", value) is not None


def _same_host(one: str, other: str) -> bool:
    return urlsplit(one).hostname == urlsplit(other).hostname


def _id_of(value: object) -> object:
    return value.get("id") if isinstance(value, dict) else value


def _depth(value: object) -> int:
    """How deep PHP's json_decode would have to go."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max((_depth(one) for one in inner), default=0)

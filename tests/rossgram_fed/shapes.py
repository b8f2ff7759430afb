"""Activities of our own making in the shapes of other servers, of the kinds that ``tests/documents`` has none of."""

from __future__ import annotations

from typing import Any

AS2 = "https://www.w3.org/ns/activitystreams"
ALICE = "https://photos.example/users/alice"
PHOTO = "https://photos.example/p/42"
MISSKEY = "https://missk.example/users/a1b2"
MASTODON = "https://masto.example/users/nora"
TAKAHE = "https://taka.example/@rut@taka.example/"
FEDIFY = "https://fedi.example/users/uma"
SNAC = "https://snac.example/u.ser"


def by(actor: str, kind: str, thing: Any, *, identity: str = "", **more: Any) -> dict[str, Any]:
    """An activity; without ``identity`` it has none, as some of Takahe's."""
    named = {"id": identity} if identity else {}
    return {"@context": AS2, **named, "type": kind, "actor": actor, "object": thing, **more}


def a_note(actor: str, identity: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "type": "Note", "attributedTo": actor, "content": "<p>As it is now</p>", **more}


def a_person(actor: str, name: str, **more: Any) -> dict[str, Any]:
    key = {"id": f"{actor}#main-key", "owner": actor, "publicKeyPem": ""}
    return {
        "id": actor,
        "type": "Person",
        "preferredUsername": "rut",
        "name": name,
        "inbox": f"{actor}inbox/",
        "publicKey": key,
        **more,
    }


SHAPES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("misskey/follow", by(MISSKEY, "Follow", ALICE, identity="https://missk.example/follows/77")),
    (
        "misskey/reject_with_an_id_of_its_own",
        by(
            MISSKEY,
            "Reject",
            {"id": "https://missk.example/follows/99/a1b2", "type": "Follow", "actor": ALICE, "object": MISSKEY},
            identity="https://missk.example/reject/1",
        ),
    ),
    ("misskey/block", by(MISSKEY, "Block", ALICE, identity="https://missk.example/blocks/1")),
    (
        "misskey/undo_block",
        by(
            MISSKEY,
            "Undo",
            {"id": "https://missk.example/blocks/1", "type": "Block", "actor": MISSKEY, "object": ALICE},
            identity="https://missk.example/blocks/1/undo",
        ),
    ),
    ("misskey/announce", by(MISSKEY, "Announce", PHOTO, identity="https://missk.example/notes/n2/activity")),
    (
        "misskey/undo_announce_with_another_id",
        by(
            MISSKEY,
            "Undo",
            {"id": "https://missk.example/notes/n3", "type": "Announce", "actor": MISSKEY, "object": PHOTO},
            identity="https://missk.example/notes/n2/activity/undo",
        ),
    ),
    (
        "mastodon/undo_like",
        by(
            MASTODON,
            "Undo",
            {"id": f"{MASTODON}#likes/9", "type": "Like", "actor": MASTODON, "object": PHOTO},
            identity=f"{MASTODON}#likes/9/undo",
        ),
    ),
    (
        "mastodon/update_note",
        by(
            MASTODON,
            "Update",
            a_note(MASTODON, f"{MASTODON}/statuses/7", to=[f"{AS2}#Public"], updated="2026-11-22T11:59:00Z"),
            identity=f"{MASTODON}/statuses/7#updates/1",
        ),
    ),
    (
        "fedify/undo_emoji_react",
        by(
            FEDIFY,
            "Undo",
            {"id": "https://fedi.example/react/3", "type": "EmojiReact", "actor": FEDIFY, "object": PHOTO},
            identity="https://fedi.example/undo/3",
        ),
    ),
    ("fedify/flag", by(FEDIFY, "Flag", [ALICE, PHOTO], identity="https://fedi.example/flag/1")),
    ("fedify/move", by(FEDIFY, "Move", FEDIFY, identity="https://fedi.example/move/1", target=MASTODON)),
    ("takahe/update_person", by(TAKAHE, "Update", a_person(TAKAHE, "Rut"), identity=f"{TAKAHE}#update")),
    (
        "takahe/update_person_again_by_the_same_id",
        by(TAKAHE, "Update", a_person(TAKAHE, "Rut R.", manuallyApprovesFollowers=True), identity=f"{TAKAHE}#update"),
    ),
    (
        "takahe/delete_whole_person",
        by(TAKAHE, "Delete", a_person(TAKAHE, "Rut R."), identity=f"{TAKAHE}#delete"),
    ),
    ("takahe/update_behind_the_delete", by(TAKAHE, "Update", a_person(TAKAHE, "Rut"), identity=f"{TAKAHE}#update")),
    ("snac/delete_by_address", by(SNAC, "Delete", f"{SNAC}/p/1.2", identity=f"{SNAC}/p/1.2/Delete")),
)

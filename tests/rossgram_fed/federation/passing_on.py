"""Bob, whom here knows, and Sam, whom it knows too and who passes on what Bob says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from activitypub.activities import Activity
from activitypub.objects import PUBLIC
from activitypub.render import CONTEXT
from activitypub.signatures import SigningKey, integrity_proof, linked_data
from tests.activitypub.signed import ed25519_key
from tests.conftest import SettableClock
from tests.fediverse import Actor, FakePeer, Server

INBOX = "https://here.test/inbox"
BOB = "https://bobs.test/users/bob"
NOTE = "https://bobs.test/notes/1"


@dataclass
class Stage:
    """Bob, whom here knows, and Sam, whom it knows too and who passes things on."""

    here: Server
    sam: Actor
    bob: Actor
    there: FakePeer
    bobs: FakePeer
    seen: list[Activity]
    clock: SettableClock

    async def passed_on(self, document: Any, by: Actor | SigningKey | None = None) -> int:
        status, _ = await self.there.post(INBOX, document, by or self.sam)
        return status

    async def jobs(self) -> list[tuple[str, str]]:
        found = await self.here.instance.database.fetch("SELECT kind, payload FROM jobs ORDER BY id")
        return [(row["kind"], orjson.loads(row["payload"])["uri"]) for row in found]

    def signed(self, document: dict[str, Any], *, key: SigningKey | None = None, age: timedelta = timedelta(0)) -> Any:
        """The document with Bob's LD-signature, or another's."""
        key = key or self.bob.signing_key
        created = self.now - age
        prepared = linked_data.prepare(
            document, creator=key.key_id, created=created, expires=self.now + timedelta(days=2)
        )
        return linked_data.attach(prepared, linked_data.signable(prepared), key)

    def proved(self, document: dict[str, Any], *, key_id: str = f"{BOB}#proofs", number: int = 0) -> Any:
        return integrity_proof.attach(document, SigningKey(key_id, ed25519_key()), created=self.now)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now / 1000, UTC)


def a_create(kind: str = "Create", /, **changes: Any) -> dict[str, Any]:
    note = {
        "id": NOTE,
        "type": "Note",
        "attributedTo": BOB,
        "to": [PUBLIC],
        "summary": "a spider",
        "content": "<p>look</p>",
        "inReplyTo": "https://there.test/notes/9",
    }
    document = {"id": f"{NOTE}#{kind}", "type": kind, "actor": BOB, "to": [PUBLIC], "object": note}
    return {"@context": CONTEXT, **document, **changes}


def a_delete(**changes: Any) -> dict[str, Any]:
    return a_create("Delete", **({"object": {"id": NOTE, "type": "Tombstone"}} | changes))

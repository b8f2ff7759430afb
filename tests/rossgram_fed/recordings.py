"""Signed activities as other servers send them: recordings, if they lie beside the project, and our own documents.

Our own are written in the shapes of those servers and signed here, with a key that stands for their senders'.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from multidict import CIMultiDict

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.keys import public_pem
from activitypub.signatures import Scheme, SigningKey, sign
from tests.activitypub.documents import RECORDED, own, own_names
from tests.rossgram_fed.shapes import SHAPES
from tests.strangers import a_key

OWN = "our own documents"
OWN_BASE = "https://photos.example"
OWN_TIME = datetime(2026, 11, 22, 12, tzinfo=UTC)
BASES = {"gotosocial": "http://cap.test"}
"""Where a recording was made, when not at https://photo.test."""
ACTOR_LISTS_ITS_KEY = re.compile(r'keyid="([^"]+)"', re.IGNORECASE)


@dataclass(frozen=True)
class Sent:
    """One signed activity on its way to us."""

    name: str
    base_url: str
    """The server it was sent to."""
    request: Request
    at: int
    """When; milliseconds since 1970 UTC."""
    key_id: str
    pem: str

    @property
    def document(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.request.body)
        return read


def collections() -> list[str]:
    """Name what there is to send: our own documents always."""
    return [OWN, *sorted(path.stem for path in RECORDED.glob("*.json"))]


def sent_in(collection: str) -> list[Sent]:
    """Return the activities of a collection in their order."""
    return _own() if collection == OWN else _recorded(collection)


def _recorded(software: str) -> list[Sent]:
    recording = json.loads((RECORDED / f"{software}.json").read_text())
    base_url = BASES.get(software, "https://photo.test")
    return [
        _row(f"{software}-{number} {row.get('label', '')}", base_url, recording, row)
        for number, row in enumerate(recording["activities"])
    ]


def _row(name: str, base_url: str, recording: dict[str, Any], row: dict[str, Any]) -> Sent:
    headers = CIMultiDict(row["headers"])
    assert base_url.endswith(f"//{row['host']}")
    request = Request("POST", f"{base_url}{row['path']}", headers, row["body"].encode())
    if "receivedAt" in row:
        at = datetime.fromisoformat(row["receivedAt"])
    else:
        at = parsedate_to_datetime(row["headers"]["Date"]).astimezone(UTC)
    found = ACTOR_LISTS_ITS_KEY.search(headers.get("Signature-Input", headers["Signature"]))
    assert found is not None
    pem = recording["publicKeys"][found[1]] if "publicKeys" in recording else recording["publicKeyPem"]
    return Sent(name, base_url, request, int(at.timestamp() * 1000), found[1], pem)


def _own() -> list[Sent]:
    documents = [(name, own(name)) for name in own_names()]
    activities = [one for one in documents if isinstance(one[1].get("type"), str) and "actor" in one[1]]
    return [
        _signed(name, document, Scheme.RFC9421 if name.startswith("fedify/") else Scheme.CAVAGE)
        for name, document in [*activities, *SHAPES]
    ]


def _signed(name: str, document: dict[str, Any], scheme: Scheme) -> Sent:
    if isinstance(document.get("object"), dict) and "publicKey" in document["object"]:
        document["object"]["publicKey"]["publicKeyPem"] = public_pem(a_key())
    key = SigningKey(f"{document['actor']}#main-key", a_key())
    headers = CIMultiDict({"Content-Type": ACTIVITY_JSON})
    plain = Request("POST", f"{OWN_BASE}/inbox", headers, json.dumps(document).encode())
    request = sign(plain, key, scheme=scheme, now=OWN_TIME)
    return Sent(name, OWN_BASE, request, int(OWN_TIME.timestamp() * 1000), key.key_id, public_pem(a_key()))

"""Requests as GoToSocial, Misskey, Takahē and Fedify sent them, where a recording of them lies beside this repository.

The recordings are not part of the project: without them there is nothing to run here.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict

from activitypub.errors import BadSignature, MissingSignature
from activitypub.http import Request
from activitypub.keys import load_public
from activitypub.signatures import check, claim_of

WIRE = Path(__file__).resolve().parents[3] / "shared" / "wire"
FRAGMENT = "signatureWithFragment"
"""Marks the fetches whose @target-uri was signed with the keyId's fragment, which is not sent (Fedify)."""


def recorded(kind: str) -> list[Any]:
    """One parameter set for each recorded request; none where there is no recording."""
    rows = []
    for file in sorted(WIRE.glob("*.json")):
        recording = json.loads(file.read_text())
        for number, row in enumerate(recording.get(kind, [])):
            rows.append(pytest.param(file.stem, recording, row, id=f"{file.stem}-{kind}-{number}"))
    return rows


def request_of(software: str, row: dict[str, Any]) -> Request:
    scheme = "http" if software == "gotosocial" else "https"  # recorded without a TLS front
    url = f"{scheme}://{row['host']}{row['path']}"
    return Request(row.get("method", "POST"), url, CIMultiDict(row["headers"]), row.get("body", "").encode())


def time_of(row: dict[str, Any]) -> datetime:
    if "receivedAt" in row:
        return datetime.fromisoformat(row["receivedAt"])
    return parsedate_to_datetime(row["headers"]["Date"]).astimezone(UTC)


def check_row(software: str, recording: dict[str, Any], row: dict[str, Any]) -> None:
    request = request_of(software, row)
    claim = claim_of(request)
    pem = recording["publicKeys"][claim.key_id] if "publicKeys" in recording else recording["publicKeyPem"]
    check(request, claim, load_public(pem), now=time_of(row))


@pytest.mark.parametrize(("software", "recording", "row"), recorded("activities"))
def test_every_recorded_activity_verifies(software: str, recording: dict[str, Any], row: dict[str, Any]) -> None:
    """What a real server sent verifies with its key at the time it came, and not with a byte of its body changed."""
    check_row(software, recording, row)
    with pytest.raises(BadSignature):
        check_row(software, recording, {**row, "body": row["body"] + " "})


@pytest.mark.parametrize(("software", "recording", "row"), recorded("fetches"))
def test_every_recorded_fetch_verifies(software: str, recording: dict[str, Any], row: dict[str, Any]) -> None:
    """A signed GET verifies; one that signed an address it did not ask for is refused, and its sender tries again."""
    if row["check"]["scheme"] is None:
        with pytest.raises(MissingSignature):
            check_row(software, recording, row)
    elif row["check"].get(FRAGMENT):
        with pytest.raises(BadSignature):
            check_row(software, recording, row)
    else:
        check_row(software, recording, row)

"""GoToSocial 0.20: exact content types, a name in every request, and nothing for who does not sign."""

from __future__ import annotations

from tests.emulators import mastodon
from tests.emulators.signing import signature_of
from tests.strangers import Received

READ = mastodon.READ | {"ReplyRequest"}
CONTENT_TYPES = {
    "application/activity+json",
    "application/activity+json; charset=utf-8",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
}


def post_refusal(received: Received) -> tuple[int, str] | None:
    """The status and the reason with which it refuses a POST, before it looks into it."""
    if not received.headers.get("User-Agent", "").strip():
        return 418, "no User-Agent"
    if received.headers.get("Content-Type", "") not in CONTENT_TYPES:
        return 406, f"Content-Type is {received.headers.get('Content-Type')}"
    return (401, "not signed") if signature_of(received.headers) is None else None


def get_refusal(received: Received) -> tuple[int, str] | None:
    """The status and the reason with which it refuses a GET of a document; only its keys are open to everybody."""
    if not received.headers.get("User-Agent", "").strip():
        return 418, "no User-Agent"
    accepted = received.headers.get("Accept", "")
    if not any(kind in accepted for kind in ("application/activity+json", "application/ld+json")):
        return 406, f"Accept is {accepted}"
    return (401, "not signed") if signature_of(received.headers) is None else None

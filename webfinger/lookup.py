"""From a handle to an actor, and back.

The rule: the host in a handle decides whom it means. A host may send us on to another handle once (that is how an
account domain differs from the server's), and that handle's own host must confirm it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from webfinger import jrd
from webfinger.errors import LookupFailed, MalformedHandle
from webfinger.handles import Handle, parse_handle

FetchJson = Callable[[str], Awaitable[object]]
"""Fetches an address and decodes the JSON; its own errors pass through a lookup untouched."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a lookup proved: this handle means this actor, says the handle's own host."""

    subject: Handle
    actor_uri: str
    links: tuple[jrd.Link, ...]


def webfinger_url(handle: Handle, *, scheme: str = "https") -> str:
    """Return where the host of a handle answers for it."""
    return f"{scheme}://{handle.host}/.well-known/webfinger?resource={quote(handle.acct, safe='')}"


async def lookup(handle: Handle, fetch_json: FetchJson, *, scheme: str = "https") -> Found:
    """Ask a handle's host for its actor, following at most one change of subject.

    Raises ``LookupFailed`` when the answers name no actor or do not confirm one another, ``MalformedDescriptor`` when
    they cannot be read. ``scheme`` is ``http`` in development only.
    """
    answer = await _ask(handle, fetch_json, scheme)
    subject = _subject_of(answer, handle)
    if subject != handle:
        answer = await _ask(subject, fetch_json, scheme)
        if _subject_of(answer, subject) != subject:
            raise LookupFailed(f"{handle} sends us to {subject}, which sends us on again.")
    uri = jrd.actor_uri(answer)
    if not uri:
        raise LookupFailed(f"{subject} has no ActivityPub actor.")
    return Found(subject=subject, actor_uri=uri, links=answer.links)


async def confirm(handle: Handle, actor_uri: str, fetch_json: FetchJson, *, scheme: str = "https") -> Found:
    """Check a handle that an actor claims: its host must lead back to that actor, else ``LookupFailed``.

    The subject of what is returned is the handle to show, which differs from the claim where the host says so.
    """
    found = await lookup(handle, fetch_json, scheme=scheme)
    if found.actor_uri != actor_uri:
        raise LookupFailed(f"{handle} is not the handle of {actor_uri[:200]}.")
    return found


async def _ask(handle: Handle, fetch_json: FetchJson, scheme: str) -> jrd.Jrd:
    return jrd.read(await fetch_json(webfinger_url(handle, scheme=scheme)))


def _subject_of(answer: jrd.Jrd, asked: Handle) -> Handle:
    """Read whom the answer is about; without a subject that is a handle, it is about whom we asked for."""
    if answer.subject[:5].lower() != "acct:":
        return asked
    try:
        return parse_handle(answer.subject)
    except MalformedHandle as error:
        raise LookupFailed(f"{asked} is answered with a subject that is no handle.") from error

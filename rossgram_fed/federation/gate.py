"""Who may knock. Asked before anything is fetched, verified or written.

``Turned`` carries the answer for those who are not let in: a status and a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

from activitypub.origin import is_actor_id, same_host, same_origin
from rossgram_fed.config import Settings
from rossgram_fed.federation import addresses
from rossgram_fed.federation.domain_rules import DomainRules
from rossgram_fed.federation.senders import KnownSender, KnownSenders


class Turned(Exception):
    """A request that ends here, with what to answer; 2xx when there is simply nothing to do."""

    def __init__(self, status: int, sentence: str, *, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.retry_after = retry_after
        """Seconds after which to try again."""


class ForeignKey(Turned):
    """The key is another host's: the request may be somebody's who passes on what the actor said."""


def check_names(settings: Settings, *, actor: str, key_id: str) -> None:
    """Turn away those who speak for us, for an address we would not open, or (last) with another host's key."""
    if addresses.is_local(settings, actor) or same_host(actor, settings.base_url):
        raise Turned(403, "Nobody else speaks for our accounts.")
    if not is_actor_id(actor, settings.development.allow_http_and_private_networks):
        raise Turned(400, "The activity's actor is no address we accept.")
    if not same_origin(key_id.partition("#")[0], actor):
        raise ForeignKey(401, "The signature's key is not on the host of the activity's actor.")


async def check_host(rules: DomainRules, uri: str) -> None:
    """Turn away whoever is on a host that the admins keep out."""
    if (await rules.of_address(uri)).closed:
        raise Turned(403, "Your server is suspended here.")


async def check_farewell(senders: KnownSenders, settings: Settings, uri: str, document: Mapping[str, object]) -> None:
    """Turn away strangers who only announce their own end or change, before anything is read of their signature.

    A server that closes tells everybody of thousands of accounts we never met; that must cost nothing (no fetch, no
    row, little time), and it is no error either.
    """
    if _is_about_self(document) and not addresses.is_local(settings, uri) and await senders.find(uri) is None:
        raise Turned(202, "We do not know this account, so there is nothing to do.")


def check_sender(known: KnownSender | None, document: Mapping[str, object]) -> None:
    """Turn away the suspended and the deleted."""
    if known is None:
        return
    if known.deleted:
        if document.get("type") == "Delete":
            raise Turned(202, "This account is deleted here already.")
        raise Turned(410, "This account was deleted; nothing more is accepted from it.")
    if known.suspended:
        raise Turned(403, "This account is suspended here.")


def actor_of(document: Mapping[str, object]) -> str:
    """Return who an activity says it is from; turn it away when it does not look like an activity at all."""
    if not isinstance(document.get("type"), str):
        raise Turned(400, "The body is not an activity: it has no type.")
    actor = _id_of(document.get("actor"))
    if not actor:
        raise Turned(400, "The body is not an activity: it names no actor.")
    return actor


def _is_about_self(document: Mapping[str, object]) -> bool:
    return document.get("type") in ("Delete", "Update") and _id_of(document.get("object")) == _id_of(
        document.get("actor")
    )


def _id_of(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else ""

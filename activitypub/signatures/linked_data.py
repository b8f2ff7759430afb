"""LD-signatures: ``RsaSignature2017`` as Mastodon makes and reads them.

The rule: such a signature covers an RDF graph, and one graph can be written as JSON in many ways, with words among them
that are in no graph. So what is believed is not the document as it came but ``Meaning.document``: made out of the graph
alone, in our own names, each thing in one place.
``signable`` and ``meaning`` canonicalise, which strangers can make slow: call them where they can be killed.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from activitypub import jsonld
from activitypub.canonical import rdf
from activitypub.errors import BadSignature, MalformedDocument, MalformedSignature, MissingSignature
from activitypub.keys import PublicKey
from activitypub.processor import pyld

from .times import check_embedded, timestamp
from .values import SigningKey

KIND = "RsaSignature2017"
OPTIONS_CONTEXT = "https://w3id.org/identity/v1"

_PROOF = "https://w3id.org/security#proof"
_NOT_OPTIONS = frozenset({"@context", "type", "id", "signatureValue"})
_OPTIONS = frozenset({"creator", "created", "expires", "nonce", "domain"})
_LONGEST_VALUE = 4096

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LinkedDataClaim:
    """What a document says about its signature. Nothing in it is proved before ``check`` returned."""

    creator: str
    """The id of the key."""
    value: bytes


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a signed document says, whatever it looks like."""

    text: str
    """What must have been signed."""
    document: dict[str, Any]
    """The graph in our own names, without proofs and signature, and without what has no name here."""


def prepare(document: Document, *, creator: str, created: datetime, expires: datetime) -> dict[str, Any]:
    """Return the document with everything of a signature but its value."""
    options = {"type": KIND, "creator": creator, "created": timestamp(created), "expires": timestamp(expires)}
    return {**with_terms(document), "signature": options}


def with_terms(document: Document) -> dict[str, Any]:
    """Return the document with the context that names the parts of a signature."""
    context = document.get("@context", [])
    context = list(context) if isinstance(context, list) else [context]
    if jsonld.SECURITY_URL not in context:
        context.append(jsonld.SECURITY_URL)
    return {**document, "@context": context}


def signable(prepared: Document) -> str:
    """Return what is to be signed: the hashes of the options and of the document. Slow.

    Raises ``MalformedDocument`` when the document is too large or cannot be canonicalised.
    """
    return _options_digest(prepared) + rdf.digest(rdf.quads(rdf.expand(_bare(prepared))))


def attach(prepared: Document, text: str, key: SigningKey) -> dict[str, Any]:
    """Return the prepared document with the value: ``text`` (from ``signable``) signed with an RSA key."""
    if not isinstance(key.private_key, RSAPrivateKey):
        raise TypeError("LD-signatures are made with RSA keys.")
    value = b64encode(key.private_key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    return {**prepared, "signature": {**prepared["signature"], "signatureValue": value}}


def claim_of(document: Document, *, now: datetime) -> LinkedDataClaim:
    """Read a document's signature and refuse what needs no key: kind, options, age.

    Raises ``MissingSignature``, ``MalformedSignature`` or ``BadSignature``.
    """
    signature = document.get("signature")
    if signature is None:
        raise MissingSignature("The document has no signature.")
    if not isinstance(signature, Mapping):
        raise MalformedSignature("The document's signature is not an object.")
    if signature.get("type") != KIND:
        raise MalformedSignature("The document's signature is of a kind we do not read.")
    if not isinstance(signature.get("creator"), str):
        raise MalformedSignature("The document's signature does not name its key.")
    options = {name: value for name, value in signature.items() if name not in _NOT_OPTIONS}
    if not options.keys() <= _OPTIONS or not all(isinstance(value, str) for value in options.values()):
        raise MalformedSignature("The document's signature has options we do not know.")
    check_embedded(signature.get("created"), signature.get("expires"), now=now)
    written = signature.get("signatureValue")
    try:
        value = b64decode(written, validate=True) if isinstance(written, str) else b""
    except ValueError as error:
        raise MalformedSignature("The document's signature is not base64.") from error
    if not 0 < len(value) <= _LONGEST_VALUE:
        raise MalformedSignature("The document's signature has no value, or too long a one.")
    return LinkedDataClaim(creator=signature["creator"], value=value)


def meaning(document: Document) -> Meaning:
    """Return what a signed document says. Slow.

    Raises ``MalformedDocument`` when it exceeds the bounds, uses ``@graph``, ``@included`` or ``@reverse``, or says
    something in a way that readers could understand differently.
    """
    node = rdf.expand(_bare(document))
    quads = rdf.quads(node)
    signed = rdf.tree(quads, str(node.get("@id")))
    signed.pop(_PROOF, None)
    try:
        compacted = pyld.compact(signed, jsonld.COMPACT_WITH, jsonld.OPTIONS)
    except jsonld.PYLD_FAILS_WITH as error:
        raise MalformedDocument("The document's JSON-LD contexts cannot be processed.") from error
    for name in ("id", "type", "actor"):
        if not isinstance(compacted.get(name), str):
            raise MalformedDocument(f"The signed document has no {name}, or several.")
    if isinstance(compacted.get("object"), list):
        raise MalformedDocument("The signed document has several objects.")
    text = _options_digest(document) + rdf.digest(quads)
    written = orjson.dumps(document)
    return Meaning(text, {name: _plain(name, value, written) for name, value in compacted.items() if _is_ours(name)})


def check(claim: LinkedDataClaim, text: str, public_key: PublicKey) -> None:
    """Raise ``BadSignature`` unless ``text`` (from ``meaning``) was signed with the key.

    That the key is the actor's own is for the caller to know.
    """
    if not isinstance(public_key, RSAPublicKey):
        raise BadSignature("The document's signature is by a key of another kind.")
    try:
        public_key.verify(claim.value, text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise BadSignature("The signature does not fit the document.") from error


def _bare(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "signature"}


def _options_digest(document: Document) -> str:
    options = {name: value for name, value in document["signature"].items() if name not in _NOT_OPTIONS}
    return rdf.digest(rdf.quads(rdf.expand({**options, "@context": OPTIONS_CONTEXT})))


def _is_ours(name: str) -> bool:
    """Whether a property has a name here; one that is still an IRI (with a colon) is nothing we read."""
    return ":" not in name


def _plain(name: str, value: Any, written: bytes) -> Any:
    """Copy what has a name here; refuse typed values, and things of several types, which have no order in a graph."""
    if name == "@context":
        return value
    if isinstance(value, list):
        found = [_plain(name, item, written) for item in value]
        return sorted(found, key=lambda item: _place_of(item, written))
    if not isinstance(value, dict):
        return value
    if "@value" in value or isinstance(value.get("type"), list):
        raise MalformedDocument(f"The signed document writes {name} in a way we do not read.")
    return {key: _plain(key, item, written) for key, item in value.items() if _is_ours(key)}


def _place_of(item: Any, written: bytes) -> int:
    """Return where something stands in the document as it came: a graph has no order, but photos should have theirs."""
    if isinstance(item, dict):
        item = item.get("url") or item.get("href") or item.get("id") or item.get("name")
    return written.find(orjson.dumps(item)) if isinstance(item, str) else 0

"""JSON-LD: reads documents that name things their own way as if they had used ActivityStreams' names.

The rule: never the network. Contexts come from this package or from pyld's own files; an address that is in neither
says nothing to us, and its terms stay what they are in plain JSON. Most documents rename nothing and pass untouched;
the others are compacted with pyld, at about two milliseconds each, within caps on nodes and depth.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from activitypub import fields
from activitypub.errors import MalformedDocument
from activitypub.processor import BUNDLED_CONTEXTS, pyld

MAX_DEPTH = 32
"""Levels of nesting; the deepest honest documents have about ten."""
MAX_NODES = 20_000
"""Objects and lists in any document; a page of sixty posts has some three thousand."""
MAX_COMPACTED_VALUES = 1_000
"""Values in a document that is to be compacted; pyld costs up to 90 µs for each."""
MAX_INLINE_TERMS = 400
MAX_CONTEXTS = 32

AS2_URL = "https://www.w3.org/ns/activitystreams"
SECURITY_URL = "https://w3id.org/security/v1"

_HERE = Path(__file__).parent / "contexts"
_FILES: Mapping[str, Path] = {
    **BUNDLED_CONTEXTS,
    "https://w3id.org/identity/v1": _HERE / "identity-v1.json",
    "https://w3id.org/security/data-integrity/v1": _HERE / "data-integrity-v1.json",
    "https://w3id.org/security/data-integrity/v2": _HERE / "data-integrity-v2.json",
    "https://w3id.org/security/multikey/v1": _HERE / "multikey-v1.json",
    "https://www.w3.org/ns/cid/v1": _HERE / "cid-v1.json",
    "https://purl.archive.org/socialweb/webfinger": _HERE / "webfinger.json",
    "https://gotosocial.org/ns": _HERE / "gotosocial.json",
}
_LITEPUB_PATH = "/schemas/litepub-0.1.jsonld"
"""Pleroma and Akkoma serve the same context, each from its own host."""


def _read_contexts() -> dict[str, Any]:
    read = {url: orjson.loads(path.read_bytes()) for url, path in _FILES.items()}
    read[_LITEPUB_PATH] = orjson.loads((_HERE / "litepub-0.1.json").read_bytes())
    return read


_CONTEXTS = _read_contexts()
_AS2_TERMS: Mapping[str, Any] = _CONTEXTS[AS2_URL]["@context"]
_AS2_NAMESPACE = "https://www.w3.org/ns/activitystreams#"


def load_context(url: str, _options: object = None) -> dict[str, Any]:
    """Serve pyld a context that we carry; for every other address an empty one, so that nothing is fetched.

    The tag lets pyld keep the context processed between calls; the addresses senders think up get none.
    """
    url = url.removesuffix("#").replace("http://", "https://", 1)
    document = _CONTEXTS.get(_LITEPUB_PATH if url.endswith(_LITEPUB_PATH) else url.rstrip("/"))
    answer = {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url}
    if document is None:
        return {**answer, "document": {"@context": {}}}
    return {**answer, "document": document, "tag": "static"}


OWN_TERMS: Mapping[str, Any] = {
    "toot": "http://joinmastodon.org/ns#",
    "schema": "http://schema.org#",
    "litepub": "http://litepub.social/ns#",
    "pixelfed": "http://pixelfed.org/ns#",
    "gts": "https://gotosocial.org/ns#",
    "fedibird": "http://fedibird.com/ns#",
    "misskey": "https://misskey-hub.net/ns#",
    "sensitive": "as:sensitive",
    "Hashtag": "as:Hashtag",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "Emoji": "toot:Emoji",
    "blurhash": "toot:blurhash",
    "votersCount": "toot:votersCount",
    "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    "featured": {"@id": "toot:featured", "@type": "@id"},
    "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "suspended": "toot:suspended",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "EmojiReact": "litepub:EmojiReact",
    "ChatMessage": "litepub:ChatMessage",
    "_misskey_reaction": "misskey:_misskey_reaction",
    "assertionMethod": {"@id": "sec:assertionMethod", "@type": "@id", "@container": "@set"},
    "Multikey": "sec:Multikey",
    "controller": {"@id": "sec:controller", "@type": "@id"},
    "publicKeyMultibase": "sec:publicKeyMultibase",
    "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@list"},
    "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
    "commentsEnabled": "pixelfed:commentsEnabled",
    "capabilities": {"@id": "pixelfed:capabilities", "@container": "@set"},
    "reply": {"@id": "pixelfed:canReply", "@type": "@id"},
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "canReply": {"@id": "gts:canReply", "@type": "@id"},
    "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
    "always": {"@id": "gts:always", "@type": "@id"},
    "approvalRequired": {"@id": "gts:approvalRequired", "@type": "@id"},
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    "ReplyRequest": "gts:ReplyRequest",
    "ReplyAuthorization": "gts:ReplyAuthorization",
    "replyAuthorization": {"@id": "gts:replyAuthorization", "@type": "@id"},
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "quoteUrl": "as:quoteUrl",
    "quoteUri": "fedibird:quoteUri",
    "_misskey_quote": "misskey:_misskey_quote",
}
"""The extension terms that ``parse`` reads, under the names it reads them by."""

COMPACT_WITH = [AS2_URL, SECURITY_URL, dict(OWN_TERMS)]
OPTIONS = {"documentLoader": load_context, "processingMode": "json-ld-1.1"}
_NESTS = frozenset({dict, list})
"""What JSON nests by; compared by exact type, because every inbound document is walked whole."""
MAX_REMEMBERED_CONTEXT = 8_192
"""Bytes; servers send the same few contexts with every document, and the verdict on one costs 20 µs."""
_HARMLESS_KEYWORDS = frozenset({"@base", "@direction", "@language", "@propagate", "@protected", "@version", "@vocab"})
PYLD_FAILS_WITH = (
    pyld.JsonLdError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""pyld checks its input only here and there; on JSON of odd shape it fails with whatever Python says."""


def plain(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the document in ActivityStreams' own names: itself if it renames nothing, else compacted.

    Raises ``MalformedDocument`` as ``survey`` does, and when the document cannot be compacted within bounds.
    """
    contexts, size = survey(document)
    if not any(map(_renames, contexts)):
        return document
    if size > MAX_COMPACTED_VALUES:
        raise MalformedDocument("The document is too large for one that renames terms.")
    return compact(document)


def survey(document: Mapping[str, Any]) -> tuple[list[Any], int]:
    """Walk the document level by level; return its contexts, wherever they stand, and how many values it has.

    Raises ``MalformedDocument`` when it is too deep, too large, uses ``@graph``, ``@included`` or ``@reverse``, which
    let one document say different things to different readers, or ``@import``, whose terms pyld puts into the context
    that is imported, where they would hold for everybody's documents from then on.
    """
    contexts: list[Any] = []
    nodes, size = 0, 0
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        nodes += len(level)
        if nodes > MAX_NODES:
            raise MalformedDocument("The document has too many objects and lists.")
        for node in level:
            size += len(node)
            values = node
            if type(node) is not list:
                if "@graph" in node or "@import" in node or "@included" in node or "@reverse" in node:
                    raise MalformedDocument("The document uses @graph, @import, @included or @reverse; we read none.")
                if "@context" in node:
                    contexts.append(node["@context"])
                values = node.values()
            for value in values:
                if type(value) in _NESTS:
                    below.append(value)
        if not below:
            return contexts, size
        level = below
    raise MalformedDocument(f"The document is nested more than {MAX_DEPTH} levels deep.")


def _renames(context: Any) -> bool:
    if isinstance(context, str):
        return False
    try:
        written = orjson.dumps(context)
    except orjson.JSONEncodeError:
        return renames(context)
    return _verdict(written) if len(written) <= MAX_REMEMBERED_CONTEXT else renames(context)


@lru_cache(maxsize=256)
def _verdict(written: bytes) -> bool:
    return renames(orjson.loads(written))


def renames(context: Any) -> bool:
    """Whether a context calls anything of ActivityStreams by another name, or another thing by its names."""
    if isinstance(context, str):
        return False
    if isinstance(context, list):
        return any(renames(entry) for entry in context)
    if isinstance(context, dict):
        return any(_renames_term(term, definition) for term, definition in context.items())
    return True


def _renames_term(term: str, definition: Any) -> bool:
    if isinstance(definition, dict):
        if "@context" in definition or "@nest" in definition:
            return True
        definition = definition.get("@id", term)
    if term.startswith("@"):
        return term not in _HARMLESS_KEYWORDS
    standard = _AS2_TERMS.get(term)
    if standard is not None:
        return _iri(definition) != _iri(standard["@id"] if isinstance(standard, dict) else standard)
    if not isinstance(definition, str):
        return definition is not None
    if definition.startswith("@"):
        return True
    return _names_as2(_iri(definition), term)


def _names_as2(iri: str, term: str) -> bool:
    """Whether the IRI lies in ActivityStreams' namespace under another name (``Hashtag`` is ``as:Hashtag``: no)."""
    return iri.startswith(AS2_URL) and iri != _AS2_NAMESPACE + term


def _iri(definition: Any) -> str:
    """Spell out the two prefixes that ActivityStreams' own context defines and uses."""
    if not isinstance(definition, str):
        return ""
    if definition.startswith("as:"):
        return _AS2_NAMESPACE + definition[3:]
    if definition.startswith("ldp:"):
        return "http://www.w3.org/ns/ldp#" + definition[4:]
    return definition


def compact(document: Mapping[str, Any]) -> dict[str, Any]:
    """Compact the document against our own context; raise ``MalformedDocument`` when pyld cannot.

    Proofs stay outside: they are checked over the document as sent, and their context makes graphs.
    """
    bare = {key: value for key, value in document.items() if key not in ("proof", "signature")}
    contexts, _ = survey(bare)
    check_contexts(contexts)
    try:
        compacted = pyld.compact(bare, COMPACT_WITH, OPTIONS)
    except PYLD_FAILS_WITH as error:
        raise MalformedDocument("The document's JSON-LD contexts cannot be processed.") from error
    if not isinstance(compacted, dict):
        raise MalformedDocument("The document is more than one object.")
    survey(compacted)
    _check_one_meaning(document, compacted)
    return compacted


def check_contexts(contexts: list[Any]) -> None:
    """Raise ``MalformedDocument`` when the contexts ``survey`` found cost more to process than anybody needs."""
    if len(contexts) > MAX_CONTEXTS or sum(map(_inline_terms, contexts)) > MAX_INLINE_TERMS:
        raise MalformedDocument("The document's contexts are too many or too long.")


def _check_one_meaning(document: Mapping[str, Any], compacted: Mapping[str, Any]) -> None:
    """Refuse a document that names one sender, id or object to readers of JSON and another to readers of JSON-LD."""
    for name in ("id", "actor", "object", "attributedTo"):
        if name not in document:
            continue
        said, meant = document[name], compacted.get(name)
        added = isinstance(meant, list) and not isinstance(said, list)
        if added or fields.address(said) != fields.address(meant):
            raise MalformedDocument(f"The document's {name} is one thing in JSON and another in JSON-LD.")
    if "type" in document and fields.kind(document["type"]) != fields.kind(compacted.get("type")):
        raise MalformedDocument("The document's type is one thing in JSON and another in JSON-LD.")


def _inline_terms(context: Any) -> int:
    if isinstance(context, dict):
        return sum(1 + _inline_terms(value) for value in context.values())
    if isinstance(context, list):
        return sum(1 + _inline_terms(value) for value in context)
    return 0

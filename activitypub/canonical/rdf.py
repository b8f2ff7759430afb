"""Documents in their one spelling as RDF: URDNA2015 (RDF Dataset Canonicalization), with pyld.

The rule: bounds first. Documents of strangers can be made to take hours (equal nodes without names must be told apart
by trying every order), so what these functions are called for runs where it can be killed.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pyld import jsonld as pyld

from activitypub import jsonld
from activitypub.errors import MalformedDocument

MAX_VALUES = jsonld.MAX_COMPACTED_VALUES
MAX_BLANK_NODES = 100
"""Nodes without an id: attachments, tags, policies. A post of twenty photos and thirty tags has some sixty."""

Node = dict[str, Any]


def expand(document: Mapping[str, Any]) -> Node:
    """Return the document in JSON-LD's expanded form, without contexts; raise ``MalformedDocument`` beyond bounds."""
    contexts, size = jsonld.survey(document)
    if size > MAX_VALUES:
        raise MalformedDocument("The document has too many values to be canonicalised.")
    jsonld.check_contexts(contexts)
    try:
        expanded = pyld.expand(dict(document), jsonld.OPTIONS)
    except jsonld.PYLD_FAILS_WITH as error:
        raise MalformedDocument("The document's JSON-LD contexts cannot be processed.") from error
    if not isinstance(expanded, list) or len(expanded) != 1:
        raise MalformedDocument("The document is not one object.")
    _check_blank_nodes(expanded[0])
    node: Node = expanded[0]
    return node


def digest(node: Node) -> str:
    """Return the SHA-256 (hex) of an expanded document's canonical N-Quads. Slow; unbounded for poisonous graphs."""
    options = {**jsonld.OPTIONS, "algorithm": "URDNA2015", "format": "application/n-quads"}
    try:
        quads: str = pyld.normalize(node, options)
    except jsonld.PYLD_FAILS_WITH as error:
        raise MalformedDocument("The document cannot be canonicalised.") from error
    return sha256(quads.encode()).hexdigest()


def _check_blank_nodes(node: Node) -> None:
    """Refuse more nodes without a name than honest documents have, and any with a label, which none has."""
    unnamed, pending = 0, [node]
    while pending:
        value: Any = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        if not isinstance(value, dict):
            continue
        identity = value.get("@id")
        if isinstance(identity, str) and identity.startswith("_:"):
            raise MalformedDocument("The document labels nodes instead of naming them.")
        if identity is None and not value.keys() & {"@value", "@list", "@set"}:
            unnamed += 1
        pending.extend(value.values())
    if unnamed > MAX_BLANK_NODES:
        raise MalformedDocument("The document has too many nodes without a name.")

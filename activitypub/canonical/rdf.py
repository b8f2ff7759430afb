"""Documents in their one spelling as RDF: URDNA2015 (RDF Dataset Canonicalization), with pyld.

The rule: bounds first. Documents of strangers can be made to take hours (equal nodes without names must be told apart
by trying every order), so what these functions are called for runs where it can be killed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from activitypub import jsonld
from activitypub.errors import MalformedDocument
from activitypub.processor import pyld

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


def quads(node: Node) -> str:
    """Return an expanded document's canonical N-Quads. Slow; unbounded for poisonous graphs."""
    options = {**jsonld.OPTIONS, "algorithm": "URDNA2015", "format": "application/n-quads"}
    try:
        written: str = pyld.normalize(node, options)
    except jsonld.PYLD_FAILS_WITH as error:
        raise MalformedDocument("The document cannot be canonicalised.") from error
    return written


def digest(written: str) -> str:
    """Return the SHA-256 (hex) of N-Quads."""
    return sha256(written.encode()).hexdigest()


def tree(written: str, root: str) -> Node:
    """Return what N-Quads say about ``root``, in expanded form, and nothing else that any JSON said.

    Each thing is described once, as near to the root as it is named. Raises ``MalformedDocument`` when the quads do
    not speak of the root.
    """
    options = {**jsonld.OPTIONS, "format": "application/n-quads", "useNativeTypes": True}
    try:
        nodes: dict[str, Node] = {node["@id"]: node for node in pyld.from_rdf(written, options)}
    except jsonld.PYLD_FAILS_WITH as error:
        raise MalformedDocument("The document cannot be read back.") from error
    for node in nodes.values():
        node.pop("@graph", None)  # of proofs; they are graphs of their own
    if root not in nodes:
        raise MalformedDocument("The document says nothing about itself.")
    found = nodes.pop(root)
    pending = deque([found])
    while pending:
        _place(pending.popleft(), nodes, pending)
    return found


def _place(node: Node, nodes: dict[str, Node], pending: deque[Node]) -> None:
    """Put the descriptions of what a node names where it names them first; what is left has been put elsewhere."""
    if str(node.get("@id", "")).startswith("_:"):
        del node["@id"]
    for name, values in node.items():
        if name in ("@id", "@type"):
            continue
        for listed in [values, *(value["@list"] for value in values if "@list" in value)]:
            for index, value in enumerate(listed):
                described = nodes.pop(value.get("@id", ""), None)
                if described is not None:
                    listed[index] = described
                    pending.append(described)


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

"""The description of the API: complete, well formed, and on a page that people can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rossgram_fed.api.openapi import plain_path
from rossgram_fed.api.routes import ROUTES
from tests.apps import ApiSite


async def test_every_endpoint_is_described(site: ApiSite) -> None:
    """The document has every endpoint of the table, with an answer and a summary each."""
    reply = await site.nobody.get("/api/openapi.json")
    assert reply.status == 200
    told = {(method.upper(), path) for path, item in reply.body["paths"].items() for method in item}
    assert told == {(route.method, plain_path(route)) for route in ROUTES if not route.undocumented}
    for path, item in reply.body["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], f"{method} {path} has no summary"


async def test_programs_can_be_made_of_it(site: ApiSite) -> None:
    """What generators of code stumble over is not there: odd names, one name twice, lists and references of nothing."""
    document = (await site.nobody.get("/api/openapi.json")).body
    names = [one["operationId"] for item in document["paths"].values() for one in item.values()]
    assert len(names) == len(set(names))
    schemas = document["components"]["schemas"]
    for name in (*names, *schemas, *(tag["name"] for tag in document["tags"])):
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name), name
    assert {tag for item in document["paths"].values() for one in item.values() for tag in one["tags"]} == {
        tag["name"] for tag in document["tags"]
    }
    for node in _nodes(document):
        if node.get("type") == "array":
            assert "items" in node or "prefixItems" in node, node
        if "$ref" in node:
            kind, name = node["$ref"].removeprefix("#/components/").split("/")
            assert name in document["components"][kind], name
    flows = document["components"]["securitySchemes"]["app"]["flows"].values()
    assert all(meaning for flow in flows for meaning in flow["scopes"].values())


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in a document."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(inner)


async def test_people_read_it_too(site: ApiSite) -> None:
    """The page lists every address."""
    page = await site.visitor.text("/api")
    for route in ROUTES:
        assert route.undocumented or f"{route.method} {plain_path(route)}<" in page

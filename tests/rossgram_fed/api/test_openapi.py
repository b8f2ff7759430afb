"""The description of the API: complete, well formed, and on a page that people can read."""

from __future__ import annotations

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


async def test_people_read_it_too(site: ApiSite) -> None:
    """The page lists every address."""
    page = await site.visitor.text("/api")
    for route in ROUTES:
        assert route.undocumented or f"{route.method} {plain_path(route)}<" in page

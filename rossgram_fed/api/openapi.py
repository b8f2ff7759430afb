"""The description of the API (OpenAPI 3.1), made of the table that serves it, so that it cannot tell anything else.

Refusals beyond a route's own statuses are the usual ones: what any request can run into before or in its handler.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from inspect import getdoc
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from rossgram_fed.api.paging import Paging
from rossgram_fed.api.parameters import Id, Ids
from rossgram_fed.api.table import Route, Who
from rossgram_fed.config import Settings
from rossgram_fed.oauth.scopes import SCOPES
from rossgram_fed.oauth.words import meaning_of
from rossgram_fed.software import VERSION

_READING = (400, 401, 403, 404, 422, 429)
_WRITING = (*_READING, 408, 409, 413, 415)
_FILES = (503, 507)
_REF = "#/components/schemas/{name}"
_IN_PATH = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})+))?\}")
_VERSION = re.compile(r"v[0-9.]+|openapi\.json")
_NO_WORD = re.compile(r"[^a-z0-9]+", re.IGNORECASE)
"""What no name of a function can hold, which is what programs make of an operation's id."""
_ID = {"type": "string", "pattern": "^[0-9]{1,19}$", "description": "An id; larger ones are newer."}
_HEADERS = {
    "X-RateLimit-Limit": {"schema": {"type": "integer"}},
    "X-RateLimit-Remaining": {"schema": {"type": "integer"}},
    "X-RateLimit-Reset": {"schema": {"type": "string", "format": "date-time"}},
}
_LINK = {"Link": {"schema": {"type": "string"}, "description": "Where older and newer pages are (RFC 8288)."}}
Schema = dict[str, Any]


def document(routes: Iterable[Route], settings: Settings) -> Schema:
    """Return the whole description as what becomes JSON."""
    told = [route for route in routes if not route.undocumented]
    schemas = _Schemas(told)
    paths: Schema = {}
    for route in told:
        paths.setdefault(plain_path(route), {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{settings.server.name}: the API for apps",
            "version": VERSION,
            "description": "Mastodon's API, and what Pixelfed's app asks beside it.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": settings.base_url}],
        "tags": [{"name": area} for area in sorted({area_of(route) for route in told})],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {"app": {"type": "oauth2", "flows": _flows(settings)}},
            "responses": {str(status): _refusal(status) for status in sorted({*_WRITING, *_FILES})},
        },
    }


def _flows(settings: Settings) -> Schema:
    token = {"tokenUrl": f"{settings.base_url}/oauth/token", "scopes": {scope: meaning_of(scope) for scope in SCOPES}}
    return {
        "authorizationCode": {"authorizationUrl": f"{settings.base_url}/oauth/authorize", **token},
        "clientCredentials": token,
    }


def plain_path(route: Route) -> str:
    """Return a route's address without the patterns of its parts."""
    return _IN_PATH.sub(r"{\1}", route.path)


def summary_of(route: Route) -> str:
    """Return what an endpoint does, in one line: the first of its handler's docstring."""
    return (getdoc(route.handler) or "").partition("\n")[0].rstrip(".")


def area_of(route: Route) -> str:
    """Return what an endpoint is about: the first part of its address that is neither ``api`` nor a version."""
    first, *rest = plain_path(route).strip("/").split("/")
    if first == ".well-known":
        return "oauth"
    return next((part for part in rest if not _VERSION.fullmatch(part)), first) if first == "api" else first


def _operation(route: Route, schemas: _Schemas) -> Schema:
    operation: Schema = {
        "operationId": _NO_WORD.sub("_", f"{route.method.lower()}{plain_path(route)}").strip("_"),
        "summary": summary_of(route),
        "tags": [area_of(route)],
        "parameters": [_path_parameter(name, pattern) for name, pattern in _IN_PATH.findall(route.path)],
        "security": _security(route),
        "responses": _responses(route, schemas),
    }
    if route.takes is not None and route.method in ("GET", "DELETE"):
        operation["parameters"] += _query(schemas.properties(route.takes))
    elif route.takes is not None or route.files:
        operation["requestBody"] = {"content": _bodies(route, schemas)}
    return operation


def _path_parameter(name: str, pattern: str) -> Schema:
    is_id = name == "id" or name.endswith("_id")
    schema = _ID if is_id else {"type": "string", **({"pattern": f"^(?:{pattern})$"} if pattern else {"minLength": 1})}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(properties: Mapping[str, Schema]) -> list[Schema]:
    """Return a Struct's fields as parameters; lists have brackets behind their names, and nothing is left out."""
    told = {name: _without_null(schema) for name, schema in properties.items()}
    return [
        {"name": f"{name}[]" if schema.get("type") == "array" else name, "in": "query", "schema": schema}
        for name, schema in told.items()
    ]


def _without_null(schema: Schema) -> Schema:
    some = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return some[0] if len(some) == 1 else schema


def _bodies(route: Route, schemas: _Schemas) -> Schema:
    wanted = schemas.of(route.takes) if route.takes is not None else {"type": "object"}
    bodies = {kind: {"schema": wanted} for kind in ("application/json", "application/x-www-form-urlencoded")}
    if route.files:
        sent = {name: {"type": "string", "contentMediaType": "application/octet-stream"} for name in route.files}
        bodies["multipart/form-data"] = {"schema": {"allOf": [wanted, {"type": "object", "properties": sent}]}}
    return bodies


def _security(route: Route) -> list[Schema]:
    wanted = {"app": [route.scope] if route.scope else []}
    if route.who is Who.CLIENT:
        return []
    return [{}, wanted] if route.who is Who.ANYBODY else [wanted]


def _responses(route: Route, schemas: _Schemas) -> Schema:
    headers = {**_HEADERS, **(_LINK if _is_list(route) else {})}
    answers: Schema = {}
    for status in route.statuses:
        answer: Schema = {"description": HTTPStatus(status).phrase, "headers": headers}
        if status < 300 and route.gives is not None:
            answer["content"] = {"application/json": {"schema": schemas.of(route.gives)}}
        answers[str(status)] = answer
    usual = _READING if route.method == "GET" else _WRITING
    for status in (*usual, *(_FILES if route.files else ())):
        answers.setdefault(str(status), {"$ref": f"#/components/responses/{status}"})
    return answers


def _is_list(route: Route) -> bool:
    return route.takes is not None and issubclass(route.takes, Paging)


def _refusal(status: int) -> Schema:
    schema = {
        "type": "object",
        "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
        "required": ["error"],
    }
    return {"description": HTTPStatus(status).phrase, "content": {"application/json": {"schema": schema}}}


class _Schemas:
    """The schemas of all types that routes take and give."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._types: list[Any] = []
        for route in routes:
            for one in (route.takes, route.gives):
                self._types += [kind for kind in _alternatives(one) if kind not in self._types]
        made, components = msgspec.json.schema_components(self._types, schema_hook=_special, ref_template=_REF)
        self._made = [_with_items(schema) for schema in made]
        self.components = {name: _with_items(schema) for name, schema in components.items()}

    def of(self, kind: Any) -> Schema:
        """Return the schema of a type, or of several that it may be."""
        found = [self._made[self._types.index(one)] for one in _alternatives(kind)]
        return found[0] if len(found) == 1 else {"anyOf": found}

    def properties(self, kind: type) -> Mapping[str, Schema]:
        """Return the schemas of a Struct's fields."""
        name = self.of(kind)["$ref"].rpartition("/")[2]
        found: Mapping[str, Schema] = self.components[name].get("properties", {})
        return found


def _with_items(schema: Any) -> Any:
    """Return a schema whose lists all say of what they are, be it of anything: generators of code ask for that."""
    if isinstance(schema, list):
        return [_with_items(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _with_items(one) for name, one in schema.items()}
    return (
        {**inner, "items": {}}
        if inner.get("type") == "array" and not inner.keys() & {"items", "prefixItems"}
        else inner
    )


def _alternatives(kind: Any) -> list[Any]:
    """Return what a type may be: msgspec describes no union of Structs by itself."""
    if kind is None:
        return []
    if get_origin(kind) in (Union, UnionType):
        return [one for one in get_args(kind) if one is not type(None)]
    return [kind]


def _special(kind: type) -> Schema:
    if kind is Id:
        return _ID
    if kind is Ids:
        return {"type": "array", "items": _ID}
    raise NotImplementedError(kind)

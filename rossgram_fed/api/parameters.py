"""Parameters, however an app sends them: in the query, as a form, as JSON, nested in Rails' brackets or not.

``media_ids[]=1&media_ids[]=2``, ``media_ids[0]=1``, ``poll[options][]=a`` and the JSON they stand for come out
alike, and are then checked against the Struct that the route takes, which names what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
import orjson
from aiohttp import web

from rossgram_fed.api.table import Route
from rossgram_fed.config import LimitSettings
from rossgram_fed.ids import read_id
from rossgram_fed.web.bodies import read_body, read_sent_form
from rossgram_fed.web.errors import BadRequest, Invalid, Unreadable
from rossgram_fed.web.forms import Form, Upload

Loose = dict[str, Any]
T = TypeVar("T")
_DEEPEST = 4
_MOST = 1000
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes it; PostgreSQL keeps no text with it, and no text needs it."""
_HAS_NUL = "No text may hold the character NUL."


class Id(int):
    """An id as apps write it: a string of digits, or a number."""


class Ids(list[int]):
    """Ids, several or one alone."""


async def read(request: web.Request, route: Route, limits: LimitSettings) -> tuple[Loose, list[Upload]]:
    """Return all parameters of a request and its files; the caller closes those. Raises a ``Refusal``."""
    loose = nested(request.query.items())
    if not request.can_read_body:
        return loose, []
    kind = request.content_type
    if kind == "application/json":
        return {**loose, **_json(await read_body(request))}, []
    if kind == "application/octet-stream" and "Content-Type" not in request.headers:
        return loose, []
    form: Form = await read_sent_form(request, limits, files=bool(route.files))
    return {**loose, **nested(form.values.items())}, form.uploads


def converted(loose: Loose, wanted: type[T]) -> T:
    """Return parameters as a value of the type a route takes; raise ``Invalid`` that names the first wrong one."""
    try:
        return msgspec.convert(loose, wanted, strict=False, dec_hook=_special)
    except msgspec.ValidationError as error:
        raise Invalid(f"Validation failed: {error}") from None


def nested(pairs: Iterable[tuple[str, str]]) -> Loose:
    """Return flat names with brackets as nested lists and mappings; what is no such name is left out."""
    tree: Loose = {}
    for count, (name, value) in enumerate(pairs):
        if count >= _MOST:
            raise BadRequest(f"A request may have {_MOST} parameters; this one has more.")
        if "\0" in name or "\0" in value:
            raise BadRequest(_HAS_NUL)
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        steps = _PART.findall(match[2])
        if len(steps) <= _DEEPEST:
            _put(tree, match[1], steps, value)
    return {name: _listed(value) for name, value in tree.items()}


def _put(tree: Loose, name: str, steps: list[str], value: str) -> None:
    """Hang a value into the tree; a list is a mapping by counted keys until ``_listed`` turns it into one."""
    for step in steps:
        below = tree.get(name)
        if not isinstance(below, dict):
            below = tree[name] = {}
        tree, name = below, step or str(len(below))
    tree[name] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(below) for key, below in value.items()}
    if inner and all(key.isascii() and key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def _json(body: bytes) -> Loose:
    if not body.strip():
        return {}
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(found, dict):
        raise Unreadable("The body must be a JSON object.")
    if _NUL.search(body):
        raise BadRequest(_HAS_NUL)
    return found


def _special(wanted: type, value: Any) -> Any:
    if wanted is Id:
        found = read_id(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
        if found is None:
            raise ValueError("Expected an id")
        return Id(found)
    if wanted is Ids:
        return Ids(_special(Id, one) for one in (value if isinstance(value, list) else [value]))
    raise NotImplementedError(wanted)

"""How often each address was asked, what it answered and how long that took, counted in this process's memory.

Routes are counted by their pattern and odd methods as one, so that no stranger can make the counts grow without end.
Sending the body of a file is not part of the time.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds: the upper ends of the classes that durations are counted in; what takes longer has a class of its own."""
NOWHERE = "none"
"""The route of what fits none."""

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


@dataclass(slots=True)
class Durations:
    """The durations of one route's answers."""

    seconds: float = 0.0
    classes: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))

    def add(self, seconds: float) -> None:
        """Count one."""
        self.seconds += seconds
        self.classes[bisect_left(BOUNDS, seconds)] += 1


@dataclass(slots=True)
class Measures:
    """What was counted since this process began."""

    timer: Callable[[], float] = time.perf_counter
    """Seconds since any instant."""
    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """By method, route and status."""
    durations: dict[str, Durations] = field(default_factory=dict)
    """By route."""

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self.answers[method if method in _METHODS else "other", route, status] += 1
        self.durations.setdefault(route, Durations()).add(seconds)


_READY_AT = web.RequestKey("ready_at", float)
MEASURES: web.AppKey[Measures] = web.AppKey("measures", Measures)


def answer_is_ready(request: web.Request) -> None:
    """Say that an answer is ready which lasts for as long as somebody listens."""
    request[_READY_AT] = request.app[MEASURES].timer()


@web.middleware
async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the answer to a request; the outermost middleware, so that errors are counted as what they became."""
    measures = request.app[MEASURES]
    began = measures.timer()
    response = await handler(request)
    resource = request.match_info.route.resource
    route = NOWHERE if resource is None else resource.canonical
    ready_at = request.get(_READY_AT, measures.timer())
    measures.note(request.method, route, response.status, ready_at - began)
    return response

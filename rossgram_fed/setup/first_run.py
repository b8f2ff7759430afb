"""Until somebody runs this server, every page leads to the first-run page; afterwards that page is gone.

That somebody exists is remembered in memory, because it never becomes untrue while the process lives; until then it is
asked anew each time, because another process or the command line may have made them.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from rossgram_fed.accounts.queries import has_admin
from rossgram_fed.instance import INSTANCE
from rossgram_fed.web.csrf import is_machine
from rossgram_fed.web.flash import see_other

PATH = "/setup"
_OPEN_TO_ALL = (
    "/static/",
    "/media/",
    "/avatars/",
    "/headers/",
    "/photos/",
    "/.well-known/",
    "/nodeinfo/",
    "/users/",
    "/actor",
)


class FirstRun:
    """Whether the first run is over."""

    def __init__(self) -> None:
        self.over = False


FIRST_RUN: web.AppKey[FirstRun] = web.AppKey("first_run", FirstRun)


async def is_over(request: web.Request) -> bool:
    """Say whether somebody runs this server."""
    state = request.app[FIRST_RUN]
    if not state.over:
        state.over = await has_admin(request.app[INSTANCE].database)
    return state.over


@web.middleware
async def lead_to_first_run(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Send people to the first-run page while there is nobody who runs this server."""
    if (
        request.app[FIRST_RUN].over
        or request.path == PATH
        or request.path.startswith(_OPEN_TO_ALL)
        or is_machine(request)
        or await is_over(request)
    ):
        return await handler(request)
    return see_other(PATH)


def install(app: web.Application) -> None:
    """Put the middleware into an application, after ``web.plumbing``."""
    app[FIRST_RUN] = FirstRun()
    app.middlewares.append(lead_to_first_run)

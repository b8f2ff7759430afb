"""Pages: Jinja2 templates, compiled once, always escaped, filled with what every page needs.

A template that uses a value nobody gave fails loudly. A page without a form asks for no token and so sets no cookie.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rossgram_fed.instance import INSTANCE, Instance
from rossgram_fed.resources import templates_folder
from rossgram_fed.software import source_url
from rossgram_fed.web import words
from rossgram_fed.web.csrf import csrf_field
from rossgram_fed.web.flash import take_message
from rossgram_fed.web.headers import allow_own_scripts
from rossgram_fed.web.sessions import Viewer, viewer_of
from rossgram_fed.web.static import static_url

UNREAD: web.AppKey[Callable[[Instance, int], Awaitable[int]]] = web.AppKey("unread")
"""How many notifications an account (by id) has not read; every page shows the number. Absent: none."""

OPEN_REPORTS: web.AppKey[Callable[[Instance, Viewer], Awaitable[int]]] = web.AppKey("open_reports")
"""How many reports wait for somebody of the staff; their pages show the number. Absent: none."""

NOTICE: web.AppKey[Callable[[int], Awaitable[Any]]] = web.AppKey("notice")
"""What an account (by id) is to be told above every page, with ``id`` and ``text_html``, or None. Absent: nothing."""

HTML_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    # Never no-store: it would keep pages out of the browser's back-forward cache.
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Cookie",
}


@cache
def environment() -> Environment:
    """Build the environment, once for all applications of the process."""
    made = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        auto_reload=False,
        cache_size=-1,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(static=static_url, source_url=source_url)
    made.filters.update(
        iso=words.iso,
        day=words.day,
        moment=words.moment,
        ago=words.ago,
        until=words.until,
        number=words.count,
        plural=words.plural,
        size=words.size,
        browser=words.browser,
    )
    return made


async def render(request: web.Request, name: str, status: int = 200, **values: Any) -> web.Response:
    """Answer with a page. Besides ``values`` the template has ``viewer`` (or None), ``settings``, ``now``, ``path``,
    ``flash``, ``unread``, ``open_reports`` (for the staff), ``notice`` (or None), ``csrf_field()`` and
    ``script(name)``, the only way to a script: pages that do not call it may run none.
    """
    instance = request.app[INSTANCE]
    viewer = await viewer_of(request)
    unread = await _unread(request, instance, viewer)
    waiting = await _open_reports(request, instance, viewer)
    notice = await _notice(request, viewer)
    seen = {"viewer": viewer, "unread": unread, "open_reports": waiting, "notice": notice}
    return _page(request, name, status, {**seen, **values})


def render_without_viewer(request: web.Request, name: str, status: int, **values: Any) -> web.Response:
    """Answer with a page without asking the database who is looking: for when something is broken."""
    return _page(request, name, status, {"viewer": None, "unread": 0, "open_reports": 0, "notice": None, **values})


def _page(request: web.Request, name: str, status: int, values: dict[str, Any]) -> web.Response:
    instance = request.app[INSTANCE]
    html = (
        environment()
        .get_template(name)
        .render(
            settings=instance.settings,
            now=instance.clock(),
            path=request.path,
            flash=take_message(request),
            csrf_field=partial(csrf_field, request),
            script=partial(_script, request),
            **values,
        )
    )
    return web.Response(body=html.encode(), status=status, headers=HTML_HEADERS)


def _script(request: web.Request, name: str) -> Markup:
    """Return the tag that runs one of our static files, once the page is read, and let this page run it."""
    allow_own_scripts(request)
    return Markup('<script type="module" src="{}"></script>').format(static_url(name))


async def _unread(request: web.Request, instance: Instance, viewer: Viewer | None) -> int:
    if viewer is None or UNREAD not in request.app:
        return 0
    return await request.app[UNREAD](instance, viewer.account_id)


async def _notice(request: web.Request, viewer: Viewer | None) -> Any:
    if viewer is None or NOTICE not in request.app:
        return None
    return await request.app[NOTICE](viewer.account_id)


async def _open_reports(request: web.Request, instance: Instance, viewer: Viewer | None) -> int:
    if viewer is None or not viewer.is_staff or OPEN_REPORTS not in request.app:
        return 0
    return await request.app[OPEN_REPORTS](instance, viewer)

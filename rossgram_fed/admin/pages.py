"""The admin's overview and the lists of what failed."""

from __future__ import annotations

import logging
import platform

from aiohttp import web

from rossgram_fed.admin import failures
from rossgram_fed.admin.queries import MOST_HOSTS, hosts_in_trouble, queue_figures, sizes
from rossgram_fed.deliveries.actions import probe
from rossgram_fed.instance import INSTANCE
from rossgram_fed.jobs.queue import Queue
from rossgram_fed.software import VERSION
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import safe_next
from rossgram_fed.web.paging import cursor_of, id_in_path, page_of
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, admin_only

logger = logging.getLogger(__name__)

SHOWN_AT_FIRST = 5
PAGE_SIZE = 30
QUEUES = {"arrivals": Queue.INBOX, "deliveries": Queue.DELIVERIES, "jobs": Queue.JOBS}
"""The queues by their names in addresses."""
NAMES = {"arrivals": "Arrivals from other servers", "deliveries": "Deliveries to other servers", "jobs": "Other work"}


@admin_only
async def overview(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /admin``: what waits, what failed, who is silent, how large it is."""
    instance = request.app[INSTANCE]
    database, now = instance.database, instance.clock()
    figures = {one.queue: one for one in await queue_figures(database, now=now)}
    return await render(
        request,
        "admin/overview.html",
        names=NAMES,
        figures={name: figures[queue] for name, queue in QUEUES.items()},
        failed={name: await failures.failures(database, queue, limit=SHOWN_AT_FIRST) for name, queue in QUEUES.items()},
        hosts=await hosts_in_trouble(database, now=now),
        most_hosts=MOST_HOSTS,
        sizes=await sizes(database),
        engine="PostgreSQL" if database.postgresql else "SQLite",
        version=VERSION,
        python=platform.python_version(),
    )


@admin_only
async def failed(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /admin/failed/{queue}``: everything that one queue gave up."""
    name, before = request.match_info["queue"], cursor_of(request)
    queue = _queue(name)
    found = await failures.failures(request.app[INSTANCE].database, queue, before=before, limit=PAGE_SIZE + 1)
    page = page_of(found, PAGE_SIZE, id_of=lambda failure: failure.id, before=before)
    return await render(request, "admin/failed.html", queue=name, title=NAMES[name], page=page)


@admin_only
async def try_again(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/failed/{queue}/{id}/try``."""
    queue, row_id = _row(request)
    async with request.app[INSTANCE].change() as change:
        await failures.try_again(change, queue, row_id)
    logger.info("%s had row %s of %s tried again.", viewer.username, row_id, queue)
    return _back(request, "It is being tried again.")


@admin_only
async def drop(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/failed/{queue}/{id}/drop``."""
    queue, row_id = _row(request)
    async with request.app[INSTANCE].change() as change:
        await failures.drop(change, queue, row_id)
    logger.info("%s dropped row %s of %s.", viewer.username, row_id, queue)
    return _back(request, "Dropped.")


@admin_only
async def try_host(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/hosts/try``: knock once at a silent server now."""
    host = form_of(request).text("host", most=255)
    async with request.app[INSTANCE].change() as change:
        await probe(change, [host])
    logger.info("%s had %.255r tried now.", viewer.username, host)
    return _back(request, "One delivery is being tried there now; load this page again in a moment.")


def _queue(name: str) -> Queue:
    if name not in QUEUES:
        raise NotFound
    return QUEUES[name]


def _row(request: web.Request) -> tuple[Queue, int]:
    return _queue(request.match_info["queue"]), id_in_path(request)


def _back(request: web.Request, message: str) -> web.Response:
    return see_other(safe_next(form_of(request).value("next"), "/admin"), message)

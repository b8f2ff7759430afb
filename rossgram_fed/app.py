"""Builds the running server out of its settings: the only place that knows all the parts.

Everything is opened when the application starts and closed in the opposite order when it ends, so that several servers
can run in one process, each with its own database, folder and network.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from aiohttp import web
from aiohttp.abc import AbstractResolver

from rossgram_fed.activities import HANDLERS, job_handlers
from rossgram_fed.admin.domain_actions import apply_at_start
from rossgram_fed.announcements.board import BOARD, Board
from rossgram_fed.api.routes import ROUTES
from rossgram_fed.api.serving import add_api
from rossgram_fed.config import Settings
from rossgram_fed.database import open_database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.federation import errands
from rossgram_fed.federation.delivery import DeliverySource
from rossgram_fed.federation.inbox import InboxSource
from rossgram_fed.federation.network import NETWORK, build_network
from rossgram_fed.federation.remote_media import REMOTE_MEDIA, RemoteMedia
from rossgram_fed.federation.remote_videos import REMOTE_VIDEOS, RemoteVideos
from rossgram_fed.federation.signers import ensure_server_actor
from rossgram_fed.filters.queries import shelf_of
from rossgram_fed.instance import INSTANCE, Clock, Instance, system_clock
from rossgram_fed.jobs.heartbeat import HeartbeatSource
from rossgram_fed.jobs.hourly import Hourly
from rossgram_fed.jobs.pruning import prune
from rossgram_fed.jobs.runner import JobSource
from rossgram_fed.jobs.worker import Source, Worker
from rossgram_fed.media.arriving import ARRIVING, Arriving, forget_late
from rossgram_fed.media.configured import storage_from
from rossgram_fed.media.proofs import PROOFS, Proofs
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.media.studio import STUDIO, Studio
from rossgram_fed.media.sweeping import Sweep
from rossgram_fed.media.video_studio import VideoStudio
from rossgram_fed.media.viewed import VIEWED, Viewed
from rossgram_fed.notifications.queries import unread_count
from rossgram_fed.oauth.callers import CALLERS, Callers
from rossgram_fed.posts.catching_up import on_gap
from rossgram_fed.posts.videos import TRIES, VideoMaker
from rossgram_fed.push.sending import Pusher
from rossgram_fed.quotes.rechecking import look_again
from rossgram_fed.relays.expiry import let_go
from rossgram_fed.reports.queries import open_count
from rossgram_fed.routes import add_routes
from rossgram_fed.search.indexing import WordReader
from rossgram_fed.secrets_file import Secrets
from rossgram_fed.setup import first_run
from rossgram_fed.web.plumbing import install
from rossgram_fed.web.rendering import NOTICE, OPEN_REPORTS, UNREAD
from rossgram_fed.web.secrets import SECRETS
from rossgram_fed.web.sessions import Viewer

WORKER: web.AppKey[Worker] = web.AppKey("worker", Worker)
"""The work behind the pages; it runs by itself only with ``with_worker``."""

JOBS_AT_ONCE = 3
PUSHES_AT_ONCE = 2


def build_app(
    settings: Settings,
    secrets: Secrets,
    *,
    with_worker: bool = True,
    resolver: AbstractResolver | None = None,
    clock: Clock = system_clock,
) -> web.Application:
    """Return the application; ``resolver`` replaces DNS for what it sends, and ``clock`` is its idea of now."""
    app = web.Application()
    install(app, secrets=secrets)
    first_run.install(app)
    add_routes(app)
    add_api(app, ROUTES)
    app[UNREAD] = _unread
    app[OPEN_REPORTS] = _open_reports

    async def life(app: web.Application) -> AsyncIterator[None]:
        async with _opened(app, settings, resolver=resolver, clock=clock) as worker:
            if not with_worker:
                yield
                return
            working = asyncio.create_task(worker.run())
            yield
            await worker.stop()
            await working

    app.cleanup_ctx.append(life)
    return app


@asynccontextmanager
async def _opened(
    app: web.Application, settings: Settings, *, resolver: AbstractResolver | None, clock: Clock
) -> AsyncIterator[Worker]:
    async with AsyncExitStack() as parts:
        database = await open_database(settings.database_url)
        parts.push_async_callback(database.close)
        await migrate(database)
        instance = Instance(settings, database, clock)
        shelf_of(database).clock = clock
        await ensure_server_actor(instance)
        await apply_at_start(instance)
        network = build_network(instance, resolver=resolver)
        parts.push_async_callback(network.close)
        studio = Studio(settings.limits)
        parts.push_async_callback(studio.close)
        folder = storage_from(settings, os.environ)
        await asyncio.to_thread(folder.prepare)
        deliveries = DeliverySource(network)
        parts.push_async_callback(deliveries.close)
        app[INSTANCE], app[NETWORK], app[STUDIO], app[STORAGE] = instance, network, studio, folder
        app[CALLERS] = Callers(instance)
        app[BOARD] = Board(instance)
        app[NOTICE] = app[BOARD].unread
        app[VIEWED] = Viewed(instance)
        app[ARRIVING] = Arriving(settings.storage.data / "arriving")
        app[PROOFS] = Proofs(studio, folder)
        app[REMOTE_MEDIA] = RemoteMedia(network, studio, folder)
        app[REMOTE_VIDEOS] = RemoteVideos(network, folder)
        parts.push_async_callback(app[REMOTE_VIDEOS].close)
        jobs = JobSource(instance, job_handlers(network), but=(errands.PREPARE_VIDEO, errands.PUSH))
        pusher = Pusher(network, app[SECRETS])
        pushes = JobSource(instance, {errands.PUSH: pusher.push}, only=errands.PUSH)
        videos = _videos(instance, folder, studio)
        working = [*[jobs] * JOBS_AT_ONCE, *[pushes] * PUSHES_AT_ONCE, *videos]
        sources: list[Source] = [InboxSource(network, HANDLERS), deliveries, *working]
        upkeep: list[Source] = [
            HeartbeatSource(instance, on_gap),
            Sweep(instance, folder),
            WordReader(instance),
            Hourly(instance, partial(forget_late, arriving=app[ARRIVING]), signal="arriving"),
            Hourly(instance, prune, signal="pruning"),
            Hourly(instance, let_go, signal="relayed"),
            Hourly(instance, look_again, signal="words"),
        ]
        app[WORKER] = Worker(instance, [*sources, *upkeep])
        yield app[WORKER]


def _videos(instance: Instance, folder: Folder, studio: Studio) -> list[JobSource]:
    """Return who prepares videos, which take long: sources of their own, so that no other job waits for them."""
    limits = instance.settings.limits
    maker = VideoMaker(instance, folder, studio, VideoStudio(limits))
    source = JobSource(
        instance,
        {errands.PREPARE_VIDEO: maker.prepare},
        seconds_per_job=(TRIES * limits.video_minutes + 6) * 60,
        only=errands.PREPARE_VIDEO,
    )
    return [source] * limits.video_processes


async def _open_reports(instance: Instance, viewer: Viewer) -> int:
    return await open_count(instance.database, role=viewer.role)


async def _unread(instance: Instance, account_id: int) -> int:
    return await unread_count(instance.database, account_id)
